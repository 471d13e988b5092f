"""Vouchers as bodies of the Web API (Save, FormId GL_VOUCHER), read from a JSON file.

``{"Model": {…, "FEntity": […]}}``, or a list of such (formats/kingdee.md section 4b).  Keys are
read in any case and named as they are spelled here.  A body has codes and no names: what they
stand for is known everywhere, given by an option, or the code stays.
"""

import re
from collections.abc import Mapping
from typing import Any

import attrs
import polars as pl

from kamcore.adapters.kingdee_galaxy import columns as layout
from kamcore.adapters.kingdee_galaxy.codes import codes_of, given
from kamcore.adapters.kingdee_galaxy.columns import Coded
from kamcore.books import Books, schema
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.markup.json_reading import Json, Twice, read_json
from kamcore.place import Place
from kamcore.vouchers.documents import (
    QUANTITY_CREDIT,
    QUANTITY_DEBIT,
    Document,
    Terms,
    make_document,
)
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.json_books import NO_BODIES
from kamcore.vouchers.json_records import Outline, lay_out_json, said_once
from kamcore.vouchers.labels import dimension_ids

SYSTEM = "kingdee-galaxy"
MODEL, ENTITY, DETAIL, PREFIX = "Model", "FEntity", "FDetailID", "FDETAILID__"
NUMBER = ".FNumber"
_CREDIT = "FAMOUNTFOR/FCREDIT"
"""Working column: original amounts of lines on the credit side."""

HEADS = (
    Field("FDate", "vouchers.date", Kind.DAY),
    Field("FBUSDATE", "vouchers.business_date", Kind.DAY),
    Field("FYEAR", "vouchers.year", Kind.WHOLE),
    Field("FPERIOD", "vouchers.period", Kind.WHOLE),
    Field(layout.WORD.key + NUMBER, "vouchers.word"),
    Field("FVOUCHERGROUPNO", "vouchers.number", Kind.WHOLE),
    Field("FATTACHMENTS", "vouchers.attachments", Kind.WHOLE),
    # Bodies say nothing of people; documents of other interfaces do.
    Field("_reviewer", "vouchers.reviewer"),
    Field("_poster", "vouchers.poster"),
)
OBJECTS = (layout.BOOK, layout.ORGANIZATION, "FSourceBillKey")
HEAD_EXTRAS = (*OBJECTS, layout.ADJUSTING, "FDocumentStatus")
"""Fields of the head kept verbatim and written back; `OBJECTS` hold a code."""
LINES = (
    Field("FEXPLANATION", "lines.summary"),
    Field("FACCOUNTID" + NUMBER, "lines.account", Kind.CODE),
    Field(layout.CURRENCY.key + NUMBER, "lines.currency"),
    Field(layout.RATE_TYPE.key + NUMBER, "lines.rate_type"),
    Field("FEXCHANGERATE", "lines.rate", Kind.RATE, zero_is_blank=True),
    Field(layout.UNIT.key + NUMBER, "lines.unit"),
    Field("FPrice", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("FQty", QUANTITY_DEBIT, Kind.RATE),
    Field("_quantity", QUANTITY_CREDIT, Kind.RATE),
    Field("FAMOUNTFOR", "lines.fx_debit", Kind.AMOUNT),
    Field(_CREDIT, "lines.fx_credit", Kind.AMOUNT),
    Field("FDEBIT", "lines.debit", Kind.AMOUNT),
    Field("FCREDIT", "lines.credit", Kind.AMOUNT),
    Field(layout.SETTLEMENT.key + NUMBER, "lines.settlement_method"),
    Field("FSETTLENO", "lines.settlement_number"),
    Field("FBUSNO", "lines.business_number"),
    # Where a body numbers its entries, that is kept where it is not their order.
    Field("_entry", "lines.line_no", Kind.WHOLE),
)
_WORKING = ("_reviewer", "_poster", "_quantity", "_entry", _CREDIT)
OUTLINE = Outline(
    inside=(MODEL,),
    entries=ENTITY,
    heads=frozenset(
        {f.heading for f in HEADS if f.heading not in _WORKING}
        | {name + NUMBER if name in OBJECTS else name for name in HEAD_EXTRAS}
    ),
    lines=frozenset(f.heading for f in LINES if f.heading not in _WORKING),
)
_CANON = {
    part.casefold(): part
    for name in (MODEL, ENTITY, DETAIL, "FVOUCHERID", *OUTLINE.heads, *OUTLINE.lines)
    for part in name.split(".")
}
_SLOT = re.compile(rf"{DETAIL}\.(?:{PREFIX})?(F\w+){re.escape(NUMBER)}")
_ZERO = r"^\s*-?0*(?:\.0*)?\s*$"


def read_bodies(source: Source, options: Options) -> Reading:
    """Read a body or a list of bodies.

    Raises:
        SourceError: the file is no sound JSON, or neither an object nor a list.
        UsageError: an option is no list of name=code.
    """
    found = read_json(source)
    spelled: Json = attrs.evolve(found, value=_canonical(found.value))
    document = lay_out_json(spelled, OUTLINE, source.name)
    labels = _labels(document.entries, options)
    ids = dimension_ids(labels.values())
    fields = [
        Field(name, f"lines.{schema.AUX}{ids[labels[slot.upper()]]}", Kind.CODE)
        for name, slot in _slots(document.entries).items()
    ]
    terms = Terms(
        heads=HEADS,
        entries=(*LINES, *fields),
        system=SYSTEM,
        base_currency=str(options.get("base_currency") or ""),
        nothing={**layout.NOTHING, "FVOUCHERID": ("0",)},
        void=("", ()),
        labels={ids[label]: label for label in labels.values()},
    )
    laid = make_document(_prepared(document, options), terms)
    problems = [
        attrs.evolve(problem, place=_plain_place(problem.place))
        for problem in said_once(laid.problems)
    ]
    if not document.heads.height:
        problems.append(NO_BODIES.at(Place(file=source.name)))
    slot_of = {label: slot for slot, label in labels.items()}
    return Reading(
        books=_finished(laid.books, slot_of),
        problems=tuple(problems),
        detected=Detected(encoding=found.encoding),
    )


def _canonical(value: Any) -> Any:
    """The value with known keys in one spelling; two spellings in one object are one key twice."""
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if not isinstance(value, dict):
        return value
    pairs = [(_key(key), _canonical(item)) for key, item in value.items()]
    if isinstance(value, Twice):
        pairs += [(_key(key), None) for key in value.keys_twice for _ in range(2)]
    if len({key for key, _ in pairs}) == len(pairs):
        return dict(pairs)
    return Twice(pairs)


def _key(key: str) -> str:
    folded = key.casefold()
    return key.upper() if folded.startswith(PREFIX.casefold()) else _CANON.get(folded, key)


def _slots(entries: Grid) -> dict[str, str]:
    """The slot of each column of members."""
    matches = {name: _SLOT.fullmatch(name) for name in entries.frame.columns}
    return {name: match[1] for name, match in matches.items() if match}


def _labels(entries: Grid, options: Options) -> dict[str, str]:
    """What each slot is called: by the caller, by the code table, or as it is."""
    told = {slot: label for label, slot in given(options, "dimensions").items()}
    found = sorted({slot.upper() for slot in _slots(entries).values()})
    return {slot: told.get(slot, layout.SLOTS.get(slot, slot)) for slot in found}


def _prepared(document: Document, options: Options) -> Document:
    """Name codes, and lay original amounts on the side of the amount."""
    heads = _worded(document.heads, (layout.WORD,), options)
    coded = (layout.RATE_TYPE, layout.UNIT, layout.SETTLEMENT, layout.CURRENCY)
    entries = _worded(document.entries, coded, options)
    debit, credit = entries.column("FDEBIT"), entries.column("FCREDIT")
    blank = debit.is_null() | debit.str.contains(_ZERO)
    on_credit = (blank & credit.is_not_null() & ~credit.str.contains(_ZERO)).fill_null(value=False)
    amount = entries.column("FAMOUNTFOR")
    frame = entries.frame.with_columns(
        pl.when(~pl.lit(on_credit)).then(pl.lit(amount)).alias("FAMOUNTFOR"),
        pl.when(pl.lit(on_credit)).then(pl.lit(amount)).alias(_CREDIT),
    )
    return attrs.evolve(document, heads=heads, entries=attrs.evolve(entries, frame=frame))


def _worded(grid: Grid, coded: tuple[Coded, ...], options: Options) -> Grid:
    columns = []
    for one in coded:
        name = one.key + NUMBER
        names = {code: word for word, code in codes_of(one, options).items()}
        columns.append(grid.column(name).replace(names).alias(name))
    return attrs.evolve(grid, frame=grid.frame.with_columns(columns))


def _plain_place(place: Place) -> Place:
    path = place.path.replace(_CREDIT, "FAMOUNTFOR") if place.path else place.path
    return attrs.evolve(place, path=path)


def _finished(books: Books, slot_of: Mapping[str, str]) -> Books:
    """The books with slots of dimensions, extras by plain keys, and what the file calls things."""
    slots = pl.col("label").replace_strict(dict(slot_of), default=None, return_dtype=schema.TEXT)
    plain = {name + NUMBER: name for name in OBJECTS}
    headings = {**books.origin.headings, "lines.fx_credit": "FAMOUNTFOR"}
    extras = books.extras.with_columns(pl.col("field").replace(plain))
    return books.replace(
        dimensions=books.dimensions.with_columns(source_code=slots),
        extras=extras.sort("table", "row_id", "field"),
        origin=attrs.evolve(books.origin, headings=headings),
    )
