"""The books as a dump of GL_accvouch will say them, and what that loses.

Lengths are those of formats/yonyou.md section 7.1, in bytes of GBK.  Void vouchers stay: the
table has a flag for them.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_table import columns as layout
from kamcore.adapters.yonyou_u8_table.keeping import opposites, ranks
from kamcore.books import Books, schema
from kamcore.errors import LossRefused
from kamcore.format import Losses, LossKind, Options
from kamcore.format.options import chosen
from kamcore.grid.words import blank_words, tidy
from kamcore.model.dimension import label_of
from kamcore.vouchers.currencies import product_name
from kamcore.vouchers.fitting import LONG_CODE, Fitted, fit, size_of
from kamcore.vouchers.outgoing import Noting
from kamcore.vouchers.spelling import Spelling
from kamcore.vouchers.spelling_steps import currency_codes, status_by_marks
from kamcore.vouchers.unnumbered import refuse_equal_numbers


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a dump with these options says them; what that loses goes to `losses`.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a code is longer than its column.
        UsageError: an option has no such value.
    """
    # GB18030 and workbooks have every character: then only the length counts.
    is_gbk = chosen(options, "encoding", layout.ENCODINGS) == "gbk"
    is_text = chosen(options, "form", layout.FORMS) == "text"
    encoding = "gbk" if is_gbk and is_text else "gb18030"
    work = _Work(Spelling(books, losses), encoding)
    work.classes()
    lines = [*layout.VERBATIM, layout.OPPOSITE, layout.CLASS]
    work.spelling.live(lines, {"vouchers": [*layout.OF_VOUCHER, "iflag"]}, void=True)
    work.heads()
    work.spelling.codes()
    work.spelling.dimensions(lambda name, said: layout.LABELS.get(name) or label_of(name, said))
    work.known_dimensions()
    work.money()
    work.texts()
    work.codes()
    work.extras()
    return work.spelling.done()


@attrs.define
class _Work:
    """Books on their way into the table."""

    spelling: Spelling
    encoding: str
    project_class: str | None = None
    """The source code of projects (项目大类), where the column holds it."""

    @property
    def books(self) -> Books:
        return self.spelling.books

    @property
    def noting(self) -> Noting:
        return Noting(self.books, self.spelling.losses)

    def fit(self, texts: pl.Series, size: int | None) -> Fitted:
        """A text as it reads back: line breaks of one kind, no longer than its column."""
        plain = texts.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n")
        fitted = fit(plain, size, self.encoding)
        said = fitted.values
        if texts.name != "summary":
            said = blank_words(said, {layout.NULL})
        kept = fitted.values.ne_missing(said)
        return Fitted(said, fitted.replaced | kept | plain.ne_missing(texts), fitted.cut)

    def classes(self) -> None:
        """Take the class of projects; no other dimension has a column for a code of its own."""
        known = self.books.dimensions.drop_nulls("source_code")
        size = layout.COLUMNS[layout.CLASS].size or 0
        held = (known["id"] == "project") & (size_of(known["source_code"]) <= size)
        lost = known.filter(~held)
        if lost.height:
            place, first = self.books.origin.place(None), lost["source_code"][0]
            fact = "dimensions.source_code"
            self.spelling.losses.note(LossKind.DROPPED, fact, lost.height, place, first)
        if held.any():
            self.project_class = known.filter(held)["source_code"][0]

    def heads(self) -> None:
        """Year from the date; a period that means no voucher from it too; the status."""
        heads = self.books.vouchers
        strange = heads["period"].is_in(layout.NOT_VOUCHERS).fill_null(value=False)
        self.spelling.note(LossKind.REPLACED, "vouchers.period", strange, heads["period"])
        heads = heads.with_columns(period=pl.when(~strange).then("period"))
        self.spelling.books = self.books.replace(vouchers=heads)
        self.spelling.heads(derived=("year",))
        refuse_equal_numbers(self.books)
        reviewer = self.fit(self.books.vouchers["reviewer"], None).values
        told = status_by_marks(self.books, self.noting, reviewer=reviewer)
        self.spelling.books = told.replace(
            vouchers=told.vouchers.with_columns(pl.col("attachments").fill_null(0))
        )

    def known_dimensions(self) -> None:
        """Only dimensions with a column stay; the class of projects is their source code."""
        books = self.books
        gone = [
            column
            for column in schema.dimension_columns(books.lines)
            if column.removeprefix(schema.AUX) not in layout.LABELS
        ]
        own = self.spelling.books.dimensions["id"].is_in(list(layout.LABELS))
        dimensions = books.dimensions.filter(own)
        codes = [self.project_class if name == "project" else None for name in dimensions["id"]]
        self.spelling.books = books.replace(
            lines=books.lines.drop(gone),
            dimensions=dimensions.with_columns(pl.Series("source_code", codes, schema.TEXT)),
            members=books.members.filter(pl.col("dimension").is_in(list(layout.LABELS))),
        )

    def money(self) -> None:
        """Currency, rate, original amounts and quantity as a reader settles them."""
        self.spelling.books = currency_codes(self.books, self.noting)
        lines, base = self.books.lines, self.books.entity.base_currency
        fx = [pl.col(name).fill_null(0) for name in ("fx_debit", "fx_credit")]
        own = [pl.col(name).fill_null(0) for name in ("debit", "credit")]
        none = (fx[0] == 0) & (fx[1] == 0)
        same = (fx[0] == own[0]) & (fx[1] == own[1])
        rate = pl.when(pl.col("rate") != 0).then("rate")
        plain = (none | same) & (rate.fill_null(1) == 1)
        frame = lines.with_columns(
            _local=(pl.col("currency") == base).fill_null(plain), _none=none, _same=same
        )
        local = frame["_local"]
        lost = local & ~frame["_none"] & ~frame["_same"]
        for name in ("fx_debit", "fx_credit"):
            here = lost & (lines[name] != 0)
            self.spelling.note(LossKind.DROPPED, f"lines.{name}", here, lines[name])
        unsaid = frame["currency"].is_null() & ~local
        self.spelling.note(LossKind.MISSING, "lines.currency", unsaid, lines["fx_debit"])
        some = pl.col("debit").is_not_null() | pl.col("credit").is_not_null()
        one = pl.when("_local").then(pl.lit(1))
        settled = frame.with_columns(
            pl.when("_local").then(pl.lit(base)).otherwise("currency").alias("currency"),
            pl.coalesce(rate, one).cast(schema.RATE).alias("rate"),
            pl.when(pl.col("quantity") != 0).then("quantity").alias("quantity"),
            *(
                pl.when(~pl.col("_local")).then(value).cast(schema.AMOUNT).alias(name)
                for name, value in zip(("fx_debit", "fx_credit"), fx, strict=True)
            ),
            *(
                pl.when(some).then(value).cast(schema.AMOUNT).alias(name)
                for name, value in zip(("debit", "credit"), own, strict=True)
            ),
        )
        self.spelling.books = self.books.replace(lines=settled.select(lines.columns))

    def texts(self) -> None:
        """Fit every text into its column; a settlement code that is too long is left out."""
        spelled: dict[str, list[pl.Series]] = {"vouchers": [], "lines": []}
        for fact, column in layout.TEXTS.items():
            table, _, name = fact.partition(".")
            given = self.books.tables[table][name]
            if fact == "vouchers.word":
                spelled[table].append(self._whole(fact, given, column.size or 0))
                continue
            fitted = self.fit(given, column.size)
            self.spelling.note(LossKind.REPLACED, fact, fitted.replaced, given)
            self.spelling.note(LossKind.CUT, fact, fitted.cut, given)
            gone = fitted.cut if fact in layout.WHOLE else None
            said = fitted.values if gone is None else fitted.values.set(gone, None)
            spelled[table].append(said.alias(name))
        heads, lines = self.books.vouchers, self.books.lines
        self.spelling.books = self.books.replace(
            vouchers=heads.with_columns(spelled["vouchers"]),
            lines=lines.with_columns(spelled["lines"]),
        )

    def codes(self) -> None:
        """Codes as they read back; none is cut."""
        lines = self.books.lines
        sizes = {name: size for name, size in layout.SIZES.items() if name in lines.columns}
        columns = [self._whole(f"lines.{name}", lines[name], size) for name, size in sizes.items()]
        self.spelling.books = self.books.replace(
            lines=lines.with_columns(columns),
            members=self.books.members.with_columns(
                self.fit(self.books.members["code"], None).values
            ),
        )
        named = lines.select(shown(self.books.entity.base_currency)).to_series()
        size = layout.COLUMNS["cexch_name"].size or 0
        self._whole("lines.currency", named, size)

    def _whole(self, fact: str, given: pl.Series, size: int) -> pl.Series:
        fitted = self.fit(given, None)
        long = (size_of(fitted.values) > size).fill_null(value=False)
        if long.any():
            row = long.arg_max() or 0
            source = self.books.tables[fact.partition(".")[0]]["source_row"][row]
            place = self.books.origin.place(source, fact)
            raise LossRefused(LONG_CODE.at(place, given[row], size=size))
        self.spelling.note(LossKind.REPLACED, fact, fitted.replaced, given)
        return fitted.values.alias(given.name)

    def extras(self) -> None:
        """Texts kept verbatim that a column of their own holds, as they read back.

        Opposite accounts of other codes than the books' are left out: codes were mapped since.
        """
        extras = self.books.extras
        if not extras.height:
            return
        values = tidy(self.fit(extras["value"], None).values)
        spelled = extras.with_columns(value=values)
        codes = set(self.books.lines["account"].drop_nulls())
        computed, ranked = opposites(self.books.lines), ranks(self.books.vouchers)
        keep: list[bool] = []
        follows: list[bool] = []
        for row in spelled.iter_rows(named=True):
            value, field = row["value"], row["field"]
            good = value is not None and value != layout.BOOLEANS.get(field)
            same = {layout.OPPOSITE: computed, layout.RANK: ranked}.get(field)
            follows.append(bool(good and same is not None and value == same[row["row_id"]]))
            if good and field == layout.OPPOSITE:
                good = codes.issuperset(value.split(","))
            keep.append(bool(good) and not follows[-1])
        lost = spelled.filter(~pl.Series(keep, dtype=pl.Boolean) & ~pl.Series(follows))
        if lost.height:
            place = self.books.origin.place(None)
            first = lost["value"][0] or ""
            self.spelling.losses.note(LossKind.DROPPED, "extras.value", lost.height, place, first)
        self.spelling.books = self.books.replace(
            extras=spelled.filter(pl.Series(keep, dtype=pl.Boolean))
        )


def shown(base: str) -> pl.Expr:
    """Currencies as the table names them: blank for yuan that are the base, else the name."""
    currency = pl.col("currency")
    named = pl.coalesce(product_name(currency), currency)
    return pl.when(~((currency == base) & (currency == "CNY"))).then(named)
