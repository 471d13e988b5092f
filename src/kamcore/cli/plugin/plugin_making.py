"""``kamcore plugin new``: a folder that is a plug-in already."""

import re
from pathlib import Path

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, UsageError
from kamcore.place import Place

NOT_KEBAB = Fault(
    code="U1033",
    zh="名称「{value}」不合规则: 只用小写字母、数字和连字符, 以字母开头",
    en="the name {value!r} is not kebab-case: small letters, digits and hyphens",
    hint_zh="例如 inspur-gs",
    hint_en="such as inspur-gs",
)
THERE_ALREADY = Fault(
    code="U1034",
    zh="{value} 已经存在, 不会覆盖",
    en="{value} is there already and is not overwritten",
    hint_zh="换一个名称, 用 --output 指定别处, 或加 --force",
    hint_en="take another name, another place with --output, or --force",
)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@grammar.command(
    "new",
    zh="新建插件 NAME: 一个文件夹, 内有卡片, 读, 写, 样本, 测试和说明, 一开始就合乎全部规则。",
    en="Write a plug-in NAME: a folder with card, reader, writer, sample, tests and READMEs "
    "that keeps every law from the start.",
)
@click.argument("name")
@grammar.option(
    "--like",
    type=click.Choice(["tabular", "xml", "json", "text"]),
    default="tabular",
    show_default=True,
    zh="文件的样子: 表格, XML, JSON 或分隔文本",
    en="What the files are like.",
)
@grammar.option(
    "--output",
    type=PATH,
    metavar="FOLDER",
    zh="写到这个文件夹; 缺省为 kamcore-NAME",
    en="Folder to write; kamcore-NAME when left out.",
)
@grammar.option("--force", is_flag=True, zh="覆盖已有的文件", en="Overwrite files.")
def command(screen: Screen, name: str, like: str, output: Path | None, **switches: bool) -> int:
    """Write a plug-in folder."""
    if not _NAME.fullmatch(name):
        raise UsageError(NOT_KEBAB.at(Place(), name))
    folder = output or Path(f"kamcore-{name}")
    if folder.exists() and not switches["force"]:
        raise UsageError(THERE_ALREADY.at(Place(file=str(folder)), folder))
    from kamcore.testing.scaffold import scaffold

    made = scaffold(name, like)
    for path, data in made.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if screen.is_json:
        screen.emit({"folder": str(folder), "like": like, "files": sorted(made)})
        return 0
    sample = next(path for path in made if path.startswith("tests/samples/"))
    screen.line(f"已写 {folder} ({len(made)} 个文件)", f"wrote {folder} ({len(made)} files)")
    screen.line("下一步:", "next:")
    for line in (
        f"cd {folder}",
        "pip install -e '.[testing]'",
        f"kamcore plugin check {name} {sample} --sabotage",
    ):
        click.echo(f"  {line}")
    return 0
