"""Classes of parties (客户分类): the lists the trade's handbooks give, and a company's own.

``data/party_classes.csv`` ships the classes by importance, position, time, stage, nature,
directness, ownership, trade form and location.  A company adds classes of its own to any of them.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import attrs

SCHEMES = {
    "importance": ("重要性", "importance"),
    "position": ("数量与市场地位", "quantity and market position"),
    "time": ("时间", "time"),
    "stage": ("交易过程", "stage of dealing"),
    "nature": ("性质", "nature"),
    "directness": ("直接与间接", "direct or indirect"),
    "ownership": ("所有制", "ownership"),
    "trade_form": ("商业形态", "form of trade"),
    "location": ("地段", "location"),
}
"""The lists by id, in Chinese and in English."""


@attrs.frozen
class PartyClass:
    """A class of a list, with its names."""

    scheme: str
    code: str
    zh: str
    en: str

    def text(self, lang: str = "en") -> str:
        """The name of the class in a language."""
        return self.zh if lang == "zh" else self.en


@attrs.frozen
class PartyClasses:
    """Every class that may be given, by list.

    >>> classes = PartyClasses.shipped()
    >>> classes.find("ownership", "合资").code
    'joint'
    >>> own = classes.with_own([PartyClass("ownership", "foreign", "外资", "foreign")])
    >>> own.find("ownership", "foreign").zh
    '外资'
    """

    by_scheme: Mapping[str, tuple[PartyClass, ...]]

    @classmethod
    def shipped(cls) -> "PartyClasses":
        """The classes of the handbooks."""
        return cls(_shipped())

    def with_own(self, own: Iterable[PartyClass]) -> "PartyClasses":
        """The classes with a company's own behind them; the same code replaces a shipped one."""
        found = {name: {one.code: one for one in known} for name, known in self.by_scheme.items()}
        for one in own:
            found.setdefault(one.scheme, {})[one.code] = one
        return PartyClasses({name: tuple(known.values()) for name, known in found.items()})

    def find(self, scheme: str, text: str) -> PartyClass | None:
        """The class of a list that is called so, by its code or a name."""
        wanted = text.strip().casefold()
        for one in self.by_scheme.get(scheme, ()):
            if wanted in (one.code, one.zh.casefold(), one.en.casefold()):
                return one
        return None


@cache
def _shipped() -> dict[str, tuple[PartyClass, ...]]:
    table = files("kamcore.model").joinpath("data/party_classes.csv").read_text("utf-8")
    found: dict[str, list[PartyClass]] = {}
    for row in csv.DictReader(io.StringIO(table)):
        one = PartyClass(row["scheme"], row["code"], row["zh"], row["en"])
        found.setdefault(one.scheme, []).append(one)
    return {scheme: tuple(known) for scheme, known in found.items()}
