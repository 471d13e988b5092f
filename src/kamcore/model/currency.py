"""Currencies: ISO 4217 codes, their decimals, and the words ledgers use for them.

Decimals are the minor units of ISO 4217.  The names and system codes stand in
``data/currencies.csv``: Chinese names as ledgers write them (人民币, 美元), marks (￥), and the
codes of products that keep their own (RMB in K/3 and U8, BB01 in EAS, PRE001 in 云星空).
"""

import csv
import functools
import re
import unicodedata
from importlib.resources import files

import attrs


@attrs.frozen(kw_only=True)
class Currency:
    """A currency: ISO code, decimals of its minor unit, Chinese name, other spellings."""

    code: str
    decimals: int
    zh: str
    aliases: tuple[str, ...] = ()


@functools.cache
def currencies() -> dict[str, Currency]:
    """Every currency kamcore knows by name, by ISO code."""
    table = files("kamcore.model").joinpath("data/currencies.csv").read_text("utf-8")
    return {
        row["code"]: Currency(
            code=row["code"],
            decimals=int(row["decimals"]),
            zh=row["zh"],
            aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
        )
        for row in csv.DictReader(table.splitlines())
    }


@functools.cache
def _spellings() -> dict[str, str]:
    return {
        _fold(word): currency.code
        for currency in currencies().values()
        for word in (currency.code, currency.zh, *currency.aliases)
    }


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def currency_code(text: str | None) -> str | None:
    """The ISO code of a currency as a source spells it; None when it is not known.

    A code and a name side by side count as one spelling each: ``USD 美元``, ``美元(USD)``.

    >>> currency_code("人民币"), currency_code("RMB"), currency_code("美元"), currency_code("?")
    ('CNY', 'CNY', 'USD', None)
    """
    if not text:
        return None
    known = _spellings()
    if (folded := _fold(text)) in known:
        return known[folded]
    words = re.split(r"[\s()\[\]/,;:|-]+", unicodedata.normalize("NFKC", text).upper())
    found = {known[word] for word in words if word in known}
    return found.pop() if len(found) == 1 else None


def decimals_of(code: str | None) -> int:
    """Decimals of a currency's amounts; 2 for a currency that is not known.

    >>> decimals_of("CNY"), decimals_of("JPY"), decimals_of("KWD"), decimals_of("XTS")
    (2, 0, 3, 2)
    """
    known = currencies().get(code or "")
    return 2 if known is None else known.decimals
