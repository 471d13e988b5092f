"""``kamcore merge``: several exports joined into one."""

from pathlib import Path
from typing import Any

import click

from kamcore.books.merging import Clash, Gap
from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import MISSING, ONTO_ITSELF
from kamcore.cli.shell.figures import split
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs
from kamcore.cli.shell.progress import progress
from kamcore.cli.shell.screen import Screen, money
from kamcore.errors import LossRefused, UsageError
from kamcore.format import Fact
from kamcore.pipeline.merging import CONFLICT, Joined, merge_files
from kamcore.place import Place

_SHOWN = 20
"""How many rows of a kind the screen shows before it counts the rest."""


@grammar.command(
    "merge",
    zh="把几个文件 (各月, 各公司, 期间有重叠的) 合并成一个。内容相同的凭证只留一份; 同号不同"
    "内容的是冲突, 由 --keep 决定; 断号, 缺月和记账后又改动的凭证一并列出。不给 -o 时只看不写。",
    en="Join several files (months, companies, overlapping periods) into one.  Vouchers of the "
    "same content are kept once; the same number with other content is a conflict, which --keep "
    "decides; gaps and posted vouchers that changed are listed.  Without -o nothing is written.",
)
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
@option("-o", "--output", type=PATH, metavar="FILE", zh="合并后的文件", en="The joined file.")
@option("--to", metavar="FORMAT", zh="合并后的格式, 写文件时必填", en="Format to write, with -o.")
@option(
    "--keep",
    type=click.Choice(["refuse", "first", "last", "both"]),
    default="refuse",
    show_default=True,
    zh="冲突的凭证: 不写, 留先给出的, 留后给出的, 或都留",
    en="Vouchers in conflict: write nothing, keep the first, the last, or both.",
)
@option(
    "--bad",
    type=click.Choice(["refuse", "skip", "keep"]),
    default="refuse",
    show_default=True,
    zh="有错的凭证: 整个不写, 跳过, 或原样写出",
    en="Vouchers with errors: write nothing, leave them out, or write them as they are.",
)
@option(
    "--companies",
    metavar="NAMES",
    zh="按文件顺序写明各属哪个公司, 用逗号分开",
    en="Whose each file is, in their order, separated by commas.",
)
@option(
    "--option",
    multiple=True,
    metavar="NAME=VALUE",
    zh="目标格式的选项, 可多次给出",
    en="Option of the target format, may be repeated.",
)
@option("--no-loss", is_flag=True, zh="目标装不下任何一项就不写", en="Refuse any loss.")
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, files: tuple[Path, ...], **asked: Any) -> int:
    """Join files."""
    output: Path | None = asked["output"]
    _checked(files, output, asked["to"])
    try:
        with progress(screen) as report:
            done = merge_files(
                files,
                output,
                to=asked["to"],
                keep=asked["keep"],
                bad=asked["bad"],
                companies=split(asked["companies"]),
                write_options=pairs(asked["option"], "--option"),
                allow_loss=not asked["no_loss"],
                force=asked["force"],
                progress=report,
            )
    except LossRefused as error:
        if error.problem.fault != CONFLICT:
            raise
        return _refused(screen, error, files, asked)
    if screen.is_json:
        screen.emit(done.to_json(screen.lang))
    else:
        show(screen, done)
    found = done.merging
    return int(bool(found.conflicts or found.table_conflicts or found.changed or found.gaps))


def _checked(files: tuple[Path, ...], output: Path | None, to: str | None) -> None:
    if output is None:
        return
    if to is None:
        raise UsageError(MISSING.at(Place(), "--to", command="kamcore merge"))
    if output.exists() and any(one.exists() and one.samefile(output) for one in files):
        raise UsageError(ONTO_ITSELF.at(Place(file=str(output)), output.name))


def _refused(
    screen: Screen, error: LossRefused, files: tuple[Path, ...], asked: dict[str, Any]
) -> int:
    """Tell everything that was met, although nothing is written."""
    if screen.is_json:
        told = merge_files(files, companies=split(asked["companies"]))
        screen.fail(error, **told.findings())
    else:
        screen.fail(LossRefused(error.problem))
        told = merge_files(files, companies=split(asked["companies"]))
        show(screen, told)
    return error.exit_code


def show(screen: Screen, done: Joined) -> None:
    """Print the sources, what was met, and what was written."""
    found = done.merging
    for side, kept in zip(done.sources, found.kept, strict=True):
        sums = side.totals
        screen.line(
            f"{side.path}: 凭证 {sums.vouchers:,} 张, 借方 {money(sums.debit)}; 留 {kept:,} 张",
            f"{side.path}: {sums.vouchers:,} vouchers, debit {money(sums.debit)}; {kept:,} kept",
            bold=True,
        )
    screen.line(
        f"  重复 {len(found.repeats)} 张, 冲突 {len(found.conflicts)} 张, "
        f"记账后改动 {len(found.changed)} 张, 缺号 {len(found.gaps)} 处",
        f"  {len(found.repeats)} repeated, {len(found.conflicts)} in conflict, "
        f"{len(found.changed)} changed after posting, {len(found.gaps)} gaps",
    )
    _show_clashes(screen, done, found.conflicts, ("冲突", "conflict"))
    changed = tuple(one for one in found.changed if one.same)
    _show_clashes(screen, done, changed, ("改动", "changed"))
    for gap in found.gaps[:_SHOWN]:
        screen.line(f"   缺  {_gap(gap)}", f"   missing  {_gap(gap)}")
    _rest(screen, len(found.gaps))
    for one in found.table_conflicts[:_SHOWN]:
        title = Fact(one.table, one.column).title(screen.lang)
        screen.line(
            f"   档案  {one.key} {title}: 留「{one.kept}」, 不取「{one.dropped}」",
            f"   master  {one.key} {title}: {one.kept!r} kept, {one.dropped!r} not",
        )
    _rest(screen, len(found.table_conflicts))
    _show_target(screen, done)


def _show_clashes(
    screen: Screen, done: Joined, clashes: tuple[Clash, ...], kind: tuple[str, str]
) -> None:
    rows = []
    for one in clashes[:_SHOWN]:
        fields = [_title(field, screen.lang) for field in one.fields]
        files = f"{done.sources[one.first].path} ≠ {done.sources[one.other].path}"
        rows.append((screen.say(*kind), one.voucher.text(), files, ", ".join(fields)))
    if rows:
        screen.table(rows, "   ")
    _rest(screen, len(clashes))


def _title(field: str, lang: str) -> str:
    if "." not in field:
        return "分录数" if lang == "zh" else "number of lines"
    return Fact.parse(field).title(lang)


def _rest(screen: Screen, count: int) -> None:
    if count > _SHOWN:
        rest = count - _SHOWN
        screen.line(f"   …… 另有 {rest} 处", f"   … and {rest} more")


def _gap(gap: Gap) -> str:
    month = " ".join(part for part in (gap.company, f"{gap.year}-{gap.period:02}") if part)
    if gap.first is None:
        return month
    numbers = str(gap.first) if gap.first == gap.last else f"{gap.first}-{gap.last}"
    return f"{month} {gap.word}-{numbers}"


def _show_target(screen: Screen, done: Joined) -> None:
    totals = done.merging.books.totals()
    if done.target is None:
        screen.line(
            f"  合并后凭证 {totals.vouchers:,} 张, {totals.lines:,} 行, "
            f"借方 {money(totals.debit)}。没有写文件; 用 -o 和 --to 写出",
            f"  joined: {totals.vouchers:,} vouchers, {totals.lines:,} lines, debit "
            f"{money(totals.debit)}; nothing is written without -o and --to",
        )
        return
    screen.line(
        f"  已写 {done.target.path}: 凭证 {totals.vouchers:,} 张, {totals.lines:,} 行, "
        f"借方 {money(totals.debit)}; 重新读入比较, 无差异",
        f"  wrote {done.target.path}: {totals.vouchers:,} vouchers, {totals.lines:,} lines, debit "
        f"{money(totals.debit)}; read again and compared, no difference",
        bold=True,
    )
    if len(done.losses):
        count = len(done.losses)
        screen.line(
            f"  目标格式装不下的, 共 {count} 类:", f"  what the target cannot hold, {count} kinds:"
        )
        for loss in done.losses:
            screen.line(f"   {loss.text('zh')}", f"   {loss.text('en')}")
