"""The proof of a conversion: what was written is read again and compared, field by field."""

from pathlib import Path
from typing import Any

import attrs

from kamcore.books import Books, Totals
from kamcore.errors import Fault, PluginError
from kamcore.format import Fact, Format, Options, Source
from kamcore.format.comparing import Comparison, Difference, compare
from kamcore.place import Place

NOT_PROVED = Fault(
    code="C3001",
    zh="复核不符, 没有写出文件: {value}",
    en="what was written does not read back as it was, so nothing is kept: {value}",
    hint_zh="这是格式 {format} 的缺陷, 请连同文件报告",
    hint_en="this is a defect of format {format}; report it with the file",
)

_BASE = "base_currency"
"""The option by which readers are told the base currency, where a card has it."""


@attrs.frozen
class Proof:
    """What was compared and what differed.

    Control totals are among the comparison as far as the format can tell them.
    """

    comparison: Comparison

    @property
    def fields_compared(self) -> tuple[Fact, ...]:
        """Facts both sides can say: written and read back by the format."""
        return self.comparison.facts

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What did not come back as it was."""
        return self.comparison.differences

    @property
    def expected(self) -> Totals:
        """Control totals of what should have been written."""
        return self.comparison.left

    @property
    def found(self) -> Totals:
        """Control totals of what was read back."""
        return self.comparison.right

    @property
    def equal(self) -> bool:
        """True when nothing differs."""
        return self.comparison.equal

    def to_json(self) -> dict[str, Any]:
        """Give the keys of a proof in ``--json``."""
        return {
            "fields_compared": [str(fact) for fact in self.fields_compared],
            "differences": [difference.to_json() for difference in self.differences],
            "equal": self.equal,
        }


def prove(books: Books, fmt: Format, written: Source, options: Options) -> Proof:
    """Read `written` again and compare it with `books` over all facts the format can say.

    `options` are those it was written with.  `books` are taken in the spelling the format owns up
    to (`Format.spelling`): codes without dots, a text cut to its field.  Everything else must come
    back as it was, to a reader who is told nothing but the base currency, which many layouts do
    not state: the file has to stand on its own where it is imported.

    Raises:
        SourceError: what was written cannot be read.
    """
    expected = fmt.spelling(books, fmt.options_for(Path(written.name), options))
    told = {_BASE: books.entity.base_currency} if _BASE in fmt.options else {}
    found = fmt.read(written, told).books
    return Proof(compare(expected, found, fmt.writes & fmt.reads))


def proved(books: Books, fmt: Format, written: Source, options: Options) -> Proof:
    """Prove that what was written reads back as the books.

    Raises:
        PluginError: it does not.
    """
    proof = prove(books, fmt, written, options)
    if proof.equal:
        return proof
    said = "; ".join(difference.text() for difference in proof.differences)
    raise PluginError(NOT_PROVED.at(Place(), said, format=fmt.name))
