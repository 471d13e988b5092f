"""``map suggest`` on files, and the workbook it writes in ``convert --mapping``."""

import openpyxl
import pytest

from command_line import kamcore
from kamcore.pipeline import read, write
from kamcore.pipeline.mapping_file import read_mapping
from matching_books import kingdee, yonyou


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("map")
    write(kingdee(), where / "a.jsonl", "native")
    write(yonyou(), where / "b.jsonl", "native")
    return where


@pytest.fixture
def workbook(folder, tmp_path):
    path = tmp_path / "对照.xlsx"
    done = kamcore("map", "suggest", "a.jsonl", "b.jsonl", "-o", str(path), "--json", cwd=folder)
    assert done.code == 1
    return path, done.json


def test_the_workbook_holds_what_json_says(workbook):
    path, said = workbook
    assert said["counts"] == {"certain": 10, "uncertain": 4, "unmapped": 1}
    sheets = openpyxl.load_workbook(path)
    rows = list(sheets["科目对照"].values)
    assert rows[0][:4] == ("源代码", "源名称", "目标代码", "目标名称")
    filled = {row[0]: row[2] for row in rows[1:] if row[2]}
    assert filled == {p["source"]: p["target"] for p in said["proposals"]
                      if p["part"] == "accounts" and p["certain"]}  # fmt: skip
    open_ones = {row[0]: row[4] for row in rows[1:] if not row[2]}
    assert open_ones == {"1122.01": "112201", "6602.04": "6602"}
    assert {"合并", "未用目标", "说明"} <= set(sheets.sheetnames)


def test_what_is_certain_is_read_as_a_mapping_and_the_rest_stays_open(workbook):
    path, _ = workbook
    code_map = read_mapping(path)
    assert code_map.accounts["6602.03"] == "660201"
    assert "1122.01" not in code_map.accounts
    assert code_map.undecided["accounts"]["1122.01"].proposal == "112201"
    assert code_map.members == {"customer": {"0001": "C01", "0002": "0002"}}


def test_convert_names_the_rows_to_fill_with_a_proposal_each(workbook, folder, tmp_path):
    path, _ = workbook
    out = tmp_path / "b.jsonl"
    asked = ("convert", "a.jsonl", str(out), "--to", "native", "--mapping", str(path))
    done = kamcore(*asked, "--json", cwd=folder)
    assert done.code == 4
    assert not out.exists()
    rows = {row["code"]: (row["proposal"], row["row"]) for row in done.json["mapping"]["unmapped"]}
    assert rows == {
        "1122.01": ("112201", "科目对照!4"),
        "6602.04": ("6602", "科目对照!11"),
        "0003": ("C03", "往来对照!4"),
        "0004": ("C04", "往来对照!5"),
        "0005": ("?", "往来对照!6"),
    }
    shown = kamcore(*asked, cwd=folder, KAMCORE_LANG="zh").text
    assert "科目对照!4" in shown


def test_a_person_fills_the_rest_and_it_converts(workbook, folder, tmp_path):
    path, _ = workbook
    sheets = openpyxl.load_workbook(path)
    for name in ("科目对照", "往来对照"):
        shift = name == "往来对照"
        for row in sheets[name].iter_rows(min_row=2):
            if not row[2 + shift].value:
                row[2 + shift].value = row[4 + shift].value or "C10"
    sheets.save(path)
    out = tmp_path / "b.jsonl"
    asked = ("convert", "a.jsonl", str(out), "--to", "native", "--mapping", str(path))
    done = kamcore(*asked, "--json", cwd=folder)
    assert done.code in (0, 1)
    assert done.json["mapping"]["balances_equal"]
    lines = read(out).books.lines
    assert set(lines["account"]) == {"112201", "660201", "6602", "6001", "1002"}
    assert sorted(lines["aux_customer"].drop_nulls()) == ["0002", "C01", "C03", "C04", "C10"]


def test_one_dimension_alone(folder):
    done = kamcore(
        "map", "suggest", "a.jsonl", "b.jsonl", "--dimension", "客户", "--json", cwd=folder
    )
    parts = {one["part"] for one in done.json["proposals"]}
    assert parts == {"accounts", "members.customer"}


def test_an_existing_workbook_is_kept(folder, tmp_path):
    path = tmp_path / "m.xlsx"
    path.write_text("mine")
    asked = ("map", "suggest", "a.jsonl", "b.jsonl", "-o", str(path))
    assert kamcore(*asked, cwd=folder).code == 2
    assert path.read_text() == "mine"
    assert kamcore(*asked, "--force", cwd=folder).code == 1
