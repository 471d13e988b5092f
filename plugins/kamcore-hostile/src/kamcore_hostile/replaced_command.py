"""Replaces every command of the command line."""

from typing import Any

from kamcore.plugin import hookimpl


@hookimpl
def kamcore_commands(cli: Any) -> None:
    """Replace commands, then fail."""
    for name in list(cli.commands):
        cli.commands[name] = None
    raise RuntimeError("done")
