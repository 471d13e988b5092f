"""What the list of members says of a party, joined where the tables lie."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from kamcore.ledger.engine import Frames

__all__ = ["with_names"]


def with_names(
    frames: Frames, rows: nw.LazyFrame[Any], facts: Iterable[str] = ("name",)
) -> nw.LazyFrame[Any]:
    """Rows with facts of their member beside them; null where the source does not say them.

    `rows` have ``dimension`` and ``member``; `facts` are text columns of the table ``members``.
    """
    facts = tuple(facts)
    if not frames.has("members"):
        return rows.with_columns(*(nw.lit(None, dtype=nw.String).alias(fact) for fact in facts))
    known = frames.table("members", ("dimension", "code"), facts).rename({"code": "member"})
    # Most engines know no first row; where a code stands twice, all of them say the same.
    told = known.group_by("dimension", "member").agg(nw.col(fact).min() for fact in facts)
    return rows.join(told, on=["dimension", "member"], how="left")
