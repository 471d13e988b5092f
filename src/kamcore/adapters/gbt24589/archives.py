"""公共档案 and the chart: whose books these are, code lists, dimensions with their members."""

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.package import Contents
from kamcore.books import schema
from kamcore.errors import Problem
from kamcore.grid.number import read_integers
from kamcore.grid.sheet import Grid
from kamcore.grid.words import read_codes, tidy
from kamcore.model.currency import currency_code
from kamcore.model.dimension import dimension_id, label_of
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme


@attrs.frozen(kw_only=True)
class Slots:
    """Which dimension each slot of each account is: ``account``, ``slot``, ``id``."""

    frame: pl.DataFrame
    labels: dict[str, str]


@attrs.frozen(kw_only=True)
class Lists:
    """Code lists by code: voucher types, kinds of rate, settlement methods, currencies."""

    words: dict[str, str]
    rate_types: dict[str, str]
    settlements: dict[str, str]
    currencies: dict[str, str]


def texts(grid: Grid | None, *names: str) -> pl.DataFrame:
    """Columns of a table as trimmed texts, with ``source_row``."""
    if grid is None:
        return pl.DataFrame(
            schema={**dict.fromkeys(names, schema.TEXT), "source_row": schema.INTEGER}
        )
    columns = [tidy(grid.column(name)).alias(name) for name in names]
    return pl.DataFrame([*columns, grid.rows.cast(schema.INTEGER).alias("source_row")])


def entity_of(contents: Contents) -> tuple[Entity, dict[str, str]]:
    """Whose books these are, and what the standard says of them beyond the model."""
    names = [element.name for element in layout.tables()[layout.ARCHIVES][0].elements]
    rows = texts(contents.grid("电子账簿"), *names).drop("source_row")
    said = (
        {name: value for name, value in rows.row(0, named=True).items() if value}
        if (rows.height)
        else {}
    )
    rule = texts(contents.grid("总账基础信息"), "会计科目编号规则")["会计科目编号规则"]
    scheme = None
    if rule.len() and rule[0]:
        try:
            scheme = CodeScheme.parse(rule[0])
        except ValueError:
            said["会计科目编号规则"] = rule[0]
    entity = Entity(
        name=said.pop("会计核算单位", ""),
        credit_code=said.pop("组织机构代码", ""),
        base_currency=currency_code(said.pop("本位币", "")) or "CNY",
        scheme=scheme,
        system=layout.SYSTEM,
        system_version=said.pop("标准版本号", layout.EDITION),
    )
    return entity, said


def lists_of(contents: Contents) -> Lists:
    """The code lists; empty ones where 公共档案 is not in the package."""
    types = texts(
        contents.grid("记账凭证类型"), "记账凭证类型编号", "记账凭证类型名称", "记账凭证类型简称"
    ).with_columns(pl.coalesce("记账凭证类型简称", "记账凭证类型名称").alias("name"))
    rates = texts(contents.grid("汇率类型"), "汇率类型编号", "汇率类型名称")
    ways = texts(contents.grid("结算方式"), "结算方式编码", "结算方式名称")
    money = texts(contents.grid("币种"), "币种编码", "币种名称")
    currencies = {
        code: currency_code(code) or currency_code(name) or code
        for code, name in money.select("币种编码", "币种名称").drop_nulls("币种编码").iter_rows()
    }
    return Lists(
        words=_named(types.select("记账凭证类型编号", "name")),
        rate_types=_named(rates.select("汇率类型编号", "汇率类型名称")),
        settlements=_named(ways.select("结算方式编码", "结算方式名称")),
        currencies=currencies,
    )


def _named(pairs: pl.DataFrame) -> dict[str, str]:
    """Names by code, as long as no two codes share one: then only the codes tell them apart."""
    known = pairs.drop_nulls()
    if known[:, 1].is_duplicated().any() or known[:, 0].is_duplicated().any():
        return {}
    return dict(known.iter_rows())


def slots_of(contents: Contents, problems: list[Problem]) -> Slots:
    """The slots of every account, resolved to dimensions."""
    grid = contents.grid("科目辅助核算")
    said = texts(grid, "科目编号", "辅助项名称", "对应档案")
    numbers = read_integers(grid, "辅助项编号") if grid is not None else None
    problems += numbers.problems if numbers else ()
    slot = numbers.values if numbers else pl.Series("slot", [], dtype=schema.INTEGER)
    label = pl.coalesce("辅助项名称", "对应档案")
    frame = said.select(account="科目编号", slot=slot.alias("slot"), label=label).drop_nulls()
    labels: dict[str, str] = {}
    ids = {}
    for name in frame["label"].unique(maintain_order=True):
        wanted = dimension_id(name)
        ids[name] = wanted if wanted not in labels else name
        labels[ids[name]] = name
    column = pl.col("label").replace_strict(ids, default=None, return_dtype=schema.TEXT)
    return Slots(frame=frame.select("account", "slot", id=column), labels=labels)


def accounts_of(contents: Contents, scheme: CodeScheme | None, slots: Slots) -> pl.DataFrame:
    """The chart; the edition of 2010 knows no leaf flag, so it follows from the codes."""
    grid = contents.grid("会计科目")
    if grid is None:
        return schema.ACCOUNTS.empty()
    level = read_integers(grid, "科目级次").values
    said = texts(grid, "科目名称", "科目类型", "余额方向")
    codes = read_codes(grid, "科目编号").values
    dims = (
        slots.frame.sort("slot").group_by("account").agg(pl.col("id").unique(maintain_order=True))
    )
    frame = pl.DataFrame(
        {
            "code": codes,
            "name": said["科目名称"],
            "level": level,
            "category": said["科目类型"],
            "direction": said["余额方向"].replace_strict(
                layout.SIDES, default=None, return_dtype=schema.TEXT
            ),
            "source_row": said["source_row"],
        }
    ).drop_nulls("code")
    needed = dims.select(code="account", dimensions=pl.col("id").list.join(","))
    frame = frame.unique("code", keep="first", maintain_order=True).join(
        needed, on="code", how="left", maintain_order="left"
    )
    return charted(frame, scheme)


def rule_of(codes: pl.Series, scheme: CodeScheme | None) -> CodeScheme:
    """The rule of the standard with the separator that the codes themselves bear."""
    found = CodeScheme.detect(codes.drop_nulls().to_list())
    return CodeScheme(scheme.lengths, found.separator) if scheme else found


def charted(accounts: pl.DataFrame, scheme: CodeScheme | None) -> pl.DataFrame:
    """Accounts with what follows from their codes: parent, full name, whether they are leaves."""
    codes = accounts["code"].to_list()
    rule = rule_of(accounts["code"], scheme)
    names = dict(zip(codes, accounts["name"], strict=True))
    parents = [rule.parent(code) for code in codes]
    above = set(parents)
    return accounts.with_columns(
        full_name=pl.Series([_full_name(code, names, rule) for code in codes], dtype=schema.TEXT),
        parent=pl.Series(parents, dtype=schema.TEXT),
        is_leaf=pl.Series([code not in above for code in codes], dtype=schema.FLAG),
    )


def _full_name(code: str | None, names: dict[str, str | None], rule: CodeScheme) -> str | None:
    found = []
    while code:
        found.append(names.get(code) or "")
        code = rule.parent(code)
    return "/".join(reversed(found)) if found and all(found) else None


def members_of(contents: Contents) -> tuple[pl.DataFrame, dict[str, str], dict[str, str]]:
    """Members of every dimension; the labels of the site's own, and their codes."""
    found = [schema.MEMBERS.empty()]
    for dimension, (table, code, name) in layout.MEMBERS.items():
        short = f"{table.removesuffix('档案')}简称"
        grid = contents.grid(table)
        said = texts(grid, code, name, short, "上级部门编码")
        found.append(
            said.select(
                dimension=pl.lit(dimension),
                code=code,
                name=name,
                short_name=short,
                parent="上级部门编码",
                source_row="source_row",
            )
        )
    kinds = texts(contents.grid(layout.SITE_KINDS), "档案编码", "档案名称").drop_nulls()
    labels = {dimension_id(name): name for name in kinds["档案名称"]}
    ids = {code: dimension_id(name) for code, name, _ in kinds.iter_rows()}
    values = texts(
        contents.grid(layout.SITE_VALUES), "档案编码", "档案值编码", "档案值名称", "档案值父节点"
    )
    found.append(
        values.select(
            dimension=pl.col("档案编码").replace(ids),
            code="档案值编码",
            name="档案值名称",
            parent="档案值父节点",
            source_row="source_row",
        )
    )
    flows = texts(
        contents.grid(layout.FLOW_ITEMS),
        "现金流量项目编码",
        "现金流量项目名称",
        "现金流量项目父节点",
    )
    found.append(
        flows.select(
            dimension=pl.lit(layout.FLOW_ITEMS),
            code="现金流量项目编码",
            name="现金流量项目名称",
            parent="现金流量项目父节点",
            source_row="source_row",
        )
    )
    members = pl.concat(found, how="diagonal").drop_nulls(["dimension", "code"])
    members = members.unique(["dimension", "code"], keep="first", maintain_order=True)
    if flows.height:
        labels[layout.FLOW_ITEMS] = layout.FLOW_ITEMS
    return members.select(schema.MEMBERS.names), labels, {v: k for k, v in ids.items()}


def dimensions_of(
    members: pl.DataFrame, slots: Slots, labels: dict[str, str], codes: dict[str, str]
) -> pl.DataFrame:
    """The dimensions that slots or archives name."""
    known = {**{name: label_of(name) for name in members["dimension"].unique(maintain_order=True)}}
    known |= labels
    known |= slots.labels
    return pl.DataFrame(
        {
            "id": list(known),
            "label": list(known.values()),
            "source_code": [codes.get(name) for name in known],
        },
        schema=dict.fromkeys(("id", "label", "source_code"), schema.TEXT),
    )


def personal_extras(contents: Contents, members: pl.DataFrame) -> pl.DataFrame:
    """What the standard says of employees beyond the model; zeros say nothing."""
    said = texts(contents.grid("员工档案"), "员工编码", *layout.PERSONAL)
    rows = (
        members.with_row_index("row_id")
        .filter(dimension="employee")
        .select(pl.col("row_id").cast(schema.INTEGER), "code")
    )
    joined = said.join(
        rows, left_on="员工编码", right_on="code", how="inner", maintain_order="left"
    )
    long = joined.unpivot(
        on=list(layout.PERSONAL), index="row_id", variable_name="field", value_name="value"
    ).filter(~pl.col("value").str.contains(r"^0*$"))
    return long.select(
        table=pl.lit("members"), row_id="row_id", field="field", value="value"
    ).sort("row_id", maintain_order=True)


__all__ = [
    "Lists",
    "Slots",
    "accounts_of",
    "charted",
    "dimensions_of",
    "entity_of",
    "lists_of",
    "members_of",
    "personal_extras",
    "rule_of",
    "slots_of",
    "texts",
]
