"""BIP bodies: the shared sample, and one test a rule of the interface."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.adapters.yonyou_bip_json import FORMAT
from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare as compare_books
from kamcore.model.voucher import Line, Voucher

SAMPLE = "yonyou/bip_vouchers.json"
MAP = str(SAMPLES / "yonyou/bip_vouchers.map.toml")
OPTIONS = {"accbook": "A1", "dimensions": "0006=职员,ext01=销售渠道"}
DAY = dt.date(2025, 1, 2)
LINE = Line(account="1001", summary="甲", debit=Decimal("1.50"), credit=Decimal(0))


def written(folder, *lines, options=OPTIONS, **head):
    voucher = Voucher(**({"date": DAY, "word": "1", "lines": lines or (LINE,)} | head))
    losses = FORMAT.write(Books.from_vouchers([voucher]), folder / "out.json", options=options)
    bodies = json.loads((folder / "out.json").read_text("utf-8"), parse_float=Decimal)
    return {(str(one.kind), str(one.fact)) for one in losses}, bodies[0]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected_with_its_map():
    reading = FORMAT.read(Source(SAMPLES / SAMPLE), {"dimensions": MAP})
    assert compare(reading.books, expectation(SAMPLE)) == []
    assert reading.problems == ()


@needs_shared
@pytest.mark.shared
def test_a_code_that_no_map_explains_keeps_its_name():
    reading = FORMAT.read(Source(SAMPLES / SAMPLE), {})
    assert sorted((p.code, p.value) for p in reading.problems) == [
        ("Y9001", code) for code in ("0006", "0007", "0009", "ext01")
    ]
    assert {"customer", "supplier", "department", "ext01"} <= set(reading.books.dimension_ids)


@needs_shared
@pytest.mark.shared
def test_from_k3_and_from_itself_nothing_else_changes(tmp_path):
    options = {"accbook": "1", "dimensions": MAP}
    for fmt, sample in (FORMAT, SAMPLE), (K3, "kingdee/k3_gen_b.xls"):
        books = fmt.read(Source(SAMPLES / sample), {}).books
        FORMAT.write(books, tmp_path / "out.json", options=options)
        again = FORMAT.read(Source(tmp_path / "out.json"), {}).books
        found = compare_books(FORMAT.spelling(books, options), again, FORMAT.reads & FORMAT.writes)
        assert found.differences == ()


def test_the_head_names_module_book_and_day(tmp_path):
    """formats/yonyou.md 5.2: srcSystemCode figl, accbookCode, makeTime yyyy-MM-dd."""
    losses, body = written(tmp_path)
    assert [body[key] for key in ("srcSystemCode", "accbookCode", "makeTime")] == [
        "figl",
        "A1",
        "2025-01-02",
    ]
    assert not {kind for kind, _ in losses} & {"missing"}
    assert "missing" in {kind for kind, _ in written(tmp_path, options={})[0]}


def test_a_side_says_original_and_base_amount_or_neither(tmp_path):
    """formats/yonyou.md 5.2: debitOriginal + debitOrg or creditOriginal + creditOrg."""
    foreign = Line(
        account="1",
        summary="甲",
        debit=Decimal(0),
        credit=Decimal("71.75"),
        currency="USD",
        fx_debit=Decimal(0),
        fx_credit=Decimal(10),
        rate=Decimal("7.175"),
    )
    _, body = written(tmp_path, LINE, foreign)
    sides = [
        {k: v for k, v in entry.items() if k[:5] in ("debit", "credi")} for entry in body["bodies"]
    ]
    assert sides == [
        {"debitOriginal": Decimal("1.5"), "debitOrg": Decimal("1.5")},
        {"creditOriginal": 10, "creditOrg": Decimal("71.75")},
    ]


def test_a_foreign_line_without_original_amount_is_said(tmp_path):
    """formats/yonyou.md 5.2: both members of one side."""
    line = Line(account="1", summary="甲", debit=Decimal(1), credit=Decimal(0), currency="USD")
    assert ("missing", "lines.fx_debit") in written(tmp_path, line)[0]


def test_the_kind_of_rate_has_two_digits(tmp_path):
    """formats/yonyou.md 5.2: rateType 01/02."""
    line = Line(
        account="1", summary="甲", debit=Decimal(1), credit=Decimal(0), rate_type="公司汇率"
    )
    losses, body = written(tmp_path, line)
    assert body["bodies"][0]["rateType"] == "01"
    assert ("replaced", "lines.rate_type") in losses


def test_auxiliaries_are_pairs_under_the_vendors_spelling(tmp_path):
    """formats/yonyou.md 5.2: clientAuxiliaryList:[{filedCode, valueCode}]."""
    aux = {"customer": "01", "销售渠道": "Q1", "车间": "W1"}
    line = Line(account="1", summary="甲", debit=Decimal(1), credit=Decimal(0), aux=aux)
    losses, body = written(tmp_path, line)
    pairs = body["bodies"][0]["clientAuxiliaryList"]
    assert sorted(pair["filedCode"] for pair in pairs) == ["0005", "ext01"]
    assert ("dropped", "lines.aux_车间") in losses


def test_a_map_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        written(tmp_path, options={"dimensions": str(tmp_path / "no.toml")})
    assert caught.value.code == "G1712"
