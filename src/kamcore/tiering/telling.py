"""Tiers in words: what happened to one, and the facts that decided it."""

import datetime as dt
from collections.abc import Iterable

import polars as pl

from kamcore.forms.credit_policy import FinancialsForm
from kamcore.model.tier import Condition, TierPolicy, measure_name
from kamcore.tiering.conditions import all_hold, evidence

__all__ = ["CHANGES", "criteria_of", "criterion_text", "figure_name", "reason"]

_RATIOS = {
    "current_asset_share": ("流动资产率", "current-asset share"),
    "net_margin": ("净利润率", "net margin"),
    "return_on_assets": ("资产回报率", "return on assets"),
    "collection_days": ("回款周期", "collection days"),
    "inventory_days": ("存货周期", "inventory days"),
    "disputes": ("争议笔数", "disputes"),
    "score": ("信用评分", "score"),
    "sales": ("近一年销售额", "sales"),
}
"""Measures of credit that no form asks for and no tier names so shortly."""

CHANGES = {
    "new": ("首次定级", "first tier"),
    "kept": ("保持", "kept"),
    "promoted": ("升级", "promoted"),
    "demoted": ("降级", "demoted"),
    "watched": ("观察", "watched"),
    "overridden": ("人工指定", "given by a person"),
    "none": ("未达任何等级", "no level reached"),
}
"""What may happen to a tier, in Chinese and in English."""


def figure_name(name: str, lang: str = "en") -> str:
    """What a measure of credit, or a figure of a customer's statements, is called.

    >>> figure_name("net_profit", "zh"), figure_name("return_on_assets")
    ('净利润', 'return on assets')
    """
    if name in _RATIOS:
        return _RATIOS[name][0 if lang == "zh" else 1]
    for column in FinancialsForm.columns():
        if column.field == name:
            return column.heading(lang)
    return measure_name(name, lang)


def criteria_of(policy: TierPolicy) -> list[str]:
    """The criteria of the key-account test, once each."""
    return list(dict.fromkeys(rule.criterion for rule in policy.criteria))


def criterion_text(policy: TierPolicy, code: str, columns: Iterable[str], lang: str) -> pl.Expr:
    """The evidence of a criterion: of the first way that is met, else of all of them."""
    ways = [rule for rule in policy.criteria if rule.criterion == code]
    texts = [evidence(rule.conditions, columns, lang) for rule in ways]
    met = [
        pl.when(all_hold(rule.conditions)).then(text)
        for rule, text in zip(ways, texts, strict=True)
    ]
    either = " / "
    return pl.coalesce(*met, pl.concat_str(texts, separator=either))


def reason(policy: TierPolicy, as_of: dt.date, columns: Iterable[str], lang: str) -> pl.Expr:
    """Why the tier is what it is: what happened, and the conditions that decided it."""
    zh = lang == "zh"
    words = {change: said[0 if zh else 1] for change, said in CHANGES.items()}
    what = pl.col("change").replace_strict(words, return_dtype=pl.String)
    causes = {
        "margin": "在保护幅度之内" if zh else "within the margin",
        "unknown": "资料不全, 不降级" if zh else "facts are unknown, so it is not lost",
        "grace": "宽限期内" if zh else "within the months of grace",
    }
    cause = pl.col("cause").replace_strict(causes, default=None, return_dtype=pl.String)
    missed = pl.col("change").is_in(["demoted", "watched"])
    which = pl.when(missed).then("previous").otherwise("tier")
    texts = [
        pl.when(which == level.code).then(evidence(level.conditions, columns, lang))
        for level in policy.levels
    ]
    lowest = evidence(_lowest(policy), columns, lang)
    given = {
        one.customer: f"{one.person}, {one.until}{', ' if one.reason else ''}{one.reason}"
        for one in policy.overrides
        if one.counts_on(as_of)
    }
    by_hand = pl.col("customer").replace_strict(given, default=None, return_dtype=pl.String)
    why = (
        pl.when(pl.col("change") == "overridden")
        .then(by_hand)
        .otherwise(pl.coalesce(*texts, lowest))
    )
    open_to = "; 资料不全, 可能达到 " if zh else "; facts are missing, may be "
    names = {level.code: level.text(lang) for level in policy.levels}
    may = pl.col("may_be").replace_strict(names, default=None, return_dtype=pl.String)
    return pl.concat_str(
        what,
        pl.concat_str(pl.lit(" ("), cause, pl.lit(")")).fill_null(""),
        pl.when(why != "").then(pl.concat_str(pl.lit(": "), why)).fill_null(""),
        pl.concat_str(pl.lit(open_to), may).fill_null(""),
    )


def _lowest(policy: TierPolicy) -> tuple[Condition, ...]:
    return policy.levels[-1].conditions
