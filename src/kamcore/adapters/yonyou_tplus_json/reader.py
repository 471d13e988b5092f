"""Read voucher bodies of the T+ OpenAPI (formats/yonyou.md 4.1)."""

from kamcore.adapters.yonyou_tplus_json import layout
from kamcore.format import Options, Reading, Source
from kamcore.vouchers.documents import Terms
from kamcore.vouchers.json_books import Bodies, read_bodies


def read_books(source: Source, options: Options) -> Reading:
    """Read a body or a list of bodies.

    Raises:
        SourceError: the file is no sound JSON, or neither an object nor a list.
    """
    terms = Terms(
        heads=layout.HEADS,
        entries=layout.LINES,
        system=layout.SYSTEM,
        base_currency=str(options.get("base_currency") or "CNY"),
        void=("", ()),
        labels=layout.LABELS,
    )
    return read_bodies(source, Bodies(outline=layout.OUTLINE, terms=terms))
