"""好会计 bodies: the shared sample, and one test a rule of the interface."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from expectations import SAMPLES, Terms, compare, expectation, needs_shared
from kamcore.adapters.chanjet_hkj_json import FORMAT, layout
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare as compare_books
from kamcore.model.voucher import Line, Voucher

COLUMNS = {key: name for name, key in layout.AUX.items()}
SAMPLE = "yonyou/haokuaiji_vouchers.json"
OPTIONS = {"bookid": "1", "free": "freeSub1=销售渠道,freeSub2=银行账户", "currencies": "2=USD"}
DAY = dt.date(2025, 1, 2)
LINE = Line(account="1001", summary="甲", debit=Decimal("1.50"), credit=Decimal(0))


def written(folder, *lines, options=OPTIONS, **head):
    voucher = Voucher(
        **({"date": DAY, "word": "记", "number": 7, "lines": lines or (LINE,)} | head)
    )
    losses = FORMAT.write(Books.from_vouchers([voucher]), folder / "out.json", options=options)
    bodies = json.loads((folder / "out.json").read_text("utf-8"), parse_float=Decimal)
    return {(str(one.kind), str(one.fact)) for one in losses}, bodies[0]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected():
    reading = FORMAT.read(Source(SAMPLES / SAMPLE), {"currencies": "2=USD"})
    assert compare(reading.books, expectation(SAMPLE), Terms(column_of=COLUMNS.__getitem__)) == []
    assert reading.problems == ()
    directions = dict(reading.books.accounts.select("code", "direction").iter_rows())
    assert (directions["112201"], directions["220201"]) == ("debit", "credit")


@needs_shared
@pytest.mark.shared
def test_an_id_of_a_currency_is_the_sites_own():
    reading = FORMAT.read(Source(SAMPLES / SAMPLE), {})
    assert [(problem.code, problem.value) for problem in reading.problems] == [("G1522", "2")]


@needs_shared
@pytest.mark.shared
def test_from_k3_and_from_itself_nothing_else_changes(tmp_path):
    for fmt, sample in (FORMAT, SAMPLE), (K3, "kingdee/k3_gen_b.xls"):
        books = fmt.read(Source(SAMPLES / sample), {}).books
        FORMAT.write(books, tmp_path / "out.json", options=OPTIONS)
        again = FORMAT.read(Source(tmp_path / "out.json"), {}).books
        found = compare_books(FORMAT.spelling(books, OPTIONS), again, FORMAT.reads & FORMAT.writes)
        assert found.differences == ()


def test_the_day_is_midnight_of_beijing_in_13_digits(tmp_path):
    """formats/yonyou.md 4.2: bizDate, 13-digit ms."""
    _, body = written(tmp_path)
    assert body["bizDate"] == 1735747200000
    assert body["acctgPeriod"] == "202501"


def test_the_number_is_filled_with_zeros_to_at_most_five_digits(tmp_path):
    """formats/yonyou.md 4.2: code, 3-5 digits, zero padded."""
    assert written(tmp_path)[1]["code"] == "0007"
    assert written(tmp_path, number=12345)[1]["code"] == "12345"
    losses, body = written(tmp_path, number=123456)
    assert ("replaced", "vouchers.number") in losses
    assert "code" not in body


def test_words_are_the_ten_categories(tmp_path):
    """formats/yonyou.md 4.2: acctgTransCategoryId 100001 记 … 100010 转."""
    assert written(tmp_path, word="转")[1]["acctgTransCategoryId"] == 100010
    losses, body = written(tmp_path, word="凭")
    assert ("replaced", "vouchers.word") in losses
    assert body["acctgTransCategoryId"] == 100001


def test_the_reference_is_cut_to_30_characters(tmp_path):
    """formats/yonyou.md 4.2: refVoucherCode (30)."""
    losses, body = written(tmp_path, reference="甲" * 31)
    assert ("cut", "vouchers.reference") in losses
    assert body["refVoucherCode"] == "甲" * 30


def test_constants_and_the_book_stand_in_every_head(tmp_path):
    """formats/yonyou.md 4.2: bookid, bizTypeId 100501, boName AcctgTrans."""
    losses, body = written(tmp_path)
    assert (body["bookid"], body["bizTypeId"], body["boName"]) == ("1", 100501, "AcctgTrans")
    assert not {kind for kind, _ in losses} & {"missing"}
    assert "missing" in {kind for kind, _ in written(tmp_path, options={})[0]}


def test_dimensions_stand_under_their_keys(tmp_path):
    """formats/yonyou.md 4.2: glSubAccount with …Code and freeSub1..25."""
    line = Line(
        account="1",
        debit=Decimal(1),
        credit=Decimal(0),
        aux={"customer": "01", "supplier": "02", "销售渠道": "Q1", "车间": "W1"},
    )
    losses, body = written(tmp_path, line)
    assert body["details"][0]["glSubAccount"] == {
        "customerCode": "01",
        "vendorCode": "02",
        "freeSub1": "Q1",
    }
    assert ("dropped", "lines.aux_车间") in losses


def test_quantities_and_originals_stand_on_the_side_of_the_amount(tmp_path):
    """formats/yonyou.md 4.2: basePosted 本币, posted 外币, postedQty."""
    line = Line(
        account="1",
        debit=Decimal(0),
        credit=Decimal("71.75"),
        currency="USD",
        fx_debit=Decimal(0),
        fx_credit=Decimal(10),
        rate=Decimal("7.175"),
        quantity=Decimal("2.5"),
        unit_price=Decimal("28.7"),
    )
    entry = written(tmp_path, line)[1]["details"][0]
    assert (entry["basePostedCr"], entry["postedCr"], entry["postedCrQty"]) == (
        Decimal("71.75"),
        10,
        Decimal("2.5"),
    )
    assert (entry["currencyId"], entry["glAccount"]["drCrDirection"]) == ("2", -1)
    assert not [key for key in entry if key.endswith(("Dr", "DrQty"))]


def test_an_option_that_is_no_list_of_pairs_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        written(tmp_path, options={"free": "freeSub1"})
    assert caught.value.code == "G1712"
