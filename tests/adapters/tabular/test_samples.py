"""The shared samples read to their expectation; every other sample is left to its format."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import kamcore
from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.tabular import FORMATS
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of
from kamcore.ledger import stated_differences

pytestmark = [pytest.mark.shared, needs_shared]

OWN = {
    "kingdee/k3_journal.xls": "kingdee-k3-journal",
    "kingdee/jdy_voucher_list.xlsx": "kingdee-jdy-voucher-list",
    "kingdee/kis_old_ledger.xls": "kingdee-kis-ledger",
    "kingdee/jdy_ledger.xlsx": "kingdee-jdy-ledger",
    "kingdee/xingchen_item_balance.xlsx": "kingdee-xingchen-item-balance",
    "yonyou/u8_journal.xls": "yonyou-u8-journal",
    "yonyou/u8_journal_above_9999.xls": "yonyou-u8-journal",
    "yonyou/u8_trial_balance.xls": "yonyou-u8-trial-balance",
    "yonyou/u8_customer_balance.xls": "yonyou-u8-party-balance",
    "yonyou/u8_customer_ledger.xls": "yonyou-u8-party-ledger",
    "bad/list_total_wrong.xls": "kingdee-kis-journal",
}


def amount(value):
    return None if value is None else f"{value:.2f}"


@pytest.mark.parametrize(
    "sample", [name for name in OWN if "journal" in name or "voucher_list" in name]
)
def test_voucher_lists_read_as_expected(sample):
    reading = kamcore.read(SAMPLES / sample)
    assert reading.format == OWN[sample]
    expect = expectation(sample)
    assert compare(reading.books, expect) == []
    assert reading.books.entity.name == ("" if expect["header_row"] == 1 else expect["company"])
    assert {problem.code for problem in reading.problems} <= {"B2201", "B2403"}


def sums(books, keys):
    """Opening, movements and closing of a ledger or table of balances, over all its periods."""
    stated = books.balances.sort("year", "period")
    found = stated.group_by(keys, maintain_order=True).agg(
        pl.col("opening").drop_nulls().first(), pl.col("closing").drop_nulls().last()
    )
    moved = books.lines.group_by(keys).agg(
        pl.col("debit").sum(), pl.col("credit").sum(), pl.len().alias("lines")
    )
    # Where nothing moved, a ledger states the opening only.
    found = found.with_columns(pl.coalesce("closing", "opening"))
    return found.join(moved, on=keys, how="left", nulls_equal=True)


@pytest.mark.parametrize("sample", ["kingdee/kis_old_ledger.xls", "kingdee/jdy_ledger.xlsx"])
def test_ledgers_read_as_expected(sample):
    reading = kamcore.read(SAMPLES / sample)
    books, expect = reading.books, expectation(sample)
    assert reading.format == OWN[sample]
    got = {
        row["account"]: {
            **{name: amount(row[name] or Decimal(0)) for name in ("opening", "debit", "credit")},
            "closing": amount(row["closing"]),
            "lines": row["lines"] or 0,
        }
        for row in sums(books, ["account"]).iter_rows(named=True)
    }
    assert got == expect["accounts"]
    first, last = (
        tuple(found)
        for found in books.balances.select("year", "period")
        .sort(pl.all())
        .rows()[::1][:: books.balances.height - 1]
    )
    assert (first[1], last[1]) == tuple(expect["periods"])
    for sample_line in expect["sample_lines"]:
        line = find(books, sample_line)
        assert amount(line["debit"]) == sample_line["debit"]
        assert amount(line["credit"]) == sample_line["credit"]
    assert not [problem for problem in reading.problems if problem.code.startswith("T")]
    # What the ledger states is what the engine computes from its lines.
    assert stated_differences(books).height == 0


def find(books, wanted):
    lines = books.lines.join(
        books.vouchers.select("voucher_id", "word", "number"), on="voucher_id"
    )
    rows = lines.filter(
        pl.col("date") == dt.date.fromisoformat(wanted["date"]),
        word=wanted["word"],
        number=wanted["number"],
        account=wanted["account"],
        summary=wanted["summary"],
    )
    if "member" in wanted:
        rows = rows.filter(aux_customer=wanted["member"])
    assert rows.height == 1
    return rows.row(0, named=True)


def test_the_ledger_by_party_reads_as_expected():
    reading = kamcore.read(SAMPLES / "yonyou/u8_customer_ledger.xls")
    expect = expectation("yonyou/u8_customer_ledger.xls")
    books = reading.books
    got = {}
    for row in sums(books, ["aux_customer", "account"]).iter_rows(named=True):
        got.setdefault(row["aux_customer"], {})[row["account"]] = {
            **{name: amount(row[name] or Decimal(0)) for name in ("opening", "debit", "credit")},
            "closing": amount(row["closing"]),
            "lines": row["lines"] or 0,
        }
    assert got == expect["balances"]
    assert books.lines.height == expect["lines"]
    assert [problem.code for problem in reading.problems] == ["T1206"]
    for sample_line in expect["sample_lines"]:
        assert amount(find(books, sample_line)["credit"]) == sample_line["credit"]
    names = dict(books.members.select("code", "name").iter_rows())
    assert names["0004"] == "双木||联采样例社"


def test_the_balances_by_item_read_as_expected():
    reading = kamcore.read(SAMPLES / "kingdee/xingchen_item_balance.xlsx")
    expect = expectation("kingdee/xingchen_item_balance.xlsx")
    figures = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing")
    got = {}
    for row in reading.books.balances.iter_rows(named=True):
        members = got.setdefault(f"{row['year']}{row['period']:02}", {})
        wanted = {name: amount(row[name]) for name in figures}
        members.setdefault(row["aux_customer"], {})[row["account"]] = wanted
    assert {
        period: {
            member: {
                account: {name: row[name] for name in expected_names(expect)}
                for account, row in accounts.items()
            }
            for member, accounts in members.items()
        }
        for period, members in got.items()
    } == expect["balances"]
    assert reading.problems == ()
    assert reading.books.entity.name == expect["company"]
    assert reading.books.dimensions.rows() == [("customer", "客户", None)]


def expected_names(expect):
    first = expect["balances"]
    while isinstance(first, dict) and "opening" not in first:
        first = next(iter(first.values()))
    return list(first)


@pytest.mark.parametrize("options", [{"period": "2025.01-2025.03"}, {}])
def test_the_balances_by_party_read_as_expected(options):
    """The sheet says no period: it is the caller's to give."""
    reading = kamcore.read(SAMPLES / "yonyou/u8_customer_balance.xls", options=options)
    expect = expectation("yonyou/u8_customer_balance.xls")
    spot = (2025, 1, 2025, 3) if options else (0, 0, 0, 0)
    opening = reading.books.balances.filter(year=spot[0], period=spot[1])
    closing = reading.books.balances.filter(year=spot[2], period=spot[3])
    moved = ("ytd_debit", "ytd_credit") if options else ("debit", "credit")
    got = {}
    for row in opening.iter_rows(named=True):
        got.setdefault(row["aux_customer"], {})[row["account"]] = {
            "opening": amount(row["opening"])
        }
    for row in closing.iter_rows(named=True):
        got[row["aux_customer"]][row["account"]] |= {
            "debit": amount(row[moved[0]]),
            "credit": amount(row[moved[1]]),
            "closing": amount(row["closing"]),
        }
    assert got == expect["balances"]
    assert [problem.code for problem in reading.problems] == [["T1203"], ["T1204"]][bool(options)]


def test_the_trial_balance_reads_as_expected():
    reading = kamcore.read(SAMPLES / "yonyou/u8_trial_balance.xls")
    expect = expectation("yonyou/u8_trial_balance.xls")
    books = reading.books
    first, last = books.balances.filter(period=1), books.balances.filter(period=3)
    accounts = {row["code"]: row for row in books.accounts.iter_rows(named=True)}
    got = {
        start["account"]: {
            "opening": amount(start["opening"]),
            "debit": amount(end["ytd_debit"]),
            "credit": amount(end["ytd_credit"]),
            "closing": amount(end["closing"]),
            "level": accounts[start["account"]]["level"],
            "leaf": accounts[start["account"]]["is_leaf"],
            "name": accounts[start["account"]]["name"],
        }
        for start, end in zip(first.iter_rows(named=True), last.iter_rows(named=True), strict=True)
    }
    assert got == expect["accounts"]
    assert [problem.code for problem in reading.problems] == ["T1204"]


def test_a_wrong_total_is_told_at_its_cell():
    """bad/list_total_wrong.xls: every voucher is delivered together with the message."""
    sample = "bad/list_total_wrong.xls"
    reading = kamcore.read(SAMPLES / sample)
    fault = expectation(sample)["faults"][0]
    (problem,) = reading.problems
    assert str(problem.severity) == fault["severity"]
    place = problem.place
    assert (place.file, place.sheet, place.row, place.column) == tuple(
        fault["place"][name] for name in ("file", "sheet", "row", "column")
    )
    assert problem.facts["stated"] == fault["place"]["stated"]
    assert problem.facts["computed"] == fault["place"]["computed"]
    assert reading.books.totals().vouchers == expectation(sample)["good_vouchers"]


def samples():
    if not SAMPLES.is_dir():
        return []
    return sorted(
        path.relative_to(SAMPLES).as_posix()
        for path in SAMPLES.glob("*/*")
        if not path.name.endswith((".expect.json", ".map.toml"))
    )


@pytest.mark.parametrize("sample", samples())
def test_each_sample_is_recognised_by_its_own_layout_only(sample):
    head = head_of(Source(Path(SAMPLES / sample)))
    guesses = {card.name: card.sniff(head) for card in FORMATS}
    sure = [name for name, guess in guesses.items() if guess.certainty is Certainty.SURE]
    assert sure == ([OWN[sample]] if sample in OWN else [])
    assert not [name for name, guess in guesses.items() if guess.certainty is Certainty.MAYBE]
