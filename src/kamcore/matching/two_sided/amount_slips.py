"""Lines of both books that are one thing with two amounts: what a slip of the pen makes of one.

The side is wrong, two digits are exchanged, the point is shifted, the tax is left out, one digit
is misread, or the amount is nearly the same on nearly the same day.  Each test takes what the
tests before it left, and no line says that it is another kind of thing than its partner.
"""

import polars as pl

from kamcore.matching.candidates import digits, nearest
from kamcore.matching.two_sided.crossed import PAIRS, Pool
from kamcore.matching.two_sided.line_kind import kind_of_text

__all__ = [
    "pair_by_digits",
    "pair_by_one_digit",
    "pair_by_shift",
    "pair_by_side",
    "pair_by_size",
    "pair_by_tax",
]

_DIGIT_DAYS, _SIDE_DAYS, _SIZE_DAYS, _FAR_DAYS = 31, 15, 7, 31
_SHIFT_DAYS = 10
_TAX_DAYS = 62
_TAX_RATES = (13, 9, 6, 5, 3, 1)
"""Rates of VAT in use, in per cent."""
_SHARE, _CLOSE = 0.05, 0.01
_LEAST = 600_000
"""Tolerance of two near amounts: 5 %, at least 60 yuan, in 1/10000."""
_CENT = 100
_DIGITS = 4
"""Digits two amounts must share, zeros left out, to be one amount misread."""

_PARTY = ["party", "currency"]
_COLUMNS = ["id", *_PARTY, "date", "units", "kind"]


def _lines(pool: Pool) -> pl.DataFrame:
    return pool.lines.with_columns(kind=kind_of_text()).select(_COLUMNS)


def _same_kind(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter((pl.col("kind") == pl.col("kind_there")).fill_null(value=True))


def pair_by_side(ours: Pool, theirs: Pool) -> pl.DataFrame:
    """Pair lines of one amount on contrary sides that say they are the same thing."""
    a, b = _lines(ours), _lines(theirs).with_columns(-pl.col("units"))
    found = _same_kind(a.join(b, on=[*_PARTY, "units"], suffix="_there"))
    said = pl.col("kind").eq_missing(pl.col("kind_there"))
    # A text that says nothing is the same thing only where nothing else has that amount.
    alone = (pl.len().over("id") == 1) & (pl.len().over("id_there") == 1)
    return _nearest(found.filter(said | alone), _SIDE_DAYS, "side")


def pair_by_digits(ours: Pool, theirs: Pool) -> pl.DataFrame:
    """Pair lines whose amounts have the same digits in another order, near in time."""
    a, b = (_lines(pool).with_columns(digits=digits(pl.col("units"))) for pool in (ours, theirs))
    enough = pl.col("digits").str.len_chars() > 1
    found = a.filter(enough).join(b, on=[*_PARTY, "digits"], suffix="_there")
    return _nearest(_same_kind(found.filter(_same_sign())), _DIGIT_DAYS, "digits")


def pair_by_shift(ours: Pool, theirs: Pool) -> pl.DataFrame:
    """Pair round amounts of which one is ten or a hundred times the other, on nearly one day."""
    a, b = _lines(ours), _lines(theirs)
    parts = []
    for times in (10, 100):
        for left, right in ((times, 1), (1, times)):
            more = a.with_columns(at=pl.col("units") * left)
            less = b.with_columns(at=pl.col("units") * right)
            parts.append(more.join(less, on=[*_PARTY, "at"], suffix="_there"))
    found = _same_kind(pl.concat(parts))
    return _nearest(_alone(found, _SHIFT_DAYS), _SHIFT_DAYS, "digits")


def pair_by_tax(ours: Pool, theirs: Pool) -> pl.DataFrame:
    """Pair amounts of which one is the other without its value-added tax, to the cent."""
    a, b = _lines(ours), _lines(theirs)
    parts = []
    for rate in _TAX_RATES:
        net = ((pl.col("units") * 100 / (100 + rate) / _CENT).round() * _CENT).cast(pl.Int64)
        for gross, other, back in ((a, b, False), (b, a, True)):
            with_net = gross.with_columns(net=net)
            found = with_net.join(
                other.with_columns(net="units"), on=[*_PARTY, "net"], suffix="_there"
            )
            parts.append(_turned(found) if back else found)
    every = [part.select(*_COLUMNS, *(f"{n}_there" for n in _THERE)) for part in parts]
    return _nearest(_alone(_same_kind(pl.concat(every)), _TAX_DAYS), _TAX_DAYS, "size")


_THERE = ("id", "date", "units", "kind")


def _turned(found: pl.DataFrame) -> pl.DataFrame:
    """The two lines of each row in each other's place."""
    names = {name: f"{name}_there" for name in _THERE}
    return found.rename({**names, **{there: name for name, there in names.items()}})


def pair_by_one_digit(ours: Pool, theirs: Pool) -> pl.DataFrame:
    """Pair amounts that differ in one digit alone, near in time."""
    a, b = (_masked(_lines(pool)) for pool in (ours, theirs))
    found = a.join(b, on=[*_PARTY, "mask"], suffix="_there")
    found = found.filter(_same_sign() & (pl.col("units") != pl.col("units_there")))
    return _nearest(_alone(_same_kind(found), _DIGIT_DAYS), _DIGIT_DAYS, "size")


def _masked(lines: pl.DataFrame) -> pl.DataFrame:
    """A row for every digit of an amount that may be misread, with the others in their places."""
    text = (pl.col("units").abs() // _CENT).cast(pl.String)
    rows = lines.with_columns(text=text, at=pl.int_ranges(0, text.str.len_chars())).explode("at")
    mask = pl.concat_str(
        pl.col("text").str.slice(0, pl.col("at")),
        pl.lit("_"),
        pl.col("text").str.slice(pl.col("at") + 1),
    )
    rows = rows.with_columns(mask=mask)
    return rows.filter(pl.col("mask").str.count_matches("[1-9]") >= _DIGITS)


def pair_by_size(ours: Pool, theirs: Pool) -> pl.DataFrame:
    """Pair lines of nearly one amount on nearly one day; the nearer in amount, the later."""
    found = _lines(ours).join_where(
        _lines(theirs).select(pl.all().name.suffix("_there")),
        pl.col("party") == pl.col("party_there"),
        pl.col("currency") == pl.col("currency_there"),
        pl.col("date") <= pl.col("date_there").dt.offset_by(f"{_FAR_DAYS}d"),
        pl.col("date") >= pl.col("date_there").dt.offset_by(f"-{_FAR_DAYS}d"),
    )
    a, b = pl.col("units"), pl.col("units_there")
    gap = (a - b).abs()
    size = pl.max_horizontal(a.abs(), b.abs())
    most = pl.max_horizontal(size * _SHARE, pl.lit(_LEAST))
    # A fee of 50 yuan is nothing beside 10,000 and everything beside 60.
    near = (gap <= most) & (gap * 4 <= a.abs()) & _same_sign()
    soon = _days() <= _SIZE_DAYS
    found = _same_kind(found.filter(near & (soon | (gap <= size * _CLOSE))))
    return pl.concat(
        [
            _nearest(found.filter(soon), _SIZE_DAYS, "size"),
            _nearest(_alone(found, _FAR_DAYS).filter(~soon), _FAR_DAYS, "size"),
        ]
    )


def _same_sign() -> pl.Expr:
    return pl.col("units").sign() == pl.col("units_there").sign()


def _days() -> pl.Expr:
    return (pl.col("date") - pl.col("date_there")).dt.total_days().abs()


def _alone(found: pl.DataFrame, days: int) -> pl.DataFrame:
    """Pairs of lines that have no other choice within so many days."""
    near = found.filter(_days() <= days).unique(["id", "id_there"])
    return near.filter((pl.len().over("id") == 1) & (pl.len().over("id_there") == 1))


def _nearest(found: pl.DataFrame, days: int, rule: str) -> pl.DataFrame:
    named = found.with_columns(cost=_days()).filter(pl.col("cost") <= days)
    pairs = nearest(named.select(pl.col("id").alias("ours"), theirs="id_there", cost="cost"))
    pairs = pairs.with_columns(rule=pl.lit(rule), certain=pl.lit(value=False))
    return pairs.select(*PAIRS)
