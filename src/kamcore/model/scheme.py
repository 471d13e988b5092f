"""How account codes are built: the lengths of the levels and what separates them.

A 4-2-2-2 scheme means four digits for the first level and two for each further one (accounting.md
2.4: strip the separators, check the cumulative lengths, the parent is the prefix).  Kingdee writes
``1122.01``, Yonyou ``112201``; both are the same account.
"""

import itertools
import re
from collections.abc import Iterable

import attrs

SEPARATORS = ".-_/"
"""Characters that sources put between the levels of a code."""

_STRIP = str.maketrans("", "", SEPARATORS)


@attrs.frozen
class CodeScheme:
    """Level lengths and separator of account codes; the last length repeats below it.

    >>> scheme = CodeScheme((4, 2, 2), ".")
    >>> scheme.split("660201"), scheme.spell("66020101")
    (('6602', '01'), '6602.01.01')
    >>> scheme.parent("6602.01"), scheme.parent("6602")
    ('6602', None)
    >>> str(scheme)
    '4-2-2'
    """

    lengths: tuple[int, ...] = attrs.field(default=(4, 2), validator=attrs.validators.min_len(1))
    separator: str = ""

    @lengths.validator
    def _positive(self, _attribute: object, value: tuple[int, ...]) -> None:
        if any(length < 1 for length in value):
            raise ValueError(f"level lengths are positive, not {value}")

    @classmethod
    def parse(cls, text: str, separator: str = "") -> "CodeScheme":
        """Read ``4-2-2-2``.

        Raises:
            ValueError: `text` is no list of lengths.
        """
        if not re.fullmatch(r"[1-9]\d?(-[1-9]\d?)*", text):
            raise ValueError(f"{text!r} is not a code scheme such as 4-2-2-2")
        return cls(tuple(int(part) for part in text.split("-")), separator)

    @classmethod
    def detect(cls, codes: Iterable[str]) -> "CodeScheme":
        """Find the scheme of a chart from its codes.

        With separators the most common length of each level counts; without, the greatest
        common step of the code lengths beyond the first level.

        >>> CodeScheme.detect(["1001", "1122.01", "6602.01.01"])
        CodeScheme(lengths=(4, 2, 2), separator='.')
        >>> CodeScheme.detect(["1001", "1001001", "1122001"])
        CodeScheme(lengths=(4, 3), separator='')
        """
        known = sorted({code for code in codes if code})
        separator = next((mark for mark in SEPARATORS if any(mark in code for code in known)), "")
        if separator:
            return cls(_usual_lengths([code.split(separator) for code in known]), separator)
        sizes = sorted({len(code) for code in known}) or [4]
        steps = [after - before for before, after in itertools.pairwise(sizes)]
        return cls((sizes[0], *(steps or [2])))

    def split(self, code: str) -> tuple[str, ...]:
        """Cut a code, separated or not, into the parts of its levels."""
        if self.separator and self.separator in code:
            return tuple(code.split(self.separator))
        parts, rest = [], strip(code)
        for length in self._endless():
            if not rest:
                break
            parts.append(rest[:length])
            rest = rest[length:]
        return tuple(parts)

    def spell(self, code: str) -> str:
        """Spell a code with this scheme's separator."""
        return self.separator.join(self.split(code))

    def parent(self, code: str) -> str | None:
        """The code one level up, in this scheme's spelling; None at the first level."""
        parts = self.split(code)
        return self.separator.join(parts[:-1]) if len(parts) > 1 else None

    def level(self, code: str) -> int:
        """The level of a code, from 1."""
        return len(self.split(code))

    def fits(self, code: str) -> bool:
        """Say whether every level has the length this scheme gives it."""
        return all(
            len(part) == length
            for part, length in zip(self.split(code), self._endless(), strict=False)
        )

    def _endless(self) -> Iterable[int]:
        yield from self.lengths
        while True:
            yield self.lengths[-1]

    def __str__(self) -> str:
        return "-".join(map(str, self.lengths))


def strip(code: str) -> str:
    """The code without separators: the spelling in which two systems' codes compare.

    >>> strip("1122.01")
    '112201'
    """
    return code.translate(_STRIP)


def _usual_lengths(split: list[list[str]]) -> tuple[int, ...]:
    lengths = []
    for level in range(max(map(len, split))):
        sizes = [len(parts[level]) for parts in split if len(parts) > level]
        lengths.append(max(sorted(set(sizes), reverse=True), key=sizes.count))
    return tuple(lengths)
