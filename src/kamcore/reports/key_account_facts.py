"""What the books and the forms know for the key-account forms, besides the archive.

The credit analysis and assessment take score, suggested limit and payment record; the grade
assessment the criteria of the tier; the plans what was sold; the lists of all parties the month,
the year, shares and growth.  What nobody knows stays blank, to be written by hand.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import polars as pl

from kamcore.forms.price_list import Item
from kamcore.model.archive import months_after
from kamcore.model.order import Order
from kamcore.model.party import Party
from kamcore.model.period import Period
from kamcore.model.tier import conditions_text, measure_name
from kamcore.pipeline.customer_facts import Customers
from kamcore.pricing import customer_contribution
from kamcore.reports.key_account_form import Row
from kamcore.reports.monthly import MonthlyQuestion, monthly_report
from kamcore.reports.sheets import Value
from kamcore.tiering import CreditScore, Tiering, abc, assess, decide_all, suggest_limit
from kamcore.tiering.assessing import Assessment
from kamcore.tiering.deciding import RULES
from kamcore.tiering.scoring import FORMULAS
from kamcore.tiering.telling import CHANGES, figure_name

__all__ = ["KnownFacts", "known_facts"]

HUNDRED = Decimal(100)
ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class KnownFacts:
    """Values by party and key, and rows by party and table, as `Filling` takes them."""

    facts: Mapping[str, Mapping[str, Value]]
    tables: Mapping[tuple[str, str], list[Row]]


def known_facts(customers: Customers, parties: Iterable[Party], lang: str = "zh") -> KnownFacts:
    """Gather what forms and books say of the parties on the day of `customers`.

    Raises:
        UsageError: the books have no customers, or a tier is overridden with an unknown level.
        BooksError: a table of the books lacks a column.
    """
    chosen = tuple(parties)
    found = _Gathering(customers, lang, customers.tiering())
    facts: dict[str, dict[str, Value]] = {party.code: {} for party in chosen}
    tables: dict[tuple[str, str], list[Row]] = {}
    for source in (found.sales(), found.month(), found.credit(), found.profit()):
        for code, values in source.items():
            if code in facts:
                facts[code] |= values
    for party in chosen:
        code = party.code
        facts[code] |= found.scored(code)
        facts[code] |= {"affiliates": found.affiliates(party)}
        card = assess(found.tiering, code, history=customers.history, lang=lang)
        if card is not None:
            facts[code] |= found.tier(card)
            tables[code, "criteria"] = found.criteria(card)
        tables[code, "ratios"] = found.ratios(customers.score(code))
        tables[code, "orders"] = found.orders(code)
        tables[code, "plan"] = found.plan(code)
        tables[code, "purchases"] = found.purchases(code)
    tables["", "levels"] = found.levels()
    kept = {key: rows for key, rows in tables.items() if rows}
    return KnownFacts(facts=facts, tables=kept)


@attrs.frozen
class _Gathering:
    customers: Customers
    lang: str
    tiering: Tiering

    @property
    def on(self) -> dt.date:
        return self.customers.as_of

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def sales(self) -> dict[str, dict[str, Value]]:
        """Sales of the months of the tier policy: amount, share, cumulative share, growth."""
        facts = self.customers.facts
        if "sales" not in facts.columns:
            return {}
        ranked = abc(facts).select("customer", "share", "cumulative")
        growth = facts["growth"] if "growth" in facts.columns else pl.lit(None).alias("growth")
        rows = facts.select("customer", "sales", growth).join(ranked, on="customer", how="left")
        return {
            row["customer"]: {
                "sales": _money(row["sales"]),
                "share": _percent(row["share"]),
                "cumulative": _percent(row["cumulative"]),
                "growth": _percent(row["growth"]),
            }
            for row in rows.iter_rows(named=True)
        }

    def month(self) -> dict[str, dict[str, Value]]:
        """The month of the day out of the books; without books, sales of the forms."""
        period = Period(self.on.year, self.on.month)
        if self.customers.books is not None:
            report = monthly_report(self.customers.books, MonthlyQuestion(period=period))
            return {
                row["customer"]: {
                    "month_sales": _money(row["sales"]),
                    "sales_ytd": _money(row["sales_year"]),
                    "receipts": _money(row["receipts"]),
                    "receivable": _money(row["closing"]),
                }
                for row in report.customers.iter_rows(named=True)
            }
        sold = self.customers.sales.filter(pl.col("date") <= self.on)
        year = sold.filter(pl.col("date").dt.year() == self.on.year)
        this = pl.col("date") >= period.first_day
        sums = year.group_by("customer").agg(
            month=pl.col("amount").filter(this).sum(), year=pl.col("amount").sum()
        )
        return {
            customer: {"month_sales": _money(month), "sales_ytd": _money(total)}
            for customer, month, total in sums.iter_rows()
        }

    def profit(self) -> dict[str, dict[str, Value]]:
        """What customers leave before the cost of waiting, whose every item has a cost."""
        customers = self.customers
        costs = {one.code: one.cost for one in customers.forms.of(Item) if one.cost is not None}
        sold = customers.net_sales.filter(
            pl.col("date") <= self.on,
            pl.col("date") > months_after(self.on, -customers.tier_policy.months),
        )
        unknown = sold.filter(~pl.col("item").is_in(list(costs)))
        sold, none = sold.join(unknown, on="customer", how="anti"), sold.clear()
        found = customer_contribution(sold, none, costs=costs, annual_rate=ZERO, as_of=self.on)
        rows = found.frame.select("customer", "contribution").iter_rows()
        return {customer: {"profit": _money(left)} for customer, left in rows}

    def credit(self) -> dict[str, dict[str, Value]]:
        """What credit decides on every customer, and what is overdue."""
        customers = self.customers
        decided = decide_all(
            customers.exposure,
            customers.credit_policy,
            as_of=self.on,
            late=customers.late,
            groups=customers.groups,
        )
        at = 0 if self.lang == "zh" else 1
        known = customers.books is not None
        return {
            row["customer"]: {
                "handling": RULES[row["rule"]][at] if row["rule"] in RULES else row["rule"],
                "overdue": _money(row["overdue"]) if known else None,
            }
            for row in decided.iter_rows(named=True)
        }

    def scored(self, code: str) -> dict[str, Value]:
        """Grade, suggested limit and terms, and the payment record in words."""
        customers = self.customers
        scored, known = customers.score(code), customers.measures(code)
        tier = self.tiering.frame.filter(customer=code)["tier"].to_list()
        plan = customers.tier_policy.plan(tier[0]) if tier else None
        said = suggest_limit(
            customers.credit_policy,
            scored,
            sales=known.get("sales"),
            months=customers.tier_policy.months,
            capital=known.get("registered_capital"),
            tier_factor=None if plan is None else plan.credit_factor,
        )
        days = None if said.days is None else self.say(f"{said.days} 天", f"{said.days} days")
        values: dict[str, Value] = {"limit": said.limit, "terms": days}
        if scored.grade is not None:
            values["grade"] = scored.grade.grade
            values["overall_view"] = self.say(
                f"评分 {scored.value}, 等级 {scored.grade.grade}",
                f"score {scored.value}, grade {scored.grade.grade}",
            )
        late, share = known.get("late_days"), known.get("late_share")
        if late is not None:
            part = _percent(share) or "0%"
            values["payment_record"] = self.say(
                f"平均超期 {late:.1f} 天, 逾期付款占 {part}",
                f"{late:.1f} days late on average, {part} paid late",
            )
        return values

    def affiliates(self, party: Party) -> Value:
        """The companies it is tied to on the day, by name."""
        archive = self.customers.archive
        names = []
        for tie in party.affiliations:
            if tie.counts_on(self.on):
                other = archive.by_code.get(tie.party)
                name = other.as_of(self.on).name if other is not None else None
                names.append(" ".join(filter(None, (tie.party, name, tie.relation))))
        return "; ".join(names) or None

    def tier(self, card: Assessment) -> dict[str, Value]:
        """The tier, the one before, since when and why."""
        policy = self.tiering.policy
        row = self.tiering.frame.filter(customer=card.customer).row(0, named=True)
        before = policy.level(row["previous"]) if row["previous"] else None
        words = CHANGES[card.change]
        return {
            "tier": None if card.level is None else card.level.text(self.lang),
            "previous": None if before is None else before.text(self.lang),
            "since": card.since if card.level is not None else None,
            "reason": card.reason,
            "conclusion": words[0 if self.lang == "zh" else 1],
        }

    def criteria(self, card: Assessment) -> list[Row]:
        """What was weighed; where nothing is, the key-account test with its evidence."""
        if card.points:
            return [
                {
                    "criterion": measure_name(one.measure, self.lang),
                    "weight": one.most,
                    "points": None if one.points is None else round(one.points, 2),
                    "evidence": _plain(one.value),
                }
                for one in card.points
            ]
        marks = {True: "✓", False: "✗", None: "?"}
        told = self.tiering.evidence(self.lang).filter(customer=card.customer).row(0, named=True)
        rules = {rule.criterion: rule for rule in self.tiering.policy.criteria}
        return [
            {
                "criterion": f"{code} {rule.zh if self.lang == 'zh' else rule.en}",
                "points": marks[told[f"met_{code}"]],
                "evidence": told[f"evidence_{code}"],
            }
            for code, rule in rules.items()
        ]

    def ratios(self, scored: CreditScore) -> list[Row]:
        """The measures of the credit score; what is unknown says what is missing."""
        at = 0 if self.lang == "zh" else 1
        return [
            {
                "ratio": FORMULAS.get(one.measure, (one.measure, one.measure))[at],
                "value": _plain(one.value),
                "points": None if one.points is None else f"{one.points:f} / {one.of:f}",
                "note": self.lacking(one.missing),
            }
            for one in scored.parts
        ]

    def lacking(self, names: Iterable[str]) -> str | None:
        """What is missing, in words."""
        said = ", ".join(figure_name(name, self.lang) for name in names)
        return self.say(f"缺 {said}", f"missing: {said}") if said else None

    def orders(self, code: str) -> list[Row]:
        """The lines of the orders up to the day, the latest first."""
        own = [one for one in self.customers.forms.of(Order) if one.customer == code]
        known = sorted((one for one in own if one.date <= self.on), key=lambda one: one.number)
        return [
            {
                "order": one.number,
                "date": one.date,
                "item": line.item,
                "quantity": line.quantity,
                "price": line.price,
                "amount": None if line.price is None else round(line.quantity * line.price, 2),
                "promised": line.promised,
                "status": one.status_on(self.on),
            }
            for one in sorted(known, key=lambda one: one.date, reverse=True)
            for line in one.lines
        ]

    def plan(self, code: str) -> list[Row]:
        """The purchase plans of the contracts in force, with what was sold in their time."""
        terms = [one.version_on(self.on) for one in self.customers.contracts if one.party == code]
        sold = self.customers.sales.filter(
            pl.col("customer") == code, pl.col("date") <= self.on
        ).select("date", "item", "amount")
        rows: list[Row] = []
        for version in terms:
            for line in () if version is None else version.annual_plan:
                within = pl.col("date").is_between(line.span.first, line.span.last)
                if line.item:
                    within &= pl.col("item") == line.item
                amounts = sold.filter(within)["amount"].to_list()
                begun = line.span.first <= self.on
                rows.append(
                    {
                        "contract": version.number if version is not None else "",
                        "period": str(line.span),
                        "item": line.item,
                        "quantity": line.quantity,
                        "amount": line.amount,
                        "achieved": sum(amounts, ZERO) if begun else None,
                    }
                )
        return rows

    def purchases(self, code: str) -> list[Row]:
        """What the customer bought of us, by item: the row others are compared with."""
        own = self.customers.sales.filter(
            pl.col("customer") == code, pl.col("date") <= self.on, pl.col("item") != ""
        )
        sums = own.group_by("item").agg(pl.col("quantity", "amount").sum()).sort("item")
        books = self.customers.books
        supplier = books.entity.name if books is not None else ""
        return [
            {
                "item": item,
                "supplier": supplier or self.say("本公司", "our company"),
                "price": round(amount / quantity, 4) if quantity else None,
                "quantity": quantity,
            }
            for item, quantity, amount in sums.iter_rows()
        ]

    def levels(self) -> list[Row]:
        """The levels of the tier policy with their conditions and how many hold them."""
        counts = dict(self.tiering.frame.group_by("tier").len().iter_rows())
        scheme = self.say("客户等级", "tier")
        return [
            {
                "scheme": scheme,
                "code": level.code,
                "class": level.text(self.lang),
                "standard": conditions_text(level.conditions, self.lang) or None,
                "parties": counts.get(level.code, 0),
            }
            for level in self.tiering.policy.levels
        ]


def _money(amount: Any) -> Decimal | None:
    return None if amount is None else round(Decimal(amount), 2)


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else f"{share * HUNDRED:.2f}%"


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"
