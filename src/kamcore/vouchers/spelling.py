"""Books on their way into a layout of voucher lines: what every such writer does first, once.

A writer takes the steps its product asks for, in the order they stand here; each changes the books
into what the layout will say and notes what that loses.  The result is the format's `spelling`;
`kamcore.vouchers.joined` then lays the lines out for writing.
"""

from collections.abc import Callable, Collection, Mapping

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import BooksError, Fault
from kamcore.format import Losses, LossKind
from kamcore.format.comparing import in_use
from kamcore.grid.parsed import BLANKS
from kamcore.grid.words import tidy
from kamcore.model.scheme import CodeScheme, strip
from kamcore.vouchers.labels import dimension_ids
from kamcore.vouchers.making import original
from kamcore.vouchers.noting import note_rows
from kamcore.vouchers.unnumbered import SAME_NUMBER, with_numbers

NO_VOUCHER = Fault(
    code="G3201",
    zh="分录属于凭证标识 {value}, 但没有这张凭证",
    en="the line belongs to voucher id {value}, and there is no such voucher",
)
_HEAD_TEXTS = ("word", "reference", "preparer", "reviewer", "poster", "cashier", "handler")
_AMOUNT = "_amount"
_PERIODS = {
    "year": pl.col("date").dt.year().cast(schema.INTEGER),
    "period": pl.col("date").dt.month().cast(schema.INTEGER),
}


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
        heads, lines = self.books.vouchers, self.books.lines
        stays = heads["voucher_id"].is_in(lines["voucher_id"].unique().implode())
        if not void:
            stays &= ~(heads["status"] == "void").fill_null(value=False)
        self.note(LossKind.OMITTED, "vouchers.status", ~stays, heads["status"])
        order = heads.select("voucher_id", _order=pl.int_range(pl.len()), _stays=stays)
        placed = lines.with_row_index("_line").join(
            order, on="voucher_id", how="left", maintain_order="left"
        )
        orphans = placed.filter(pl.col("_order").is_null())
        if orphans.height:
            place = self.books.origin.place(orphans["source_row"][0])
            raise BooksError(NO_VOUCHER.at(place, orphans["voucher_id"][0]))
        placed = placed.filter("_stays")
        if not placed["_order"].is_sorted():
            placed = placed.sort("_order", maintain_order=True)
        rows = {"lines": placed["_line"], "vouchers": stays.arg_true()}
        self.books = self.books.replace(
            vouchers=heads.filter(stays),
            lines=placed.drop("_line", "_order", "_stays"),
            extras=self._kept({**(more or {}), "lines": fields}, rows),
        )

    def _kept(
        self, fields: Mapping[str, Collection[str]], rows: Mapping[str, pl.Series]
    ) -> pl.DataFrame:
        """Extras in these fields, by the new place of their rows in tables that `rows` names."""
        extras = self.books.extras
        if not extras.height:
            return extras
        sayable = pl.select(pl.repeat(False, extras.height, dtype=pl.Boolean)).to_series()
        for table, names in fields.items():
            sayable |= (extras["table"] == table) & extras["field"].is_in(list(names))
        out = extras.filter(~sayable)
        if out.height:
            example = f"{out['field'][0]}={out['value'][0]}"
            place = self.books.origin.place(None)
            self.losses.note(LossKind.DROPPED, "extras.value", out.height, place, example)
        kept = extras.filter(sayable)
        moved = [kept.filter(~pl.col("table").is_in(list(rows)))]
        for table, old in rows.items():
            spots = pl.DataFrame({"row_id": old.cast(pl.Int64)}).with_columns(
                _row=pl.int_range(pl.len(), dtype=pl.Int64)
            )
            own = kept.filter(table=table)
            own = own.join(spots, on="row_id", how="inner", maintain_order="left")
            moved.append(own.with_columns(row_id="_row").drop("_row"))
        return pl.concat(moved)

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
        settled = dated.with_columns(
            *(tidy(dated[name]) for name in _HEAD_TEXTS),
            *(
                (said if name in derived else pl.coalesce(name, said)).alias(name)
                for name, said in _PERIODS.items()
            ),
        )
        if numbered:
            settled = with_numbers(self.books.replace(vouchers=settled), self.losses).vouchers
        for name in ("date", "word", "number"):
            self.note(LossKind.MISSING, f"vouchers.{name}", settled[name].is_null(), heads[name])
        for name in ("year", "period"):
            changed = heads[name].is_not_null() & heads[name].ne_missing(settled[name])
            self.note(LossKind.REPLACED, f"vouchers.{name}", changed, heads[name])
        days = lines.select("voucher_id").join(
            settled.select("voucher_id", "date", "year", "period"),
            on="voucher_id",
            how="left",
            maintain_order="left",
        )
        changed = lines["date"].is_not_null() & lines["date"].ne_missing(days["date"])
        self.note(LossKind.REPLACED, "lines.date", changed, lines["date"])
        self.books = self.books.replace(
            vouchers=settled,
            lines=lines.with_columns(days.drop("voucher_id").get_columns()),
        )

    def refuse_equal(self) -> None:
        """Refuse vouchers that share year, period, word and number: no reader tells them apart.

        Raises:
            BooksError: there are such vouchers.
        """
        keys = ["year", "period", "word", "number"]
        same = self.books.vouchers.filter(pl.struct(keys).is_duplicated())
        if same.height:
            first = same.row(0, named=True)
            key = f"{first['date'] or ''} {first['word'] or ''}-{first['number'] or ''}"
            place = self.books.origin.place(first["source_row"])
            raise BooksError(SAME_NUMBER.at(place, key, count=same.height))

    def codes(self, spell: Callable[[str], str] = strip) -> None:
        """Spell account codes as the product does, without separators unless said otherwise."""
        lines, accounts = self.books.lines, self.books.accounts
        used = lines["account"].drop_nulls().unique(maintain_order=True)
        listed = pl.concat([used, accounts["code"]]).unique(maintain_order=True)
        spelled = [spell(code) or None if code else None for code in _bare(listed)]
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
        lines = lines.with_columns(_bare(lines[name]) for name in columns)
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
            members["dimension"].replace(again), _bare(members["code"]), tidy(members["name"])
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
        lines = self.books.lines
        for name in names:
            trimmed = tidy(lines[name])
            changed = lines[name].ne_missing(trimmed)
            self.note(LossKind.REPLACED, f"lines.{name}", changed, lines[name])
            lines = lines.with_columns(trimmed.alias(name))
        self.books = self.books.replace(lines=lines)

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


def _bare(codes: pl.Series) -> pl.Series:
    """Codes as `read_codes` gives them."""
    pure = tidy(codes)
    if not pure.str.starts_with("'").any():
        return pure
    return tidy(pure.str.strip_prefix("'").str.strip_chars(BLANKS))
