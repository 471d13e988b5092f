"""``kamcore map``: codes of one set of books said in another's."""

import click

from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.grammar import Group, screen_of, show_help
from kamcore.errors import UsageError
from kamcore.place import Place

COMMANDS = {
    "suggest": (
        "kamcore.cli.files.mapping_suggesting",
        "比较两个账套, 起草科目和往来对照表",
        "Compare two sets of books and draft the mapping of codes.",
    ),
}
"""The commands about mappings: module, and one line of help in Chinese and in English."""


class MappingGroup(Group):
    """The group of commands about mappings; plug-ins add theirs to the group above."""

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


command = MappingGroup(
    "map",
    lazy=COMMANDS,
    callback=_alone,
    invoke_without_command=True,
    help="Mappings: the codes of one set of books in another's words.",
    help_zh="对照: 把一个账套的代码说成另一个账套的代码",
)
