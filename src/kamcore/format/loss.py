"""What a target cannot say, as values: never a log line."""

import enum
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from kamcore.format.fact import Fact
from kamcore.place import Place


class LossKind(enum.StrEnum):
    """How a fact is lost."""

    DROPPED = "dropped"
    """放弃: the layout has no room for it."""
    OMITTED = "omitted"
    """略去: the whole row is not written, such as a void voucher where no mark says void."""
    CUT = "cut"
    """截短: too long for its field."""
    ROUNDED = "rounded"
    """舍入: more decimals than the field takes."""
    REPLACED = "replaced"
    """替换: characters the field or the encoding cannot hold were replaced."""
    MERGED = "merged"
    """合并: several values became one."""
    GUESSED = "guessed"
    """推定: a value the target requires was not in the source."""
    MISSING = "missing"
    """缺少: the target requires it and the source does not say."""


KIND_ZH = {
    LossKind.DROPPED: "放弃",
    LossKind.OMITTED: "略去",
    LossKind.CUT: "截短",
    LossKind.ROUNDED: "舍入",
    LossKind.REPLACED: "替换",
    LossKind.MERGED: "合并",
    LossKind.GUESSED: "推定",
    LossKind.MISSING: "缺少",
}
"""The Chinese word of each kind."""


@attrs.frozen
class Loss:
    """A fact lost in one way: how often, and where first."""

    kind: LossKind
    fact: Fact
    count: int
    first: Place = Place()
    example: str = ""
    """The first value lost, as text."""
    label: str = ""
    """What the source calls the dimension, for a dimension fact."""

    def text(self, lang: str = "en") -> str:
        """Say the loss in one line."""
        labels = {self.fact.column.removeprefix("aux_"): self.label} if self.label else None
        what = self.fact.title(lang, labels)
        where = self.first.text(lang)
        if lang == "zh":
            return f"{KIND_ZH[self.kind]}  {what}  {self.count} 处" + (
                f"  首处: {where}" if where else ""
            )
        return f"{self.kind} {what}: {self.count}" + (f", first at {where}" if where else "")

    def to_json(self) -> dict[str, Any]:
        """Give the keys of a loss in ``--json``."""
        return {
            "kind": str(self.kind),
            "fact": str(self.fact),
            "count": self.count,
            "first": {"place": self.first.to_json(), "value": self.example},
            "label": self.label,
        }


class Losses:
    """The recorder a writer gets: it notes what it had to cut, round, replace or guess.

    Dropped facts are not its business: they follow from what the format declares.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[LossKind, Fact], Loss] = {}

    def note(
        self, kind: LossKind, fact: str, count: int, first: Place, example: object = ""
    ) -> None:
        """Note that `fact` was lost `count` times; nothing is noted for a count of zero."""
        if not count:
            return
        key = (kind, Fact.parse(fact))
        known = self._found.get(key)
        self._found[key] = (
            Loss(*key, count, first, str(example))
            if known is None
            else attrs.evolve(known, count=known.count + count)
        )

    def __iter__(self) -> Iterator[Loss]:
        return iter(self._found.values())


@attrs.frozen
class LossReport:
    """All losses of one writing, in a stable order."""

    losses: tuple[Loss, ...] = ()

    @classmethod
    def of(cls, losses: Iterable[Loss]) -> "LossReport":
        """Sort losses by kind and fact."""
        order = list(LossKind)
        return cls(tuple(sorted(losses, key=lambda loss: (order.index(loss.kind), loss.fact))))

    @property
    def facts(self) -> frozenset[Fact]:
        """Facts with any loss."""
        return frozenset(loss.fact for loss in self.losses)

    @property
    def dropped(self) -> frozenset[Fact]:
        """Facts the target has no room for."""
        return frozenset(loss.fact for loss in self.losses if loss.kind is LossKind.DROPPED)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.losses)

    def __len__(self) -> int:
        return len(self.losses)
