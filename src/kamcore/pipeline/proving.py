"""The proof of a conversion: what was written is read again and compared, field by field."""

from typing import Any

import attrs

from kamcore.books import Books, Totals
from kamcore.format import Fact, Format, Options, Source
from kamcore.format.comparing import Comparison, Difference, compare


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

    `books` are taken in the spelling the format owns up to (`Format.spelling`): codes without
    dots, a text cut to its field.  Everything else must come back as it was.
    """
    expected = fmt.spelling(books, options)
    found = fmt.read(written, {}).books
    return Proof(compare(expected, found, fmt.writes & fmt.reads))
