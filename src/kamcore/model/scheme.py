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
_MARKS = re.compile(f"[{re.escape(SEPARATORS)}]")
_CODE = re.compile(rf"[A-Za-z0-9]+([{re.escape(SEPARATORS)}][A-Za-z0-9]+)*")

_FIRST, _USUAL, _LONG = 4, 2, 3
"""Lengths of levels in standard charts and vendors' presets: 4-2-2 and 4-3-3."""

_SIBLINGS = 3
_RARE = 20
"""A length that fewer than one code in so many has is a slip, not a level."""


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
        """Find the scheme of a chart from its codes, leaving odd ones out of account.

        With separators the most common length of each level counts, the longer one on a tie: a
        spreadsheet shortens codes, it never lengthens them.  Without, the steps between the
        lengths of the codes count; a step of several levels is cut into levels of three digits
        where the chart has such a step, else of two.  A chart without first-level codes is
        taken to have four digits there, as every standard chart has.

        >>> CodeScheme.detect(["1001", "1122.01", "6602.01.01"])
        CodeScheme(lengths=(4, 2, 2), separator='.')
        >>> CodeScheme.detect(["1001", "1001001", "1122001"])
        CodeScheme(lengths=(4, 3), separator='')
        """
        known = sorted({code.strip() for code in codes if code and _CODE.fullmatch(code.strip())})
        marks = {mark: sum(mark in code for code in known) for mark in SEPARATORS}
        separator = max(marks, key=lambda mark: marks[mark])
        if marks[separator]:
            return cls(_usual_lengths([code.split(separator) for code in known]), separator)
        return cls(_stepped_lengths([len(code) for code in known]))

    def split(self, code: str) -> tuple[str, ...]:
        """Cut a code, separated or not, into the parts of its levels."""
        if _MARKS.search(code):
            return tuple(part for part in _MARKS.split(code) if part)
        parts, rest = [], code
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


def _stepped_lengths(sizes: list[int]) -> tuple[int, ...]:
    """Level lengths from the lengths of codes without separators."""
    found = sorted(size for size in set(sizes) if sizes.count(size) * _RARE >= len(sizes))
    # One code that is a digit longer than its siblings has a digit too many, or lost one.
    common = [
        size
        for size in found
        if sizes.count(size) > 1 or max(map(sizes.count, {size - 1, size + 1})) < _SIBLINGS
    ]
    if not common:
        return (_FIRST, _USUAL)
    if common[0] > _FIRST + 1:
        common.insert(0, _FIRST)
    steps = [after - before for before, after in itertools.pairwise(common)]
    unit = _LONG if _LONG in steps and _USUAL not in steps else _USUAL
    lengths = [common[0]]
    for step in steps:
        lengths += [unit] * (step // unit) if step % unit == 0 else [step]
    return (*lengths,) if steps else (common[0], _USUAL)
