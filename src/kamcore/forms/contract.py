"""The contract form (合同): a version of a contract a row, with plans, states and documents.

The simple case is one row.  A change by written agreement is a further row of the same number
with the next version and its own day of effect.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import attrs
from pydantic import BeforeValidator

from kamcore.errors import Severity, UsageError
from kamcore.forms.cell import Day, Figure, Mistake, Remark, Text, Whole, as_text
from kamcore.forms.document import DocumentForm
from kamcore.forms.form import Card, Form, column, rows_of
from kamcore.forms.party_numbers import TermText
from kamcore.model.contract import (
    CollectionLine,
    ContractStatus,
    ContractVersion,
    CooperationMode,
    PaymentMethod,
    PlanLine,
    StatusChange,
    Termination,
)
from kamcore.model.credit_term import Begins, CreditTerm, Shift
from kamcore.model.discount import paid_share
from kamcore.model.document import Document
from kamcore.model.doubt import Doubt
from kamcore.model.span import Span


def _span(value: Any) -> str:
    text = as_text(value)
    try:
        return str(Span.of(text))
    except UsageError as error:
        raise Mistake(error.problem.fault, text) from error


def _discount(value: Any) -> Decimal:
    try:
        return paid_share(value if isinstance(value, Decimal) else as_text(value))
    except UsageError as error:
        raise Mistake(error.problem.fault, value) from error


SpanText = Annotated[str, BeforeValidator(_span)]
"""A span of days in one word, such as 2026Q1."""
Discount = Annotated[Decimal, BeforeValidator(_discount)]
"""What is paid of the list price, of one; 九五折 and 0.95 read the same."""


class PlanForm(Form):
    """What the party plans to buy in a span of days."""

    span: SpanText = column("计划期间", "plan period", example="2026Q1")
    item: Text = column("存货", "item", default="", note=("空白表示全部", "blank for all"))
    quantity: Figure | None = column("计划数量", "planned quantity", default=None)
    amount: Figure | None = column("计划金额", "planned amount", default=None)

    def build(self) -> PlanLine:
        """Make the value of the model."""
        return PlanLine(
            span=Span.of(self.span), item=self.item, quantity=self.quantity, amount=self.amount
        )


class CollectionForm(Form):
    """What is to be collected by a day."""

    due: Day = column("收款日期", "collect by", example="2026-03-31")
    amount: Figure = column("收款金额", "amount to collect", example="100000")
    note: Text = column("收款说明", "collection note", default="", example="验收款")

    def build(self) -> CollectionLine:
        """Make the value of the model."""
        return CollectionLine(due=self.due, amount=self.amount, note=self.note)


class StatusForm(Form):
    """A state the contract reached."""

    on: Day = column("状态日期", "status date")
    status: ContractStatus = column("状态", "status")
    person: Text = column("经办人", "person", default="")
    reason: Text = column("状态说明", "reason", default="")

    def build(self) -> StatusChange:
        """Make the value of the model."""
        return StatusChange(**dict(self))


@attrs.frozen(kw_only=True)
class ContractRecord:
    """One row of the contract form: the terms of a version, and what it says of the contract."""

    terms: ContractVersion
    statuses: tuple[StatusChange, ...] = ()
    termination: Termination | None = None
    documents: tuple[Document, ...] = ()
    keeper: str = ""
    reviewed_on: Any = None
    review_months: int | None = None


class ContractForm(Form):
    """A version of a contract as a person fills it in."""

    card: ClassVar[Card] = Card(
        kind="contract",
        zh="合同",
        en="contracts",
        aliases=("合同档案", "销售合同", "合同台账"),
        key=("number", "version"),
        note_zh="每行一份合同; 变更时另起一行, 同一合同号, 版本加一, 写生效日",
        note_en="one contract a row; a change is a further row with the next version and its day",
    )

    number: Text = column("合同号|合同编号|合同编码", "contract number", example="HT-2026-008")
    version: Whole = column("版本", "version", default=1)
    party: Text = column("客户编码|往来单位编码|单位编码", "party", example="0001")
    title: Text = column("合同名称", "title", default="")
    signed_on: Day | None = column("签订日期", "signed on", default=None)
    start: Day = column("开始日期|生效日期|起始日期", "start", example="2026-01-01")
    end: Day | None = column(
        "结束日期|终止日期|到期日期", "end", default=None, example="2026-12-31"
    )
    valid_from: Day | None = column(
        "版本生效日",
        "terms valid from",
        default=None,
        note=("空白即开始日期; 变更的版本必填", "blank: the start; fill in for a changed version"),
    )
    mode: CooperationMode | None = column("合作模式", "cooperation mode", default=None)
    amount: Figure | None = column("合同金额", "amount", default=None, example="1200000")
    currency: Text = column("币种", "currency", default="CNY")
    goods_discount: Discount | None = column(
        "商品折扣|折扣", "goods discount", default=None, example="九五折"
    )
    payment_method: PaymentMethod | None = column("支付方式", "payment method", default=None)
    credit_term: TermText | None = column(
        "账期|信用期", "credit term", default=None, example="月结 30 天"
    )
    term_begins: Begins = column("账期起算", "term begins with", default=Begins.INVOICE)
    holiday_shift: Shift = column("节假日顺延", "days off", default=Shift.NONE)
    delivery: Text = column("交货时间", "delivery", default="")
    after_sales: Text = column("售后服务", "after-sales", default="")
    guarantor: Text = column("担保人", "guarantor", default="")
    terminated_on: Day | None = column("解除日期", "terminated on", default=None)
    termination_reason: Text = column("解除原因", "reason of termination", default="")
    termination_agreement: Text = column("解除协议号", "termination agreement", default="")
    keeper: Text = column("保管人", "keeper", default="")
    reviewed_on: Day | None = column("上次检查日期", "reviewed on", default=None)
    review_months: Whole | None = column("检查周期(月)", "review every (months)", default=None)
    note: Text = column("备注", "note", default="")
    annual_plan: list[PlanForm] = rows_of("年度采购计划|采购计划", "purchase plan")
    collection_plan: list[CollectionForm] = rows_of("收款计划", "collection plan")
    statuses: list[StatusForm] = rows_of("合同状态", "contract statuses")
    documents: list[DocumentForm] = rows_of("合同资料", "contract documents")

    def build(self) -> ContractRecord:
        """Make the value of the model."""
        term = None
        if self.credit_term is not None:
            term = CreditTerm.of(self.credit_term, self.holiday_shift)
            term = attrs.evolve(term, begins=self.term_begins)
        terms = ContractVersion(
            number=self.number,
            party=self.party,
            version=self.version,
            valid_from=self.valid_from or self.start,
            credit_term=term,
            annual_plan=tuple(one.build() for one in self.annual_plan),
            collection_plan=tuple(one.build() for one in self.collection_plan),
            **{name: getattr(self, name) for name in TERMS},
        )
        ended = self.terminated_on
        return ContractRecord(
            terms=terms,
            statuses=tuple(one.build() for one in self.statuses),
            termination=None
            if ended is None
            else Termination(
                on=ended, reason=self.termination_reason, agreement=self.termination_agreement
            ),
            documents=tuple(one.build() for one in self.documents),
            keeper=self.keeper,
            reviewed_on=self.reviewed_on,
            review_months=self.review_months,
        )

    def mistakes(self) -> Iterator[Mistake]:
        """What does not hold within the terms: dates, and a collection plan above the amount."""
        for doubt in self._doubts():
            if doubt.fault.severity is Severity.ERROR:
                yield Mistake.of(doubt, _field(doubt))

    def remarks(self) -> Iterator[Remark]:
        """What is odd about the terms."""
        for doubt in self._doubts():
            if doubt.fault.severity is not Severity.ERROR:
                yield Remark(doubt.fault, doubt.value, _field(doubt), dict(doubt.facts))

    def _doubts(self) -> Iterator[Doubt]:
        yield from self.build().terms.doubts()


TERMS = (
    "title",
    "signed_on",
    "start",
    "end",
    "mode",
    "amount",
    "currency",
    "goods_discount",
    "payment_method",
    "delivery",
    "after_sales",
    "guarantor",
    "note",
)
"""Terms the form and the model call the same, in the order they are shown."""

_FIELDS = {"E1211": "amount", "E1212": "end", "E1217": "annual_plan"}


def _field(doubt: Doubt) -> str:
    return _FIELDS.get(doubt.fault.code, "")
