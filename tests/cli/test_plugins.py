"""Commands of plug-ins: found when they are typed, and never in place of our own."""

import importlib

import click
import pytest

from command_line import kamcore
from kamcore import plugin
from kamcore.cli.shell.running import COMMANDS
from kamcore.plugin import Registry, hookimpl, register


class Greeter:
    """A plug-in with a command."""

    @hookimpl
    def kamcore_commands(self, cli):
        @click.command("greet")
        @click.argument("name")
        def greet(name):
            click.echo(f"hello {name}")

        cli.add_command(greet)


class Usurper:
    """A plug-in that would like to be `inspect`."""

    @hookimpl
    def kamcore_commands(self, cli):
        cli.add_command(click.Command("inspect", callback=lambda: click.echo("mine")))


@pytest.fixture
def known(monkeypatch):
    for module, _, _ in COMMANDS.values():
        importlib.import_module(module)  # one imported while patched would keep the patch
    made = Registry({"greeter": Greeter(), "usurper": Usurper()})

    def registry():
        return made

    registry.cache_clear = lambda: None
    monkeypatch.setattr(plugin, "registry", registry)
    monkeypatch.setattr("kamcore.cli.plugin.plugins.registry", registry)
    return made


def test_a_command_of_a_plugin_runs(known):
    done = kamcore("greet", "you")
    assert (done.code, done.text) == (0, "hello you\n")
    assert "greeter" in {found.name for found in known.plugins}


def test_a_plugin_cannot_take_the_name_of_our_command(known):
    assert kamcore("greet", "you").code == 0
    assert known.broken["usurper"].code == "P1011"
    assert "mine" not in kamcore("inspect", "--help").text


def test_wrong_use_of_its_command_is_answered_like_ours(known):
    done = kamcore("greet", "--json")
    assert done.code == 2
    assert done.json["error"]["kind"] == "usage"


def test_a_plugin_set_aside_is_shown_with_its_reason(known):
    kamcore("greet", "you")
    listed = kamcore("plugins", KAMCORE_LANG="zh").text
    assert "usurper" in listed
    assert "已停用" in listed
    assert "P1011" in listed
    asked = kamcore("plugins", "usurper", "--json")
    assert (asked.code, asked.json["error"]["code"]) == (5, "U1009")
    assert asked.json["error"]["problems"][0]["code"] == "P1011"


FILE = '''
"""A plug-in of one file: a format and a command."""

import click

from kamcore.format import Format, Guess
from kamcore.plugin import hookimpl


class Single(Format):
    """One file."""

    name = "single"
    title = "单文件"
    suffixes = (".single",)

    def sniff(self, head):
        if head.start.startswith(b"SINGLE"):
            return Guess.sure("有标记", "has the mark")
        return Guess.no()


@hookimpl
def kamcore_formats():
    return [Single()]


@hookimpl
def kamcore_commands(cli):
    cli.add_command(click.Command("hey", callback=lambda: click.echo("hey")))
'''


@pytest.fixture
def single(tmp_path):
    path = tmp_path / "single.py"
    path.write_text(FILE, "utf-8")
    return path


def test_a_plugin_in_a_file_works_on_any_command(single):
    listed = kamcore("formats", "--plugin", str(single), "--json").json["formats"]
    assert "single" in {card["name"] for card in listed}
    assert kamcore("--plugin", str(single), "hey").text == "hey\n"
    shown = kamcore("plugins", "single", "--plugin", str(single)).text
    assert "single" in shown
    assert "(commands)" in shown
    assert "single" not in kamcore("formats").text


def test_a_broken_file_that_was_named_stops_the_command(tmp_path):
    path = tmp_path / "torn.py"
    path.write_text("raise RuntimeError('no licence')", "utf-8")
    done = kamcore("formats", "--plugin", str(path), "--json")
    assert (done.code, done.json["error"]["code"]) == (5, "P1001")
    assert "no licence" in kamcore("plugins", "--plugin", str(path)).text


def test_a_file_is_let_go_whatever_happens(single, tmp_path):
    torn = tmp_path / "torn.py"
    torn.write_text("raise RuntimeError('no licence')", "utf-8")
    kamcore("formats", "--plugin", str(torn))
    kamcore("formats", "--plugin", str(single), "--no-such-option")
    kamcore("formats", "--plugin", str(single), "surplus", "words")
    assert register._files == []


def test_a_file_that_is_not_there_is_wrong_use(tmp_path):
    done = kamcore("formats", "--plugin", str(tmp_path / "none.py"), "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "U1004")
