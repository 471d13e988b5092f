"""The server: lists the tools, and answers calls one after the other.

Standard output belongs to the protocol.  While the server runs, whatever else prints there, a
plug-in for one, is led to standard error.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any

import anyio
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from kamcore import __version__
from kamcore_mcp.calling import Answer, call
from kamcore_mcp.folders import Folders
from kamcore_mcp.tools import TOOLS, Tool

__all__ = ["EXIT_CODE", "make_server", "serve"]

EXIT_CODE = "kamcore.example/exit-code"
"""Name under which an answer carries the exit code of its command, beside the content."""


def serve(folders: Folders, lang: str = "en") -> None:
    """Serve over standard input and output until the client leaves."""
    with _kept_output() as output:
        anyio.run(_serve, folders, lang, output)


async def _serve(folders: Folders, lang: str, output: io.TextIOWrapper) -> None:
    server = make_server(folders, lang)
    async with stdio_server(stdout=anyio.wrap_file(output)) as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def make_server(folders: Folders, lang: str = "en") -> Server[Any, Any]:
    """A server over `folders` that speaks `lang`, not yet connected to anything."""
    server: Server[Any, Any] = Server(
        "kamcore", version=__version__, instructions=_instructions(folders, lang)
    )
    # Commands share caches, and two of them at once are no faster on one file.
    one_by_one = anyio.CapacityLimiter(1)

    @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
    async def list_tools() -> list[types.Tool]:
        return [_described(tool, folders, lang) for tool in TOOLS.values()]

    # The arguments are looked at in `call`, so that a refusal has the form of all errors.
    @server.call_tool(validate_input=False)  # type: ignore[untyped-decorator]
    async def call_tool(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        answer = await anyio.to_thread.run_sync(
            call, name, arguments, folders, lang, limiter=one_by_one
        )
        return _result(answer)

    return server


def _described(tool: Tool, folders: Folders, lang: str) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=tool.description(lang),
        inputSchema=tool.input_schema(folders, lang),
        outputSchema=tool.output_schema(),
        annotations=types.ToolAnnotations(
            readOnlyHint=not (tool.writes and folders.can_write),
            destructiveHint=tool.writes and folders.can_write,
            idempotentHint=True,
            openWorldHint=False,
        ),
    )


def _result(answer: Answer) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.text)],
        structuredContent=answer.said,
        isError=answer.failed,
        _meta={EXIT_CODE: answer.exit_code},
    )


def _instructions(folders: Folders, lang: str) -> str:
    named = ", ".join(map(str, folders.roots))
    if lang == "zh":
        writing = "可以写入" if folders.can_write else "只读"
        return (
            "金蝶, 用友等凭证文件的查看, 检查, 转换, 余额, 账龄, 对账。"
            f"文件夹 ({writing}): {named}。"
            "金额是文本, 不要转成浮点数; problems 里的问题要告诉用户。"
        )
    writing = "may be written to" if folders.can_write else "read-only"
    return (
        "Look at, check and convert files of vouchers from Kingdee, Yonyou and others; balances, "
        f"ageing, reconciliation. Folders ({writing}): {named}. Amounts are texts: keep them "
        "exact. Tell the user what stands under problems."
    )


@contextlib.contextmanager
def _kept_output() -> Iterator[io.TextIOWrapper]:
    """The real standard output for the protocol; the name points to standard error meanwhile."""
    sys.stdout.flush()
    number = sys.stdout.fileno()
    kept = os.dup(number)
    os.dup2(sys.stderr.fileno(), number)
    output = os.fdopen(kept, "w", encoding="utf-8", newline="\n")
    try:
        yield output
    finally:
        sys.stdout.flush()
        with contextlib.suppress(BrokenPipeError):
            output.flush()
            os.dup2(kept, number)
            output.close()
