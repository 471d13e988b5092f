"""``kamcore map suggest``: draft the mapping of accounts and parties between two books."""

from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.figures import split
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import UsageError
from kamcore.matching.mapping.proposal import ACCOUNTS, Choice, Proposal, Suggestion
from kamcore.matching.mapping.suggesting import suggest
from kamcore.model.dimension import dimension_id, label_of
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.reading import read, source_of
from kamcore.place import Place
from kamcore.reports.mapping_workbook import write_mapping

_SHOWN = 20
"""How many undecided codes the screen shows before it counts the rest."""


@grammar.command(
    "suggest",
    zh="比较账套 A 和 B, 为 A 的每个科目和往来单位提出 B 中的代码, 附得分和理由。确定的填入目标"
    "代码, 不确定的只作建议, 由人决定。写出的工作簿供 kamcore convert --mapping 使用。",
    en="Compare the books A and B and propose for every account and party of A its code in B, "
    "with score and reason.  What is certain is filled in, the rest only proposed for a person "
    "to decide.  kamcore convert --mapping reads the workbook.",
)
@click.argument("a", type=PATH)
@click.argument("b", type=PATH)
@option(
    "-o", "--output", type=PATH, metavar="FILE.xlsx", zh="对照表", en="Workbook of the mapping."
)
@option(
    "--dimension",
    metavar="DIMENSIONS",
    zh="只对照这些核算类别的项目, 用逗号分开, 如 customer,supplier",
    en="Map the members of these dimensions only, separated by commas, such as customer,supplier.",
)
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(  # noqa: PLR0913  one parameter an option
    screen: Screen, a: Path, b: Path, *, output: Path | None, dimension: str | None, force: bool
) -> int:
    """Draft a mapping."""
    for path in (a, b):
        source_of(path)
    if output is not None and output.exists() and not force:
        raise UsageError(EXISTS.at(Place(file=str(output)), output.name))
    ours, theirs = read(a, checked=False), read(b, checked=False)
    wanted = [dimension_id(word) for word in split(dimension)] or None
    found = suggest(ours.books, theirs.books, dimensions=wanted)
    if output is not None:
        write_mapping(found, output, lang=screen.lang, force=force)
    if screen.is_json:
        said = as_json(found, screen.lang)
        screen.emit({"a": str(a), "b": str(b), **said, "output": str(output) if output else None})
    else:
        show(screen, found, output)
    return int(bool(found.uncertain or found.unmapped or found.without_members))


def as_json(found: Suggestion, lang: str) -> dict[str, Any]:
    """The object ``map suggest --json`` prints."""
    return {
        "proposals": [_proposal(one, lang) for one in found.proposals],
        "counts": {
            "certain": len(found.certain),
            "uncertain": len(found.uncertain),
            "unmapped": len(found.unmapped),
        },
        "merged": [
            {"part": group[0].part, "target": choice.target, "sources": [p.source for p in group]}
            for choice, group in found.merged
        ],
        "split": [
            {
                "part": one.part,
                "source": one.source,
                "targets": [c.target for c in one.choices if c.score == one.choices[0].score],
            }
            for one in found.split
        ],
        "unused": [{"part": o.part, "code": o.code, "name": o.name} for o in found.unused],
        "without_members": list(found.without_members),
    }


def _proposal(one: Proposal, lang: str) -> dict[str, Any]:
    return {
        "part": one.part,
        "source": one.source,
        "name": one.name,
        "target": one.target or None,
        "certain": bool(one.target),
        "choices": [_choice(choice, lang) for choice in one.choices],
    }


def _choice(choice: Choice, lang: str) -> dict[str, Any]:
    reason = choice.reason(lang)
    return {
        "target": choice.target, "name": choice.name, "score": choice.score, "reason": reason
    }  # fmt: skip


def show(screen: Screen, found: Suggestion, output: Path | None) -> None:
    """Print the counts, what a person must decide, and the next step."""
    for part in dict.fromkeys(one.part for one in found.proposals):
        _show_part(screen, found, part)
    for dimension in found.without_members:
        label = "科目" if dimension == ACCOUNTS else label_of(dimension)
        screen.line(
            f"  {label}: 目标账套一个也没有, 未作对照",
            f"  {dimension}: the target has none, so nothing is mapped",
        )
    open_ones = [one for one in found.proposals if not one.target]
    if open_ones:
        screen.line("  要由人决定的:", "  for a person to decide:")
        head = screen.say(
            "源代码 名称 建议 名称 得分 理由", "code name proposal name score because"
        )
        rows = [_row(screen, one) for one in open_ones[:_SHOWN]]
        screen.table([head.split(), *rows], "   ")
    if (rest := len(open_ones) - _SHOWN) > 0:
        screen.line(f"  …… 另有 {rest} 个", f"  … and {rest} more")
    if output is not None:
        screen.line(f"  已写 {output}", f"  wrote {output}", bold=True)
        then = f"kamcore convert --mapping {output.name}"
        screen.line(
            f"  下一步: 填好「目标代码」一栏, 再用 {then}",
            f"  next: fill in 目标代码, then {then}",
        )


def _show_part(screen: Screen, found: Suggestion, part: str) -> None:
    sure, unsure, none = (
        sum(one.part == part for one in group)
        for group in (found.certain, found.uncertain, found.unmapped)
    )
    dimension = part.partition(".")[2]
    zh, en = (label_of(dimension), dimension) if dimension else ("科目", "accounts")
    merged = sum(group[0].part == part for _, group in found.merged)
    unused = sum(one.part == part for one in found.unused)
    screen.line(
        f"{zh}: 确定 {sure}, 建议 {unsure}, 没有相近的 {none}; 合并 {merged} 处, "
        f"目标未用 {unused}",
        f"{en}: {sure} certain, {unsure} proposed, {none} without; {merged} merged, "
        f"{unused} of the target unused",
        bold=True,
    )


def _row(screen: Screen, one: Proposal) -> tuple[str, ...]:
    if one.best is None:
        return one.source, one.name, "?", "", "", screen.say("没有相近的", "nothing is like it")
    best = one.best
    return (
        one.source, one.name, best.target, best.name, str(best.score), best.reason(screen.lang)
    )  # fmt: skip
