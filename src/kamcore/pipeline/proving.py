"""The proof of a conversion: what was written is read again and compared, field by field."""

from typing import Any

import attrs

from kamcore.books import Books, Totals
from kamcore.format import Fact, Format, Options, Source
from kamcore.format.comparing import Difference, differences


@attrs.frozen(kw_only=True)
class Proof:
    """What was compared and what differed."""

    fields_compared: tuple[Fact, ...]
    """Facts both sides can say: written and read back by the format."""
    differences: tuple[Difference, ...]
    expected: Totals
    found: Totals

    @property
    def totals_equal(self) -> bool:
        """True when count, debit, credit and dates of both sides are the same."""
        return self.expected == self.found

    @property
    def equal(self) -> bool:
        """True when nothing differs."""
        return not self.differences and self.totals_equal

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
    shared = tuple(sorted(fmt.writes & fmt.reads))
    return Proof(
        fields_compared=shared,
        differences=tuple(differences(expected, found, shared)),
        expected=expected.totals(),
        found=found.totals(),
    )
