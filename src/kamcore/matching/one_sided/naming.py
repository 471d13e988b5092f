"""Who names what: the numbers of receipts joined with the numbers of documents.

A number identifies a document when exactly one open blue document of the party has it; a number
that several have (a contract, an order) only narrows the search.  A number of another party's
document decides nothing, nor does a short number where the payer is not known.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

import attrs
import polars as pl

from kamcore.matching.one_sided.group import Group, Part
from kamcore.matching.one_sided.pool import Pool

__all__ = ["Naming", "alone", "group_of", "naming_of"]

EARLY = 5
"""Days a receipt may come before a document it names."""

STRONG = 8
"""Characters of a number that identifies a document although the payer is not known."""


@attrs.define
class Naming:
    """Who names what: by receipt the documents it identifies, and those it only narrows to.

    `credits` are red documents by the blue one their text names; `numbers` the number by which
    a receipt names a document.
    """

    pool: Pool
    units: list[int]
    named: dict[int, list[int]]
    narrowed: dict[int, list[int]]
    credits: dict[int, list[int]]
    numbers: dict[tuple[int, int], str]
    stated: dict[int, int]
    twins: frozenset[int]
    """Documents of one amount whose numbers differ by digits that changed places: who names one
    may mean the other."""

    def items(self, receipt: int) -> list[int]:
        """Open documents that a receipt identifies."""
        return [doc for doc in self.named.get(receipt, ()) if doc not in self.pool.done]

    def reds(self, items: Iterable[int]) -> list[int]:
        """Open credit notes that belong to documents, those that are named already left out."""
        known = list(items)
        found = chain.from_iterable(self.credits.get(doc, ()) for doc in known)
        open_ones = {doc for doc in found if doc not in self.pool.done}
        return sorted(open_ones - set(known))

    def total(self, docs: Iterable[int]) -> int:
        """The sum of documents."""
        return sum(self.units[doc] for doc in docs)

    def key(self, receipt: int, items: Iterable[int]) -> str:
        """The first number by which the receipt names one of the documents."""
        said = [self.numbers[receipt, doc] for doc in items if (receipt, doc) in self.numbers]
        return min(said, default="")

    def waiting(self, *, doubted: bool = False) -> list[int]:
        """Open receipts that identify open documents; with `doubted` those naming twins too."""
        return [
            doc
            for doc in self.named
            if doc not in self.pool.done
            and self.items(doc)
            and (doubted or not self.twins.intersection(self.items(doc)))
        ]

    def parts(self, docs: Iterable[int]) -> tuple[Part, ...]:
        """Documents with all that is open of them."""
        return tuple((doc, self.units[doc]) for doc in sorted(docs))


def naming_of(pool: Pool) -> Naming:
    """Join the numbers that receipts name with the numbers of documents."""
    hits = _hits(pool)
    named: dict[int, list[int]] = {}
    narrowed: dict[int, list[int]] = {}
    numbers: dict[tuple[int, int], str] = {}
    for receipt, item, number, alone in hits.iter_rows():
        (named if alone else narrowed).setdefault(receipt, []).append(item)
        numbers.setdefault((receipt, item), number)
    stated = pool.docs.filter(pl.col("stated") > 0).select("doc", "stated").iter_rows()
    return Naming(
        pool=pool,
        units=pool.docs["units"].to_list(),
        named={doc: sorted(set(items)) for doc, items in sorted(named.items())},
        narrowed={doc: sorted(set(items)) for doc, items in sorted(narrowed.items())},
        credits=_credits(pool),
        numbers=numbers,
        stated=dict(stated),
        twins=_twins(pool),
    )


def _twins(pool: Pool) -> frozenset[int]:
    items = _numbered(pool).filter(pl.col("units") > 0, pl.col("digits") >= STRONG)
    digits = pl.col("key").str.split("").list.eval(pl.element().sort()).list.join("")
    same = ["party", "currency", "units", "alike"]
    alike = items.with_columns(alike=digits).filter(pl.col("key").n_unique().over(same) > 1)
    return frozenset(alike["doc"].to_list())


def _numbered(pool: Pool) -> pl.DataFrame:
    """Numbers of open documents with their party; ``blues`` counts who else has the number."""
    docs = pool.open(is_item=True).select("doc", "currency", "units", "date", party="key")
    own = pool.refs.filter("is_own").select("doc", "key", "digits").join(docs, on="doc")
    blue = (pl.col("units") > 0).sum()
    return own.with_columns(blues=blue.over("party", "currency", "key"))


def _hits(pool: Pool) -> pl.DataFrame:
    """Receipt, document, number, and whether the number is this document's alone."""
    docs = pool.open(is_item=False).select("doc", "currency", "date", party="key")
    said = pool.refs.join(docs, on="doc").drop("digits", "is_own")
    items = _numbered(pool)
    whole = said.filter(pl.col("kind") != "tail").join(
        items, on=["key", "currency"], suffix="_item"
    )
    tails = said.filter(pl.col("kind") == "tail").join(
        items, on=["party", "currency"], suffix="_item"
    )
    tails = tails.filter(pl.col("key_item").str.ends_with(pl.col("key")))
    tails = tails.with_columns(blues=pl.col("doc_item").n_unique().over("doc", "key"))
    tails = tails.with_columns(party_item="party").drop("key_item")
    hits = pl.concat([whole, tails.select(whole.columns)])
    same = pl.col("party") == pl.col("party_item")
    unknown = pl.col("party").is_null() | pl.col("party_item").is_null()
    everywhere = pl.col("doc_item").n_unique().over("doc", "key") == 1
    hits = hits.filter(
        same.fill_null(value=False) | (unknown & everywhere & (pl.col("digits") >= STRONG))
    )
    # Nobody knows the number of an invoice before it is made out; contracts and orders come first.
    early = (pl.col("date_item") - pl.col("date")).dt.total_days() > EARLY
    early = early.fill_null(value=False) & ~pl.col("kind").is_in(["contract", "order"])
    hits = hits.filter(~early)
    return hits.select("doc", "doc_item", "key", alone=pl.col("blues") <= 1).sort(
        "doc", "doc_item", "key"
    )


def _credits(pool: Pool) -> dict[int, list[int]]:
    """Credit notes by the document whose number their text names."""
    docs = pool.open(is_item=True).select("doc", "units", "currency", party="key")
    said = pool.refs.join(docs.filter(pl.col("units") < 0), on="doc")
    items = _numbered(pool).filter(pl.col("units") > 0, pl.col("blues") == 1)
    same = ["key", "currency", "party"]
    pairs = said.join(items, on=same, suffix="_item").select("doc_item", "doc").unique()
    found: dict[int, list[int]] = {}
    for item, red in pairs.sort("doc_item", "doc").iter_rows():
        found.setdefault(item, []).append(red)
    return found


def group_of(
    naming: Naming, receipts: list[int], items: Iterable[int], difference: int = 0
) -> Group:
    """The group of receipts and what they name; a difference gets the reason a text gives."""
    docs = list(items)
    keys = [naming.key(receipt, docs) for receipt in receipts]
    return Group(
        rule="reference",
        receipts=naming.parts(receipts),
        items=naming.parts(docs),
        key=min(filter(None, keys), default=""),
        difference=difference,
        difference_reason=_reason(naming, receipts) if difference else None,
    )


def _reason(naming: Naming, receipts: Iterable[int]) -> str:
    whys = naming.pool.docs["why"]
    return next((whys[doc] for doc in receipts if whys[doc]), "rounding")


def alone(naming: Naming) -> Iterator[tuple[int, list[int]]]:
    """Receipts whose documents no other open receipt names."""
    wanted: dict[int, int] = {}
    waiting = naming.waiting()
    for receipt in waiting:
        for item in naming.items(receipt):
            wanted[item] = wanted.get(item, 0) + 1
    for receipt in waiting:
        items = naming.items(receipt)
        if all(wanted[item] == 1 for item in items):
            yield receipt, items
