"""Documents of a GB/T 24589 file: matched again without its settlements, and with a statement."""

import datetime as dt
from pathlib import Path

import pytest

from command_line import kamcore
from kamcore.matching import match, open_lists
from kamcore.pipeline import read

FILE = Path(__file__).parents[3] / "shared" / "samples" / "gbt24589" / "应收应付.xml"
CLOSE = dt.date(2025, 3, 31)
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def books():
    if not FILE.exists():
        pytest.skip("the folder of shared samples is not here")
    return read(FILE).books


@pytest.mark.parametrize(("role", "found_again"), [("customer", 18), ("supplier", 3)])
def test_what_the_file_settled_is_found_again_and_nothing_else(books, role, found_again):
    bare = books.replace(applications=books.applications.clear())
    found = match(*open_lists(bare, CLOSE, role))
    pairs = {
        (item.id, receipt.id)
        for one in found.automatic
        for item in one.items
        for receipt in one.receipts
    }
    assert pairs <= set(books.applications.select("item", "receipt").iter_rows())
    assert len(pairs) >= found_again


def test_what_is_settled_in_the_file_is_not_open(books):
    items, receipts = open_lists(books, CLOSE)
    assert receipts.height == 0
    assert items.filter(items["currency"] == "CNY")["amount"].sum() * 100 == 115909450


def test_a_statement_settles_its_documents(books, tmp_path):
    del books
    (tmp_path / "流水.csv").write_text(
        "交易日期,对方户名,收入金额,支出金额,附言\n"
        '2025-04-02,0005,"16,725.48",,XS2412-005\n'
        '2025-04-03,某公司,"7,453.69",,发票号25312000000000000002 货款\n',
        "utf-8",
    )
    found = kamcore("match", str(FILE), "流水.csv", "--json", cwd=tmp_path).json
    assert [(one["rule"], one["items"][0]["id"]) for one in found["automatic"]] == [
        ("reference", "XS2412-005")
    ]
    # The invoice is named, but by a payer who is not its customer.
    assert [(one["rule"], one["items"][0]["id"]) for one in found["proposed"]] == [
        ("reference_elsewhere", "XS2501-002")
    ]
    assert kamcore("settle", str(FILE), "流水.csv", "--json", cwd=tmp_path).json["drafts"] == []
