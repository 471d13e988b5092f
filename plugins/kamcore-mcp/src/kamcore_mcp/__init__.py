"""The commands of kamcore as tools of an MCP server, for programs that speak for a person.

https://modelcontextprotocol.io/specification/2025-06-18/server/tools
"""

from kamcore.plugin import hookimpl
from kamcore.plugin.hookspecs import Commands

__all__ = ["kamcore_commands"]


@hookimpl
def kamcore_commands(cli: Commands) -> None:
    """Add ``kamcore mcp``."""
    from kamcore_mcp.command import command

    cli.add_command(command)
