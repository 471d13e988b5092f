"""The books as the workbook will say them, and what that loses.

Void vouchers stay out, codes get their dots, texts are cut to their fields, dimensions get the id
their label reads back as; a line in base currency has the rate 1.
"""

import attrs
import polars as pl

from kamcore.adapters.kingdee_k3 import charting, items, money
from kamcore.adapters.kingdee_k3.cells import nothing_said
from kamcore.adapters.kingdee_k3.columns import (
    COLUMNS,
    GENERATIONS,
    SYSTEM,
    WRITTEN,
    Column,
    Generation,
)
from kamcore.adapters.kingdee_k3.verbatim import said_extras
from kamcore.books import Books, schema
from kamcore.errors import Fault, LossRefused
from kamcore.format import Losses, LossKind, Options
from kamcore.format.comparing import in_use
from kamcore.format.options import chosen
from kamcore.grid.words import tidy
from kamcore.model.dimension import label_of
from kamcore.model.scheme import CodeScheme
from kamcore.place import Place
from kamcore.vouchers.entries import Kind
from kamcore.vouchers.noting import note_rows
from kamcore.vouchers.outgoing import Noting
from kamcore.vouchers.spelling_steps import status_by_marks
from kamcore.vouchers.unnumbered import with_numbers

HYPHENS_IN_CODE = Fault(
    code="K2052",
    zh="核算项目代码「{value}」里有「{mark}」, K/3 会把它当作分隔符",
    en="the member code {value!r} holds {mark!r}, which K/3 takes for a separator",
    hint_zh="用往来对照给它另一个代码",
    hint_en="give it another code in a mapping",
)


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a workbook with these options says them; what that loses goes to `losses`."""
    generation = Generation(chosen(options, "generation", WRITTEN))
    work = _Spelling(books, losses, options, generation)
    work.live()
    work.books = with_numbers(work.books, losses)
    work.codes()
    work.dimensions()
    work.currencies()
    work.vouchers()
    work.texts()
    work.books = in_use(work.books)
    work.books = said_extras(
        work.books, losses, generation, chosen(options, "joiner", items.JOINERS)
    )
    return work.books


@attrs.define
class _Spelling:
    """Books on their way into the layout."""

    books: Books
    losses: Losses
    options: Options
    generation: Generation

    def note(self, kind: LossKind, fact: str, rows: pl.Series, values: pl.Series) -> None:
        """Note a loss in the marked rows of the fact's table."""
        note_rows(self.books, self.losses, (kind, fact), rows, values)

    def live(self) -> None:
        """Leave void vouchers and heads without lines out, and put the lines in their order."""
        heads, lines = self.books.vouchers, self.books.lines
        void = (heads["status"] == "void").fill_null(value=False)
        self.note(LossKind.OMITTED, "vouchers.status", void, heads["status"])
        empty = ~heads["voucher_id"].is_in(lines["voucher_id"].implode()) & ~void
        self.note(LossKind.OMITTED, "vouchers.number", empty, heads["number"])
        kept = heads.filter(~void & ~empty)
        strays = ~lines["voucher_id"].is_in(heads["voucher_id"].implode())
        self.note(LossKind.DROPPED, "lines.account", strays, lines["account"])
        order = kept.select("voucher_id").with_row_index("_order")
        sorted_lines = (
            lines.with_row_index("_line")
            .join(order, on="voucher_id", how="inner", maintain_order="left")
            .sort("_order", maintain_order=True)
        )
        places = sorted_lines.select(pl.col("_line").cast(pl.Int64)).with_row_index("_row")
        extras = (
            self.books.extras.filter(table="lines")
            .join(places, left_on="row_id", right_on="_line", how="inner", maintain_order="left")
            .with_columns(row_id=pl.col("_row").cast(pl.Int64))
            .drop("_row")
        )
        others = self.books.extras.filter(pl.col("table") != "lines")
        if others.height:
            place = Place(file=self.books.origin.file)
            count, first = others.height, others["value"][0]
            self.losses.note(LossKind.DROPPED, "extras.value", count, place, first)
        self.books = self.books.replace(
            vouchers=kept, lines=sorted_lines.drop("_line", "_order"), extras=extras
        )

    def codes(self) -> None:
        """Spell account codes with dots."""
        used = self.books.lines["account"].drop_nulls().unique(maintain_order=True).to_list()
        listed = self.books.accounts["code"].to_list()
        spelled = charting.dotted([*listed, *used], self.books.entity.scheme)
        if len({spelled[code] for code in used}) < len(used):
            twice = self.books.lines["account"].replace(spelled)
            clash = [
                spelled[code]
                for code in used
                if sum(spelled[other] == spelled[code] for other in used) > 1
            ]
            self.note(LossKind.MERGED, "lines.account", twice.is_in(clash), twice)
        scheme = CodeScheme.detect(spelled[code] for code in used)
        accounts = self.books.accounts.with_columns(
            pl.col("code").replace(spelled), name=tidy(self.books.accounts["name"])
        ).unique("code", keep="first", maintain_order=True)
        self.books = self.books.replace(
            accounts=charting.account_frame(accounts, scheme),
            lines=self.books.lines.with_columns(pl.col("account").replace(spelled)),
        )

    def dimensions(self) -> None:
        """Give every dimension in use the id that its label reads back as."""
        self._refuse_separators()
        lines, known = self.books.lines, dict(self.books.dimensions.select("id", "label").rows())
        used = [
            name
            for name in self.books.dimension_ids
            if lines[schema.AUX + name].null_count() < lines.height
        ]
        labels = {name: self._label(name, known.get(name)).strip() for name in used}
        ids = items.dimension_ids(labels.values())
        again = {name: ids[label] for name, label in labels.items()}
        rank = [name for name in known if name in used]
        order = rank + [name for name in used if name not in known]
        members = self.books.members.filter(pl.col("dimension").is_in(used)).with_columns(
            pl.col("dimension").replace(again),
            code=tidy(self.books.members.filter(pl.col("dimension").is_in(used))["code"]),
            name=tidy(self.books.members.filter(pl.col("dimension").is_in(used))["name"]),
        )
        tables = pl.DataFrame(
            {"id": [again[name] for name in order], "label": [labels[name] for name in order]},
            schema={"id": schema.TEXT, "label": schema.TEXT},
        )
        unused = [schema.AUX + name for name in self.books.dimension_ids if name not in used]
        renamed = {schema.AUX + name: schema.AUX + again[name] for name in used}
        self.books = self.books.replace(
            lines=lines.drop(unused).rename(renamed),
            dimensions=tables,
            members=members.unique(["dimension", "code"], keep="first", maintain_order=True),
        )

    def _refuse_separators(self) -> None:
        """Refuse member codes that would be cut: an item is category---code---name."""
        for name in schema.dimension_columns(self.books.lines):
            codes = self.books.lines[name].drop_nulls().unique(maintain_order=True)
            for mark in (items.HYPHENS, items.JOINERS[0]):
                odd = codes.filter(codes.str.contains(mark, literal=True))
                if odd.len():
                    row = int((self.books.lines[name] == odd[0]).arg_true()[0])
                    place = self.books.origin.place(
                        self.books.lines["source_row"][row], f"lines.{name}"
                    )
                    raise LossRefused(HYPHENS_IN_CODE.at(place, odd[0], mark=mark))

    def _label(self, dimension: str, said: str | None) -> str:
        """What the product calls a dimension: importing refuses another product's words."""
        if said and self.books.entity.system == SYSTEM:
            return said
        return items.LABELS.get(dimension) or label_of(dimension, said)

    def currencies(self) -> None:
        """Settle currency, rate and the side of the original amount."""
        base = self.books.entity.base_currency
        lines = self.books.lines
        both = ((lines["fx_debit"] != 0) & (lines["fx_credit"] != 0)).fill_null(value=False)
        self.note(LossKind.MERGED, "lines.fx_debit", both, lines["fx_debit"])
        fx = pl.coalesce("fx_debit", "fx_credit").is_not_null()
        summed = pl.col("fx_debit").fill_null(0) + pl.col("fx_credit").fill_null(0)
        empty = pl.col("debit").is_null() & pl.col("credit").is_null()
        frame = lines.with_columns(
            debit=pl.when(~empty).then(pl.col("debit").fill_null(0)),
            credit=pl.when(~empty).then(pl.col("credit").fill_null(0)),
            amount_for=pl.when(fx).then(summed),
        )
        found = money.original(frame, base)
        stated = str(self.options.get("currency") or "") or None
        unsaid = found["currency"].is_null() & ~found["_local"]
        if stated is None:
            self.note(LossKind.MISSING, "lines.currency", unsaid, found["amount_for"])
        self.note(LossKind.DROPPED, "lines.fx_debit", found["_differs"], found["amount_for"])
        unnamed = pl.col("currency").is_null()
        found = found.with_columns(
            pl.when(unnamed & pl.col("_local"))
            .then(pl.lit(base))
            .when(unnamed)
            .then(pl.lit(stated, dtype=schema.TEXT))
            .otherwise("currency")
            .alias("currency"),
            rate=pl.when(pl.col("rate") != 0).then("rate").when(pl.col("_local")).then(pl.lit(1)),
        )
        self.books = self.books.replace(
            lines=found.select(
                pl.col(name).cast(schema.LINES.dtype_of(name)) for name in lines.columns
            ).with_columns(
                pl.when(pl.col(name) != 0).then(name).alias(name)
                for name in ("quantity", "unit_price")
            )
        )

    def vouchers(self) -> None:
        """Say of the status what FPosted and the reviewer say."""
        reviewer = nothing_said(tidy(self.books.vouchers["reviewer"]), COLUMNS["FCheckerID"])
        noting = Noting(self.books, self.losses)
        self.books = status_by_marks(self.books, noting, ("posted",), reviewer)

    def texts(self) -> None:
        """Trim texts and cut them to their fields."""
        present = {column.key for column in GENERATIONS[self.generation]}
        for column in COLUMNS.values():
            table, _, name = column.fact.partition(".")
            if not name or column.kind is not Kind.TEXT:
                continue
            texts = self.books.tables[table][name]
            if column.key not in present:
                self.note(LossKind.DROPPED, column.fact, texts.is_not_null(), texts)
                fitting = pl.Series(name, [None] * texts.len(), dtype=schema.TEXT)
            else:
                fitting = self._fitting(texts, column)
            frame = self.books.tables[table].with_columns(fitting.alias(name))
            self.books = Books(
                self.books.entity, {**self.books.tables, table: frame}, self.books.origin
            )

    def _fitting(self, texts: pl.Series, column: Column) -> pl.Series:
        said = nothing_said(tidy(texts), column)
        width = column.width_in(self.generation)
        if width is None or (said.str.len_chars().max() or 0) <= width:  # type: ignore[operator]
            return said
        long = said.str.len_chars() > width
        self.note(LossKind.CUT, column.fact, long, said)
        return tidy(said.str.slice(0, width))
