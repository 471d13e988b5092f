"""What a tool answers is what its command prints, and nothing is written unasked."""

import datetime as dt
import json
import shutil
from decimal import Decimal
from importlib.resources import as_file, files

import pytest

import kamcore
from kamcore.books import Books
from kamcore.cli.shell.running import run
from kamcore.model.voucher import Line, Voucher
from kamcore_mcp.calling import call
from kamcore_mcp.folders import Folders
from kamcore_mcp.tools import DRY_RUN, TOOLS, Way

NONE = Decimal(0)


def ours_and_theirs(folder):
    """A sale both have, and one that only we have booked."""
    day = dt.date(2025, 3, 10)

    def voucher(number, debit, credit, amount, aux):
        own, other = (
            Line(account=code, summary="货款", debit=d, credit=c, aux=a)
            for code, d, c, a in ((debit, amount, NONE, aux[0]), (credit, NONE, amount, aux[1]))
        )
        return Voucher(date=day, word="记", number=number, lines=(own, other))

    us, them = {"customer": "00012"}, {"supplier": "A7"}
    amounts = (Decimal("113.00"), Decimal("226.00"))
    mine = [voucher(i, "1122", "6001", a, (us, {})) for i, a in enumerate(amounts, 1)]
    yours = [voucher(1, "1405", "2202", amounts[0], ({}, them))]
    for name, vouchers in (("ours", mine), ("theirs", yours)):
        kamcore.write(Books.from_vouchers(vouchers), folder / f"{name}.jsonl", format="native")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("books")
    with as_file(files("kamcore.cli") / "demo_data" / "vouchers_2025Q1.xls") as demo:
        shutil.copy(demo, made / "q1.xls")
    ours_and_theirs(made)
    return made


ASKED = {
    "inspect": ({"file": "q1.xls"}, ["q1.xls"]),
    "check": ({"file": "q1.xls", "format": "kingdee-k3"}, ["q1.xls", "--from", "kingdee-k3"]),
    "convert": (
        {"source": "q1.xls", "target": "q1.jsonl", "to": "native", "force": True},
        ["q1.xls", "q1.jsonl", "--to", "native", "--force"],
    ),
    "balance": (
        {"file": "q1.xls", "by": ["customer"], "account": ["1122"], "period": "2025-01..2025-03"},
        ["q1.xls", "--by=customer", "--account=1122", "--period=2025-01..2025-03"],
    ),
    "age": (
        {"file": "q1.xls", "account": ["1122"], "as_of": "2025-03-31", "buckets": ["30", "90"]},
        ["q1.xls", "--account=1122", "--as-of=2025-03-31", "--buckets=30,90"],
    ),
    "reconcile": (
        {"ours": "ours.jsonl", "theirs": "theirs.jsonl", "as_of": "2025-03-31", "us": "A7"},
        ["ours.jsonl", "theirs.jsonl", "--as-of=2025-03-31", "--us=A7"],
    ),
}


@pytest.mark.parametrize(("name", "lang"), [*((name, "en") for name in TOOLS), ("age", "zh")])
def test_an_answer_is_what_the_command_prints(folder, name, lang, capfdbinary):
    arguments, words = ASKED[name]
    answer = call(name, arguments, Folders.of([folder], can_write=True), lang)
    assert capfdbinary.readouterr().out == b""
    whole = [str(folder / word) if (folder / word).is_file() else word for word in words]
    code = run([name, *whole, "--json", "--lang", lang])
    assert json.loads(capfdbinary.readouterr().out) == answer.said
    assert (answer.exit_code, answer.failed) == (code, False), answer.text


def test_every_argument_is_an_option_and_every_required_one_is_there():
    for tool in TOOLS.values():
        filled = [tool.option(argument) for argument in tool.arguments]
        assert [
            one.name for one in tool.command.params if one.required and one not in filled
        ] == []
        files_named = {a.name for a in tool.arguments if a.way in (Way.READ, Way.WRITE)}
        # Every option that takes a path is confined like one.
        assert files_named == {
            argument.name
            for argument, option in zip(tool.arguments, filled, strict=True)
            if type(option.type).__name__ == "Path"
        }


def test_schemas_say_choices_and_days(folder):
    schema = TOOLS["age"].input_schema(Folders.of([folder]), "en")
    assert schema["required"] == ["file", "as_of", "account"]
    assert schema["properties"]["credits"]["enum"] == ["apart", "net", "reclassify"]
    assert schema["properties"]["as_of"]["format"] == "date"
    assert schema["properties"]["buckets"]["default"] == ["30", "60", "90", "180", "365"]
    writable = TOOLS["convert"].input_schema(Folders.of([folder]), "en")["properties"]
    assert {"native", "yonyou-u8-text"} <= set(writable["to"]["enum"])
    assert writable[DRY_RUN]["default"] is True


def tree(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_server_that_may_only_read_writes_nothing(folder):
    before, only = tree(folder), Folders.of([folder])
    asked = {"source": "q1.xls", "target": "new.jsonl", "to": "native"}
    tried = call("convert", asked, only)
    assert tried.said["proof"]["equal"], tried.text
    assert tried.said[DRY_RUN] is True
    assert tried.said["target"]["path"] == "new.jsonl"
    refused = call("convert", {**asked, DRY_RUN: False}, only)
    assert (refused.said["error"]["code"], refused.exit_code) == ("MC0004", 2)
    assert tree(folder) == before


def test_a_file_is_replaced_only_when_asked(folder):
    both = Folders.of([folder], can_write=True)
    asked = {"source": "ours.jsonl", "target": "twice.jsonl", "to": "native"}
    assert not call("convert", asked, both).failed
    assert call("convert", asked, both).said["error"]["code"] == "C1001"
    assert not call("convert", {**asked, "force": True}, both).failed
    assert call("convert", {**asked, DRY_RUN: True}, both).said[DRY_RUN] is True


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("delete", {"file": "q1.xls"}, "MC0005"),
        ("check", {}, "MC0006"),
        ("check", {"file": 7}, "MC0006"),
        ("check", {"file": "q1.xls", "output": "a.json"}, "MC0006"),
        ("balance", {"file": "q1.xls", "by": ["a,b"]}, "MC0006"),
        ("age", {"file": "q1.xls", "account": ["1122"], "as_of": "March"}, "MC0006"),
        ("age", {"file": "q1.xls", "account": ["1122"], "as_of": "2025-02-31"}, "U1004"),
        ("check", {"file": "none.xls"}, "C1011"),
        ("check", {"file": "q1.xls", "options": {"colour": "red"}}, "F1001"),
        ("check", {"file": "--help"}, "C1011"),
        ("check", {"file": "q1.xls", "format": "--help"}, "P2001"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_wrong_is_said_as_on_the_command_line(folder, name, arguments, code, lang):
    answer = call(name, arguments, Folders.of([folder]), lang)
    error = answer.said["error"]
    assert error["code"] == code
    assert answer.failed
    assert (lang == "zh") == any("一" <= mark <= "鿿" for mark in error["message"])


def test_a_defect_is_an_answer_too(folder, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("no")

    monkeypatch.setattr("kamcore.cli.files.checking.read", broken)
    answer = call("check", {"file": "q1.xls"}, Folders.of([folder]))
    assert (answer.said["error"]["code"], answer.exit_code) == ("U9001", 70)
