"""The steps over customers: credit now and a month before, tiers and what moved."""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

import attrs
import polars as pl

from kamcore.errors import Problem
from kamcore.model.credit import CreditLimit, CreditPolicy
from kamcore.model.party import Party
from kamcore.model.tier import TierPolicy, TierRecord
from kamcore.monthend.step import Ask, Output, Step, Told, Work
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.customer_facts import Customers
from kamcore.pipeline.form_file import Forms
from kamcore.plugin import registry
from kamcore.reports.sheets import Column, Line, Listing, Sheet, Title
from kamcore.reports.writing import write_report
from kamcore.tiering import Tiering, decide_all, tiers
from kamcore.tiering.deciding import RULES

__all__ = ["STEPS"]

_SHOWN = 20


@attrs.frozen(kw_only=True, eq=False)
class Credit:
    """The decision on every customer at the end of the month, and at the end of the one before."""

    frame: pl.DataFrame = attrs.field(repr=False)
    monthly: pl.DataFrame = attrs.field(repr=False)


@attrs.frozen(kw_only=True, eq=False)
class Tiers:
    """The tiers at the end of the month; where no history says, of the month before too."""

    tiering: Tiering = attrs.field(repr=False)
    monthly: pl.DataFrame = attrs.field(repr=False)
    problems: tuple[Problem, ...] = ()


def _no_credit(work: Work) -> tuple[str, str] | None:
    forms: Forms = work.value("forms")
    stated = bool(forms.of(CreditLimit)) or forms.one(CreditPolicy) is not None
    limits = any(one.stated("credit_limit", work.as_of) is not None for one in forms.of(Party))
    if not stated and not limits:
        return "表单里没有信用政策和额度", "there is no credit policy or limit among the forms"
    return None


def _decided(customers: Customers) -> pl.DataFrame:
    return decide_all(
        customers.exposure,
        customers.credit_policy,
        as_of=customers.as_of,
        late=customers.late,
        groups=customers.groups,
    )


def _credit(work: Work) -> Credit:
    customers: Customers = work.value("customers")
    now = _decided(customers)
    last = work.period.first_day - dt.timedelta(days=1)
    before = _decided(attrs.evolve(customers, as_of=last))
    known = before.select("customer", previous_decision="decision")
    monthly = now.select("customer", "limit", "used", "decision").join(
        known, on="customer", how="left", maintain_order="left"
    )
    return Credit(frame=now, monthly=monthly)


_CREDIT_HEADS = {
    "customer": ("客户", "customer"),
    "orders": ("未发货订单", "orders"),
    "deliveries": ("已发货未开票", "deliveries"),
    "invoices": ("应收账款", "invoices"),
    "notes": ("应收票据", "notes"),
    "advances": ("预收款", "advances"),
    "total": ("占用合计", "exposure"),
    "limit": ("信用额度", "limit"),
    "overdue": ("逾期金额", "overdue"),
    "oldest_days": ("最长逾期天数", "oldest days"),
    "said": ("结论", "decision"),
    "because": ("依据", "rule"),
}
_DECISIONS = {
    "pass": ("放行", "pass"),
    "warn": ("警告", "warn"),
    "hold": ("冻结", "hold"),
    "approve": ("特批放行", "approved"),
}


def _tell_credit(work: Work, found: Credit) -> Told:
    at = 0 if work.lang == "zh" else 1
    rules = {rule: words[at] for rule, words in RULES.items()}
    words = {code: said[at] for code, said in _DECISIONS.items()}
    frame = found.frame.with_columns(
        said=pl.col("decision").replace_strict(words, return_dtype=pl.String),
        because=pl.col("rule").replace_strict(rules, return_dtype=pl.String),
    )
    title = work.say("信用检查", "credit")
    name = f"{title}.xlsx"
    columns = tuple(Column(one, heads[at]) for one, heads in _CREDIT_HEADS.items())
    sheet = _sheet(title, columns, frame, work)

    def write(path: Path) -> None:
        write_report([sheet], path, lang=work.lang, force=True)

    held = frame.filter(pl.col("decision") == "hold").sort("total", descending=True)
    asks = [
        Ask(
            work.say(f"客户 {row['customer']} 信用冻结", f"customer {row['customer']} is on hold"),
            name,
            row["because"],
        )
        for row in held.head(_SHOWN).iter_rows(named=True)
    ]
    if held.height > _SHOWN:
        rest = held.height - _SHOWN
        asks.append(Ask(work.say(f"另有 {rest} 家冻结", f"{rest} more on hold"), name, ""))
    counts = frame.group_by("decision").len().sort("decision")
    said = {"as_of": work.as_of.isoformat(), "decisions": dict(counts.iter_rows())}
    return Told(said=said, outputs=(Output(name, write),), asks=tuple(asks))


def _sheet(title: str, columns: tuple[Column, ...], frame: pl.DataFrame, work: Work) -> Sheet:
    listing = Listing(columns=columns, frame=frame, keep=1)
    line = Line(work.say(f"截至 {work.as_of}", f"as of {work.as_of}"))
    return Sheet(name=title, parts=(Title(title), line, listing))


def _no_tiers(work: Work) -> tuple[str, str] | None:
    forms: Forms = work.value("forms")
    if forms.one(TierPolicy) is None:
        return "表单里没有客户分级办法", "there is no tier policy among the forms"
    return None


def _tier(work: Work) -> Tiers:
    """The tiers on the day; a plug-in's rule bands customers where the policy names one."""
    customers: Customers = work.value("customers")
    policy = customers.tier_policy
    last = work.period.first_day - dt.timedelta(days=1)
    history = customers.history
    if not history:
        history = attrs.evolve(customers, as_of=last).tiering().records()
    bands = None
    if policy.rule:
        rule = registry().tier_rule(policy.rule)
        bands = customers.facts.select("customer", band=rule.classify(customers.facts))
    found = tiers(customers.facts, policy, as_of=work.as_of, history=history, bands=bands)
    monthly = found.frame.select(
        "customer", "tier", previous_tier="previous", tier_change="change"
    )
    return Tiers(tiering=found, monthly=monthly)


_TIER_HEADS = {
    "customer": ("客户", "customer"),
    "tier": ("等级", "tier"),
    "previous": ("上次等级", "before"),
    "since": ("起始日", "since"),
    "key_account": ("大客户", "key account"),
    "reason": ("依据", "reason"),
}


def _tell_tier(work: Work, found: Tiers) -> Told:
    at = 0 if work.lang == "zh" else 1
    names = {level.code: level.text(work.lang) for level in found.tiering.policy.levels}
    told = found.tiering.evidence(work.lang)
    frame = told.with_columns(
        pl.col(one).replace_strict(names, default=pl.col(one), return_dtype=pl.String)
        for one in ("tier", "previous")
    )
    title = work.say("客户等级评定", "tiers")
    name = f"{title}.xlsx"
    columns = tuple(Column(one, heads[at]) for one, heads in _TIER_HEADS.items())
    sheet = _sheet(title, columns, frame, work)

    def write(path: Path) -> None:
        write_report([sheet], path, lang=work.lang, force=True)

    moved = frame.filter(pl.col("change").is_in(["demoted", "watched"]))
    asks = [
        Ask(f"{row['customer']}: {row['reason']}", name, work.say("确认等级", "confirm the tier"))
        for row in moved.head(_SHOWN).iter_rows(named=True)
    ]
    if moved.height > _SHOWN:
        rest = moved.height - _SHOWN
        asks.append(Ask(work.say(f"另有 {rest} 家", f"{rest} more"), name, ""))
    kept = Output(
        work.say("客户等级记录.toml", "tier records.toml"),
        lambda path: _keep(found.tiering.records(), path),
    )
    counts = told.group_by(pl.col("change")).len().sort("change")
    said = {"as_of": work.as_of.isoformat(), "changes": dict(counts.iter_rows())}
    return Told(said=said, outputs=(Output(name, write), kept), asks=tuple(asks))


def _keep(records: Iterable[TierRecord], path: Path) -> None:
    """Write the tiers as records of a form: the history of the month that follows."""
    parts = []
    for one in records:
        if one.level is None:
            continue
        days = {"since": one.since, "watched_since": one.watched_since}
        lines = [f"customer = {json.dumps(one.customer, ensure_ascii=False)}"]
        lines.append(f"level = {json.dumps(one.level, ensure_ascii=False)}")
        lines += [f"{name} = {day}" for name, day in days.items() if day is not None]
        parts.append("\n".join(["[[tier_record]]", *lines, ""]))
    with whole(path, force=True) as temporary:
        temporary.write_text("\n".join(parts), "utf-8")


STEPS = (
    Step(
        name="credit", zh="信用", en="credit", needs=("customers", "forms"), make=_credit,
        tell=_tell_credit, idle=_no_credit,
    ),
    Step(
        name="tier", zh="客户等级", en="tiers", needs=("customers", "forms"), make=_tier,
        tell=_tell_tier, idle=_no_tiers,
    ),
)  # fmt: skip
"""In the order they run."""
