"""The server as a process of its own, driven by the client of the official package."""

import json
import shutil
import sys
from importlib.resources import as_file, files

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from kamcore_mcp.serving import EXIT_CODE

NAMES = ["inspect", "check", "convert", "balance", "age", "reconcile"]

CHATTY = """
from kamcore.plugin import hookimpl

print("printed when it is loaded")

class Check:
    name = "chatty"

    def check(self, books):
        print("printed while it checks")
        return []

@hookimpl
def kamcore_checks():
    return [Check()]
"""


def driven(words, talk):
    """Start the server, let `talk` speak with it, and end it."""

    async def run():
        started = StdioServerParameters(command=sys.executable, args=["-m", "kamcore_mcp", *words])
        async with (
            stdio_client(started) as (incoming, outgoing),
            ClientSession(incoming, outgoing) as session,
        ):
            with anyio.fail_after(60):
                welcome = await session.initialize()
                return await talk(session, welcome)

    return anyio.run(run)


def books(folder):
    folder.mkdir()
    with as_file(files("kamcore.cli") / "demo_data" / "vouchers_2025Q1.xls") as demo:
        shutil.copy(demo, folder / "q1.xls")
    return folder


def test_the_official_client_reads_and_is_kept_inside(tmp_path):
    inside = books(tmp_path / "books")
    books(tmp_path / "other")
    (inside / "out.xls").symlink_to(tmp_path / "other" / "q1.xls")
    chatty = tmp_path / "chatty.py"
    chatty.write_text(CHATTY, "utf-8")

    async def talk(session, welcome):
        assert welcome.serverInfo.name == "kamcore"
        assert str(inside) in welcome.instructions
        assert "read-only" in welcome.instructions
        tools = (await session.list_tools()).tools
        assert [tool.name for tool in tools] == NAMES
        assert all(tool.annotations.readOnlyHint for tool in tools)
        seen = await session.call_tool("inspect", {"file": "q1.xls"})
        assert json.loads(seen.content[0].text) == seen.structuredContent
        assert seen.structuredContent["format"] == "kingdee-k3"
        balance = await session.call_tool("balance", {"file": "q1.xls", "period": "2025-03"})
        totals = balance.structuredContent["totals"]
        assert totals["debit"] == totals["credit"]
        asked = {"file": "q1.xls", "account": ["1122"], "as_of": "2025-03-31"}
        assert (await session.call_tool("age", asked)).structuredContent["rows"]
        for outside in ("../other/q1.xls", "out.xls", str(tmp_path / "other" / "q1.xls")):
            refused = await session.call_tool("check", {"file": outside})
            assert refused.isError
            assert refused.structuredContent["error"]["code"] == "MC0002"
            assert refused.meta[EXIT_CODE] == 2
        asked = {"source": "q1.xls", "target": "a.jsonl", "to": "native", "dry_run": False}
        refused = await session.call_tool("convert", asked)
        assert refused.structuredContent["error"]["code"] == "MC0004"

    driven([str(inside), "--lang", "en", "--plugin", str(chatty)], talk)
    assert sorted(path.name for path in inside.iterdir()) == ["out.xls", "q1.xls"]


def test_the_official_client_converts_and_reconciles_where_it_is_allowed(tmp_path):
    inside = books(tmp_path / "books")

    async def talk(session, welcome):
        assert "可以写入" in welcome.instructions
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert tools["convert"].annotations.destructiveHint
        assert "转换" in tools["convert"].description
        asked = {"source": "q1.xls", "target": "u8.txt", "to": "yonyou-u8-text"}
        done = await session.call_tool("convert", asked)
        assert done.structuredContent["proof"]["equal"], done.content
        found = await session.call_tool("check", {"file": "u8.txt"})
        assert found.structuredContent["format"] == "yonyou-u8-text"
        two = {"ours": "q1.xls", "theirs": "u8.txt", "as_of": "2025-03-31"}
        answered = await session.call_tool("reconcile", two)
        assert answered.structuredContent["kamcore"]
        outside = {**asked, "target": "../u8.txt"}
        refused = await session.call_tool("convert", outside)
        assert refused.structuredContent["error"]["code"] == "MC0002"

    driven([str(inside), "--allow-write", "--lang", "zh"], talk)
    assert {"q1.xls", "u8.txt"} <= {path.name for path in inside.iterdir()}
    assert not (tmp_path / "u8.txt").exists()
