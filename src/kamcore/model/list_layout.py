"""A layout of a plain list: under which headings a site's own sheet of documents says what.

Bank statements and receipts sheets differ from bank to bank; such a layout names the headings of
one of them.  People write it as TOML (`kamcore.forms.list_layout`).
"""

from collections.abc import Mapping

import attrs

__all__ = ["ListLayout", "ListLayoutColumn"]


@attrs.frozen(kw_only=True)
class ListLayoutColumn:
    """A column: what it may be called, the field it holds, and whether it has to be there."""

    headings: tuple[str, ...]
    field: str
    need: bool = False


@attrs.frozen(kw_only=True)
class ListLayout:
    """A layout of a list of documents, a row a document."""

    name: str
    title: str
    columns: tuple[ListLayoutColumn, ...]
    sheet: str = ""
    """Regular expression that the name of the sheet must match; any sheet when empty."""
    skip: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By field: texts of rows that are no documents, such as interest of the bank."""
    incoming: tuple[str, ...] = ()
    """Words in the column ``direction`` of rows that came in; the usual ones when left out."""
    outgoing: tuple[str, ...] = ()
    """The same of rows that went out."""
