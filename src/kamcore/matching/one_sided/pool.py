"""What is still open while a matching goes on, as frames and by position."""

from collections.abc import Iterable

import attrs
import polars as pl

from kamcore.matching.one_sided.group import Group
from kamcore.matching.policy import REASONS, MatchPolicy
from kamcore.matching.references import folded, references

__all__ = ["ADVANCE", "Pool", "pool_of"]

ADVANCE = "预付|预收|定金|订金|押金|保证金|诚意金|ADVANCE|DEPOSIT|PREPAY"
"""Words that say a receipt is for nothing that is invoiced yet."""

SETTLING = "(?:冲减?|抵|转[作为]?)预[收付]|预[收付](?:账?款)?(?:冲|抵|转)"
"""Words with an advance in them that settle or leave one: 预收冲应收, 多收部分转预收."""

_NO_NUMBER = r"^(?:\d+/\d+/\d+|行\d+)$|#"
"""Ids that lists make up themselves."""

_FRAMES = ("contract", "order")
"""Kinds of numbers that documents share."""

_FIGURE = r"(\d[\d,]*(?:\.\d{1,4})?)"


@attrs.define
class Pool:
    """All documents, and which of them are settled so far.

    `docs` is the frame of `kamcore.matching.one_sided.columns.documents` with ``stated`` (what a
    text says was held back, in units), ``why`` (id of the reason it gives) and ``is_advance``.
    `refs` are the numbers of all documents: ``doc``, ``kind``, ``key``, ``digits`` and ``is_own``,
    true for numbers of the document itself, false for numbers its text mentions.
    """

    docs: pl.DataFrame
    refs: pl.DataFrame
    policy: MatchPolicy
    done: set[int] = attrs.field(factory=set)
    groups: list[Group] = attrs.field(factory=list)
    work: int = 0
    """Work units of all group searches so far."""
    season_work: int = 0
    """The same of searches for proposals in one season, which have a quarter of it besides."""
    undecided: set[int] = attrs.field(factory=set)
    """Receipts for which a search came to its bound."""

    def open(self, *, is_item: bool | None = None) -> pl.DataFrame:
        """The documents no group has taken."""
        gone = pl.Series(sorted(self.done), dtype=pl.UInt32)
        left = self.docs.filter(~pl.col("doc").is_in(gone.implode())) if gone.len() else self.docs
        return left if is_item is None else left.filter(pl.col("is_item") == is_item)

    def take(self, groups: Iterable[Group]) -> int:
        """Settle groups, which share no document; say how many there were."""
        count = 0
        for group in groups:
            docs = group.docs
            if docs & self.done:
                raise AssertionError("a document cannot be settled twice")
            self.done |= docs
            self.groups.append(group)
            count += 1
        return count


def pool_of(docs: pl.DataFrame, policy: MatchPolicy) -> Pool:
    """Read the texts of all documents once."""
    text = folded(pl.col("text").fill_null(""))
    why = pl.lit(None, dtype=pl.String)
    stated = pl.lit(None, dtype=pl.String)
    for reason in reversed(REASONS):
        words = "|".join(word.upper() for word in reason.words)
        says = text.str.contains(words)
        why = pl.when(says).then(pl.lit(reason.id)).otherwise(why)
        figure = text.str.extract(rf"(?:{words})[^\d\-;,、]{{0,6}}{_FIGURE}")
        stated = pl.when(says).then(figure).otherwise(stated)
    amount = stated.str.replace_all(",", "").str.to_decimal(scale=4)
    read = docs.with_columns(
        why=why,
        stated=(amount.cast(pl.Decimal(38, 4)) * 10_000).cast(pl.Int64),
        is_advance=text.str.replace_all(SETTLING, "").str.contains(ADVANCE),
    )
    return Pool(docs=read, refs=_refs(read), policy=policy)


def _refs(docs: pl.DataFrame) -> pl.DataFrame:
    # The id of an item is often its number; a voucher line and a nameless row have none.
    named = pl.col("is_item") & ~pl.col("id").str.contains(_NO_NUMBER)
    both = pl.concat_str(pl.when(named).then("id"), "reference", separator=" ", ignore_nulls=True)
    own = references(docs.select(both).to_series(), trusted=True)
    said = references(docs["text"])
    position = docs["doc"]
    own = own.with_columns(doc=position.gather(own["row"]), is_own=True)
    said = said.with_columns(doc=position.gather(said["row"]), is_own=False)
    known = own.select("doc", "key")
    said = said.join(known, on=["doc", "key"], how="anti")
    # A blue document that has no number beside its id is known by those in its summary.
    blue = docs.filter(pl.col("is_item") & (pl.col("units") > 0)).select("doc")
    beside = references(docs["reference"], trusted=True)
    numbered = pl.DataFrame({"doc": position.gather(beside["row"])}).unique()
    alone = blue.join(numbered, on="doc", how="anti").with_columns(is_alone=True)
    said = said.join(alone, on="doc", how="left")
    # The contract or order in a summary is the document's own whatever other number it has.
    kept = said.join(blue, on="doc", how="semi").filter(pl.col("kind").is_in(_FRAMES))
    said = said.join(
        kept.select("doc", "key", is_frame=pl.lit(value=True)), on=["doc", "key"], how="left"
    )
    is_own = pl.coalesce("is_alone", "is_frame").fill_null(value=False)
    said = said.with_columns(is_own=is_own).drop("is_alone", "is_frame")
    return pl.concat([own, said]).drop("row").sort("doc", "key")
