"""``kamcore provision``: the policy as a form, the keys of --json, the sheet, the drafts."""

import json
from pathlib import Path

import openpyxl
import pytest

from command_line import DEMO, kamcore
from kamcore.pipeline import read

POLICY = """
[provision_policy]
method = "ageing"
rate = "3%"
[[provision_policy.rates]]
up_to = "30"
rate = "1%"
[[provision_policy.rates]]
rate = "10%"
[[provision_policy.individual]]
member = "0100"
recovery = 100000
"""
WORDS = ("provision", str(DEMO), "--policy", "政策.toml", "--as-of", "2025-03-31")
KEYS = {"rows", "required", "existing", "charge", "drafts", "policy", "as_of"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "政策.toml").write_text(POLICY, "utf-8")
    return tmp_path


def test_the_keys_and_the_figures(folder):
    done = kamcore(*WORDS, "--json", cwd=folder)
    assert done.code == 0
    said = done.json
    assert set(said) >= KEYS
    assert all(set(row) == {"member", "base", "rate", "required"} for row in said["rows"])
    singly = said["rows"][-1]
    assert (singly["member"], singly["required"]) == ({"customer": "0100"}, "15228.14")
    # 740,646.98 up to 30 days at 1 %, 397,612.20 beyond at 10 %, and the party judged singly.
    assert [row["amount"] for row in said["buckets"]] == ["740646.98", "397612.20"]
    assert said["required"] == said["charge"] == "62395.83"
    (draft,) = said["drafts"]
    assert draft["lines"][0]["debit"] == "62395.83"


def test_the_draft_becomes_a_file_and_the_sheet_ties_out(folder):
    more = ("--drafts", "计提.txt", "--to", "yonyou-u8-text", "-o", "表.xlsx", "--preparer", "甲")
    done = kamcore(*WORDS, *more, cwd=folder)
    assert done.code == 0
    assert "计提.txt" in done.notes
    books = read(folder / "计提.txt").books
    assert books.vouchers["preparer"].to_list() == ["甲"]
    assert str(books.lines["debit"].sum()) == "62395.8300"
    sheet = openpyxl.load_workbook(folder / "表.xlsx", data_only=True).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert next(row for row in rows if row[0] == "total")[-1] == 62395.83
    again = kamcore(*WORDS, *more, "--json", cwd=folder)
    assert (again.code, again.json["error"]["code"]) == (2, "C1001")


def test_the_screen_names_what_is_booked(folder):
    text = kamcore(*WORDS, cwd=folder, KAMCORE_LANG="zh").text
    assert "账龄分析法" in text
    assert "本期计提 62,395.83" in text
    assert "坏账准备" in text


def test_a_template_reads_as_a_policy(folder):
    text = kamcore("provision", "--template", KAMCORE_LANG="zh").text
    (folder / "政策.toml").write_text(text, "utf-8")
    # Every field of it is still a comment: it is a policy that names no method.
    done = kamcore(*WORDS, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (2, "L1313")
    assert json.loads(kamcore("provision", "--template", "--json").out)["template"]


OFF = ("provision", str(DEMO), "--as-of", "2025-03-31", "--write-off", "0100=5000")


def test_a_write_off_needs_no_policy_and_books_only_what_is_asked(folder):
    back = ("--recover", "0004=300", "--bank", "1002.01")
    done = kamcore(*OFF, *back, "--books", "后.jsonl", "--json", cwd=folder)
    said = done.json
    assert done.code == 1  # the allowance does not cover it
    assert [row["amount"] for row in said["bad_debts"]] == ["5000.00", "300.00"]
    assert said["bad_debts"][0]["fx_amount"] == "696.47"
    assert said["allowance"]["after"] == "-4700.00"
    assert [draft["rule"] for draft in said["drafts"]] == ["write-off", "recovery"]
    assert [problem["code"] for problem in said["problems"]][-1] == "L1317"
    kept, books = read(DEMO).books, read(folder / "后.jsonl").books
    assert books.vouchers.height == kept.vouchers.height + 2
    assert books.lines.height == kept.lines.height + 6
    again = kamcore(*OFF, "--books", "后.jsonl", "--json", cwd=folder)
    assert (again.code, again.json["error"]["code"]) == (2, "C1001")


def test_the_policy_charges_what_the_write_off_took(folder):
    done = kamcore(*WORDS, "--write-off", "0007", "-o", "表.xlsx", "--json", cwd=folder)
    said = done.json
    assert done.code == 0
    moved = said["allowance"]
    assert (moved["written_off"], moved["charge"]) == ("37357.80", said["charge"])
    assert said["existing"] == "-37357.80"
    assert moved["after"] == said["required"]
    sheet = openpyxl.load_workbook(folder / "表.xlsx", data_only=True).worksheets[1]
    amounts = [cell.value for row in sheet.iter_rows() for cell in row]
    assert amounts.count(37357.8) == 2
    assert float(said["required"]) in amounts


@pytest.mark.parametrize(
    ("more", "code", "fault"),
    [
        (("--write-off", "0100=x"), 2, "U1004"),
        (("--write-off", "0100=-1"), 2, "U1004"),
        (("--write-off", "0100", "--write-off", "0100"), 2, "U1004"),
        (("--recover", "0100", "--bank", "1002.01"), 2, "U1004"),
        (("--recover", "0100=1"), 2, "L1316"),
        (("--write-off", "0100=9999999"), 2, "L1315"),
        ((), 2, "U1003"),
    ],
)
def test_wrong_write_offs_are_refused(folder, more, code, fault):
    done = kamcore("provision", str(DEMO), "--as-of", "2025-03-31", *more, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (code, fault)


@pytest.mark.parametrize(
    ("text", "more", "code", "fault"),
    [
        ("[provision_policy]\nrate = 0.5\n", ("--method", "ageing"), 2, "L1314"),
        ("[provision_policy]\nrate = '300%'\n", (), 3, "D4104"),
        ("[provision_policy]\n[[provision_policy.rates]]\nup_to='1y'\nrate=0.1\n", (), 3, "D8001"),
        ("[provision_policy]\nstandard = 'IFRS'\n", (), 3, "D8002"),
        ("[provision_policy]\nrate = '3%'\n", (), 2, "L1313"),
        ("[provision_policy]\nstandard='ASSBE'\nrate='3%'\n", ("--method", "sales"), 2, "L1312"),
        (POLICY, ("--drafts", "x.txt"), 2, "U1003"),
        (POLICY, ("--drafts", "x.txt", "--to", "nothing"), 2, "P2001"),
    ],
)
def test_what_cannot_be_is_refused(folder, text, more, code, fault):
    (folder / "政策.toml").write_text(text, "utf-8")
    done = kamcore(*WORDS, *more, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (code, fault)
