"""A mapping between two sets of books (科目对照, 往来对照), proposed from what both say.

Certain, and only these, are: an account with the same code (separators aside) and name; an
account whose name is alone among its siblings on both sides and whose parent's target is certain;
a first-level account that both charts call the same, or the standard charts know as the same; a
member with the same credit code; a member with the same code and name; a member whom an alias
names.  Everything else is a proposal with a score, never more: a match by name alone is not
certain, and neither is one that would merge two codes or leaves a choice between two.
"""

import datetime as dt
from collections.abc import Iterable

import attrs

from kamcore.books import Books
from kamcore.books.schema import AUX
from kamcore.matching.mapping.account_tree import Node, tree_of
from kamcore.matching.mapping.likeness import LIKELY, candidates
from kamcore.matching.mapping.proposal import (
    ACCOUNTS,
    Choice,
    Proposal,
    Suggestion,
    Unused,
    is_tied,
    together,
)
from kamcore.model.company_name import Aliases, CompanyName, normalised
from kamcore.model.scheme import strip

__all__ = ["suggest"]

_MOST = 3
"""How many targets are named for a code."""

_BOTH, _TREE, _CODE_ALONE, _CODE_ONLY = 100, 95, 80, 60
_UNSURE_TREE, _FUZZY, _PARENT, _CONTRADICTED = 85, 80, 40, 40
_NO_LEAF, _BRANCH, _NAME_ALONE = 70, 50, 10


def suggest(
    source: Books,
    target: Books,
    *,
    dimensions: Iterable[str] | None = None,
    aliases: Aliases | None = None,
    on: dt.date | None = None,
) -> Suggestion:
    """Propose for every account and member of `source` the code it has in `target`.

    `dimensions` are ids of those whose members are mapped, all of the source when left out.
    `aliases` say which target code another name means on the day `on`.
    """
    proposals = _accounts(source, target)
    listed = {code: one for code, one in tree_of(target).items() if one.is_listed}
    unused = _unused(ACCOUNTS, listed, proposals)
    lacking = [] if listed or not tree_of(source) else [ACCOUNTS]
    wanted = _dimensions(source) if dimensions is None else dimensions
    for dimension in sorted(wanted):
        theirs = _members(target, dimension)
        if not theirs:
            lacking.append(dimension)
            continue
        part = f"members.{dimension}"
        found = _of_members(part, _members(source, dimension), theirs, (aliases, on))
        proposals += found
        unused += _unused(part, theirs, found)
    return Suggestion(
        proposals=tuple(proposals), unused=tuple(unused), without_members=tuple(lacking)
    )


def _unused(
    part: str, theirs: dict[str, Node] | dict[str, "_Member"], found: list[Proposal]
) -> list[Unused]:
    taken = {choice.target for one in found for choice in one.choices[:1]}
    return [
        Unused(part=part, code=one.code, name=one.name)
        for one in theirs.values()
        if one.code not in taken
    ]


def _settled(proposals: list[Proposal]) -> list[Proposal]:
    """Take certainty from what is tied and from what several codes lead to."""
    crowded = {
        (group[0].part, one.source)
        for group in together(one for one in proposals if one.target)
        if len(group) > 1
        for one in group
    }
    settled = []
    for one in proposals:
        tied, shared = is_tied(one.choices), (one.part, one.source) in crowded
        if one.choices and (tied or shared):
            best = one.choices[0]
            zh = "; 有同样可能的目标" * tied + "; 几个源代码对到同一目标" * shared
            en = "; another target is as likely" * tied + "; several codes lead here" * shared
            best = attrs.evolve(best, certain=False, zh=best.zh + zh, en=best.en + en)
            one = attrs.evolve(one, choices=(best, *one.choices[1:]))  # noqa: PLW2901
        settled.append(one)
    return settled


def _ranked(choices: list[Choice]) -> tuple[Choice, ...]:
    """The best choice of every target, the likeliest first."""
    best: dict[str, Choice] = {}
    for choice in sorted(choices, key=lambda one: (not one.certain, -one.score, one.target)):
        best.setdefault(choice.target, choice)
    return tuple(best.values())[:_MOST]


@attrs.define
class _Trees:
    """The accounts of both books, with the children of each."""

    ours: dict[str, Node]
    theirs: dict[str, Node]
    our_children: dict[str | None, list[Node]] = attrs.field(init=False)
    their_children: dict[str | None, list[Node]] = attrs.field(init=False)
    likely: dict[str, dict[str, list[tuple[Node, int]]]] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.our_children = _children(self.ours)
        self.their_children = _children(self.theirs)

    def like(self, node: Node, above: str) -> list[tuple[Node, int]]:
        """Children of a target that are called like an account; all of one parent at once."""
        parent = node.parent or ""
        if parent not in self.likely:
            mine = [one for one in self.our_children.get(parent, []) if one.key]
            other = [one for one in self.their_children.get(above, []) if one.key]
            found = candidates([o.name for o in mine], [o.name for o in other], best=_MOST)
            named: dict[str, list[tuple[Node, int]]] = {}
            for left, right, score in found.iter_rows():
                named.setdefault(mine[left].bare, []).append((other[right], score))
            self.likely[parent] = named
        return self.likely[parent].get(node.bare, [])


def _children(tree: dict[str, Node]) -> dict[str | None, list[Node]]:
    children: dict[str | None, list[Node]] = {}
    for node in tree.values():
        children.setdefault(node.parent, []).append(node)
    return children


def _accounts(source: Books, target: Books) -> list[Proposal]:
    trees = _Trees(tree_of(source), tree_of(target))
    if not trees.theirs:
        return []
    done: dict[str, Proposal] = {}
    # Parents stand before their children, so that a child finds its parent's target.
    for node in sorted(trees.ours.values(), key=lambda one: (one.level, one.bare)):
        parent = done.get(node.parent or "")
        choices = [*_by_code(node, trees.theirs), *_by_standard(node, trees.theirs)]
        choices += _by_place(node, trees, parent)
        choices = [_leaf_only(node, choice, trees.theirs) for choice in choices]
        if not choices and parent:
            choices = _parent_of(parent, trees.theirs)
        done[node.bare] = Proposal(
            part=ACCOUNTS, source=node.code, name=node.name, choices=_ranked(choices)
        )
    listed = [one for bare, one in done.items() if trees.ours[bare].is_listed]
    return _settled(sorted(listed, key=lambda one: one.source))


def _by_code(node: Node, theirs: dict[str, Node]) -> list[Choice]:
    other = theirs.get(node.bare)
    if other is None:
        return []
    if node.key and node.key == other.key:
        return [_choice(other, _BOTH, "代码和名称相同", "same code and name", certain=True)]
    if node.key and other.key:
        return [_choice(other, _CODE_ONLY, "代码相同, 名称不同", "same code, another name")]
    return [_choice(other, _CODE_ALONE, "代码相同, 缺名称", "same code, a name is missing")]


def _by_standard(node: Node, theirs: dict[str, Node]) -> list[Choice]:
    """First-level accounts that are called the same, or that standard charts know as the same."""
    if node.level > 1 or not node.key:
        return []
    same = [other for other in theirs.values() if other.level == 1 and other.key == node.key]
    zh, en = "一级科目, 名称相同", "first level, same name"
    if not same and node.standard:
        same = [o for o in theirs.values() if o.level == 1 and o.standard == node.standard]
        zh, en = "标准科目表中是同一科目", "the same account of the standard charts"
    return [_choice(other, _TREE, zh, en, certain=len(same) == 1) for other in same]


def _by_place(node: Node, trees: _Trees, parent: Proposal | None) -> list[Choice]:
    """Children of the parent's target, by name."""
    if parent is None or parent.best is None or not node.key:
        return []
    above = strip(parent.best.target)
    same = [one for one in trees.their_children.get(above, []) if one.key == node.key]
    if same:
        mine = [one for one in trees.our_children[node.parent] if one.key == node.key]
        sure = bool(parent.target) and len(same) == len(mine) == 1
        score = _TREE if sure else _UNSURE_TREE
        zh, en = "上级对应, 名称相同", "same name under the parent's target"
        return [_choice(one, score, zh, en, certain=sure) for one in same]
    zh, en = "上级对应, 名称相近", "a like name under the parent's target"
    return [_choice(one, min(score, _FUZZY), zh, en) for one, score in trees.like(node, above)]


def _leaf_only(node: Node, choice: Choice, theirs: dict[str, Node]) -> Choice:
    """A code that vouchers use may not lead to an account that has others below it."""
    other = theirs[strip(choice.target)]
    if not node.is_used or other.is_leaf:
        return choice
    return attrs.evolve(
        choice,
        certain=False,
        score=min(choice.score, _NO_LEAF),
        zh=f"{choice.zh}; 目标不是末级科目",
        en=f"{choice.en}; the target has accounts below it",
    )


def _parent_of(parent: Proposal, theirs: dict[str, Node]) -> list[Choice]:
    if parent.best is None:
        return []
    above = theirs[strip(parent.best.target)]
    zh, en = "目标没有这一明细, 归入上级", "the target has no such detail; its parent"
    return [_choice(above, _PARENT, zh, en)]


def _choice(
    other: "Node | _Member", score: int, zh: str, en: str, *, certain: bool = False
) -> Choice:
    return Choice(target=other.code, name=other.name, score=score, certain=certain, zh=zh, en=en)


@attrs.frozen
class _Member:
    """A member with what it is recognised by."""

    code: str
    name: str
    credit_code: str

    @property
    def key(self) -> str:
        return normalised(self.name) if self.name else ""


def _dimensions(books: Books) -> set[str]:
    return {*books.members["dimension"].unique(), *books.dimension_ids}


def _members(books: Books, dimension: str) -> dict[str, _Member]:
    """Members by code: those of the list, and those that only lines or balances name."""
    listed = books.members.filter(dimension=dimension)
    found = {
        code: _Member(code, name or short or "", (credit or "").strip().upper())
        for code, name, short, credit in listed.select(
            "code", "name", "short_name", "credit_code"
        ).iter_rows()
    }
    column = AUX + dimension
    for table in ("lines", "balances"):
        if column in books.tables[table].columns:
            for code in books.tables[table][column].drop_nulls().unique().sort():
                found.setdefault(code, _Member(code, "", ""))
    return dict(sorted(found.items()))


_Named = tuple[Aliases | None, dt.date | None]


def _of_members(
    part: str, ours: dict[str, _Member], theirs: dict[str, _Member], named: _Named
) -> list[Proposal]:
    mine, other = list(ours.values()), list(theirs.values())
    names = [one.name for one in mine], [one.name for one in other]
    alike = candidates(*names, best=_MOST, least=_BRANCH)
    near: dict[int, list[tuple[int, int]]] = {}
    for left, right, score in alike.iter_rows():
        near.setdefault(left, []).append((right, score))
    licensed: dict[str, list[_Member]] = {}
    for one in other:
        if one.credit_code:
            licensed.setdefault(one.credit_code, []).append(one)
    proposals = []
    for index, one in enumerate(mine):
        choices = [_by_credit_code(two) for two in licensed.get(one.credit_code, [])]
        choices += _by_alias(one, theirs, named)
        if one.code in theirs:
            choices.append(_by_member_code(one, theirs[one.code]))
        for at, score in near.get(index, []):
            choices += _by_name(one, other[at], score)
        choices = [_contradicted(one, choice, theirs) for choice in choices]
        ranked = _ranked(choices)
        proposals.append(Proposal(part=part, source=one.code, name=one.name, choices=ranked))
    return _settled(proposals)


def _by_credit_code(other: _Member) -> Choice:
    zh, en = "统一社会信用代码相同", "same unified social credit code"
    return _choice(other, _BOTH, zh, en, certain=True)


def _by_alias(one: _Member, theirs: dict[str, _Member], named: _Named) -> list[Choice]:
    table, on = named
    code = table.party(one.name, on) if table and one.name else None
    if code not in theirs:
        return []
    return [
        _choice(theirs[code], _BOTH, "别名表中写明", "the table of aliases says so", certain=True)
    ]


def _by_member_code(one: _Member, other: _Member) -> Choice:
    if one.key and one.key == other.key:
        return _choice(other, _BOTH, "代码和名称相同", "same code and name", certain=True)
    if one.key and other.key:
        return _choice(other, _CODE_ONLY, "代码相同, 名称不同", "same code, another name")
    return _choice(other, _CODE_ALONE, "代码相同, 缺名称", "same code, a name is missing")


def _by_name(one: _Member, other: _Member, score: int) -> list[Choice]:
    if one.key == other.key:
        return [
            _choice(other, score - _NAME_ALONE, "名称相同, 代码不同", "same name, another code")
        ]
    if CompanyName.of(one.name).is_other_branch(CompanyName.of(other.name)):
        return [_choice(other, score, "总公司与分公司", "a branch and its head office")]
    likely = score >= LIKELY
    return [_choice(other, min(score, _FUZZY), "名称相近", "a like name")] if likely else []


def _contradicted(one: _Member, choice: Choice, theirs: dict[str, _Member]) -> Choice:
    """Two credit codes that differ speak against every other likeness."""
    other = theirs[choice.target]
    if not (one.credit_code and other.credit_code) or one.credit_code == other.credit_code:
        return choice
    return attrs.evolve(
        choice,
        certain=False,
        score=min(choice.score, _CONTRADICTED),
        zh=f"{choice.zh}; 信用代码不同",
        en=f"{choice.en}; the credit codes differ",
    )
