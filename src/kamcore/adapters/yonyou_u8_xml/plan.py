"""What is to be written: the options of a writing, settled and checked."""

import attrs

from kamcore.adapters.yonyou_u8_xml import layout
from kamcore.format import Options
from kamcore.format.options import chosen

ENCODINGS = {"utf-8": "utf-8", "gb2312": "gbk"}
"""Declared encodings, with the bytes that stand for each: products mean GBK by gb2312."""


@attrs.frozen(kw_only=True)
class Plan:
    """A settled writing."""

    document: str
    encoding: str
    item_class: str
    root: dict[str, str]

    @property
    def renumbers(self) -> bool:
        """True when U8 gives the numbers, so that none are written."""
        return self.root.get("renewproofno") == "y"


def plan_for(options: Options) -> Plan:
    """Settle the options.

    Raises:
        UsageError: an option has a value that is none of its own.
    """
    document = chosen(options, "document", layout.DOCUMENTS)
    root = {**layout.ROOT_ATTRIBUTES, "roottag": document}
    for name in layout.ROOT_OPTIONS:
        if options.get(name) is not None:
            root[name] = str(options[name]).strip()
    root["renewproofno"] = chosen(root, "renewproofno", ("n", "y"))
    if document != "voucher":
        del root["billtype"], root["renewproofno"]
    return Plan(
        document=document,
        encoding=chosen(options, "encoding", tuple(ENCODINGS)),
        item_class=str(options.get("item_class") or ""),
        root=root,
    )
