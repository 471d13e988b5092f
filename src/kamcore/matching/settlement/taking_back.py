"""Taking back settlements that stand in the books: by the name of the decision that made them."""

import polars as pl

from kamcore.matching.settlement.applying import Undo

__all__ = ["live_applications", "named_apart", "taken_back"]


def live_applications(applications: pl.DataFrame, decision: str) -> pl.DataFrame:
    """The applications of a decision that nothing has taken back, as the books keep them.

    Those of its drafts (short payments, exchange differences) belong to it.
    """
    gone = applications["reverses"].drop_nulls().implode()
    own = pl.col("id").str.starts_with(f"{decision}-") | (pl.col("id") == decision)
    live = pl.col("reverses").is_null() & ~pl.col("id").is_in(gone)
    return applications.filter(own & live).sort("id")


def taken_back(applications: pl.DataFrame, undo: Undo) -> pl.DataFrame:
    """The applications that take those of a decision back, from its day on.

    Documents are open again from that day; vouchers that were booked with it stay booked.
    """
    live = live_applications(applications, undo.of)
    return live.with_columns(
        id=pl.col("id") + "-R",
        reverses="id",
        date=pl.max_horizontal("date", pl.lit(undo.date)),
        person=pl.lit(undo.person or None, dtype=pl.String),
    )


def named_apart(made: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """New applications with names that those held do not have.

    What is settled again after it was taken back gets the name it had, with a count behind it.
    """
    again = {
        name: f"{name}#{_times(held, name) + 1}" for name in set(made["id"]) & set(held["id"])
    }
    if not again:
        return made
    return made.with_columns(pl.col("id", "reverses").replace(again))


def _times(held: pl.DataFrame, name: str) -> int:
    same = (pl.col("id") == name) | pl.col("id").str.starts_with(f"{name}#")
    return held.filter(same & ~pl.col("id").str.ends_with("-R")).height
