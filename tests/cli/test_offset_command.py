"""``offset`` that books: the books it writes, the way through another system, and back."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

import kamcore as kc
from command_line import DEMO, kamcore
from set_off_books import given

FIRST, THEN = "2025-12-31", "2026-01-31"


@pytest.fixture
def path(tmp_path):
    kc.write(given(), tmp_path / "账.jsonl", "native")
    return tmp_path


def offset(folder, file, kind, *more, as_of=FIRST):
    words = ("offset", file, "--kind", kind, "--as-of", as_of, "--json")
    return kamcore(*words, *more, cwd=folder)


def balances(folder, file):
    words = ("balance", file, "--account", "1122,1123,2202,2203", "--by", "customer,supplier")
    rows = kamcore(*words, "--period", "2025-12", "--json", cwd=folder).json["rows"]
    return {(row["account"], *row["member"].values()): row["closing"] for row in rows}


def test_booked_set_offs_move_the_balances_and_nothing_else(path):
    before = balances(path, "账.jsonl")
    words = ("--books", "后.jsonl", "--preparer", "王")
    done = offset(path, "账.jsonl", "receivable-payable", *words)
    after = balances(path, "后.jsonl")
    moved = {
        key[0]: Decimal(after.get(key, 0)) - Decimal(value)
        for key, value in before.items()
        if after.get(key) != value
    }
    assert moved == {"1122": Decimal(-450), "2202": Decimal(450)}
    assert [one["person"] for one in done.json["applications"]] == ["王", "王"]
    assert offset(path, "后.jsonl", "receivable-payable").json["rows"] == []


def test_what_is_open_no_longer_shows_what_was_set_off(path):
    offset(path, "账.jsonl", "advance-receivable", "--books", "后.jsonl")
    aged = kamcore(
        "age", "后.jsonl", "--account", "1122", "--as-of", FIRST, "--json", cwd=path
    ).json
    assert (aged["totals"]["total"], aged["totals"]["credits"]) == ("760.00", "0.00")
    found = kamcore("match", "后.jsonl", "--json", cwd=path).json
    assert found["totals"]["items"]["all"]["amounts"] == {"CNY": "760.00"}
    assert found["totals"]["receipts"]["all"]["count"] == 0
    back = offset(
        path, "后.jsonl", "advance-receivable", "--undo", "--books", "回.jsonl", as_of=THEN
    ).json
    assert back["drafts"][0]["lines"][0]["debit"] == "-300.00"
    assert back["rows"][0]["date"] == FIRST
    other = ("--undo", "--booked-on", "2025-12-30", "--books", "无.jsonl")
    refused = offset(path, "后.jsonl", "advance-receivable", *other, as_of=THEN)
    assert refused.json["error"]["code"] == "U1043"
    found = kamcore("match", "回.jsonl", "--json", cwd=path).json
    assert found["totals"]["items"]["all"]["amounts"] == {"CNY": "1060.00"}


def test_through_another_system_and_back(tmp_path):
    (tmp_path / "账.xls").write_bytes(DEMO.read_bytes())
    day = "2025-03-31"
    done = offset(tmp_path, "账.xls", "advance-receivable", "--books", "后.jsonl", as_of=day)
    (row,) = done.json["rows"]
    words = ("convert", "后.jsonl", "U8.txt", "--to", "yonyou-u8-text", "--json")
    there = kamcore(*words, cwd=tmp_path).json
    assert there["proof"]["equal"]
    own = kc.read(tmp_path / "账.xls").books.totals()
    read = kc.read(tmp_path / "U8.txt").books
    assert f"{read.totals().debit - own.debit:.2f}" == row["amount"] == "5594.75"
    assert offset(tmp_path, "U8.txt", "advance-receivable", as_of=day).json["rows"] == []
    back = offset(tmp_path, "U8.txt", "advance-receivable", "--undo", as_of="2025-04-30").json
    assert [line["account"] for line in back["drafts"][0]["lines"]] == ["2203", "112201"]


def test_red_against_blue_is_written_without_a_voucher(tmp_path):
    (tmp_path / "账.xls").write_bytes(DEMO.read_bytes())
    day = "2025-03-31"
    shown = offset(tmp_path, "账.xls", "red", as_of=day).json
    assert not (tmp_path / "后.jsonl").exists()
    done = offset(tmp_path, "账.xls", "red", "-o", "后.jsonl", as_of=day).json
    assert done["applications"] == shown["applications"]
    reds = {one["receipt"] for one in done["applications"]}
    own = kc.read(tmp_path / "账.xls").books
    books = kc.read(tmp_path / "后.jsonl").books
    assert books.totals() == own.totals()
    found = kamcore("match", "后.jsonl", "--json", cwd=tmp_path).json
    listed = {*found["unmatched"]["items"], *found["unmatched"]["receipts"]}
    assert len(reds) == 3
    assert not reds & listed
    assert offset(tmp_path, "后.jsonl", "red", as_of=day).json["rows"] == []
    back = offset(tmp_path, "后.jsonl", "red", "--undo", "--books", "回.jsonl", as_of=day)
    assert len(back.json["rows"]) == 3
    again = offset(tmp_path, "回.jsonl", "red", as_of=day).json["rows"]
    assert [row["item"] for row in again] == [row["item"] for row in shown["rows"]]


@pytest.mark.parametrize(
    ("kind", "words", "code"),
    [
        ("advance-receivable", ["--undo", "--books", "后.jsonl"], "U1043"),
        ("red", ["--undo"], "U1043"),
        ("receivable-transfer", ["--undo"], "U1043"),
        ("red", ["--amount", "5"], "U1044"),
        ("red", ["--to", "native"], "U1044"),
        ("red", ["-o", "a.jsonl", "--books", "b.jsonl"], "U1044"),
        ("advance-receivable", ["--into", "C2"], "U1044"),
        ("advance-receivable", ["--booked-on", "2025-12-31"], "U1044"),
        ("red", ["--undo", "--booked-on", "2025-12-30"], "U1043"),
        ("receivable-transfer", ["--party", "C1", "--into", "C2", "--mapping", "m"], "U1044"),
        ("advance-receivable", ["--books", "账.jsonl"], "C1001"),
        ("red", ["--party", "谁"], "M2301"),
    ],
)
def test_what_cannot_be_is_refused_in_both_languages(path, kind, words, code):
    before = sorted(path.iterdir())
    done = offset(path, "账.jsonl", kind, *words)
    assert (done.code, done.json["error"]["code"]) == (2, code)
    assert sorted(path.iterdir()) == before


def test_an_undo_of_what_is_booked_elsewhere_is_only_drafted(path):
    done = offset(path, "账.jsonl", "advance-receivable", "--undo")
    assert done.json["drafts"][0]["lines"][0]["debit"] == "-300.00"
    assert "books hold no" in done.notes


def test_documents_alone_have_no_balances_to_set_off(tmp_path):
    day = dt.date(2025, 1, 25)
    item = {"id": "Z1", "party_role": "customer", "party": "C1", "date": day, "amount": Decimal(5)}
    rows = pl.DataFrame([item], schema_overrides={"amount": pl.Decimal(18, 4)})
    kc.write(kc.Books().replace(open_items=rows), tmp_path / "单据.jsonl", "native")
    done = offset(tmp_path, "单据.jsonl", "receivable-payable")
    assert (done.code, done.json["error"]["code"]) == (2, "U1049")
    assert offset(tmp_path, "单据.jsonl", "red").json["rows"] == []
