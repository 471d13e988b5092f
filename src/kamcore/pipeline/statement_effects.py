"""What each record of a list does to the balance, from whatever columns say it.

Purchases and payments apart; debit and credit; or one amount, whose side a column, its sign or
the text tells.  A running balance says what stood before the first record and proves the rest.
"""

from collections.abc import Sequence
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.matching.two_sided.line_kind import kind_of_text

__all__ = ["AMOUNTS", "Effects", "effects"]

BY_TEXT = Fault(
    code="C5311",
    severity=Severity.WARNING,
    zh="金额没有方向, 有 {value} 行按摘要当作付款或退货",
    en="the amounts have no side; {value} rows were taken for payments or returns by their text",
    hint_zh="若不对, 请在清单中分列购货与付款, 或付款用负数",
    hint_en="if that is wrong, put payments in a column of their own or make them negative",
)
NO_SIDE = Fault(
    code="C5312",
    severity=Severity.WARNING,
    zh="看不出「{value}」是增加还是减少欠款, 按增加计",
    en="{value!r} says neither raised nor lowered; it was taken as raised",
)
NEGATIVE_COLUMN = Fault(
    code="C5313",
    severity=Severity.INFO,
    zh="减少列「{value}」全是负数, 按付款额读",
    en="column {value!r} holds negative amounts only; they were read as payments",
)
BALANCE_BREAKS = Fault(
    code="C5314",
    severity=Severity.WARNING,
    zh="余额 {value} 与逐笔发生额不符, 应为 {computed}",
    en="the balance {value} is not what the records make it: {computed}",
    hint_zh="请核对此行, 或清单在此处漏了记录",
    hint_en="look at this row; records may be missing above it",
)
IMPLIED_OPENING = Fault(
    code="C5315",
    severity=Severity.INFO,
    zh="清单没有列期初余额, 按首行余额倒推为 {value}",
    en="the list states no opening; its first balance implies {value}",
)

AMOUNTS = ("raised", "lowered", "debit", "credit", "amount")
"""Columns that say what a record does."""

_ENGLISH = "(?i)payment|paid|receipt|refund|credit note|return|deduct"
_DEBIT, _CREDIT, _EVEN = ("借", "借方", "dr", "debit"), ("贷", "贷方", "cr", "credit"), ("平",)
_MONEY = pl.Decimal(38, 4)


@attrs.frozen(kw_only=True)
class Effects:
    """The records with ``raised`` and ``lowered``, and the openings; see `Listed`."""

    lines: pl.DataFrame
    openings: pl.DataFrame
    by_side: bool = False
    opening_by_side: bool = False
    problems: tuple[Problem, ...] = ()


def effects(records: pl.DataFrame, openings: pl.DataFrame, grid: Grid) -> Effects:
    """Say what records and openings do; `grid` gives places for problems.

    Both frames have ``index`` (the row of the grid), texts, and those of `AMOUNTS` and
    ``balance`` that the list has.
    """
    found: list[Problem] = []
    lines, by_side = _sided(records, grid, found)
    opened, opens_by_side = _opened(openings, by_side=by_side)
    proved, proof_by_side = _proved(lines, opened, grid, found, by_side=by_side)
    return Effects(
        lines=lines,
        openings=proved,
        by_side=by_side,
        opening_by_side=opens_by_side or proof_by_side,
        problems=tuple(found),
    )


def _zero(name: str) -> pl.Expr:
    return pl.col(name).fill_null(0)


def _sided(records: pl.DataFrame, grid: Grid, found: list[Problem]) -> tuple[pl.DataFrame, bool]:
    """The records with what they raise and lower, and whether the sides may be exchanged."""
    there = set(records.columns)
    nothing = pl.lit(0).cast(schema.AMOUNT)
    if {"raised", "lowered"} & there:
        # A list of invoices has its amount beside what is paid of it.
        raising = next((name for name in ("raised", "amount") if name in there), None)
        lowered = _payments(records, grid, found) if "lowered" in there else nothing
        raised = _zero(raising) if raising else nothing
        return records.with_columns(raised=raised, lowered=lowered), False
    if {"debit", "credit"} & there:
        sides = {
            name: _zero(side) if side in there else nothing
            for name, side in (("raised", "credit"), ("lowered", "debit"))
        }
        return records.with_columns(**sides), True
    return _from_amount(records, grid, found)


def _payments(records: pl.DataFrame, grid: Grid, found: list[Problem]) -> pl.Expr:
    """What was paid; a column of negative amounts only says it with their sign as well."""
    paid = records["lowered"].drop_nulls()
    paid = paid.filter(paid != 0)
    if paid.len() and bool((paid < 0).all()):
        caption = grid.origin.headings.get("lowered", "lowered")
        found.append(NEGATIVE_COLUMN.at(grid.origin.place(None, "lowered"), caption))
        return -_zero("lowered")
    return _zero("lowered")


def _from_amount(
    records: pl.DataFrame, grid: Grid, found: list[Problem]
) -> tuple[pl.DataFrame, bool]:
    amount = pl.col("amount")
    plus = {
        "raised": pl.when(amount > 0).then(amount).otherwise(0),
        "lowered": pl.when(amount < 0).then(-amount).otherwise(0),
    }
    marks = records["direction"].drop_nulls().str.to_lowercase().unique().to_list()
    if marks and set(marks) <= {*_DEBIT, *_CREDIT}:
        on_debit = pl.col("direction").str.to_lowercase().is_in(_DEBIT)
        return _split(records, on_debit), True
    said = pl.concat_str(
        pl.col("direction").fill_null(""), pl.col("text").fill_null(""), separator=" "
    )
    told = records.with_columns(_said=said)
    kind = pl.coalesce(
        pl.when(said.str.contains(_ENGLISH)).then(pl.lit("payment")), kind_of_text("_said")
    )
    lowering = kind.is_in(["payment", "return"]).fill_null(value=False)
    signed = bool((records["amount"] < 0).any())
    if not marks and signed:
        return records.with_columns(**plus), True
    told = told.with_columns(_lowering=lowering, _known=kind.is_not_null())
    below = told.filter("_lowering")["amount"]
    if below.len() and bool((below < 0).all()):
        return records.with_columns(**plus), False
    if marks:
        odd = told.filter(~pl.col("_known") & pl.col("direction").is_not_null())
        first = odd.unique("direction", keep="first", maintain_order=True)
        found += [
            NO_SIDE.at(grid.place(at, "direction"), mark)
            for at, mark in first.select("index", "direction").iter_rows()
        ]
    elif below.len():
        found.append(BY_TEXT.at(grid.origin.place(None), below.len()))
    return _split(told, pl.col("_lowering")).drop("_said", "_lowering", "_known"), False


def _split(records: pl.DataFrame, lowering: pl.Expr) -> pl.DataFrame:
    amount = _zero("amount")
    return records.with_columns(
        raised=pl.when(~lowering).then(amount).otherwise(0),
        lowered=pl.when(lowering).then(amount).otherwise(0),
    )


def _opened(openings: pl.DataFrame, *, by_side: bool) -> tuple[pl.DataFrame, bool]:
    """What rows of openings state, and whether that is exchanged with the sides."""
    there = set(openings.columns)
    sums: list[pl.Expr] = []
    flips = False
    if "balance" in there:
        way = pl.col("balance_direction").str.to_lowercase()
        flips = by_side and bool(openings["balance_direction"].is_in(["借", "贷"]).any())
        on_debit = way.is_in(_DEBIT).fill_null(value=False) & pl.lit(by_side)
        even = way.is_in(_EVEN).fill_null(value=False)
        signed = pl.when(on_debit).then(-pl.col("balance")).otherwise(pl.col("balance"))
        sums.append(pl.when(even).then(0).otherwise(signed).cast(_MONEY))
    pairs = (("raised", "lowered"), ("credit", "debit"), ("amount", ""))
    for raising, lowering in pairs:
        have = [name for name in (raising, lowering) if name in there]
        if not have:
            continue
        parts = [_zero(name) * (1 if name == raising else -1) for name in have]
        said = pl.any_horizontal(pl.col(have).is_not_null())
        sums.append(pl.when(said).then(sum(parts[1:], parts[0])).cast(_MONEY))
        in_columns = openings.select(said.any()).item() if openings.height else False
        flips = flips or (by_side and bool(in_columns) and raising == "credit")
    if not sums or openings.is_empty():
        return openings.select(
            "party", "currency", amount=pl.lit(None, dtype=_MONEY)
        ).clear(), flips
    stated = openings.select("party", "currency", amount=pl.coalesce(sums)).drop_nulls("amount")
    # Pages carry the balance on; the first is the opening.
    return stated.unique(["party", "currency"], keep="first", maintain_order=True), flips


def _proved(
    lines: pl.DataFrame,
    opened: pl.DataFrame,
    grid: Grid,
    found: list[Problem],
    *,
    by_side: bool,
) -> tuple[pl.DataFrame, bool]:
    """The openings, from the running balance where none is stated; balances that break it."""
    single = lines.select("party", "currency").n_unique() == 1
    if "balance" not in lines.columns or not single or lines["balance"].null_count():
        return opened, False
    effect = (_zero("raised") - _zero("lowered")).cast(_MONEY)
    balance = pl.col("balance").cast(_MONEY)
    way = pl.col("balance_direction").str.to_lowercase()
    told = by_side and lines["balance_direction"].null_count() == 0
    if told:
        signed = pl.when(way.is_in(_DEBIT)).then(-balance)
        balance = signed.when(way.is_in(_EVEN)).then(0).otherwise(balance)
    for sign in (1, -1) if by_side and not told else (1,):
        rest = lines.select((balance.cast(_MONEY) * sign - effect.cum_sum()).alias("rest"))["rest"]
        breaks = _breaks(rest)
        # A balance beside each invoice is no running balance; one with a slip still is.
        if len(breaks) * 4 <= lines.height:
            found += _broken(lines, rest, breaks, sign, grid)
            return _with_implied(lines, opened, Decimal(rest[0] or 0), grid, found), by_side
    return opened, False


def _breaks(rest: pl.Series) -> Sequence[int]:
    """The rows where the balance jumps by more than the record says."""
    return [at for at in range(1, rest.len()) if rest[at] != rest[at - 1]]


def _broken(
    lines: pl.DataFrame, rest: pl.Series, breaks: Sequence[int], sign: int, grid: Grid
) -> list[Problem]:
    """A problem for each balance that breaks; one that comes back to the former is right."""
    told, seen = [], {rest[0]}
    for at in breaks:
        if rest[at] not in seen:
            stated = lines["balance"][at]
            computed = stated - sign * (rest[at] - rest[at - 1])
            place = grid.place(lines["index"][at], "balance")
            told.append(BALANCE_BREAKS.at(place, f"{stated:,.2f}", computed=f"{computed:,.2f}"))
        seen.add(rest[at])
    return told


def _with_implied(
    lines: pl.DataFrame, opened: pl.DataFrame, rest: Decimal, grid: Grid, found: list[Problem]
) -> pl.DataFrame:
    if not opened.is_empty():
        stated = Decimal(opened["amount"][0])
        if abs(stated) != abs(rest):
            place = grid.place(lines["index"][0], "balance")
            computed = f"{stated:,.2f} + {lines['raised'][0] - lines['lowered'][0]:,.2f}"
            found.append(
                BALANCE_BREAKS.at(place, f"{lines['balance'][0]:,.2f}", computed=computed)
            )
            return opened
        return opened.with_columns(amount=pl.lit(rest).cast(_MONEY))
    if not rest:
        return opened
    found.append(IMPLIED_OPENING.at(grid.place(lines["index"][0], "balance"), f"{rest:,.2f}"))
    return lines.head(1).select("party", "currency", amount=pl.lit(rest).cast(_MONEY))
