"""``kamcore plugin new`` and ``kamcore plugin check``."""

import sys

import pytest

from command_line import kamcore
from kamcore.plugin import Registry
from kamcore.testing import checking

BROKEN = '''
"""The native format, with its summaries lost."""

import polars as pl

from kamcore.adapters.native import Native
from kamcore.plugin import hookimpl


class Forgetful(Native):
    """Loses summaries."""

    name = "forgetful"

    def render(self, books, target, losses, options):
        blank = pl.lit(None, dtype=pl.String).alias("summary")
        books = books.replace(lines=books.lines.with_columns(blank))
        super().render(books, target, losses, options)


@hookimpl
def kamcore_formats():
    return [Forgetful()]
'''


def test_a_plugin_is_written_and_nothing_is_overwritten(tmp_path):
    done = kamcore("plugin", "new", "inspur-gs", "--like", "json", "--json", cwd=tmp_path)
    assert done.code == 0
    assert "src/kamcore_inspur_gs/__init__.py" in done.json["files"]
    folder = tmp_path / "kamcore-inspur-gs"
    assert sorted(done.json["files"]) == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    card = folder / "src" / "kamcore_inspur_gs" / "__init__.py"
    card.write_text("mine", "utf-8")
    again = kamcore("plugin", "new", "inspur-gs", "--json", cwd=tmp_path)
    assert (again.code, again.json["error"]["code"]) == (2, "U1034")
    assert card.read_text("utf-8") == "mine"
    said = kamcore("plugin", "new", "inspur-gs", "--force", cwd=tmp_path, KAMCORE_LANG="zh").text
    assert said.startswith("已写 kamcore-inspur-gs")
    assert "kamcore plugin check inspur-gs tests/samples/january.xlsx" in said


@pytest.mark.parametrize("name", ["Inspur", "in spur", "1a", "a_b", "a--b", "../a"])
def test_a_name_is_kebab_case(tmp_path, name):
    done = kamcore("plugin", "new", name, "--json", cwd=tmp_path)
    assert (done.code, done.json["error"]["code"]) == (2, "U1033")
    assert not list(tmp_path.iterdir())


def laws(monkeypatch, *names):
    """Only these laws, so that the test is about the command."""
    monkeypatch.setattr(
        checking,
        "check_format",
        lambda card, files, **how: (
            checking.run_law(checking.suite_of(card, files, settings=how["settings"]), name)
            for name in names
        ),
    )


def test_a_failure_is_explained_with_the_smallest_example(tmp_path, monkeypatch):
    path = tmp_path / "forgetful.py"
    path.write_text(BROKEN, "utf-8")
    laws(monkeypatch, "card_is_complete", "what_is_declared_is_kept", "samples_are_recognised")
    done = kamcore("plugin", "check", "forgetful", "--plugin", str(path), "--json")
    assert done.code == 1
    (found,) = done.json["formats"]
    assert [law["outcome"] for law in found["laws"]] == ["held", "failed", "skipped"]
    assert "lines.summary" in found["laws"][1]["said"]
    assert "lines:" in found["laws"][1]["example"]
    shown = kamcore("plugin", "check", "forgetful", "--plugin", str(path), KAMCORE_LANG="zh").text
    assert "违反  what_is_declared_is_kept  声明能写的内容原样读回" in shown
    assert "找到的最小例子" in shown
    assert shown.endswith("成立 1 条, 违反 1 条, 跳过 1 条\n")


def test_sabotage_that_is_missed_is_an_exit_code(tmp_path, monkeypatch):
    laws(monkeypatch, "card_is_complete")
    monkeypatch.setattr("kamcore.testing.sabotage._TELLING", ("card_is_complete",))
    done = kamcore("plugin", "check", "native", "--sabotage", "--json")
    assert done.code == 1
    assert len(done.json["formats"][0]["sabotages"]) == 8
    assert {found["caught_by"] for found in done.json["formats"][0]["sabotages"]} == {None}


def test_a_plugin_can_be_named_instead_of_its_format(monkeypatch):
    laws(monkeypatch, "card_is_complete")
    found = kamcore("plugin", "check", "kamcore.native", "--json").json["formats"]
    assert [card["format"] for card in found] == ["native"]
    many = kamcore("plugin", "check", "kamcore.tabular", "--json").json["formats"]
    assert len(many) == len(
        next(p for p in Registry({}).plugins if p.name == "kamcore.tabular").formats
    )


def test_a_stranger_may_be_kin(monkeypatch, tmp_path):
    path = tmp_path / "greedy.py"
    path.write_text(
        BROKEN.replace("    def render", "    def sniff(self, head):\n"
        "        from kamcore.format import Guess\n\n"
        "        found = head.start.startswith(b'OFXHEADER')\n"
        "        return Guess.sure('是', 'yes') if found else Guess.no()\n\n"
        "    def render"),
        "utf-8",
    )  # fmt: skip
    laws(monkeypatch, "strangers_are_refused")
    words = ("plugin", "check", "forgetful", "--plugin", str(path), "--json")
    assert kamcore(*words).json["formats"][0]["laws"][0]["outcome"] == "failed"
    assert kamcore(*words, "--kin", "statement.ofx").code == 0


def test_an_unknown_name_is_wrong_use_and_near_ones_are_told():
    done = kamcore("plugin", "check", "natve", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "P2001")
    assert "native" in done.json["error"]["hint"]


def test_without_the_kit_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "kamcore.testing.checking", None)
    monkeypatch.delattr("kamcore.testing.checking", raising=False)
    done = kamcore("plugin", "check", "native", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "U1031")
    assert "kamcore[testing]" in done.json["error"]["hint"]
