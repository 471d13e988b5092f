"""What is to be written: the options of a writing, settled and checked."""

import attrs

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.books import Books
from kamcore.format import Options
from kamcore.format.options import chosen, refused

SHORT = "short"
"""Lines that stop after the last used field."""


@attrs.frozen(kw_only=True)
class Plan:
    """A settled writing: first line, fields a line (0: short), what to do outside GBK."""

    state: str
    version: str
    fields: int
    replaces: bool

    @property
    def is_short(self) -> bool:
        """True when lines stop after the last used field and write no zeros for nothing."""
        return self.fields == 0

    @property
    def tells_month(self) -> bool:
        """True when lines reach the month."""
        return self.fields >= layout.MONTH

    @property
    def tells_price(self) -> bool:
        """True when lines reach the unit price."""
        return self.fields >= layout.PRICE


def plan_for(books: Books, options: Options) -> Plan:
    """Settle the options; what they leave open is as in the file the books came from.

    Raises:
        UsageError: an option has a value that is none of its own.
    """
    came = layout.SYSTEM_VERSION.fullmatch(books.entity.system_version)
    own = came if books.entity.system == layout.SYSTEM else None
    version = str(options.get("version") or (own[1] if own else layout.VERSION))
    if not layout.SYSTEM_VERSION.fullmatch(version) or "/" in version:
        raise refused("version", version, [layout.VERSION])
    state = chosen(options, "state", layout.STATES)
    unmappable = chosen(options, "unmappable", ("replace", "refuse"))
    width = str(options.get("fields") or (own and own[2]) or layout.FULL)
    return Plan(
        state=state,
        version=version,
        fields=_fields(width),
        replaces=unmappable == "replace",
    )


def _fields(text: str) -> int:
    if text == SHORT:
        return 0
    if not text.isdecimal() or not layout.FULL <= int(text) <= layout.LONGEST:
        raise refused("fields", text, [SHORT, f"{layout.FULL} … {layout.LONGEST}"])
    return int(text)
