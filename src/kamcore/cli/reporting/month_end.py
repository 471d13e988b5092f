"""``kamcore month-end``: the end of a month over a folder of exports and forms."""

import re
import time
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import UsageError
from kamcore.model.period import Period
from kamcore.monthend.running import MonthEnd, Run, run_steps
from kamcore.monthend.steps import STEPS
from kamcore.place import Place

_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_STATES = {
    "done": ("完成", "done"),
    "unchanged": ("未变", "unchanged"),
    "nothing": ("无需", "nothing to do"),
    "skipped": ("跳过", "skipped"),
    "failed": ("失败", "failed"),
}
_SHOWN = 40


@attrs.frozen(kw_only=True)
class Request:
    """What a month's end is asked."""

    period: str
    output: Path | None = None
    force: bool = False


@grammar.command(
    "month-end",
    zh="月结: 对文件夹里的引出文件和表单依次检查, 余额, 账龄, 核销, 对账, 价格与返利, 坏账准备, "
    "信用, 等级, 并写出报表, 信函和凭证草稿。可以重复运行: 输入没有变的步骤不再做; 一步失败不影响"
    "其他步骤。最后列出需要人处理的事项。",
    en="The end of a month over FOLDER with exports and forms: check, balances, ageing, matching, "
    "reconciliation, prices and rebates, allowance, credit, tiers; writes reports, letters and "
    "voucher drafts.  May be run again: a step whose inputs did not change is not; one that fails "
    "stops only those that need it.  Ends with what needs a person.",
)
@click.argument("folder", type=PATH)
@option(
    "--period", required=True, metavar="MONTH", zh="月份, 如 2026-03", en="Month, like 2026-03."
)
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="OUT",
    zh="写到这个文件夹; 缺省为 FOLDER 下的「月结-月份」",
    en="Folder to write into; month-end-MONTH in FOLDER when left out.",
)
@option(
    "--force",
    is_flag=True,
    zh="覆盖被人改过的输出文件",
    en="Replace outputs that were changed by hand.",
)
def command(screen: Screen, folder: Path, **asked: Any) -> int:
    """Run the steps."""
    request = Request(**asked)
    period = month_of(request.period)
    usual = f"{screen.say('月结', 'month-end')}-{period}"
    output = request.output or folder / usual

    def progress(step: str, done: int, whole: int) -> None:
        if step:
            screen.note(f"  {done + 1}/{whole} {step}", f"  {done + 1}/{whole} {step}")

    how = Run(
        lang=screen.lang, force=request.force, stopwatch=time.perf_counter, progress=progress
    )
    found = run_steps(folder, period, output, STEPS, how)
    if screen.is_json:
        screen.emit(found.to_json())
    else:
        _show(screen, found)
    failed = any(step.status in ("failed", "skipped") for step in found.steps)
    return int(failed or bool(found.asks))


def month_of(text: str, parameter: str = "--period") -> Period:
    """The month somebody typed.

    Raises:
        UsageError: it is none.
    """
    found = _MONTH.fullmatch(text.strip())
    try:
        if found is not None:
            return Period(int(found[1]), int(found[2]))
    except ValueError:
        pass
    command = click.get_current_context().command_path
    facts = {"command": command, "parameter": parameter, "wants": " (YYYY-MM)"}
    raise UsageError(BAD_VALUE.at(Place(), text, **facts))


def _show(screen: Screen, found: MonthEnd) -> None:
    screen.line(f"月结 {found.period}", f"month-end {found.period}", bold=True)
    rows = []
    for step in found.steps:
        state = screen.say(*_STATES[step.status])
        files = len(step.outputs)
        written = screen.say(f"{files} 个文件", f"{files} files") if files else step.why
        odd = screen.say(f"{step.problems} 处", f"{step.problems} problems")
        rows.append([state, step.title, odd if step.problems else "", written])
    screen.table(rows)
    screen.line(f"  已写到 {found.output}", f"  written to {found.output}")
    asks = found.asks
    if not asks:
        screen.line("  没有需要人处理的事项", "  nothing needs a person", bold=True)
        return
    screen.line(f"  需要人处理 {len(asks)} 项:", f"  {len(asks)} things need a person:", bold=True)
    for ask in asks[:_SHOWN]:
        screen.line(f"   {ask.where}: {ask.what}", f"   {ask.where}: {ask.what}")
        if ask.why:
            screen.line(f"        {ask.why}", f"        {ask.why}")
    if len(asks) > _SHOWN:
        rest = len(asks) - _SHOWN
        screen.line(f"   另有 {rest} 项, 见 --json", f"   {rest} more, see --json")
