"""Voucher documents of XML, heads with entries, as books: what the layouts of one vendor share.

An adapter says which elements are vouchers, heads and entries and which fact each field carries;
here the two levels are joined, amounts laid on their sides, and what has no fact kept verbatim.
A head stands once for its entries, so nothing is read twice.
"""

from collections.abc import Mapping

import attrs
import polars as pl

from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words, tidy
from kamcore.markup.elements import LINE, OWNER, RECORD, Elements
from kamcore.model.currency import currency_code
from kamcore.place import Place
from kamcore.vouchers.entries import Entries, Field, read_entries
from kamcore.vouchers.making import Making, make_books, sides
from kamcore.vouchers.numbering import Numbered

OUTSIDE = Fault(
    code="G1521",
    zh="此分录不在任何凭证之内, 未读入 (共 {count} 条)",
    en="the entry stands outside any voucher and was not read ({count} in all)",
)
UNKNOWN_CURRENCY = Fault(
    code="G1522",
    severity=Severity.WARNING,
    zh="币种「{value}」无法识别 ({count} 行), 按原文保留",
    en="the currency {value!r} is not known ({count} lines); kept as it is",
)
TWO_QUANTITIES = Fault(
    code="G1523",
    severity=Severity.WARNING,
    zh="借方数量和贷方数量都有值, 另一方的数量 {value} 按附加信息保留",
    en="both sides have a quantity; the one of the unused side, {value}, is kept as an extra",
)
FLOW_WITHOUT_FIGURE = Fault(
    code="G1524",
    zh="现金流量「{value}」没有可读的项目或金额, 未读入",
    en="the cash flow {value!r} has no readable item or amount and was not read",
)

QUANTITY_DEBIT, QUANTITY_CREDIT = "side.quantity_debit", "side.quantity_credit"
"""Names of the typed quantities of the two sides."""
ID = "@id"
"""The attribute that names a voucher in its document."""
CNY = "CNY"
_ZERO = pl.lit(0, dtype=schema.AMOUNT)
_MONEY = ("debit", "credit", "fx_debit", "fx_credit")


@attrs.frozen
class Document:
    """The levels of a document: a row of `heads` for each voucher, of `entries` for each entry.

    `owner` gives the row of the voucher for each entry.
    """

    heads: Grid
    entries: Grid
    owner: pl.Series
    numbers: pl.Series
    """Index of each entry among all entries of the file, to join listings on."""
    problems: tuple[Problem, ...] = ()


@attrs.frozen(kw_only=True)
class Terms:
    """What the adapter knows of its layout.

    `nothing` lists, by field, texts that say no more than a blank where the field is kept
    verbatim.  `void` names the field of a head and the words that make a voucher void.  `labels`
    gives the vendor's word for a dimension.  Without a `base_currency` it is found out.
    """

    heads: tuple[Field, ...]
    entries: tuple[Field, ...]
    system: str
    base_currency: str = ""
    nothing: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    void: tuple[str, tuple[str, ...]]
    labels: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Laid:
    """Books made of a document, and the problems met; `entries` are the typed ones."""

    books: Books
    problems: tuple[Problem, ...]
    entries: Entries


def lay_out(elements: Elements, file: str) -> Document:
    """Join vouchers with their heads; set entries apart that belong to none.

    The kinds of record are called ``voucher``, ``head`` and ``entry``.
    """
    vouchers = elements.tables["voucher"].with_row_index("_row")
    heads = elements.tables["head"].drop_nulls(OWNER).unique(OWNER, keep="first")
    heads = heads.rename({LINE: "_line"}).with_columns(pl.col(OWNER).cast(pl.UInt32))
    clash = [name for name in vouchers.columns if name in heads.columns and name != OWNER]
    joined = vouchers.drop(OWNER).join(
        heads.drop(clash), left_on="_row", right_on=OWNER, how="left", maintain_order="left"
    )
    lines = joined.select(pl.coalesce("_line", LINE)).to_series()
    entries = elements.tables["entry"].with_row_index("_row")
    homeless = entries.filter(pl.col(OWNER).is_null())
    problems = []
    if homeless.height:
        place = Place(file=file, line=homeless[LINE][0])
        problems.append(OUTSIDE.at(place, count=homeless.height))
        entries = entries.filter(pl.col(OWNER).is_not_null())
    origin = Origin(file=file, by="line")
    return Document(
        heads=Grid(frame=joined.drop("_row", LINE, "_line"), rows=lines, origin=origin),
        entries=Grid(frame=entries.drop("_row", LINE, OWNER), rows=entries[LINE], origin=origin),
        owner=entries[OWNER].cast(pl.UInt32),
        numbers=entries["_row"].cast(schema.INTEGER),
        problems=tuple(problems),
    )


def make_document(document: Document, terms: Terms) -> Laid:
    """Read the fields and make the tables."""
    heads = read_entries(_plain(document.heads, terms.heads, terms.nothing), terms.heads)
    entries = read_entries(_plain(document.entries, terms.entries, terms.nothing), terms.entries)
    known = _periods(heads.frame)
    frame, base, odd = _settled(entries, terms.base_currency)
    order = pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER)
    rows = pl.concat(
        [frame, known[document.owner].select("vouchers.date", "vouchers.year", "vouchers.period")],
        how="horizontal",
    ).with_columns(
        voucher_id=(document.owner + 1).cast(schema.INTEGER),
        split_no=pl.lit(1, dtype=schema.INTEGER),
    )
    rows = rows.with_columns(line_no=order.over("voucher_id"))
    headings = {field.fact: field.heading for field in terms.heads if field.fact}
    headings["lines.quantity"] = entries.heading(QUANTITY_DEBIT)
    making = Making(
        system=terms.system,
        base_currency=base,
        labels=terms.labels,
        headings=headings,
    )
    made = make_books(Numbered(rows), entries, making)
    vouchers = _vouchers(known, document.heads, terms)
    extras = pl.concat(
        [made.books.extras, odd.extras, _kept(heads, "vouchers"), _entry_numbers(entries, rows)]
    )
    day = headings.get("vouchers.date", "date")
    said = {
        f"lines.{name}": headings.get(f"vouchers.{name}", day)
        for name in ("date", "year", "period")
    }
    origin = attrs.evolve(
        made.books.origin, headings={**made.books.origin.headings, **headings, **said}
    )
    books = made.books.replace(
        vouchers=vouchers,
        extras=extras.sort("table", "row_id", maintain_order=True),
        origin=origin,
    )
    problems = (*heads.problems, *entries.problems, *odd.problems, *made.problems)
    named = tuple(_named(problem, document, vouchers) for problem in problems)
    return Laid(books, (*document.problems, *named), entries)


def without_usual(grid: Grid, usual: Mapping[str, pl.Series]) -> Grid:
    """The grid with blanks where a field only says what follows from others.

    `usual` gives the texts that follow, by field; null where nothing does.
    """
    changed = []
    for name, texts in usual.items():
        if name in grid.frame.columns:
            own = tidy(grid.frame[name])
            same = (own == texts).fill_null(value=False)
            changed.append(pl.select(pl.when(~same).then(own)).to_series().alias(name))
    return attrs.evolve(grid, frame=grid.frame.with_columns(changed))


def flows(document: Document, listing: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows of a listing of cash flows with the ``voucher_id`` and ``line_no`` they belong to.

    Rows of entries that were not read are left out; the line in the file is ``source_row``.
    """
    places = lines.select("voucher_id", "line_no").with_columns(_number=document.numbers)
    return listing.join(
        places, left_on=RECORD, right_on="_number", how="inner", maintain_order="left"
    ).rename({LINE: "source_row"})


def _plain(grid: Grid, fields: tuple[Field, ...], nothing: Mapping[str, tuple[str, ...]]) -> Grid:
    """The grid with verbatim texts trimmed and those left out that say nothing."""
    facts = {field.heading for field in fields if field.fact}
    changed = [
        blank_words(tidy(grid.frame[name]), {"", *nothing.get(name, ())}).alias(name)
        for name in grid.frame.columns
        if name not in facts
    ]
    days = [
        pl.col(field.heading).str.replace(r"[T ]0?0:00(?::00(?:\.0+)?)?\s*$", "")
        for field in fields
        if field.kind.value == "day" and field.heading in grid.frame.columns
    ]
    return attrs.evolve(grid, frame=grid.frame.with_columns(changed).with_columns(days))


def _periods(heads: pl.DataFrame) -> pl.DataFrame:
    """Heads whose year and period come from the date where the source does not say them."""
    day = pl.col("vouchers.date")
    return heads.with_columns(
        pl.col("vouchers.year").fill_null(day.dt.year()).cast(schema.INTEGER),
        pl.col("vouchers.period").fill_null(day.dt.month()).cast(schema.INTEGER),
    )


def _vouchers(known: pl.DataFrame, heads: Grid, terms: Terms) -> pl.DataFrame:
    field, words = terms.void
    flag = heads.column(field).str.strip_chars().str.to_uppercase()
    status = (
        pl.when(pl.lit(flag.is_in(list(words))))
        .then(pl.lit("void"))
        .when(pl.col("vouchers.poster").is_not_null())
        .then(pl.lit("posted"))
        .when(pl.col("vouchers.reviewer").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("draft"))
    )
    names = [name for name in known.columns if name.startswith("vouchers.")]
    return known.select(
        pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER).alias("voucher_id"),
        status.alias("status"),
        pl.lit(heads.rows).alias("source_row"),
        *(pl.col(name).alias(name.removeprefix("vouchers.")) for name in names),
    )


@attrs.frozen
class _Odd:
    """What a settlement leaves over: extras, and problems."""

    extras: pl.DataFrame
    problems: tuple[Problem, ...]


def _settled(entries: Entries, base: str) -> tuple[pl.DataFrame, str, _Odd]:
    """Sides, currency, original amounts and quantity of every entry, and the base currency."""
    frame = sides(entries.frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    codes, problems = _currencies(entries)
    frame = frame.with_columns(codes)
    base = base or base_of(frame)
    debit, credit = pl.col("lines.debit"), pl.col("lines.credit")
    fx = {side: pl.col(f"lines.fx_{side}") for side in ("debit", "credit")}
    none = without_original(base, "lines.")
    given = pl.any_horizontal(value.is_not_null() for value in fx.values())
    on_credit = (credit != 0).fill_null(value=False) & (debit == 0).fill_null(value=True)
    own_quantity = pl.when(on_credit).then(QUANTITY_CREDIT).otherwise(QUANTITY_DEBIT)
    other_quantity = pl.when(on_credit).then(QUANTITY_DEBIT).otherwise(QUANTITY_CREDIT)
    settled = frame.with_columns(
        *(
            pl.when(~none & given).then(value.fill_null(_ZERO)).alias(f"lines.fx_{side}")
            for side, value in fx.items()
        ),
        pl.when(own_quantity != 0)
        .then(own_quantity)
        .when(other_quantity != 0)
        .then(other_quantity)
        .alias("lines.quantity"),
        _both=(own_quantity != 0) & (other_quantity != 0),
        _on_credit=on_credit,
    )
    extras, more = _second_quantities(settled, entries)
    return settled.drop("_both", "_on_credit"), base, _Odd(extras, (*problems, *more))


def without_original(base: str, prefix: str = "") -> pl.Expr:
    """True for a line whose original amounts say no more than its amounts.

    A line in base currency, or one without a currency and with no rate other than 1, whose
    original amounts are blank, 0, or its own amounts.
    """
    values = {name: pl.col(prefix + name).fill_null(0) for name in _MONEY}
    said = (values["fx_debit"] != 0) | (values["fx_credit"] != 0)
    own = (values["fx_debit"] == values["debit"]) & (values["fx_credit"] == values["credit"])
    return is_local(base, prefix) & (~said | own)


def is_local(base: str, prefix: str = "") -> pl.Expr:
    """True for a line in base currency, as far as currency and rate tell."""
    rate = pl.col(prefix + "rate")
    return (pl.col(prefix + "currency") == base).fill_null((rate.fill_null(1) == 1) | (rate == 0))


def base_of(frame: pl.DataFrame) -> str:
    """The base currency of typed lines: CNY, unless only another is always its own original."""
    lines = frame.select(
        currency=pl.col("lines.currency"),
        own=(pl.col("lines.rate").fill_null(1) == 1)
        & (pl.col("lines.fx_debit").fill_null(0) == pl.col("lines.debit").fill_null(0))
        & (pl.col("lines.fx_credit").fill_null(0) == pl.col("lines.credit").fill_null(0)),
    ).drop_nulls("currency")
    always = lines.group_by("currency").agg(pl.col("own").all()).filter("own")["currency"]
    if CNY in lines["currency"].unique().to_list() or always.len() != 1:
        return CNY
    return str(always.item())


def _currencies(entries: Entries) -> tuple[pl.Series, list[Problem]]:
    """The ISO codes of the currencies; a spelling nobody knows stays as it is."""
    texts = entries.frame["lines.currency"]
    known = {text: currency_code(text) for text in texts.drop_nulls().unique(maintain_order=True)}
    problems = []
    for text in (text for text, code in known.items() if code is None):
        rows = (texts == text).arg_true()
        place = entries.grid.place(rows[0], entries.heading("lines.currency"))
        problems.append(UNKNOWN_CURRENCY.at(place, text, count=rows.len()))
    codes = {text: code or text for text, code in known.items()}
    return texts.replace(list(codes), list(codes.values())), problems


def _second_quantities(
    frame: pl.DataFrame, entries: Entries
) -> tuple[pl.DataFrame, list[Problem]]:
    found, problems = [schema.EXTRAS.empty()], []
    if frame["_both"].any():
        for row in frame["_both"].arg_true():
            name = QUANTITY_DEBIT if frame["_on_credit"][row] else QUANTITY_CREDIT
            heading = entries.heading(name)
            text = entries.grid.column(heading)[row].strip()
            found.append(_extra("lines", row, heading, text))
            problems.append(TWO_QUANTITIES.at(entries.grid.place(row, heading), text))
    return pl.concat(found), problems


def _extra(table: str, row: int, field: str, value: str) -> pl.DataFrame:
    columns = {"table": [table], "row_id": [row], "field": [field], "value": [value]}
    return pl.DataFrame(columns, schema={c.name: c.dtype for c in schema.EXTRAS.columns})


def _entry_numbers(entries: Entries, rows: pl.DataFrame) -> pl.DataFrame:
    """Entry numbers that are not the place of the entry in its voucher."""
    heading = entries.heading("lines.line_no")
    texts = tidy(entries.grid.column(heading))
    odd = texts.ne_missing(rows["line_no"].cast(schema.TEXT)) & texts.is_not_null()
    return _verbatim(texts, odd.arg_true(), "lines", heading)


def _kept(heads: Entries, table: str) -> pl.DataFrame:
    """Texts of heads that have no fact."""
    facts = {field.heading for field in heads.fields if field.fact}
    found = [schema.EXTRAS.empty()]
    for name in heads.grid.frame.columns:
        if name in facts:
            continue
        texts = heads.grid.column(name)
        spots = texts.is_not_null()
        if name == ID:
            # Numbers that only count the vouchers are made again by any writer.
            count = pl.int_range(1, texts.len() + 1, eager=True).cast(schema.TEXT)
            spots &= texts.ne_missing(count)
        found.append(_verbatim(texts, spots.arg_true(), table, name))
    return pl.concat(found)


def _verbatim(texts: pl.Series, spots: pl.Series, table: str, field: str) -> pl.DataFrame:
    return pl.select(
        table=pl.lit(table),
        row_id=spots.cast(schema.INTEGER),
        field=pl.lit(field),
        value=texts.gather(spots),
    )


def _named(problem: Problem, document: Document, vouchers: pl.DataFrame) -> Problem:
    """The problem with the voucher it belongs to."""
    line = problem.place.line
    rows = document.heads.rows
    if line is None or problem.place.voucher or not rows.len():
        return problem
    # A head may end after its entries but starts before them.
    row = max(int(rows.search_sorted(line, side="right")) - 1, 0)
    head = vouchers.row(row, named=True)
    period = f"{head['year']}-{head['period']:02} " if head["year"] and head["period"] else ""
    name = f"{period}{head['word'] or ''}-{'' if head['number'] is None else head['number']}"
    return attrs.evolve(problem, place=attrs.evolve(problem.place, voucher=name))
