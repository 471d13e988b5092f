"""``kamcore mcp``, and ``kamcore-mcp`` for programs that name one executable."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore_mcp.folders import Folders

__all__ = ["command", "main"]


@grammar.command(
    "mcp",
    zh="MCP 服务: 在标准输入输出上提供 inspect, check, convert, balance, age, reconcile 工具, "
    "只能读 FOLDER 里的文件; 不给 --allow-write 时什么也不写。",
    en="An MCP server on standard input and output: inspect, check, convert, balance, age and "
    "reconcile as tools, over the files in each FOLDER alone; nothing is written there without "
    "--allow-write.",
)
@click.argument("folders", type=PATH, nargs=-1, required=True, metavar="FOLDER...")
@option(
    "--allow-write",
    is_flag=True,
    zh="允许 convert 在这些文件夹里写文件",
    en="Let convert write into these folders.",
)
def command(screen: Screen, folders: tuple[Path, ...], *, allow_write: bool) -> int:
    """Serve until the client leaves."""
    allowed = Folders.of(folders, can_write=allow_write)
    # The protocol's own machinery is heavy, and not needed to refuse a folder.
    from kamcore_mcp.serving import serve

    serve(allowed, screen.lang)
    return 0


def main() -> NoReturn:
    """Serve the folders named on the command line."""
    from kamcore.cli.shell.running import run

    sys.exit(run(["mcp", *sys.argv[1:]]))
