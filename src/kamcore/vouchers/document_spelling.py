"""Books as a voucher document of XML can say them, with a note of every change.

Writers print these books and proofs compare with them, so what is said here and what is written
cannot differ.  The rules mirror those of `kamcore.vouchers.documents`.
"""

from collections.abc import Callable, Collection, Mapping

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import LossRefused
from kamcore.format import Losses, LossKind
from kamcore.grid.parsed import BLANKS
from kamcore.grid.words import tidy
from kamcore.markup.element_writing import ILLEGAL
from kamcore.model.currency import currency_code
from kamcore.model.scheme import SEPARATORS
from kamcore.vouchers.documents import ID, without_original
from kamcore.vouchers.fitting import LONG_CODE, cut, size_of
from kamcore.vouchers.noting import note_rows
from kamcore.vouchers.outgoing import Noting, note_extras
from kamcore.vouchers.spelling_steps import archives_in_use, cents, lines_under_heads

_MONEY = ("debit", "credit", "fx_debit", "fx_credit")
_CODES = ("account",)


@attrs.frozen(kw_only=True)
class Room:
    """What the fields of a layout hold, by fact.

    `texts` are the longest texts in bytes of GBK, cut at a character; `codes` the longest codes,
    refused beyond; with `cents` amounts are rounded to two decimals.  `extras` tells by table and
    field which verbatim texts have an element; `nothing` which of their texts say no more than a
    blank.
    """

    texts: Mapping[str, int] = attrs.field(factory=dict)
    codes: Mapping[str, int] = attrs.field(factory=dict)
    cents: bool = False
    heads: Collection[str] = ()
    """Columns of ``vouchers`` that are texts of the layout."""
    lines: Collection[str] = ()
    """Columns of ``lines`` that are texts of the layout."""
    extras: Mapping[str, Collection[str]] = attrs.field(factory=dict)
    nothing: Mapping[str, Collection[str]] = attrs.field(factory=dict)
    uncounted: int | None = None
    """A number of attachments that means none were counted."""


@attrs.define
class DocumentSpelling:
    """Books on their way into a layout."""

    books: Books
    losses: Losses
    room: Room

    def note(self, kind: LossKind, fact: str, marks: pl.Series, values: pl.Series) -> None:
        """Note a loss in the marked rows of the fact's table."""
        note_rows(self.books, self.losses, (kind, fact), marks, values)

    def order(self) -> None:
        """Put lines in the order of their vouchers, number them, and let extras follow."""
        heads = self.books.vouchers.with_row_index("_voucher")
        lines = self.books.lines.with_row_index("_row").join(
            heads.select("voucher_id", "_voucher"),
            on="voucher_id",
            how="left",
            maintain_order="left",
        )
        homeless = lines["_voucher"].is_null()
        self.note(LossKind.DROPPED, "lines.account", homeless, lines["account"])
        kept = lines.filter(~homeless)
        if not kept["_voucher"].is_sorted():
            kept = kept.sort("_voucher", maintain_order=True)
        number = pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER).over("_voucher")
        kept = kept.with_columns(_number=number)
        flows = self._flows(kept)
        new = kept.select(
            pl.col("_row").cast(schema.INTEGER).alias("row_id"),
            _new=pl.int_range(pl.len(), dtype=schema.INTEGER),
            table=pl.lit("lines"),
        )
        moved = self.books.extras.join(
            new, on=["table", "row_id"], how="left", maintain_order="left"
        )
        stays = (pl.col("table") != "lines") | pl.col("_new").is_not_null()
        extras = moved.filter(stays).with_columns(row_id=pl.coalesce("_new", "row_id"))
        one = pl.lit(1, dtype=schema.INTEGER)
        self.books = self.books.replace(
            lines=kept.with_columns(line_no="_number", split_no=one).drop(
                "_row", "_voucher", "_number"
            ),
            cash_flows=flows,
            extras=extras.drop("_new"),
        )

    def _flows(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Cash flows with the new numbers of their lines; those of no line are noted."""
        flows = self.books.cash_flows
        numbers = lines.select("voucher_id", "line_no", "_number").unique(
            ["voucher_id", "line_no"], keep="first"
        )
        joined = flows.join(
            numbers, on=["voucher_id", "line_no"], how="left", maintain_order="left"
        )
        lost = joined["_number"].is_null()
        self.note(LossKind.DROPPED, "cash_flows.amount", lost, flows["amount"])
        return joined.filter(~lost).with_columns(line_no="_number").drop("_number")

    def vouchers(self) -> None:
        """Year, period and status as they read back; attachments that are none."""
        heads = self.books.vouchers
        day = pl.col("date")
        reviewer, poster = (
            pl.lit(tidy(heads[name])).is_not_null() for name in ("reviewer", "poster")
        )
        status = (
            pl.when(pl.col("status") == "void")
            .then("status")
            .when(poster)
            .then(pl.lit("posted"))
            .when(reviewer)
            .then(pl.lit("reviewed"))
            .otherwise(pl.lit("draft"))
        )
        counted = pl.col("attachments")
        if self.room.uncounted is not None:
            counted = pl.when(counted != self.room.uncounted).then(counted)
        spelled = heads.with_columns(
            pl.col("year").fill_null(day.dt.year()).cast(schema.INTEGER),
            pl.col("period").fill_null(day.dt.month()).cast(schema.INTEGER),
            status=status,
            attachments=counted,
        )
        for name, kind in (("status", LossKind.DROPPED), ("attachments", LossKind.REPLACED)):
            unlike = heads[name].ne_missing(spelled[name]) & heads[name].is_not_null()
            said = unlike & (heads[name] != "draft") if name == "status" else unlike
            self.note(kind, f"vouchers.{name}", said, heads[name])
        self.books = self.books.replace(vouchers=spelled)
        self._texts("vouchers", self.room.heads)

    def lines(self, base: str) -> None:
        """Dates of the voucher, texts, codes, amounts, currency and quantity of the lines."""
        given = self.books.lines
        self.books = lines_under_heads(self.books, Noting(self.books, self.losses))
        for name in ("year", "period"):
            unlike = _changed(given[name], self.books.lines[name])
            self.note(LossKind.REPLACED, f"lines.{name}", unlike, given[name])
        self._texts("lines", self.room.lines)
        self._codes()
        self._money(base)

    def _texts(self, table: str, names: Collection[str]) -> None:
        frame = self.books.tables[table]
        columns = []
        for name in names:
            given = frame[name]
            clean = legal(given)
            fact = f"{table}.{name}"
            self.note(LossKind.REPLACED, fact, _changed(given, clean), given)
            size = self.room.texts.get(fact)
            fitted = clean if size is None else cut(clean, size)
            self.note(LossKind.CUT, fact, clean.ne_missing(fitted), given)
            columns.append(fitted.alias(name))
        tables = {**self.books.tables, table: frame.with_columns(columns)}
        self.books = Books(self.books.entity, tables, self.books.origin)

    def _codes(self) -> None:
        lines = self.books.lines
        columns = []
        for name in (*_CODES, *schema.dimension_columns(lines)):
            given = lines[name]
            bare = given.str.strip_chars_start("'" + BLANKS)
            if name in _CODES:
                bare = bare.str.replace_all(f"[{SEPARATORS.replace('-', '')}-]", "")
            fact = f"lines.{name}"
            codes = legal(bare)
            self.note(LossKind.REPLACED, fact, _changed(bare, codes), given)
            size = self.room.codes.get(fact)
            if size is not None:
                long = (size_of(codes) > size).fill_null(value=False)
                if long.any():
                    row = int(long.arg_true()[0])
                    place = self.books.origin.place(lines["source_row"][row], fact)
                    raise LossRefused(LONG_CODE.at(place, given[row], size=size))
            pairs = pl.DataFrame({"old": given, "new": codes}).unique().drop_nulls()
            merged = pairs.filter(pl.col("new").is_duplicated())["old"]
            if merged.len():
                self.note(LossKind.MERGED, fact, given.is_in(merged.implode()), given)
            columns.append(codes.alias(name))
        self.books = self.books.replace(lines=lines.with_columns(columns))

    def _money(self, base: str) -> None:
        lines = self.books.lines
        if self.room.cents:
            for name in _MONEY:
                rounded = cents(lines[name])
                unlike = rounded.ne_missing(lines[name])
                self.note(LossKind.ROUNDED, f"lines.{name}", unlike, lines[name])
                lines = lines.with_columns(rounded.alias(name))
        known = {
            text: currency_code(text) or legal(pl.Series([text], dtype=schema.TEXT)).item()
            for text in lines["currency"].drop_nulls().unique(maintain_order=True)
        }
        codes = lines["currency"].replace(list(known), list(known.values()))
        unlike = codes.ne_missing(lines["currency"])
        self.note(LossKind.REPLACED, "lines.currency", unlike, lines["currency"])
        zero = pl.lit(0, dtype=schema.AMOUNT)
        some = pl.col("debit").is_not_null() | pl.col("credit").is_not_null()
        lines = lines.with_columns(codes.alias("currency")).with_columns(
            *(pl.when(some).then(pl.col(name).fill_null(zero)) for name in ("debit", "credit")),
            *(
                pl.when(pl.col(name) != 0).then(name).alias(name)
                for name in ("rate", "quantity", "unit_price")
            ),
        )
        none = pl.lit(lines.select(without_original(base)).to_series())
        given = pl.col("fx_debit").is_not_null() | pl.col("fx_credit").is_not_null()
        lines = lines.with_columns(
            pl.when(~none & given).then(pl.col(name).fill_null(zero)).alias(name)
            for name in ("fx_debit", "fx_credit")
        )
        self.books = self.books.replace(lines=lines)

    def flows_and_extras(self) -> None:
        """Cash-flow items as codes; extras that have an element, the others noted."""
        flows = self.books.cash_flows
        items = legal(flows["item"].str.strip_chars_start("'" + BLANKS))
        self.note(
            LossKind.REPLACED, "cash_flows.item", _changed(flows["item"], items), flows["item"]
        )
        blank = items.is_null()
        self.note(LossKind.DROPPED, "cash_flows.item", blank, flows["item"])
        extras = self.books.extras
        value = legal(extras["value"])
        held = pl.lit(False)
        for table, fields in self.room.extras.items():
            held |= (pl.col("table") == table) & pl.col("field").is_in(list(fields))
        for field, words in self.room.nothing.items():
            held &= ~((pl.col("field") == field) & pl.lit(value).is_in(list(words)))
        held &= pl.lit(value).is_not_null()
        held &= ~((pl.col("table") == "cash_flows") & pl.lit(bool(blank.any())))
        counted = (pl.col("row_id") + 1).cast(schema.TEXT)
        held &= ~((pl.col("field") == ID) & (pl.lit(value) == counted))
        held &= pl.struct("table", "row_id", "field").is_first_distinct()
        keep = extras.select(held.fill_null(value=False)).to_series()
        note_extras(self.books, extras.filter(~keep), self.losses)
        self.books = self.books.replace(
            cash_flows=flows.with_columns(items.alias("item")).filter(~blank),
            extras=extras.with_columns(value.alias("value")).filter(keep),
        )

    def masters(self, dimensions: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Accounts, dimensions and members as far as lines name them: codes without names."""
        told = archives_in_use(self.books, {name: name for name in self.books.dimension_ids})
        self.books = told.replace(dimensions=dimensions(told.dimensions.select("id", "label")))


def legal(texts: pl.Series) -> pl.Series:
    """Texts without characters that XML cannot hold, trimmed as a reader trims them."""
    clean = tidy(texts)
    if clean.str.contains(ILLEGAL).any():
        clean = tidy(clean.str.replace_all(ILLEGAL, " "))
    return clean


def _changed(given: pl.Series, clean: pl.Series) -> pl.Series:
    """True where a text is not written as it was given."""
    return given.is_not_null() & given.ne_missing(clean)
