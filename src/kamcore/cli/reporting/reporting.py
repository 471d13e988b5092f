"""``kamcore report``: the monthly key-account report of any month."""

import json
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore import __version__
from kamcore.cli.reporting.month_end import month_of
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import OUTPUTS, force_option, output_option
from kamcore.cli.shell.figures import Table, show_table
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.progress import busy
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.cli.trade.trading import SHOWN, wrong_value
from kamcore.errors import UsageError
from kamcore.model.currency import decimals_of
from kamcore.monthend.reporting import Reported, report_of
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.pipeline.reading import source_of
from kamcore.place import Place
from kamcore.reports.monthly import MOVED, MonthlyReport
from kamcore.reports.monthly_sheets import ON_A_PAGE, monthly_sheets
from kamcore.reports.writing import write_report

_ROWS = 20
_HEADS = {
    "customer": ("客户", "customer"),
    "name": ("名称", "name"),
    "opening": ("期初余额", "opening"),
    "sales": ("本月销售", "sales"),
    "receipts": ("本月回款", "receipts"),
    "closing": ("期末余额", "closing"),
}


@attrs.frozen(kw_only=True)
class Request:
    """What a report is asked."""

    period: str
    customer: tuple[str, ...] = ()
    output: Path | None = None
    force: bool = False


@grammar.command(
    "report",
    zh="大客户业务月报表: 销售, 回款, 余额, 账龄, 计划与实际, 价格差异, 应付返利, 等级和信用变动, "
    "对账状况; 全部客户一份, 选定的客户各一份。SOURCE 是月结文件夹, 或引出文件和表单。"
    "-o 写成工作簿 (.xlsx), 网页 (.html) 或 JSON。",
    en="The monthly key-account report: sales, receipts, balance, ages, plan against actual, "
    "price variances, rebates accrued, changes of tier and credit, state of reconciliation; one "
    "for all customers and one for each chosen one.  Each SOURCE is a folder of a month's end, or "
    "exports and forms.  -o writes a workbook (.xlsx), a page (.html) or JSON.",
)
@click.argument("sources", nargs=-1, required=True, type=PATH, metavar="SOURCE...")
@option(
    "--period", required=True, metavar="MONTH", zh="月份, 如 2026-03", en="Month, like 2026-03."
)
@option(
    "--customer",
    multiple=True,
    metavar="CODE",
    zh="单独出一份的客户, 可多次给出; 缺省按等级, 合同, 余额选",
    en="Customer with a report of its own, may be repeated; else by tier, contract, balance.",
)
@output_option
@force_option
def command(screen: Screen, sources: tuple[Path, ...], **asked: Any) -> int:
    """Print or write the report."""
    request = Request(**asked)
    period = month_of(request.period)
    _refuse(request)
    for path in sources:
        source_of(path)
    with busy(screen):
        found = report_of(sources, period, customers=request.customer, lang=screen.lang)
    said = {
        **found.report.to_json(),
        "words": dict(found.words),
        "left_out": list(found.left_out),
        "problems": [problem.to_json(screen.lang) for problem in found.problems],
    }
    _write(screen, found, said, request)
    if screen.is_json:
        output = {"output": str(request.output)} if request.output else {}
        screen.emit({**said, **output})
    else:
        _show(screen, found, request)
    return int(needs_a_look(found.problems))


def _refuse(request: Request) -> None:
    out = request.output
    if out is None:
        return
    if out.suffix.lower() not in OUTPUTS:
        raise wrong_value(out.name, "--output", f" ({', '.join(OUTPUTS)})")
    if out.exists() and not request.force:
        raise UsageError(EXISTS.at(Place(file=str(out)), out))


def _write(screen: Screen, found: Reported, said: dict[str, Any], request: Request) -> None:
    out = request.output
    if out is None:
        return
    if out.suffix.lower() == ".json":
        text = json.dumps({"kamcore": __version__, **said}, ensure_ascii=False, indent=2)
        with whole(out, force=request.force) as temporary:
            temporary.write_text(text + "\n", "utf-8")
        return
    most = ON_A_PAGE if out.suffix.lower() == ".html" else None
    sheets = monthly_sheets(found.report, screen.lang, found.words, most)
    write_report(sheets, out, lang=screen.lang, force=request.force)


def _show(screen: Screen, found: Reported, request: Request) -> None:
    report: MonthlyReport = found.report
    title = f"{report.entity} {report.asked.period}".strip()
    screen.line(f"大客户业务月报表 {title}", f"key-account report {title}", bold=True)
    if request.output is not None:
        screen.line(f"  已写 {request.output}", f"  wrote {request.output}")
    else:
        totals = report.totals()
        shown = report.customers.select(*_HEADS)
        footer = {"customer": screen.say("合计", "total"), **{n: totals[n] for n in MOVED}}
        show_table(
            screen,
            Table(
                frame=shown.head(_ROWS),
                footer=footer,
                headings={name: screen.say(*words) for name, words in _HEADS.items()},
                decimals=decimals_of(report.currency),
            ),
        )
        if shown.height > _ROWS:
            rest = shown.height - _ROWS
            screen.line(f"  另有 {rest} 家, 用 -o 写出", f"  {rest} more; write them with -o")
    for why in found.left_out:
        screen.line(f"  未列 {why}", f"  left out {why}")
    screen.problems(found.problems, SHOWN)
