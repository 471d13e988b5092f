"""``kamcore renumber``: voucher numbers in order (整理凭证), as a plan that can be undone."""

import json
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import Asked, opened, period_option, shared_options, split
from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.figures import Answer, Table, answer
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, SourceError, UsageError
from kamcore.ledger.balances import span_of
from kamcore.ledger.renumber import RenumberPlan, renumber_plan
from kamcore.pipeline import write
from kamcore.pipeline.atomic import EXISTS
from kamcore.place import Place
from kamcore.reports.renumbering import renumber_report

NOT_A_PLAN = Fault(
    code="U2111",
    zh="{value} 不是整理计划",
    en="{value} is no plan of numbers",
    hint_zh="用 kamcore renumber FILE -o 计划.json 写出的文件",
    hint_en="give a file that kamcore renumber FILE -o PLAN.json wrote",
)

_TYPES = {
    "voucher_id": pl.Int64(),
    "year": pl.Int64(),
    "period": pl.Int64(),
    "word": pl.String(),
    "old": pl.Int64(),
    "new": pl.Int64(),
}


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What putting numbers in order is asked."""

    by: str = "number"
    period: str | None = None
    closed: str = ""
    undo: Path | None = None
    apply: Path | None = None
    to: str | None = None


@grammar.command(
    "renumber",
    zh="整理凭证: 未记账凭证重新连续编号, 作废凭证去号, 列出旧号到新号。缺省只列计划; "
    "--apply 写出整理后的账, --undo 按计划恢复旧号。",
    en="Put voucher numbers of FILE in order: those not posted without gaps, void ones without a "
    "number. Only the plan, old to new, by default; --apply writes, --undo takes a plan back.",
)
@click.argument("file", type=PATH)
@period_option
@option(
    "--by",
    type=click.Choice(["number", "date"]),
    default="number",
    show_default=True,
    zh="按旧号或按日期排",
    en="In the order of old numbers, or of dates.",
)
@option(
    "--closed",
    default="",
    metavar="PERIODS",
    zh="已结账的期间, 不动, 用逗号分开",
    en="Closed periods, which stay as they are, separated by commas.",
)
@option("--undo", type=PATH, metavar="PLAN.json", zh="按此计划恢复旧号", en="Take this plan back.")
@option(
    "--apply",
    type=PATH,
    metavar="OUT",
    zh="写出编号整理后的账",
    en="Write the books with the new numbers.",
)
@option("--to", metavar="FORMAT", zh="--apply 的格式", en="Format of --apply.")
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print a plan of numbers."""
    request = Request(**asked)
    _ready(request)
    reading = opened(file, request)
    plan = _plan(request, reading.books)
    applied = None
    if request.apply is not None:
        renumbered = plan.apply(reading.books)
        write(renumbered, request.apply, request.to or "native", force=request.force)
        applied = str(request.apply)
    rows = plan.changes.select(*list(_TYPES)[1:])
    heads = {"word": ("凭证字", "word"), "old": ("旧号", "old"), "new": ("新号", "new")}
    count = plan.changes.height

    def more(shown: Screen) -> None:
        if applied:
            shown.line(f"  已写 {applied}", f"  wrote {applied}")

    answered = Answer(
        title=(
            f"{file}: 整理凭证, {count} 张改号",
            f"{file}: {count} vouchers change their number",
        ),
        table=Table(frame=rows, headings={k: screen.say(*v) for k, v in heads.items()}),
        said={
            "by": request.by,
            "changes": plan.changes.to_dicts(),
            "applied": applied,
        },
        sheets=lambda: renumber_report(plan, screen.lang),
        more=more,
    )
    return answer(screen, file, reading, request, answered)


def _ready(request: Request) -> None:
    """Refuse books that could not be written.

    Raises:
        UsageError: the file exists and is not to be replaced, or no format is named.
    """
    if request.period is not None:
        span_of(request.period)
    if request.apply is None:
        return
    if request.to is None and request.apply.suffix.lower() != ".jsonl":
        command_path = click.get_current_context().command_path
        raise UsageError(MISSING.at(Place(), "--to", command=command_path))
    if request.apply.exists() and not request.force:
        raise UsageError(EXISTS.at(Place(file=str(request.apply)), request.apply))


def _plan(request: Request, books: Any) -> RenumberPlan:
    if request.undo is not None:
        return _saved(request.undo).reversed()
    closed = [divmod(span_of(text).last, 100) for text in split(request.closed)]
    plan = renumber_plan(books, by=request.by, closed=closed)
    if request.period is None:
        return plan
    span = span_of(request.period)
    month = pl.col("year") * 100 + pl.col("period")
    return RenumberPlan(plan.changes.filter(month.is_between(span.first, span.last)))


def _saved(path: Path) -> RenumberPlan:
    """A plan as ``-o PLAN.json`` wrote it.

    Raises:
        SourceError: the file is no plan.
    """
    try:
        changes = json.loads(path.read_text("utf-8"))["changes"]
        frame = pl.DataFrame(changes, schema=_TYPES, orient="row")
    except (ValueError, TypeError, KeyError, pl.exceptions.PolarsError) as error:
        raise SourceError(NOT_A_PLAN.at(Place(file=str(path)), path.name)) from error
    return RenumberPlan(frame)
