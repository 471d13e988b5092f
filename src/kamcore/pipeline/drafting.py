"""Drafts become vouchers another system can import: laid out as books, written, proved."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.format import LossReport, Options, Source
from kamcore.ledger.draft import Draft
from kamcore.model.chart import detect_family, lookup
from kamcore.model.voucher import Voucher
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.proving import proved
from kamcore.plugin import Registry, registry

__all__ = ["WrittenDrafts", "draft_books", "write_drafts"]

_SERIES = ("year", "period", "word")


@attrs.frozen(kw_only=True)
class WrittenDrafts:
    """A file of drafts: its format, the vouchers in it, and what the format could not hold."""

    path: Path
    format: str
    vouchers: tuple[Voucher, ...]
    losses: LossReport


def draft_books(
    drafts: Iterable[Draft | Voucher], books: Books, *, preparer: str | None = None
) -> Books:
    """Drafts, or vouchers made by hand, as books of their own.

    The accounts and members they name come from the books they are for.  Each voucher takes the
    next free number of its period and word.  An account that the books do not list gets its name
    from the standard chart the books follow.
    """
    numbers = _numbers(books)
    vouchers = []
    for draft in drafts:
        voucher = draft.to_voucher() if isinstance(draft, Draft) else draft
        day = voucher.date
        series = (day.year, day.month, voucher.word or "") if day else (0, 0, "")
        numbers[series] = numbers.get(series, 0) + 1
        named = preparer or voucher.preparer
        vouchers.append(attrs.evolve(voucher, number=numbers[series], preparer=named))
    made = Books.from_vouchers(vouchers, entity=books.entity)
    lines = made.lines.with_columns(
        currency=pl.col("currency").fill_null(books.entity.base_currency)
    )
    used = [schema.AUX + name for name in made.dimension_ids]
    listed = books.dimensions.filter(pl.col("id").is_in(made.dimension_ids))
    others = made.dimensions.join(listed, on="id", how="anti")
    return made.replace(
        lines=lines,
        accounts=_accounts(books, lines),
        dimensions=pl.concat([listed, others]),
        members=_members(books, lines, used),
    )


def write_drafts(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    drafts: Sequence[Draft | Voucher],
    books: Books,
    path: Path,
    to: str,
    *,
    preparer: str | None = None,
    options: Options | None = None,
    force: bool = False,
    formats: Registry | None = None,
) -> WrittenDrafts:
    """Write drafts in a format that can be imported, and read them back to prove it.

    Raises:
        UsageError: the target exists and `force` is false, or the format cannot be written.
        LossRefused: the format cannot take a voucher as it is.
        PluginError: what the format wrote does not read back as it was.
    """
    chosen = (formats or registry()).format(to)
    made = draft_books(drafts, books, preparer=preparer)
    with whole(path, force=force) as temporary:
        losses = chosen.write(made, temporary, options=options)
        proved(made, chosen, Source(temporary), options or {})
    vouchers = tuple(made.iter_vouchers())
    return WrittenDrafts(path=path, format=to, vouchers=vouchers, losses=losses)


def _numbers(books: Books) -> dict[tuple[int, int, str], int]:
    """The highest number of each series."""
    known = books.vouchers.drop_nulls([*_SERIES, "number"])
    highest = known.group_by(_SERIES).agg(pl.col("number").max())
    return {(year, period, word): number for year, period, word, number in highest.iter_rows()}


def _accounts(books: Books, lines: pl.DataFrame) -> pl.DataFrame:
    used = lines["account"].drop_nulls().unique().sort()
    known = books.accounts.filter(pl.col("code").is_in(used.implode()))
    missing = [code for code in used if code not in set(known["code"])]
    if not missing:
        return known
    names = dict(books.accounts.select("code", "name").iter_rows())
    family = detect_family(names).family or "ASBE"
    found = [(code, lookup(code, family, books.entity.scheme)) for code in missing]
    rows = [{"code": code, "name": one.name} for code, one in found if one is not None]
    added = pl.DataFrame(rows, schema={"code": schema.TEXT, "name": schema.TEXT})
    return pl.concat([known, added], how="diagonal")


def _members(books: Books, lines: pl.DataFrame, used: Sequence[str]) -> pl.DataFrame:
    if not used:
        return books.members.clear()
    named = lines.select(used).unpivot(variable_name="dimension", value_name="code").drop_nulls()
    named = named.with_columns(pl.col("dimension").str.strip_prefix(schema.AUX)).unique()
    return books.members.join(named, on=["dimension", "code"], how="semi")
