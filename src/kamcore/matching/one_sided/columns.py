"""The lists that are matched: the one place that says their columns, types and meaning.

Two frames go in, open items and receipts, with the same columns, of any engine the ledger takes.
What a frame lacks is taken as null; a column of another type is refused, a float for money above
all.
"""

from decimal import Decimal
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.books import schema
from kamcore.errors import BooksError, Fault
from kamcore.ledger.engine import Frames, open_frames
from kamcore.model.company_name import Aliases, CompanyName, normalised
from kamcore.place import Place

__all__ = [
    "COLUMNS",
    "UNIT",
    "ListColumn",
    "conform",
    "conform_documents",
    "documents",
    "empty",
    "money_of",
    "opened",
]

WRONG_COLUMN = Fault(
    code="M6001",
    zh="{table}的列 {column} 是 {found}, 应为 {wants}",
    en="column {column} of the {table} is {found}, not {wants}",
    hint_zh="金额用 Decimal, 不接受浮点数",
    hint_en="money is Decimal end to end; a float is never money",
)
NO_COLUMN = Fault(
    code="M6002",
    zh="{table}缺少列 {value}",
    en="the {table} have no column {value}",
    hint_zh="必需的列: {known}",
    hint_en="the columns that must be there: {known}",
)
REPEATED_ID = Fault(
    code="M6003",
    zh="{table}中标识「{value}」为空或不止一次",
    en="id {value!r} of the {table} is empty or stands more than once",
    hint_zh="每一笔要有自己的标识",
    hint_en="every document needs an id of its own",
)

UNIT = 10_000
"""Searches count whole units of 0.0001, so that they stay exact in integers."""


@attrs.frozen
class ListColumn:
    """A column of a list; `must` columns have to be there."""

    name: str
    dtype: pl.DataType
    zh: tuple[str, ...]
    """The headings it goes by in Chinese sheets, the usual one first."""
    meaning: str
    must: bool = False


_T, _A, _D = schema.TEXT, schema.AMOUNT, schema.DAY

COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        "id", _T, ("编号", "单据编号", "单据号", "流水号", "序号"), "its own name", must=True
    ),
    ListColumn(
        "party",
        _T,
        (
            "往来单位",
            "客户",
            "客户名称",
            "供应商",
            "供应商名称",
            "对方户名",
            "付款单位",
            "付款人",
            "单位名称",
        ),
        "code or name of the party; null where the payer is not known",
        must=True,
    ),
    ListColumn(
        "party_name", _T, ("往来单位名称", "单位全称"), "name of the party beside its code"
    ),
    ListColumn(
        "date",
        _D,
        ("日期", "单据日期", "开票日期", "交易日期", "收款日期", "业务日期", "记账日期"),
        "date of the document or receipt",
        must=True,
    ),
    ListColumn("due", _D, ("到期日", "应收日期", "到期日期", "付款到期日"), "due date"),
    ListColumn(
        "amount",
        _A,
        # What is still open before what it once was; a balance after the row is the last guess.
        (
            "未核销金额",
            "未收金额",
            "收入金额",
            "收款金额",
            "贷方发生额",
            "金额",
            "原币金额",
            "价税合计",
            "应收金额",
            "余额",
        ),
        "what is open, in transaction currency; a credit note or a refund is negative",
        must=True,
    ),
    ListColumn("currency", _T, ("币种", "币别"), "ISO code; null is the base currency"),
    ListColumn("base", _A, ("本位币金额", "本币金额"), "the amount in base currency"),
    ListColumn(
        "reference",
        _T,
        ("参考号", "发票号", "发票号码", "业务编号", "票号", "合同号", "订单号"),
        "numbers of the document and nothing else: invoice, contract, order, business number",
    ),
    ListColumn("text", _T, ("摘要", "备注", "附言", "用途", "说明"), "summary"),
    ListColumn("account", _T, ("科目", "科目代码"), "control account"),
    ListColumn("role", _T, (), "customer or supplier"),
)
"""The columns of open items and of receipts."""

_NAMES = tuple(column.name for column in COLUMNS)


def empty() -> pl.DataFrame:
    """A list without rows."""
    return pl.DataFrame(schema={column.name: column.dtype for column in COLUMNS})


def opened(documents: Any, table: str = "items") -> Frames:
    """A list of any engine as the ledger takes frames, with the way back to the caller's kind."""
    return documents if isinstance(documents, Frames) else open_frames({table: documents})


def conform(frame: Any, table: str = "items") -> pl.DataFrame:
    """Put a list of any engine into its columns, in Polars.

    What it lacks becomes null, what is more is left out.  Times of day are cut off dates.

    Raises:
        BooksError: a column is missing or of another type, or an id is empty or repeated.
        UsageError: it is no frame of a known engine.
    """
    shaped = _shaped(frame, table)
    bad = shaped.filter(pl.col("id").is_null() | pl.col("id").is_duplicated())
    if bad.height:
        found = bad["id"].sort()[0] or ""
        raise BooksError(REPEATED_ID.at(Place(path=table), found, table=table))
    return shaped


def conform_documents(documents: Any) -> pl.DataFrame:
    """Both lists as one frame of any engine, put into the columns of lists and ``is_item``.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: it is no frame of a known engine.
    """
    return _shaped(documents, "documents", (*COLUMNS, _IS_ITEM))


_IS_ITEM = ListColumn("is_item", schema.FLAG, (), "which of both lists it is of", must=True)


def _shaped(frame: Any, table: str, columns: tuple[ListColumn, ...] = COLUMNS) -> pl.DataFrame:
    (given,) = opened(frame, table).tables.values()
    known = given.collect_schema()
    for column in columns:
        if column.must and column.name not in known:
            listed = ", ".join(one.name for one in columns if one.must)
            place = Place(path=table)
            raise BooksError(NO_COLUMN.at(place, column.name, table=table, known=listed))
        if column.name in known and not _fits(column, known[column.name]):
            raise _wrong(column, table, known[column.name])
    there = [column for column in columns if column.name in known]
    names = [column.name for column in there]
    rows = pl.DataFrame(given.select(*names).collect("polars").to_native())
    shaped = rows.select(
        pl.col(column.name).cast(column.dtype, strict=False)
        if column in there
        else pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in columns
    )
    for column in there:
        if not _kept(rows[column.name], shaped[column.name]):
            raise _wrong(column, table, rows.schema[column.name])
    return shaped


def _fits(column: ListColumn, found: nw.dtypes.DType) -> bool:
    if isinstance(found, nw.Unknown):
        return True
    if isinstance(column.dtype, pl.Decimal):
        return found.is_integer() or found.is_decimal()
    if isinstance(column.dtype, pl.Date):
        return isinstance(found, (nw.Date, nw.Datetime))
    if isinstance(column.dtype, pl.Boolean):
        return isinstance(found, nw.Boolean)
    return isinstance(found, (nw.String, nw.Categorical, nw.Enum))


def _kept(before: pl.Series, after: pl.Series) -> bool:
    """Whether a list says after its cast what it said before; money may not lose a digit."""
    if before.null_count() != after.null_count():
        return False
    finer = isinstance(before.dtype, pl.Decimal) and before.dtype.scale > schema.AMOUNT.scale
    return not finer or bool((before == after.cast(before.dtype)).all())


def _wrong(column: ListColumn, table: str, found: object) -> BooksError:
    facts = {"table": table, "column": column.name, "found": found, "wants": column.dtype}
    return BooksError(WRONG_COLUMN.at(Place(path=table), **facts))


def documents(items: Any, receipts: Any, aliases: Aliases, base: str) -> pl.DataFrame:
    """Both lists as one, in an order that does not depend on the order of their rows.

    The lists may be frames of any engine; what is searched stands on one machine, in Polars.

    Columns: ``doc`` (0, 1, … in that order), ``is_item``, ``key`` (who the party is, null where
    it is not known), ``currency``, ``units`` (the amount in whole units of 0.0001), and the
    columns of the lists.
    """
    both = pl.concat(
        [
            conform(items, "items").with_columns(is_item=True),
            conform(receipts, "receipts").with_columns(is_item=False),
        ]
    ).drop_nulls("amount")
    both = _with_party_keys(both, aliases)
    units = (pl.col("amount").cast(pl.Decimal(38, 4)) * UNIT).cast(pl.Int64)
    both = both.with_columns(units=units, currency=pl.col("currency").fill_null(base))
    order = ["key", "currency", "date", "is_item", "id"]
    return both.sort(order, nulls_last=True).with_row_index("doc")


def _with_party_keys(both: pl.DataFrame, aliases: Aliases) -> pl.DataFrame:
    """Who a party is: its code, else the party its name stands beside, else its folded name.

    A name in the table of aliases is the party it means on the day of the document.
    """
    known = both.select("party", "party_name").unique().sort("party", "party_name")
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for code, name in known.iter_rows():
        if code and name:
            codes[code] = code
            names.setdefault(_folded_name(name), code)
    rows = [(code, name, _who(code or name, codes, names)) for code, name in known.iter_rows()]
    texts = {"party": schema.TEXT, "party_name": schema.TEXT, "key": schema.TEXT}
    both = both.join(
        pl.DataFrame(rows, schema=texts, orient="row"),
        on=["party", "party_name"],
        how="left",
        nulls_equal=True,
    )
    other = {normalised(row.name) for row in aliases.rows}
    called = [row[:2] for row in rows if (row[0] or row[1]) not in codes]
    called = [row for row in called if normalised(row[0] or row[1] or "") in other]
    if not called:
        return both
    on = ["party", "party_name", "date"]
    renamed = pl.DataFrame(called, schema=dict(list(texts.items())[:2]), orient="row")
    days = both.join(renamed, on=on[:2], nulls_equal=True).select(on).unique()
    meant = days.with_columns(
        meant=pl.Series(
            [
                _who(aliases.party(code or name, day), codes, names)
                for code, name, day in days.iter_rows()
            ],
            dtype=schema.TEXT,
        )
    )
    both = both.join(meant, on=on, how="left", nulls_equal=True)
    return both.with_columns(key=pl.coalesce("meant", "key")).drop("meant")


def _who(text: str | None, codes: dict[str, str], names: dict[str, str]) -> str | None:
    if text is None or not text.strip():
        return None
    if text in codes:
        return text
    folded = _folded_name(text)
    return names.get(folded, folded)


def _folded_name(text: str) -> str:
    """A code stays as it is; only a name may be spelled in several ways."""
    is_name = any("\u3400" <= mark <= "\u9fff" for mark in text)
    name = CompanyName.of(text)
    return name.full or text.strip() if is_name or name.is_company else text.strip()


def money_of(units: int) -> Decimal:
    """Units as an exact amount."""
    return Decimal(units) / UNIT
