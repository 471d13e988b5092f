"""Read the GL_VOUCHER workbook (formats/kingdee.md section 4a)."""

from collections.abc import Mapping, Sequence

import attrs
import polars as pl

from kamcore.adapters.kingdee_galaxy import columns as layout
from kamcore.adapters.kingdee_galaxy.codes import codes_of, named, own_codes
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Options, Reading, Source
from kamcore.grid.header import Header, find_header, grid_of
from kamcore.grid.rows import drop_blank_rows
from kamcore.grid.sheet import Grid
from kamcore.grid.workbook import Workbook, open_workbook
from kamcore.place import Place
from kamcore.vouchers.currencies import CODE, NAME, base_currency, iso_currencies
from kamcore.vouchers.entries import Entries, Field, Kind, read_entries
from kamcore.vouchers.labels import Pair, spread_pairs
from kamcore.vouchers.listing import NO_DATA, Listing, best_sheet
from kamcore.vouchers.making import NAMES, Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import Numbered, by_head
from kamcore.vouchers.verbatim import lifted

SYSTEM = "kingdee-galaxy"
HOMELESS = Fault(
    code="K6001",
    zh="第一行数据没有单据头 ({value}、日期和凭证号都是空的), 不知属于哪张凭证",
    en="the first line has no head ({value}, date and number are blank): it belongs to no voucher",
    hint_zh="凭证的第一行要填单据头各列; 请核对是否删掉了第一行",
    hint_en="the first line of a voucher carries the head; compare whether a row was deleted",
)
UNNAMED_SLOT = Fault(
    code="K6002",
    severity=Severity.WARNING,
    zh="第二行没有写明核算维度 {value} 的名称, 按「{label}」读取",
    en="row 2 does not name the dimension {value}; it is read as {label}",
    hint_zh="各站点的维度编号含义不同, 请核对",
    hint_en="what a slot means differs from site to site; compare",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read a workbook.

    Raises:
        SourceError: it is no workbook, a needed column is missing or stands there twice, or the
            first line has no head.
        UsageError: an option is no list of name=code.
    """
    listing, labels, unnamed = _listing(source, str(options.get("sheet") or ""))
    grid = listing.grid
    entries = read_entries(grid, (*layout.HEADS, *layout.LINES, *_dimension_fields(labels)))
    frame = _with_words(entries.frame, options)
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame, strange = iso_currencies(frame, entries)
    base = str(options.get("base_currency") or base_currency(frame, layout.AMOUNT))
    unlike = unlike_originals(frame, entries, layout.AMOUNT, base)
    frame = original(frame, layout.AMOUNT, base)
    pairs = [Pair(f"code.{slot}", constant=labels[slot], name=f"name.{slot}") for slot in labels]
    frame, known, unpaired = spread_pairs(frame, entries, pairs)
    numbered = _numbered(frame, grid)
    entries = _with_captions(entries, known, labels)
    making = Making(
        system=SYSTEM,
        base_currency=base,
        entity_name=_entity(grid),
        labels=known,
        headings={
            "lines.fx_debit": "FAMOUNTFOR",
            "lines.fx_credit": "FAMOUNTFOR",
            **{coded.fact: coded.key for coded in (*layout.CODED, layout.CURRENCY)},
        },
    )
    made = make_books(numbered, entries, making)
    problems = (
        *listing.problems,
        *unnamed,
        *entries.problems,
        *strange,
        *unlike,
        *unpaired,
        *made.problems,
    )
    return Reading(
        books=_finished(made.books, numbered, labels),
        problems=tuple(sorted(problems, key=lambda problem: problem.place.row or 0)),
        detected=listing.detected(slots=", ".join(f"{s} {label}" for s, label in labels.items())),
    )


def _listing(source: Source, sheet: str) -> tuple[Listing, dict[str, str], list[Problem]]:
    """The rows under their keys, the label of each slot, and what is odd about the slots."""
    workbook = open_workbook(source)
    name = sheet or best_sheet(workbook, layout.WANTED)
    place = Place(file=source.name, sheet=name)
    rows = workbook.peek(name)
    slots = _slots(rows)
    wanted: dict[str, str | tuple[str, ...]] = dict(layout.WANTED)
    for slot, spellings in slots.items():
        wanted |= {
            layout.dimension_key(slot): spellings[0],
            layout.dimension_key(slot, name=True): spellings[1],
        }
    header = find_header(rows, wanted, layout.NEEDED, place=place)
    header.require()
    captions = _captions(rows, header)
    if captions is not None:
        header = attrs.evolve(header, row=(header.row or 0) + 1)
    grid, problems = _grid(workbook, name, header)
    if not grid.height:
        problems.append(NO_DATA.at(header.place))
    elif grid.frame.select(_headless(grid))[0].item():
        raise SourceError(HOMELESS.at(grid.place(0, layout.HEAD), layout.HEAD))
    labels, unnamed = _labels(slots, header, captions or ())
    return Listing(grid=grid, header=header, problems=tuple(problems)), labels, unnamed


def _grid(workbook: Workbook, name: str, header: Header) -> tuple[Grid, list[Problem]]:
    problems = list(workbook.problems)
    grid = grid_of(workbook.load(name, skip=header.row or 0), header, problems)
    return drop_blank_rows(grid), problems


def _headless(grid: Grid) -> pl.Expr:
    """True for rows without any cell that begins a voucher."""
    present = [field.heading for field in layout.HEADS if field.heading in grid.frame.columns]
    return pl.all_horizontal(pl.col(present).is_null())


def _slots(rows: Sequence[Sequence[str]]) -> dict[str, tuple[str, str]]:
    """The slots in the row of keys: how their two columns are spelled."""
    found: dict[str, list[str]] = {}
    for cell in {cell: None for row in rows for cell in row}:
        if match := layout.DIMENSION.fullmatch(cell.strip()):
            slot = match["slot"].upper()
            pair = found.setdefault(slot, ["", ""])
            pair[1 if match["name"] else 0] = cell.strip()
    return {
        slot: (code or layout.dimension_key(slot), name or layout.dimension_key(slot, name=True))
        for slot, (code, name) in found.items()
    }


def _captions(rows: Sequence[Sequence[str]], header: Header) -> Sequence[str] | None:
    """The row of captions below the keys; None where data begin at once."""
    below = rows[header.row] if header.row is not None and header.row < len(rows) else ()
    column = header.columns["FDate"]
    cell = below[column] if column < len(below) else ""
    is_data = not cell or any(mark.isdigit() for mark in cell)
    return None if is_data and not any("单据" in text for text in below) else below


def _labels(
    slots: Mapping[str, tuple[str, str]], header: Header, captions: Sequence[str]
) -> tuple[dict[str, str], list[Problem]]:
    """What each slot is called: by its caption, by that of its name, else by the code table."""
    labels: dict[str, str] = {}
    problems = []
    for slot in slots:
        said = ""
        for name in (False, True):
            column = header.columns.get(layout.dimension_key(slot, name=name))
            if not said and column is not None and column < len(captions):
                said = layout.label_in(captions[column])
        labels[slot] = said or layout.SLOTS.get(slot, slot)
        if not said:
            place = attrs.evolve(header.place, column=layout.dimension_key(slot))
            problems.append(UNNAMED_SLOT.at(place, slot, label=labels[slot]))
    return labels, problems


def _dimension_fields(labels: Mapping[str, str]) -> list[Field]:
    fields = []
    for slot in labels:
        fields.append(Field(layout.dimension_key(slot), f"code.{slot}", Kind.CODE))
        fields.append(Field(layout.dimension_key(slot, name=True), f"name.{slot}"))
    return fields


def _with_words(frame: pl.DataFrame, options: Options) -> pl.DataFrame:
    """Add what stands there as code and name: the voucher word, units, kinds of rate."""
    codes = codes_of(layout.CURRENCY, options)
    iso = {code: name for name, code in codes.items() if layout.CURRENCY.known.get(name) != code}
    return frame.with_columns(
        *(named(coded, options) for coded in layout.CODED),
        # A code that the caller explains needs no name.
        pl.coalesce(pl.col(NAME).replace_strict(iso, default=None, return_dtype=schema.TEXT), CODE)
        if iso
        else pl.col(CODE),
    )


def _numbered(frame: pl.DataFrame, grid: Grid) -> Numbered:
    heads = [field.fact for field in layout.HEADS]
    heads.append(layout.WORD.fact)
    return by_head(frame, grid, heads)


def _with_captions(entries: Entries, known: Mapping[str, str], labels: dict[str, str]) -> Entries:
    """Let the columns of dimensions be found by the fact they carry."""
    slot_of = {label: slot for slot, label in reversed(labels.items())}
    more = [
        Field(layout.dimension_key(slot_of[label], name=is_name), f"{prefix}{schema.AUX}{name}")
        for name, label in known.items()
        for prefix, is_name in (("lines.", False), (NAMES, True))
    ]
    return attrs.evolve(entries, fields=(*entries.fields, *more))


def _entity(grid: Grid) -> str:
    """Whose books: the accounting organisation, else the name of the account book."""
    for heading in (layout.ORGANIZATION_NAME, layout.BOOK_NAME):
        names = grid.column(heading).drop_nulls()
        if names.len():
            return str(names[0]).strip()
    return ""


def _finished(books: Books, numbered: Numbered, labels: dict[str, str]) -> Books:
    """The books with the slots of dimensions, and extras at the rows they belong to."""
    slot_of = {label: slot for slot, label in reversed(labels.items())}
    slots = pl.col("label").replace_strict(slot_of, default=None, return_dtype=schema.TEXT)
    nothing = pl.lit(value=False)
    for field, words in layout.NOTHING.items():
        nothing |= (pl.col("field") == field) & pl.col("value").str.strip_chars().is_in(words)
    extras = books.extras.filter(
        ~nothing & ~pl.col("field").is_in([layout.LINE, layout.SPLIT, layout.HEAD])
    )
    plain = lifted(books.replace(extras=extras), layout.HEAD_EXTRAS)
    rows = numbered.frame.with_columns(
        _line=pl.int_range(pl.len()), _head=pl.col("voucher_id") - 1
    )
    codes = [
        own_codes(rows, coded, "_head" if coded is layout.WORD else "_line")
        for coded in layout.CODED
    ]
    codes[0] = codes[0].unique(["row_id", "field"], keep="first", maintain_order=True)
    codes.append(_currency_codes(rows))
    return books.replace(
        dimensions=books.dimensions.with_columns(source_code=slots),
        extras=pl.concat([plain.extras, *codes]).sort("table", "row_id", "field"),
    )


def _currency_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Extras for codes of currencies that are not those of every site."""
    spelled = rows.with_columns(pl.col(NAME).alias(layout.CURRENCY.code))
    return own_codes(spelled, layout.CURRENCY, "_line")
