"""``balance``, ``ledger`` and ``age`` on a small K/3 workbook, against figures worked by hand.

Customer A owes 1000 from January, pays 400 in February and buys for 250.50 in March; customer B
pays 300 in March without owing anything.  Sales are 6001, the bank is 1002.
"""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from command_line import DEMO, kamcore
from k3_workbooks import workbook
from kamcore.ledger import AgeingPolicy, account_ledger, age, balances
from kamcore.pipeline import read

A, B = "客户---01---甲样例公司", "客户---02---乙样例公司"
ZEROS = "0.00"
LINE = {
    "date", "voucher", "line_no", "summary", "debit", "credit", "direction", "balance",
}  # fmt: skip
FIGURES = {"opening", "debit", "credit", "closing", "ytd_debit", "ytd_credit"}
ACCOUNTS = {"1122": "应收账款", "1002": "银行存款", "6001": "主营业务收入"}


def _voucher(day, number, *entries):
    """Lines of a voucher; a negative amount is a credit."""
    return [
        {
            "FDate": day,
            "FTransDate": day,
            "FYear": int(day[:4]),
            "FPeriod": int(day[5:7]),
            "FNumber": number,
            "FEntryID": entry,
            "FAccountNum": account,
            "FAccountName": ACCOUNTS[account],
            "FAmountFor": abs(amount),
            "FDebit": max(amount, 0),
            "FCredit": max(-amount, 0),
            "FItem": "".join(item),
            "FExplanation": f"第{number}笔",
        }
        for entry, (account, amount, *item) in enumerate(entries)
    ]


ROWS = [
    *_voucher("2026-01-10", 1, ("1122", 1000, A), ("6001", -1000)),
    *_voucher("2026-02-05", 1, ("1002", 400), ("1122", -400, A)),
    *_voucher("2026-03-20", 1, ("1122", 250.5, A), ("6001", -250.5)),
    *_voucher("2026-03-25", 2, ("1002", 300), ("1122", -300, B)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workbook(tmp_path / "账.xls", *ROWS)
    return tmp_path


def found(folder, *words):
    done = kamcore(*words, "--json", cwd=folder)
    assert done.code == 0, done.text
    return done.json


def test_balances_of_a_period(folder):
    said = found(folder, "balance", "账.xls", "--by", "customer,account", "--period", "2026-03")
    rows = said["rows"]
    assert all(set(row) >= {"account", "member", "currency", *FIGURES} for row in rows)
    figures = {
        (row["account"], row["member"]["customer"]): [
            row[name]
            for name in ("opening", "debit", "credit", "closing", "ytd_debit", "ytd_credit")
        ]
        for row in rows
    }
    assert figures == {
        ("1002", None): ["400.00", "300.00", ZEROS, "700.00", "700.00", ZEROS],
        ("6001", None): ["-1000.00", ZEROS, "250.50", "-1250.50", ZEROS, "1250.50"],
        ("1122", "01"): ["600.00", "250.50", ZEROS, "850.50", "1250.50", "400.00"],
        ("1122", "02"): [ZEROS, ZEROS, "300.00", "-300.00", ZEROS, "300.00"],
    }
    # By customer first: rows without one stand before the customers.
    assert [row["member"]["customer"] for row in rows] == [None, None, "01", "02"]
    assert said["totals"] == {
        "opening": ZEROS, "debit": "550.50", "credit": "550.50", "closing": ZEROS,
        "ytd_debit": "1950.50", "ytd_credit": "1950.50",
    }  # fmt: skip
    assert said["policy"]["base_currency"] == "CNY"


def test_balances_without_period_have_a_row_for_each(folder):
    said = found(folder, "balance", "账.xls", "--account", "1122")
    rows = [(row["year"], row["period"], row["opening"], row["closing"]) for row in said["rows"]]
    assert rows == [
        (2026, 1, ZEROS, "1000.00"),
        (2026, 2, "1000.00", "600.00"),
        (2026, 3, "600.00", "550.50"),
    ]
    assert said["totals"]["opening"] == ZEROS
    assert said["totals"]["debit"] == "1250.50"
    assert said["totals"]["closing"] == "550.50"


def test_the_order_of_rows_of_the_file_changes_nothing(folder):
    pairs = [ROWS[at : at + 2] for at in range(0, len(ROWS), 2)]
    turned = [line for pair in reversed(pairs) for line in pair]
    workbook(folder / "倒.xls", *turned)
    for words in (
        ("balance", "--by", "customer"),
        ("ledger", "--account", "1122", "--by", "customer"),
        ("age", "--account", "1122", "--by", "customer", "--as-of", "2026-03-31"),
    ):
        name, *rest = words
        one, other = (found(folder, name, f, *rest)["rows"] for f in ("账.xls", "倒.xls"))
        assert one == other


def test_the_ledger_of_a_member(folder):
    words = ("ledger", "账.xls", "--account", "1122", "--by", "customer", "--member", "01")
    said = found(folder, *words)
    assert all(set(row) >= LINE for row in said["rows"])
    rows = [
        (
            row["date"],
            row["voucher"],
            row["debit"],
            row["credit"],
            row["direction"],
            row["balance"],
        )
        for row in said["rows"]
    ]
    assert rows == [
        ("2026-01-10", "记-1", "1000.00", ZEROS, "借", "1000.00"),
        ("2026-02-05", "记-1", ZEROS, "400.00", "借", "600.00"),
        ("2026-03-20", "记-1", "250.50", ZEROS, "借", "850.50"),
    ]
    assert (said["opening"], said["closing"]) == (ZEROS, "850.50")
    assert said["policy"]["members"] == {"customer": "01"}


def test_the_ledger_of_a_period_opens_with_what_stood_before(folder):
    words = ("ledger", "账.xls", "--account", "1122", "--by", "customer", "--period")
    said = found(folder, *words, "2026-03")
    assert (said["opening"], said["closing"]) == ("600.00", "550.50")
    members = {row["member"]["customer"]: row for row in said["members"]}
    assert (members["01"]["opening"], members["01"]["closing"]) == ("600.00", "850.50")
    assert (members["02"]["opening"], members["02"]["closing"]) == (ZEROS, "-300.00")
    assert [row["direction"] for row in said["rows"]] == ["借", "贷"]
    # A period without any line still has its balance.
    later = found(folder, *words, "2026-05")
    assert (later["rows"], later["opening"], later["closing"]) == ([], "550.50", "550.50")


def test_ages(folder):
    words = ("age", "账.xls", "--account", "1122", "--by", "customer", "--as-of", "2026-03-31")
    said = found(folder, *words, "--buckets", "30,60", "--basis", "voucher")
    assert said["as_of"] == said["policy"]["as_of"] == "2026-03-31"
    assert said["policy"]["basis"] == "voucher"
    assert said["buckets"] == ["0-30", "31-60", ">60"]
    keys = ("member", "amounts", "not_due", "credits", "total", "items")
    # 400 settled the oldest item, so 600 of January and all of March are open.
    assert [[row[key] for key in keys] for row in said["rows"]] == [
        [{"customer": "01"}, ["250.50", ZEROS, "600.00"], ZEROS, ZEROS, "850.50", 2],
        [{"customer": "02"}, [ZEROS, ZEROS, ZEROS], ZEROS, "-300.00", "-300.00", 0],
    ]
    assert said["totals"] == {
        "amounts": ["250.50", ZEROS, "600.00"],
        "not_due": ZEROS, "credits": "-300.00", "total": "550.50",
    }  # fmt: skip


def test_ages_of_a_past_date_and_credits_as_advances(folder):
    words = ("age", "账.xls", "--account", "1122", "--by", "customer", "--as-of")
    past = found(folder, *words, "2026-01-31", "--buckets", "30")
    assert [(row["amounts"], row["total"]) for row in past["rows"]] == [
        (["1000.00", ZEROS], "1000.00")
    ]
    moved = found(folder, *words, "2026-03-31", "--credits", "reclassify")
    rows = {(row["account"], row["member"]["customer"]): row["total"] for row in moved["rows"]}
    assert rows == {("1122", "01"): "850.50", ("2203", "02"): "-300.00"}
    assert moved["totals"]["total"] == "550.50"


def test_totals_are_those_of_the_ledger_functions(tmp_path):
    books = read(DEMO).books
    day = dt.date(2025, 3, 31)
    words = ("--account", "1122", "--by", "customer")
    aged = found(tmp_path, "age", str(DEMO), *words, "--as-of", "2025-03-31", "--basis", "due")
    policy = AgeingPolicy(basis="due")
    totals = age(books, as_of=day, account="1122", by="customer", policy=policy).totals()
    assert Decimal(aged["totals"]["total"]) == totals["total"] > 0
    assert [Decimal(text) for text in aged["totals"]["amounts"]] == list(totals.values())[:6]
    balanced = found(tmp_path, "balance", str(DEMO), *words, "--period", "2025-03")
    frame = balances(books, account="1122", by="customer", period="2025-03")
    assert Decimal(balanced["totals"]["closing"]) == frame["closing"].sum() == totals["total"]
    assert len(balanced["rows"]) == frame.height
    listed = found(tmp_path, "ledger", str(DEMO), *words)
    lines = account_ledger(books, "1122", by="customer").frame
    assert [Decimal(row["balance"]) for row in listed["rows"]] == lines["balance"].to_list()
    assert Decimal(listed["closing"]) == totals["total"]


COMMANDS = {
    "balance": ("--by", "customer", "--period", "2026-03"),
    "ledger": ("--account", "1122", "--by", "customer"),
    "age": ("--account", "1122", "--by", "customer", "--as-of", "2026-03-31"),
}


ENDS = {
    # The row of totals: closing debit and credit; closing; the buckets before their sum.
    "balance": (-2, [850.5 + 700, 1250.5 + 300]),
    "ledger": (-1, [550.5]),
    "age": (-2, [550.5, 2]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_workbook_holds_the_figures_and_is_never_overwritten(folder, name):
    words = (name, "账.xls", *COMMANDS[name], "-o", "表.xlsx")
    assert kamcore(*words, cwd=folder).code == 0
    sheet = openpyxl.load_workbook(folder / "表.xlsx", data_only=True).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (total,) = [row for row in rows if row[0] == "total"]
    start, figures = ENDS[name]
    assert total[start:] == pytest.approx(figures)
    assert "甲样例公司" in {cell for row in rows for cell in row}
    again = kamcore(*words, "--json", cwd=folder)
    assert (again.code, again.json["error"]["code"]) == (2, "C1001")
    forced = kamcore(*words, "--force", "--json", cwd=folder)
    assert (forced.code, forced.json["output"]) == (0, "表.xlsx")
    for other, code in (("表.doc", "U1004"), ("无/表.xlsx", "C1002")):
        done = kamcore(name, "账.xls", *COMMANDS[name], "-o", other, "--json", cwd=folder)
        assert (done.code, done.json["error"]["code"]) == (2, code)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_as_a_page_as_text_and_as_json(folder, name):
    words = (name, "账.xls", *COMMANDS[name])
    for suffix in ("html", "csv", "json"):
        assert kamcore(*words, "-o", f"表.{suffix}", cwd=folder).code == 0
    assert "850.50" in (folder / "表.html").read_text("utf-8")
    assert len((folder / "表.csv").read_text("utf-8-sig").splitlines()) > 2
    said = json.loads((folder / "表.json").read_text("utf-8"))
    assert said == found(folder, *words)


def test_own_amounts_of_foreign_currencies(tmp_path):
    words = ("--account", "1122", "--by", "customer", "--measure", "fx")
    (row,) = found(tmp_path, "balance", str(DEMO), *words, "--period", "2025-03")["rows"]
    assert (row["currency"], row["closing"]) == ("USD", "16050.50")
    said = found(tmp_path, "ledger", str(DEMO), *words)
    assert (said["closing"], said["policy"]["measure"]) == ("16050.50", "fx")
    aged = found(tmp_path, "age", str(DEMO), *words, "--as-of", "2025-03-31")
    totals = {row["currency"]: row["total"] for row in aged["rows"]}
    assert totals["USD"] == "16050.50"
    assert aged["totals"]["total"] is None
    counted = found(tmp_path, "balance", str(DEMO), "--measure", "quantity")
    lines = read(DEMO).books.lines
    quantity = lines.filter(lines["debit"] != 0)["quantity"].sum()
    assert Decimal(counted["totals"]["debit"]) == quantity > 0


def test_shares_stand_beside_balances(folder):
    words = ("balance", "账.xls", "--by", "customer", "--account", "1122", "--period", "2026-03")
    lines = kamcore(*words, cwd=folder).text.splitlines()
    assert "share" in lines[1]
    marks = {line.split()[2]: (line.count("█"), line.count("░")) for line in lines[2:4]}
    assert marks == {"01": (16, 0), "02": (0, 6)}
    assert "73.9%" in lines[2]


def test_wrong_use_is_answered(folder):
    aged = ("age", "账.xls", "--account", "1122")
    for words, code in (
        (aged, "U1003"),
        ((*aged, "--as-of", "2026-02-30"), "U1004"),
        ((*aged, "--as-of", "2026-03-31", "--buckets", "60,30"), "L1201"),
        ((*aged, "--as-of", "2026-03-31", "--by", "colour"), "L1011"),
        (("balance", "账.xls", "--period", "March"), "L1021"),
        (("ledger", "账.xls"), "U1003"),
        (("ledger", "账.xls", "--account", "1122", "--member", "01"), "U1004"),
        (("balance", "没有.xls"), "C1011"),
    ):
        done = kamcore(*words, "--json", cwd=folder)
        assert (done.code, done.json["error"]["code"]) == (2, code), words


def test_problems_of_the_file_are_said_and_leave_with_1(folder):
    rows = [dict(row) for row in ROWS]
    rows[0]["FDebit"] = 1001
    workbook(folder / "错.xls", *rows)
    done = kamcore("balance", "错.xls", "--json", cwd=folder)
    assert done.code == 1
    assert done.json["problems"]
    shown = kamcore("balance", "错.xls", cwd=folder)
    assert shown.code == 1
    assert "to look at" in shown.text


def test_the_screen_shows_names_totals_and_bars(folder):
    words = ("age", "账.xls", *COMMANDS["age"], "--buckets", "30,60")
    text = kamcore(*words, cwd=folder, KAMCORE_LANG="zh").text
    assert "甲样例公司" in text
    assert "账龄, 截至 2026-03-31" in text
    bars = {line.split()[0]: line.count("█") for line in text.splitlines() if "█" in line}
    assert bars == {"0-30": 13, ">60": 30}
    none = kamcore("balance", "账.xls", "--account", "9999", cwd=folder)
    assert (none.code, none.text.splitlines()[-1]) == (0, "  no rows")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_written_in_one_language(lang, name):
    done = kamcore(name, "--help", "--lang", lang)
    assert done.code == 0
    assert any("\u4e00" <= mark <= "\u9fff" for mark in done.text) == (lang == "zh")
