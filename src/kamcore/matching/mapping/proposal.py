"""What a suggested mapping consists of: a proposal for every code, and what stands out."""

from collections.abc import Iterable

import attrs

ACCOUNTS = "accounts"
"""Part of the accounts; other parts are called ``members.<dimension id>``."""


@attrs.frozen(kw_only=True)
class Choice:
    """A target that a source code may have: its score from 0 to 100, and why."""

    target: str
    name: str = ""
    score: int
    certain: bool = False
    zh: str
    en: str

    def reason(self, lang: str = "en") -> str:
        """Why this target, in one phrase."""
        return self.zh if lang == "zh" else self.en


@attrs.frozen(kw_only=True)
class Proposal:
    """One code of the source with its likeliest targets, the likeliest first."""

    part: str
    """``accounts`` or ``members.<dimension id>``."""
    source: str
    name: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def best(self) -> Choice | None:
        """The likeliest target; None when there is none."""
        return self.choices[0] if self.choices else None

    @property
    def target(self) -> str:
        """The target code where it is certain; else empty: a person decides."""
        return self.best.target if self.best and self.best.certain else ""

    @property
    def dimension(self) -> str:
        """Id of the dimension; empty for an account."""
        return self.part.partition(".")[2]


@attrs.frozen(kw_only=True)
class Unused:
    """A code of the target that no source code leads to."""

    part: str
    code: str
    name: str = ""


@attrs.frozen(kw_only=True)
class Suggestion:
    """A mapping between two sets of books as far as they tell it."""

    proposals: tuple[Proposal, ...] = ()
    unused: tuple[Unused, ...] = ()
    without_members: tuple[str, ...] = ()
    """Dimensions of the source that the target has no members of, and ``accounts`` where it has
    none; nothing is proposed there."""

    @property
    def certain(self) -> tuple[Proposal, ...]:
        """Proposals that need no decision."""
        return tuple(one for one in self.proposals if one.target)

    @property
    def uncertain(self) -> tuple[Proposal, ...]:
        """Proposals that a person must decide."""
        return tuple(one for one in self.proposals if one.best and not one.target)

    @property
    def unmapped(self) -> tuple[Proposal, ...]:
        """Source codes for which nothing is likely."""
        return tuple(one for one in self.proposals if not one.best)

    @property
    def merged(self) -> tuple[tuple[Choice, tuple[Proposal, ...]], ...]:
        """Targets that are the likeliest of several source codes, with those codes."""
        return tuple(
            (group[0].choices[0], group)
            for group in together(one for one in self.proposals if one.best)
            if len(group) > 1
        )

    @property
    def split(self) -> tuple[Proposal, ...]:
        """Source codes with several targets of the highest score."""
        return tuple(one for one in self.proposals if is_tied(one.choices))


def is_tied(choices: tuple[Choice, ...]) -> bool:
    """True when the likeliest target is no likelier than the next."""
    return len(choices) > 1 and choices[0].score == choices[1].score


def together(proposals: Iterable[Proposal]) -> list[tuple[Proposal, ...]]:
    """Proposals with the same likeliest target, in groups."""
    groups: dict[tuple[str, str], list[Proposal]] = {}
    for one in proposals:
        if one.best:
            groups.setdefault((one.part, one.best.target), []).append(one)
    return [tuple(group) for group in groups.values()]
