"""A bank statement against the books of the demo: match, decide, settle, book, take back."""

import json

import pytest

import kamcore as kc
from command_line import DEMO, kamcore

STATEMENT = """交易日期,对方户名,收入金额,支出金额,摘要
2025-04-02,华东样例联采有限公司,"89,873.42",,货款
2025-04-03,北辰样例电器连锁,55426.50,,货款
2025-03-19,北辰样例电器连锁,55426.50,,货款
2025-04-03,无名样例公司,12.34,,货款
2025-04-05,沐川样例钢材厂,,3000,付款
"""
ACCOUNT = ("--account", "1122.01")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "账.xls").write_bytes(DEMO.read_bytes())
    (tmp_path / "流水.csv").write_bytes(STATEMENT.encode("gb18030"))
    return tmp_path


def run(folder, command, *words):
    return kamcore(command, "账.xls", "流水.csv", *ACCOUNT, *words, "--json", cwd=folder)


def test_the_books_own_receipts_take_part_and_nothing_settles_twice(folder):
    done = run(folder, "match")
    found = done.json
    by_row = {
        part["id"]: one for one in found["automatic"] for part in one["receipts"]
        if part["id"].startswith("行")
    }  # fmt: skip
    # The invoice of the same amount is already paid by what the books received in March.
    assert set(by_row) == {"行2"}
    assert [one["receipt"] for one in found["booked"]] == ["行4"]
    assert {"行3", "行5"} <= {
        *found["unmatched"]["receipts"],
        *(part["id"] for one in found["proposed"] for part in one["receipts"]),
    }
    told = {problem["code"]: problem["severity"] for problem in found["problems"]}
    assert told == {"C5004": "info", "U1047": "info", "U1048": "info"}


def test_settled_receipts_are_drafted_and_booked_with_their_party(folder):
    plain = run(folder, "settle").json
    assert plain["drafts"] == []
    assert plain["not_booked"] == ["行2", "行3", "行5"]
    assert not (folder / "后.jsonl").exists()
    done = run(folder, "settle", "--bank", "1002.01", "--books", "后.jsonl").json
    (draft,) = done["drafts"]
    assert [(x["account"], x["debit"], x["credit"], x["aux"]) for x in draft["lines"]] == [
        ("1002.01", "89873.42", "0.00", {"bank_account": "B01"}),
        ("1122.01", "0.00", "89873.42", {"customer": "0001"}),
    ]
    assert done["not_booked"] == ["行3", "行5"]
    books, own = kc.read(folder / "后.jsonl").books, kc.read(folder / "账.xls").books
    assert f"{books.totals().debit - own.totals().debit:.2f}" == "89873.42"
    again = kamcore(
        "settle", "后.jsonl", "流水.csv", *ACCOUNT, "--bank", "1002.01", "--json", cwd=folder
    ).json
    assert again["drafts"] == []
    assert again["not_booked"] == ["行3", "行5"]


def test_decisions_are_kept_agreed_to_replayed_and_taken_back(folder):
    items = "编号,客户,日期,金额,科目,role\nI1,甲公司,2025-01-05,1000,1122,customer\n"
    (folder / "i.csv").write_text(items, "utf-8")
    (folder / "r.csv").write_text("编号,付款人,日期,金额\nR1,甲公司,2025-02-05,998\n", "utf-8")
    both = ("i.csv", "r.csv", "--json")
    found = kamcore("match", *both, "--save", "一.jsonl", "--person", "王", cwd=folder).json
    (proposed,) = found["proposed"]
    agreed = ("--replay", "一.jsonl", "--accept", proposed["id"], "--save", "二.jsonl")
    kamcore("match", *both, *agreed, "--person", "李", cwd=folder)
    settle = ("settle", *both, "--replay", "二.jsonl", "--bank", "1002")
    (draft,) = kamcore(*settle, cwd=folder).json["drafts"]
    sides = [(line["account"], line["debit"], line["credit"]) for line in draft["lines"]]
    assert sides[:2] == [("1002", "998.00", "0.00"), ("1122", "0.00", "998.00")]
    assert sides[2:] == [("6603", "2.00", "0.00"), ("1122", "0.00", "2.00")]
    assert kamcore(*settle, cwd=folder).json["drafts"] == [draft]
    back = ("--replay", "二.jsonl", "--undo", proposed["id"], "--on", "2025-03-31")
    kamcore("match", *both, *back, "--save", "三.jsonl", cwd=folder)
    settle = ("settle", *both, "--replay", "三.jsonl", "--bank", "1002")
    assert kamcore(*settle, cwd=folder).json["drafts"] == []
    kinds = [json.loads(x)["kind"] for x in (folder / "三.jsonl").read_text("utf-8").splitlines()]
    assert kinds == ["matching", "proposed", "accepted", "undone"]


def test_a_rate_stands_for_the_base_amount_a_list_does_not_say(folder):
    text = "日期,客户,金额,币种\n2025-04-03,Sample Harbour Trading Ltd,9450.50,美元\n"
    (folder / "美元.csv").write_text(text, "utf-8")
    words = ("settle", "账.xls", "美元.csv", "--account", "1122.02", "--bank", "1002.02")
    told = kamcore(*words, "--json", cwd=folder).json
    assert [problem["code"] for problem in told["problems"]] == ["U1048", "M6047"]
    found = kamcore(*words, "--rate", "USD=7.2105", "--json", cwd=folder).json
    (draft,) = found["drafts"]
    assert draft["lines"][0]["debit"] == "68142.83"
    assert [problem["code"] for problem in found["problems"]] == ["U1048"]
    bad = kamcore(*words, "--rate", "USD=x", "--json", cwd=folder)
    assert (bad.code, bad.json["error"]["code"]) == (2, "U1004")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--books", "x.jsonl"], "U1041"),
        (["--bank", "1002"], "M6044"),
        (["--bank", "1002.01", "--bank-member", "B01"], "U1006"),
    ],
)
def test_what_cannot_be_booked_is_refused(folder, words, code):
    done = run(folder, "settle", *words)
    assert done.code == 2
    assert done.json["error"]["code"] == code
    assert not (folder / "x.jsonl").exists()
