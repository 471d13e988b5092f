"""Books as U8 voucher text can say them, with a note of every change.

The writer prints these books, and the proof of a conversion compares with them, so what is said
here and what is written cannot differ.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_text import layout, selecting
from kamcore.adapters.yonyou_u8_text.plan import Plan
from kamcore.adapters.yonyou_u8_text.texts import Fitted, fit, fit_codes
from kamcore.books import Books, schema
from kamcore.errors import Fault, LossRefused
from kamcore.format import Losses, LossKind
from kamcore.format.comparing import in_use
from kamcore.model.scheme import SEPARATORS
from kamcore.vouchers.fitting import LONG_CODE, size_of
from kamcore.vouchers.noting import note_rows
from kamcore.vouchers.outgoing import Noting, note_extras
from kamcore.vouchers.spelling_steps import cents, lines_under_heads

UNMAPPABLE = Fault(
    code="Y1031",
    zh="「{value}」中有 GBK 编码以外的字符, U8 文本写不了",
    en="{value!r} holds a character that GBK, and so U8 text, does not have",
    hint_zh="改掉该字符, 或不用选项 unmappable=refuse, 以问号代替并记为损失",
    hint_en="change the character, or leave out unmappable=refuse: ? and a loss stand for it",
)
_MONTHS = 12
_TAIL = {layout.USED + 1 + index: value for index, value in enumerate(layout.TAIL)}


@attrs.frozen
class _Speller:
    """Spells columns of one table and notes what changes, at the rows it had at first."""

    books: Books
    table: str
    plan: Plan
    losses: Losses

    @property
    def frame(self) -> pl.DataFrame:
        return self.books.tables[self.table]

    def note(self, kind: LossKind, column: str, marks: pl.Series) -> None:
        """Note the marked rows."""
        loss = (kind, f"{self.table}.{column}")
        note_rows(self.books, self.losses, loss, marks, self.frame[column])

    def text(self, column: str) -> pl.Series:
        """A free text, replaced and cut; a settlement code that is too long is left out."""
        size = layout.LIMITS.text_bytes.get(f"{self.table}.{column}")
        fitted = fit(self.frame[column], size, whole=column == "settlement_method")
        return self._settle(column, fitted)

    def code(self, column: str) -> pl.Series:
        """A code: never cut; codes that become one are noted."""
        separators = SEPARATORS if column == "account" else ""
        fitted = fit_codes(self.frame[column], separators)
        size = layout.CODE_SIZES[f"{self.table}.{column}"]
        long = fitted.old.filter(size_of(fitted.new) > size)
        if long.len():
            raise self._refusal(LONG_CODE, column, long[0], size=size)
        merged = fitted.new.is_duplicated() & fitted.new.is_not_null()
        self._note_values(LossKind.MERGED, column, fitted.old.filter(merged))
        return self._settle(column, fitted)

    def _settle(self, column: str, fitted: Fitted) -> pl.Series:
        if fitted.unmappable is not None and not self.plan.replaces:
            raise self._refusal(UNMAPPABLE, column, fitted.unmappable)
        self._note_values(LossKind.REPLACED, column, fitted.old.filter(fitted.replaced))
        self._note_values(LossKind.CUT, column, fitted.old.filter(fitted.cut))
        return fitted.values.alias(column)

    def _note_values(self, kind: LossKind, column: str, values: pl.Series) -> None:
        if values.len():
            self.note(kind, column, self.frame[column].is_in(values.implode()))

    def _refusal(self, fault: Fault, column: str, value: str, **facts: object) -> LossRefused:
        row = int((self.frame[column] == value).arg_true()[0])
        place = self.books.origin.place(self.frame["source_row"][row], f"{self.table}.{column}")
        return LossRefused(fault.at(place, value, **facts))


def spell(books: Books, plan: Plan, losses: Losses) -> Books:
    """Give the books as the lines of a file say them.

    Raises:
        LossRefused: a character is outside GBK and `plan` does not replace it; a code is too long.
        BooksError: vouchers cannot be told apart, or a line has no voucher.
    """
    live = selecting.selected(books, losses)
    extras = _extras(live, plan, losses)
    heads = _heads(_Speller(live, "vouchers", plan, losses))
    selecting.refuse_equal(heads, raw_numbers(heads, extras), live)
    settled = lines_under_heads(live.replace(vouchers=heads), Noting(live, losses))
    lines = _lines(_Speller(settled, "lines", plan, losses))
    return _masters(live.replace(vouchers=heads, lines=lines, extras=extras))


def raw_numbers(heads: pl.DataFrame, extras: pl.DataFrame) -> pl.Series:
    """The text of field 3 of every voucher: as kept, else the number in digits."""
    kept = extras.filter(
        (pl.col("table") == "vouchers") & (pl.col("field") == selecting.RAW_NUMBER)
    )
    texts = heads["number"].cast(schema.TEXT)
    return texts.scatter(kept["row_id"], kept["value"]) if kept.height else texts


def _heads(speller: _Speller) -> pl.DataFrame:
    heads = speller.frame
    month = pl.col("date").dt.month().cast(schema.INTEGER)
    told = pl.col("period").is_between(1, _MONTHS) & speller.plan.tells_month
    settled = heads.with_columns(
        speller.text("word"),
        speller.text("preparer"),
        pl.col("attachments").fill_null(0),
        pl.lit(None, dtype=schema.TEXT).alias("status"),
        year=pl.col("date").dt.year().cast(schema.INTEGER),
        period=pl.when(told).then("period").otherwise(month),
    )
    for column in ("year", "period"):
        changed = heads[column].is_not_null() & heads[column].ne_missing(settled[column])
        speller.note(LossKind.REPLACED, column, changed)
    return settled


def _lines(speller: _Speller) -> pl.DataFrame:
    lines = speller.frame
    dims = [name for name in layout.CODES[1:] if name in lines.columns]
    others = [name for name in schema.dimension_columns(lines) if name not in dims]
    return lines.drop(others).with_columns(
        *(speller.text(name) for name in layout.LINE_TEXTS),
        *(speller.code(name) for name in ("account", *dims)),
        *_amounts(speller),
    )


def _amounts(speller: _Speller) -> list[pl.Series]:
    """Figures as they read back: cents, 0 on the unused side, no zeros for nothing."""
    lines = speller.frame
    sides = [cents(lines[name]) for name in ("debit", "credit")]
    for rounded in sides:
        changed = rounded.ne_missing(lines[rounded.name]) & rounded.is_not_null()
        speller.note(LossKind.ROUNDED, rounded.name, changed)
    frame = lines.select("fx_debit", "fx_credit", "rate", "quantity", "unit_price").with_columns(
        sides
    )
    debit, credit, rate = pl.col("debit"), pl.col("credit"), pl.col("rate")
    zero = pl.lit(0, dtype=schema.AMOUNT)
    on_credit = (credit != 0).fill_null(value=False) & (debit == 0).fill_null(value=True)
    own = pl.when(on_credit).then("fx_credit").otherwise("fx_debit")
    other = pl.when(on_credit).then("fx_debit").otherwise("fx_credit")
    given = (
        pl.when(own != 0).then(own).when(other != 0).then(other).otherwise(pl.coalesce(own, other))
    )
    nothing = (rate == 0) | ((rate == 1) & given.is_null())
    said = pl.when(~nothing.fill_null(value=False)).then(rate)
    foreign = pl.when((given != 0) | said.is_not_null()).then(given)
    blank = pl.when(foreign.is_not_null()).then(zero)
    price = pl.col("unit_price") if speller.plan.tells_price else pl.lit(None, schema.RATE)
    settled = frame.select(
        pl.coalesce(debit, pl.when(credit.is_not_null()).then(zero)).alias("debit"),
        pl.coalesce(credit, pl.when(debit.is_not_null()).then(zero)).alias("credit"),
        pl.when(on_credit).then(blank).otherwise(foreign).alias("fx_debit"),
        pl.when(on_credit).then(foreign).otherwise(blank).alias("fx_credit"),
        said.alias("rate"),
        pl.when(pl.col("quantity") != 0).then("quantity").alias("quantity"),
        pl.when(price != 0).then(price).alias("unit_price"),
    )
    for name in ("fx_debit", "fx_credit"):
        moved = lines[name].fill_null(0) != settled[name].fill_null(0)
        speller.note(LossKind.REPLACED, name, moved)
    if not speller.plan.tells_price:
        speller.note(LossKind.DROPPED, "unit_price", lines["unit_price"].is_not_null())
    return settled.get_columns()


def _extras(books: Books, plan: Plan, losses: Losses) -> pl.DataFrame:
    """Extras that a field of their own holds; the others are noted."""
    extras = books.extras
    if not extras.height:
        return extras
    extras = extras.with_columns(fit(extras["value"]).values)
    position = pl.col("field").str.extract(r"^field_([0-9]{1,3})$").cast(schema.INTEGER)
    figure = pl.col("value").cast(schema.INTEGER, strict=False)
    usual = position.replace_strict(_TAIL, default=None)
    held = (
        (pl.col("table") == "lines")
        & position.is_between(layout.USED + 1, plan.fields)
        & (position != layout.PRICE)
        & ((position != layout.MONTH) | ~figure.is_between(1, _MONTHS).fill_null(value=False))
        & (pl.col("value").ne_missing(usual) & pl.col("value").is_not_null())
    )
    number = pl.col("row_id").replace_strict(
        pl.int_range(books.vouchers.height, dtype=schema.INTEGER, eager=True),
        books.vouchers["number"],
        default=None,
        return_dtype=schema.INTEGER,
    )
    raw = (pl.col("table") == "vouchers") & (pl.col("field") == selecting.RAW_NUMBER)
    # A number that was changed since counts, not the text it once had.
    numbered = raw & figure.eq_missing(number) & pl.col("value").is_not_null()
    fits = (held | numbered).fill_null(value=False)
    note_extras(books, books.extras.filter(extras.select(~fits).to_series()), losses)
    return extras.filter(fits)


def _masters(books: Books) -> Books:
    """Accounts, dimensions and members in U8's spelling, as far as lines name them."""
    labels = pl.col("id").replace(layout.LABELS)
    known = list(layout.LABELS)
    return in_use(
        books.replace(
            accounts=books.lines.select(code="account").drop_nulls().unique(maintain_order=True),
            dimensions=books.dimensions.filter(pl.col("id").is_in(known)).with_columns(
                label=labels
            ),
            members=books.members.filter(pl.col("dimension").is_in(known)),
        )
    )
