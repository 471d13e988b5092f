"""Rows that are no vouchers: opening items of parties, and bank reconciliation.

Period 0 holds the items a customer, supplier or person still owed or was owed when the books were
opened: they become open items, positive where a customer or person owes and where a supplier is
owed.  Periods 20 and 21 hold the bank's balance before adjustment and unreconciled bank items,
which are no balances of the ledger: they are kept verbatim at their account.
"""

import json

import polars as pl

from kamcore.adapters.yonyou_u8_table import columns as layout
from kamcore.adapters.yonyou_u8_table.keeping import extra_rows
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem
from kamcore.grid.sheet import Grid
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.entries import INDEX

NO_PARTY = Fault(
    code="Y3011",
    zh="期初往来明细没有客户、供应商或个人, 未能读取",
    en="the opening item names no customer, supplier or person and is not read",
    hint_zh="补上往来单位",
    hint_en="name the party",
)
NO_ACCOUNT = Fault(
    code="Y3012",
    zh="iperiod 为 {value} 的行没有科目, 未能读取",
    en="the row of period {value} names no account and is not read",
    hint_zh="补上科目编码",
    hint_en="name the account",
)

NO_AMOUNT = Fault(
    code="Y3013",
    zh="期初往来明细没有可读的金额, 未能读取",
    en="the opening item has no readable amount and is not read",
    hint_zh="补上金额",
    hint_en="fill in the amount",
)

_ROLES = ("customer", "supplier", "employee")
_FIELD = "GL_accvouch."


def with_masters(books: Books, rows: pl.DataFrame) -> Books:
    """The books with the accounts and members that only these rows name."""
    codes = rows["lines.account"].drop_nulls().unique()
    new = sorted(set(codes) - set(books.accounts["code"]))
    scheme = books.entity.scheme or CodeScheme.detect(codes)
    more = pl.DataFrame(
        {
            "code": new,
            "parent": [scheme.parent(code) for code in new],
            "level": [scheme.level(code) for code in new],
        },
        schema={"code": schema.TEXT, "parent": schema.TEXT, "level": schema.INTEGER},
    )
    accounts = pl.concat([books.accounts, more], how="diagonal").sort("code")
    found = [
        rows.select(dimension=pl.lit(name), code=f"lines.aux_{name}").drop_nulls().unique()
        for name in layout.LABELS
    ]
    members = pl.concat([books.members, *found], how="diagonal")
    members = members.unique(["dimension", "code"], keep="first", maintain_order=True)
    return books.replace(accounts=accounts, members=members)


def item_rows(books: Books, rows: pl.DataFrame, grid: Grid) -> tuple[Books, list[Problem]]:
    """The books with the opening items as open items."""
    parties = [pl.col(f"lines.aux_{role}") for role in _ROLES]
    role = pl.coalesce(
        pl.when(party.is_not_null()).then(pl.lit(name))
        for name, party in zip(_ROLES, parties, strict=True)
    )
    told = rows.with_columns(_role=role, _party=pl.coalesce(parties))
    homeless = told.filter(pl.col("_party").is_null())
    problems = [NO_PARTY.at(grid.place(index)) for index in homeless[INDEX]]
    told = told.filter(pl.col("_party").is_not_null())
    sign = pl.when(pl.col("_role") == "supplier").then(pl.lit(-1)).otherwise(pl.lit(1))

    def net(debit: str, credit: str) -> pl.Expr:
        off = pl.col(f"lines.{debit}") - pl.col(f"lines.{credit}")
        return (off * sign).cast(schema.AMOUNT)

    amount = net("debit", "credit")
    blank = told.filter(amount.is_null())
    problems += [NO_AMOUNT.at(grid.place(index)) for index in blank[INDEX]]
    told = told.filter(amount.is_not_null())
    items = told.select(
        id=pl.format("{}-{}", pl.lit(layout.OPENING_ITEMS), pl.int_range(1, pl.len() + 1)),
        party_role="_role",
        party="_party",
        account="lines.account",
        date="vouchers.date",
        document="lines.settlement_number",
        summary="lines.summary",
        currency="lines.currency",
        rate="lines.rate",
        amount=amount,
        fx_amount=net("fx_debit", "fx_credit"),
        source_row=grid.rows.gather(told[INDEX]).cast(schema.INTEGER),
        **{f"aux_{name}": pl.col(f"lines.aux_{name}") for name in layout.LABELS},
    )
    used = [
        name
        for name in items.columns
        if not name.startswith(schema.AUX) or items[name].null_count() < items.height
    ]
    extras = [books.extras]
    for key in (*layout.VERBATIM, *_MORE):
        if key in grid.frame.columns:
            texts = grid.column(key).gather(told[INDEX])
            extras.append(extra_rows("open_items", key, texts, texts.is_not_null()))
    return books.replace(open_items=items.select(used), extras=pl.concat(extras)), problems


_MORE = ("csign", "ino_id", "inid", "csettle", "dt_date", layout.CLASS, "cname", layout.OPPOSITE)
"""Columns of an opening item that an open item has no column for."""


def bank_rows(books: Books, rows: pl.DataFrame, grid: Grid) -> tuple[Books, list[Problem]]:
    """The books with rows of bank reconciliation kept verbatim at their account."""
    problems = []
    accounts = {code: row for row, code in enumerate(books.accounts["code"])}
    kept = []
    for index, period, account in rows.select(
        INDEX, "vouchers.period", "lines.account"
    ).iter_rows():
        if account is None:
            problems.append(NO_ACCOUNT.at(grid.place(index, "ccode"), period))
            continue
        cells = {key: text for key, text in grid.frame.row(index, named=True).items() if text}
        said = json.dumps(cells, ensure_ascii=False)
        field = f"{_FIELD}{period}.{int(grid.rows[index])}"
        kept.append(("accounts", accounts[account], field, said))
    extras = pl.DataFrame(kept, schema=books.extras.schema, orient="row")
    return books.replace(extras=pl.concat([books.extras, extras])), problems
