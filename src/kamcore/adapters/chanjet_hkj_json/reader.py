"""Read voucher bodies of the 好会计 OpenAPI (formats/yonyou.md 4.2)."""

from collections.abc import Mapping

import attrs
import polars as pl

from kamcore.adapters.chanjet_hkj_json import layout
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.grid.words import bare_codes
from kamcore.vouchers.documents import Document, Terms
from kamcore.vouchers.json_books import Bodies, pairs_of, read_bodies

UNKNOWN_CATEGORY = Fault(
    code="Y8001",
    severity=Severity.WARNING,
    zh="凭证类别 {value} 未知 (共 {count} 张), 按原文作凭证字",
    en="the voucher category {value} is not known ({count} vouchers); it is kept as the word",
)
_MILLISECONDS = r"^-?[0-9]{10,14}$"


def read_books(source: Source, options: Options) -> Reading:
    """Read a body or a list of bodies.

    Raises:
        SourceError: the file is no sound JSON, or neither an object nor a list.
        UsageError: an option is no list of pairs.
    """
    base = str(options.get("base_currency") or "CNY")
    currencies = {"1": base, **pairs_of(options.get("currencies"), "currencies", "2=USD")}
    problems: list[Problem] = []
    lines: list[Grid] = []

    def prepared(document: Document) -> Document:
        lines.append(document.entries)
        return _prepared(document, currencies, problems)

    terms = Terms(
        heads=layout.HEADS,
        entries=layout.LINES,
        system=layout.SYSTEM,
        base_currency=base,
        nothing=layout.NOTHING,
        void=("", ()),
        labels=layout.LABELS,
    )
    bodies = Bodies(
        outline=layout.OUTLINE, terms=terms, prepared=prepared, codes={k: k for k in layout.FREE}
    )
    reading = read_bodies(source, bodies)
    books = _with_directions(reading.books, lines[0])
    return attrs.evolve(reading, books=books, problems=(*reading.problems, *problems))


def _prepared(
    document: Document, currencies: Mapping[str, str], problems: list[Problem]
) -> Document:
    """The document with words, days and periods in plain spelling."""
    heads, lines = document.heads, document.entries
    category, period, day = (
        heads.column(name).str.strip_chars()
        for name in (layout.CATEGORY, layout.PERIOD, layout.DAY)
    )
    problems += _unknown(document, category)
    whole = period.str.contains(r"^[0-9]{6}$")
    frame = heads.frame.with_columns(
        category.replace(layout.WORDS),
        _day(day),
        pl.when(whole).then(period.str.slice(0, 4)).otherwise(period).alias(layout.YEAR_OF),
        pl.when(whole).then(period.str.slice(4)).alias(layout.MONTH_OF),
    ).drop(layout.PERIOD)
    entries = lines.frame.drop(layout.DIRECTION).with_columns(
        lines.column(layout.CURRENCY).str.strip_chars().replace(dict(currencies))
    )
    headings = {layout.YEAR_OF: layout.PERIOD, layout.MONTH_OF: layout.PERIOD}
    origin = attrs.evolve(heads.origin, headings=headings)
    return attrs.evolve(
        document,
        heads=attrs.evolve(heads, frame=frame, origin=origin),
        entries=attrs.evolve(lines, frame=entries),
    )


def _day(texts: pl.Series) -> pl.Series:
    """Milliseconds since 1970 as the day of Beijing; other texts stay as they are."""
    stamp = texts.str.contains(_MILLISECONDS).fill_null(value=False)
    number = pl.select(pl.when(stamp).then(texts)).to_series().cast(schema.INTEGER, strict=False)
    moment = number.cast(pl.Datetime("ms")) + pl.duration(hours=layout.ZONE_HOURS)
    said = pl.select(pl.when(stamp).then(moment.dt.strftime("%Y-%m-%d")).otherwise(texts))
    return said.to_series().alias(texts.name)


def _unknown(document: Document, category: pl.Series) -> list[Problem]:
    strange = category.filter(category.is_not_null() & ~category.is_in(list(layout.WORDS)))
    found = []
    for value in strange.unique(maintain_order=True):
        rows = (category == value).arg_true()
        place = document.heads.place(int(rows[0]), layout.CATEGORY)
        found.append(UNKNOWN_CATEGORY.at(place, value, count=rows.len()))
    return found


def _with_directions(books: Books, lines: Grid) -> Books:
    """The accounts with their balance direction, where all lines agree about it."""
    names = {"1": "debit", "-1": "credit"}
    said = pl.DataFrame(
        {
            "code": bare_codes(lines.column(f"{layout.ACCOUNT}.code")),
            "direction": lines.column(layout.DIRECTION).replace_strict(names, default=None),
        },
        schema={"code": schema.TEXT, "direction": schema.TEXT},
    ).drop_nulls()
    agreed = said.unique().filter(pl.col("code").is_unique())
    accounts = books.accounts.drop("direction").join(
        agreed, on="code", how="left", maintain_order="left"
    )
    return books.replace(accounts=accounts.select(schema.ACCOUNTS.names))
