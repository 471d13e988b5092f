"""The fields of the standard voucher table (标准格式凭证库), in four generations.

Names, types and lengths: formats/kingdee.md section 2.  Generation 1 (old KIS) has 40 fields and
four items, 2 has 52 and eight, 3 (K/3) 56 and eight, 4 has 78 and fifteen; the lengths of 4 are
taken to be those of 3.
"""

import re

import attrs

from kamcore.grid.dbf_writing import DbfColumn
from kamcore.vouchers.currencies import CODE
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.labels import Pair

SYSTEM = "kingdee-dbf"

AMOUNT = "amount"
"""Working column: the original amount, which stands in one field for both sides."""
DIRECTION, POSTED, DELETED = "direction", "posted", "deleted"
"""Working columns of flags."""
LINE = "lines.line_no"

BLANK = "<BLANK>"
"""What the product writes for the summary of a first line that has none."""
QUOTES = "''"
"""What one program writes for an empty text."""
NOTHING = "*"
"""How the layout says that there is no settlement method."""

GENERATIONS = ("1", "2", "3", "4")
ITEMS = {"1": 4, "2": 8, "3": 8, "4": 15}
"""How many auxiliary items a line of each generation holds."""
REVERSED = 9
"""The item whose three fields stand in reverse order."""


@attrs.frozen
class Column:
    """A field: how it is read, and its type, length and decimals in generation 1 and later."""

    field: Field
    old: tuple[str, int, int]
    new: tuple[str, int, int]
    since: str = "1"
    """The first generation that has it."""

    @property
    def key(self) -> str:
        """Name of the field."""
        return self.field.heading

    def shape(self, generation: str) -> DbfColumn:
        """The field as a table of a generation declares it."""
        kind, length, decimals = self.old if generation == "1" else self.new
        return DbfColumn(self.key, kind, length, decimals)


def _text(key: str, fact: str, old: int, new: int = 80, since: str = "1") -> Column:
    # Generation 3 on has fields that generation 1 lacks: their old length is never asked.
    return Column(Field(key, fact), ("C", old, 0), ("C", new, 0), since)


def _code(key: str, fact: str, old: int, new: int = 80) -> Column:
    return Column(Field(key, fact, Kind.CODE), ("C", old, 0), ("C", new, 0))


def _whole(key: str, fact: str, old: int, *, zero_is_blank: bool = False) -> Column:
    field = Field(key, fact, Kind.WHOLE, zero_is_blank=zero_is_blank)
    return Column(field, ("N", old, 0), ("N", 20, 5))


def _figure(key: str, fact: str, kind: Kind, old: tuple[int, int]) -> Column:
    field = Field(key, fact, kind, zero_is_blank=kind is Kind.RATE)
    return Column(field, ("N", *old), ("N", 20, 5))


def _day(key: str, fact: str, since: str = "1") -> Column:
    return Column(Field(key, fact, Kind.DAY), ("D", 8, 0), ("D", 8, 0), since)


def _flag(key: str, fact: str) -> Column:
    return Column(Field(key, fact, Kind.FLAG), ("L", 1, 0), ("L", 1, 0))


def _item(number: int) -> tuple[Column, Column, Column]:
    triple = (
        _text(f"FCLSNAME{number}", f"label.{number}", 20),
        _code(f"FOBJID{number}", f"code.{number}", 20),
        _text(f"FOBJNAME{number}", f"name.{number}", 40),
    )
    return triple[::-1] if number == REVERSED else triple


_HEAD = (
    _day("FDATE", "vouchers.date"),
    _day("FTRANSDATE", "vouchers.business_date", "3"),
    # Importing programs write 0 where the product is to decide.
    _whole("FPERIOD", "vouchers.period", 4, zero_is_blank=True),
    _text("FGROUP", "vouchers.word", 4, 10),
    _whole("FNUM", "vouchers.number", 4, zero_is_blank=True),
    _whole("FENTRYID", LINE, 4),
    Column(Field("FEXP", "lines.summary", blanks=(BLANK,)), ("C", 60, 0), ("C", 80, 0)),
    _code("FACCTID", "lines.account", 15, 40),
)
_MIDDLE = (
    _text("FTRANSID", "lines.business_number", 20),
    _text("FCYID", CODE, 3, 10),
    _figure("FEXCHRATE", "lines.rate", Kind.RATE, (19, 10)),
    _text("FDC", DIRECTION, 1, 1),
    _figure("FFCYAMT", AMOUNT, Kind.AMOUNT, (14, 2)),
    _figure("FQTY", "lines.quantity", Kind.RATE, (8, 2)),
    _figure("FPRICE", "lines.unit_price", Kind.RATE, (10, 7)),
    _figure("FDEBIT", "lines.debit", Kind.AMOUNT, (14, 2)),
    _figure("FCREDIT", "lines.credit", Kind.AMOUNT, (14, 2)),
    Column(
        Field("FSETTLCODE", "lines.settlement_method", blanks=(NOTHING,)),
        ("C", 8, 0),
        ("C", 80, 0),
    ),
    _text("FSETTLENO", "lines.settlement_number", 8),
    _text("FPREPARE", "vouchers.preparer", 20),
    _text("FPAY", "", 8),
    _text("FCASH", "vouchers.cashier", 8),
    _text("FPOSTER", "vouchers.poster", 20),
    _text("FCHECKER", "vouchers.reviewer", 20),
    _whole("FATTCHMENT", "vouchers.attachments", 5),
    _flag("FPOSTED", POSTED),
    _text("FMODULE", "vouchers.source_module", 4, 10),
    _flag("FDELETED", DELETED),
    _whole("FSERIALNO", "vouchers.serial", 10, zero_is_blank=True),
)
_TAIL = (
    _text("FUNITNAME", "lines.unit", 80, since="3"),
    _text("FREFERENCE", "vouchers.reference", 80, since="3"),
    Column(Field("FCASHFLOW"), ("N", 20, 5), ("N", 20, 5), "3"),
    _text("FHANDLER", "vouchers.handler", 80, since="4"),
)


def columns_of(generation: str) -> tuple[Column, ...]:
    """The fields of a generation, in the order of its table."""
    items = (column for number in range(1, ITEMS[generation] + 1) for column in _item(number))
    return tuple(
        column for column in (*_HEAD, *items, *_MIDDLE, *_TAIL) if column.since <= generation
    )


COLUMNS = {column.key: column for column in columns_of("4")}
"""Every field of any generation, by name."""


def fields_with(items: int) -> tuple[Field, ...]:
    """Fields that carry a fact or take part in one, with so many items."""
    known = {c.key for number in range(1, items + 1) for c in _item(number)}
    return tuple(
        column.field
        for key, column in COLUMNS.items()
        if column.field.fact and (key in known or not key.startswith(ITEM_FIELDS))
    )


def pairs_of(items: int) -> tuple[Pair, ...]:
    """The working columns of so many items."""
    return tuple(
        Pair(f"code.{number}", f"label.{number}", name=f"name.{number}")
        for number in range(1, items + 1)
    )


ITEM_FIELDS = ("FCLSNAME", "FOBJID", "FOBJNAME")
"""What the names of an item's fields begin with; its number follows."""

VERBATIM = ("FPAY", "FCASHFLOW")
"""Fields that the model has no place for."""

NEEDED = ("FDATE", "FGROUP", "FNUM", "FEXP", "FACCTID", "FDEBIT", "FCREDIT")
"""Fields without which a table is refused."""

LABELS = {"inventory": "物料"}
"""Categories that the product names otherwise than most."""

TEXTS = {
    column.field.fact: column
    for column in COLUMNS.values()
    if column.field.kind is Kind.TEXT and column.field.fact.startswith(("vouchers.", "lines."))
}
"""Fields that hold a text of the voucher or the line, by fact."""

NAMES = frozenset({"vouchers.word"})
"""Texts that name something: cut short they would name something else."""

RATES = ("rate", "quantity", "unit_price")

TEXT_BYTES = {fact: column.new[1] for fact, column in TEXTS.items() if fact not in NAMES}
"""The longest texts in bytes, as generations 2 to 4 declare them."""

_ITEM = re.compile(r"FCLSNAME(\d+)")


def generation_of(keys: frozenset[str]) -> str:
    """Which generation a table with these fields is of."""
    items = max((int(found[1]) for key in keys if (found := _ITEM.fullmatch(key))), default=0)
    if "FHANDLER" in keys or items > ITEMS["3"]:
        return "4"
    if "FTRANSDATE" in keys:
        return "3"
    return "2" if items > ITEMS["1"] else "1"
