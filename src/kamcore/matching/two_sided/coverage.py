"""What one side's books do not cover: the other's lines from before they start.

Books that state no opening balance say nothing of what came before their first period.  What the
other side booked until then is no mistake of anybody's: it belongs to the opening, party by
party, and booking it would double what the owner settled before the books were set up.  A line
that the other side answers later (timing at the turn) stays with its answer.
"""

import datetime as dt
from collections.abc import Sequence

import attrs
import polars as pl

from kamcore.matching.two_sided.amounts import money, spelled

__all__ = ["Coverage", "gathered", "opening_proofs", "starting_later", "uncovered", "with_rest"]

_KEYS = ["party", "currency"]
_SIDES = ("ours", "theirs")
_WORDS = {"ours": ("我方", "our"), "theirs": ("对方", "their")}
_HELD = {"ours": ("我方", "ours"), "theirs": ("对方", "theirs")}


@attrs.frozen(kw_only=True)
class Coverage:
    """What a side's books can say: the days they cover, and whether openings are stated.

    `first` and `last` are the days of their first and last line; `opening` is true when they
    state balances from before the first.
    """

    first: dt.date | None
    last: dt.date | None
    opening: bool = False

    @property
    def start(self) -> dt.date | None:
        """The first day of their first period; None without lines."""
        return None if self.first is None else self.first.replace(day=1)


def uncovered(lines: pl.DataFrame, covered: Sequence[Coverage]) -> pl.DataFrame:
    """The lines from before the start of the other side's books, which state no opening.

    `lines` have ``side``, ``id``, ``date`` and ``phase``; those after the span are left out.

    Columns: ``side``, ``id``.
    """
    early = pl.lit(value=False)
    for side, other in zip(_SIDES, reversed(covered), strict=True):
        if other.start is not None and not other.opening:
            early = early | ((pl.col("side") == side) & (pl.col("date") < pl.lit(other.start)))
    return lines.filter(early & (pl.col("phase") <= 0)).select("side", "id")


def gathered(
    heads: pl.DataFrame, members: pl.DataFrame, lines: pl.DataFrame, early: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make one finding, ``uncovered``, of each party's lines that are `early` and without partner.

    It has the number of the first of them.
    """
    single = members.join(heads.filter(kind="single"), on="finding", how="semi")
    single = single.join(early, on=["side", "id"], how="semi")
    single = single.join(lines.select("side", "id", *_KEYS), on=["side", "id"])
    into = single.select("finding", into=pl.col("finding").min().over(_KEYS))
    members = members.join(into, on="finding", how="left")
    members = members.with_columns(finding=pl.coalesce("into", "finding")).drop("into")
    heads = heads.join(into, on="finding", how="left")
    heads = heads.filter(pl.col("into").is_null() | (pl.col("into") == pl.col("finding")))
    named = pl.col("into").is_not_null()
    word = pl.lit("uncovered")
    heads = heads.with_columns(
        kind=pl.when(named).then(word).otherwise("kind"),
        rule=pl.when(named).then(word).otherwise("rule"),
    )
    return heads.drop("into"), members


def with_rest(rows: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """Take what the openings differ by, and nothing else explains, into the uncovered finding.

    `gaps` has ``gap`` in units.  Adds ``rest``, the part of the amount that no line holds.
    """
    explained = rows.group_by(_KEYS).agg(explained=pl.col("before").sum())
    left = gaps.join(explained, on=_KEYS, how="left").select(
        *_KEYS, left=pl.col("gap") - pl.col("explained").fill_null(0)
    )
    rows = rows.join(left, on=_KEYS, how="left", maintain_order="left")
    rest = pl.when(pl.col("kind") == "uncovered").then(pl.col("left").fill_null(0)).otherwise(0)
    return rows.with_columns(
        rest=rest, net=pl.col("net") + rest, before=pl.col("before") + rest
    ).drop("left")


def opening_proofs(
    rows: pl.DataFrame, members: pl.DataFrame, lines: pl.DataFrame, covered: Sequence[Coverage]
) -> pl.DataFrame:
    """Name, for uncovered findings, whose books start when, and what they do not hold.

    Adds ``cause``, ``fault``, ``proof_zh`` and ``proof_en``.
    """
    days = members.join(lines.select("side", "id", "date"), on=["side", "id"])
    days = days.join(rows, on="finding", how="semi")
    facts = days.group_by("finding").agg(
        pl.col("side").first(),
        count=pl.len().cast(pl.String),
        first=pl.col("date").min().cast(pl.String),
        last=pl.col("date").max().cast(pl.String),
    )
    found = rows.join(facts, on="finding")
    held, rest = spelled(money(pl.col("net") - pl.col("rest"))), spelled(money(pl.col("rest")))
    said = {}
    for at, name in enumerate(("proof_zh", "proof_en")):
        sentences = [
            pl.format(_sentence(side, other, cover, at), "count", "first", "last", held)
            for side, other, cover in zip(_SIDES, reversed(_SIDES), reversed(covered), strict=True)
        ]
        more = ("; 期初余额另差 {}", "; the stated openings differ by {} more")[at]
        whole = pl.when(pl.col("side") == "ours").then(sentences[0]).otherwise(sentences[1])
        also = pl.when(pl.col("rest") != 0).then(pl.format(more, rest)).otherwise(pl.lit(""))
        said[name] = pl.concat_str(whole, also)
    return found.with_columns(cause=pl.lit("opening"), fault=pl.lit(""), **said)


def _sentence(side: str, other: str, cover: Coverage, at: int) -> str:
    """What the `other` side's books do not hold of this one's: count, days, effect to fill in."""
    who, mine = _WORDS[other][at], _HELD[side][at]
    if at == 0:
        said = f"{who}账自 {cover.start} 起, 且未列期初, 不含{mine}此前 "
        return said + "{} 笔 ({} 至 {}), 影响差额 {}"
    said = f"{who} books start on {cover.start} and state no opening; not in them, of {mine}: "
    return said + "{} earlier lines ({} to {}), which makes {} of the difference"


def starting_later(covered: Sequence[Coverage]) -> tuple[str, str] | None:
    """Whose books start when without an opening, though the other's say more of what was before.

    None where both say as much of it.
    """
    for side, one, other in zip(_SIDES, covered, reversed(covered), strict=True):
        if one.start is None or other.start is None or one.opening:
            continue
        if other.start < one.start or (other.opening and other.start == one.start):
            zh, en = _WORDS[side]
            return f"{zh}账自 {one.start} 起, 且未列期初", (
                f"{en} books start on {one.start} and state no opening"
            )
    return None
