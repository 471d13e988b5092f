"""The policy for bad debts (坏账准备政策): method, rates by age, single cases, history."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from kamcore.errors import Fault
from kamcore.forms.cell import Figure, Mistake, Share, Text, Whole
from kamcore.forms.form import Card, Form, alternative, column, rows_of
from kamcore.model.chart import FAMILIES
from kamcore.model.provision_policy import (
    AgeBasis,
    BucketBalance,
    BucketRate,
    IndividualItem,
    ProvisionMethod,
    ProvisionPolicy,
    SalesBase,
)

BAD_BUCKETS = Fault(
    code="D8001",
    zh="{part_zh}的账龄段不完整: 每段一行, 最后一行的上限留空, 不得重复",
    en="the buckets of {part_en} are not whole: a row each, the last without a bound, none twice",
    hint_zh="如 1y, 2y, 3y, 再加一行空的",
    hint_en="such as 1y, 2y, 3y, and one row with an empty bound",
)
BAD_STANDARD = Fault(
    code="D8002",
    zh="没有准则「{value}」",
    en="there is no standard {value!r}",
    hint_zh="可选: {known}; 留空则按科目表识别",
    hint_en="choose one of {known}; left empty it is recognised from the accounts",
)
_BOUND_NOTE = ("天数, 6m (月) 或 1y (年); 最后一段留空", "days, 6m or 1y; empty for the last")


class RateForm(Form):
    """The rate of a bucket."""

    up_to: Text = alternative(
        column("账龄上限", "up to", default="", example="1y", note=_BOUND_NOTE)
    )
    rate: Share = column("计提比例", "rate", example="5%")

    def build(self) -> BucketRate:
        """Make the value of the model."""
        return BucketRate(**dict(self))


class IndividualForm(Form):
    """A party judged by itself."""

    member: Text = column("客户代码|代码", "member", example="0012")
    recovery: Figure = column("预计可收回", "expected recovery", example="1000.00")
    exposure: Figure | None = column(
        "账面余额", "exposure", default=None, note=("留空则取账面", "empty: what the ledger says")
    )
    reason: Text = column("理由", "reason", default="")

    def build(self) -> IndividualItem:
        """Make the value of the model."""
        return IndividualItem(**dict(self))


class HistoryForm(Form):
    """What stood in a bucket at the end of a year."""

    year: Whole = column("年度", "year", example="2023")
    up_to: Text = alternative(
        column("账龄上限", "up to", default="", example="1y", note=_BOUND_NOTE)
    )
    balance: Figure = column("年末余额", "balance", example="1100.00")
    written_off: Figure | None = column(
        "本年核销",
        "written off",
        default=None,
        note=("从该段核销的坏账", "bad debts of this bucket"),
    )

    def build(self) -> BucketBalance:
        """Make the value of the model."""
        facts = dict(self)
        return BucketBalance(**{k: v for k, v in facts.items() if v is not None})


class ProvisionForm(Form):
    """A company's policy for bad debts."""

    card: ClassVar[Card] = Card(
        kind="provision_policy",
        zh="坏账准备政策",
        en="provision policy",
        single=True,
        note_zh="余额百分比法和销货百分比法填计提比例, 账龄分析法填账龄比例, 迁徙率法填历年账龄。",
        note_en="Balance and sales take the rate, ageing the rates by age, migration the history.",
    )
    method: ProvisionMethod | None = column("方法", "method", default=None, example="ageing")
    standard: Text = column(
        "会计准则",
        "standard",
        default="",
        example="ASBE",
        note=(", ".join(FAMILIES), ", ".join(FAMILIES)),
    )
    receivable: Text = column("应收科目", "receivable", default="", example="1122")
    allowance: Text = column("坏账准备科目", "allowance", default="", example="1231")
    expense: Text = column("减值损失科目", "expense", default="", example="6702")
    by: Text = column("核算项目", "by", default="customer", example="customer")
    basis: AgeBasis = column("账龄起算", "basis", default=AgeBasis.DOCUMENT)
    rate: Share | None = column("计提比例", "rate", default=None, example="3%")
    not_due_rate: Share | None = column("未到期比例", "not due rate", default=None, example="0%")
    forward: Figure | None = column(
        "前瞻性调整", "forward", default=None, example="0.05", note=("上浮 5%", "raises by 5%")
    )
    last_loss: Share | None = column("末段损失率", "last loss", default=None, example="100%")
    sales_base: SalesBase = column("赊销额取自", "sales base", default=SalesBase.RECEIVABLE)
    sales: Figure | None = column("本期赊销额", "sales", default=None, example="500000.00")
    rates: list[RateForm] = rows_of("账龄比例", "rates by age")
    individual: list[IndividualForm] = rows_of("个别认定", "judged singly")
    history: list[HistoryForm] = rows_of("历年账龄", "history of ages")

    def build(self) -> ProvisionPolicy:
        """Make the value of the model.

        Raises:
            Mistake: the buckets are not whole, or the standard is not known.
        """
        if self.standard and self.standard not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise Mistake(BAD_STANDARD, self.standard, "standard", known=known)
        _whole([row.up_to for row in self.rates], "rates", ("账龄比例", "the rates by age"))
        years = sorted({row.year for row in self.history})
        found = [[row.up_to for row in self.history if row.year == year] for year in years]
        for bounds in found:
            said = ("历年账龄", "the history of ages")
            _whole(bounds, "history", said)
            if bounds != found[0]:
                raise Mistake(BAD_BUCKETS, "", "history", part_zh=said[0], part_en=said[1])
        plain = {
            name: value
            for name, value in dict(self).items()
            if value is not None and name not in ("rates", "individual", "history", "receivable")
        }
        codes = self.receivable.replace(",", " ").replace("，", " ").split()
        return ProvisionPolicy(
            **plain,
            receivable=tuple(codes),
            rates=tuple(row.build() for row in self.rates),
            individual=tuple(row.build() for row in self.individual),
            history=tuple(row.build() for row in self.history),
        )


def _whole(bounds: Sequence[str], field: str, said: tuple[str, str]) -> None:
    """Refuse buckets of which one is missing, twice there, or out of place."""
    if bounds and (bounds[-1] or max(Counter(bounds).values()) > 1):
        raise Mistake(BAD_BUCKETS, "", field, part_zh=said[0], part_en=said[1])
