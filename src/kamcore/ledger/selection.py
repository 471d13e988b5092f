"""Which lines a question is about: accounts, dimensions, vouchers that count.

A void voucher (作废) never counts.  By default every other voucher does; books for the outside
count reviewed and posted ones only (财会〔2024〕12号 art. 22), which is `Scope.booked_only`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import narwhals as nw

from kamcore.books import schema
from kamcore.errors import Fault, UsageError
from kamcore.ledger.engine import Frames
from kamcore.place import Place

__all__ = ["Scope", "describe", "key_columns", "live_lines", "within_accounts"]

NO_DIMENSION = Fault(
    code="L1011",
    zh="分录中没有「{value}」这个维度",
    en="the lines have no dimension {value!r}",
    hint_zh="可用: {known}",
    hint_en="they have {known}",
)

BOOKED = ("reviewed", "posted")
VOID = "void"

_DERIVED = {"year": lambda day: day.dt.year(), "period": lambda day: day.dt.month()}


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@attrs.frozen(kw_only=True)
class Scope:
    """What a question is about.

    `accounts` are codes; each stands for itself and everything below it.  `by` names dimensions
    (``customer``) or other text columns of the lines (``salesperson``, ``contract``); `members`
    picks one member of a dimension each.
    """

    accounts: tuple[str, ...] = attrs.field(default=(), converter=_names)
    by: tuple[str, ...] = attrs.field(default=(), converter=_names)
    members: Mapping[str, str] = attrs.field(factory=dict)
    booked_only: bool = False


def describe(scope: Scope) -> dict[str, Any]:
    """The scope as a result prints it."""
    return {
        "account": list(scope.accounts),
        "by": list(scope.by),
        "members": dict(scope.members),
        "vouchers": "reviewed, posted" if scope.booked_only else "all but void",
    }


def key_columns(frames: Frames, names: Iterable[str]) -> tuple[str, ...]:
    """The columns that dimensions or other names stand in: ``aux_customer`` for ``customer``.

    Raises:
        UsageError: no table of the source has such a column.
    """
    known = {column for table in _KEYED for column in frames.columns(table)}
    if "party" in known:
        known |= {schema.AUX + "customer", schema.AUX + "supplier"}
    columns = []
    for name in names:
        if name in ("account", "currency"):
            continue
        aux = name if name.startswith(schema.AUX) else schema.AUX + name
        if aux in known:
            columns.append(aux)
        elif name in known:
            columns.append(name)
        else:
            listed = sorted(c.removeprefix(schema.AUX) for c in known if schema.AUX in c)
            raise UsageError(NO_DIMENSION.at(Place(), name, known=", ".join(listed) or "-"))
    return tuple(columns)


_KEYED = ("lines", "balances", "open_items")


def within_accounts(frames: Frames, accounts: Iterable[str]) -> nw.Expr | None:
    """The condition that a line's account is one of `accounts` or below it; None for no limit.

    A code counts in the spelling given and in the one of the books' own scheme.
    """
    scheme = frames.entity.scheme
    wanted = set(accounts)
    if scheme is not None:
        wanted |= {scheme.spell(account) for account in wanted}
    conditions = [nw.col("account").str.starts_with(code) for code in sorted(wanted)]
    if not conditions:
        return None
    return nw.any_horizontal(*conditions, ignore_nulls=True)


def live_lines(
    frames: Frames, scope: Scope, must: Iterable[str], may: Iterable[str] = ()
) -> nw.LazyFrame[Any]:
    """Lines of the vouchers that count, within the accounts and members of the scope.

    Year and period are taken from the date where the lines have no columns for them.  Columns
    that the lines lack altogether are null when they stand in `may`.
    """
    members = dict(zip(key_columns(frames, scope.members), scope.members.values(), strict=True))
    columns = tuple(dict.fromkeys(must))
    optional = tuple(dict.fromkeys((*may, *members)))
    known = frames.columns("lines")
    derived = [name for name in _DERIVED if name in columns and name not in known]
    asked = [name for name in columns if name not in derived]
    if derived and "date" not in asked:
        asked.append("date")
    statuses = frames.columns("vouchers")
    by_voucher = "status" in statuses
    hidden = [name for name in ("voucher_id",) if by_voucher and name not in asked]
    if not by_voucher and "status" in known:
        hidden.append("status")
    rest = [name for name in (*optional, *hidden) if name not in asked]
    lines = frames.table("lines", asked, rest)
    limit = within_accounts(frames, scope.accounts)
    if limit is not None:
        lines = lines.filter(limit)
    for column, member in members.items():
        lines = lines.filter(nw.col(column) == member)
    lines = _counting(frames, lines, scope, by_voucher="status" in statuses)
    if derived:
        lines = lines.with_columns(
            **{name: _DERIVED[name](nw.col("date")).cast(nw.Int64) for name in derived}
        )
    return lines.select(*columns, *(name for name in optional if name not in columns))


def _counting(
    frames: Frames, lines: nw.LazyFrame[Any], scope: Scope, *, by_voucher: bool
) -> nw.LazyFrame[Any]:
    """Leave out the lines of vouchers that do not count."""
    status = nw.col("status")
    if by_voucher:
        heads = frames.table("vouchers", ("voucher_id", "status"))
        if scope.booked_only:
            booked = heads.filter(status.is_in(BOOKED)).select("voucher_id")
            return lines.join(booked, on="voucher_id", how="semi")
        void = heads.filter(status == VOID).select("voucher_id")
        return lines.join(void, on="voucher_id", how="anti")
    if "status" in frames.columns("lines"):
        return lines.filter(
            status.is_in(BOOKED) if scope.booked_only else status.fill_null("draft") != VOID
        )
    return lines
