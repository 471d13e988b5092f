"""Books drawn by Hypothesis: what a format meets on a good day and on a bad one.

Drawn vouchers balance, numbers have no gaps, members and accounts that lines use are listed.
Red lines, foreign currency, quantities, several dimensions and void vouchers occur.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import attrs
import polars as pl
from hypothesis import strategies as st

from kamcore.books import Books, schema
from kamcore.format import Fact, Limits
from kamcore.format.comparing import forget
from kamcore.format.fact import ANY_DIMENSION, STRUCTURE
from kamcore.grid.parsed import BLANKS
from kamcore.model.dimension import label_of
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher
from kamcore.testing.wording import HOSTILE, PLAIN

__all__ = ["EVERY_FACT", "Shape", "amounts", "books", "tables", "texts"]

_ACCOUNTS = {
    "1002": "银行存款",
    "1122": "应收账款",
    "2202": "应付账款",
    "2203": "预收账款",
    "6001": "主营业务收入",
    "6601": "销售费用",
}
_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_LINE_TEXTS = (
    "settlement_number",
    "business_number",
    "contract",
    "invoice",
    "order_number",
    "salesperson",
)
_DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
_MAYBE_DAY = st.none() | _DAYS
_CODES = st.sampled_from(sorted(_ACCOUNTS))
_WORD = st.sampled_from(("记", "收", "付"))
_UNIT = st.sampled_from(("台", "件"))
_COUNT = st.integers(1, 99)
_FEW = st.integers(0, 3)
_FLAG = st.booleans()
_RATE = st.integers(60_000, 80_000)
_MEMBER_CODES = st.lists(
    st.text("0123456789", min_size=2, max_size=5), min_size=1, max_size=3, unique=True
)


@attrs.frozen(kw_only=True)
class Shape:
    """How large and how odd drawn books are."""

    vouchers: int = 4
    """Most vouchers; there is at least one."""
    lines: int = 5
    """Most lines of a voucher; there are at least two."""
    dimensions: tuple[str, ...] = ("customer", "supplier", "department", "车间")
    """Dimensions to draw from."""
    per_line: int = 3
    """Most dimensions on one line."""
    void: bool = True
    """Whether a voucher may be void."""
    foreign: bool = True
    """Whether lines may be in dollars."""
    quantities: bool = True
    """Whether lines may have a quantity."""
    splits: bool = False
    """Whether a line may be two splits of one line."""
    hostile: bool = False
    """Whether texts may be such as no program likes."""


def texts(
    fact: str, limits: Limits | None = None, *, hostile: bool = False
) -> st.SearchStrategy[Any]:
    """Texts a column can hold within `limits`: never blank, no blanks at the ends.

    With `hostile` also formulas, line breaks, full-width digits, emoji and the like.
    """
    limits = limits or Limits()
    size = limits.text_chars.get(fact, 12)
    plain = st.text(st.sampled_from(PLAIN), min_size=1, max_size=min(size, 12))
    drawn = plain | st.sampled_from(HOSTILE) if hostile else plain
    return drawn.map(lambda text: _fitted(text, fact, limits)).filter(bool)


def _fitted(text: str, fact: str, limits: Limits) -> str:
    for char in limits.forbidden:
        text = text.replace(char, "")
    encoding = limits.encoding or "utf-8"
    text = text.encode(encoding, "ignore").decode(encoding)
    text = text[: limits.text_chars.get(fact, len(text))]
    size = limits.text_bytes.get(fact)
    text = text.encode(encoding)[:size].decode(encoding, "ignore") if size else text
    return text.strip().strip(BLANKS)


@cache
def amounts(places: int = 2, *, digits: int = 9) -> st.SearchStrategy[Any]:
    """Amounts with at most `places` decimal places: mostly positive, never zero."""
    bound = 10 ** (digits + places) - 1
    units = st.integers(1, 10**6) | st.integers(-bound, bound).filter(bool)
    return units.map(lambda unit: Decimal(unit).scaleb(-places))


def books(
    facts: Iterable[Fact] | None = None,
    limits: Limits | None = None,
    shape: Shape | None = None,
) -> st.SearchStrategy[Books]:
    """Books that state only `facts` (all when None), within `limits`, of a `shape`."""
    known = None if facts is None else frozenset(facts)
    shape = shape or Shape()
    return _books(_Palette(limits or Limits(), hostile=shape.hostile), shape, known)


class _Palette:
    """Strategies made once: making one costs more than drawing from it."""

    def __init__(self, limits: Limits, *, hostile: bool) -> None:
        self.limits = limits
        self._hostile = hostile
        self._texts: dict[str, st.SearchStrategy[Any]] = {}
        self._optional: dict[str, st.SearchStrategy[Any]] = {}

    def text(self, fact: str) -> st.SearchStrategy[Any]:
        if fact not in self._texts:
            self._texts[fact] = texts(fact, self.limits, hostile=self._hostile)
        return self._texts[fact]

    def optional(self, fact: str) -> st.SearchStrategy[Any]:
        if fact not in self._optional:
            self._optional[fact] = st.none() | self.text(fact)
        return self._optional[fact]


@st.composite
def _books(
    draw: st.DrawFn, palette: _Palette, shape: Shape, known: frozenset[Fact] | None
) -> Books:
    drawn = _Maker(draw, palette, shape).books()
    if known is None:
        return drawn
    others = {
        Fact(name, column)
        for name, frame in drawn.tables.items()
        for column in frame.columns
        if column not in STRUCTURE and not _is_provenance(name, column)
    }
    return forget(drawn, {fact for fact in others if not fact.within(known)})


def _is_provenance(table: str, column: str) -> bool:
    return column in schema.TABLES[table].names and schema.TABLES[table][column].provenance


class _Maker:
    """Draws one set of books."""

    def __init__(self, draw: st.DrawFn, palette: _Palette, shape: Shape) -> None:
        self._draw = draw
        self._limits = palette.limits
        self._text = palette.text
        self._optional = palette.optional
        self._shape = shape

    def books(self) -> Books:
        draw, shape = self._draw, self._shape
        names = st.lists(st.sampled_from(shape.dimensions), unique=True, max_size=shape.per_line)
        dimensions = sorted(draw(names)) if shape.dimensions and shape.per_line else []
        members = {name: self._members() for name in dimensions}
        days = sorted(draw(st.lists(_DAYS, min_size=1, max_size=shape.vouchers)))
        numbers: dict[tuple[int, str], int] = {}
        vouchers = [self._voucher(day, numbers, members) for day in days]
        found = Books.from_vouchers(vouchers, entity=Entity(name=draw(self._text("entity"))))
        used = sorted({line.account or "" for voucher in vouchers for line in voucher.lines})
        drawn = {**self._archives(members, used), "cash_flows": self._flows(found)}
        return Books(found.entity, {**found.tables, **drawn})

    def _members(self) -> dict[str, str]:
        found = self._draw(_MEMBER_CODES)
        return {code: self._draw(self._text("members.name")) for code in found}

    def _archives(
        self, members: Mapping[str, Mapping[str, str]], used: list[str]
    ) -> dict[str, pl.DataFrame]:
        rows = [(d, code, name) for d, listed in members.items() for code, name in listed.items()]
        return {
            "accounts": pl.DataFrame(
                {
                    "code": used,
                    "name": [_ACCOUNTS[code] for code in used],
                    "full_name": [_ACCOUNTS[code] for code in used],
                    "level": [1] * len(used),
                }
            ),
            "dimensions": pl.DataFrame(
                {"id": list(members), "label": [label_of(name) for name in members]},
                schema={"id": schema.TEXT, "label": schema.TEXT},
            ),
            "members": pl.DataFrame(
                rows,
                schema=dict.fromkeys(("dimension", "code", "name"), schema.TEXT),
                orient="row",
            ),
        }

    def _voucher(
        self,
        day: dt.date,
        numbers: dict[tuple[int, str], int],
        members: Mapping[str, Mapping[str, str]],
    ) -> Voucher:
        draw = self._draw
        word = draw(_WORD)
        numbers[day.month, word] = number = numbers.get((day.month, word), 0) + 1
        void = self._shape.void and draw(_FEW) == 0
        return Voucher(
            date=day,
            word=word,
            number=number,
            attachments=draw(_COUNT),
            preparer=draw(self._text("vouchers.preparer")),
            reviewer=draw(self._optional("vouchers.reviewer")),
            poster=draw(self._optional("vouchers.poster")),
            cashier=draw(self._optional("vouchers.cashier")),
            reference=draw(self._optional("vouchers.reference")),
            status="void" if void else None,
            lines=self._lines(members),
        )

    def _lines(self, members: Mapping[str, Mapping[str, str]]) -> tuple[Line, ...]:
        draw, most = self._draw, self._limits.lines_per_voucher or self._shape.lines
        count = draw(st.integers(1, max(1, min(most, self._shape.lines) - 2)))
        lines = [self._line(members) for _ in range(count)]
        off = sum((line.debit - line.credit for line in lines), Decimal(0))
        if off:
            lines.append(self._closing(credit=off))
        else:
            lines += [self._closing(debit=Decimal(1)), self._closing(credit=Decimal(1))]
        numbered = [attrs.evolve(line, line_no=order) for order, line in enumerate(lines, start=1)]
        if self._shape.splits and draw(_FLAG):
            numbered[1] = attrs.evolve(
                numbered[1], line_no=1, split_no=2, account=numbered[0].account
            )
        return tuple(numbered)

    def _closing(self, debit: Decimal = _ZERO, credit: Decimal = _ZERO) -> Line:
        """A plain line in base currency that brings its voucher into balance."""
        return Line(
            account=self._draw(_CODES),
            summary=self._draw(self._text("lines.summary")),
            debit=debit,
            credit=credit,
            currency="CNY",
            rate=Decimal(1),
        )

    def _line(self, members: Mapping[str, Mapping[str, str]]) -> Line:
        draw, shape = self._draw, self._shape
        amount = draw(amounts(min(2, self._places("lines.debit"))))
        values: dict[str, Any] = {"currency": "CNY", "rate": Decimal(1)}
        on_debit = draw(_FLAG)
        if shape.foreign and draw(_FEW) == 0:
            rate = Decimal(draw(_RATE)).scaleb(-4)
            values = {"currency": "USD", "rate": rate}
            values |= {"fx_debit": amount if on_debit else Decimal(0)}
            values |= {"fx_credit": Decimal(0) if on_debit else amount}
            amount = (amount * rate).quantize(_CENT) or _CENT
        if shape.quantities and draw(_FEW) == 0:
            values["quantity"] = draw(amounts(min(4, self._places("lines.quantity")), digits=4))
            values["unit_price"] = abs(draw(amounts(min(2, self._places("lines.unit_price")))))
            values["unit"] = draw(_UNIT)
        for name in _LINE_TEXTS:
            values[name] = draw(self._optional(f"lines.{name}"))
        return Line(
            account=draw(_CODES),
            summary=draw(self._text("lines.summary")),
            debit=amount if on_debit else Decimal(0),
            credit=Decimal(0) if on_debit else amount,
            due_date=draw(_MAYBE_DAY),
            aux={
                name: draw(st.sampled_from(sorted(listed)))
                for name, listed in members.items()
                if draw(_FLAG)
            },
            **values,
        )

    def _places(self, fact: str) -> int:
        return self._limits.decimals.get(fact, 10)

    def _flows(self, found: Books) -> pl.DataFrame:
        """A cash-flow item on some of the lines of the bank account."""
        bank = found.lines.filter((pl.col("account") == "1002") & (pl.col("split_no") == 1))
        chosen = bank.head(self._draw(st.integers(0, 2)))
        amount = (pl.col("debit") - pl.col("credit")).cast(schema.AMOUNT)
        return chosen.select(
            "voucher_id", "line_no", item=pl.lit("销售商品、提供劳务收到的现金"), amount=amount
        )


def tables(*names: str) -> st.SearchStrategy[dict[str, pl.DataFrame]]:
    """Rows of tables (all when none is named), each column drawn by its type alone.

    They are what a table may hold, not what is sensible; keys are unique.
    """
    chosen = names or tuple(schema.TABLES)
    return st.fixed_dictionaries({name: _rows(schema.TABLES[name]) for name in chosen})


def _rows(table: schema.Table) -> st.SearchStrategy[pl.DataFrame]:
    columns = {c.name: (c.dtype, c.required) for c in table.columns if not c.provenance}
    if table.takes_dimensions:
        columns |= {schema.AUX + name: (schema.TEXT, False) for name in ("customer", "车间")}
    row = st.fixed_dictionaries(
        {
            name: _values(dtype) if required else st.none() | _values(dtype)
            for name, (dtype, required) in columns.items()
        }
    )
    kinds = {name: dtype for name, (dtype, _) in columns.items()}
    return st.lists(
        row, max_size=3, unique_by=lambda row: tuple(row[key] for key in table.key)
    ).map(lambda rows: pl.DataFrame(rows, schema=kinds))


def _values(dtype: pl.DataType) -> st.SearchStrategy[Any]:
    if isinstance(dtype, pl.Decimal):
        bound = 10**dtype.precision - 1
        scale = dtype.scale
        units = st.integers(-bound, bound) | st.integers(-1000, 1000)
        return units.map(lambda unit: Decimal(f"{unit}e-{scale}"))
    if dtype.is_integer():
        return st.integers(-(2**63), 2**63 - 1)
    if dtype == pl.Date:
        return st.dates()
    if dtype == pl.Boolean:
        return st.booleans()
    return st.text(max_size=8) | st.sampled_from(HOSTILE)


EVERY_FACT = frozenset(
    Fact(table.name, column.name)
    for table, column in schema.columns()
    if not column.provenance and column.name not in STRUCTURE
) | {Fact(table.name, ANY_DIMENSION) for table in schema.TABLES.values() if table.takes_dimensions}
"""Every fact of the schema."""
