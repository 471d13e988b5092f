"""A layout: how a sheet of a product, or of a site's own, says what books say.

A layout is data.  It names headings and the field under each, tells where a voucher begins, which
rows are totals or openings and no data, and by what a file is recognised.  The words for fields
stand in `kamcore.format.layout`; people write layouts as TOML (`kamcore.forms.layout`).
"""

import enum
from collections.abc import Mapping
from typing import Any

import attrs

DIMENSION = "{dimension}"
"""Stands in a heading for the label of a dimension: ``{dimension}编码`` may be 客户编码."""


class LayoutKind(enum.StrEnum):
    """What the rows of a sheet are."""

    VOUCHERS = "vouchers"
    """凭证列表, 序时账: a row is a line of a voucher."""
    LEDGER = "ledger"
    """明细账: lines in the order of accounts, among openings, totals and running balances."""
    BALANCES = "balances"
    """余额表: a row is a balance."""


class Boundary(enum.StrEnum):
    """What makes rows a voucher."""

    HEAD = "head"
    """The head cells stand on the first row of a voucher only."""
    KEY = "key"
    """Every row repeats the voucher's date and number."""


@attrs.frozen(kw_only=True)
class LayoutColumn:
    """A column: what it may be called, the field it holds, how its cells are read.

    Without a `field` its texts are kept verbatim.  `kind` is the field's own when empty.  With
    `with_name` a cell holds a code, a blank and a name; `path` joins the levels of the name.
    """

    headings: tuple[str, ...]
    field: str = ""
    kind: str = ""
    need: bool = False
    blanks: tuple[str, ...] = ()
    zero_is_blank: bool = False
    with_name: bool = False
    path: str = ""

    @property
    def key(self) -> str:
        """What the column is called in the grid: its field, or its first heading."""
        return self.field or self.headings[0]

    @property
    def is_of_any_dimension(self) -> bool:
        """True when the heading tells the dimension."""
        return any(DIMENSION in heading for heading in self.headings)


@attrs.frozen(kw_only=True)
class Packing:
    """How auxiliaries are packed into one cell: ``【客户：甲】【部门：乙】``, ``客户:甲;部门:乙``.

    `opening` and `closing` are brackets, which may nest; without them items end at `separator`.
    With `code_mark` a value is a code, that mark, and a name.
    """

    opening: str = ""
    closing: str = ""
    colon: str = ":"
    separator: str = ";"
    code_mark: str = ""


@attrs.frozen(kw_only=True)
class Signs:
    """By what a file of the layout is recognised, beside its needed headings.

    One of `words` must stand above the headings or in the name of the sheet; a heading in
    `without` says that it is another layout; at least `least` headings must be known.
    """

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    least: int = 3


@attrs.frozen(kw_only=True)
class Markers:
    """Words of rows that are no data, by what they say; the usual ones count when left out."""

    opening: tuple[str, ...] = ()
    """The balance before the rows that follow (期初余额)."""
    period: tuple[str, ...] = ()
    """The sums of a period (本期合计)."""
    year: tuple[str, ...] = ()
    """The sums since the beginning of the year (本年累计)."""
    other: tuple[str, ...] = ()
    """Rows to leave out."""


@attrs.frozen(kw_only=True)
class Layout:
    """A layout of a sheet; see `LayoutKind` for what its rows are."""

    name: str
    title: str
    kind: LayoutKind
    columns: tuple[LayoutColumn, ...]
    title_en: str = ""
    vendor: str = ""
    suffixes: tuple[str, ...] = (".xlsx", ".xls", ".csv")
    evidence: str = "guessed"
    evidence_note: str = ""
    spec: str = ""
    sheet: str = ""
    """Regular expression that the name of the sheet must match; any sheet when empty."""
    every_sheet: bool = False
    """True when the rows go on over all sheets that fit, such as one sheet an account."""
    vouchers: Boundary = Boundary.KEY
    fill: tuple[str, ...] = ()
    """Fields written on the first row of a block only; a block begins where the first is."""
    skip: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By field: words of rows that say again what others say."""
    signs: Signs = Signs()
    markers: Markers = Markers()
    packing: Packing | None = None
    base_currency: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Layout":
        """Build a layout from plain data, as a TOML file of ours holds it.

        The keys are those of the classes here.  Files of other people are checked first: see
        `kamcore.forms.layout`.

        Raises:
            TypeError: a key is unknown or missing.
            ValueError: a word of an enumeration is unknown.
        """
        given = {name: _frozen(value) for name, value in data.items()}
        given["columns"] = tuple(_column(column) for column in data["columns"])
        given["kind"] = LayoutKind(data["kind"])
        given["vouchers"] = Boundary(data.get("vouchers", Boundary.KEY))
        given["skip"] = {name: tuple(words) for name, words in data.get("skip", {}).items()}
        for name, part in (("signs", Signs), ("markers", Markers)):
            given[name] = part(**_all_frozen(data.get(name) or {}))
        packing = data.get("packing")
        given["packing"] = Packing(**packing) if packing else None
        return cls(**given)

    def column(self, field: str) -> LayoutColumn | None:
        """The column of a field; None when the layout has none."""
        return next((column for column in self.columns if column.field == field), None)

    def __contains__(self, field: str) -> bool:
        return self.column(field) is not None


def _column(data: Mapping[str, Any]) -> LayoutColumn:
    return LayoutColumn(**_all_frozen(data))


def _all_frozen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _frozen(value) for name, value in data.items()}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
