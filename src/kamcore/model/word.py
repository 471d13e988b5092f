"""Closed lists of words, each with its Chinese name, such as the states of a contract."""

import enum
import unicodedata
from typing import Self


class Word(enum.StrEnum):
    """One of a closed list of words; a person may write the word or its Chinese name.

    >>> class Side(Word):
    ...     OURS = "ours", "我方"
    ...     THEIRS = "theirs", "对方"
    >>> Side("我方"), Side(" Ours "), Side.THEIRS.zh
    (<Side.OURS: 'ours'>, <Side.OURS: 'ours'>, '对方')
    """

    zh: str
    """The Chinese name."""

    def __new__(cls, value: str, zh: str = "") -> Self:
        """Make a member of its word and its Chinese name."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh or value
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        wanted = _folded(value)
        for member in cls:
            if wanted in (_folded(member.value), _folded(member.zh)):
                return member
        return None

    def text(self, lang: str = "en") -> str:
        """The word in Chinese (``zh``), or with blanks between its parts in English."""
        return self.zh if lang == "zh" else self.value.replace("_", " ")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return plain.replace(" ", "_").replace("-", "_")
