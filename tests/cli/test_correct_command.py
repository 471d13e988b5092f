"""``kamcore correct``: the red and the blue voucher, with everything the wrong one said."""

from decimal import Decimal

import polars as pl
import pytest

from command_line import DEMO, kamcore
from kamcore.ledger import find_corrections
from kamcore.pipeline import read

WORDS = ("correct", str(DEMO), "--voucher", "2025-03/记-4", "--json", "--date")


def test_red_and_blue_cancel_out_and_are_recognised(tmp_path):
    more = ("--blue", "-o", "更正.jsonl")
    done = kamcore(*WORDS, "2025-03-31", *more, cwd=tmp_path)
    assert done.code == 0
    red, blue = done.json["drafts"]
    assert red["reason"] == "注销3月6日记-4号凭证"
    assert blue["reason"] == "订正3月6日记-4号凭证"
    books = read(tmp_path / "更正.jsonl").books
    assert [found.kind for found in find_corrections(books.iter_vouchers())] == ["red", "blue"]
    sums = books.lines.select(pl.col("debit", "credit", "quantity").sum()).row(0)
    assert sums[:2] == (Decimal(0), Decimal(0))
    assert done.json["written"]["vouchers"] == ["记-29", "记-30"]
    wrong = read(DEMO).books
    head = wrong.vouchers.filter(year=2025, period=3, number=4)
    lines = wrong.lines.join(head.select("voucher_id"), on="voucher_id", how="semi")
    kept = books.lines.filter(books.lines["voucher_id"] == 1)
    for name in ("account", "aux_customer"):
        assert kept[name].to_list() == lines[name].to_list()
    assert kept["quantity"].to_list() == (-lines["quantity"]).to_list()
    assert lines["quantity"].null_count() < lines.height


def test_an_error_of_an_earlier_year_takes_a_blue_one_alone():
    (blue,) = kamcore(*WORDS, "2026-01-05").json["drafts"]
    assert blue["reason"].startswith("订正")


@pytest.mark.parametrize("name", ["2025-03/记-999", "记-4", "2025-03/转-4"])
def test_a_voucher_that_is_not_there(name):
    done = kamcore("correct", str(DEMO), "--voucher", name, "--date", "2025-03-31", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "U2121")
