"""Standard charts of accounts (会计科目表) and which of them a set of books follows.

The accounts stand in ``data/coa_cn.csv``:

* ``ASBE``: 企业会计准则, list of 2006 in the annex to its application guide;
* ``ASBE-NEW``: the same list with the accounts of the standards revised since 2017, whose numbers
  are conventions of vendors (合同资产 is 1462 with one and 1481 with another);
* ``ASSBE``: 小企业会计准则, annex to 财会〔2011〕17号;
* ``EAS2001``: 企业会计制度, still found in long-lived books; only its best-known accounts.

The annexes say that numbers are for reference and that units may add, split and merge accounts.
So a table answers what an account is, never its first digit, and a family is recognised by
number and name together: 5001 is 生产成本 in one family and 主营业务收入 in another.
"""

import csv
import functools
from collections.abc import Iterable, Mapping
from importlib.resources import files

import attrs

from kamcore.model.dimension import dimension_id
from kamcore.model.scheme import CodeScheme, strip

FAMILIES = ("ASBE", "ASBE-NEW", "ASSBE", "EAS2001")
"""Names of the standard charts."""

FAMILY_ZH = {
    "ASBE": "企业会计准则",
    "ASBE-NEW": "企业会计准则(含新准则科目)",
    "ASSBE": "小企业会计准则",
    "EAS2001": "企业会计制度",
}
"""What accountants call each family."""

_SIDES = {"借": "debit", "贷": "credit"}

_SAME_NAME = {
    "现金": "库存现金",
    "营业税金及附加": "税金及附加",
    "主营业务税金及附加": "税金及附加",
    "营业费用": "销售费用",
}
"""Renamed accounts: another name of one account says nothing against a family."""

_FINGERPRINTS = {
    "ASBE": ("4001", "4103", "5001", "6001"),
    "ASSBE": ("3001", "3103", "4001", "5001"),
    "EAS2001": ("1131", "2121", "3131", "5101"),
}
"""Accounts that tell the families apart (accounting practice as vendors' presets show it)."""

_FIRST = 4
"""Digits of a first-level account in every family."""

_NUMBERS_ALONE = 2
"""How many numbers that only one family knows are needed where no name helps."""

_BY_NAME, _BY_NUMBER, _TELLING = 4, 1, 3
"""Weights: number and name agree; only the number is known; factor of a fingerprint account."""


@attrs.frozen(kw_only=True)
class ChartAccount:
    """A first-level account of a standard chart.

    `category` is 资产, 负债, 共同, 权益, 成本 or 损益; `direction` the side of its usual balance,
    ``debit`` or ``credit``; `dimensions` the auxiliary kinds usually kept under it, as ids.
    """

    code: str
    name: str
    category: str
    direction: str
    dimensions: tuple[str, ...] = ()
    family: str
    note: str = ""


@attrs.frozen(kw_only=True)
class FamilyGuess:
    """Which family books follow: `family` is None when nothing or several fit.

    `score` is the share, in percent, of the first-level accounts that the family explains;
    `reasons` are pairs of a Chinese and an English sentence.
    """

    family: str | None
    score: int = 0
    reasons: tuple[tuple[str, str], ...] = ()

    def reason(self, lang: str = "en") -> str:
        """The reasons in one line."""
        if lang == "zh":
            return "; ".join(zh for zh, _ in self.reasons)
        return "; ".join(en for _, en in self.reasons)


@functools.cache
def _table() -> tuple[ChartAccount, ...]:
    text = files("kamcore.model").joinpath("data/coa_cn.csv").read_text("utf-8")
    return tuple(
        ChartAccount(
            code=row["code"],
            name=row["name"],
            category=row["category"],
            direction=_SIDES[row["direction"]],
            dimensions=tuple(dimension_id(word) for word in row["aux"].split(";") if word),
            family=row["standard"],
            note=row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@functools.cache
def chart(family: str) -> Mapping[str, ChartAccount]:
    """The accounts of a family, by code, in the order of the standard.

    ``ASBE-NEW`` is the list of 2006 with its later accounts in it; where a number was given a
    new meaning (1501 持有至到期投资, now 债权投资) the later one stands.

    Raises:
        ValueError: there is no such family.
    """
    if family not in FAMILIES:
        raise ValueError(f"{family!r} is no family of accounts: {', '.join(FAMILIES)}")
    if family == "ASBE-NEW":
        later = {account.code: account for account in _table() if account.family == family}
        return dict(sorted({**chart("ASBE"), **later}.items()))
    return {account.code: account for account in _table() if account.family == family}


def lookup(code: str, family: str, scheme: CodeScheme | None = None) -> ChartAccount | None:
    """The standard account a code belongs to, whatever its level and spelling; None if unknown.

    >>> lookup("1122.01", "ASBE").name, lookup("1122001", "ASBE").name
    ('应收账款', '应收账款')
    >>> lookup("5001", "ASBE").category, lookup("5001", "ASSBE").category
    ('成本', '损益')

    Raises:
        ValueError: there is no such family.
    """
    return chart(family).get(first_level(code, scheme))


def first_level(code: str, scheme: CodeScheme | None = None) -> str:
    """The first-level part of a code, separated or not.

    >>> first_level("1122-01"), first_level("660201"), first_level("10")
    ('1122', '6602', '10')
    """
    if scheme is not None:
        return scheme.split(code)[0] if code else ""
    for mark in ".-_/":
        if mark in code:
            return code.split(mark, maxsplit=1)[0]
    return strip(code)[:_FIRST]


def detect_family(accounts: Mapping[str, str | None]) -> FamilyGuess:
    """Tell which standard chart books follow, from the codes and names of their accounts.

    Only first-level accounts count.  An account whose number and name both agree speaks for a
    family, one whose number stands for something else against it; where a source has no names
    the numbers alone speak, more weakly.  The answer is None when no account tells one family
    from the others, or two families explain the accounts equally well.
    """
    known = _first_level_names(accounts)
    if not known:
        return FamilyGuess(family=None)
    points = {family: _points(known, family) for family in _FINGERPRINTS}
    best, second, *_ = sorted(points, key=lambda family: -points[family])
    explained = _explained(known, best)
    score = 100 * len(explained) // len(known)
    if points[best] <= 0 or points[best] == points[second]:
        return FamilyGuess(family=None, score=score)
    shared = {code for family in points if family != best for code in _explained(known, family)}
    telling = [code for code in explained if code not in shared]
    if not any(known[code] for code in telling) and len(telling) < _NUMBERS_ALONE:
        return FamilyGuess(family=None, score=score)
    family = best
    if best == "ASBE" and len(later := _explained(known, "ASBE-NEW")) > len(explained):
        family, score = "ASBE-NEW", 100 * len(later) // len(known)
    return FamilyGuess(family=family, score=score, reasons=_reasons(telling, known, family))


def _first_level_names(accounts: Mapping[str, str | None]) -> dict[str, str]:
    """Names of first-level accounts; a blank name where only lower levels were seen."""
    names: dict[str, str] = {}
    for code, name in accounts.items():
        first = first_level(code)
        if len(first) != _FIRST or not first.isdigit():
            continue
        names.setdefault(first, "")
        if strip(code) == first and name:
            names[first] = _plain(name)
    return names


def _plain(name: str) -> str:
    short = "".join(name.split())
    return _SAME_NAME.get(short, short)


def _agrees(code: str, name: str, family: str) -> bool | None:
    """Whether a family explains an account; None when it knows no such number."""
    account = chart(family).get(code)
    if account is None:
        return None
    return not name or name == _plain(account.name)


def _explained(known: Mapping[str, str], family: str) -> list[str]:
    return [code for code, name in known.items() if _agrees(code, name, family)]


def _points(known: Mapping[str, str], family: str) -> int:
    total = 0
    for code, name in known.items():
        agrees = _agrees(code, name, family)
        if agrees is None:
            continue
        weight = _BY_NAME if name else _BY_NUMBER
        if code in _FINGERPRINTS[family]:
            weight *= _TELLING
        total += weight if agrees else -weight
    return total


def _reasons(
    telling: Iterable[str], known: Mapping[str, str], family: str
) -> tuple[tuple[str, str], ...]:
    accounts = [chart(family).get(code) or chart("ASBE")[code] for code in sorted(telling)]
    named = [account for account in accounts if known[account.code]]
    shown = ", ".join(f"{account.code} {account.name}" for account in (named or accounts)[:4])
    if named:
        return ((f"编号和名称都相符: {shown}", f"number and name agree: {shown}"),)
    return ((f"只有编号可比, 相符: {shown}", f"numbers only, without names: {shown}"),)
