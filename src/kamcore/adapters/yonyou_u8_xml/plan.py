"""What is to be written: the options of a writing, settled and checked."""

import attrs

from kamcore.adapters.yonyou_u8_xml import layout
from kamcore.errors import Fault, UsageError
from kamcore.format import Options
from kamcore.place import Place

BAD_OPTION = Fault(
    code="Y2021",
    zh="选项 {option} 不能是「{value}」, 可用: {wants}",
    en="option {option} cannot be {value!r}; it takes {wants}",
)

ENCODINGS = {"utf-8": "utf-8", "gb2312": "gbk"}
"""Declared encodings, with the bytes that stand for each: products mean GBK by gb2312."""
_FLAGS = {"y": True, "n": False}


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
    document = _one_of(options, "document", layout.DOCUMENTS)
    root = {**layout.ROOT_ATTRIBUTES, "roottag": document}
    for name in layout.ROOT_OPTIONS:
        if options.get(name) is not None:
            root[name] = str(options[name]).strip()
    root["renewproofno"] = root["renewproofno"].lower()
    if root["renewproofno"] not in _FLAGS:
        raise _bad("renewproofno", root["renewproofno"], "y, n")
    if document != "voucher":
        del root["billtype"], root["renewproofno"]
    return Plan(
        document=document,
        encoding=_one_of(options, "encoding", tuple(ENCODINGS)),
        item_class=str(options.get("item_class") or ""),
        root=root,
    )


def _one_of(options: Options, name: str, allowed: tuple[str, ...]) -> str:
    value = str(options.get(name) or allowed[0]).lower()
    if value not in allowed:
        raise _bad(name, value, ", ".join(allowed))
    return value


def _bad(option: str, value: str, wants: str) -> UsageError:
    return UsageError(BAD_OPTION.at(Place(), value, option=option, wants=wants))
