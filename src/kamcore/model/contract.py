"""Contracts with a party (合同): versions with dated effect, a status machine, plans, documents.

A change by written agreement is a version that counts from its own day; termination is dated too.
So any due date, price or rebate of the past can be worked out again from the version then in
force: `Contract.version_on`.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.credit_term import CreditTerm, DueDate
from kamcore.model.document import CONTRACT_DOCUMENTS, Document, DocumentKind, Lacking, lacking
from kamcore.model.doubt import Doubt
from kamcore.model.rebate import RebateClause
from kamcore.model.span import Span
from kamcore.model.word import Word

OVER_CONTRACT = Fault(
    code="E1211",
    zh="合同 {contract} 第 {version} 版: 收款计划合计 {value} 超过合同金额 {amount}",
    en="contract {contract}, version {version}: the collection plan of {value} is more than the "
    "contract's {amount}",
    hint_zh="收款计划不能超过合同金额",
    hint_en="the plan may not be more than the contract",
)
BACKWARDS = Fault(
    code="E1212",
    zh="合同 {contract} 第 {version} 版: 结束日 {value} 早于开始日 {start}",
    en="contract {contract}, version {version} ends on {value}, before it starts on {start}",
)
OTHER_PARTY = Fault(
    code="E1213",
    zh="合同 {contract} 的各版属于不同单位: {first} 和 {value}",
    en="the versions of contract {contract} name different parties: {first} and {value}",
    hint_zh="换了单位应另立合同号",
    hint_en="with another party it is another contract",
)
VERSION_ORDER = Fault(
    code="E1214",
    zh="合同 {contract} 第 {version} 版的生效日 {value} 不晚于前一版的 {before}",
    en="contract {contract}: version {version} counts from {value}, not after {before} of the one "
    "before it",
)
BAD_MOVE = Fault(
    code="E1215",
    zh="合同 {contract} 不能由「{before_zh}」变为「{after_zh}」",
    en="contract {contract} cannot go from {before_en} to {after_en}",
    hint_zh="可变为: {allowed_zh}",
    hint_en="it can go to: {allowed_en}",
)
PLAN_OUTSIDE = Fault(
    code="E1217",
    severity=Severity.WARNING,
    zh="合同 {contract} 第 {version} 版: 计划期间「{value}」不在合同期内",
    en="contract {contract}, version {version}: the plan for {value} lies outside the contract",
)

ZERO = Decimal(0)


class ContractStatus(Word):
    """The states of a contract."""

    DRAFT = "draft", "草稿"
    REVIEW = "review", "审批中"
    SIGNED = "signed", "已签订"
    ACTIVE = "active", "履行中"
    SUSPENDED = "suspended", "中止"
    COMPLETED = "completed", "履行完毕"
    TERMINATED = "terminated", "已解除"
    EXPIRED = "expired", "已到期"
    VOID = "void", "作废"


_S = ContractStatus
MOVES: dict[ContractStatus, tuple[ContractStatus, ...]] = {
    _S.DRAFT: (_S.REVIEW, _S.SIGNED, _S.ACTIVE, _S.VOID),
    _S.REVIEW: (_S.DRAFT, _S.SIGNED, _S.VOID),
    _S.SIGNED: (_S.ACTIVE, _S.TERMINATED, _S.VOID),
    _S.ACTIVE: (_S.SUSPENDED, _S.COMPLETED, _S.TERMINATED, _S.EXPIRED),
    _S.SUSPENDED: (_S.ACTIVE, _S.TERMINATED, _S.EXPIRED),
    _S.EXPIRED: (_S.ACTIVE, _S.COMPLETED),
    _S.COMPLETED: (),
    _S.TERMINATED: (),
    _S.VOID: (),
}
"""The moves a contract may make; an expired one becomes active again when it is renewed."""

IN_FORCE = frozenset({_S.SIGNED, _S.ACTIVE, _S.SUSPENDED})
"""States in which the terms of a contract bind."""


class CooperationMode(Word):
    """How we work with the party (合作模式)."""

    DIRECT = "direct", "直销"
    DISTRIBUTION = "distribution", "经销"
    AGENCY = "agency", "代理"
    CONSIGNMENT = "consignment", "代销"
    FRAMEWORK = "framework", "框架协议"
    PROJECT = "project", "项目合作"
    OTHER = "other", "其他"


class PaymentMethod(Word):
    """How the party pays (支付方式)."""

    TRANSFER = "transfer", "银行转账"
    BANK_NOTE = "bank_note", "银行承兑汇票"
    TRADE_NOTE = "trade_note", "商业承兑汇票"
    CHEQUE = "cheque", "支票"
    CASH = "cash", "现金"
    LETTER_OF_CREDIT = "letter_of_credit", "信用证"
    COLLECTION = "collection", "托收承付"
    ONLINE = "online", "网上支付"
    MIXED = "mixed", "组合支付"


@attrs.frozen(kw_only=True)
class PlanLine:
    """What the party plans to buy in a span of days (年采购计划)."""

    span: Span
    item: str = ""
    """An item or a group of items; blank for all of them."""
    quantity: Decimal | None = None
    amount: Decimal | None = None


@attrs.frozen(kw_only=True)
class CollectionLine:
    """What is to be collected by a day (收款计划)."""

    due: dt.date
    amount: Decimal
    note: str = ""


@attrs.frozen(kw_only=True)
class ContractVersion:
    """The terms of a contract from a day on.

    Amounts are in `currency`, with tax.
    """

    number: str
    party: str
    version: int = 1
    valid_from: dt.date
    """The first day these terms count."""
    signed_on: dt.date | None = None
    start: dt.date
    end: dt.date | None = None
    """The last day of the contract; None when it runs on."""
    title: str = ""
    mode: CooperationMode | None = None
    amount: Decimal | None = None
    currency: str = "CNY"
    goods_discount: Decimal | None = None
    """What is paid of the list price, of one: 0.95 for 九五折."""
    payment_method: PaymentMethod | None = None
    credit_term: CreditTerm | None = None
    delivery: str = ""
    after_sales: str = ""
    guarantor: str = ""
    note: str = ""
    rebates: tuple[RebateClause, ...] = ()
    """The rebate clauses (返点条款) that belong to these terms."""
    annual_plan: tuple[PlanLine, ...] = ()
    collection_plan: tuple[CollectionLine, ...] = ()

    @property
    def planned_collection(self) -> Decimal:
        """Sum of the collection plan."""
        return sum((line.amount for line in self.collection_plan), ZERO)

    def due(self, base: dt.date) -> DueDate | None:
        """When a debt that begins on `base` is due; None where no credit term is agreed."""
        return None if self.credit_term is None else self.credit_term.due(base)

    def doubts(self) -> Iterator[Doubt]:
        """What does not hold within these terms."""
        said: dict[str, object] = {"contract": self.number, "version": self.version}
        if self.end is not None and self.end < self.start:
            yield Doubt(BACKWARDS, str(self.end), {**said, "start": self.start})
            return
        planned = self.planned_collection
        if self.amount is not None and planned > self.amount:
            yield Doubt(OVER_CONTRACT, str(planned), {**said, "amount": self.amount})
        whole = Span(self.start, self.end or dt.date.max)
        for line in self.annual_plan:
            if not line.span.overlaps(whole):
                yield Doubt(PLAN_OUTSIDE, str(line.span), said)


@attrs.frozen(kw_only=True)
class StatusChange:
    """A contract reached a state on a day."""

    on: dt.date
    status: ContractStatus
    person: str = ""
    reason: str = ""


@attrs.frozen(kw_only=True)
class Termination:
    """A contract ended before its time, by written agreement or otherwise."""

    on: dt.date
    """The first day the contract no longer counts."""
    reason: str = ""
    agreement: str = ""
    """Number of the agreement."""


@attrs.frozen(kw_only=True)
class Contract:
    """A contract with all its versions, in the order of their days of effect."""

    number: str
    party: str
    versions: tuple[ContractVersion, ...]
    statuses: tuple[StatusChange, ...] = ()
    termination: Termination | None = None
    documents: tuple[Document, ...] = ()
    keeper: str = ""
    reviewed_on: dt.date | None = None
    review_months: int | None = None

    def terms_on(self, on: dt.date) -> ContractVersion | None:
        """The terms last agreed by a day, whether or not the contract still runs."""
        found = None
        for version in self.versions:
            if version.valid_from <= on:
                found = version
        return found

    def version_on(self, on: dt.date) -> ContractVersion | None:
        """The version in force on a day; None before the start, after the end or termination."""
        if self.termination is not None and self.termination.on <= on:
            return None
        found = self.terms_on(on)
        if found is None or on < found.start or (found.end is not None and found.end < on):
            return None
        return found

    def status_on(self, on: dt.date) -> ContractStatus:
        """The state on a day: what was stated, moved on by start, end and termination."""
        stated = _S.SIGNED
        for change in self.statuses:
            if change.on <= on:
                stated = change.status
        if self.statuses and self.statuses[0].on > on:
            stated = _S.DRAFT
        if stated in (_S.DRAFT, _S.REVIEW, _S.VOID, _S.COMPLETED):
            return stated
        if self.termination is not None and self.termination.on <= on:
            return _S.TERMINATED
        terms = self.terms_on(on)
        if terms is None or on < terms.start:
            return _S.SIGNED
        if terms.end is not None and terms.end < on:
            return _S.EXPIRED
        # A contract renewed by a later version is active again.
        return _S.ACTIVE if stated in (_S.SIGNED, _S.EXPIRED) else stated

    def is_in_force(self, on: dt.date) -> bool:
        """Say whether the terms bind on a day."""
        return self.version_on(on) is not None and self.status_on(on) in IN_FORCE

    def due(self, base: dt.date) -> DueDate | None:
        """When a debt that begins on `base` is due by the version then in force."""
        version = self.version_on(base)
        return None if version is None else version.due(base)

    def lacking(
        self, on: dt.date, asked: tuple[DocumentKind, ...] = CONTRACT_DOCUMENTS
    ) -> tuple[Lacking, ...]:
        """Documents that are asked for and not in hand on a day."""
        return tuple(lacking(self.documents, asked, on))

    def doubts(self) -> Iterator[Doubt]:
        """What does not hold within the contract: parties, order of versions, moves, plans."""
        before: ContractVersion | None = None
        for version in self.versions:
            yield from version.doubts()
            said: dict[str, object] = {"contract": self.number, "version": version.version}
            if version.party != self.party:
                yield Doubt(OTHER_PARTY, version.party, {**said, "first": self.party})
            if before is not None and version.valid_from <= before.valid_from:
                facts = {**said, "before": before.valid_from}
                yield Doubt(VERSION_ORDER, str(version.valid_from), facts)
            before = version
        yield from self._bad_moves()

    def _bad_moves(self) -> Iterator[Doubt]:
        for one, other in zip(self.statuses, self.statuses[1:], strict=False):
            allowed = MOVES[one.status]
            if other.status is one.status or other.status in allowed:
                continue
            yield Doubt(
                BAD_MOVE,
                other.status.value,
                {
                    "contract": self.number,
                    "before_zh": one.status.zh,
                    "before_en": one.status.text(),
                    "after_zh": other.status.zh,
                    "after_en": other.status.text(),
                    "allowed_zh": ", ".join(word.zh for word in allowed) or "-",
                    "allowed_en": ", ".join(word.text() for word in allowed) or "-",
                },
            )
