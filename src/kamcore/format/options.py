"""Options of a reading or a writing: settings by name, and those with a list of values."""

from collections.abc import Mapping, Sequence
from typing import Any

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

__all__ = ["Options", "chosen", "refused"]

Options = Mapping[str, Any]
"""Settings of one reading or writing, by name; a format lists those it knows."""

BAD_VALUE = Fault(
    code="F1003",
    zh="选项 {option} 不能是「{value}」",
    en="the option {option} cannot be {value!r}",
    hint_zh="可用: {known}",
    hint_en="it can be {known}",
)


def chosen(options: Options, name: str, known: Sequence[str]) -> str:
    """The value of an option that has a list of values, the first unless said; case is one.

    >>> chosen({"dialect": "NC5"}, "dialect", ("nc6", "nc5"))
    'nc5'

    Raises:
        UsageError: it is none of them.
    """
    value = str(options.get(name) or known[0]).strip()
    found = [word for word in known if word.casefold() == value.casefold()]
    if not found:
        raise refused(name, value, known)
    return found[0]


def refused(name: str, value: str, known: Sequence[str]) -> UsageError:
    """The error that says what an option can be instead."""
    return UsageError(BAD_VALUE.at(Place(), value, option=name, known=", ".join(known)))
