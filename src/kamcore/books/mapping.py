"""Books in another system's codes, with the proof that no balance changed.

Mapping only renames; amounts are never touched.  What is not listed, what becomes one, and whether
the sums still agree is said in the `Mapped` value.
"""

from collections.abc import Mapping
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books
from kamcore.model.mapping import CodeMap, Undecided
from kamcore.model.scheme import strip
from kamcore.place import Place

_ACCOUNT_COLUMNS = {
    "lines": ("account",),
    "balances": ("account",),
    "accounts": ("code", "parent"),
    "open_items": ("account",),
    "receipts": ("account",),
    "adjustments": ("account",),
}
"""Where account codes stand."""


@attrs.frozen
class Unmapped:
    """A code in use that the mapping does not list."""

    part: str
    """``accounts``, ``words`` or ``members.<dimension id>``."""
    code: str
    name: str
    lines: int
    first_row: int | None
    proposal: str
    """What the mapping proposes for it, else a code in the words the mapping leads to."""
    place: Place = Place()
    """The row of the mapping to fill in, where there is one."""


@attrs.frozen
class Merged:
    """Several codes in use that become one."""

    part: str
    target: str
    codes: tuple[str, ...]
    lines: int


@attrs.frozen
class Mapped:
    """Books in the other system's codes."""

    books: Books
    unmapped: tuple[Unmapped, ...] = ()
    merged: tuple[Merged, ...] = ()
    used: bool = False
    """True when a mapping was given and applied."""
    balances_equal: bool = True
    """True when debits and credits per target account equal those of its sources."""


def map_books(books: Books, code_map: CodeMap) -> Mapped:
    """Rename accounts, members and words of books.

    A code is looked up as it is spelled, then without its separators, so that a mapping written
    for ``112201`` also serves ``1122.01``.  A code that is not listed keeps its spelling and is
    named in `unmapped`.
    """
    if code_map.is_empty:
        return Mapped(books)
    unmapped: list[Unmapped] = []
    merged: list[Merged] = []
    tables = dict(books.tables)
    for part, column, given, places in _parts(code_map):
        full = _complete(books.lines if column != "word" else books.vouchers, column, given)
        missing = [code for code, target in full.items() if target is None]
        opened = code_map.undecided.get(part.removeprefix("members."), {})
        if code_map.keep_unlisted:
            missing = [code for code in missing if code in opened]
        unmapped += [
            _with_proposal(one, opened.get(one.code), given)
            for one in _unmapped(books, part, column, missing)
        ]
        merged += _merged(books, part, column, full)
        for table, columns in places.items():
            tables[table] = _renamed(tables[table], columns, {**given, **_known(full)})
    tables["accounts"] = tables["accounts"].unique("code", keep="first", maintain_order=True)
    tables["members"] = _renamed_members(tables["members"], code_map.members)
    after = Books(books.entity, tables, books.origin)
    agree = _sums_agree(books, after, code_map)
    return Mapped(after, tuple(unmapped), tuple(merged), used=True, balances_equal=agree)


_Part = tuple[str, str, Mapping[str, str], Mapping[str, tuple[str, ...]]]


def _parts(code_map: CodeMap) -> list[_Part]:
    parts: list[_Part] = []
    undecided = code_map.undecided
    if code_map.accounts or "accounts" in undecided:
        parts.append(("accounts", "account", code_map.accounts, _ACCOUNT_COLUMNS))
    if code_map.words or "words" in undecided:
        parts.append(("words", "word", code_map.words, {"vouchers": ("word",)}))
    fixed = ("accounts", "words")
    others = [part for part in undecided if part not in (*fixed, *code_map.members)]
    further: dict[str, Mapping[str, str]] = {part: {} for part in others}
    for dimension, given in {**code_map.members, **further}.items():
        column = schema.AUX + dimension
        places = {name: (column,) for name, t in schema.TABLES.items() if t.takes_dimensions}
        parts.append((f"members.{dimension}", column, given, places))
    return parts


def _complete(frame: pl.DataFrame, column: str, given: Mapping[str, str]) -> dict[str, str | None]:
    """Target of every code in use; None where the mapping is silent."""
    if column not in frame.columns:
        return {}
    bare = {strip(code): target for code, target in given.items()} if column == "account" else {}
    used = frame[column].drop_nulls().unique().sort()
    return {code: given.get(code, bare.get(strip(code))) for code in used}


def _known(full: Mapping[str, str | None]) -> dict[str, str]:
    return {code: target for code, target in full.items() if target is not None}


def _unmapped(books: Books, part: str, column: str, missing: list[str]) -> list[Unmapped]:
    if not missing:
        return []
    frame = books.vouchers if column == "word" else books.lines
    counted = (
        frame.filter(pl.col(column).is_in(missing))
        .group_by(column)
        .agg(pl.len().alias("lines"), pl.col("source_row").min().alias("row"))
        .sort(column)
    )
    names = _names(books, part)
    return [
        Unmapped(part, code, names.get(code, ""), lines, row, "")
        for code, lines, row in counted.iter_rows()
    ]


def _with_proposal(one: Unmapped, opened: Undecided | None, given: Mapping[str, str]) -> Unmapped:
    if opened is not None and opened.proposal:
        return attrs.evolve(one, proposal=opened.proposal, place=opened.place)
    place = opened.place if opened else Place()
    if one.part != "accounts":
        # Nothing in a member's own code says what it is called elsewhere.
        proposal = one.code if one.code in set(given.values()) else ""
    else:
        proposal = _proposal(one.code, given)
    return attrs.evolve(one, proposal=proposal, place=place)


def _proposal(code: str, given: Mapping[str, str]) -> str:
    """A target that is the same code, else what the target of the nearest account above says.

    >>> _proposal("1122.02", {"1122.01": "112201", "1122": "1131"})
    '113102'
    >>> _proposal("1122.02", {"2202": "2202"})
    '112202'
    """
    bare = strip(code)
    same = [target for target in sorted(set(given.values())) if strip(target) == bare]
    if same:
        return same[0]
    above = {strip(source): target for source, target in given.items()}
    for length in range(len(bare) - 1, 3, -1):
        if bare[:length] in above:
            return strip(above[bare[:length]]) + bare[length:]
    return bare


def _names(books: Books, part: str) -> dict[str, str]:
    if part == "accounts":
        frame = books.accounts.select("code", "name")
    elif part.startswith("members."):
        dimension = part.removeprefix("members.")
        frame = books.members.filter(dimension=dimension).select("code", "name")
    else:
        return {}
    return {code: name or "" for code, name in frame.iter_rows()}


def _merged(books: Books, part: str, column: str, full: Mapping[str, str | None]) -> list[Merged]:
    sources: dict[str, list[str]] = {}
    for code, target in _known(full).items():
        sources.setdefault(target, []).append(code)
    frame = books.vouchers if column == "word" else books.lines
    return [
        Merged(part, target, tuple(codes), frame.filter(pl.col(column).is_in(codes)).height)
        for target, codes in sorted(sources.items())
        if len(codes) > 1
    ]


def _renamed(
    frame: pl.DataFrame, columns: tuple[str, ...], names: Mapping[str, str]
) -> pl.DataFrame:
    present = [column for column in columns if column in frame.columns]
    return frame.with_columns(pl.col(present).replace(dict(names))) if present else frame


def _renamed_members(members: pl.DataFrame, maps: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    for dimension, given in maps.items():
        code = pl.when(dimension=dimension).then(pl.col("code").replace(dict(given)))
        members = members.with_columns(code.otherwise("code").alias("code"))
    return members.unique(["dimension", "code"], keep="first", maintain_order=True)


def _sums(books: Books) -> dict[str | None, tuple[Decimal, Decimal]]:
    sums = books.lines.group_by("account").agg(pl.col("debit").sum(), pl.col("credit").sum())
    return {account: (debit, credit) for account, debit, credit in sums.iter_rows()}


def _sums_agree(before: Books, after: Books, code_map: CodeMap) -> bool:
    """Add the source's sums up by target, apart from the renamed lines, and compare."""
    full = _complete(before.lines, "account", code_map.accounts)
    expected: dict[str | None, tuple[Decimal, Decimal]] = {}
    for account, (debit, credit) in _sums(before).items():
        target = (full.get(account) or account) if account else None
        had = expected.get(target, (Decimal(0), Decimal(0)))
        expected[target] = (had[0] + debit, had[1] + credit)
    return expected == _sums(after)
