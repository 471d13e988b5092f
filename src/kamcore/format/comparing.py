"""Compare two sets of books over the facts a format can say.

Used twice: conversions are proved with it, and the laws of the conformance kit are stated with it.
Rows are paired by what they are, never by where they stand in a file:

- vouchers by year, period, word and number, the nth of equal ones with the nth;
- lines by their order within the voucher, whatever the ``voucher_id``;
- dimension columns by the id of the dimension; a missing column is a blank one;
- every other table by its key.

A value that says no more than a blank (status ``draft``) equals a blank.
"""

import enum
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books, Totals, schema
from kamcore.format.fact import ANY_DIMENSION, STRUCTURE, Fact, filled
from kamcore.format.pairing import Pairs, pair_tables
from kamcore.place import Place

_MASTER = ("accounts", "dimensions", "members")


class DifferenceKind(enum.StrEnum):
    """How two sets of books differ."""

    VALUE = "value"
    """不同: paired rows hold different values."""
    MISSING = "missing"
    """缺少: a row of the first books has no counterpart."""
    EXTRA = "extra"
    """多出: a row of the second books has no counterpart."""
    TOTAL = "total"
    """合计不符: a control total differs."""


_KIND_ZH = {
    DifferenceKind.VALUE: "不同",
    DifferenceKind.MISSING: "缺少",
    DifferenceKind.EXTRA: "多出",
    DifferenceKind.TOTAL: "合计不符",
}


@attrs.frozen(kw_only=True)
class Difference:
    """One way in which two sets of books differ: how often, and the first example.

    `column` is empty where whole rows differ; for a total it names the total.  `left` and `right`
    are the first differing values as text, empty for a blank.
    """

    kind: DifferenceKind
    table: str
    column: str = ""
    count: int = 1
    place: Place = Place()
    left: str = ""
    right: str = ""

    @property
    def fact(self) -> Fact | None:
        """The fact whose values differ; None where rows or totals do."""
        return Fact(self.table, self.column) if self.kind is DifferenceKind.VALUE else None

    def text(self, lang: str = "en") -> str:
        """Say the difference in one line."""
        where = self.place.text(lang)
        values = f"{self.left!r} ≠ {self.right!r}" if self.left or self.right else ""
        if lang == "zh":
            what = self.fact.title("zh") if self.fact else schema.TABLES[self.table].zh
            what += f"·{self.column}" if self.kind is DifferenceKind.TOTAL else ""
            parts = [f"{_KIND_ZH[self.kind]}  {what}  {self.count} 处", values]
            return "  ".join(part for part in (*parts, f"首处: {where}" if where else "") if part)
        name = f"{self.table}.{self.column}" if self.column else self.table
        parts = [f"{self.kind} {name}: {self.count}", values, f"first at {where}" if where else ""]
        return ", ".join(part for part in parts if part)

    def to_json(self) -> dict[str, Any]:
        """Give the keys of a difference in ``--json``."""
        return {
            "kind": str(self.kind),
            "fact": f"{self.table}.{self.column}" if self.column else self.table,
            "count": self.count,
            "first": {"place": self.place.to_json(), "left": self.left, "right": self.right},
        }


@attrs.frozen(kw_only=True)
class Comparison:
    """What was compared, what differs, and the control totals of both sides."""

    facts: tuple[Fact, ...]
    """Facts compared, in the order of the schema."""
    differences: tuple[Difference, ...]
    left: Totals
    right: Totals

    @property
    def equal(self) -> bool:
        """True when nothing differs."""
        return not self.differences


def forget(books: Books, facts: Iterable[Fact]) -> Books:
    """The books without some facts: blank columns, no dimension columns, no rows without a key.

    A table that loses a required column keeps no rows; neither do extras of such a table.
    """
    gone: dict[str, set[str]] = {}
    for fact in facts:
        gone.setdefault(fact.table, set()).add(fact.column)
    frames = {name: _without(books, name, columns) for name, columns in gone.items()}
    emptied = [name for name, frame in frames.items() if not frame.height]
    if books.tables["extras"].height and emptied:
        extras = frames.get("extras", books.tables["extras"])
        frames["extras"] = extras.filter(~pl.col("table").is_in(emptied))
    return Books(books.entity, {**books.tables, **frames}, books.origin)


def _without(books: Books, name: str, columns: set[str]) -> pl.DataFrame:
    table, frame = schema.TABLES[name], books.tables[name]
    if any(column.required and column.name in columns for column in table.columns):
        return table.empty()
    blank = [
        pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in table.columns
        if column.name in columns
    ]
    dims = schema.dimension_columns(frame)
    dropped = dims if ANY_DIMENSION in columns else [name for name in dims if name in columns]
    return frame.with_columns(blank).drop(dropped)


def in_use(books: Books) -> Books:
    """The books with only those accounts, dimensions and members that lines name.

    The `spelling` of a layout that has no archives of its own, only what its lines mention: what
    nothing but a stated balance names is not said there.
    """
    frames = {}
    for name in _MASTER:
        frame = books.tables[name]
        keys = list(schema.TABLES[name].key)
        named = _named(books, name, ("lines",))
        frames[name] = frame.join(named, on=keys, how="semi", maintain_order="left")
    return Books(books.entity, {**books.tables, **frames}, books.origin)


def _named(
    books: Books, master: str, tables: Sequence[str] = ("lines", "balances")
) -> pl.DataFrame:
    """Keys of a master table that lines and balances name."""
    users = [books.tables[name] for name in tables]
    if master == "accounts":
        return pl.concat([frame.select(code="account") for frame in users]).unique()
    found = [
        frame.select(
            dimension=pl.lit(name.removeprefix(schema.AUX)),
            code=pl.col(name),
        )
        .drop_nulls()
        .unique()
        for frame in users
        for name in schema.dimension_columns(frame)
    ]
    empty = pl.DataFrame(schema={"dimension": schema.TEXT, "code": schema.TEXT})
    members = pl.concat([empty, *found]).unique()
    return members.select(id="dimension").unique() if master == "dimensions" else members


def differences(left: Books, right: Books, facts: Iterable[Fact]) -> tuple[Difference, ...]:
    """What differs between two sets of books over `facts`; nothing when they agree."""
    return compare(left, right, facts).differences


def compare(left: Books, right: Books, facts: Iterable[Fact]) -> Comparison:
    """Compare two sets of books over `facts`, with their control totals.

    `left` leads: places are its places.  A table with none of its columns among `facts` is not
    compared.  An account, dimension or member that only `right` lists is no difference when lines
    or balances of `left` name it.
    """
    known = frozenset(facts)
    columns = {name: _compared(left, right, name, known) for name in schema.TABLES}
    found: list[Difference] = []
    pairs = pair_tables(left, right, columns)
    for name, paired in pairs.items():
        found += _of_table(left, right, name, (columns[name], paired))
    totals = _totals(left, known), _totals(right, known)
    found += _of_totals(*totals, known)
    return Comparison(
        facts=tuple(Fact(name, column) for name, names in columns.items() for column in names),
        differences=tuple(found),
        left=totals[0],
        right=totals[1],
    )


def _compared(left: Books, right: Books, name: str, known: frozenset[Fact]) -> list[str]:
    """Columns of a table to compare: facts of it that either side has room for."""
    table = schema.TABLES[name]
    fixed = [c.name for c in table.columns if not c.provenance and c.name not in STRUCTURE]
    sides = (left.tables[name], right.tables[name])
    dims = sorted({dim for frame in sides for dim in schema.dimension_columns(frame)})
    names = [column for column in fixed if Fact(name, column) in known]
    every = Fact(name, ANY_DIMENSION) in known
    return names + [dim for dim in dims if every or Fact(name, dim) in known]


def _of_table(
    left: Books, right: Books, name: str, compared: tuple[list[str], Pairs]
) -> list[Difference]:
    columns, pairs = compared
    found = _of_rows(left, right, name, pairs)
    frames = [
        _values(books.tables[name], name, columns)[rows]
        for books, rows in ((left, pairs.left), (right, pairs.right))
    ]
    both = pl.concat([frames[0], frames[1].rename(lambda column: f"{column}\0")], how="horizontal")
    differs = {column: pl.col(column).ne_missing(pl.col(f"{column}\0")) for column in columns}
    counts = both.select(expr.sum().alias(column) for column, expr in differs.items())
    for column, expr in differs.items():
        if count := counts[column][0]:
            row = both.select(expr.arg_true().first()).item()
            place = _place(left, name, pairs.left[row], column)
            values = (_text(both[column][row]), _text(both[f"{column}\0"][row]))
            found.append(
                Difference(
                    kind=DifferenceKind.VALUE,
                    table=name,
                    column=column,
                    count=count,
                    place=place,
                    left=values[0],
                    right=values[1],
                )
            )
    return found


def _of_rows(left: Books, right: Books, name: str, pairs: Pairs) -> list[Difference]:
    extra = pairs.extra
    if name in _MASTER and extra.len():
        keys = list(schema.TABLES[name].key)
        listed = right.tables[name].with_row_index("_row")[extra]
        strangers = listed.join(_named(left, name), on=keys, how="anti", maintain_order="left")
        extra = strangers.get_column("_row")
    found = []
    for kind, books, rows in (
        (DifferenceKind.MISSING, left, pairs.missing),
        (DifferenceKind.EXTRA, right, extra),
    ):
        if rows.len():
            place = _place(books, name, rows[0], None)
            found.append(Difference(kind=kind, table=name, count=rows.len(), place=place))
    return found


def _values(frame: pl.DataFrame, name: str, columns: list[str]) -> pl.DataFrame:
    """The columns to compare, with a blank where nothing is said."""
    return frame.select(
        pl.when(filled(name, column)).then(pl.col(column)).alias(column)
        if column in frame.columns
        else pl.lit(None, dtype=schema.TEXT).alias(column)
        for column in columns
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _place(books: Books, name: str, row: int, column: str | None) -> Place:
    """Where a row stands: its source row where known, and the voucher it belongs to."""
    values = books.tables[name].row(row, named=True)
    voucher = voucher_of(books, values)
    fact = f"{name}.{column}" if column else None
    if values.get("source_row") is None:
        keys = [str(values[key]) for key in schema.TABLES[name].key if values[key] is not None]
        path = f"{name}[{','.join(keys)}]" + (f".{column}" if column else "")
        return attrs.evolve(books.origin.place(None, None, voucher), path=path)
    return books.origin.place(values["source_row"], fact, voucher)


def voucher_of(books: Books, values: dict[str, Any]) -> str:
    """Name the voucher of a row, such as ``2025-01 记-3``."""
    if values.get("voucher_id") is None:
        return ""
    heads = books.tables["vouchers"].filter(voucher_id=values["voucher_id"])
    if not heads.height:
        return ""
    head = heads.row(0, named=True)
    period = "-".join(
        part for part in (_text(head["year"]), _text(head["period"]).zfill(2)) if part
    )
    return f"{period} {head['word'] or ''}-{_text(head['number'])}"


def _totals(books: Books, known: frozenset[Fact]) -> Totals:
    """Control totals as far as `known` can tell: without a status every voucher is live."""
    if Fact("vouchers", "status") not in known:
        status = pl.lit(None, dtype=schema.TEXT).alias("status")
        books = books.replace(vouchers=books.tables["vouchers"].with_columns(status))
    return books.totals()


def _of_totals(left: Totals, right: Totals, known: frozenset[Fact]) -> list[Difference]:
    told = {
        "lines": any(fact.table == "lines" for fact in known),
        "debit": Fact("lines", "debit") in known,
        "credit": Fact("lines", "credit") in known,
        "first_date": Fact("lines", "date") in known,
        "last_date": Fact("lines", "date") in known,
    }
    told["red_lines"] = told["debit"] and told["credit"]
    told["vouchers"] = told["void_vouchers"] = told["lines"]
    return [
        Difference(
            kind=DifferenceKind.TOTAL,
            table="vouchers" if "vouchers" in name else "lines",
            column=name,
            left=_text(getattr(left, name)),
            right=_text(getattr(right, name)),
        )
        for name in (field.name for field in attrs.fields(Totals))
        if told[name] and getattr(left, name) != getattr(right, name)
    ]
