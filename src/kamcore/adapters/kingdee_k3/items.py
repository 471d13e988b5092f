"""Auxiliary items packed in one cell: ``客户---001---某公司||部门---03---销售一部``.

Items are joined by ``||`` or, in some workbooks of generation A, by a comma.  Names may hold
``||``, commas and hyphens themselves, so a new item begins only where a joiner is followed by a
known category and hyphens.  Known are the usual dimensions, the categories given, and those the
workbook itself shows: at the start of a cell, or behind a joiner that is in use in it.
"""

import graphlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from kamcore.errors import Fault, Severity
from kamcore.model.dimension import DIMENSIONS, dimension_id, is_known, label_of

NO_CATEGORY = Fault(
    code="K2011",
    zh="核算项目「{value}」没有类别",
    en="the item {value!r} names no category",
    hint_zh="应写作 类别---代码---名称",
    hint_en="an item is category---code---name",
)
UNKNOWN_CATEGORY = Fault(
    code="K2012",
    severity=Severity.WARNING,
    zh="核算类别「{category}」({count} 行) 不是常用类别, 作为单独的核算维度读取",
    en="the category {category} ({count} lines) is no usual dimension; read as one of its own",
    hint_zh="若属正常, 用选项 categories 列出",
    hint_en="list it in the option categories if it is meant",
)
CATEGORY_TWICE = Fault(
    code="K2013",
    zh="同一分录的类别「{category}」出现两次",
    en="the category {category} occurs twice on one line",
)
NO_CODE = Fault(
    code="K2014",
    zh="核算项目「{value}」没有代码",
    en="the item {value!r} has no code",
)
TWO_NAMES = Fault(
    code="K2015",
    severity=Severity.INFO,
    zh="「{category}」的代码 {code} 有不同名称: {names}; 取第一个",
    en="code {code} of {category} has several names: {names}; the first is taken",
)

LABELS = {"inventory": "物料"}
"""Categories the product names otherwise than most."""

HYPHENS = "---"
JOINERS = ("||", ",")
_CATEGORY = r"[^|,\-\s][^|,\-]{0,39}"
_STARTS = re.compile(rf"^\s*({_CATEGORY}?)---")


@attrs.frozen
class Item:
    """One item: the label of its category, its code, its name."""

    label: str
    code: str
    name: str | None

    def text(self) -> str:
        """The item as the layout spells it."""
        return HYPHENS.join((self.label, self.code, self.name or ""))


@attrs.frozen
class Cell:
    """What one distinct text holds: items, and the faults found with the facts of each."""

    items: tuple[Item, ...] = ()
    faults: tuple[tuple[Fault, str, str], ...] = ()
    """Fault, offending text, category."""


@attrs.frozen
class Packing:
    """How a workbook packs items: its joiners and the labels of its categories."""

    joiners: tuple[str, ...]
    labels: tuple[str, ...]
    """Categories that occur, in the order that fits most lines."""
    _joint: re.Pattern[str] = attrs.field(init=False, eq=False, repr=False)
    _item: re.Pattern[str] = attrs.field(init=False, eq=False, repr=False)

    @_joint.default
    def _make_joint(self) -> re.Pattern[str]:
        marks = "|".join(map(re.escape, self.joiners))
        return re.compile(rf"(?:{marks})(?=(?:{_any(self.labels)})(?:---|--(?!-)))")

    @_item.default
    def _make_item(self) -> re.Pattern[str]:
        # Two hyphens are a slip of some programs, believed only behind a known category.
        usual = r"\s*(?P<label>[^\-]+)---(?P<code>.*?)(?:---(?P<name>.*))?"
        slip = rf"\s*(?P<short>{_any(self.labels)})--(?!-)(?P<code2>.*?)(?:--(?P<name2>.*))?"
        return re.compile(f"{usual}|{slip}", re.DOTALL)

    @classmethod
    def of(cls, texts: Sequence[str], categories: Collection[str] = ()) -> "Packing":
        """Find out how the distinct texts of a workbook are packed."""
        known = {label for d in DIMENSIONS for label in (d.label, *d.aliases)} | set(categories)
        known |= {found[1].strip() for text in texts if (found := _STARTS.match(text))}
        joined = "\n".join(texts)
        used = tuple(
            mark for mark in JOINERS if re.search(f"{re.escape(mark)}({_any(known)})---", joined)
        )
        for mark in used or JOINERS:
            behind = rf"{re.escape(mark)}({_CATEGORY}?)---[^|,\n]*?---"
            known |= {label.strip() for label in re.findall(behind, joined)}
        packing = cls(used or JOINERS, tuple(sorted(known)))
        sequences = [[item.label for item in packing.split(text).items] for text in texts]
        return cls(packing.joiners, _ordered(sequences))

    @property
    def joiner(self) -> str:
        """The joiner to write."""
        return self.joiners[0]

    def split(self, text: str) -> Cell:
        """Take one text apart."""
        if not text.strip():
            return Cell()
        items: list[Item] = []
        faults: list[tuple[Fault, str, str]] = []
        for piece in self._joint.split(text):
            found = self._item.fullmatch(piece)
            if found is None:
                faults.append((NO_CATEGORY, piece, ""))
                continue
            label = (found["label"] or found["short"]).strip()
            code = (found["code"] or found["code2"] or "").strip()
            name = (found["name"] or found["name2"] or "").strip() or None
            if not code:
                faults.append((NO_CODE, piece, label))
            elif any(item.label == label for item in items):
                faults.append((CATEGORY_TWICE, piece, label))
            else:
                items.append(Item(label, code, name))
        return Cell(tuple(items), tuple(faults))

    def names(self, texts: Iterable[str]) -> dict[tuple[str, str], list[str]]:
        """Every name that the texts give to a label and code, in the order they occur."""
        found: dict[tuple[str, str], list[str]] = {}
        for text in texts:
            for item in self.split(text).items:
                known = found.setdefault((item.label, item.code), [])
                if item.name and item.name not in known:
                    known.append(item.name)
        return found

    def spell(self, text: str, names: Mapping[tuple[str, str], str | None]) -> str:
        """The text as it is made again from codes and the names of the members."""
        rank = {label: order for order, label in enumerate(self.labels)}
        ordered = sorted(self.split(text).items, key=lambda item: rank[item.label])
        named = (attrs.evolve(item, name=names[item.label, item.code]) for item in ordered)
        return self.joiner.join(item.text() for item in named)


def dimension_ids(labels: Iterable[str]) -> dict[str, str]:
    """The dimension id of every label; of two labels for one dimension the usual one keeps it."""
    ids: dict[str, str] = {}
    for label in sorted(labels, key=lambda text: label_of(dimension_id(text)) != text):
        wanted = dimension_id(label)
        ids[label] = wanted if wanted not in ids.values() else label
    return ids


def unknown(labels: Iterable[str], categories: Collection[str]) -> list[str]:
    """Labels that are neither usual dimensions nor given."""
    return [label for label in labels if label not in categories and not is_known(label)]


def _any(labels: Iterable[str]) -> str:
    """A pattern that matches any of `labels`, or nothing when there are none."""
    longest_first = sorted(labels, key=lambda text: (-len(text), text))
    return "|".join(map(re.escape, longest_first)) or "(?!)"


def _ordered(sequences: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Labels in an order that agrees with every line, or as they first occur if none does."""
    graph: dict[str, set[str]] = {}
    for labels in sequences:
        for before, label in zip(("", *labels), labels, strict=False):
            graph.setdefault(label, set()).update({before} - {""})
    try:
        sorter = graphlib.TopologicalSorter({key: sorted(graph[key]) for key in graph})
        return tuple(sorter.static_order())
    except graphlib.CycleError:
        return tuple(graph)
