"""The hooks: what a plug-in may offer, and when it is asked.

All hooks collect; none may change what another plug-in offered.  Arguments are only ever added;
an implementation may name fewer.
"""

from collections.abc import Iterable, MutableMapping
from typing import Any, Protocol, runtime_checkable

import pluggy
import polars as pl

from kamcore.books import Books
from kamcore.errors import Problem
from kamcore.format import Format

PROJECT = "kamcore"
"""Name of the project in pluggy, and the group of the entry points."""

_hookspec = pluggy.HookspecMarker(PROJECT)

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plug-in as the implementation of a hook."""


@runtime_checkable
class Check(Protocol):
    """A check of books, run when a pipeline is asked to check."""

    name: str
    """Identity, in kebab-case."""

    def check(self, books: Books) -> Iterable[Problem]:
        """Give a problem for everything wrong; never raise for what the books say."""


@runtime_checkable
class Step(Protocol):
    """A named transformation of books, run only when the user names it."""

    name: str
    """Identity, in kebab-case."""

    def apply(self, books: Books) -> Books:
        """Give the transformed books; the given ones do not change."""


@runtime_checkable
class TierRule(Protocol):
    """A rule that puts customers into bands, used when a tier policy names it."""

    name: str
    """Identity, in kebab-case."""

    def classify(self, measures: pl.DataFrame) -> pl.Series:
        """Give the band of each row of `measures` as text, null where the rule cannot say.

        `measures` has a text column ``customer`` and Decimal columns named by the policy.
        """


class Commands(Protocol):
    """The group of commands a plug-in may add to: a click group, seen from here."""

    commands: MutableMapping[str, Any]

    def add_command(self, cmd: Any, name: str | None = None) -> None:
        """Add a command."""


@_hookspec
def kamcore_formats() -> Iterable[Format]:  # type: ignore[empty-body]  # a specification
    """Offer formats.

    Called once, when a registry is built.  Give light objects: import parsers inside
    `Format.read` and `Format.render`, not here.
    """


@_hookspec
def kamcore_checks() -> Iterable[Check]:  # type: ignore[empty-body]
    """Offer checks of books.

    Called once, when a registry is built; the checks run whenever a file is checked, after those
    of kamcore itself.
    """


@_hookspec
def kamcore_steps() -> Iterable[Step]:  # type: ignore[empty-body]
    """Offer named transformations of books.

    Called once, when a registry is built; a step runs only where the user names it.
    """


@_hookspec
def kamcore_tier_rules() -> Iterable[TierRule]:  # type: ignore[empty-body]
    """Offer rules for customer tiers.

    Called once, when a registry is built; a rule is used where a tier policy names it.
    """


@_hookspec
def kamcore_commands(cli: Commands) -> None:
    """Add commands to the group `cli`.

    Called when a command is typed that kamcore itself does not have.  A command that exists
    already cannot be replaced.
    """


HOOKS = (
    "kamcore_formats",
    "kamcore_checks",
    "kamcore_steps",
    "kamcore_tier_rules",
    "kamcore_commands",
)
"""Every hook there is, in the order they are asked."""
