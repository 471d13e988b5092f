"""One entity's set of books (账套) as immutable tables."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.vouchers import from_vouchers, iter_vouchers
from kamcore.errors import BooksError, Fault
from kamcore.model.entity import Entity
from kamcore.model.voucher import Voucher
from kamcore.place import Place

WRONG_COLUMN = Fault(
    code="B1001",
    zh="表 {table} 的列 {column} 是 {found}, 应为 {wants}",
    en="column {column} of table {table} is {found}, not {wants}",
    hint_zh="金额用 Decimal, 不接受浮点数",
    hint_en="money is Decimal end to end; a float is never money",
)
MISSING_VALUE = Fault(
    code="B1002",
    zh="表 {table} 的列 {column} 有 {count} 行为空, 此列必填",
    en="column {column} of table {table} is empty in {count} rows and must not be",
)
UNKNOWN_TABLE = Fault(
    code="B1003",
    zh="没有名为「{value}」的表",
    en="there is no table named {value!r}",
    hint_zh="可用的表: {known}",
    hint_en="the tables are {known}",
)


@attrs.frozen(kw_only=True)
class Origin:
    """Where the rows of the books came from, so that a problem can name its place.

    ``source_row`` of a table is a row of `sheet` when `by` is ``row``, a line of the file when it
    is ``line``.  `headings` maps ``table.column`` to what the source calls that column.
    """

    file: str = ""
    sheet: str | None = None
    by: str = "row"
    headings: Mapping[str, str] = attrs.field(factory=dict)

    def place(self, row: int | None, column: str | None = None, voucher: str = "") -> Place:
        """The place of a source row, and of a column given as ``table.column``."""
        heading = self.headings.get(column, column.split(".")[-1]) if column else None
        return Place(
            file=self.file,
            sheet=self.sheet,
            row=row if self.by == "row" else None,
            line=row if self.by == "line" else None,
            column=heading,
            voucher=voucher or None,
        )


@attrs.frozen(kw_only=True)
class Totals:
    """Control totals of a set of books; void vouchers are counted apart."""

    vouchers: int
    lines: int
    debit: Decimal
    credit: Decimal
    red_lines: int
    first_date: dt.date | None
    last_date: dt.date | None
    void_vouchers: int = 0


_BLANK = {
    table.name: {
        column.name: pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in table.columns
    }
    for table in schema.TABLES.values()
}
"""The column of nothing for each column of the schema: making an expression costs more than
putting it to use on a small table."""


class _Conformed(dict[str, pl.DataFrame]):
    """Tables whose every frame already has the shape of the schema."""


def _frames(tables: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    if isinstance(tables, _Conformed):
        return tables
    empty = {name: table.empty() for name, table in schema.TABLES.items() if name not in tables}
    return _Conformed({**empty, **_shaped(tables)})


def _shaped(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    unknown = [name for name in tables if name not in schema.TABLES]
    if unknown:
        known = ", ".join(schema.TABLES)
        raise BooksError(UNKNOWN_TABLE.at(Place(), unknown[0], known=known))
    return {name: _conform(schema.TABLES[name], frame) for name, frame in tables.items()}


def _conform(table: schema.Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Put a frame into the shape of its table; missing columns become null."""
    dims = schema.dimension_columns(frame) if table.takes_dimensions else []
    for name, dtype in frame.schema.items():
        wants = table.dtype_of(name) if name in table.names or name in dims else None
        if wants is None or (dtype not in (wants, pl.Null)):
            raise BooksError(
                WRONG_COLUMN.at(
                    Place(path=f"{table.name}.{name}"),
                    column=name,
                    table=table.name,
                    found=dtype,
                    wants=wants if wants is not None else "part of this table",
                )
            )
    found = frame.schema
    blank = [_BLANK[table.name][name] for name in table.names if name not in found]
    typed = [pl.col(name).cast(table.dtype_of(name)) for name in found if found[name] == pl.Null]
    shaped = frame.with_columns(*blank, *typed) if blank or typed else frame
    for column in table.columns:
        if column.required and (count := shaped.get_column(column.name).null_count()):
            raise BooksError(
                MISSING_VALUE.at(
                    Place(path=f"{table.name}.{column.name}"),
                    table=table.name,
                    column=column.name,
                    count=count,
                )
            )
    return shaped[[*table.names, *sorted(dims)]]


@attrs.frozen(eq=False)
class Books:
    """One entity's books for a span of periods: every table of the schema, as a frame.

    Each table is an attribute, ``books.lines`` for one: a Polars frame with the columns of
    `kamcore.books.schema`.  Books never change; `replace` gives new ones.  They may be invalid,
    because files are: ask `kamcore.check`.  Two books are equal when all facts are; where the
    rows came from does not count.

    Raises:
        BooksError: a table is unknown, a column has another type (a float for money above all),
            or a required column holds nulls.
    """

    entity: Entity = attrs.field(factory=Entity)
    tables: Mapping[str, pl.DataFrame] = attrs.field(factory=dict, converter=_frames, repr=False)
    origin: Origin = attrs.field(factory=Origin, repr=False)

    def __getattr__(self, name: str) -> pl.DataFrame:
        if name in schema.TABLES:
            return self.tables[name]
        raise AttributeError(f"books have no table or attribute {name!r}")

    @classmethod
    def from_vouchers(
        cls,
        vouchers: Iterable[Voucher],
        *,
        entity: Entity | None = None,
        tables: Mapping[str, pl.DataFrame] | None = None,
    ) -> "Books":
        """Lay vouchers out as tables; `tables` adds accounts, members and the like.

        Numbers left out of a voucher are filled: ``voucher_id`` and ``line_no`` by order, year
        and period from the date.
        """
        return cls(entity or Entity(), {**(tables or {}), **from_vouchers(vouchers)})

    def iter_vouchers(self) -> Iterator[Voucher]:
        """See the vouchers as frozen objects, in the order of the books."""
        return iter_vouchers(self.tables["vouchers"], self.tables["lines"])

    def replace(
        self,
        *,
        entity: Entity | None = None,
        origin: Origin | None = None,
        **tables: pl.DataFrame,
    ) -> "Books":
        """The same books with other tables, entity or origin."""
        # Only the new tables need a look: the others were given their shape before.
        merged = _Conformed({**self.tables, **_shaped(tables)})
        return Books(entity or self.entity, merged, origin or self.origin)

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        """Ids of the dimensions that the lines have a column for."""
        lines = self.tables["lines"]
        return tuple(name.removeprefix(schema.AUX) for name in schema.dimension_columns(lines))

    def totals(self) -> Totals:
        """Control totals over the lines; void vouchers are left out and counted apart."""
        vouchers, lines = self.tables["vouchers"], self.tables["lines"]
        void = vouchers.filter(pl.col("status") == "void")
        live = lines.join(void, on="voucher_id", how="anti") if void.height else lines
        sums = live.select(
            debit=pl.col("debit").sum(),
            credit=pl.col("credit").sum(),
            red=((pl.col("debit") < 0) | (pl.col("credit") < 0)).sum(),
            first=pl.col("date").min(),
            last=pl.col("date").max(),
        ).row(0, named=True)
        return Totals(
            vouchers=vouchers.height - void.height,
            lines=live.height,
            debit=sums["debit"] or Decimal(0),
            credit=sums["credit"] or Decimal(0),
            red_lines=sums["red"],
            first_date=sums["first"],
            last_date=sums["last"],
            void_vouchers=void.height,
        )

    def facts_of(self, table: str) -> pl.DataFrame:
        """A table without the columns that only say where a row came from."""
        provenance = [c.name for c in schema.TABLES[table].columns if c.provenance]
        return self.tables[table].drop(provenance)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Books):
            return NotImplemented
        return self.entity == other.entity and all(
            self.facts_of(name).equals(other.facts_of(name)) for name in schema.TABLES
        )

    __hash__ = None  # type: ignore[assignment]  # frames cannot be hashed
