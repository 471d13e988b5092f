"""``kamcore demo``: bundled vouchers, inspected, converted to another product and back."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from kamcore.cli import grammar, inspecting
from kamcore.cli.converting import Request, carry_out, loss_report, show
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen
from kamcore.errors import UsageError
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

BUNDLED = "vouchers_2025Q1.xls"
"""The bundled vouchers: one quarter of an invented manufacturer, made by a script."""

SOURCE, THERE, BACK = "凭证2025Q1.xls", "U8导入.txt", "转回K3.xlsx"
"""Names of the three files the demo leaves."""


@grammar.command(
    "demo",
    zh="演示: 自带一个季度的金蝶 K/3 凭证 (虚构的公司), 先看, 再转成用友 U8 文本, 再转回 K/3, "
    "两次都逐字段复核。",
    en="Show it on bundled data of an invented company: inspect a Kingdee K/3 workbook, convert "
    "it to Yonyou U8 text and back, proved field by field both times.",
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
    if screen.is_json:
        screen.emit({"output": str(output), "steps": steps})
    else:
        screen.line()
        screen.line(f"文件都在 {output.resolve()}", f"the files are in {output.resolve()}")
    return 0


def _unpack(output: Path, *, force: bool) -> Path:
    """Lay the bundled vouchers into the folder."""
    output.mkdir(parents=True, exist_ok=True)
    for name in (SOURCE, THERE, BACK):
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


def _headline(screen: Screen, zh: str, en: str, typed: str) -> None:
    if screen.is_json:
        return
    screen.line()
    screen.line(zh, en, bold=True)
    click.echo(f"  > {typed}")
