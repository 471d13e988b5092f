"""Writing T+ bodies: one test a rule of the interface, and the way from K/3 and back."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.adapters.yonyou_tplus_json import FORMAT
from kamcore.books import Books
from kamcore.format import Source
from kamcore.format.comparing import compare
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 1, 2)
SHARED_FACTS = FORMAT.reads & FORMAT.writes


def books_of(*vouchers):
    return Books.from_vouchers(
        [Voucher(**({"date": DAY, "word": "记", "lines": (LINE,)} | one)) for one in vouchers]
    )


LINE = Line(account="1001", summary="甲", debit=Decimal("1.50"), credit=Decimal(0))


def written(books, folder, **options):
    losses = FORMAT.write(books, folder / "out.json", options=options)
    return losses, json.loads((folder / "out.json").read_text("utf-8"), parse_float=Decimal)


@needs_shared
@pytest.mark.shared
def test_from_k3_and_from_itself_nothing_else_changes(tmp_path):
    for sample in (FORMAT, "yonyou/t_plus_vouchers.json"), (K3, "kingdee/k3_gen_b.xls"):
        books = sample[0].read(Source(SAMPLES / sample[1]), {}).books
        FORMAT.write(books, tmp_path / "out.json")
        again = FORMAT.read(Source(tmp_path / "out.json"), {})
        assert again.problems == ()
        assert compare(FORMAT.spelling(books, {}), again.books, SHARED_FACTS).differences == ()


def test_external_code_is_required_and_unique(tmp_path):
    """formats/yonyou.md 4.1: ExternalCode must be unique."""
    _, bodies = written(books_of({"number": 1}, {"number": 1}, {}), tmp_path)
    codes = [body["dto"]["ExternalCode"] for body in bodies]
    assert codes == ["202501-记-0001", "202501-记-0001-2", "202501-记"]


def test_a_line_gives_one_side_only(tmp_path):
    """formats/yonyou.md 4.1: AmountDr / AmountCr, give one only."""
    both = Line(account="1001", summary="甲", debit=Decimal(3), credit=Decimal(1))
    red = Line(account="1001", summary="甲", debit=Decimal(0), credit=Decimal("-1.5"))
    losses, bodies = written(books_of({"lines": (LINE, both, red)}), tmp_path)
    entries = bodies[0]["dto"]["Entrys"]
    sides = [{key: entry[key] for key in entry if key.startswith("Amount")} for entry in entries]
    assert sides == [{"AmountDr": Decimal("1.5")}, {"AmountDr": 2}, {"AmountCr": Decimal("-1.5")}]
    assert ("merged", "lines.credit") in {(str(one.kind), str(one.fact)) for one in losses}


def test_the_date_is_iso_and_the_currency_rmb(tmp_path):
    """formats/yonyou.md 4.1: VoucherDate yyyy-MM-dd, Currency.Code RMB."""
    _, bodies = written(books_of({}), tmp_path)
    dto = bodies[0]["dto"]
    assert dto["VoucherDate"] == "2025-01-02"
    assert dto["Entrys"][0]["Currency"] == {"Code": "RMB"}


def test_what_is_required_and_missing_is_said(tmp_path):
    """formats/yonyou.md 4.1: VoucherDate, DocType.Code, Summary and Account.Code are required."""
    line = Line(account=None, debit=Decimal(1), credit=Decimal(0))
    losses, bodies = written(books_of({"date": None, "word": None, "lines": (line,)}), tmp_path)
    said = {(str(one.kind), str(one.fact)) for one in losses}
    assert said >= {
        ("missing", "vouchers.date"),
        ("guessed", "vouchers.word"),
        ("missing", "lines.summary"),
        ("missing", "lines.account"),
    }
    assert bodies[0]["dto"]["DocType"] == {"Code": "记"}
    assert bodies[0]["dto"]["Entrys"][0]["Summary"] == ""


def test_auxiliaries_are_one_object_of_codes(tmp_path):
    """formats/yonyou.md 4.1: AuxInfos, one object with AuxAcc… members, each {Code}."""
    aux = {"customer": "01", "employee": "02", "inventory": "03"}
    line = Line(
        account="1",
        summary="甲",
        debit=Decimal(1),
        credit=Decimal(0),
        aux=aux,
        settlement_method="3",
    )
    _, bodies = written(books_of({"lines": (line,)}), tmp_path)
    assert bodies[0]["dto"]["Entrys"][0]["AuxInfos"] == [
        {
            "AuxAccPerson": {"Code": "02"},
            "AuxAccCustomer": {"Code": "01"},
            "AuxAccInventory": {"Code": "03"},
            "SettleStyle": {"Code": "3"},
        }
    ]


def test_void_vouchers_stay_out(tmp_path):
    losses, bodies = written(books_of({"status": "void"}, {}), tmp_path)
    assert len(bodies) == 1
    assert ("dropped", "vouchers.status") in {(str(one.kind), str(one.fact)) for one in losses}
