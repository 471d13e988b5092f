"""``match`` and ``settle`` on lists and on books: the keys of --json, files, replay, refusals."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from command_line import DEMO, kamcore
from kamcore.pipeline import read, write
from small_books import books, cr, dr, voucher

ITEMS = """id,party,date,due,amount,currency,reference,text
I1,甲有限公司,2025-01-05,2025-02-05,1000.00,CNY,12345601,销售
I2,甲有限公司,2025-01-09,2025-02-09,500.00,CNY,12345602,销售
I3,乙有限公司,2025-01-09,2025-02-09,139.13,CNY,,
I4,丁有限公司,2025-01-09,2025-02-09,800.00,CNY,,
I5,丁有限公司,2025-02-09,2025-03-09,800.00,CNY,,
"""
RECEIPTS = """编号,对方户名,交易日期,金额,摘要
1,甲有限公司,2025/2/3,"1,487.50",发票号12345601-02 扣返利12.50
2,乙有限公司,2025/2/4,139.13,货款
3,丙有限公司,2025/2/4,77.00,货款
4,丁有限公司,2025/2/20,800.00,货款
"""
DECISION = {
    "id", "party", "receipts", "items", "rule", "reason", "answer", "difference",
    "difference_reason",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "items.csv").write_text(ITEMS, "utf-8")
    (tmp_path / "receipts.csv").write_text(RECEIPTS, "utf-8")
    return tmp_path


def matched(folder, *more):
    return kamcore("match", "items.csv", "receipts.csv", "--json", *more, cwd=folder)


def test_the_keys_of_json(folder):
    done = matched(folder)
    found = done.json
    assert done.code == 1
    assert {"automatic", "proposed", "unmatched", "totals", "policy"} <= set(found)
    first, second = found["automatic"]
    assert set(first) >= DECISION
    assert first["receipts"] == [{"id": "1", "amount": "1487.50"}]
    assert first["items"] == [{"id": "I1", "amount": "1000.00"}, {"id": "I2", "amount": "500.00"}]
    assert (first["difference"], first["difference_reason"]) == ("12.50", "rebate")
    assert (second["rule"], second["answer"]) == ("amount", "unique")
    (proposed,) = found["proposed"]
    assert proposed["answer"] == "several"
    assert 0 < proposed["score"] <= 100
    assert found["unmatched"]["receipts"] == ["3"]
    assert len(found["unmatched"]["items"]) == 1
    assert found["totals"]["receipts"]["all"] == {"count": 4, "amounts": {"CNY": "2503.63"}}


def test_nothing_is_written_unless_asked_for(folder):
    before = sorted(folder.iterdir())
    matched(folder)
    assert sorted(folder.iterdir()) == before


def test_all_is_settled_means_exit_code_zero(tmp_path):
    (tmp_path / "i.csv").write_text("id,party,amount\nA,甲公司,512.13\n", "utf-8")
    (tmp_path / "r.csv").write_text("id,party,amount\nA,甲公司,512.13\n", "utf-8")
    assert kamcore("match", "i.csv", "r.csv", cwd=tmp_path).code == 0


def test_saved_decisions_replay_accept_and_undo(folder):
    found = matched(folder, "--save", "d.jsonl", "--person", "王").json
    again = matched(folder, "--replay", "d.jsonl").json
    for key in ("automatic", "proposed", "unmatched", "totals"):
        assert again[key] == found[key]
    name, taken = found["proposed"][0]["id"], found["automatic"][0]["id"]
    agreed = matched(
        folder, "--replay", "d.jsonl", "--accept", name, "--undo", taken, "--on", "2025-03-31",
        "--person", "李", "--save", "e.jsonl",
    ).json  # fmt: skip
    assert name in [one["id"] for one in agreed["automatic"]]
    assert taken not in [one["id"] for one in agreed["automatic"]]
    assert {"I1", "I2"} <= set(agreed["unmatched"]["items"])
    kept = (folder / "e.jsonl").read_text("utf-8").splitlines()
    assert kept[:-2] == (folder / "d.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in kept[-2:]] == ["accepted", "undone"]
    last = matched(folder, "--replay", "e.jsonl").json
    assert last["automatic"] == agreed["automatic"]
    assert last["unmatched"] == agreed["unmatched"]


def test_a_workbook_of_both_tiers(folder):
    done = matched(folder, "-o", "核销.xlsx")
    assert done.json["output"] == "核销.xlsx"
    sheet = openpyxl.load_workbook(folder / "核销.xlsx").active
    tiers = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert set(tiers) == {"automatic", "proposed"}
    assert kamcore("match", "items.csv", "-o", "核销.xlsx", cwd=folder).code == 2


def test_books_are_written_with_their_applications(tmp_path):
    (tmp_path / "账.xls").write_bytes(DEMO.read_bytes())
    done = kamcore("match", "账.xls", "-o", "账.jsonl", "--json", cwd=tmp_path)
    after = read(tmp_path / "账.jsonl").books
    ids = {part["id"] for one in done.json["automatic"] for part in one["items"]}
    assert set(after.applications["item"]) == ids
    first = kamcore("age", "账.xls", "--account", "1122", "--as-of", "2025-03-31", "--json",
                    cwd=tmp_path)  # fmt: skip
    then = kamcore("age", "账.jsonl", "--account", "1122", "--as-of", "2025-03-31", "--json",
                   cwd=tmp_path)  # fmt: skip
    assert first.json["totals"]["total"] == then.json["totals"]["total"]


def test_lists_cannot_take_applications(folder):
    done = matched(folder, "-o", "out.jsonl")
    assert (done.code, done.json["error"]["code"]) == (2, "U1041")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--tolerance", "x"], "U1004"),
        (["--tolerance-percent", "-1"], "U1004"),
        (["--reason-account", "谁=1"], "U1004"),
        (["--accept", "H0"], "U1042"),
        (["--undo", "H0"], "U1004"),
        (["--replay", "none.jsonl"], "C1011"),
        (["--replay", "items.csv"], "M6031"),
    ],
)
def test_wrong_words_are_refused(folder, words, code):
    done = matched(folder, *words)
    assert done.json["error"]["code"] == code
    assert done.code in (2, 3)


def test_a_file_that_is_no_list_is_refused(folder):
    (folder / "receipts.csv").write_text("a,b\n1,2\n", "utf-8")
    done = matched(folder)
    assert (done.code, done.json["error"]["code"]) == (3, "C5001")


def test_odd_rows_are_told(folder):
    (folder / "items.csv").write_text(ITEMS + "I5,戊,2025-01-01,,1,CNY,,\nI6,戊,,,,,,\n", "utf-8")
    codes = [problem["code"] for problem in matched(folder).json["problems"]]
    assert codes == ["C5002", "C5003"]


def test_a_sheet_without_ids_is_named_by_its_rows(tmp_path):
    (tmp_path / "i.csv").write_text("客户,单据日期,金额\n甲公司,2025-01-05,512.13\n", "utf-8")
    found = kamcore("match", "i.csv", "--json", cwd=tmp_path).json
    assert found["unmatched"]["items"] == ["行2"]


def test_settle_drafts_what_is_left_to_book(folder):
    text = ITEMS.replace("text\n", "text,account,role\n").replace("销售\n", "销售,1122,customer\n")
    (folder / "items.csv").write_text(text, "utf-8")
    words = ("settle", "items.csv", "receipts.csv")
    done = kamcore(*words, "--json", "--reason-account", "返利扣款=600109", cwd=folder)
    (draft,) = done.json["drafts"]
    assert [(line["account"], line["debit"], line["credit"]) for line in draft["lines"]] == [
        ("600109", "12.50", "0.00"),
        ("1122", "0.00", "12.50"),
    ]
    assert draft["lines"][1]["aux"] == {"customer": "甲有限公司"}
    shown = kamcore(*words, cwd=folder, KAMCORE_LANG="zh")
    assert "返利扣款" in shown.text


def test_a_bank_statement_is_read_by_what_was_received(folder):
    (folder / "receipts.csv").write_text(
        "样例银行对账单,,,,,,\n"
        "交易日期,对方户名,收入金额,支出金额,余额,附言,流水号\n"
        "2025-02-03,甲有限公司,1500.00,,9000.00,发票号12345601-02,F7\n"
        "2025-02-04,某供应商,,300.00,8700.00,付款,F8\n",
        "utf-8",
    )
    found = matched(folder).json
    assert [one["receipts"] for one in found["automatic"]] == [[{"id": "F7", "amount": "1500.00"}]]
    assert [(one["code"], one["value"]) for one in found["problems"]] == [("C5004", "1")]


def test_numbers_may_stand_in_several_columns(tmp_path):
    (tmp_path / "i.csv").write_text(
        "编号,客户,金额,发票号,合同号\nA,甲公司,100,12345678,HT-2025-1\nB,甲公司,100,,HT-2025-2\n",
        "utf-8",
    )
    (tmp_path / "r.csv").write_text("编号,客户,金额,摘要\n1,甲公司,100,合同HT-2025-2\n", "utf-8")
    found = kamcore("match", "i.csv", "r.csv", "--json", cwd=tmp_path).json
    assert [one["items"][0]["id"] for one in found["automatic"]] == ["B"]


def test_searches_that_run_out_of_time_are_not_decided(tmp_path):
    lines = [f"I{at},甲公司,2025-01-05,{1000 + 7 * at}" for at in range(12)]
    (tmp_path / "i.csv").write_text("\n".join(["id,party,date,amount", *lines]), "utf-8")
    (tmp_path / "r.csv").write_text("id,party,date,amount\nR,甲公司,2025-02-05,9000\n", "utf-8")
    found = kamcore("match", "i.csv", "r.csv", "--json", "--seconds", "0", cwd=tmp_path).json
    assert found["undecided"] == ["R"]
    assert found["unmatched"]["receipts"] == ["R"]


def test_a_form_of_other_names_leads_to_their_party(folder):
    assert matched(folder).json["unmatched"]["receipts"] == ["3"]
    lines = ["[[alias]]", 'name = "丙有限公司"', 'party = "戊有限公司"', "until = 2025-02-04"]
    (folder / "names.toml").write_text("\n".join(lines), "utf-8")
    added = "I9,戊有限公司,2025-01-20,2025-02-20,77.00,CNY,,\n"
    (folder / "items.csv").write_text(ITEMS + added, "utf-8")
    assert matched(folder).json["unmatched"]["receipts"] == ["3"]
    assert matched(folder, "--aliases", "names.toml").json["unmatched"]["receipts"] == []
    (folder / "names.toml").write_text("\n".join(lines).replace("02-04", "02-03"), "utf-8")
    assert matched(folder, "--aliases", "names.toml").json["unmatched"]["receipts"] == ["3"]
    (folder / "names.toml").write_text("\n".join([*lines, "since = 2025-03-01"]), "utf-8")
    refused = matched(folder, "--aliases", "names.toml")
    assert refused.code == 3
    assert refused.json["error"]["code"] == "D8101"


def test_settle_books_its_drafts_with_their_applications(tmp_path):
    dollars = {"currency": "USD", "aux": {"customer": "01"}}
    made = books(
        voucher(1, dr("1122", 7150, fx_debit=Decimal(1000), invoice="10000001", **dollars),
                cr("6001", 7150)),
        voucher(2, dr("1002", 7189), cr("1122", 7189, fx_credit=Decimal(1000),
                summary="发票号10000001", **dollars), date=dt.date(2025, 2, 10)),
    )  # fmt: skip
    write(made, tmp_path / "账.jsonl", "native")
    done = kamcore("settle", "账.jsonl", "--books", "后.jsonl", "--json", cwd=tmp_path)
    (draft,) = done.json["drafts"]
    assert draft["applications"] == [
        {"line_no": 1, "item": None, "receipt": "2/2/1", "amount": "39.00", "fx_amount": "0.00"}
    ]
    assert done.json["books"] == "后.jsonl"
    words = ("age", "--account", "1122", "--as-of", "2025-03-31", "--json")
    aged = kamcore(words[0], "后.jsonl", *words[1:], cwd=tmp_path).json
    assert aged["rows"] == []
    assert kamcore("match", "后.jsonl", "--json", cwd=tmp_path).code == 0
    again = kamcore("settle", "账.jsonl", "--books", "后.jsonl", "--json", cwd=tmp_path)
    assert (again.code, again.json["error"]["code"]) == (2, "C1001")


def test_settle_books_only_one_set_of_books(folder):
    words = ("settle", "items.csv", "receipts.csv", "--books", "x.jsonl", "--json")
    assert kamcore(*words, cwd=folder).json["error"]["code"] == "M6041"


def test_what_the_books_have_applied_is_taken_back_and_settled_again(tmp_path):
    (tmp_path / "账.xls").write_bytes(DEMO.read_bytes())
    words = ("--account", "1122.01", "--json")
    done = kamcore("match", "账.xls", *words, "-o", "一.jsonl", cwd=tmp_path).json
    name = done["automatic"][0]["id"]
    parts = {part["id"] for side in ("items", "receipts") for part in done["automatic"][0][side]}
    first = kamcore("match", "一.jsonl", *words, cwd=tmp_path).json
    listed = {*first["unmatched"]["items"], *first["unmatched"]["receipts"]}
    assert not parts & listed
    back = ("--undo", name, "--on", "2025-03-31", "--person", "李", "-o", "二.jsonl")
    done = kamcore("match", "一.jsonl", *words, *back, cwd=tmp_path).json
    assert done["undone"] == [{"id": name, "date": "2025-03-31"}]
    again = kamcore("match", "二.jsonl", *words, "-o", "三.jsonl", cwd=tmp_path).json
    assert name in [one["id"] for one in again["automatic"]]
    rows = read(tmp_path / "三.jsonl").books.applications
    mine = rows.filter(rows["id"].str.starts_with(name)).select("id", "reverses").rows()
    assert mine == [(f"{name}-1", None), (f"{name}-1-R", f"{name}-1"), (f"{name}-1#2", None)]
    assert rows["id"].is_unique().all()
    wrong = kamcore(
        "match", "三.jsonl", *words, "--undo", "H0", "--on", "2025-03-31", cwd=tmp_path
    )
    assert (wrong.code, wrong.json["error"]["code"]) == (2, "U1042")
