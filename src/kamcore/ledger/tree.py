"""The tree of accounts: who stands above whom, and on which side an account stands.

Parents come from the list of accounts where it says them, else from the code scheme (4-2-2-2).
The usual side comes from the list of accounts, from the nearest parent that states one, else from
the standard chart that the codes and names follow.
"""

from collections.abc import Mapping

import attrs
import narwhals as nw

from kamcore.ledger.engine import Frames
from kamcore.model.chart import ChartAccount, detect_family, lookup
from kamcore.model.role import role_of
from kamcore.model.scheme import CodeScheme

__all__ = ["AccountTree", "account_tree"]


@attrs.frozen(kw_only=True)
class AccountTree:
    """Accounts known by list or by use; every mapping is by code."""

    parents: Mapping[str, str | None]
    names: Mapping[str, str]
    sides: Mapping[str, str]
    categories: Mapping[str, str]
    roles: Mapping[str, str]
    scheme: CodeScheme
    family: str | None = None

    def path(self, code: str) -> tuple[str, ...]:
        """The code and those above it, first level first."""
        steps = [code]
        while (above := self.parents.get(steps[-1])) is not None and above not in steps:
            steps.append(above)
        return tuple(reversed(steps))

    def level(self, code: str) -> int:
        """The level of a code, from 1."""
        return len(self.path(code))

    @property
    def depth(self) -> int:
        """The number of levels."""
        return max((self.level(code) for code in self.parents), default=1)

    def at_level(self, level: int) -> dict[str, str]:
        """Every code mapped to the one above it at a level, or to itself where it is higher."""
        return {code: self.path(code)[:level][-1] for code in self.parents}

    def leaves(self) -> frozenset[str]:
        """Codes that have nothing below them."""
        return frozenset(self.parents) - {above for above in self.parents.values() if above}

    def side(self, code: str) -> str:
        """``debit`` or ``credit``, by the account, those above it, or the standard chart."""
        for step in reversed(self.path(code)):
            if step in self.sides:
                return self.sides[step]
        found = self._standard(code)
        return found.direction if found else "debit"

    def category(self, code: str) -> str | None:
        """资产, 负债, 权益, 成本, 损益 or 共同; None when nothing says it."""
        for step in reversed(self.path(code)):
            if step in self.categories:
                return self.categories[step]
        found = self._standard(code)
        return found.category if found else None

    def role(self, code: str) -> str | None:
        """What the account is for, such as ``ar_trade``; None when nothing says it."""
        for step in reversed(self.path(code)):
            if step in self.roles:
                return self.roles[step]
        return role_of(code, self.names.get(code), self.family or "ASBE")

    def _standard(self, code: str) -> ChartAccount | None:
        family = self.family or "ASBE"
        return lookup(code, family, self.scheme if self.scheme.separator else None) or lookup(
            code, "ASBE-NEW"
        )


def account_tree(frames: Frames) -> AccountTree:
    """Build the tree from the list of accounts and from the codes in use."""
    listed = _listed(frames)
    codes = set(listed)
    for table in ("lines", "balances"):
        if "account" in frames.columns(table):
            used = frames.table(table, ("account",)).drop_nulls().unique().collect()
            codes |= set(used["account"].to_list())
    scheme = frames.entity.scheme or CodeScheme.detect(codes)
    parents: dict[str, str | None] = {}
    waiting = sorted(codes)
    while waiting:
        code = waiting.pop()
        stated = listed.get(code, {}).get("parent")
        above = stated if stated is not None else scheme.parent(code)
        parents[code] = above if above != code else None
        if above is not None and above not in parents:
            waiting.append(above)
    return AccountTree(
        parents=dict(sorted(parents.items())),
        names=_facts(listed, "name"),
        sides=_facts(listed, "direction"),
        categories=_facts(listed, "category"),
        roles=_facts(listed, "role"),
        scheme=scheme,
        family=detect_family({code: listed.get(code, {}).get("name") for code in codes}).family,
    )


def _listed(frames: Frames) -> dict[str, dict[str, str]]:
    if not frames.has("accounts"):
        return {}
    facts = ("name", "parent", "direction", "category", "role")
    rows = frames.table("accounts", ("code",), facts).collect()
    named = nw.from_native(rows.to_native()).iter_rows(named=True) if len(rows) else ()
    return {
        row["code"]: {name: row[name] for name in facts if row[name] is not None} for row in named
    }


def _facts(listed: Mapping[str, Mapping[str, str]], name: str) -> dict[str, str]:
    return {code: facts[name] for code, facts in listed.items() if name in facts}
