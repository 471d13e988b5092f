"""The tables of the books: the one place that says names, types, nullability and meaning.

Every table is a frame with exactly these columns, in this order, followed by one text column
``aux_<id>`` per auxiliary dimension where the table takes dimensions (辅助核算).  Amounts are
``Decimal(18, 4)``, rates, quantities and prices ``Decimal(28, 10)``; a float column is refused.

Debit and credit stand in two columns; a red line (红字) is a negative amount on its own side.  A
blank is null, never zero by accident.
"""

from collections.abc import Iterator
from functools import cached_property

import attrs
import polars as pl

AMOUNT = pl.Decimal(18, 4)
"""Money in the base or a transaction currency."""

RATE = pl.Decimal(28, 10)
"""Exchange rates, quantities and unit prices."""

TEXT = pl.String()
INTEGER = pl.Int64()
DAY = pl.Date()
FLAG = pl.Boolean()

AUX = "aux_"
"""Prefix of the column that holds a dimension's member codes."""


@attrs.frozen
class Column:
    """A column of a table.

    `required` columns hold no nulls.  `provenance` columns say where a row came from; they are
    neither facts of the books nor part of their equality.
    """

    name: str
    dtype: pl.DataType
    zh: str
    meaning: str
    required: bool = False
    provenance: bool = False


@attrs.frozen
class Table:
    """A table of the books: its columns, its key, and whether it takes dimensions."""

    name: str
    zh: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    takes_dimensions: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fixed column names, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def dtype_of(self, name: str) -> pl.DataType:
        """The type of a fixed column or of a dimension column."""
        if self.takes_dimensions and name.startswith(AUX):
            return TEXT
        return self[name].dtype

    def empty(self) -> pl.DataFrame:
        """A frame of this table without rows and without dimensions."""
        return self._nothing.clone()

    @cached_property
    def _nothing(self) -> pl.DataFrame:
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


def _text(name: str, zh: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, TEXT, zh, meaning, required)


def _amount(name: str, zh: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, AMOUNT, zh, meaning, required)


def _number(name: str, zh: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, INTEGER, zh, meaning, required)


def _day(name: str, zh: str, meaning: str) -> Column:
    return Column(name, DAY, zh, meaning)


def _rate(name: str, zh: str, meaning: str) -> Column:
    return Column(name, RATE, zh, meaning)


_ROW = Column("source_row", INTEGER, "来源行", "row or line of the source", provenance=True)
_VOUCHER = Column("voucher_id", INTEGER, "凭证标识", "the voucher, from 1 in source order", True)
_LINE = _number("line_no", "分录号", "line of the voucher, from 1", required=True)

ACCOUNTS = Table(
    "accounts",
    "科目",
    "a general-ledger account",
    (
        _text("code", "科目代码", "code as the source spells it", required=True),
        _text("name", "科目名称", "name of the last level"),
        _text("full_name", "科目全名", "names of all levels, joined by /"),
        _text("parent", "上级科目", "code of the parent account"),
        _number("level", "级次", "1 for a first-level account"),
        _text("category", "科目类别", "资产, 负债, 权益, 成本, 损益 or 共同"),
        _text("direction", "余额方向", "debit or credit"),
        _text("role", "用途", "what the account is for, such as ar_trade"),
        _text("currency", "币种", "currency kept in this account"),
        _text("unit", "计量单位", "unit of measure kept in this account"),
        Column("is_leaf", FLAG, "末级", "true when vouchers may use it"),
        Column("is_cash", FLAG, "现金科目", "true for cash and bank accounts"),
        Column("is_active", FLAG, "启用", "false when it is out of use"),
        _text("dimensions", "辅助核算要求", "ids of required dimensions, joined by a comma"),
        _ROW,
    ),
    ("code",),
)

DIMENSIONS = Table(
    "dimensions",
    "辅助核算类别",
    "an auxiliary kind",
    (
        _text("id", "标识", "customer, supplier, … or the site's own name", required=True),
        _text("label", "名称", "what the source calls it", required=True),
        _text("source_code", "来源代码", "the source's code of the kind"),
    ),
    ("id",),
)

MEMBERS = Table(
    "members",
    "辅助核算项目",
    "a value of a dimension",
    (
        _text("dimension", "类别", "id of the dimension", required=True),
        _text("code", "代码", "code of the member", required=True),
        _text("name", "名称", "full name"),
        _text("short_name", "简称", "short name"),
        _text("parent", "上级", "code of the parent member"),
        Column("is_valid", FLAG, "有效", "false when it is out of use"),
        _text("credit_code", "统一社会信用代码", "unified social credit code"),
        _ROW,
    ),
    ("dimension", "code"),
)

VOUCHERS = Table(
    "vouchers",
    "凭证",
    "what was booked under one number",
    (
        _VOUCHER,
        _number("year", "会计年度", "fiscal year"),
        _number("period", "会计期间", "period of the year, from 1"),
        _day("date", "日期", "voucher date"),
        _text("word", "凭证字", "voucher type word, such as 记"),
        _number("number", "凭证号", "number in the period and word"),
        _number("attachments", "附件数", "attached documents"),
        _text("preparer", "制单", "who prepared it"),
        _text("reviewer", "审核", "who reviewed it"),
        _text("poster", "记账", "who posted it"),
        _text("cashier", "出纳", "who signed as cashier"),
        _text("approver", "核准", "who approved it"),
        _text("handler", "经办", "who handled the business"),
        _text("status", "状态", "draft, reviewed, posted or void"),
        _text("source_module", "来源模块", "module that made the voucher"),
        _day("business_date", "业务日期", "date of the business"),
        _text("reference", "参考信息", "free reference"),
        _number("serial", "序号", "the source's own voucher serial"),
        _ROW,
    ),
    ("voucher_id",),
)

LINES = Table(
    "lines",
    "分录",
    "a line of a voucher, or one split of a line",
    (
        _VOUCHER,
        _LINE,
        _number("split_no", "拆分号", "1, or the split of the line", required=True),
        _day("date", "日期", "voucher date"),
        _number("year", "会计年度", "fiscal year"),
        _number("period", "会计期间", "period of the year"),
        _text("account", "科目代码", "account code as the source spells it"),
        _text("summary", "摘要", "text of the line"),
        _amount("debit", "借方", "debit in base currency, 0 when the credit side is used"),
        _amount("credit", "贷方", "credit in base currency, 0 when the debit side is used"),
        _text("currency", "币种", "ISO 4217 code; null when the source does not say"),
        _amount("fx_debit", "借方原币", "debit in transaction currency"),
        _amount("fx_credit", "贷方原币", "credit in transaction currency"),
        _rate("rate", "汇率", "base per unit of transaction currency"),
        _text("rate_type", "汇率类型", "kind of rate"),
        _rate("quantity", "数量", "quantity, negative on red lines"),
        _text("unit", "计量单位", "unit of the quantity"),
        _rate("unit_price", "单价", "price of one unit"),
        _text("settlement_method", "结算方式", "settlement method, name or code"),
        _text("settlement_number", "结算号", "cheque or bill number"),
        _day("settlement_date", "票据日期", "date of the bill"),
        _day("due_date", "到期日", "due date"),
        _text("business_number", "往来业务编号", "number an open item is settled by"),
        _text("contract", "合同号", "contract number"),
        _text("invoice", "发票号", "invoice number"),
        _text("order_number", "订单号", "order number"),
        _text("salesperson", "业务员", "salesperson"),
        _ROW,
    ),
    ("voucher_id", "line_no", "split_no"),
    takes_dimensions=True,
)

CASH_FLOWS = Table(
    "cash_flows",
    "现金流量",
    "a cash-flow item of a line",
    (
        _VOUCHER,
        _LINE,
        _text("item", "现金流量项目", "cash-flow item", required=True),
        _amount("amount", "金额", "inflow positive", required=True),
    ),
    ("voucher_id", "line_no", "item"),
)

_BALANCE_FIGURES = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing")
_FIGURE_ZH = dict(
    zip(
        _BALANCE_FIGURES,
        ("期初", "借方", "贷方", "本年累计借方", "本年累计贷方", "期末"),
        strict=True,
    )
)

BALANCES = Table(
    "balances",
    "余额",
    "a stated balance, signed with debit positive",
    (
        _number("year", "会计年度", "fiscal year", required=True),
        _number("period", "会计期间", "period of the year", required=True),
        _text("account", "科目代码", "account code", required=True),
        _text("currency", "币种", "currency of the fx figures"),
        *(_amount(name, _FIGURE_ZH[name], f"{name}, base currency") for name in _BALANCE_FIGURES),
        *(
            _amount(f"fx_{name}", _FIGURE_ZH[name] + "原币", f"{name}, transaction currency")
            for name in _BALANCE_FIGURES
        ),
        *(
            _rate(f"quantity_{name}", _FIGURE_ZH[name] + "数量", f"{name}, quantity")
            for name in _BALANCE_FIGURES
        ),
        _ROW,
    ),
    ("year", "period", "account", "currency"),
    takes_dimensions=True,
)


def _document(name: str, zh: str, meaning: str, *more: Column) -> Table:
    return Table(
        name,
        zh,
        meaning,
        (
            _text("id", "标识", "id in the source", required=True),
            _text("party_role", "往来类型", "customer or supplier", required=True),
            _text("party", "往来单位", "member code of the party", required=True),
            _text("account", "科目代码", "control account"),
            _day("date", "单据日期", "date of the document"),
            _day("voucher_date", "记账日期", "date it was booked"),
            _day("due_date", "到期日", "due date"),
            _text("document", "单据号", "document number"),
            _text("invoice", "发票号", "invoice number"),
            _text("contract", "合同号", "contract number"),
            _text("project", "项目", "project code"),
            _text("summary", "摘要", "text"),
            _text("currency", "币种", "transaction currency"),
            _rate("rate", "汇率", "base per unit of transaction currency"),
            _amount("amount", "金额", "amount in base currency", required=True),
            _amount("fx_amount", "原币金额", "amount in transaction currency"),
            *more,
            _number("voucher_id", "凭证标识", "the voucher that booked it"),
            _number("line_no", "分录号", "the line that booked it"),
            _ROW,
        ),
        ("id",),
        takes_dimensions=True,
    )


_RULE = (_text("rule", "规则", "rule that decided"), _text("person", "人员", "who decided"))

OPEN_ITEMS = _document("open_items", "未结算账款", "what a party owes or is owed")
RECEIPTS = _document("receipts", "收付款", "money received or paid")
ADJUSTMENTS = _document(
    "adjustments",
    "调整",
    "a discount, write-off or transfer",
    _text("reason", "原因", "why"),
    *_RULE,
)
APPLICATIONS = Table(
    "applications",
    "核销",
    "who settled what: dated and reversible",
    (
        _text("id", "标识", "id of the application", required=True),
        _text("item", "账款", "id of the open item", required=True),
        _text("receipt", "收付款", "id of the receipt, adjustment or other item", required=True),
        _day("date", "日期", "date the application counts from"),
        _amount("amount", "金额", "amount applied in base currency", required=True),
        _amount("fx_amount", "原币金额", "amount applied in transaction currency"),
        _text("reverses", "冲回", "id of the application this one takes back"),
        *_RULE,
        _ROW,
    ),
    ("id",),
)

EXTRAS = Table(
    "extras",
    "附加信息",
    "a field the model has no column for, kept verbatim",
    (
        _text("table", "表", "table the row belongs to", required=True),
        _number("row_id", "行标识", "0-based row of that table", required=True),
        _text("field", "字段", "name of the field in the source", required=True),
        _text("value", "值", "text of the field", required=True),
    ),
    ("table", "row_id", "field"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ACCOUNTS,
        DIMENSIONS,
        MEMBERS,
        VOUCHERS,
        LINES,
        CASH_FLOWS,
        BALANCES,
        OPEN_ITEMS,
        RECEIPTS,
        APPLICATIONS,
        ADJUSTMENTS,
        EXTRAS,
    )
}
"""Every table of the books, by name."""


def columns() -> Iterator[tuple[Table, Column]]:
    """Walk every fixed column of every table."""
    for table in TABLES.values():
        for column in table.columns:
            yield table, column


def dimension_columns(frame: pl.DataFrame) -> list[str]:
    """The dimension columns a frame really has, in its own order."""
    return [name for name in frame.columns if name.startswith(AUX)]
