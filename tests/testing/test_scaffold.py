"""A scaffold keeps every law before its author changes a letter; sabotage does not go unseen."""

import ast
import importlib
import sys
import tomllib

import pytest

from kamcore.adapters.native import FORMAT
from kamcore.plugin import Registry
from kamcore.testing.checking import run_law, suite_of
from kamcore.testing.goldens import samples_in
from kamcore.testing.sabotage import SABOTAGES, try_sabotages
from kamcore.testing.scaffold import KINDS, scaffold


@pytest.fixture
def made(request, tmp_path, monkeypatch):
    """A fresh folder with a plug-in like the parameter, importable; the folder and its module."""
    like = request.param
    for path, data in scaffold(f"my-{like}", like).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    importlib.invalidate_caches()
    name = f"kamcore_my_{like}"
    yield tmp_path, importlib.import_module(name)
    for each in [each for each in sys.modules if each.startswith(name)]:
        del sys.modules[each]


@pytest.mark.parametrize("made", KINDS, indirect=True)
def test_a_scaffold_keeps_every_law_at_once(made):
    folder, module = made
    samples = samples_in(folder / "tests" / "samples")
    suite = suite_of(module.FORMAT, samples, settings={"examples": 1})
    # Speed has its own test; here it would cost more than all the others.
    verdicts = [run_law(suite, law) for law in suite.laws() if law != "speed_is_fair"]
    assert {v.law: v.said for v in verdicts if v.outcome != "held"} == {}
    assert len(verdicts) == 18
    known = Registry({"mine": module})
    assert not known.broken
    assert module.FORMAT.name in known.formats


@pytest.mark.parametrize("like", KINDS)
def test_a_scaffold_is_complete_and_tidy(like):
    made = scaffold("a-new-one", like)
    assert {"README.md", "README.zh-CN.md", "tests/test_kamcore_a_new_one.py"} <= set(made)
    project = tomllib.loads(made["pyproject.toml"].decode())["project"]
    assert project["entry-points"]["kamcore"] == {"a-new-one": "kamcore_a_new_one"}
    for path, data in made.items():
        if path.endswith((".py", ".md", ".toml")):
            assert "«" not in data.decode(), path
        if path.endswith(".py"):
            tree = ast.parse(data)
            assert ast.get_docstring(tree), path
            assert max(map(len, data.decode().splitlines())) < 100, path


@pytest.mark.parametrize("made", ["text"], indirect=True)
def test_every_sabotage_is_caught(made):
    folder, module = made
    samples = samples_in(folder / "tests" / "samples")
    settings = {"examples": 2}
    attempts = list(try_sabotages(module.FORMAT, samples, settings=settings))
    assert [attempt.sabotage for attempt in attempts] == list(SABOTAGES)
    assert len(SABOTAGES) == 8
    assert [a.sabotage.name for a in attempts if not a.caught_by] == []
    assert {a.in_writer for a in attempts} == {True, False}


def test_a_sabotage_that_no_law_can_see_is_said(monkeypatch):
    monkeypatch.setattr("kamcore.testing.sabotage._TELLING", ("card_is_complete",))
    assert not any(attempt.caught_by for attempt in try_sabotages(FORMAT))
