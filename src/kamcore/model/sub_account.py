"""Direct sub-accounts and auxiliary members: two ways of keeping one account by party.

By the direct method (直接法) every customer is an account of its own below 应收账款; by the
auxiliary method (辅助核算法) it is a member of a dimension on the one account.
"""

from collections.abc import Mapping

import attrs

Facts = Mapping[str, str | int | bool]
"""What is known of an account, by column."""


@attrs.frozen(kw_only=True)
class SubAccount:
    """One sub-account and the member that says the same on the account above it."""

    account: str
    """Code of the sub-account, such as ``1122.01``."""
    parent: str
    """Code of the account above, such as ``1122``."""
    dimension: str
    """Id of the dimension, such as ``customer``."""
    member: str
    """Code of the member."""
    name: str = ""


@attrs.frozen(kw_only=True)
class SubAccountRule:
    """Which sub-accounts of an account are members of which dimension.

    Without `members` all sub-accounts that have none below them are meant, or on the way back
    all members in use; their codes are found by themselves.
    """

    account: str
    dimension: str
    members: Mapping[str, str] = attrs.field(factory=dict)
    """Code of the sub-account to code of the member."""
    names: Mapping[str, str] = attrs.field(factory=dict)
    """Code of the sub-account to a name where the books have none."""
    accounts: Mapping[str, Facts] = attrs.field(factory=dict)
    """Code of the sub-account to what the list of accounts said of it, for the way back."""
    extras: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    """Code of the sub-account to fields the model has no column for, kept verbatim."""


def rules_of(rows: tuple[SubAccount, ...]) -> tuple[SubAccountRule, ...]:
    """The rules that say exactly these pairs; a rule for each account and dimension."""
    found: dict[tuple[str, str], list[SubAccount]] = {}
    for row in rows:
        found.setdefault((row.parent, row.dimension), []).append(row)
    return tuple(
        SubAccountRule(
            account=parent,
            dimension=dimension,
            members={row.account: row.member for row in group},
            names={row.account: row.name for row in group if row.name},
        )
        for (parent, dimension), group in sorted(found.items())
    )
