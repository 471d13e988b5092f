"""``kamcore renumber``: the plan, the books under new numbers, and the way back."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest

from command_line import kamcore
from kamcore.books import Books
from kamcore.model.voucher import Line, Voucher
from kamcore.pipeline import read, write

LINES = (Line(account="1002", debit=Decimal(1)), Line(account="1122", credit=Decimal(1)))


@pytest.fixture
def folder(tmp_path):
    states = {1: "posted", 3: "draft", 4: "void", 7: "reviewed"}
    vouchers = [
        Voucher(date=dt.date(2026, 3, n), word="记", number=n, status=state, lines=LINES)
        for n, state in states.items()
    ]
    write(Books.from_vouchers(vouchers), tmp_path / "账.jsonl", "native")
    return tmp_path


def _numbers(path):
    return read(path).books.vouchers.sort("voucher_id")["number"].to_list()


def test_a_plan_changes_nothing_until_it_is_applied_and_can_be_undone(folder):
    plan = ("renumber", "账.jsonl", "-o", "计划.json")
    said = kamcore(*plan, "--json", cwd=folder).json
    changes = [(row["old"], row["new"]) for row in said["changes"]]
    assert changes == [(3, 2), (4, None), (7, 3)]
    assert _numbers(folder / "账.jsonl") == [1, 3, 4, 7]
    kamcore("renumber", "账.jsonl", "--apply", "新.jsonl", cwd=folder)
    assert _numbers(folder / "新.jsonl") == [1, 2, None, 3]
    back = ("renumber", "新.jsonl", "--undo", "计划.json", "--apply", "旧.jsonl")
    assert kamcore(*back, cwd=folder).code in (0, 1)
    assert _numbers(folder / "旧.jsonl") == [1, 3, 4, 7]
    stale = kamcore(
        "renumber", "账.jsonl", "--undo", "计划.json", "--apply", "x.jsonl", "--json", cwd=folder
    )
    assert stale.json["error"]["code"] == "L1421"


def test_the_list_as_a_workbook_and_on_the_screen(folder):
    kamcore("renumber", "账.jsonl", "-o", "对照.xlsx", "--lang", "zh", cwd=folder)
    rows = [list(row) for row in openpyxl.load_workbook(folder / "对照.xlsx").active.values]
    assert rows[1:3] == [["会计年度", "会计期间", "凭证字", "旧号", "新号"], [2026, 3, "记", 3, 2]]
    assert "3 张改号" in kamcore("renumber", "账.jsonl", cwd=folder, KAMCORE_LANG="zh").text


def test_closed_periods_and_others_stay(folder):
    for more in (("--closed", "2026-03"), ("--period", "2026-02")):
        done = kamcore("renumber", "账.jsonl", *more, "--json", cwd=folder)
        assert done.json["changes"] == []


def test_wrong_use_is_answered(folder):
    (folder / "x.json").write_text("[]", "utf-8")
    for more, code in (
        (("--undo", "x.json"), "U2111"),
        (("--undo", "none.json"), "U1010"),
        (("--apply", "x.xls"), "U1003"),
        (("--apply", "账.jsonl"), "C1001"),
    ):
        done = kamcore("renumber", "账.jsonl", *more, "--json", cwd=folder)
        assert done.json["error"]["code"] == code
