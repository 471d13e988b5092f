"""Read the journal of XBRL GL, entry by entry, in flat memory."""

from collections.abc import Iterator
from typing import Any

import attrs
import polars as pl
from lxml import etree

from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.amount import read_amounts, read_rates
from kamcore.grid.date import read_dates
from kamcore.grid.number import read_integers
from kamcore.grid.sheet import Grid
from kamcore.markup.element_stream import open_stream
from kamcore.markup.elements import local_name, refusal
from kamcore.model.entity import Entity
from kamcore.place import Place
from kamcore_xbrlgl import PARTIES
from kamcore_xbrlgl.writer import BASE

__all__ = ["read_books"]

NO_ENTRIES = Fault(
    code="XG0001",
    zh="不是 XBRL GL 的日记账: 根元素是 {value}",
    en="this is no journal of XBRL GL: the root element is {value}",
)
NO_SIDE = Fault(
    code="XG0003",
    zh="借贷标志「{value}」不认识, 应为 D 或 C",
    en="the side {value!r} is unknown; it is D or C",
)
NOT_READ = Fault(
    code="XG0004",
    severity=Severity.INFO,
    zh="字段「{value}」未读入, 共 {count} 处",
    en="the field {value} is not read ({count} times)",
)
OTHER_TOTAL = Fault(
    code="XG0005",
    zh="分录写明 {what} 为 {value}, 实际为 {found}",
    en="the entry states {what} {value}; its lines give {found}",
    hint_zh="文件可能缺少一部分, 或被改动过",
    hint_en="a part may be missing, or the file was changed",
)

_HEAD = {
    "postedDate": "posted",
    "enteredBy": "preparer",
    "sourceJournalDescription": "word",
    "entryNumber": "number",
    "totalDebit": "total_debit",
    "totalCredit": "total_credit",
}
_DETAIL = {
    "accountMainID": "account",
    "accountMainDescription": "name",
    "amount": "amount",
    "amountOriginalAmount": "paid",
    "amountOriginalCurrency": "currency",
    "amountOriginalExchangeRate": "rate",
    "debitCreditCode": "side",
    "signOfAmount": "sign",
    "postingDate": "date",
    "detailComment": "summary",
    "measurableQuantity": "quantity",
    "measurableUnitOfMeasure": "unit",
    "measurableCostPerUnit": "unit_price",
}
_HEADINGS = {f"lines.{field}": name for name, field in _DETAIL.items()} | {
    "lines.debit": "amount",
    "lines.credit": "amount",
}
_MORE = {
    *("lineNumber", "lineNumberCounter", "entryNumberCounter", "entryType"),
    *("identifierCode", "identifierType", "accountSubID", "accountSubType"),
}
"""Fields that say nothing of their own, or that are read with the member they name."""
_DIMENSION = {kind: name for name, kind in PARTIES.items()}
_FIELDS = ("voucher", *_HEAD.values(), *_DETAIL.values())


@attrs.frozen
class _Found:
    """The rows of a file by field, a column a dimension among them."""

    rows: list[dict[str, str | None]]
    lines: list[int]
    base: str | None
    unread: dict[str, list[int]]
    """By name of a field that has no place: the first line and how many."""


def read_books(source: Source, options: Options) -> Reading:
    """Read every entry detail; what cannot be read is blank, and a problem says so.

    Raises:
        SourceError: the file is no XML, declares a document type, or is no journal.
    """
    found, encoding = _entries(source)
    dims = sorted({name for row in found.rows for name in row if name.startswith(schema.AUX)})
    names = [*_FIELDS, *dims]
    frame = pl.DataFrame(
        {name: [row.get(name) for row in found.rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )
    origin = Origin(file=source.name, by="line", headings=_HEADINGS)
    grid = Grid(frame=frame, rows=pl.Series(found.lines, dtype=pl.Int64), origin=origin)
    base = str(options.get("base_currency") or found.base or BASE)
    tables, problems = _tables(grid, dims, base)
    return Reading(
        books=Books(Entity(base_currency=base), tables, origin),
        problems=(
            *problems,
            *_totals(grid, tables["lines"]),
            *(
                NOT_READ.at(Place(file=source.name, line=line), name, count=count)
                for name, (line, count) in found.unread.items()
            ),
        ),
        detected=Detected(encoding=encoding),
    )


def _entries(source: Source) -> tuple[_Found, str]:
    """Each entry detail with what its header says; no document type is read, nothing fetched."""
    found = _Found([], [], None, {})
    base: str | None = None
    with source.open() as raw:
        stream = open_stream(source, raw)
        parser = etree.iterparse(
            stream,
            tag=["{*}entryHeader", "{*}measure"],
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        number = 0
        try:
            for _, element in parser:
                if _local(element) == "measure":
                    said = (element.text or "").rpartition(":")
                    base = base or (said[2].upper() if said[0].endswith("iso4217") else None)
                    continue
                number += 1
                _note_unread(element, found.unread)
                for line, row in _rows(element, str(number)):
                    found.rows.append(row)
                    found.lines.append(line)
                element.clear(keep_tail=False)
                while (before := element.getprevious()) is not None:
                    before.getparent().remove(before)
        except etree.XMLSyntaxError as error:
            raise refusal(error, stream, source.name) from None
        root = parser.root
    if root is None or (not number and next(_locals(root, "accountingEntries"), None) is None):
        value = _local(root) if root is not None else "-"
        raise SourceError(NO_ENTRIES.at(Place(file=source.name, line=1), value))
    return attrs.evolve(found, base=base), stream.encoding


def _rows(header: Any, number: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    shared: dict[str, str | None] = {"voucher": number}
    details = []
    for child in header:
        name = _local(child)
        if name == "entryDetail":
            details.append(child)
        elif name in _HEAD:
            shared[_HEAD[name]] = _said(child)
    for detail in details:
        row = dict(shared)
        for element in detail.iter("{*}*"):
            name = _local(element)
            if name in _DETAIL:
                row.setdefault(_DETAIL[name], _said(element))
            elif name in ("identifierReference", "accountSub"):
                column, code = _member(element, name)
                if column:
                    row.setdefault(column, code)
        yield detail.sourceline or 1, row


def _note_unread(header: Any, unread: dict[str, list[int]]) -> None:
    """Count the fields of an entry that have a text and no place in the books."""
    for element in header.iter("{*}*"):
        name = _local(element)
        if name in _HEAD or name in _DETAIL or name in _MORE or len(element):
            continue
        if _said(element) is not None:
            unread.setdefault(name, [element.sourceline or 1, 0])[1] += 1


def _totals(grid: Grid, lines: pl.DataFrame) -> Iterator[Problem]:
    """A problem for every stated total that the lines of the entry do not give."""
    sums = lines.group_by("voucher_id").agg(pl.col("debit", "credit").sum())
    for side, name in (("debit", "totalDebit"), ("credit", "totalCredit")):
        stated = read_amounts(grid, f"total_{side}")
        rows = pl.DataFrame({"voucher_id": lines["voucher_id"], "stated": stated.values})
        firsts = rows.with_row_index("row").unique("voucher_id", keep="first", maintain_order=True)
        joined = firsts.join(sums, on="voucher_id", how="left", maintain_order="left")
        yield from stated.problems
        for row in joined.filter(pl.col("stated") != pl.col(side)).iter_rows(named=True):
            place = grid.place(row["row"], f"total_{side}")
            said, found = f"{row['stated']:.2f}", f"{row[side]:.2f}"
            yield OTHER_TOTAL.at(place, said, what=name, found=found)


def _member(element: Any, name: str) -> tuple[str, str | None]:
    """The dimension column an element speaks of, and the code; a type nobody knows is kept."""
    prefix = "identifier" if name == "identifierReference" else "accountSub"
    code_name = "identifierCode" if prefix == "identifier" else "accountSubID"
    kind = next((_said(child) for child in _locals(element, f"{prefix}Type")), None)
    code = next((_said(child) for child in _locals(element, code_name)), None)
    known = _DIMENSION.get(kind or "", kind) if prefix == "identifier" else kind
    return (schema.AUX + known if known else ""), code


def _tables(
    grid: Grid, dims: list[str], base: str
) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    date, posted = read_dates(grid, "date"), read_dates(grid, "posted")
    number = read_integers(grid, "number")
    money = {name: read_amounts(grid, name) for name in ("amount", "paid")}
    rates = {name: read_rates(grid, name) for name in ("rate", "quantity", "unit_price")}
    problems = [
        problem
        for parsed in (date, posted, number, *money.values(), *rates.values())
        for problem in parsed.problems
    ]
    side = grid.column("side").str.to_uppercase().str.head(1)
    odd = ~side.is_in(["D", "C"]).fill_null(value=False)
    problems += [
        NO_SIDE.at(grid.place(index, "side"), grid.column("side")[index] or "-")
        for index in odd.arg_true()
    ]
    zero = pl.lit(0).cast(schema.AMOUNT)
    # iso4217:usd is how a qualified name says USD.
    currency = grid.column("currency").str.replace(r"^.*:", "").str.to_uppercase()
    frame = grid.frame.select("word", "preparer", "account", "name", "summary", "unit", *dims)
    table = frame.with_columns(
        voucher_id=grid.column("voucher").cast(pl.Int64),
        date=posted.values.fill_null(date.values) if grid.height else posted.values,
        number=number.values,
        currency=currency.fill_null(base),
        source_row=grid.rows,
        _side=side,
        _amount=_signed(money["amount"].values, grid.column("sign")),
        _paid=money["paid"].values,
        **{name: parsed.values for name, parsed in rates.items()},
    ).with_columns(
        year=pl.col("date").dt.year().cast(pl.Int64),
        period=pl.col("date").dt.month().cast(pl.Int64),
        line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id"),
        split_no=pl.lit(1, dtype=pl.Int64),
        **{
            f"{prefix}{name}": pl.when(pl.col(source).is_not_null() & (pl.col("_side") == own))
            .then(pl.col(source))
            .when(pl.col(source).is_not_null() & (pl.col("_side") == other))
            .then(zero)
            for prefix, source in (("", "_amount"), ("fx_", "_paid"))
            for name, own, other in (("debit", "D", "C"), ("credit", "C", "D"))
        },
    )
    heads = table.unique("voucher_id", keep="first", maintain_order=True)
    named = table.filter(pl.col("account").is_not_null()).unique(
        "account", keep="first", maintain_order=True
    )
    kept = ("voucher_id", "line_no", "split_no", "date", "year", "period", "account", "summary")
    figures = ("debit", "credit", "currency", "fx_debit", "fx_credit", *rates, "unit")
    return {
        "accounts": named.select(code="account", name="name").sort("code"),
        "vouchers": heads.select(
            "voucher_id", "date", "year", "period", "word", "number", "preparer", "source_row"
        ),
        "lines": table.select(*kept, *figures, "source_row", *dims),
    }, problems


def _signed(amounts: pl.Series, signs: pl.Series) -> pl.Series:
    """Amounts with their signs: a minus may stand beside an amount that has none of its own."""
    turned = (pl.col("sign") == "-").fill_null(value=False) & (pl.col("amount") > 0)
    signed = pl.when(turned).then(-pl.col("amount")).otherwise("amount").cast(schema.AMOUNT)
    return pl.DataFrame({"amount": amounts, "sign": signs}).select(signed).to_series()


def _local(element: Any) -> str:
    return local_name(element.tag)


def _locals(element: Any, name: str) -> Iterator[Any]:
    return (found for found in element.iter(f"{{*}}{name}"))


def _said(element: Any) -> str | None:
    return (element.text or "").strip() or None
