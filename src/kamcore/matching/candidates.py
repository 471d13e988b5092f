"""Pairs of lines that may belong together, and which of them to take.

Candidates agree in a key; the cost of a pair is the days between its lines.  Where very many
lines share a key only the k-th of one side meets the k-th of the other, so that a thousand equal
amounts make a thousand pairs and not a million.
"""

import polars as pl

__all__ = ["digits", "keyed_candidates", "nearest", "opposite", "with_evidence"]

_MOST = 256
_ROUNDS = 12


def digits(units: pl.Expr) -> pl.Expr:
    """The digits of an amount in order of size, zeros left out."""
    text = units.abs().cast(pl.String).str.replace_all("0", "")
    return text.str.split("").list.sort().list.join("")


def nearest(candidates: pl.DataFrame) -> pl.DataFrame:
    """Pairs of candidates (``ours``, ``theirs``, ``cost``) that are each other's best.

    Adds ``alone``: neither line had another candidate.  The cheapest pair is always taken, so
    every round settles something; what a dozen rounds leave stays unpaired.
    """
    counted = candidates.with_columns(
        alone=(pl.len().over("ours") == 1) & (pl.len().over("theirs") == 1)
    )
    left, found = counted.sort("cost", "ours", "theirs"), []
    for _ in range(_ROUNDS):
        if left.is_empty():
            break
        first = left.unique("ours", keep="first", maintain_order=True)
        other = left.unique("theirs", keep="first", maintain_order=True)
        pairs = first.join(other.select("ours", "theirs"), on=["ours", "theirs"], how="semi")
        found.append(pairs)
        left = left.join(pairs.select("ours"), on="ours", how="anti", maintain_order="left")
        left = left.join(pairs.select("theirs"), on="theirs", how="anti", maintain_order="left")
    return pl.concat(found) if found else counted


def keyed_candidates(ours: pl.DataFrame, theirs: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Lines that agree in a key, with the days between them as cost.

    Where very many lines share a key, the k-th of one side meets the k-th of the other alone.
    """
    a, b = (frame.sort("date", "id") for frame in (ours, theirs))
    sizes = a.group_by(key).len("many").join(b.group_by(key).len("many_there"), on=key)
    large = sizes.filter(pl.col("many").cast(pl.Int64) * pl.col("many_there") > _MOST).select(key)
    parts = []
    ranked = [frame.join(large, on=key, how="semi", maintain_order="left") for frame in (a, b)]
    ranked = [frame.with_columns(rank=pl.int_range(pl.len()).over(key)) for frame in ranked]
    parts.append(ranked[0].join(ranked[1], on=[*key, "rank"], suffix="_there").drop("rank"))
    small = [frame.join(large, on=key, how="anti", maintain_order="left") for frame in (a, b)]
    parts.append(small[0].join(small[1], on=key, suffix="_there"))
    found = pl.concat(parts)
    gap = (pl.col("date") - pl.col("date_there")).dt.total_days().abs()
    return found.rename({"id": "ours", "id_there": "theirs"}).with_columns(cost=gap)


def opposite(lines: pl.DataFrame, by: list[str], *, same_column: bool) -> pl.DataFrame:
    """Lines of one side whose amounts cancel: ``id`` the earlier, ``by`` the later, ``cost``."""
    size = pl.col("units").abs().alias("size")
    columns = ["id", "date", "account", "on_debit", *by]
    rows = lines.select(*dict.fromkeys(columns), size, (pl.col("units") > 0).alias("up"))
    key = [*by, "size", *(["on_debit"] if same_column else [])]
    both = rows.filter(pl.col("up").any().over(key) & (~pl.col("up")).any().over(key))
    up, down = both.filter("up"), both.filter(~pl.col("up"))
    found = keyed_candidates(up, down, key)
    if not same_column:
        found = found.filter(pl.col("account") != pl.col("account_there"))
    found = found.rename({"ours": "id", "theirs": "by"})
    return found.select("id", "by", "cost")


def with_evidence(found: pl.DataFrame, texts: pl.DataFrame, refs: pl.DataFrame) -> pl.DataFrame:
    """Keep pairs that say they cancel: by a word, by one text, or by one number."""
    joined = found.join(texts, on="id").join(texts, left_on="by", right_on="id", suffix="_by")
    theirs = refs.select(by="id", ref="ref")
    shared = found.select("id", "by").join(refs, on="id").join(theirs, on=["by", "ref"])
    shared = shared.select("id", "by").unique().with_columns(number=pl.lit(value=True))
    joined = joined.join(shared, on=["id", "by"], how="left")
    same_text = (pl.col("text") == pl.col("text_by")) & (pl.col("text") != "")
    number = pl.col("number").fill_null(value=False)
    named = pl.Series(refs.filter("strong")["id"].unique()).implode()
    # Each with a number of its own is a return beside an invoice, whatever they have in common.
    other = pl.col("id").is_in(named) & pl.col("by").is_in(named) & ~number
    says = (pl.col("said") | pl.col("said_by") | same_text | number) & ~other
    return joined.filter(says).select("id", "by", "cost")
