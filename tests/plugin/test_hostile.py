"""The installed guests with bad manners are set aside, each with its reason, and spoil nothing."""

import importlib
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from kamcore.format import Head
from kamcore.plugin import Registry

PROJECT = Path(__file__).parents[2] / "plugins" / "kamcore-hostile"
REASONS = {
    "hostile-absent": ("P1001", "No module named 'kamcore_hostile.not_th"),
    "hostile-clash": ("P1006", "'native' in plug-in hostile-clash is taken by kamcore.native"),
    "hostile-endless": ("P1004", "> 1000, not [Format]"),
    "hostile-exit": ("P1001", "SystemExit: good bye"),
    "hostile-final": ("P1008", "write of format hostile-hider"),
    "hostile-liar": ("P1009", "SURE of noise"),
    "hostile-names": ("P1005", "1 Hostile Format 😈"),
    "hostile-raise": ("P1001", "RuntimeError: no licence found"),
    "hostile-silent": ("P1003", "implements no hook"),
    "hostile-sniff": ("P1009", "KeyError"),
    "hostile-spelling": ("P1002", "kamcore_fromats"),
    "hostile-type": ("P1004", "not Format"),
}


@pytest.fixture
def guests(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "src"))
    importlib.invalidate_caches()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["kamcore"]
    yield {name: EntryPoint(name, value, "kamcore") for name, value in points.items()}
    for name in [name for name in sys.modules if name.startswith("kamcore_hostile")]:
        del sys.modules[name]


def test_each_is_set_aside_with_its_reason(guests, capsys):
    known = Registry(guests)
    assert set(known.broken) == set(REASONS)
    for name, (code, words) in REASONS.items():
        problem = known.broken[name]
        assert problem.code == code, name
        assert words in problem.message("en"), name
        assert name in problem.message("zh")
        assert problem.hint("zh")
    assert capsys.readouterr() == ("", "")


def test_they_spoil_nothing(guests):
    alone, beside = Registry({}), Registry(guests)
    assert list(beside.formats) == [*alone.formats, "hostile-loud"]
    head = Head(name="a.jsonl", start=b'{"format":"kamcore","version":1}\n')
    assert beside.recognise(head)[0] is beside.formats["native"]
    assert beside.recognise(head)[1] == alone.recognise(head)[1]
    assert beside.incidents == []


def test_a_replaced_command_is_put_back(guests):
    group = SimpleNamespace(commands={"read": "ours"})
    known = Registry(guests)
    known.add_commands(group)
    assert group.commands == {"read": "ours"}
    assert known.broken["hostile-command"].code == "P1010"


def test_a_process_with_all_of_them_works():
    code = "import kamcore.plugin as p; print('native' in p.registry().formats)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("True\n", "")
