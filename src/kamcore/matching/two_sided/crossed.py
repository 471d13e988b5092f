"""The shapes of a crossing: lines of one side with their numbers, pairs, and groups."""

from typing import Any

import attrs
import polars as pl

__all__ = ["GROUPS", "PAIRS", "Pool"]

PAIRS: Any = {
    "ours": pl.UInt32,
    "theirs": pl.UInt32,
    "rule": pl.String,
    "certain": pl.Boolean,
}
"""Columns of pairs: line ids on both sides, the rule, and whether there was no other choice."""

GROUPS: Any = {
    "group": pl.UInt32,
    "side": pl.String,
    "id": pl.UInt32,
    "rule": pl.String,
    "certain": pl.Boolean,
}
"""Columns of groups: lines of both sides whose sums agree."""


@attrs.frozen(kw_only=True)
class Pool:
    """The lines of one side that take part, and the numbers they name.

    `lines` as `kamcore.matching.parties.sides.lay_out` gives them; `references` as
    `kamcore.matching.parties.sides.named_numbers` does.
    """

    lines: pl.DataFrame
    references: pl.DataFrame

    def without(self, ids: pl.Series) -> "Pool":
        """The pool less some lines."""
        if ids.is_empty():
            return self
        gone = pl.DataFrame({"id": ids.cast(pl.UInt32)})
        return Pool(
            lines=self.lines.join(gone, on="id", how="anti", maintain_order="left"),
            references=self.references.join(gone, on="id", how="anti"),
        )
