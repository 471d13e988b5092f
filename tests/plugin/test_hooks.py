"""Every hook there is: typed, documented, asked, and named in the manual."""

import inspect
import time
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from kamcore.format import Fact, Format, Guess, Head
from kamcore.plugin import Registry, hookimpl, hookspecs, registry, with_files
from kamcore.plugin.patience import TooSlowError, within

MANUAL = Path(__file__).parents[2] / "docs" / "plugins.md"


class Quiet(Format):
    """A format that recognises nothing."""

    name = "quiet"
    title = "安静"
    suffixes = (".quiet",)
    reads = frozenset({Fact("lines", "summary")})

    def sniff(self, head):
        return Guess.no()


class Parts:
    name = "parts"

    def check(self, books):
        return []

    def apply(self, books):
        return books

    def classify(self, measures):
        return pl.Series([], dtype=pl.String)


class Everything:
    """A plug-in that implements each hook, and remembers which were called."""

    def __init__(self):
        self.called = []

    @hookimpl
    def kamcore_formats(self):
        self.called.append("kamcore_formats")
        return [Quiet()]

    @hookimpl
    def kamcore_checks(self):
        self.called.append("kamcore_checks")
        return [Parts()]

    @hookimpl
    def kamcore_steps(self):
        self.called.append("kamcore_steps")
        return [Parts()]

    @hookimpl
    def kamcore_tier_rules(self):
        self.called.append("kamcore_tier_rules")
        return [Parts()]

    @hookimpl
    def kamcore_commands(self, cli):
        self.called.append("kamcore_commands")
        cli.commands["mine"] = object()


def live_hooks():
    return [name for name in vars(hookspecs) if name.startswith("kamcore_")]


@pytest.mark.parametrize("name", live_hooks())
def test_a_hook_is_typed_documented_and_in_the_manual(name):
    hook = getattr(hookspecs, name)
    assert name in hookspecs.HOOKS
    assert "Called" in inspect.getdoc(hook)
    signature = inspect.signature(hook)
    assert signature.return_annotation is not signature.empty
    assert all(p.annotation is not p.empty for p in signature.parameters.values())
    assert name in MANUAL.read_text("utf-8")


def test_every_live_hook_is_asked_once_and_heard():
    plugin = Everything()
    known = Registry({"all": plugin}, with_built_in=False)
    assert sorted(live_hooks()) == sorted(hookspecs.HOOKS)
    assert plugin.called == [hook for hook in hookspecs.HOOKS if hook != "kamcore_commands"]
    group = SimpleNamespace(commands={})
    known.add_commands(group)
    assert plugin.called == list(hookspecs.HOOKS)
    assert known.plugins[0].hooks == hookspecs.HOOKS
    assert list(group.commands) == ["mine"]
    assert [list(found) for found in (known.formats, known.checks, known.steps)] == [
        ["quiet"],
        ["parts"],
        ["parts"],
    ]
    assert list(known.tier_rules) == ["parts"]


def offering(card):
    class Plugin:
        @hookimpl
        def kamcore_formats(self):
            return [card]

    return Plugin()


@pytest.mark.parametrize(("api", "words"), [(0, "older than kamcore"), (2, "upgrade kamcore")])
def test_another_version_of_the_contract_is_refused_with_what_to_do(api, words):
    card = type("Other", (Quiet,), {"api": api})()
    problem = Registry({"bad": offering(card)}, with_built_in=False).broken["bad"]
    assert problem.code == "P1007"
    assert words in problem.hint("en")
    assert "pip install --upgrade" in problem.hint("zh")


def test_a_misspelt_hook_is_told_what_was_meant():
    class Plugin:
        @hookimpl
        def kamcore_fromats(self):
            return []

    problem = Registry({"bad": Plugin()}, with_built_in=False).broken["bad"]
    assert problem.hint("en").startswith("kamcore_formats? the hooks are kamcore_formats, ")


def test_an_unmarked_hook_is_told_how_to_mark_it():
    bad = SimpleNamespace(kamcore_formats=list)
    problem = Registry({"bad": bad}, with_built_in=False).broken["bad"]
    assert "@kamcore.plugin.hookimpl" in problem.hint("en")


class Sleeper:
    def __init__(self, seconds):
        self.seconds = seconds

    @hookimpl
    def kamcore_formats(self):
        time.sleep(self.seconds)
        return [Quiet()]


def test_a_plugin_that_does_not_answer_is_set_aside():
    begun = time.perf_counter()
    known = Registry({"bad": Sleeper(3), "good": offering(Quiet())}, patience=0.05)
    assert time.perf_counter() - begun < 2.5
    assert known.broken["bad"].code == "P1013"
    assert "quiet" in known.formats


def test_a_slow_plugin_is_admitted_and_called_slow(monkeypatch):
    monkeypatch.setattr("kamcore.plugin.register.SLOW", 0.01)
    (plugin,) = Registry({"slow": Sleeper(0.05)}, with_built_in=False).plugins
    assert plugin.slow.code == "P1014"
    monkeypatch.undo()
    (plugin,) = Registry({"fine": Sleeper(0)}, with_built_in=False).plugins
    assert plugin.slow is None


def test_a_sniff_without_end_is_passed_over():
    class Endless(Quiet):
        def sniff(self, head):
            if head.name == "a.quiet":
                time.sleep(1)
            return Guess.no()

    known = Registry({"bad": offering(Endless())}, with_built_in=False, patience=0.05)
    assert known.guesses(Head(name="a.quiet"))[0][1] == Guess.no()
    assert [problem.code for problem in known.incidents] == ["P2005"]


def test_what_an_answer_raises_is_raised_and_an_answer_is_given():
    assert within(5, lambda: 7)[0] == 7
    with pytest.raises(SystemExit):
        within(5, lambda: (_ for _ in ()).throw(SystemExit(3)))
    with pytest.raises(TooSlowError):
        within(0.01, lambda: time.sleep(0.5))


FILE = '''
"""A format in a single file."""

from kamcore.format import Fact, Format, Guess
from kamcore.plugin import hookimpl


class Single(Format):
    """One file."""

    name = "single"
    title = "单文件"
    suffixes = (".single",)

    def sniff(self, head):
        return Guess.no()


@hookimpl
def kamcore_formats():
    return [Single()]
'''


@pytest.fixture
def single(tmp_path):
    path = tmp_path / "my-single.py"
    path.write_text(FILE, "utf-8")
    return path


def test_a_single_file_is_a_plugin(single):
    known = Registry({}, files=[single])
    assert known.plugins[-1].name == "my-single"
    assert known.plugins[-1].origin == str(single)
    assert "single" in known.formats


def test_a_file_is_let_in_for_a_while(single, monkeypatch):
    monkeypatch.setenv("KAMCORE_PLUGINS", "")
    assert "single" not in registry().formats
    with with_files([single]):
        assert "single" in registry().formats
    assert "single" not in registry().formats


@pytest.mark.parametrize("text", ["raise RuntimeError('x')", "import not_there", "def ("])
def test_a_broken_file_is_set_aside(tmp_path, text):
    path = tmp_path / "torn.py"
    path.write_text(text, "utf-8")
    assert Registry({}, files=[path]).broken["torn"].code == "P1001"
