"""Which sub-account is which member: codes found by rule, or learned from the books."""

from collections.abc import Iterator, Sequence

import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books
from kamcore.model.chart import detect_family
from kamcore.model.company_name import CompanyName, folded
from kamcore.model.role import role_of
from kamcore.model.scheme import CodeScheme, strip
from kamcore.model.sub_account import SubAccount, SubAccountRule

__all__ = ["learned_rules", "new_accounts", "new_members", "parent_members", "party_rules"]

_PARTIES = {
    "ar_trade": "customer",
    "advance_from_customer": "customer",
    "ar_notes": "customer",
    "ap_trade": "supplier",
    "prepaid_to_supplier": "supplier",
    "ap_notes": "supplier",
    "ar_other": "往来单位",
    "ap_other": "往来单位",
}
"""Roles of accounts that are kept by party, and the dimension of the parties."""

_HALF = 2


def learned_rules(books: Books) -> tuple[SubAccountRule, ...]:
    """Rules for accounts with parties whose sub-accounts are mostly called like companies.

    An account counts when it, or the account above it, is 应收账款, 预收账款, 应付账款, 预付账款,
    应收票据, 应付票据, 其他应收款 or 其他应付款, and at least half of its sub-accounts without
    others below have a company's name (`CompanyName.is_company`) or the name of a member.  Only
    those become members.
    """
    names = _names(books)
    family = detect_family(names).family or "ASBE"
    members = {folded(name) for name in books.members["name"].drop_nulls()}
    found = []
    for parent, children in _leaves(books).items():
        dimension = _PARTIES.get(role_of(parent, names.get(parent), family) or "")
        said = [
            child
            for child in children
            if (name := names[child])
            and (CompanyName.of(name).is_company or folded(name) in members)
        ]
        if dimension and said and len(said) * _HALF >= len(children):
            rule = SubAccountRule(
                account=parent,
                dimension=dimension,
                members=dict.fromkeys(said, ""),
            )
            found.append(rule)
    return tuple(found)


def party_rules(books: Books) -> tuple[SubAccountRule, ...]:
    """Rules for accounts kept by party whose lines name members: the usual way to sub-accounts.

    An account counts when it, or one above it, has one of the roles of `learned_rules` and its
    lines or balances name a customer, a supplier or whatever its role is kept by.  Codes follow
    the scheme of the books; a member's own number is kept where it fits.
    """
    names = _names(books)
    scheme = _scheme(books, names)
    family = detect_family(names).family or "ASBE"
    found = []
    for account in names:
        role = _role(account, names, scheme, family)
        if role is None:
            continue
        first = _PARTIES[role]
        for dimension in dict.fromkeys((first, *_PARTIES.values())):
            rule = SubAccountRule(account=account, dimension=dimension)
            if _members_of(books, rule):
                found.append(rule)
                break
    return tuple(found)


def _role(code: str, names: dict[str, str], scheme: CodeScheme, family: str) -> str | None:
    """The role by which an account, or the nearest above it that says one, is kept by party."""
    step: str | None = code
    while step is not None:
        role = role_of(step, names.get(step), family)
        if role is not None:
            return role if role in _PARTIES else None
        step = scheme.parent(step)
    return None


def new_members(books: Books, rules: Sequence[SubAccountRule]) -> tuple[SubAccount, ...]:
    """The member of every sub-account a rule means, in the order of the codes.

    A rule that names a sub-account without a member leaves the code to be found.
    """
    names, leaves = _names(books), _leaves(books)
    scheme = _scheme(books, names)
    by_name: dict[tuple[str, str], str] = {}
    taken: set[tuple[str, str]] = set()
    for dimension, code, name in books.members.select("dimension", "code", "name").iter_rows():
        taken.add((dimension, code))
        if name:
            by_name.setdefault((dimension, folded(name)), code)
    rows: list[SubAccount] = []
    for rule in rules:
        # A code that a person gave is not for others to take.
        taken |= {(rule.dimension, code) for code in rule.members.values() if code}
    for rule, child in _meant(rules, leaves):
        name = rule.names.get(child) or names.get(child) or ""
        known = by_name.get((rule.dimension, folded(name))) if name else None
        here = {row.member for row in rows if row.parent == rule.account}
        member = rule.members.get(child) or (known if known and known not in here else "")
        if not member:
            parts = scheme.split(child)
            tail = "".join(parts[len(scheme.split(rule.account)) :]) or parts[-1]
            free = (rule.dimension, tail) not in taken
            member = tail if free else strip(child)
        taken.add((rule.dimension, member))
        if name:
            by_name.setdefault((rule.dimension, folded(name)), member)
        rows.append(
            SubAccount(
                account=child,
                parent=rule.account,
                dimension=rule.dimension,
                member=member,
                name=name,
            )
        )
    return tuple(rows)


def _meant(
    rules: Sequence[SubAccountRule], leaves: dict[str, list[str]]
) -> Iterator[tuple[SubAccountRule, str]]:
    for rule in sorted(rules, key=lambda one: (one.account, one.dimension)):
        for child in sorted(rule.members) or leaves.get(rule.account, []):
            yield rule, child


def parent_members(books: Books, rules: Sequence[SubAccountRule]) -> tuple[SubAccount, ...]:
    """The sub-account of every member a rule means, in the order of account and member."""
    names = _names(books)
    scheme = _scheme(books, names)
    listed = {
        (dimension, code): name or ""
        for dimension, code, name in books.members.select("dimension", "code", "name").iter_rows()
    }
    rows: list[SubAccount] = []
    for rule in sorted(rules, key=lambda one: (one.account, one.dimension)):
        given = {member: child for child, member in rule.members.items() if member}
        taken = {*names, *given.values()}
        used = _members_of(books, rule)
        for member in used:
            child = given.get(member)
            if child is None:
                child = _child_code(scheme, rule.account, member, (taken, len(used)))
                taken.add(child)
            name = rule.names.get(child) or listed.get((rule.dimension, member), "")
            rows.append(
                SubAccount(
                    account=child,
                    parent=rule.account,
                    dimension=rule.dimension,
                    member=member,
                    name=name,
                )
            )
    return tuple(rows)


def _members_of(books: Books, rule: SubAccountRule) -> list[str]:
    """Members in use on the account of a rule."""
    column = schema.AUX + rule.dimension
    found: set[str] = set()
    for name in ("lines", "balances", "open_items", "receipts", "adjustments"):
        frame = books.tables[name]
        if column in frame.columns:
            mine = frame.filter(account=rule.account)[column]
            found |= set(mine.drop_nulls())
    return sorted(found | {member for member in rule.members.values() if member})


def _child_code(scheme: CodeScheme, parent: str, member: str, taken: tuple[set[str], int]) -> str:
    """A free code below the parent: with the member's own number, else the next one."""
    known, count = taken
    level = scheme.level(parent)
    width = scheme.lengths[min(level, len(scheme.lengths) - 1)]
    number = member.lstrip("0")
    fits = member.isascii() and member.isdigit() and 0 < len(number) <= width
    if fits and (code := f"{parent}{scheme.separator}{number.zfill(width)}") not in known:
        return code
    width = max(width, len(str(count)))
    for turn in range(1, 10 ** (width + 1)):
        code = f"{parent}{scheme.separator}{turn:0{width}}"
        if code not in known:
            return code
    raise AssertionError("more codes are free than members need")


def new_accounts(
    books: Books, rows: Sequence[SubAccount], known: pl.DataFrame | None
) -> pl.DataFrame:
    """The accounts with the sub-accounts, each behind the account above it."""
    accounts = books.accounts
    above = {row["code"]: row for row in accounts.iter_rows(named=True)}
    dimensions: dict[str, set[str]] = {}
    for row in rows:
        dimensions.setdefault(row.parent, set()).add(row.dimension)
    restored = (
        {row["code"]: row for row in known.iter_rows(named=True)} if known is not None else {}
    )
    made = [
        restored.get(row.account) or _child(row, above.get(row.parent, {}), dimensions[row.parent])
        for row in rows
        if row.account not in above
    ]
    parents = {row.account: row.parent for row in rows}
    place = {code: index for index, code in enumerate(above)}
    frame = pl.DataFrame(made, schema=accounts.schema, orient="row") if made else accounts.clear()
    beside = [place.get(parents[code], len(place)) for code in frame["code"]]
    placed = pl.concat(
        [
            _parents_of(accounts, dimensions).with_columns(
                _place=pl.Series([*place.values()], dtype=pl.Int64), _own=pl.lit("")
            ),
            frame.with_columns(_place=pl.Series(beside, dtype=pl.Int64), _own=pl.col("code")),
        ]
    )
    return placed.sort("_place", "_own").drop("_place", "_own")


def _parents_of(accounts: pl.DataFrame, dimensions: dict[str, set[str]]) -> pl.DataFrame:
    for parent, ids in sorted(dimensions.items()):
        mine = pl.col("code") == parent
        had = accounts.filter(mine)["dimensions"]
        left = (
            [one for one in (had[0] or "").split(",") if one and one not in ids]
            if len(had)
            else []
        )
        required = pl.lit(",".join(left) or None, dtype=schema.TEXT)
        accounts = accounts.with_columns(
            dimensions=pl.when(mine).then(required).otherwise(pl.col("dimensions")),
            is_leaf=pl.when(mine & pl.col("is_leaf").is_not_null())
            .then(pl.lit(False))
            .otherwise(pl.col("is_leaf")),
        )
    return accounts


def _child(row: SubAccount, parent: dict[str, object], ids: set[str]) -> dict[str, object]:
    """A sub-account with what its parent says of itself."""
    above = str(parent.get("full_name") or parent.get("name") or "")
    rest = [
        one for one in str(parent.get("dimensions") or "").split(",") if one and one not in ids
    ]
    level = parent.get("level")
    return {
        **dict.fromkeys(schema.ACCOUNTS.names),
        **parent,
        "code": row.account,
        "name": row.name or None,
        "full_name": f"{above}/{row.name}" if parent.get("full_name") and row.name else None,
        "parent": row.parent,
        "level": level + 1 if isinstance(level, int) else None,
        "is_leaf": True if parent.get("is_leaf") is not None else None,
        "dimensions": ",".join(rest) or None,
        "source_row": None,
    }


def _names(books: Books) -> dict[str, str]:
    """Every account that is listed or used, with its name."""
    names = {code: name or "" for code, name in books.accounts.select("code", "name").iter_rows()}
    used = {*books.lines["account"].drop_nulls(), *books.balances["account"]}
    return dict(sorted({**dict.fromkeys(used, ""), **names}.items()))


def _scheme(books: Books, names: dict[str, str]) -> CodeScheme:
    return books.entity.scheme or CodeScheme.detect(names)


def _leaves(books: Books) -> dict[str, list[str]]:
    """By account: the accounts right below it that have none below them."""
    names = _names(books)
    scheme = _scheme(books, names)
    spelled = {strip(code): code for code in names}
    children: dict[str, list[str]] = {}
    for code in names:
        above = scheme.parent(code)
        if above is not None:
            children.setdefault(spelled.get(strip(above), above), []).append(code)
    return {
        parent: [code for code in below if code not in children]
        for parent, below in sorted(children.items())
    }
