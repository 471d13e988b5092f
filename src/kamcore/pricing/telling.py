"""The steps of a price as sentences, in Chinese and in English."""

from collections.abc import Iterable
from decimal import Decimal

from kamcore.model.band import Band
from kamcore.model.discount import discount_text
from kamcore.model.price import PriceRule
from kamcore.pricing.reckoning import Step

__all__ = ["price_text", "sentence", "step_text"]

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def price_text(price: Decimal) -> str:
    """A price with at least two decimals, more where it has more.

    >>> price_text(Decimal("87.4")), price_text(Decimal("0.12500"))
    ('87.40', '0.125')
    """
    if price == round(price, 2):
        return f"{price:.2f}"
    return f"{round(price, 10).normalize():f}"


def sentence(rule: PriceRule, steps: Iterable[Step], lang: str) -> str:
    """The whole story of a price in one line; steps that changed nothing are left out."""
    told = [rule.title(lang)]
    told += [text for step in steps if (text := _piece(step, lang))]
    return ", ".join(told)


def step_text(step: Step, lang: str) -> str:
    """One step with its figures."""
    said = _piece(step, lang)
    if step.name in ("basis", "price") and step.rule is not None:
        said = ", ".join(filter(None, [step.rule.title(lang), said]))
    if step.after is None or step.name in ("no promotion", "better price", "floor"):
        return said
    if step.before is None:
        return f"{said}: {price_text(step.after)}"
    return f"{said}: {price_text(step.before)} → {price_text(step.after)}"


def _piece(step: Step, lang: str) -> str:
    zh = lang == "zh"
    if step.name == "price":
        return _band(step.band, lang).strip()
    if step.name == "margin" and step.share is not None:
        more = f"{(step.share * HUNDRED).normalize():f}%"
        return f"加成 {more}" if zh else f"margin {more}"
    if step.name == "discount" and step.share is not None:
        return _band(step.band, lang) + discount_text(step.share, lang)
    if step.name == "rounding":
        place = f"{step.share:f}"
        # Rounding to cents goes without saying.
        if step.share == CENT:
            return ""
        return f"取整到 {place}" if zh else f"rounded to {place}"
    if step.name in ("promotion", "better price", "no promotion"):
        return _promotion(step, lang)
    if step.name == "floor" and isinstance(step.rule, PriceRule) and step.share is not None:
        return _floor(step.rule, step.share, lang)
    return ""


def _band(band: Band | None, lang: str) -> str:
    if band is None:
        return ""
    return f"批量 {band.text('zh')} " if lang == "zh" else f"quantity {band.text('en')} "


def _promotion(step: Step, lang: str) -> str:
    zh = lang == "zh"
    if step.name == "no promotion" or step.rule is None:
        return "不参加促销" if zh else "joins no promotion"
    title = step.rule.title(lang)
    if step.name == "better price":
        return f"优于{title}" if zh else f"better than {title}"
    share = "" if step.share is None else " " + discount_text(step.share, lang)
    return f"{title}{share}"


_ACTIONS = {
    "block": ("不得销售", "must not be sold"),
    "warn": ("请留意", "take note"),
    "approve": ("须经批准", "needs approval"),
}


def _floor(rule: PriceRule, limit: Decimal, lang: str) -> str:
    done = _ACTIONS[rule.action][lang != "zh"]
    if lang == "zh":
        return f"低于{rule.title(lang)} {price_text(limit)}: {done}"
    return f"below {rule.title(lang)} {price_text(limit)}: {done}"
