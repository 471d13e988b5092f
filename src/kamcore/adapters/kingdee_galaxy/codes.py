"""Codes and names of a site: what stands for a word, a currency, a unit, a dimension.

云星空 writes most things as a code of the site with the name beside it.  In the books the name
counts; the code follows from what is the same everywhere, from what a reading kept, or from an
option of the caller's.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from kamcore.adapters.kingdee_galaxy import columns as layout
from kamcore.adapters.kingdee_galaxy.columns import Coded
from kamcore.books import Books, schema
from kamcore.format import Options
from kamcore.vouchers.json_books import pairs_of
from kamcore.vouchers.verbatim import kept

EXAMPLES = {
    "words": "收=PRE002,付=PRE003",
    "currencies": "HKD=PRE002",
    "rate_types": "即期汇率=HLTX02_SYS",
    "units": "件=Pcs",
    "settlements": "电汇=JSFS04_SYS",
    "dimensions": "销售渠道=FF100005",
}
"""An example of each option that gives codes."""


def given(options: Options, name: str) -> dict[str, str]:
    """The codes that the caller gives, by name.

    Raises:
        UsageError: the option is no list of name=code.
    """
    return pairs_of(options.get(name), name, EXAMPLES[name])


def codes_of(coded: Coded, options: Options) -> dict[str, str]:
    """The codes of the names of one kind: those known everywhere, and the caller's."""
    return {**coded.known, **given(options, coded.option)}


def named(coded: Coded, options: Options) -> pl.Expr:
    """The fact of a code and a name side by side: the name, else what the code stands for."""
    names = {code: name for name, code in codes_of(coded, options).items()}
    return pl.coalesce(coded.name, pl.col(coded.code).replace(names)).alias(coded.fact)


def own_codes(frame: pl.DataFrame, coded: Coded, row: str) -> pl.DataFrame:
    """Extras for codes that do not follow from their name, by the column `row`."""
    table = coded.fact.partition(".")[0]
    usual = pl.col(coded.fact).replace_strict(coded.known, default=None, return_dtype=schema.TEXT)
    odd = frame.select(
        table=pl.lit(table),
        row_id=pl.col(row).cast(schema.INTEGER),
        field=pl.lit(coded.kept),
        value=pl.col(coded.code),
        _same=pl.col(coded.code).eq_missing(usual) | (pl.col(coded.code) == pl.col(coded.fact)),
    )
    return odd.filter(pl.col("value").is_not_null() & ~pl.col("_same")).drop("_same")


def said_codes(books: Books, coded: Coded) -> pl.Series:
    """The code to write for each row of spelled books: its own, the usual one, or the name."""
    table, _, column = coded.fact.partition(".")
    names = books.tables[table][column]
    own = kept(books, table, coded.kept)
    return pl.select(pl.coalesce(own, names.replace(coded.known))).to_series()


def slots(books: Books, options: Options) -> dict[str, str]:
    """The slot of every dimension, by id, where it is known.

    The caller's word counts first, then what the source said, then the code table.
    """
    wanted = given(options, "dimensions")
    usual = {label: slot for slot, label in layout.SLOTS.items()}
    found: dict[str, str] = {}
    for name, label, code in books.dimensions.select("id", "label", "source_code").rows():
        said = code if code and layout.SLOT.fullmatch(code) else None
        own = name if layout.SLOT.fullmatch(name) else None
        slot = wanted.get(label) or wanted.get(name) or said or usual.get(label) or own
        if slot and slot not in found.values():
            found[name] = slot
    return found


def free_slots(names: Iterable[str], taken: Mapping[str, str]) -> dict[str, str]:
    """A slot for each dimension that has none: the first free ones of a site's own."""
    used, found, number = set(taken.values()), {}, layout.FIRST_OWN
    for name in names:
        while (slot := layout.OWN_SLOT.format(number)) in used:
            number += 1
        found[name] = slot
        used.add(slot)
    return found
