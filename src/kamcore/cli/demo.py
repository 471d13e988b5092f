"""``kamcore demo``: bundled vouchers, inspected, converted and back, and reported on."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import polars as pl

from kamcore.cli.files import inspecting
from kamcore.cli.files.converting import Request, carry_out, loss_report, show
from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money
from kamcore.errors import UsageError
from kamcore.ledger.draft import money_text
from kamcore.model.period import Period
from kamcore.pipeline import read
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.pipeline.reading import source_of
from kamcore.place import Place
from kamcore.reports.monthly import MOVED, MonthlyQuestion, monthly_report
from kamcore.reports.monthly_sheets import monthly_sheets
from kamcore.reports.writing import write_report

BUNDLED = "vouchers_2025Q1.xls"
"""The bundled vouchers: one quarter of an invented manufacturer, made by a script."""

SOURCE, THERE, BACK = "凭证2025Q1.xls", "U8导入.txt", "转回K3.xlsx"
PAGE = "大客户月报.html"
"""Names of the files the demo leaves."""

MONTH = Period(2025, 3)


@grammar.command(
    "demo",
    zh="演示: 自带一个季度的金蝶 K/3 凭证 (虚构的公司), 先看, 再转成用友 U8 文本, 再转回 K/3, "
    "两次都逐字段复核; 最后出一份大客户月报。",
    en="Show it on bundled data of an invented company: inspect a Kingdee K/3 workbook, convert "
    "it to Yonyou U8 text and back, proved field by field both times; report on customers.",
)
@option(
    "--output",
    type=PATH,
    metavar="DIR",
    default=Path("kamcore-demo"),
    show_default=True,
    zh="文件放在哪个文件夹",
    en="Folder for the files.",
)
@option("--force", is_flag=True, zh="覆盖上次的文件", en="Replace the files of an earlier run.")
def command(screen: Screen, output: Path, *, force: bool) -> int:
    """Run the demo."""
    source = _unpack(output, force=force)
    steps: list[dict[str, Any]] = []
    _headline(screen, "1. 看文件", "1. look at the file", f"kamcore inspect {source}")
    seen = inspecting.portrait(source_of(source), None, {})
    if screen.is_json:
        steps.append({"command": "inspect", **inspecting.as_json(seen, screen.lang)})
    else:
        inspecting.show(screen, seen, str(source))
    there, back = output / THERE, output / BACK
    to_u8 = Request(to="yonyou-u8-text", force=force)
    to_k3 = Request(to="kingdee-k3", force=force)
    steps.append(_convert(screen, 2, (source, there), to_u8))
    steps.append(_convert(screen, 3, (there, back), to_k3))
    steps.append(_report(screen, source, output / PAGE))
    if screen.is_json:
        screen.emit({"output": str(output), "steps": steps})
    else:
        screen.line()
        screen.line(f"文件都在 {output.resolve()}", f"the files are in {output.resolve()}")
    return 0


def _unpack(output: Path, *, force: bool) -> Path:
    """Lay the bundled vouchers into the folder."""
    output.mkdir(parents=True, exist_ok=True)
    for name in (SOURCE, THERE, BACK, PAGE):
        if (output / name).exists() and not force:
            raise UsageError(EXISTS.at(Place(file=str(output / name)), name))
    with whole(output / SOURCE, force=force) as temporary:
        data = files("kamcore.cli").joinpath("demo_data", BUNDLED).read_bytes()
        temporary.write_bytes(data)
    return output / SOURCE


def _convert(
    screen: Screen, number: int, paths: tuple[Path, Path], request: Request
) -> dict[str, Any]:
    src, dst = paths
    options = "".join(f" --option {pair}" for pair in request.option)
    typed = f"kamcore convert {src} {dst} --to {request.to}{options}"
    name = {"yonyou-u8-text": ("转成用友 U8 文本", "to Yonyou U8 text")}
    zh, en = name.get(request.to, ("再转回金蝶 K/3", "and back to Kingdee K/3"))
    _headline(screen, f"{number}. {zh}", f"{number}. {en}", typed)
    done = carry_out(screen, src, dst, request)
    report = loss_report(screen, done, dst, request)
    if not screen.is_json:
        show(screen, done, dst, report)
    said = done.to_json(screen.lang)
    return {"command": "convert", **said, "loss_report": str(report) if report else None}


def _report(screen: Screen, source: Path, page: Path) -> dict[str, Any]:
    typed = f"kamcore report {source} --period {MONTH} -o {page}"
    _headline(screen, "4. 大客户月报", "4. the month's report on customers", typed)
    books = read(source, checked=False).books
    largest = books.lines.filter(pl.col("aux_customer").is_not_null())
    sums = largest.group_by("aux_customer").agg(pl.col("debit").sum())
    chosen = sums.sort("debit", "aux_customer", descending=[True, False])["aux_customer"].head(1)
    report = monthly_report(books, MonthlyQuestion(period=MONTH, chosen=tuple(chosen)))
    write_report(monthly_sheets(report, screen.lang), page, lang=screen.lang, force=True)
    totals = {name: report.totals()[name] for name in MOVED}
    if not screen.is_json:
        opening, sales, receipts, closing = map(money, totals.values())
        screen.line(
            f"  客户 {report.customers.height} 家: 期初 {opening} + 销售 {sales} - 回款 {receipts}"
            f" = 期末 {closing}",
            f"  {report.customers.height} customers: opening {opening} + sales {sales} - receipts "
            f"{receipts} = closing {closing}",
        )
        screen.line(f"  已写 {page}, 用浏览器打开", f"  wrote {page}; open it in a browser")
    said = {name: money_text(amount) for name, amount in totals.items()}
    return {"command": "report", "period": str(MONTH), "totals": said, "output": str(page)}


def _headline(screen: Screen, zh: str, en: str, typed: str) -> None:
    if screen.is_json:
        return
    screen.line()
    screen.line(zh, en, bold=True)
    click.echo(f"  > {typed}")
