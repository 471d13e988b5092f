"""The monthly key-account report: figures that tie, and files that say no other."""

import html
import json
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import kamcore as kc
from kamcore.model.period import Period
from kamcore.reports.chart import chart_svg
from kamcore.reports.monthly import MOVED, MonthlyQuestion, monthly_report, receivables
from kamcore.reports.monthly_sheets import monthly_sheets
from kamcore.reports.page import page_text
from kamcore.reports.sheets import Chart, Column, Listing
from kamcore.reports.writing import write_report

DEMO = Path(kc.__file__).parent / "cli" / "demo_data" / "vouchers_2025Q1.xls"
NUMBER = re.compile(r"(?<![\w.,-])-?\d[\d,]*(?:\.\d+)?%?(?![\w-])")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)


@pytest.fixture(scope="module")
def books():
    return kc.read(DEMO).books


@pytest.fixture(scope="module")
def report(books):
    money = pl.Decimal(38, 4)
    found = [
        pl.DataFrame(
            {"customer": ["0001", "0004"], "plan": ["200000", "400000"],
             "plan_year": ["600000", "1300000"]}
        ).with_columns(pl.col("plan", "plan_year").cast(money)),
        pl.DataFrame({"customer": ["0004"], "variance": ["-61.07"]}).with_columns(
            pl.col("variance").cast(money)
        ),
        pl.DataFrame(
            {"customer": ["0001", "0004"], "tier": ["gold", None], "tier_change": ["kept", "none"]}
        ),
        pl.DataFrame({"customer": ["0002"], "reconciled": ["differs"], "difference": ["12.34"]})
        .with_columns(pl.col("difference").cast(money)),
    ]  # fmt: skip
    asked = MonthlyQuestion(period=Period(2025, 3), chosen=("0004", "0001", "9999"))
    return monthly_report(books, asked, found)


def test_the_figures_tie_with_the_ledger(books, report):
    owed = books.lines.filter(pl.any_horizontal(
        pl.col("account").str.starts_with(code) for code in receivables(books)
    ))  # fmt: skip
    here = owed.filter(pl.col("period") == 3)
    totals = report.totals()
    assert totals["sales"] == here["debit"].sum()
    assert totals["receipts"] == here["credit"].sum()
    assert totals["closing"] == owed["debit"].sum() - owed["credit"].sum()
    parts = (*report.labels, "not_due", "credits")
    assert sum(totals[name] for name in parts) == totals["closing"]
    for row in report.customers.iter_rows(named=True):
        assert row["opening"] + row["sales"] - row["receipts"] == row["closing"]
        assert sum(row[name] for name in parts) == row["closing"]


def test_months_follow_one_another(report):
    months = report.by_month()
    assert months["closing"].to_list()[:-1] == months["opening"].to_list()[1:]
    last = months.select(MOVED).row(-1, named=True)
    assert last == {name: report.totals()[name] for name in MOVED}


def test_compositions_tie(report):
    for rows in report.compositions().values():
        assert sum(one["count"] for one in rows) == report.customers.height
        assert sum(one["sales"] for one in rows) == report.totals()["sales"]


def test_what_is_unknown_is_no_zero(report):
    said = {one["customer"]: one for one in report.to_json()["customers"]}
    assert said["0001"]["variance"] is None
    assert said["0002"]["plan"] is None
    assert report.planned()["sales"] == sum(
        Decimal(said[code]["sales"]) for code in ("0001", "0004")
    )
    sheets = monthly_sheets(report, "zh")
    assert "未对账" in page_text(sheets)


def test_a_month_without_lines_keeps_its_balance(books):
    later = monthly_report(books, MonthlyQuestion(period=Period(2025, 4)))
    march = monthly_report(books, MonthlyQuestion(period=Period(2025, 3)))
    assert later.totals()["opening"] == march.totals()["closing"] == later.totals()["closing"]
    assert later.totals()["sales"] == 0


def _figures(said):
    """Every number of the JSON, as amounts and as percentages."""
    found = set()
    if isinstance(said, dict):
        found |= {one for value in said.values() for one in _figures(value)}
    elif isinstance(said, list):
        found |= {one for value in said for one in _figures(value)}
    elif isinstance(said, int) or re.fullmatch(r"-?\d+(\.\d+)?", str(said)):
        found |= {Decimal(said), Decimal(said) * 100}
    return found


def _said(report, words):
    """Numbers of the JSON, and the sums that the totals below its lists are."""
    said = report.to_json()
    found = _figures(said)
    for rows in (*said["composition"].values(), said["months"], said["customers"],
                 *(one["months"] for one in said["accounts"])):  # fmt: skip
        for name in {key for row in rows for key in row}:
            values = [row[name] for row in rows if row[name] is not None]
            if all(isinstance(one, int) or re.fullmatch(r"-?[\d.]+", one) for one in values):
                found.add(sum((Decimal(one) for one in values), Decimal(0)))
    return found | {Decimal(0)} | {Decimal(one) for one in words}


def test_every_number_of_the_page_is_in_the_json(report):
    page = page_text(monthly_sheets(report, "zh"))
    body = page.partition("<body>")[2]
    texts = re.findall(r">([^<>]+)<", body)
    known, met = _said(report, ()), 0
    for text in map(html.unescape, texts):
        if "口径" in text or re.fullmatch(r"[\d>-]+(\.\.\.)?|0-30|\d{4}(-\d+)?", text.strip()):
            continue  # 口径, 账龄段, 月份, 客户代码
        for found in NUMBER.findall(text):
            met += 1
            assert Decimal(found.strip("%").replace(",", "")) in known, text
    assert met > 100


def test_every_number_of_the_workbook_is_in_the_json(report, tmp_path):
    path = tmp_path / "report.xlsx"
    write_report(monthly_sheets(report, "en"), path)
    known, met = _said(report, ()), 0
    for sheet in openpyxl.load_workbook(path, data_only=True):
        for row in sheet.iter_rows(values_only=True):
            for value in row:
                if isinstance(value, int | float) and not isinstance(value, bool):
                    met += 1
                    near = round(Decimal(str(value)), 4)
                    assert near in known or round(near, 2) in known, (sheet.title, value)
    assert met > 100


def test_the_page_asks_for_nothing_from_outside(report):
    page = page_text(monthly_sheets(report, "zh"))
    assert not re.search(r"<(script|link|img|iframe)|https?:|@import|src=", page)
    assert len(re.findall(r'id="([^"]+)"', page)) == len(set(re.findall(r'id="([^"]+)"', page)))


def _listing(*rows, second=True):
    names = ("name", "one", "two")[: 2 + second]
    kinds = dict(zip(names, (pl.String, pl.Decimal(18, 2), pl.Decimal(18, 2)), strict=False))
    frame = pl.DataFrame(rows, schema=kinds, orient="row")
    return Listing(columns=tuple(Column(name, name.title()) for name in names), frame=frame)


def test_series_differ_by_pattern_and_say_their_values():
    listing = _listing(("甲<乙>", Decimal("10.00"), Decimal("-4.50")), ("丙", None, Decimal(2)))
    for kind in ("bar", "column"):
        drawn = chart_svg(
            Chart(title="&", kind=kind, category="name", values=("one", "two")), listing
        )
        assert {"url(#c0)", "url(#c1)"} <= set(re.findall(r"url\(#c\d\)", drawn))
        assert all(text in drawn for text in ("One", "Two", "10.00", "-4.50", "甲&lt;乙&gt;"))
        assert ">0.00<" not in drawn


def test_bars_are_as_long_as_their_amounts():
    listing = _listing(
        ("甲", Decimal(100)), ("乙", Decimal(25)), ("丙", Decimal(-50)), second=False
    )
    drawn = chart_svg(Chart(title="t", kind="bar", category="name", values=("one",)), listing)
    wide = [float(one) for one in re.findall(r'width="([\d.]+)" height="14.0"', drawn)]
    assert [round(one / wide[0], 3) for one in wide] == [1, 0.25, 0.5]


@pytest.mark.parametrize("rows", [(), (("甲", Decimal(0)),), (("甲", None),)])
def test_nothing_is_drawn_of_nothing(rows):
    listing = _listing(*rows, second=False)
    assert chart_svg(Chart(title="t", category="name", values=("one",)), listing) == ""


def test_a_line_has_markers_and_a_name_below_each():
    rows = [(f"2025-{n:02}", Decimal(n)) for n in range(1, 13)]
    chart = Chart(title="t", kind="line", category="name", values=("one",))
    drawn = chart_svg(chart, _listing(*rows, second=False))
    assert drawn.count("<circle cx=") - drawn.count('<circle cx="2.5"') == 12
    assert "2025-12" in drawn


def test_a_page_that_lists_few_sums_all(report):
    sheets = monthly_sheets(report, "en", most=3)
    page = page_text(sheets)
    assert page.count("total (with 7 not listed)") == 4
    listed = sheets[1].listings[0]
    assert listed.frame.height == 3
    sales = next(column for column in listed.columns if column.name == "sales")
    assert listed.total_of(sales) == report.totals()["sales"]


def test_no_customers_at_all():
    books = kc.Books()
    with pytest.raises(kc.KamcoreError):
        monthly_report(books, MonthlyQuestion(period=Period(2025, 3)))


@pytest.mark.skipif(BROWSER is None, reason="no browser")
def test_a_browser_shows_the_page(report, tmp_path):
    page = tmp_path / "page.html"
    write_report(monthly_sheets(report, "zh"), page)
    picture = tmp_path / "page.png"
    words = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--host-rules=MAP * 127.0.0.1:9",
        "--window-size=1000,1400", f"--user-data-dir={tmp_path / 'profile'}",
        f"--screenshot={picture}", page.as_uri(),
    ]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000


def test_json_is_json(report):
    assert json.loads(json.dumps(report.to_json()))["totals"]["closing"] == "1253487.32"
