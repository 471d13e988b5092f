"""What the two kinds of journal share, and how they differ: data for one reader and one writer.

A posting says an amount, positive for debit.  What that cannot say stands in tags below it: the
side of a red line, the summary of each line, the auxiliaries.  A tag is written only where the
plain reading would give something else, so that journals made by hand read as well.
"""

import attrs

from kamcore.format import Fact, Limits

__all__ = ["FACTS", "LIMITS", "Dialect"]

FACTS = (
    Fact.several("accounts", "code name")
    | Fact.several("vouchers", "date year period word number")
    | Fact.several(
        "lines",
        "date year period account summary debit credit currency fx_debit fx_credit rate aux_*",
    )
)
"""What a journal can say."""

LIMITS = Limits(forbidden={"\t": " ", "\n": " ", "\r": " "})


@attrs.frozen(kw_only=True)
class Dialect:
    """How one kind of journal is spelled."""

    name: str
    comment: str
    """What stands before a tag; blank in beancount, where a tag is metadata."""
    quotes: bool
    """Whether texts stand between double quotes."""
    roots: bool
    """Whether an account begins with one of beancount's five roots."""

    @property
    def tag(self) -> str:
        """Regular expression of a tag line: its name and its value."""
        value = r'"((?:[^"\\]|\\.)*)"|([^"\s]+)' if self.quotes else "(.*?)|(\x00)"
        name = "[a-z][A-Za-z0-9_-]*"
        return rf"^\s+{self.comment}({name}):\s*(?:{value})\s*$"
