"""Wrong use, help and version: every command line gets an answer in the form asked for."""

import subprocess
import sys

import pytest

from command_line import kamcore
from kamcore.errors import Fault
from kamcore.place import Place

HEAVY = ("polars", "lxml", "openpyxl", "pydantic", "rich", "fastexcel", "narwhals", "pluggy")
PLACE = {"file", "sheet", "row", "column", "line", "path", "voucher"}
ERROR = {"code", "kind", "message", "place", "value", "hint", "problems"}

WRONG = [
    (("--jsno",), "U1002", "--jsno"),
    (("inspect",), "U1003", "FILE"),
    (("formats", "a", "b c"), "U1011", "b c"),
    (("convert", "a", "b"), "U1003", "--to"),
    (("convert", "a", "b", "--to"), "U1003", "--to …"),
    (("convert", "a", "b", "--to", "native", "--bad", "maybe"), "U1004", "maybe"),
    (("formats", "--lang", "fr"), "U1004", "fr"),
    (("konvert",), "U1005", "konvert"),
    (("inspect", "missing.xls"), "C1011", "missing.xls"),
    (("inspect", "missing.xls", "--option", "x"), "C1011", "missing.xls"),
    (("formats", "nativ"), "P2001", "nativ"),
    (("plugins", "nobody"), "U1008", "nobody"),
]


@pytest.mark.parametrize(("words", "code", "value"), WRONG, ids=[case[1] for case in WRONG])
def test_wrong_use_is_one_json_object_and_exit_code_2(words, code, value):
    done = kamcore("--json", *words)
    assert done.code == 2
    error = done.json["error"]
    assert set(error) >= ERROR
    assert set(error["place"]) == PLACE
    assert (error["kind"], error["code"], error["value"]) == ("usage", code, value)
    assert error["message"]


@pytest.mark.parametrize(("words", "code", "value"), WRONG, ids=[case[1] for case in WRONG])
def test_wrong_use_is_said_in_chinese_on_standard_error(words, code, value):
    done = kamcore("--lang", "zh", *words)
    assert (done.code, done.out) == (2, b"")
    assert done.notes.startswith("错误 ")
    assert code in done.notes
    assert value in done.notes


def test_a_command_that_is_nearly_right_is_named():
    done = kamcore("--lang", "en", "inspekt", "a.xls")
    assert "near: inspect" in done.notes


def test_an_unknown_format_names_those_like_it():
    assert "yonyou-u8-text" in kamcore("formats", "yonyou-u8").notes


def test_json_without_a_command_is_wrong_use():
    done = kamcore("--json")
    assert (done.code, done.json["error"]["code"]) == (2, "U1003")


def test_without_a_command_help_is_shown():
    done = kamcore()
    assert done.code == 0
    assert "convert" in done.text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "name", [None, "inspect", "check", "convert", "formats", "plugins", "demo"]
)
def test_help_is_written_in_one_language(lang, name):
    words = [name] if name else []
    done = kamcore(*words, "--help", "--lang", lang)
    assert done.code == 0
    assert done.text.startswith("用法: " if lang == "zh" else "Usage: ")
    has_chinese = any("\u4e00" <= mark <= "\u9fff" for mark in done.text)
    assert has_chinese == (lang == "zh")
    assert ("Options:" in done.text) == (lang == "en")


def test_help_and_version_are_json_where_asked():
    assert "convert" in kamcore("--json", "--help").json["help"]
    assert set(kamcore("--json", "--version").json) == {"kamcore"}


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_version_and_help_load_nothing_heavy(words):
    code = (
        "import sys\nfrom kamcore.cli.shell.running import run\n"
        f"code = run({words!r})\nprint(code, *sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    said = ran.stderr.split()
    assert said[0] == "0"
    assert [name for name in HEAVY if name in said] == []


def test_a_defect_prints_one_line_and_its_traceback_only_when_asked(monkeypatch, capsys):
    from kamcore.cli.shell import running

    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(running, "_group", type("G", (), {"main": broken}))
    assert running.run(["formats", "--lang", "en"]) == 70
    said = capsys.readouterr().err
    assert "U9001" in said
    assert "Traceback" not in said
    monkeypatch.setenv("KAMCORE_DEBUG", "1")
    assert running.run(["formats"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_locked_file_is_said_to_be_open_elsewhere(monkeypatch, capsys):
    from kamcore.cli.shell import running

    def locked(*_args: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied", "凭证.xls")

    monkeypatch.setattr(running, "_group", type("G", (), {"main": locked}))
    assert running.run(["inspect", "凭证.xls", "--lang", "zh"]) == 3
    said = capsys.readouterr().err
    assert "U1010 打不开 凭证.xls" in said
    assert "Excel" in said


def test_an_interrupt_is_answered(monkeypatch, capsys):
    from kamcore.cli.shell import running

    def interrupted(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "_group", type("G", (), {"main": interrupted}))
    assert running.run(["formats", "--lang", "en"]) == 130
    assert capsys.readouterr().err == "interrupted; no file was left behind\n"


def test_every_fault_of_the_command_line_fills_its_templates():
    from kamcore.cli.shell import faults

    facts = dict.fromkeys(("command", "near", "known", "parameter", "wants", "reason"), "x")
    for fault in [thing for thing in vars(faults).values() if isinstance(thing, Fault)]:
        problem = fault.at(Place(), "v", **facts)
        for lang in ("zh", "en"):
            assert "{" not in problem.message(lang) + problem.hint(lang)
