"""How one system's codes are said in another's (科目对照, 客户对照)."""

from collections.abc import Mapping

import attrs

from kamcore.place import Place


@attrs.frozen
class Undecided:
    """A code whose target a person has yet to fill in: what is proposed, and where it stands."""

    proposal: str
    """The likeliest target code; empty when there is none."""
    place: Place = Place()


@attrs.frozen(kw_only=True)
class CodeMap:
    """Codes of one set of books on the left, of the other on the right.

    A part that is empty changes nothing.  In a part that is filled every code in use must be
    listed, unless `keep_unlisted` says that the rest stays as it is.
    """

    accounts: Mapping[str, str] = attrs.field(factory=dict)
    """Account code to account code."""
    members: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    """By dimension id: member code to member code."""
    words: Mapping[str, str] = attrs.field(factory=dict)
    """Voucher word to voucher word."""
    keep_unlisted: bool = False
    undecided: Mapping[str, Mapping[str, Undecided]] = attrs.field(factory=dict)
    """By part (``accounts``, ``words`` or a dimension id): codes listed without a target."""

    @property
    def is_empty(self) -> bool:
        """True when nothing would change."""
        return not (self.accounts or self.members or self.words or self.undecided)
