"""A command that holds commands, such as ``kamcore party show``."""

import click

from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.grammar import Group, screen_of, show_help
from kamcore.errors import UsageError
from kamcore.place import Place


class CommandGroup(Group):
    """A group below the group of all commands.

    A plug-in adds to it as click has it: ``cli.commands["party"].add_command(…)``.
    """

    def _with_plugins(self, ctx: click.Context) -> list[str]:
        """Let plug-ins add to every group, and name what this one holds then."""
        root = ctx.find_root()
        if isinstance(root.command, Group) and root.command is not self:
            root.command._with_plugins(root)  # noqa: SLF001  the same door, one floor up
        return list(dict.fromkeys([*self.lazy, *self.commands]))


@click.pass_context
def _alone(ctx: click.Context) -> int:
    if ctx.invoked_subcommand is None:
        if screen_of(ctx).is_json:
            raise UsageError(MISSING.at(Place(), "COMMAND", command=ctx.command_path))
        show_help(ctx)
    return 0


def group(
    name: str, commands: dict[str, tuple[str, str, str]], *, zh: str, en: str
) -> CommandGroup:
    """A group of commands: each by name with its module and a line of help in both languages."""
    return CommandGroup(
        name,
        lazy=commands,
        callback=_alone,
        invoke_without_command=True,
        help=en,
        help_zh=zh,
    )
