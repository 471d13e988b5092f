"""Two sets of books that say the same in other codes."""

import polars as pl

from kamcore.books import schema
from small_books import books, cr, dr, voucher


def accounts(*rows):
    """Accounts from pairs of code and name."""
    return _filled(schema.ACCOUNTS, {"code": [r[0] for r in rows], "name": [r[1] for r in rows]})


def members(*rows):
    """Members from dimension, code, name and, if there is one, credit code."""
    whole = [(*row, None)[:4] for row in rows]
    columns = zip(
        ("dimension", "code", "name", "credit_code"), zip(*whole, strict=True), strict=True
    )
    return _filled(schema.MEMBERS, {name: list(values) for name, values in columns})


def _filled(table, columns):
    frame = pl.DataFrame(
        columns, schema_overrides={name: table.dtype_of(name) for name in columns}
    )
    rest = [
        pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in table.columns
        if column.name not in columns
    ]
    return frame.with_columns(rest)


KINGDEE_ACCOUNTS = accounts(
    ("1002", "银行存款"), ("1122", "应收账款"), ("1122.01", "货款"), ("1122.02", "质保金"),
    ("2221", "应交税费"), ("2221.01", "应交增值税"), ("6001", "主营业务收入"),
    ("6602", "管理费用"), ("6602.03", "差旅费"), ("6602.04", "业务招待费"),
)  # fmt: skip
YONYOU_ACCOUNTS = accounts(
    ("1002", "银行存款"), ("1122", "应收账款"), ("112201", "应收货款"), ("112202", "质保金"),
    ("2221", "应交税费"), ("222101", "应交增值税"), ("6001", "主营业务收入"),
    ("6602", "管理费用"), ("660201", "差旅费"), ("660203", "办公费"),
)  # fmt: skip
CREDIT = "91310000MA1K00000X"
KINGDEE_MEMBERS = members(
    ("customer", "0001", "华联商厦有限公司", CREDIT), ("customer", "0002", "东方机械有限公司"),
    ("customer", "0003", "北辰商贸公司苏州分公司"), ("customer", "0004", "南屏电子"),
    ("customer", "0005", "西岭样例材料有限公司"), ("车间", "A1", "一车间"),
)  # fmt: skip
YONYOU_MEMBERS = members(
    ("customer", "C01", "华联集团有限公司", CREDIT), ("customer", "0002", "东方机械有限责任公司"),
    ("customer", "C03", "北辰商贸公司"), ("customer", "C04", "南屏电子有限公司"),
    ("customer", "C09", "远山茶业"),
)  # fmt: skip


def kingdee():
    """Books with dotted codes and customers 0001 to 0005."""
    lines = [
        dr("1122.01", "100", aux={"customer": f"{number:04}"}) for number in range(1, 6)
    ]  # fmt: skip
    lines += [dr("6602.03", "20"), dr("6602.04", "5"), cr("6001", "500"), cr("1002", "25")]
    return books(voucher(1, *lines), accounts=KINGDEE_ACCOUNTS, members=KINGDEE_MEMBERS)


def yonyou():
    """Books with codes without dots and customers of other codes."""
    lines = [dr("112201", "1", aux={"customer": "C01"}), cr("6001", "1")]
    return books(voucher(1, *lines), accounts=YONYOU_ACCOUNTS, members=YONYOU_MEMBERS)
