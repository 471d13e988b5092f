"""The forms of key-account management (大客户管理表格), blank or filled from the archive.

``key_account_forms.toml`` says what stands on each of the fifteen forms and where a filled one
takes it from; here it becomes sheets of a report.  What the archive does not know comes as facts
and tables of the caller: sales, tiers, ratios, orders.
"""

import datetime as dt
import enum
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import attrs
import polars as pl

from kamcore.forms.party_record import Reader, record_for
from kamcore.model.archive import Archive
from kamcore.model.contract import Contract
from kamcore.model.party import Party
from kamcore.model.party_class import SCHEMES
from kamcore.model.party_profile import archive_fields
from kamcore.reports.sheets import Column, Fields, Line, Listing, Part, Sheet, Title, Value
from kamcore.reports.workbook import sheet_name

__all__ = ["Filling", "KeyAccountForm", "blank_sheet", "filled_sheets", "key_account_forms"]

Row = Mapping[str, Any]
"""A row of a table by key."""

_ACROSS = 2


SECRET_LIKE = {
    **dict.fromkeys(("limit", "terms"), "credit_limit"),
    **dict.fromkeys(("grade", "overall_view", "handling", "payment_record"), "credit_grade"),
    **dict.fromkeys(("receivable", "overdue"), "credit_status"),
    **dict.fromkeys(
        ("sales", "share", "cumulative", "growth", "profit", "month_sales", "sales_ytd"),
        "trade_volume",
    ),
    "receipts": "trade_volume",
}
"""Facts of the caller, and the field of the archive that says how secret each of them is."""

SECRET_TABLES = {"ratios": "credit_grade", "plan": "trade_volume", "orders": "trade_volume",
                 "purchases": "trade_volume"}  # fmt: skip
"""The same for tables of the caller."""


@attrs.frozen
class Item:
    """A box or a column: its heading, and the key it is filled by; blank for a hand."""

    zh: str
    en: str
    key: str

    @classmethod
    def of(cls, text: str) -> "Item":
        """Read ``姓名|name=key``, ``日期|date`` or the name of a field of the archive."""
        heading, _, key = text.partition("=")
        zh, _, en = heading.partition("|")
        known = archive_fields().get(text)
        if known is not None:
            return cls(known.zh, known.en, known.name)
        return cls(zh, en or zh, key)

    def heading(self, lang: str) -> str:
        """The heading in a language."""
        return self.zh if lang == "zh" else self.en


@attrs.frozen(kw_only=True)
class Block:
    """A part of a form: boxes, or a table."""

    zh: str
    en: str
    items: tuple[Item, ...]
    is_table: bool = False
    rows: str = ""
    """The table its rows come from."""
    blank: int = 0
    questions: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class KeyAccountForm:
    """A form: its names, its parts in order, and whether it is about one party or all."""

    id: str
    zh: str
    en: str
    about_all: bool
    blocks: tuple[Block, ...]

    def title(self, lang: str) -> str:
        """The name of the form in a language."""
        return self.zh if lang == "zh" else self.en


@attrs.frozen(kw_only=True)
class Filling:
    """What forms are filled from, as known on a day, for a reader of a class.

    `facts` gives values by party and key, `tables` rows by party (``""`` for all) and table.
    """

    archive: Archive
    on: dt.date
    reader: Reader = attrs.field(factory=Reader)
    contracts: Sequence[Contract] = ()
    facts: Mapping[str, Mapping[str, Value]] = attrs.field(factory=dict)
    tables: Mapping[tuple[str, str], Sequence[Row]] = attrs.field(factory=dict)


@cache
def key_account_forms() -> dict[str, KeyAccountForm]:
    """Every form by id.

    >>> key_account_forms()["card"].zh, len(key_account_forms())
    ('大客户档案表', 15)
    """
    text = files("kamcore.reports").joinpath("key_account_forms.toml").read_text("utf-8")
    return {one["id"]: _form(one) for one in tomllib.loads(text)["form"]}


def _form(data: Mapping[str, Any]) -> KeyAccountForm:
    blocks = [_block(part, is_table=False) for part in data.get("part", ())]
    blocks += [_block(table, is_table=True) for table in data.get("table", ())]
    # Signatures close a form: the last part stands below the tables.
    closing = {"核签", "结论", "结果"}
    ordered = sorted(blocks, key=lambda one: one.zh in closing)
    return KeyAccountForm(
        id=data["id"],
        zh=data["zh"],
        en=data["en"],
        about_all=data.get("about") == "all",
        blocks=tuple(ordered),
    )


def _block(data: Mapping[str, Any], *, is_table: bool) -> Block:
    named = data["columns"] if is_table else data["items"]
    asked = (text.partition("|") for text in data.get("questions", ()))
    return Block(
        zh=data["zh"],
        en=data["en"],
        items=tuple(map(Item.of, named)),
        is_table=is_table,
        rows=data.get("rows", ""),
        blank=data.get("blank", 0),
        questions=tuple((zh, en) for zh, _, en in asked),
    )


def blank_sheet(form: KeyAccountForm, lang: str = "zh") -> Sheet:
    """A form to print and fill in by hand."""
    parts: list[Part] = [Title(form.title(lang))]
    for block in form.blocks:
        parts.append(Line(block.zh if lang == "zh" else block.en))
        if block.is_table:
            parts.append(_listing(block, _questions(block, lang) or [{}] * block.blank, lang))
        else:
            parts.append(_boxes(block, {}, lang))
    return Sheet(name=sheet_name(form.title(lang)), parts=tuple(parts), landscape=form.about_all)


def filled_sheets(
    form: KeyAccountForm, filling: Filling, parties: Iterable[Party], lang: str = "zh"
) -> list[Sheet]:
    """A form filled in: a sheet a party, or one sheet for all of them."""
    chosen = list(parties)
    if form.about_all:
        return [_filled(form, filling, None, chosen, lang)]
    return [_filled(form, filling, party, chosen, lang) for party in chosen]


def _filled(
    form: KeyAccountForm,
    filling: Filling,
    party: Party | None,
    chosen: list[Party],
    lang: str,
) -> Sheet:
    title = form.title(lang)
    day = filling.on.isoformat()
    values = {} if party is None else _values(filling, party)
    named = "" if party is None else f"{party.code} {values.get('name') or ''}".strip()
    until = f"截至 {day}" if lang == "zh" else f"as of {day}"
    parts: list[Part] = [Title(title), Line(named, until)]
    for block in form.blocks:
        parts.append(Line(block.zh if lang == "zh" else block.en))
        if not block.is_table:
            parts.append(_boxes(block, values, lang))
            continue
        rows = _questions(block, lang) or _rows(block.rows, filling, party, chosen)
        parts.append(_listing(block, rows or [{}] * block.blank, lang))
    name = sheet_name(title if party is None else f"{party.code} {title}")
    return Sheet(name=name, parts=tuple(parts), landscape=form.about_all)


def _questions(block: Block, lang: str) -> list[Row]:
    return [{"question": zh if lang == "zh" else en} for zh, en in block.questions]


def _values(filling: Filling, party: Party) -> dict[str, Any]:
    """What a reader may see of a party, classes by their names, with the facts of the caller."""
    values = dict(record_for(party, filling.reader, filling.on))
    for name, known in archive_fields().items():
        if known.scheme and name in values:
            found = filling.archive.classes.find(known.scheme, str(values[name]))
            values[name] = found.zh if found else values[name]
    given = filling.facts.get(party.code, {})
    return values | {
        key: value
        for key, value in given.items()
        if _may_read(filling.reader, SECRET_LIKE.get(key))
    }


def _may_read(reader: Reader, name: str | None) -> bool:
    """Whether a reader may see what is as secret as a field of the archive."""
    if name is None:
        return True
    secrecy = reader.classes.get(name, archive_fields()[name].secrecy)
    return reader.cleared.may_read(secrecy)


def _rows(
    source: str, filling: Filling, party: Party | None, chosen: list[Party]
) -> Sequence[Row]:
    """The rows of a table of a form."""
    given = filling.tables.get(("" if party is None else party.code, source))
    if given is not None:
        return given if _may_read(filling.reader, SECRET_TABLES.get(source)) else []
    if source == "parties":
        return [_values(filling, one) for one in chosen]
    if source == "all contacts":
        return [row for one in chosen for row in _contacts(filling, one)]
    if source == "classes":
        return [*_classes(filling, chosen), *filling.tables.get(("", "levels"), ())]
    if party is None:
        return []
    if source == "plan":
        return _plan(filling, party)
    rows = record_for(party, filling.reader, filling.on).get(source)
    if source == "documents":
        return [attrs.asdict(one, recurse=False) for one in party.documents]
    return rows if isinstance(rows, list) else []


def _contacts(filling: Filling, party: Party) -> list[Row]:
    values = _values(filling, party)
    known = {"code": party.code, "name": values.get("name")}
    people = values.get("contacts", ())
    return [{**row, **known, "contact": row.get("name")} for row in people] or [known]


def _classes(filling: Filling, chosen: list[Party]) -> list[Row]:
    """Every class with how many of the parties are in it."""
    fields = {one.scheme: name for name, one in archive_fields().items() if one.scheme}
    profiles = [party.as_of(filling.on) for party in chosen]
    rows: list[Row] = []
    for scheme, classes in filling.archive.classes.by_scheme.items():
        title = SCHEMES.get(scheme, (scheme, scheme))[0]
        field = fields.get(scheme)
        given = [getattr(one, field) if field else one.own.get(scheme) for one in profiles]
        for one in classes:
            count = sum(value == one.code for value in given)
            rows.append({"scheme": title, "code": one.code, "class": one.zh, "parties": count})
    return rows


def _plan(filling: Filling, party: Party) -> list[Row]:
    """The purchase plans of the contracts in force."""
    own = [one for one in filling.contracts if one.party == party.code]
    inforce = [terms for one in own if (terms := one.version_on(filling.on)) is not None]
    return [
        {
            "contract": terms.number,
            "period": str(line.span),
            "item": line.item,
            "quantity": line.quantity,
            "amount": line.amount,
        }
        for terms in inforce
        for line in terms.annual_plan
    ]


def _boxes(block: Block, values: Mapping[str, Any], lang: str) -> Fields:
    pairs = [
        (item.heading(lang), _cell(values.get(item.key) if item.key else None, lang))
        for item in block.items
    ]
    return Fields(pairs=tuple(pairs), across=_ACROSS)


def _listing(block: Block, rows: Sequence[Row], lang: str) -> Listing:
    columns, series = [], []
    for at, item in enumerate(block.items):
        name = f"{at}"
        cells = [_cell(row.get(item.key) if item.key else None, lang) for row in rows]
        columns.append(Column(name, item.heading(lang)))
        series.append(_series(name, cells))
    return Listing(columns=tuple(columns), frame=pl.DataFrame(series))


def _series(name: str, cells: list[Value]) -> pl.Series:
    """A column of one type; what is mixed is text."""
    filled = [cell for cell in cells if cell is not None]
    if filled and all(isinstance(cell, Decimal) for cell in filled):
        places = (-int(cell.as_tuple().exponent) for cell in filled if isinstance(cell, Decimal))
        return pl.Series(name, cells, dtype=pl.Decimal(38, max(0, *places, 0)))
    if filled and all(type(cell) is int for cell in filled):
        return pl.Series(name, cells, dtype=pl.Int64())
    if filled and all(isinstance(cell, dt.date) for cell in filled):
        return pl.Series(name, cells, dtype=pl.Date())
    texts = [None if cell is None else str(cell) for cell in cells]
    return pl.Series(name, texts, dtype=pl.String())


def _cell(value: Any, lang: str) -> Value:
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, enum.Enum):
        return str(getattr(value, "zh", value.value)) if lang == "zh" else str(value.value)
    if value is None or isinstance(value, str | int | Decimal | dt.date):
        return value
    return str(value)
