"""The door of the ledger room: the caller's tables in, lazy frames out, and back again.

A source is `Books`, one frame of lines, or a mapping from table names of `kamcore.books.schema` to
frames (with an optional ``entity``).  Frames are Polars (eager or lazy), DuckDB relations, PySpark
frames, pandas or Arrow.  Everything between the two doors is one lazy narwhals expression; lazy
engines stay lazy and the caller gets back the kind he handed in.

pandas and Arrow have no exact running sums of Decimal columns, so their tables are computed in
Polars and handed back in their own kind.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import BooksError, Fault, UsageError
from kamcore.ledger.ways_back import WayBack, unchanged, way_back
from kamcore.model.entity import Entity
from kamcore.place import Place

__all__ = [
    "AMOUNT",
    "RATE",
    "SUM",
    "Frames",
    "Source",
    "conserved",
    "open_frames",
    "running",
    "stack",
]

FLOAT = Fault(
    code="L1001",
    zh="表 {table} 的列 {value} 是浮点数 {found}, 金额必须是 Decimal",
    en="column {value} of table {table} is {found}; money is Decimal, never a float",
    hint_zh="读取时就按 Decimal 取数; 浮点数会丢分",
    hint_en="read it as Decimal in the first place: a float has lost cents already",
)
MISSING = Fault(
    code="L1002",
    zh="表 {table} 缺少列 {value}",
    en="table {table} has no column {value}",
    hint_zh="现有列: {known}",
    hint_en="its columns are {known}",
)
NO_FRAME = Fault(
    code="L1003",
    zh="{value} 不是账套, 也不是可用的数据表",
    en="{value} is neither books nor a frame of a known engine",
    hint_zh="可用 Books、Polars、DuckDB、PySpark、pandas 或 Arrow 的表",
    hint_en="hand in Books, or a frame of Polars, DuckDB, PySpark, pandas or Arrow",
)
WRONG_TYPE = Fault(
    code="L1004",
    zh="表 {table} 的列 {value} 是 {found}, 应为 {wants}",
    en="column {value} of table {table} is {found}, not {wants}",
    hint_zh="小数位超出时先按制度规定四舍五入, 这里不代为取舍",
    hint_en="round surplus decimals by your own rule first; nothing is rounded here",
)
NO_TABLE = Fault(
    code="L1005",
    zh="缺少表 {value}",
    en="there is no table {value}",
)

AMOUNT = nw.Decimal(18, 4)
"""Money, as in the books."""

RATE = nw.Decimal(28, 10)
"""Rates and quantities, as in the books."""

SUM = nw.Decimal(38, 4)
"""Sums of money."""

Source = Books | Mapping[str, Any] | Any
"""What ledger functions take: books, a mapping of tables, or a frame of lines."""

_DOCUMENTS = ("open_items", "receipts", "adjustments", "applications")
_MOST = 38
_TEXTS = (nw.String, nw.Categorical, nw.Enum, nw.Object, nw.Unknown)
_KINDS: dict[Any, tuple[Any, str]] = {
    pl.String(): (nw.String(), "text"),
    pl.Int64(): (nw.Int64(), "a whole number"),
    pl.Date(): (nw.Date(), "a date"),
    pl.Boolean(): (nw.Boolean(), "true or false"),
    schema.AMOUNT: (AMOUNT, "Decimal with at most 4 decimals"),
    schema.RATE: (RATE, "Decimal with at most 10 decimals"),
}


@attrs.frozen(kw_only=True)
class Frames:
    """The tables of one source as lazy frames, and the way back to the caller's kind.

    `is_eager` says that results are computed before they are handed back; a lazy engine's
    results are computed when the caller asks for them.
    """

    tables: Mapping[str, nw.LazyFrame[Any]]
    entity: Entity = attrs.field(factory=Entity)
    is_eager: bool = True
    _back: WayBack = unchanged

    def has(self, table: str) -> bool:
        """Say whether the source has a table."""
        return table in self.tables

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns a table of the source really has; none where it has no such table."""
        return tuple(self.tables[table].collect_schema()) if self.has(table) else ()

    def table(self, name: str, must: Iterable[str], may: Iterable[str] = ()) -> nw.LazyFrame[Any]:
        """Columns of a table, in the types of the books; those in `may` are null where absent.

        Raises:
            BooksError: the table or a column of `must` is missing, or a column has another type
                (a float for money above all).
        """
        if not self.has(name):
            raise BooksError(NO_TABLE.at(Place(), name))
        frame = self.tables[name]
        found = frame.collect_schema()
        columns = []
        for column in must:
            if column not in found:
                known = ", ".join(found)
                raise BooksError(MISSING.at(Place(), column, table=name, known=known))
            columns.append(_typed(name, column, found[column]))
        for column in may:
            if column in found:
                columns.append(_typed(name, column, found[column]))
            else:
                dtype, _ = _wanted(name, column)
                columns.append(nw.lit(None, dtype=dtype).alias(column))
        return frame.select(*columns)

    def money(self, name: str, keys: Iterable[str], amounts: Iterable[str]) -> nw.LazyFrame[Any]:
        """Text keys and money of a table that books do not have; a blank amount is zero.

        Raises:
            BooksError: the table or a column is missing, or an amount is not exact.
        """
        if not self.has(name):
            raise BooksError(NO_TABLE.at(Place(), name))
        frame = self.tables[name]
        found = frame.collect_schema()
        keys, amounts = tuple(keys), tuple(amounts)
        for column in (*keys, *amounts):
            if column not in found:
                known = ", ".join(found)
                raise BooksError(MISSING.at(Place(), column, table=name, known=known))
        exact = [
            _exact(name, column, found[column], _KINDS[schema.AMOUNT])
            .fill_null(0)
            .cast(SUM)
            .alias(column)
            for column in amounts
        ]
        return frame.select(*keys, *exact)

    def give(
        self, frame: nw.LazyFrame[Any], check: Callable[[pl.DataFrame], None] | None = None
    ) -> Any:
        """Hand a result back in the caller's kind, computed where the caller's kind is eager.

        `check` sees a computed result first, to state what it must conserve.
        """
        native = frame.to_native()
        if not self.is_eager:
            return native
        result = native.collect(engine="streaming")
        if check is not None:
            check(result)
        return self._back(result)

    def hand_back(self, frame: pl.DataFrame) -> Any:
        """Hand a result that was computed in Polars back in the caller's kind.

        A DuckDB relation stands in the connection of the caller's tables, a PySpark frame in
        their session, so that both join with them.  Amounts, dates and blanks stay exact.
        """
        return self._back(frame)

    def bring(self, frame: pl.DataFrame) -> nw.LazyFrame[Any]:
        """A small frame of one machine where these tables are computed, to join them with."""
        return nw.from_native(frame.lazy() if self.is_eager else self._back(frame))

    def fetch(self, frame: nw.LazyFrame[Any]) -> pl.LazyFrame:
        """Rows of the engine on this machine; those of Polars stay uncomputed."""
        native = frame.to_native()
        if isinstance(native, pl.LazyFrame):
            return native
        return pl.DataFrame(frame.collect("polars").to_native()).lazy()


def open_frames(source: Source) -> Frames:
    """Take books, a frame of lines, or a mapping of tables.

    A table of documents or of applications without rows, beside lines, is as good as none.

    Raises:
        UsageError: it is none of these, or its tables belong to different engines.
    """
    if isinstance(source, Frames):
        return source
    if isinstance(source, Books):
        tables = {
            name: nw.from_native(frame.lazy())
            for name, frame in source.tables.items()
            if frame.height or name == "lines"
        }
        return Frames(tables=tables, entity=source.entity)
    if not isinstance(source, Mapping):
        source = {"lines": source}
    entity = source.get("entity") or Entity()
    opened = {name: _open(frame) for name, frame in source.items() if name != "entity"}
    engines = {(frame.implementation, eager) for frame, eager, _ in opened.values()}
    if not opened or len(engines) > 1:
        raise UsageError(NO_FRAME.at(Place(), ", ".join(sorted(opened))))
    _, is_eager, back = next(iter(opened.values()))
    tables = {name: frame for name, (frame, _, _) in opened.items()}
    if "lines" in tables:
        # What is open is asked of documents where there are any: a blank table of them is none.
        blank = [name for name in _DOCUMENTS if name in tables and _is_blank(tables[name])]
        tables = {name: frame for name, frame in tables.items() if name not in blank}
    return Frames(
        tables=tables,
        entity=entity,
        is_eager=is_eager,
        back=back,
    )


def _is_blank(frame: nw.LazyFrame[Any]) -> bool:
    return len(frame.head(1).collect()) == 0


def conserved(what: str, before: object, after: object) -> None:
    """State that a computation neither made nor lost anything.

    Raises:
        AssertionError: the two differ: a mistake of kamcore itself.
    """
    if before != after:
        raise AssertionError(f"{what}: {before} went in and {after} came out")


def stack(first: nw.LazyFrame[Any], *others: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Frames of the same columns under one another, in the types of the first.

    Engines widen sums in their own ways; the values are the same.
    """
    if not others:
        return first
    wants = first.collect_schema()
    parts = [first]
    for frame in others:
        found = frame.collect_schema()
        parts.append(
            frame.select(
                *(
                    nw.col(name) if found[name] == dtype else nw.col(name).cast(dtype)
                    for name, dtype in wants.items()
                )
            )
        )
    return nw.concat(parts)


def running(
    frame: nw.LazyFrame[Any],
    order: tuple[str, ...],
    sums: Mapping[str, tuple[str, tuple[str, ...]]],
    *,
    in_order: bool = False,
) -> nw.LazyFrame[Any]:
    """Add running sums: per name a column to sum and the columns it starts anew with.

    `order` is total, and starts with those columns.  `in_order` says that rows of Polars stand in
    it already.
    """
    if frame.implementation.is_polars():
        # One sort and differences of one global sum: twice as fast as a window that is sorted
        # per group.
        rows = frame.to_native()
        return nw.from_native(_running_sums(rows if in_order else rows.sort(*order), sums))
    return frame.with_columns(
        **{
            name: nw.col(column).cum_sum().over(*parts, order_by=list(order[len(parts) :]))
            if parts
            else nw.col(column).cum_sum().over(order_by=list(order))
            for name, (column, parts) in sums.items()
        }
    )


def _running_sums(
    frame: pl.LazyFrame, sums: Mapping[str, tuple[str, tuple[str, ...]]]
) -> pl.LazyFrame:
    frame = frame.with_columns(
        *(pl.col(column).cum_sum().alias(f"_all_{name}") for name, (column, _) in sums.items()),
        *(_starts(parts).alias(f"_start_{name}") for name, (_, parts) in sums.items()),
    )
    before = {
        name: pl.when(f"_start_{name}")
        .then(pl.col(f"_all_{name}") - pl.col(column))
        .forward_fill()
        for name, (column, _) in sums.items()
    }
    frame = frame.with_columns(
        (pl.col(f"_all_{name}") - start).alias(name) for name, start in before.items()
    )
    return frame.drop([f"_{kind}_{name}" for name in sums for kind in ("all", "start")])


def _starts(parts: tuple[str, ...]) -> pl.Expr:
    """Where a group starts in sorted rows; the first row starts the whole."""
    changes = [pl.col(part).ne_missing(pl.col(part).shift(1)) for part in parts]
    return pl.any_horizontal(pl.int_range(pl.len()) == 0, *changes)


def _open(native: Any) -> tuple[nw.LazyFrame[Any], bool, WayBack]:
    try:
        frame = nw.from_native(native)
    except TypeError as error:
        raise UsageError(NO_FRAME.at(Place(), type(native).__name__)) from error
    back = way_back(frame)
    if isinstance(frame, nw.LazyFrame):
        return frame, False, back
    if frame.implementation.is_polars():
        return frame.lazy(), True, back
    return nw.from_native(_with_blank_columns(frame.to_polars()).lazy()), True, back


def _with_blank_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """A column without any value has no type of its own: pandas calls it text or float."""
    blank = [name for name in frame.columns if frame[name].null_count() == frame.height]
    return frame.with_columns(pl.lit(None).alias(name) for name in blank) if blank else frame


def _wanted(table: str, column: str) -> tuple[Any, str]:
    """The type of a column in the books; a column they do not know is text.

    A table that books do not have (a schedule of instalments) has the columns of open items.
    """
    known = schema.TABLES.get(table, schema.OPEN_ITEMS)
    if column not in known.names:
        return _KINDS[pl.String()]
    return _KINDS[known.dtype_of(column)]


def _typed(table: str, column: str, found: nw.dtypes.DType) -> nw.Expr:
    """A column cast to the type of the books, where that loses nothing."""
    dtype, wants = _wanted(table, column)
    if found == dtype or (isinstance(found, nw.String) and isinstance(dtype, nw.String)):
        return nw.col(column)
    if isinstance(dtype, nw.Decimal):
        return _exact(table, column, found, (dtype, wants))
    fits = (
        (isinstance(dtype, nw.String) and isinstance(found, _TEXTS))
        or (isinstance(dtype, nw.Int64) and found.is_integer())
        or (isinstance(dtype, nw.Date) and isinstance(found, nw.Datetime))
        or isinstance(found, nw.Unknown)
    )
    if not fits:
        where = Place(path=f"{table}.{column}")
        raise BooksError(WRONG_TYPE.at(where, column, table=table, found=found, wants=wants))
    return nw.col(column).cast(dtype)


def _exact(table: str, column: str, found: nw.dtypes.DType, kind: tuple[Any, str]) -> nw.Expr:
    dtype, wants = kind
    where = Place(path=f"{table}.{column}")
    if found.is_float():
        raise BooksError(FLOAT.at(where, column, table=table, found=found))
    if isinstance(found, nw.Decimal) and found.scale <= dtype.scale:
        if found.scale == dtype.scale:
            return nw.col(column)
        wide = (found.precision or _MOST) - found.scale > dtype.precision - dtype.scale
        return nw.col(column).cast(nw.Decimal(_MOST, dtype.scale) if wide else dtype)
    if found.is_integer() or isinstance(found, nw.Unknown):
        return nw.col(column).cast(dtype)
    raise BooksError(WRONG_TYPE.at(where, column, table=table, found=found, wants=wants))
