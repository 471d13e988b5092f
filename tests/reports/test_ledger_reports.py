"""Balances, ledgers and ages as accountants know them: totals and formulas tie out in the file.

The formulas are calculated here, by a small reading of SUM, SUMIF, ROUND, + - and /, and must
give the values that stand beside them.
"""

import datetime as dt
import re
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from openpyxl.utils import range_boundaries

from command_line import DEMO
from kamcore.ledger import AgeingPolicy, Buckets, age, balances, open_items
from kamcore.pipeline import read
from kamcore.reports.account_ledgers import LedgerQuestion, ledger_report
from kamcore.reports.ageing import AgeingQuestion, ageing_report
from kamcore.reports.balances import BalanceQuestion, balance_report
from kamcore.reports.writing import write_report

DAY = dt.date(2025, 3, 31)
CELL = re.compile(r"\b[A-Z]+\d+\b")
SUMIF = re.compile(r'SUMIF\(([A-Z0-9:]+),("[^"]*"|\d+),([A-Z0-9:]+)\)')
SUM = re.compile(r"SUM\(([A-Z0-9:]+)\)")
ROUND = re.compile(r"ROUND\((.*),4\)")


@pytest.fixture(scope="module")
def books():
    return read(DEMO).books


def _cells(sheet, area):
    left, top, right, bottom = range_boundaries(area)
    rows = sheet.iter_rows(top, bottom, left, right)
    return [cell.value for row in rows for cell in row]


def _calculated(formula, sheet):
    """The value of a formula over the values of a sheet."""

    def where(found):
        tests, wanted = _cells(sheet, found[1]), found[2].strip('"')
        hits = [isinstance(cell, str) if wanted == "?*" else str(cell) == wanted for cell in tests]
        amounts = zip(_cells(sheet, found[3]), hits, strict=True)
        return repr(sum(amount or 0 for amount, hit in amounts if hit))

    def added(found):
        return repr(sum(c for c in _cells(sheet, found[1]) if isinstance(c, int | float)))

    text = ROUND.sub(r"(\1)", formula.removeprefix("="))
    text = SUM.sub(added, SUMIF.sub(where, text))
    text = CELL.sub(lambda found: repr(sheet[found[0]].value or 0), text)
    assert re.fullmatch(r"[-+*/()\d.e ]+", text), text
    return eval(text)


def _proved(path):
    """Every sheet by name, after every formula gave the value beside it."""
    values = openpyxl.load_workbook(path, data_only=True)
    count = 0
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    shown = values[sheet.title][cell.coordinate].value
                    found = _calculated(cell.value, values[sheet.title])
                    assert found == pytest.approx(shown, abs=1e-6), (cell.coordinate, cell.value)
                    count += 1
    assert count > 5
    return values


def _rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _row(sheet, first):
    return next(row for row in _rows(sheet) if row[0] == first)


def test_the_trial_balance_ties_out(books, tmp_path):
    write_report(balance_report(books, BalanceQuestion(period="2025-03")), tmp_path / "a.xlsx")
    sheet = _proved(tmp_path / "a.xlsx")["科目余额表"]
    checks = [row for row in _rows(sheet) if " - " in str(row[0])]
    assert len(checks) == 5
    assert {value for row in checks for value in row[1:] if value is not None} == {0}
    total = _row(sheet, "合计")
    closing = balances(books, period="2025-03")["closing"]
    assert total[-2] - total[-1] == pytest.approx(float(closing.sum()))
    # Accounts above others stand there too, the first level with the name of the chart.
    assert _row(sheet, "1122")[1] == "应收账款"
    above, parts = _row(sheet, "1122"), [_row(sheet, code) for code in ("1122.01", "1122.02")]
    assert above[5] == pytest.approx(sum(part[5] for part in parts if part[2] == above[2]))


def test_balances_by_members_and_in_foreign_currency(books, tmp_path):
    asked = BalanceQuestion(by=("customer",), account=("1122",), period="2025-03")
    write_report(balance_report(books, asked, "en"), tmp_path / "a.xlsx")
    sheet = _proved(tmp_path / "a.xlsx")["balances by members"]
    whole = balances(books, account="1122", period="2025-03")["closing"].sum()
    total = _row(sheet, "total")
    assert total[-2] - total[-1] == pytest.approx(float(whole))
    fx = BalanceQuestion(measure="fx", account=("1122",))
    (found,) = balance_report(books, fx)
    assert found.listings[0].frame["currency"].unique().to_list() == ["USD"]


@pytest.mark.parametrize("period", [None, "2025-02..2025-03"])
def test_the_ledger_by_members_ties_out(books, tmp_path, period):
    asked = LedgerQuestion(account="1122", by=("customer",), period=period)
    write_report(ledger_report(books, asked), tmp_path / "a.xlsx")
    book = _proved(tmp_path / "a.xlsx")
    closing = balances(books, account="1122", period="2025-03")["closing"].sum()
    assert _row(book["汇总"], "合计")[-1] == pytest.approx(float(closing))
    said = [row[4] for row in _rows(book["明细账"]) if row[0] == "0003"]
    months = 3 if period is None else 2
    assert said[0] == "期初余额"
    assert (said.count("本月合计"), said.count("本年累计")) == (months, months)
    last = [row for row in _rows(book["明细账"]) if row[0] == "0003"][-1]
    assert (last[5], last[6], last[7], last[8]) == (163228.5, 163228.5, "平", 0)


def test_the_ledger_of_one_member_in_foreign_currency(books):
    asked = LedgerQuestion(
        account="1122", by=("customer",), members={"customer": "0100"}, measure="fx"
    )
    members, ledger = ledger_report(books, asked, "en")
    assert members.listings[0].frame["closing"].to_list() == [Decimal("16050.5")]
    assert set(ledger.listings[0].frame["aux_customer"]) == {"0100"}


def _asked(**more):
    facts = {"account": ("1122",), "as_of": DAY, "buckets": Buckets.of([30, 60]), **more}
    return AgeingQuestion(**facts)


def test_ages_tie_out_with_the_items_and_the_ledger(books, tmp_path):
    write_report(ageing_report(books, _asked(by=("customer",))), tmp_path / "a.xlsx")
    book = _proved(tmp_path / "a.xlsx")
    whole = age(books, as_of=DAY, account="1122").totals()["total"]
    total, share = _row(book["账龄分析表"], "合计"), _row(book["账龄分析表"], "占比")
    assert total[-2] == pytest.approx(float(whole))
    assert _row(book["未结清明细"], "合计")[-1] == pytest.approx(float(whole))
    assert sum(share[5:10]) == pytest.approx(1)
    policy = [row[0] for row in _rows(book["账龄分析表"])[:3]]
    assert "截至 2025-03-31" in policy[1]
    assert "未核销的贷项单独列示" in policy[2]


def test_ages_with_advances_and_without_anything(books, tmp_path):
    moved = ageing_report(books, _asked(policy=AgeingPolicy(credits="reclassify")))
    assert len(moved) == 1
    none = ageing_report(books, _asked(account=("9999",)))
    write_report(none, tmp_path / "a.xlsx")
    write_report(none, tmp_path / "a.html")
    assert none[0].listings[0].frame.height == 0


def test_items_beyond_what_is_listed_are_counted(books, monkeypatch):
    monkeypatch.setattr("kamcore.reports.ageing.LISTED", 3)
    (only,) = ageing_report(books, _asked(), "en")
    count = open_items(books, as_of=DAY, account="1122").height
    assert only.parts[-1].text == f"{count} items, not listed"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reports_are_written_in_one_language(books, lang):
    asked = (
        *balance_report(books, BalanceQuestion(by=("customer",)), lang),
        *ledger_report(books, LedgerQuestion(account="1122", by=("customer",)), lang),
        *ageing_report(books, _asked(by=("customer",)), lang),
    )
    said = [sheet.name for sheet in asked]
    said += [column.heading for sheet in asked for one in sheet.listings for column in one.columns]
    said += [column.group for sheet in asked for one in sheet.listings for column in one.columns]
    buckets = ("0-30", "31-60", ">60", "")
    for text in said:
        if text not in buckets:
            assert any(mark >= "\u4e00" for mark in text) == (lang == "zh"), text


def test_a_voucher_without_word_or_number_is_still_named():
    from kamcore.reports.account_ledgers import voucher_text

    frame = pl.DataFrame({"word": ["记", None], "number": [3, None]})
    assert frame.select(voucher_text()).to_series().to_list() == ["记-3", "-"]
