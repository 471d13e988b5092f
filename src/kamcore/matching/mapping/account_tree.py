"""The accounts of books as a tree that compares with another's, whatever the spelling of codes."""

from collections.abc import Iterable

import attrs

from kamcore.books import Books
from kamcore.model.chart import chart, detect_family
from kamcore.model.company_name import normalised
from kamcore.model.scheme import CodeScheme, strip

_SAME = {"现金": "库存现金", "营业税金及附加": "税金及附加", "主营业务税金及附加": "税金及附加",
         "营业费用": "销售费用"}  # fmt: skip
"""Accounts that were renamed from one standard chart to the next."""


@attrs.frozen(kw_only=True)
class Node:
    """An account with what it is compared by."""

    code: str
    bare: str
    """The code without separators."""
    name: str
    key: str
    """The name as names compare; empty when the books give none."""
    standard: str
    """What the standard chart of the books calls a first-level account; else empty."""
    parent: str | None
    """The parent's code without separators; None at the first level or where it is unknown."""
    level: int
    is_leaf: bool
    is_used: bool
    """True when lines or balances name it."""
    is_listed: bool
    """False for an account that only the codes below it imply."""


def tree_of(books: Books) -> dict[str, Node]:
    """Every account that books list, use or imply, by its code without separators."""
    names: dict[str, str] = {}
    for code, name in books.accounts.select("code", "name").iter_rows():
        names.setdefault(code, name or "")
    used = {*books.lines["account"].drop_nulls(), *books.balances["account"]}
    for code in sorted(used):
        names.setdefault(code, "")
    scheme = books.entity.scheme or CodeScheme.detect(names)
    family = detect_family({strip(code): name or None for code, name in names.items()}).family
    standard = chart(family) if family else {}
    listed = {strip(code): code for code in sorted(names, reverse=True)}
    bare = {**_implied(listed.values(), scheme), **listed}
    above = {one: strip(scheme.parent(code) or "") or None for one, code in bare.items()}
    parents = set(above.values())
    nodes = {}
    for one, code in sorted(bare.items()):
        known = standard[one].name if one in standard else ""
        name = names.get(code) or known
        key = normalised(name)
        nodes[one] = Node(
            code=code,
            bare=one,
            name=name,
            key=_SAME.get(key, key),
            standard=_SAME.get(known, known) if known and normalised(known) == key else "",
            parent=above[one],
            level=scheme.level(code),
            is_leaf=one not in parents,
            is_used=code in used,
            is_listed=one in listed,
        )
    return nodes


def _implied(codes: Iterable[str], scheme: CodeScheme) -> dict[str, str]:
    """Accounts above the given ones, by their codes without separators."""
    found: dict[str, str] = {}
    for code in codes:
        above = scheme.parent(code)
        while above:
            found[strip(above)] = above
            above = scheme.parent(above)
    return found
