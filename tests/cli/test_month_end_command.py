"""``kamcore month-end`` and ``kamcore report``: keys, exit codes, files."""

import json
import shutil

import openpyxl
import pytest

from command_line import DEMO, kamcore


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("month")
    shutil.copyfile(DEMO, made / "凭证.xls")
    return made


@pytest.fixture(scope="module")
def done(folder):
    words = ("month-end", str(folder), "--period", "2025-03", "-o", str(folder / "out"))
    return kamcore(*words, "--json"), folder / "out"


def test_the_keys_of_a_months_end(done):
    said = done[0].json
    assert {"kamcore", "period", "as_of", "policy", "steps", "needs_a_person"} <= said.keys()
    for step in said["steps"]:
        assert {"name", "status", "seconds", "outputs", "problems"} <= step.keys()
        assert isinstance(step["problems"], int)
        assert step["seconds"] >= 0
    for ask in said["needs_a_person"]:
        assert ask.keys() == {"what", "where", "why"}
    assert done[0].code == int(bool(said["needs_a_person"]))


def test_the_outputs_are_there_and_no_other(done):
    said, out = done[0].json, done[1]
    named = {name for step in said["steps"] for name in step["outputs"]}
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {name.replace("\\", "/") for name in there} == named | {"month_end.json"}


def test_every_step_is_on_standard_error(done):
    assert "1/18 read" in done[0].notes


def test_a_report_is_the_same_object_in_json_and_in_the_file(folder, tmp_path):
    words = ("report", str(folder / "凭证.xls"), "--period", "2025-02", "--customer", "0001")
    said = kamcore(*words, "--json").json
    assert {"period", "as_of", "policy", "totals", "customers", "months"} <= said.keys()
    assert [one["customer"] for one in said["accounts"]] == ["0001"]
    path = tmp_path / "report.json"
    assert kamcore(*words, "-o", str(path)).code == 0
    assert json.loads(path.read_text("utf-8")) == said


def test_a_report_becomes_a_workbook(folder, tmp_path):
    path = tmp_path / "report.xlsx"
    words = ("report", str(folder), "--period", "2025-03", "--customer", "0001", "-o", str(path))
    assert kamcore(*words).code == 0
    assert "0001" in openpyxl.load_workbook(path).sheetnames[-1]
    again = kamcore(*words, "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "C1001")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("month-end", "nowhere", "--period", "2025-03"), 2, "C7001"),
        (("month-end", ".", "--period", "2025-14"), 2, "U1004"),
        (("report", "nowhere.xls", "--period", "2025-03"), 2, "C1011"),
        (("report", ".", "--period", "2025-03", "-o", "x.pdf"), 2, "U1004"),
        (("month-end", ".", "--period", "2025-03"), 3, "C7002"),
    ],
)
def test_what_cannot_be_is_said(words, code, said, tmp_path):
    found = kamcore(*words, "--json", cwd=tmp_path)
    assert (found.code, found.json["error"]["code"]) == (code, said)
