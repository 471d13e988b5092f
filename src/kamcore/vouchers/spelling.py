"""Books on their way into a layout of voucher lines: what every such writer does first, once.

A writer takes the steps its product asks for, in the order they stand here; each changes the books
into what the layout will say and notes what that loses.  What layouts of documents need too stands
in `kamcore.vouchers.spelling_steps`.  The result is the format's `spelling`;
`kamcore.vouchers.joined` then lays the lines out for writing.
"""

from collections.abc import Callable, Collection, Mapping

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind
from kamcore.format.comparing import in_use
from kamcore.grid.words import bare_codes, tidy
from kamcore.model.scheme import CodeScheme, strip
from kamcore.vouchers.labels import dimension_ids
from kamcore.vouchers.making import original
from kamcore.vouchers.noting import note_rows
from kamcore.vouchers.outgoing import Noting, live, note_extras
from kamcore.vouchers.spelling_steps import dates_of_heads, tidied
from kamcore.vouchers.unnumbered import refuse_equal_numbers, with_numbers

_HEAD_TEXTS = ("word", "reference", "preparer", "reviewer", "poster", "cashier", "handler")
_AMOUNT = "_amount"


@attrs.define
class Spelling:
    """Books being spelled; `losses` takes what each step loses."""

    books: Books
    losses: Losses

    def note(self, kind: LossKind, fact: str, rows: pl.Series, values: pl.Series) -> None:
        """Note a loss in the marked rows of the fact's table; `values` gives the example."""
        note_rows(self.books, self.losses, (kind, fact), rows, values)

    def live(
        self,
        fields: Collection[str] = (),
        more: Mapping[str, Collection[str]] | None = None,
        *,
        void: bool = False,
    ) -> None:
        """Leave void vouchers and heads without lines out; put lines beside their voucher.

        Of the extras only those of lines in one of `fields` stay, and those in fields that `more`
        names by table; the others are noted.  With `void` void vouchers stay too.

        Raises:
            BooksError: a line has no voucher.
        """
        kept = {**(more or {}), "lines": fields}
        self.books = live(self._with_extras_of(kept), self.losses, void=void)

    def _with_extras_of(self, fields: Mapping[str, Collection[str]]) -> Books:
        """The books with the extras in these fields of a table; the others are noted."""
        extras = self.books.extras
        sayable = pl.lit(value=False)
        for table, names in fields.items():
            sayable |= (pl.col("table") == table) & pl.col("field").is_in(list(names))
        note_extras(self.books, extras.filter(~sayable), self.losses)
        return self.books.replace(extras=extras.filter(sayable))

    def heads(
        self, derived: Collection[str] = ("year", "period"), *, numbered: bool = False
    ) -> None:
        """Let the date say what is `derived`, and every line bear the date of its voucher.

        Year and period that have a column of their own follow from the date only where they are
        blank.  A missing date, word or number is noted: every layout of vouchers requires them.
        With `numbered` vouchers without a number get one, where nothing else tells them apart.
        """
        heads, lines = self.books.vouchers, self.books.lines
        said = lines.group_by("voucher_id").agg(_day=pl.col("date").drop_nulls().first())
        joined = heads.join(said, on="voucher_id", how="left", maintain_order="left")
        dated = joined.with_columns(date=pl.coalesce("date", "_day")).drop("_day")
        dated = dated.with_columns(tidy(dated[name]) for name in _HEAD_TEXTS)
        noting = Noting(self.books, self.losses)
        books = dates_of_heads(self.books.replace(vouchers=dated), noting, derived)
        self.books = with_numbers(books, self.losses) if numbered else books
        for name in ("date", "word", "number"):
            missing = self.books.vouchers[name].is_null()
            self.note(LossKind.MISSING, f"vouchers.{name}", missing, heads[name])

    def refuse_equal(self) -> None:
        """Refuse vouchers that share year, period, word and number: no reader tells them apart.

        Raises:
            BooksError: there are such vouchers.
        """
        refuse_equal_numbers(self.books, unnumbered=True)

    def codes(self, spell: Callable[[str], str] = strip) -> None:
        """Spell account codes as the product does, without separators unless said otherwise."""
        lines, accounts = self.books.lines, self.books.accounts
        used = lines["account"].drop_nulls().unique(maintain_order=True)
        listed = pl.concat([used, accounts["code"]]).unique(maintain_order=True)
        spelled = [spell(code) or None if code else None for code in bare_codes(listed)]
        new = dict(zip(listed.to_list(), spelled, strict=True))
        after = [new[code] for code in used]
        clash = [code for code in used if new[code] and after.count(new[code]) > 1]
        if clash:
            rows = lines["account"].is_in(clash)
            self.note(LossKind.MERGED, "lines.account", rows, lines["account"])
        scheme = CodeScheme.detect(code for code in after if code)
        table = accounts.with_columns(
            accounts["code"].replace(new), tidy(accounts["name"]), tidy(accounts["full_name"])
        )
        table = table.drop_nulls("code").unique("code", keep="first", maintain_order=True)
        codes = table["code"].to_list()
        self.books = self.books.replace(
            accounts=table.with_columns(
                parent=pl.Series([scheme.parent(code) for code in codes], dtype=schema.TEXT),
                level=pl.Series([scheme.level(code) for code in codes], dtype=schema.INTEGER),
            ),
            lines=lines.with_columns(lines["account"].replace(new)),
        )

    def dimensions(self, label: Callable[[str, str | None], str]) -> None:
        """Give every dimension in use the label of the product, and the id it reads back as.

        `label` is told the id and what the source calls it.
        """
        lines, known = self.books.lines, dict(self.books.dimensions.select("id", "label").rows())
        columns = schema.dimension_columns(lines)
        lines = lines.with_columns(bare_codes(lines[name]) for name in columns)
        used = [
            name.removeprefix(schema.AUX)
            for name in columns
            if lines[name].null_count() < lines.height
        ]
        order = [name for name in known if name in used]
        order += [name for name in used if name not in known]
        labels = {name: label(name, known.get(name)).strip() for name in order}
        ids = dimension_ids(labels.values())
        again = {name: ids[labels[name]] for name in order}
        members = self.books.members.filter(pl.col("dimension").is_in(order))
        members = members.with_columns(
            members["dimension"].replace(again), bare_codes(members["code"]), tidy(members["name"])
        ).drop_nulls("code")
        unused = [name for name in columns if name.removeprefix(schema.AUX) not in used]
        renamed = {schema.AUX + name: schema.AUX + again[name] for name in used}
        self.books = self.books.replace(
            lines=lines.drop(unused).rename(renamed),
            dimensions=pl.DataFrame(
                {"id": list(again.values()), "label": [labels[name] for name in order]},
                schema={"id": schema.TEXT, "label": schema.TEXT},
            ),
            members=members.unique(["dimension", "code"], keep="first", maintain_order=True),
        )

    def round_to(self, names: Collection[str], places: pl.Series | int) -> None:
        """Round amounts of the lines half away from zero, to so many decimals (of each line)."""
        lines = self.books.lines
        for name in names:
            rounded = pl.col(name)
            for scale in range(schema.AMOUNT.scale):
                exact = pl.col(name).round(scale, mode="half_away_from_zero").cast(schema.AMOUNT)
                here = pl.lit(places == scale)
                rounded = pl.when(here).then(exact).otherwise(rounded)
            found = lines.select(rounded.alias(name)).to_series()
            changed = lines[name].ne_missing(found)
            self.note(LossKind.ROUNDED, f"lines.{name}", changed, lines[name])
            lines = lines.with_columns(found)
        self.books = self.books.replace(lines=lines)

    def money(self, currency: str | None = None) -> None:
        """Settle currency and rate, and what one column of original amounts can say.

        A line without a currency is in base currency, unless its original amount says otherwise:
        then it gets `currency`, or its currency is noted as missing.
        """
        base, lines = self.books.entity.base_currency, self.books.lines
        found = _settled(lines, base)
        both = found["_both"]
        self.note(LossKind.MERGED, "lines.fx_debit", both, lines["fx_debit"])
        unsaid = found["lines.currency"].is_null() & ~found["_local"]
        if currency is None:
            self.note(LossKind.MISSING, "lines.currency", unsaid, found[_AMOUNT])
        for name in ("fx_debit", "fx_credit"):
            moved = lines[name].fill_null(0) != found[f"lines.{name}"].fill_null(0)
            moved &= ~both & ~found["_same"]
            self.note(LossKind.REPLACED, f"lines.{name}", moved, lines[name])
        local = pl.when("_local")
        stated = local.then(pl.lit(base)).otherwise(pl.lit(currency, dtype=schema.TEXT))
        rate = pl.when(pl.col("rate") != 0).then("rate").when("_local").then(pl.lit(1))
        settled = found.select(
            *(
                pl.col(f"lines.{name}").alias(name)
                for name in ("debit", "credit", "fx_debit", "fx_credit")
            ),
            pl.coalesce("lines.currency", stated).alias("currency"),
            rate.cast(schema.RATE).alias("rate"),
        )
        figures = [
            pl.when(pl.col(name) != 0).then(name).alias(name)
            for name in ("quantity", "unit_price")
        ]
        self.books = self.books.replace(
            lines=lines.with_columns(settled.get_columns()).with_columns(figures)
        )

    def texts(self, names: Collection[str]) -> None:
        """Trim texts of the lines as a reader will; those with blanks at an end are noted."""
        noting = Noting(self.books, self.losses)
        self.books = tidied(self.books, noting, {"lines": names})

    def done(self) -> Books:
        """The books with those accounts, dimensions and members that the lines name."""
        return in_use(self.books)


def _settled(lines: pl.DataFrame, base: str) -> pl.DataFrame:
    """The amounts as they read back, and marks: in base currency, both sides, nothing lost."""
    nothing = pl.col("debit").is_null() & pl.col("credit").is_null()
    given = pl.coalesce("fx_debit", "fx_credit").is_not_null()
    both = (pl.col("fx_debit") != 0) & (pl.col("fx_credit") != 0)
    total = (zero("fx_debit") + zero("fx_credit")).cast(schema.AMOUNT)
    frame = lines.select(
        "rate",
        pl.col("currency").alias("lines.currency"),
        *(
            pl.when(~nothing).then(zero(name)).cast(schema.AMOUNT).alias(f"lines.{name}")
            for name in ("debit", "credit")
        ),
        pl.when(given).then(total).alias(_AMOUNT),
        both.fill_null(value=False).alias("_both"),
    )
    own = zero("lines.debit") + zero("lines.credit")
    amount = pl.col(_AMOUNT)
    local = (pl.col("lines.currency") == base).fill_null(
        amount.is_null() | (amount == 0) | (amount == own)
    )
    return original(frame, _AMOUNT, base).with_columns(
        local.alias("_local"), (local & (amount == own)).fill_null(value=False).alias("_same")
    )


def zero(name: str) -> pl.Expr:
    """A column of figures with 0 for a blank."""
    return pl.col(name).fill_null(0)
