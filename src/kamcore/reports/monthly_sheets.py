"""The monthly key-account report as sheets: one for the portfolio, one for each chosen customer.

The same sheets become the workbook and the page; see `kamcore.reports.writing`.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from kamcore.model.currency import decimals_of
from kamcore.reports.monthly import MOVED, MonthlyReport
from kamcore.reports.sheets import (
    SUM,
    Chart,
    Check,
    Column,
    Fields,
    Line,
    Listing,
    Part,
    Sheet,
    Title,
    Value,
)
from kamcore.reports.workbook import sheet_name

__all__ = ["ON_A_PAGE", "customer_sheet", "monthly_sheets", "portfolio_sheets"]

ON_A_PAGE = 1000
"""How many customers a page lists; a workbook lists all."""

LARGEST = 10
"""How many customers the chart of the largest shows."""

_WORDS = {
    "customer": ("客户", "customer"),
    "name": ("客户名称", "name"),
    "opening": ("期初余额", "opening"),
    "sales": ("本月销售", "sales"),
    "receipts": ("本月回款", "receipts"),
    "closing": ("期末余额", "closing"),
    "sales_year": ("本年销售", "sales this year"),
    "receipts_year": ("本年回款", "receipts this year"),
    "not_due": ("未到期", "not due"),
    "credits": ("未核销贷项", "credits"),
    "plan": ("本月计划", "plan"),
    "plan_year": ("本年计划", "plan this year"),
    "variance": ("价格差异", "price variance"),
    "rebate": ("应付返利", "rebates accrued"),
    "provision": ("坏账准备", "allowance"),
    "tier": ("等级", "tier"),
    "previous_tier": ("上次等级", "tier before"),
    "tier_change": ("等级变动", "change of tier"),
    "limit": ("信用额度", "credit limit"),
    "used": ("信用占用", "credit used"),
    "decision": ("信用结论", "credit decision"),
    "previous_decision": ("上月信用结论", "decision before"),
    "reconciled": ("对账", "reconciliation"),
    "difference": ("对账差额", "unreconciled difference"),
    "month": ("月份", "month"),
    "age": ("账龄", "age"),
    "amount": ("金额", "amount"),
    "share": ("占比", "share"),
    "what": ("项目", "what"),
    "count": ("家数", "customers"),
}
_STATES = {
    "agreed": ("一致", "agreed"),
    "differs": ("有差异", "differs"),
    "pass": ("放行", "pass"),
    "warn": ("警告", "warn"),
    "hold": ("冻结", "hold"),
    "approve": ("特批放行", "approved"),
    "new": ("首次定级", "first tier"),
    "kept": ("保持", "kept"),
    "promoted": ("升级", "promoted"),
    "demoted": ("降级", "demoted"),
    "watched": ("观察", "watched"),
    "overridden": ("人工指定", "given by a person"),
    "none": ("未达任何等级", "no level reached"),
    "gold": ("金牌", "gold"),
    "diamond": ("钻石", "diamond"),
    "platinum": ("铂金", "platinum"),
    "white_gold": ("白金", "white gold"),
    "silver": ("银", "silver"),
}
_UNKNOWN = {
    "tier": ("未定级", "no tier"),
    "decision": ("无往来", "nothing owed"),
    "reconciled": ("未对账", "not reconciled"),
}
"""What is said where nothing is known."""

_MONEY = pl.Decimal(38, 4)
_STATED = (
    "tier", "previous_tier", "tier_change", "decision", "previous_decision", "reconciled",
)  # fmt: skip
_FOUND = ("variance", "rebate", "provision", "limit", "used", "difference")
_NO_SUM = ("limit", "used")


def monthly_sheets(
    report: MonthlyReport,
    lang: str = "zh",
    words: Mapping[str, str] | None = None,
    most: int | None = None,
) -> tuple[Sheet, ...]:
    """The portfolio, then every chosen customer; `words` name a company's own levels."""
    own = [customer_sheet(report, code, lang, words) for code in report.chosen]
    return (*portfolio_sheets(report, lang, words, most), *own)


def portfolio_sheets(
    report: MonthlyReport,
    lang: str = "zh",
    words: Mapping[str, str] | None = None,
    most: int | None = None,
) -> tuple[Sheet, ...]:
    """The report on all customers: figures, months, ages, states; then a row for each of them.

    With `most` only so many customers are listed, the largest sales first; the rest is counted.
    """
    say = _Words(lang, words, most)
    parts: list[Part] = [*_head(report, say, say.of("大客户业务月报表", "Key-account report"))]
    totals = report.totals()
    pairs = [(say.head(name), _round(report, totals[name])) for name in _shown(report, totals)]
    parts.append(Fields(tuple(pairs), across=3))
    parts += _months(report, say, None)
    parts += _ages(report, say, {name: totals[name] for name in _parts(report)})
    parts += _planned(report, say, report.planned())
    parts += _states(report, say)
    first = Sheet(name=say.of("月报", "report"), parts=tuple(parts), landscape=False)
    return (first, *_listed(report, say))


def customer_sheet(
    report: MonthlyReport, code: str, lang: str = "zh", words: Mapping[str, str] | None = None
) -> Sheet:
    """The report on one customer."""
    say = _Words(lang, words)
    row = report.row(code)
    name = row["name"] or code
    title = say.of(f"{name} 业务月报表", f"Report on {name}")
    pairs: list[tuple[str, Value]] = [(say.head("customer"), code)]
    pairs += [(say.head(one), _round(report, row[one])) for one in _shown(report, row)]
    pairs += [(say.head(one), say.state(row[one], one)) for one in _STATED if one in row]
    parts = [
        *_head(report, say, title),
        Fields(tuple(pairs), across=3),
        *_months(report, say, code),
        *_planned(report, say, row),
        *_ages(report, say, {one: row[one] for one in _parts(report)}),
    ]
    return Sheet(name=sheet_name(f"{code} {name}"), parts=tuple(parts), landscape=False)


class _Words:
    """What is said in one language."""

    def __init__(
        self, lang: str, words: Mapping[str, str] | None, most: int | None = None
    ) -> None:
        self.most = most
        self.at = 0 if lang == "zh" else 1
        self.own = words or {}

    def of(self, zh: str, en: str) -> str:
        return (zh, en)[self.at]

    def head(self, name: str) -> str:
        return _WORDS[name][self.at] if name in _WORDS else name

    def state(self, code: str | None, name: str = "") -> str:
        if code is None:
            return _UNKNOWN[name][self.at] if name in _UNKNOWN else "—"
        return self.own.get(code) or (_STATES[code][self.at] if code in _STATES else code)

    def bucket(self, report: MonthlyReport, name: str) -> str:
        labels = report.asked.buckets.labels("zh" if self.at == 0 else "en")
        named = dict(zip(report.labels, labels, strict=True))
        return named.get(name) or self.head(name)


def _head(report: MonthlyReport, say: _Words, title: str) -> Iterator[Part]:
    yield Title(title)
    unit = say.of("单位", "unit")
    yield Line(f"{report.entity}  {report.asked.period}".strip(), f"{unit}: {report.currency}")
    codes = ", ".join(report.asked.account)
    yield Line(
        say.of(
            f"口径: 科目 {codes}, 销售为借方发生 (含税), 回款为贷方发生; 账龄先进先出, "
            f"截至 {report.asked.as_of}",
            f"policy: account {codes}, sales are debits (with tax), receipts are credits; ages "
            f"first in first out as of {report.asked.as_of}",
        )
    )


def _parts(report: MonthlyReport) -> tuple[str, ...]:
    return (*report.labels, "not_due", "credits")


def _shown(report: MonthlyReport, row: Mapping[str, Any]) -> list[str]:
    """The amounts of a row but those the tables of months and ages show."""
    return [
        name for name in report.amounts if name not in _parts(report) and row.get(name) is not None
    ]


def _round(report: MonthlyReport, value: Any) -> Value:
    places = decimals_of(report.currency)
    exact: Value = round(value, places) if value == round(value, places) else value
    return exact


def _months(report: MonthlyReport, say: _Words, code: str | None) -> list[Part]:
    rows = report.by_month(code)
    month = pl.format("{}-{}", "year", pl.col("period").cast(pl.String).str.zfill(2))
    places = decimals_of(report.currency)
    columns = [Column("month", say.head("month"), kind="text")]
    for name in MOVED:
        head = say.head(name).removeprefix("本月")
        moved = name in ("sales", "receipts")
        columns.append(Column(name, head, decimals=places, total=SUM if moved else None))
    listing = Listing(
        columns=tuple(columns),
        frame=rows.with_columns(month=month),
        total=say.of("合计", "total"),
    )
    title = say.of("各月销售与回款", "Sales and receipts by month")
    chart = Chart(title=title, category="month", values=("sales", "receipts"))
    kept = say.of("各月期末余额", "Closing balance by month")
    line = Chart(title=kept, kind="line", category="month", values=("closing",))
    return [listing, chart, line]


def _ages(report: MonthlyReport, say: _Words, amounts: Mapping[str, Decimal]) -> list[Part]:
    whole = sum(amounts.values(), Decimal(0))
    rows = [
        (say.bucket(report, name), value, round(value / whole, 4) if whole else None)
        for name, value in amounts.items()
    ]
    kinds: dict[str, Any] = {
        "age": pl.String, "amount": _MONEY, "share": pl.Decimal(10, 4),
    }  # fmt: skip
    places = decimals_of(report.currency)
    listing = Listing(
        columns=(
            Column("age", say.head("age"), kind="text"),
            Column("amount", say.head("amount"), decimals=places, total=SUM),
            Column("share", say.head("share"), kind="percent"),
        ),
        frame=pl.DataFrame(rows, schema=kinds, orient="row"),
        total=say.of("合计", "total"),
    )
    title = say.of("应收账款账龄", "Receivables by age")
    return [listing, Chart(title=title, kind="bar", category="age", values=("amount",))]


def _planned(report: MonthlyReport, say: _Words, row: Mapping[str, Any]) -> list[Part]:
    """Plan against actual, the month and the year so far."""
    if row.get("plan") is None:
        return []
    names = ("plan", "sales", "plan_year", "sales_year")
    rows = [(say.head(name), row[name]) for name in names]
    kinds: dict[str, Any] = {"what": pl.String, "amount": _MONEY}
    listing = Listing(
        columns=(
            Column("what", say.of("计划与实际", "plan and actual"), kind="text"),
            Column("amount", say.head("amount"), decimals=decimals_of(report.currency)),
        ),
        frame=pl.DataFrame(rows, schema=kinds, orient="row"),
    )
    title = say.of("计划与实际 (有计划的客户)", "Plan against actual (customers with a plan)")
    return [listing, Chart(title=title, kind="bar", category="what", values=("amount",))]


def _states(report: MonthlyReport, say: _Words) -> list[Part]:
    """Customers, sales and balance of each tier, decision and state."""
    parts: list[Part] = []
    places = decimals_of(report.currency)
    for name, rows in report.compositions().items():
        kinds: dict[str, Any] = {
            "part": pl.String, "count": pl.Int64, "sales": _MONEY, "closing": _MONEY,
        }  # fmt: skip
        frame = pl.DataFrame(rows, schema=kinds)
        said = [say.state(code, name) for code in frame["part"]]
        listing = Listing(
            columns=(
                Column("part", say.head(name), kind="text"),
                Column("count", say.head("count"), total=SUM, decimals=0),
                Column("sales", say.head("sales"), total=SUM, decimals=places),
                Column("closing", say.head("closing"), total=SUM, decimals=places),
            ),
            frame=frame.with_columns(part=pl.Series(said, dtype=pl.String)),
            total=say.of("合计", "total"),
        )
        parts.append(listing)
        if name != "tier_change":
            title = say.of(f"按{say.head(name)}的构成", f"By {say.head(name)}")
            chart = Chart(title=title, kind="bar", category="part", values=("sales", "closing"))
            parts.append(chart)
    return parts


def _listed(report: MonthlyReport, say: _Words) -> tuple[Sheet, ...]:
    """A row for every customer: what moved, what was found, and the ages, a sheet each."""
    ages = _parts(report)
    named = [name for name in report.customers.columns if name in _STATED]
    states = []
    for name in named:
        words = {code: say.state(code, name) for code in report.customers[name].unique()}
        known = {code: said for code, said in words.items() if code is not None}
        said = pl.col(name).replace_strict(known, default=None, return_dtype=pl.String)
        states.append(said.fill_null(say.state(None, name)))
    frame = report.customers.with_columns(states)
    moved = [name for name in frame.columns if name not in (*ages, *_FOUND, *_STATED)]
    title = say.of("客户明细", "Customers")
    parts = (*_head(report, say, title), _rows(report, say, frame.select(moved)), _tie(say))
    first = Sheet(name=title, parts=(*parts, *_largest(report, say)))
    aged = frame.select("customer", "name", *ages, "closing")
    title = say.of("客户账龄", "Ages by customer")
    second = Sheet(name=title, parts=(*_head(report, say, title), _rows(report, say, aged)))
    more = []
    for part, zh, en in ((_FOUND, "客户指标", "Customer figures"),
                         (_STATED, "客户状况", "State of customers")):  # fmt: skip
        there = [name for name in part if name in frame.columns]
        if there:
            title = say.of(zh, en)
            found = _rows(report, say, frame.select("customer", "name", *there))
            more.append(Sheet(name=title, parts=(*_head(report, say, title), found)))
    return first, *more, second


def _rows(report: MonthlyReport, say: _Words, frame: pl.DataFrame) -> Listing:
    columns = tuple(
        Column(
            name,
            say.bucket(report, name),
            kind="auto" if name in report.amounts else "text",
            decimals=decimals_of(report.currency),
            total=SUM if name in report.amounts and name not in _NO_SUM else None,
        )
        for name in frame.columns
    )
    rest = 0 if say.most is None else max(0, frame.height - say.most)
    totals = report.totals()
    total: str | None = say.of("合计", "total")
    if not any(column.total for column in columns):
        total = None
    if rest:
        total = say.of(f"合计 (另有 {rest} 家未列)", f"total (with {rest} not listed)")
    return Listing(
        columns=columns,
        frame=frame if say.most is None else frame.head(say.most),
        total=total,
        totals={name: totals[name] for name in frame.columns if name in totals} if rest else {},
        keep=2,
    )


def _tie(say: _Words) -> Check:
    """Opening and movements less closing: nothing, in the file as here."""
    said = say.of("期初 + 销售 - 回款 - 期末", "opening + sales - receipts - closing")
    formula = "{opening@total}+{sales@total}-{receipts@total}-{closing@total}"
    return Check(text=said, formula=formula, value=Decimal(0))


def _largest(report: MonthlyReport, say: _Words) -> Sequence[Part]:
    rows = report.customers.filter(pl.col("sales") > 0).head(LARGEST)
    if rows.is_empty():
        return ()
    places = decimals_of(report.currency)
    planned = [name for name in ("plan",) if name in rows.columns]
    names = ("sales", *planned, "receipts")
    listing = Listing(
        columns=(
            Column("name", say.head("name"), kind="text"),
            *(Column(name, say.head(name), decimals=places) for name in names),
        ),
        frame=rows.with_columns(pl.coalesce("name", "customer").alias("name")),
    )
    title = say.of("销售最大的客户", "Largest customers by sales")
    return (Line(""), listing, Chart(title=title, kind="bar", category="name", values=names))
