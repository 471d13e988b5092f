"""The auxiliary dimensions (辅助核算类别) that every product knows, and what each calls them.

A dimension of a site's own, such as 车间, has its label as its id: nothing is translated that is
not known to mean the same.
"""

import unicodedata

import attrs


@attrs.frozen
class Dimension:
    """A known dimension: its id, its usual Chinese label, and other labels products give it."""

    id: str
    label: str
    aliases: tuple[str, ...] = ()


DIMENSIONS = (
    Dimension("customer", "客户", ("客户档案", "往来客户")),
    Dimension("supplier", "供应商", ("供应商档案", "供货商", "往来供应商")),
    Dimension("department", "部门", ("部门档案", "行政组织")),
    Dimension("employee", "职员", ("个人", "员工", "人员", "人员档案", "业务员", "个人往来")),
    Dimension("project", "项目", ("项目档案", "项目核算", "核算项目档案", "工程项目")),
    Dimension("inventory", "存货", ("物料", "商品", "产品", "存货档案", "物料基本信息")),
    Dimension("bank_account", "银行账户", ("银行账号", "银行帐户", "银行帐号")),
)
"""The dimensions with an id of their own; the ids are column names after ``aux_``."""

_IDS = {
    label: dimension.id
    for dimension in DIMENSIONS
    for label in (dimension.id, dimension.label, *dimension.aliases)
}
_LABELS = {dimension.id: dimension.label for dimension in DIMENSIONS}


def dimension_id(label: str) -> str:
    """The id of the dimension a source calls `label`; of an unknown one the label itself.

    >>> dimension_id("客户"), dimension_id(" 往来客户 "), dimension_id("车间")
    ('customer', 'customer', '车间')
    """
    folded = unicodedata.normalize("NFKC", label).strip()
    return _IDS.get(folded, folded)


def is_known(label: str) -> bool:
    """Say whether a label names one of the known dimensions."""
    return dimension_id(label) in _LABELS


def label_of(dimension: str, default: str | None = None) -> str:
    """The usual Chinese label of a dimension id; of an unknown one `default`, else the id.

    >>> label_of("supplier"), label_of("车间"), label_of("x1", "费用类别")
    ('供应商', '车间', '费用类别')
    """
    return _LABELS.get(dimension, dimension if default is None else default)
