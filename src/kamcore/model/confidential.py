"""Who may read what (密级): four classes, and values left out or masked for those below them."""

from typing import Any

import attrs

from kamcore.model.bank_account import masked as masked_number
from kamcore.model.word import Word

_LONG = 8


class Secrecy(Word):
    """How secret a value is, from public to top secret; the order is that of reading rights.

    >>> Secrecy("机密").may_read(Secrecy.SECRET), Secrecy.PUBLIC.may_read(Secrecy.SECRET)
    (True, False)
    """

    PUBLIC = "public", "公开"
    SECRET = "secret", "秘密"
    CONFIDENTIAL = "confidential", "机密"
    TOP_SECRET = "top_secret", "绝密"

    @property
    def rank(self) -> int:
        """Place in the order, public first."""
        return list(Secrecy).index(self)

    def may_read(self, value: "Secrecy") -> bool:
        """Say whether somebody cleared for this class may read a value of another."""
        return self.rank >= value.rank


@attrs.frozen
class FieldSecrecy:
    """The class a company gives a field of the archive, in place of the shipped one.

    `field` is the name of a field, ``own.NAME`` for one of the company's own, ``contacts`` or
    ``accounts``.
    """

    field: str
    secrecy: Secrecy


def masked(value: Any) -> str:
    """What stands in place of a value the reader may not see: never its length or type.

    Of a long number the last four digits stay, so that two people can tell they mean the same.

    >>> masked("6222020200112233"), masked("张三"), masked(1000000)
    ('****2233', '***', '***')
    """
    if isinstance(value, str) and value.isdigit() and len(value) >= _LONG:
        return "****" + masked_number(value).lstrip("*")
    return "***"
