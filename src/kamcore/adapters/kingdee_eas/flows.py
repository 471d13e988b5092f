"""The sheet 现金流量: cash flows of entries, read into the table and laid out for writing.

The amount of the table is the amount in base currency times its sign (主表金额系数, 1 or -1).
What the table has no column for is kept as extras where it does not follow from the rest.
"""

import attrs
import polars as pl

from kamcore.adapters.kingdee_eas import columns as layout
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem
from kamcore.grid.header import find_header, grid_of
from kamcore.grid.rows import drop_blank_rows
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import Workbook
from kamcore.place import Place
from kamcore.vouchers.entries import INDEX, Field, Kind, read_entries
from kamcore.vouchers.verbatim import kept

NO_ENTRY = Fault(
    code="K7011",
    zh="现金流量指向凭证 {value} 的分录 {entry}, 但凭证表里没有这条分录, 未读入",
    en="the cash flow names entry {entry} of voucher {value}, which is not there; it is not read",
    hint_zh="核对公司、记账日期、凭证类型、凭证号和分录号",
    hint_en="compare company, date, type, number and entry",
)
NO_ITEM = Fault(
    code="K7012",
    zh="现金流量没有{what_zh}, 未读入",
    en="the cash flow has no {what_en} and is not read",
    hint_zh="补上主表信息和本位币金额; 只有附表信息的行没有位置可放",
    hint_en="fill in item and amount; a row with only a supplementary item has no place",
)

KEY = ("company", "vouchers.date", "vouchers.word", "vouchers.number", layout.LINE)
"""What a flow and a line have in common."""
_FIELDS = (
    Field("记账日期", "vouchers.date", Kind.DAY),
    Field("凭证类型", "vouchers.word"),
    Field(layout.NUMBER, "vouchers.number", Kind.WHOLE),
    Field(layout.FLOW_ENTRY, layout.LINE, Kind.WHOLE),
    Field(layout.COMPANY, "company"),
    Field(layout.FLOW_ITEM, "item"),
    Field(layout.FLOW_ORIGINAL, "original", Kind.AMOUNT),
    Field(layout.FLOW_LOCAL, "local", Kind.AMOUNT),
    Field(layout.FLOW_SIGN, "sign", Kind.WHOLE),
)
_NOTHING = {
    layout.FLOW_REPORT: ("0",),
    layout.FLOW_SECOND_SIGN: ("0",),
}
_ALWAYS = tuple(
    name
    for name in layout.FLOW_EXTRAS
    if name not in (layout.FLOW_ORIGINAL, layout.FLOW_LOCAL, layout.FLOW_SIGN, "币种")
)


@attrs.frozen
class Flows:
    """Rows for the table ``cash_flows``, their extras, and the problems met."""

    table: pl.DataFrame
    extras: pl.DataFrame
    problems: tuple[Problem, ...] = ()


def read_flows(workbook: Workbook, lines: pl.DataFrame) -> Flows:
    """Read the sheet, if there is one.

    `lines` has the columns of `KEY` with ``voucher_id``, ``line_no``, ``lines.rate`` and the
    ``currency.code`` of its row.
    """
    nothing = Flows(schema.CASH_FLOWS.empty(), schema.EXTRAS.empty())
    if layout.FLOWS not in workbook.names:
        return nothing
    place = Place(file=workbook.file, sheet=layout.FLOWS)
    wanted = {heading: heading for heading in layout.FLOW_HEADINGS}
    rows = workbook.peek(layout.FLOWS)
    if not any(any(row) for row in rows):
        return nothing
    header = find_header(rows, wanted, layout.FLOW_NEEDED, place=place)
    if not header.is_complete:
        return attrs.evolve(nothing, problems=header.problems)
    problems: list[Problem] = []
    grid = grid_of(workbook.load(layout.FLOWS, skip=header.row or 0), header, problems)
    grid = plain_numbers(drop_blank_rows(grid))
    entries = read_entries(grid, _FIELDS)
    entry_of = lines.unique([*KEY], keep="first", maintain_order=True).select(
        *KEY, "voucher_id", "line_no", "lines.rate", _code="currency.code"
    )
    frame = entries.frame.with_columns(pl.col("company").fill_null(""))
    joined = frame.join(entry_of, on=KEY, how="left", nulls_equal=True, maintain_order="left")
    sign = pl.col("sign").fill_null(1)
    joined = joined.with_columns(
        amount=(pl.col("local") * sign).cast(schema.AMOUNT), _text=pl.lit(grid.column("币种"))
    )
    usable = pl.col("voucher_id").is_not_null() & pl.all_horizontal(
        pl.col("item", "amount").is_not_null()
    )
    found = joined.filter(usable)
    problems += [*entries.problems, *_unusable(joined.filter(~usable), grid)]
    return Flows(
        found.select("voucher_id", "line_no", "item", "amount"),
        _extras(found, grid),
        tuple(problems),
    )


def plain_numbers(grid: Grid) -> Grid:
    """The grid with voucher numbers without a prefix such as ``记--``."""
    texts = grid.column(layout.NUMBER)
    if not texts.str.contains(r"^\s*[^\s\d]\D*\d+\s*$").any():
        return grid
    bare = texts.str.replace(r"^\s*[^\s\d]\D*(\d+)\s*$", "$1")
    return attrs.evolve(grid, frame=grid.frame.with_columns(bare.alias(layout.NUMBER)))


def _unusable(frame: pl.DataFrame, grid: Grid) -> list[Problem]:
    found = []
    for row in frame.iter_rows(named=True):
        if row["voucher_id"] is None:
            name = f"{row['vouchers.word'] or ''}-{grid.column(layout.NUMBER)[row[INDEX]] or ''}"
            place = grid.place(row[INDEX], layout.FLOW_ENTRY)
            entry = grid.column(layout.FLOW_ENTRY)[row[INDEX]] or ""
            found.append(NO_ENTRY.at(place, name, entry=entry))
            continue
        what = ("主表信息", "item") if row["item"] is None else ("可读的金额", "readable amount")
        heading = layout.FLOW_ITEM if row["item"] is None else layout.FLOW_LOCAL
        place = grid.place(row[INDEX], heading)
        found.append(NO_ITEM.at(place, "", what_zh=what[0], what_en=what[1]))
    return found


def _extras(found: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    """What does not follow from the row: other entries, second items, unusual signs."""
    texts = {
        name: grid.column(name).gather(found[INDEX]).str.strip_chars().alias(name)
        for name in layout.FLOW_EXTRAS
    }
    frame = found.with_columns(
        pl.when(sign_of("amount") != pl.col("sign")).then(pl.col("sign")).alias("_sign")
    )
    own_original = pl.col("original").ne_missing(original_of(pl.col("local")))
    says = {
        **{name: ~pl.lit(texts[name]).is_in(_NOTHING.get(name, ())) for name in _ALWAYS},
        layout.FLOW_ORIGINAL: own_original,
        layout.FLOW_LOCAL: pl.col("sign") == 0,
        layout.FLOW_SIGN: pl.col("_sign").is_not_null(),
        "币种": pl.lit(texts["币种"]).ne_missing(pl.col("_code")),
    }
    rows = pl.int_range(pl.len(), dtype=schema.INTEGER)
    parts = [schema.EXTRAS.empty()]
    for name in layout.FLOW_EXTRAS:
        part = frame.select(
            table=pl.lit("cash_flows"),
            row_id=rows,
            field=pl.lit(name),
            value=pl.lit(texts[name]),
            _says=says[name],
        )
        parts.append(part.filter("_says").drop("_says").drop_nulls("value"))
    return pl.concat(parts).sort("table", "row_id", maintain_order=True)


def sign_of(amount: str) -> pl.Expr:
    """The sign a flow usually has: that of its amount."""
    return pl.when(pl.col(amount) < 0).then(-1).otherwise(1)


def original_of(local: pl.Expr) -> pl.Expr:
    """The original amount that follows from the rate of the line, to the cent."""
    rate = pl.col("lines.rate")
    own = (local.cast(schema.RATE) / rate).round(2, mode="half_away_from_zero")
    return pl.when(rate == 1).then(local).when(rate != 0).then(own.cast(schema.AMOUNT))


def flow_page(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """The sheet of spelled books; `rows` are their lines as the sheet 凭证 has them."""
    first = rows.unique(["voucher_id", "line_no"], keep="first", maintain_order=True)
    flows = books.cash_flows.with_columns(
        kept(books, "cash_flows", name).alias(f"kept.{name}") for name in layout.FLOW_EXTRAS
    )
    joined = flows.join(
        first, on=["voucher_id", "line_no"], how="left", maintain_order="left"
    ).rename({"rate": "lines.rate"})
    own_sign = pl.col(f"kept.{layout.FLOW_SIGN}").cast(schema.INTEGER, strict=False)
    sign = pl.coalesce(own_sign, sign_of("amount"))
    own_local = pl.col(f"kept.{layout.FLOW_LOCAL}").cast(schema.AMOUNT, strict=False)
    local = pl.coalesce(own_local, (pl.col("amount") * sign).cast(schema.AMOUNT))
    joined = joined.with_columns(local=local, sign=sign.cast(schema.TEXT))
    own_original = pl.col(f"kept.{layout.FLOW_ORIGINAL}").cast(schema.AMOUNT, strict=False)
    report = pl.col(f"kept.{layout.FLOW_REPORT}").cast(schema.AMOUNT, strict=False)
    shared = (layout.COMPANY, "记账日期", "会计期间", "凭证类型", layout.NUMBER)
    columns: dict[str, pl.Expr] = {
        **{name: pl.col(f"kept.{name}") for name in layout.FLOW_EXTRAS},
        **{name: pl.col(f"page.{name}") for name in (*shared, layout.FLOW_ENTRY)},
        "币种": pl.coalesce("kept.币种", "page.币种"),
        layout.FLOW_ITEM: pl.col("item"),
        layout.FLOW_ORIGINAL: pl.coalesce(own_original, original_of(pl.col("local"))),
        layout.FLOW_LOCAL: pl.col("local"),
        layout.FLOW_REPORT: report.fill_null(0),
        layout.FLOW_SIGN: pl.col("sign"),
        layout.FLOW_SECOND_SIGN: pl.col(f"kept.{layout.FLOW_SECOND_SIGN}").fill_null("0"),
    }
    return joined.select(columns[name].alias(name) for name in layout.FLOW_HEADINGS)
