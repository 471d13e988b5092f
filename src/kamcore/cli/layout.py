"""``kamcore layout``: draft a layout for a sheet of a site's own, and try it."""

import click

from kamcore.cli.faults import MISSING
from kamcore.cli.grammar import Group, screen_of, show_help
from kamcore.errors import UsageError
from kamcore.place import Place

COMMANDS = {
    "learn": (
        "kamcore.cli.layout_learning",
        "看一个表格, 起草版式: 表头, 各列含义和依据",
        "Draft a layout for a sheet: heading row, fields, reasons.",
    ),
    "test": (
        "kamcore.cli.layout_testing",
        "按版式读一个文件, 看读出什么",
        "Read a file through a layout and show what comes out.",
    ),
}
"""The commands about layouts: module, and one line of help in Chinese and in English."""


class LayoutGroup(Group):
    """The group of commands about layouts; plug-ins add theirs to the group above."""

    def _with_plugins(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.lazy)


@click.pass_context
def _alone(ctx: click.Context) -> int:
    if ctx.invoked_subcommand is None:
        if screen_of(ctx).is_json:
            raise UsageError(MISSING.at(Place(), "COMMAND", command=ctx.command_path))
        show_help(ctx)
    return 0


command = LayoutGroup(
    "layout",
    lazy=COMMANDS,
    callback=_alone,
    invoke_without_command=True,
    help="Layouts: how a sheet of your own says what books say.",
    help_zh="版式: 让任意表格按自己的列名读成凭证, 明细账或余额",
)
