"""Several exports joined into one set of books: months, companies, overlapping periods.

Vouchers are told apart by company, year, period, word and number.  One that stands in several
exports with the same content (`content_keys`) is a repeat and kept once; one whose content differs
is a conflict, which a person decides.  Merging the same export again changes nothing.
"""

from collections.abc import Sequence
from typing import Literal

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books, Origin
from kamcore.books.content_key import content_keys
from kamcore.books.mapping import map_books
from kamcore.books.merged_tables import TableConflict, joined_tables, stacked
from kamcore.books.voucher_changes import Change, changes
from kamcore.model.mapping import CodeMap
from kamcore.model.scheme import CodeScheme, strip

Keep = Literal["refuse", "first", "last", "both"]
"""What becomes of vouchers in conflict; ``refuse`` keeps the first and leaves the rest to say."""

_COMPANY = "company"
_IDENTITY = ("company", "year", "period", "word", "number")


@attrs.frozen
class Export:
    """One of the exports: its name, its books, and whose they are where the books do not say."""

    name: str
    books: Books
    company: str = ""

    @property
    def owner(self) -> str:
        """The company, as given, else by the books' own name; empty when unknown."""
        return self.company or self.books.entity.name


@attrs.frozen(kw_only=True)
class VoucherName:
    """What a voucher is called."""

    company: str = ""
    year: int | None
    period: int | None
    word: str
    number: int | None

    def text(self) -> str:
        """Year, month, word and number in one phrase.

        >>> VoucherName(year=2025, period=3, word="记", number=7).text()
        '2025-03 记-7'
        """
        month = f"{self.year}-{self.period:02}" if self.period is not None else str(self.year)
        number = "" if self.number is None else self.number
        return " ".join(part for part in (self.company, month, f"{self.word}-{number}") if part)


@attrs.frozen(kw_only=True)
class Clash:
    """A voucher that stands in two exports.

    `first` and `other` are positions of the exports, from 0; `fields` are the facts that differ
    where both say something (``lines.debit``, ``vouchers.status``; ``lines`` when their number
    differs).
    """

    voucher: VoucherName
    first: int
    other: int
    same: bool
    """True when the content is the same: a repeat, else a conflict."""
    posted: bool
    """True when the first export has it as posted."""
    fields: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Gap:
    """Numbers missing between vouchers of one series, both ends included; or a missing period.

    For a period without any voucher between others `word` and the numbers are None.
    """

    company: str = ""
    year: int
    period: int
    word: str | None = None
    first: int | None = None
    last: int | None = None


@attrs.frozen(kw_only=True)
class Merging:
    """The joined books, and what was met on the way, each in a stable order."""

    books: Books
    repeats: tuple[Clash, ...] = ()
    conflicts: tuple[Clash, ...] = ()
    table_conflicts: tuple[TableConflict, ...] = ()
    gaps: tuple[Gap, ...] = ()
    kept: tuple[int, ...] = ()
    """How many vouchers of each export stand in the joined books."""

    @property
    def changed(self) -> tuple[Clash, ...]:
        """Posted vouchers that a later export tells differently, with the fields."""
        both = (*self.conflicts, *self.repeats)
        return tuple(one for one in both if one.posted and (one.fields or not one.same))


def merge(exports: Sequence[Export], *, keep: Keep = "refuse") -> Merging:
    """Join exports, the earlier ones first.

    Of a repeat the copy that says more is kept.  Of a conflict `keep` decides.  Account codes are
    spelled as in the first export.  Accounts, dimensions, members, balances and documents are
    joined by their keys: blanks are filled from later exports, and values that differ are named
    as conflicts.
    Lines of several companies get the dimension ``company``.
    """
    several = len({one.owner for one in exports if one.owner}) > 1
    exports = _spelled_alike(exports)
    marked = [_with_company(one) if several else one for one in exports]
    heads = _heads(marked, several=several)
    clashes = _clashes(marked, heads)
    conflicts = tuple(one for one in clashes if not one.same)
    chosen = _chosen(heads, keep)
    tables, table_conflicts = joined_tables([one.books for one in marked], chosen)
    first = exports[0].books if exports else Books()
    names = list(dict.fromkeys(one.owner for one in exports if one.owner))
    entity = attrs.evolve(first.entity, name=" + ".join(names)) if several else first.entity
    alone = len(exports) == 1
    origin = first.origin if alone else Origin(file=" + ".join(one.name for one in exports))
    counts = dict(chosen.group_by("export").len().iter_rows())
    return Merging(
        books=Books(entity, tables, origin),
        repeats=tuple(one for one in clashes if one.same),
        conflicts=conflicts,
        table_conflicts=tuple(sorted(table_conflicts, key=attrs.astuple)),
        gaps=(*_number_gaps(heads), *_period_gaps(heads)),
        kept=tuple(counts.get(index, 0) for index in range(len(exports))),
    )


def _spelled_alike(exports: Sequence[Export]) -> list[Export]:
    """The exports with the account codes of later ones spelled as the first spells them."""
    if len(exports) < 2:  # noqa: PLR2004  one alone is spelled like itself
        return list(exports)
    codes = [_codes(one.books) for one in exports]
    scheme = exports[0].books.entity.scheme or CodeScheme.detect(codes[0])
    known: dict[str, str] = {}
    alike = []
    for one, used in zip(exports, codes, strict=True):
        for code in used:
            spelled = scheme.spell(code) if one is not exports[0] and scheme.fits(code) else code
            known.setdefault(strip(code), spelled)
        other = {code: known[strip(code)] for code in used if known[strip(code)] != code}
        books = map_books(one.books, CodeMap(accounts=other, keep_unlisted=True)).books
        alike.append(attrs.evolve(one, books=books))
    return alike


def _codes(books: Books) -> list[str]:
    accounts = books.accounts
    used = (
        accounts["code"],
        books.lines["account"],
        books.balances["account"],
        accounts["parent"],
    )
    return list(pl.concat(used).drop_nulls().unique(maintain_order=True))


def _with_company(export: Export) -> Export:
    """The export with its company as a dimension of the lines and balances."""
    if not export.owner:
        return export
    books, column = export.books, schema.AUX + _COMPANY
    frames = {
        name: books.tables[name].with_columns(pl.lit(export.owner).alias(column))
        for name in ("lines", "balances")
    }
    dimension = pl.DataFrame({"id": [_COMPANY], "label": ["公司"]})
    member = pl.DataFrame(
        {"dimension": [_COMPANY], "code": [export.owner], "name": [export.owner]}
    )
    frames["dimensions"] = stacked([books.dimensions, dimension]).unique("id", keep="first")
    frames["members"] = stacked([books.members, member])
    tables = {**books.tables, **frames}
    return attrs.evolve(export, books=Books(books.entity, tables, books.origin))


def _heads(exports: Sequence[Export], *, several: bool) -> pl.DataFrame:
    """Every voucher of every export with what it is called, its key, and how much it says."""
    shared = [set(one.books.dimension_ids) for one in exports if one.books.lines.height]
    common = set.intersection(*shared) if shared else set()
    parts = [_head(index, one, common, several=several) for index, one in enumerate(exports)]
    heads = pl.concat(parts) if parts else _head(0, Export("", Books()), common, several=False)
    # Vouchers without a number are told apart by content, the nth of equal ones by its turn.
    turn = pl.int_range(pl.len()).over("export", *_IDENTITY, "key")
    unnamed = pl.col("number").is_null()
    return heads.with_columns(
        turn=pl.when(unnamed).then(turn).otherwise(0),
        content=pl.when(unnamed).then(pl.col("key")).otherwise(pl.lit("")),
    )


def _head(index: int, export: Export, common: set[str], *, several: bool) -> pl.DataFrame:
    books = export.books
    said = [pl.col(c.name).is_not_null().cast(pl.Int64) for c in schema.LINES.columns]
    dims = [pl.col(c).is_not_null().cast(pl.Int64) for c in schema.dimension_columns(books.lines)]
    told = books.lines.group_by("voucher_id").agg(said=pl.sum_horizontal(*said, *dims).sum())
    keys = content_keys(books, common)
    frame = books.vouchers.join(keys, on="voucher_id", how="left", maintain_order="left")
    frame = frame.join(told, on="voucher_id", how="left", maintain_order="left")
    return frame.select(
        pl.lit(index, dtype=pl.Int64).alias("export"),
        "voucher_id",
        pl.lit(export.owner if several else "").alias("company"),
        "year",
        "period",
        pl.col("word").fill_null(""),
        "number",
        "key",
        posted=(pl.col("status") == "posted").fill_null(False) | pl.col("poster").is_not_null(),
        said=pl.col("said").fill_null(0),
    )


_NAMED = [*_IDENTITY, "content", "turn"]


def _clashes(exports: Sequence[Export], heads: pl.DataFrame) -> tuple[Clash, ...]:
    """Every later copy of a voucher beside the first one."""
    order = pl.int_range(pl.len()).over(_NAMED)
    counted = heads.with_columns(copy=order)
    first = counted.filter(pl.col("copy") == 0)
    later = counted.filter(pl.col("copy") > 0)
    pairs = later.join(
        first, on=_NAMED, how="left", suffix="_first", nulls_equal=True, maintain_order="left"
    )
    columns = ("export_first", "voucher_id_first", "export", "voucher_id")
    fields = changes(
        [one.books for one in exports], [Change(*row) for row in pairs.select(columns).iter_rows()]
    )
    clashes = []
    for row, differing in zip(pairs.iter_rows(named=True), fields, strict=True):
        clash = Clash(
            voucher=VoucherName(**{name: row[name] for name in _IDENTITY}),
            first=row["export_first"],
            other=row["export"],
            same=row["key"] == row["key_first"],
            posted=row["posted_first"],
            fields=differing,
        )
        clashes.append(clash)
    return tuple(sorted(clashes, key=_by_name))


def _by_name(one: Clash) -> tuple[object, ...]:
    name = one.voucher
    return (name.company, name.year or 0, name.period or 0, name.word, name.number or 0, one.other)


def _chosen(heads: pl.DataFrame, keep: Keep) -> pl.DataFrame:
    """Positions of the vouchers that are kept, in the order of the exports."""
    place = heads.with_row_index("order")
    # One copy for each content: the one that says most, the earliest among equals.
    best = place.sort(["said", "order"], descending=[True, False])
    best = best.unique([*_NAMED, "key"], keep="first", maintain_order=True)
    # It stands where the first copy stood.
    stand = place.group_by([*_NAMED, "key"]).agg(stand=pl.col("order").min())
    last = place.group_by([*_NAMED, "key"]).agg(last=pl.col("order").max())
    best = best.join(stand, on=[*_NAMED, "key"], nulls_equal=True)
    best = best.join(last, on=[*_NAMED, "key"], nulls_equal=True)
    if keep in ("refuse", "first"):
        best = best.sort("stand").unique(_NAMED, keep="first", maintain_order=True)
    elif keep == "last":
        best = best.sort("last").unique(_NAMED, keep="last", maintain_order=True)
    return best.sort("stand").select("export", "voucher_id")


def _number_gaps(heads: pl.DataFrame) -> list[Gap]:
    series = ["company", "year", "period", "word"]
    numbers = heads.drop_nulls(["year", "period", "number"]).unique([*series, "number"])
    before = pl.col("number").shift(1).over(series)
    holes = numbers.sort(*series, "number").with_columns(before=before)
    holes = holes.filter(pl.col("number") - pl.col("before") > 1)
    return [
        Gap(
            company=row["company"],
            year=row["year"],
            period=row["period"],
            word=row["word"],
            first=row["before"] + 1,
            last=row["number"] - 1,
        )
        for row in holes.iter_rows(named=True)
    ]


def _period_gaps(heads: pl.DataFrame) -> list[Gap]:
    """Months without any voucher between the first and the last of a company."""
    months = heads.drop_nulls(["year", "period"]).filter(pl.col("period").is_between(1, 12))
    at = pl.col("year") * 12 + pl.col("period") - 1
    known = months.select("company", at=at).unique().sort("company", "at")
    holes = known.with_columns(before=pl.col("at").shift(1).over("company"))
    holes = holes.filter(pl.col("at") - pl.col("before") > 1)
    return [
        Gap(company=company, year=month // 12, period=month % 12 + 1)
        for company, after, before in holes.iter_rows()
        for month in range(before + 1, after)
    ]
