"""A plug-in adds a command to a group below ours as click has it; ours stay ours."""

import importlib

import click
import pytest

from command_line import kamcore
from kamcore import plugin
from kamcore.cli.files import layout
from kamcore.cli.shell.running import COMMANDS
from kamcore.plugin import Registry, hookimpl


class Drawer:
    """A plug-in with a command about layouts."""

    @hookimpl
    def kamcore_commands(self, cli):
        group = cli.commands["layout"]
        group.add_command(click.Command("draw", callback=lambda: click.echo("drawn")))
        group.add_command(click.Command("test", callback=lambda: click.echo("mine")))


@pytest.fixture
def _with_drawer(monkeypatch):
    for module, _, _ in COMMANDS.values():
        importlib.import_module(module)  # one imported while patched would keep the patch
    made = Registry({"drawer": Drawer()})

    def registry():
        return made

    registry.cache_clear = lambda: None
    monkeypatch.setattr(plugin, "registry", registry)
    monkeypatch.setattr(layout.command, "commands", {})


@pytest.mark.usefixtures("_with_drawer")
def test_a_command_of_a_plugin_runs_below_a_group_of_ours():
    done = kamcore("layout", "draw")
    assert (done.code, done.text) == (0, "drawn\n")
    assert "mine" not in kamcore("layout", "test", "--help").text


def test_without_it_the_group_says_what_it_has():
    done = kamcore("layout", "draw", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "U1005")
    assert "learn" in done.json["error"]["hint"]
