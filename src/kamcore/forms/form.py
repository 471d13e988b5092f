"""What a form is: one record a person fills in, declared once in a module of this room.

A form is a pydantic model with a `Card`.  Its fields say their headings, notes and examples with
`column`, its sub-tables with `rows_of`; templates, readers and checks all come from there.  Any
module of this room that defines such a class adds a kind; there is no list to add it to::

    class PriceForm(Form):
        \"\"\"A price of one product.\"\"\"

        card: ClassVar = Card(kind="price", zh="价格", en="prices", key=("number",))
        number: Text = column("编号", "number", example="P-001")
        amount: Figure = column("单价", "amount", example="87.40")
        until: Day | None = column("截止日期", "until", default=None)

        def build(self) -> Price:
            return Price(...)
"""

import enum
import importlib
import pkgutil
import types
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, ClassVar

import attrs
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from kamcore import forms
from kamcore.forms.cell import Mistake, Remark
from kamcore.model.word import Word

__all__ = [
    "Card",
    "Column",
    "Form",
    "Mistake",
    "Remark",
    "alternative",
    "column",
    "kinds",
    "rows_of",
    "with_options",
]

_HEADING = "kamcore"


@attrs.frozen(kw_only=True)
class Card:
    """What kind of record a form is, and what its sheet and its table are called."""

    kind: str
    """Name of the table in TOML and JSON: ``[[price]]``."""
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    """Further names of the sheet."""
    key: tuple[str, ...] = ()
    """Fields that tell one record from every other of its kind."""
    single: bool = False
    """True for a kind of which there is at most one record, such as a policy."""
    note_zh: str = ""
    note_en: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything the table may be called."""
        return (self.zh, self.en, self.kind, *self.aliases)


@attrs.frozen(kw_only=True)
class Column:
    """A field of a form as people see it."""

    field: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""
    example: str = ""
    other: bool = False
    """True for another way to say what a column says that the example fills in."""
    required: bool = False
    choices: tuple[Word, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """Usual values in Chinese and English, where others may be given too."""
    type: Any = str
    """``str``, ``Decimal``, ``int``, ``bool``, ``date`` or a `Word`."""
    rows: "type[Form] | None" = None
    """The form of the rows of a sub-table; None for a plain cell."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything the column may be called."""
        return (self.zh, self.en, self.field, *self.aliases)

    def heading(self, lang: str) -> str:
        """The heading in a language."""
        return self.zh if lang == "zh" else self.en


def column(
    zh: str,
    en: str,
    *,
    default: Any = ...,
    note: tuple[str, str] = ("", ""),
    example: str = "",
) -> Any:
    """Declare a field of a form: its headings, a note in both languages, and an example.

    Further names follow the heading after a bar: ``"编号|代码"``.  Without `default` the field
    must be filled in.
    """
    facts = _names(zh, en) | {"note_zh": note[0], "note_en": note[1], "example": example}
    return Field(default, json_schema_extra={_HEADING: facts})


def rows_of(zh: str, en: str, *, note: tuple[str, str] = ("", "")) -> Any:
    """Declare a sub-table: in a workbook a sheet of that name, tied by the key of the form.

    The field is a list of forms; a form without a card is enough for its rows.
    """
    facts = _names(zh, en) | {"note_zh": note[0], "note_en": note[1]}
    return Field(default_factory=list, json_schema_extra={_HEADING: facts})


def _names(zh: str, en: str) -> dict[str, Any]:
    """The headings and the further names behind their bars."""
    (zh, *more), (en, *others) = zh.split("|"), en.split("|")
    return {"zh": zh, "en": en, "aliases": (*more, *others)}


def alternative(field: Any) -> Any:
    """A declared field that the example of the form leaves blank, since another says it."""
    field.json_schema_extra[_HEADING]["other"] = True
    return field


def with_options(field: Any, options: Iterable[tuple[str, str]]) -> Any:
    """A declared field with its usual values in Chinese and English, for a drop-down."""
    field.json_schema_extra[_HEADING]["options"] = tuple(options)
    return field


class Form(BaseModel):
    """A record a person fills in; what it means is the value that `build` makes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    card: ClassVar[Card] = Card(kind="", zh="", en="")
    """A form without a kind is the row of a sub-table."""

    def build(self) -> Any:
        """Make the value of the model.

        Raises:
            Mistake: the record is wrong in a way that only shows as a whole.
        """
        raise NotImplementedError

    def mistakes(self) -> Iterator[Mistake]:
        """Say what is wrong with the record as a whole; with any, it is set aside."""
        return iter(())

    def remarks(self) -> Iterator[Remark]:
        """Say what is odd about a record that can still be used."""
        return iter(())

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """The columns of the form, in their order; sub-tables are among them."""
        return _columns(cls)


@cache
def _columns(form: type[Form]) -> tuple[Column, ...]:
    return tuple(_column(name, info) for name, info in form.model_fields.items())


def _column(name: str, info: FieldInfo) -> Column:
    extra = info.json_schema_extra
    facts: Any = {"zh": name, "en": name}
    if isinstance(extra, dict):
        facts |= typing.cast("dict[str, Any]", extra.get(_HEADING, {}))
    kind, rows = _type_of(info.annotation)
    return Column(
        field=name,
        required=info.is_required(),
        choices=tuple(kind) if issubclass(kind, enum.Enum) else (),
        type=kind,
        rows=rows,
        **facts,
    )


def _type_of(annotation: Any) -> tuple[type, type[Form] | None]:
    """The plain type of a cell, or the form of a sub-table."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _type_of(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        given = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        return _type_of(given[0])
    if origin in (list, tuple):
        inner = typing.get_args(annotation)[0]
        if isinstance(inner, type) and issubclass(inner, Form):
            return list, inner
        return list, None
    return (annotation, None) if isinstance(annotation, type) else (str, None)


@cache
def kinds() -> dict[str, type[Form]]:
    """Every kind of record, by name: the forms with a card that the modules of this room define.

    >>> all(form.card.kind == kind for kind, form in kinds().items())
    True
    """
    found: dict[str, type[Form]] = {}
    for info in pkgutil.iter_modules(forms.__path__, f"{forms.__name__}."):
        module = importlib.import_module(info.name)
        for thing in vars(module).values():
            if not (isinstance(thing, type) and issubclass(thing, Form)):
                continue
            card = thing.__dict__.get("card")
            if isinstance(card, Card) and card.kind:
                found.setdefault(card.kind, thing)
    return dict(sorted(found.items()))


def blank_of(info: FieldInfo) -> Any:
    """What a field holds when its cell is left blank."""
    if info.default is not PydanticUndefined:
        return info.default
    return info.get_default(call_default_factory=True)
