"""The words a layout may use for its fields, and the facts a layout reads.

A field is a fact (``lines.debit``, ``vouchers.word``, ``balances.aux_customer``), the name beside
a code (``names.account``, ``names.aux_customer``), or one of the words in `WORDS`, which stand for
cells that say several facts at once.
"""

from collections.abc import Mapping

import attrs

from kamcore.books import schema
from kamcore.format.fact import ANY_DIMENSION, STRUCTURE, Fact
from kamcore.model.layout import Layout, LayoutKind

NAMES = "names."
"""Prefix of fields that hold the name beside a code."""


@attrs.frozen
class Word:
    """A word for a field: how its cells are read, what it says, and the facts it gives."""

    kind: str
    zh: str
    en: str
    facts: tuple[str, ...] = ()


_SIGNED = {
    f"balances.{name}{part}": Word(
        "text" if part == "_direction" else "amount",
        f"{zh}{part_zh}",
        f"{name.replace('_', ' ')}{part.replace('_', ' ')}",
        (f"balances.{name}",) if name != "year_opening" else (),
    )
    for name, zh in (("opening", "期初"), ("closing", "期末"), ("year_opening", "年初"))
    for part, part_zh in (("_debit", "借方"), ("_credit", "贷方"), ("_direction", "方向"))
}

WORDS: Mapping[str, Word] = {
    "voucher": Word(
        "text",
        "凭证字号, 如 记-12",
        "voucher word and number in one cell",
        ("vouchers.word", "vouchers.number"),
    ),
    "period": Word(
        "text",
        "会计期间, 如 2025.1, 202501, 2025年1期",
        "accounting period in one cell",
        ("vouchers.year", "vouchers.period"),
    ),
    "year": Word("text", "年, 如 2025年", "year", ("vouchers.year",)),
    "month": Word("text", "月", "month", ("vouchers.period",)),
    "day": Word("text", "日", "day of the month", ("vouchers.date", "lines.date")),
    "direction": Word("text", "金额的借贷方向", "side of the amount"),
    "amount": Word(
        "amount", "金额, 由方向定借贷", "amount on the side told", ("lines.debit", "lines.credit")
    ),
    "fx_amount": Word(
        "amount",
        "原币金额",
        "amount in the original currency",
        ("lines.fx_debit", "lines.fx_credit"),
    ),
    "balance": Word("amount", "余额", "running balance", ("balances.closing",)),
    "balance_direction": Word("text", "余额方向", "side of the running balance"),
    "packed": Word(
        "text", "合在一格的辅助核算", "auxiliaries packed into one cell", ("lines.aux_*",)
    ),
    "mark.reviewed": Word("text", "审核标记", "mark: reviewed", ("vouchers.status",)),
    "mark.posted": Word("text", "过账标记", "mark: posted", ("vouchers.status",)),
    "mark.void": Word("text", "作废标记", "mark: void", ("vouchers.status",)),
    "names.account": Word("text", "科目名称", "account name", ("accounts.name",)),
    "balances.year_opening": Word("amount", "年初余额", "balance at the beginning of the year"),
    **_SIGNED,
}
"""Words for fields that are not single facts."""

CELL_KINDS = ("day", "whole", "amount", "rate", "text", "code", "flag")
"""How cells may be read; see `kamcore.vouchers.entries.Kind`."""

_TABLES = ("vouchers", "lines", "balances")
_CODES = ("account",)


def is_field(name: str) -> bool:
    """Say whether a layout may use a word for a field.

    >>> is_field("lines.debit"), is_field("voucher"), is_field("lines.colour")
    (True, True, False)
    """
    if name in WORDS:
        return True
    table, _, column = name.partition(".")
    if table == "names":
        return column.startswith(schema.AUX) and len(column) > len(schema.AUX)
    try:
        fact = Fact.parse(name)
    except ValueError:
        return False
    return table in _TABLES and _is_free(table, fact.column)


def _is_free(table: str, column: str) -> bool:
    """False for columns that follow from others: keys, and the dates of lines."""
    if column in STRUCTURE:
        return (table, column) == ("lines", "line_no")
    return not (table == "lines" and column in _WHEN)


def fields() -> tuple[str, ...]:
    """Every word for a field, with ``aux_*`` for the dimensions."""
    facts = [
        f"{name}.{column.name}"
        for name in _TABLES
        for column in schema.TABLES[name].columns
        if not column.provenance and _is_free(name, column.name)
    ]
    return (*WORDS, *facts, f"lines.{ANY_DIMENSION}", f"names.{ANY_DIMENSION}")


def cell_kind(field: str) -> str:
    """How the cells of a field are read: by its word, else by the type of its fact."""
    if field in WORDS:
        return WORDS[field].kind
    table, _, column = field.partition(".")
    if table not in _TABLES:
        return "text"
    if column in _CODES or column.startswith(schema.AUX):
        return "code"
    return {
        schema.DAY: "day",
        schema.INTEGER: "whole",
        schema.AMOUNT: "amount",
        schema.RATE: "rate",
        schema.FLAG: "flag",
    }.get(schema.TABLES[table].dtype_of(column), "text")


def meaning(field: str, lang: str = "en") -> str:
    """What a field says, in Chinese or English."""
    if not field:
        return "原样保留" if lang == "zh" else "kept verbatim"
    if field in WORDS:
        return WORDS[field].zh if lang == "zh" else WORDS[field].en
    if field.startswith(NAMES):
        return f"{field} 的名称" if lang == "zh" else f"name beside {field.removeprefix(NAMES)}"
    fact = Fact.parse(field)
    return fact.title(lang)


def facts_of(layout: Layout) -> frozenset[Fact]:
    """The facts that reading with a layout can give."""
    said = {name for column in layout.columns for name in _facts_of_field(column.field)}
    if any(column.with_name for column in layout.columns):
        said |= {"accounts.name", "accounts.full_name"}
    if layout.kind is LayoutKind.LEDGER:
        said |= {f"balances.{name}" for name in _LEDGER_BALANCES}
    for name in list(said):
        table, _, column = name.partition(".")
        if column == "account":
            said |= {
                f"accounts.{part}" for part in ("code", "name", "full_name", "parent", "level")
            }
        if column.startswith(schema.AUX):
            said |= {"dimensions.id", "dimensions.label"}
            said |= {f"members.{part}" for part in ("dimension", "code", "name")}
            if layout.kind is LayoutKind.LEDGER and table == "lines":
                said.add(f"balances.{column}")
    if layout.kind is not LayoutKind.BALANCES:
        said |= {f"{table}.{name}" for table in ("vouchers", "lines") for name in _WHEN}
    else:
        said |= {"balances.year", "balances.period", "accounts.is_leaf"}
        said = {name for name in said if name.split(".")[0] not in ("vouchers", "lines")}
    said |= {f"extras.{name}" for name in schema.EXTRAS.names}
    return frozenset(fact for name in said if (fact := Fact.parse(name)).column not in STRUCTURE)


_WHEN = ("date", "year", "period")
_LEDGER_BALANCES = (
    *("year", "period", "account", "opening", "debit", "credit"),
    *("ytd_debit", "ytd_credit", "closing"),
)


def _facts_of_field(field: str) -> tuple[str, ...]:
    if field in WORDS:
        return WORDS[field].facts
    if field.startswith(NAMES):
        return ("members.name",)
    return (field,) if field else ()
