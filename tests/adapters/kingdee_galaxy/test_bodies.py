"""Bodies of the Web API: read in any case, written by the rules of Save."""

import json
from decimal import Decimal

import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_galaxy import FORMAT, JSON
from kamcore.errors import SourceError
from kamcore.format import Certainty, Source
from kamcore.format.comparing import differences
from kamcore.grid.head import head_of
from small_books import books, cr, dr, voucher

FACTS = JSON.reads & JSON.writes
OPTIONS = {"book": "001", "words": "收=PRE002", "units": "件=Pcs"}


def body(*entries, **head):
    shape = {
        "FVOUCHERID": 0,
        "FAccountBookID": {"FNumber": "001"},
        "FDate": "2025-01-02",
        "FVOUCHERGROUPID": {"FNumber": "PRE001"},
        "FVOUCHERGROUPNO": "1",
        **head,
    }
    return {"Model": {**shape, "FEntity": list(entries)}}


def entry(**more):
    return {
        "FEXPLANATION": "摘要",
        "FACCOUNTID": {"FNumber": "1001"},
        "FCURRENCYID": {"FNumber": "PRE001"},
        "FDEBIT": 100,
        **more,
    }


def read(tmp_path, value, **options):
    path = tmp_path / "bodies.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return JSON.read(Source(path), options)


def written(given, target, **options):
    report = JSON.write(given, target, options=options)
    return json.loads(target.read_text("utf-8"), parse_float=Decimal), report


@needs_shared
@pytest.mark.shared
def test_the_workbook_and_k3_become_bodies_that_read_back(tmp_path):
    for source in ("kingdee/cloud_gl_voucher.xlsx", "kingdee/k3_gen_b.xls"):
        target = tmp_path / f"{source[-8:-4]}.json"
        done = kamcore.convert(SAMPLES / source, target, to="kingdee-galaxy-json")
        assert done.proof.equal
        back = kamcore.convert(target, target.with_suffix(".xlsx"), to="kingdee-galaxy")
        assert back.proof.equal
        first, last = kamcore.read(SAMPLES / source).books, kamcore.read(target).books
        assert last.totals() == first.totals()


def test_one_body_or_a_list_is_read_and_keys_in_any_case(tmp_path):
    usual = read(tmp_path, [body(entry(), entry(FDEBIT=0, FCREDIT=100))])
    turned = json.dumps(body(entry(), entry(FDEBIT=0, FCREDIT=100)))
    turned = turned.replace("FACCOUNTID", "FAccountID").replace("FDEBIT", "FDebit")
    again = read(tmp_path, turned.replace("FCURRENCYID", "FCurrencyID"))
    assert [p.text() for p in (*usual.problems, *again.problems)] == []
    assert again.books.lines.equals(usual.books.lines)
    assert usual.books.vouchers.select("year", "period", "word", "number").rows() == [
        (2025, 1, "记", 1)
    ]


def test_a_key_spelled_twice_is_no_value(tmp_path):
    reading = read(tmp_path, body(entry(FDebit=7)))
    assert [(p.code, p.place.path) for p in reading.problems] == [
        ("G1704", "Model.FEntity[0].FDEBIT")
    ]
    assert reading.books.lines["debit"].to_list() == [None]


def test_slots_are_named_by_the_caller_or_the_table_or_not_at_all(tmp_path):
    members = {
        "FDETAILID__FFLEX6": {"FNumber": "K1"},
        "fdetailid__ff100005": {"FNumber": "Q1"},
    }
    value = body(entry(FDetailID=members))
    assert read(tmp_path, value).books.dimensions.rows() == [
        ("customer", "客户", "FFLEX6"),
        ("FF100005", "FF100005", "FF100005"),
    ]
    told = read(tmp_path, value, dimensions="销售渠道=FF100005").books
    assert told.lines.select("aux_customer", "aux_销售渠道").rows() == [("K1", "Q1")]


def test_original_amounts_stand_on_the_side_of_the_amount(tmp_path):
    usd = {"FCURRENCYID": {"FNumber": "PRE007"}, "FAMOUNTFOR": 5, "FEXCHANGERATE": 7}
    reading = read(
        tmp_path,
        body(entry(FDEBIT=35, **usd), entry(FDEBIT=0, FCREDIT=35, **usd), entry(FAMOUNTFOR="x")),
    )
    assert reading.books.lines["fx_debit"].to_list()[:2] == [Decimal(5), Decimal(0)]
    assert reading.books.lines["fx_credit"].to_list()[:2] == [Decimal(0), Decimal(5)]
    assert [p.place.path for p in reading.problems] == ["Model.FEntity[2].FAMOUNTFOR"]


def test_what_the_model_has_no_place_for_is_kept(tmp_path):
    reading = read(tmp_path, body(entry(FDC=1), FDocumentStatus="C", FISADJUSTVOUCHER="否"))
    assert sorted(reading.books.extras.rows()) == [
        ("lines", 0, "FDC", "1"),
        ("vouchers", 0, "FAccountBookID", "001"),
        ("vouchers", 0, "FDocumentStatus", "C"),
    ]


@pytest.mark.parametrize(
    ("name", "code"), [("json_deep.json", "G1701"), ("json_truncated.json", None)]
)
@needs_shared
@pytest.mark.shared
def test_broken_files_are_refused(name, code):
    with pytest.raises(SourceError) as caught:
        JSON.read(Source(SAMPLES / "bad" / name), {})
    assert code in (None, caught.value.code)


def test_dimensions_bear_the_full_prefix_and_fdc_is_left_out(tmp_path):
    """4b: a bare slot name is rejected; the values of FDC contradict each other: omit it."""
    given = books(voucher(1, dr("112201", "5", aux={"customer": "K1"}), cr("1001", "5")))
    value, report = written(given, tmp_path / "a.json", **OPTIONS)
    first, second = value[0]["Model"]["FEntity"]
    assert first["FDetailID"] == {"FDETAILID__FFLEX6": {"FNumber": "K1"}}
    assert "FDetailID" not in second
    assert all("FDC" not in line for line in (first, second))
    assert first["FACCOUNTID"] == {"FNumber": "1122.01"}
    assert list(report) == []


def test_a_dimension_without_a_known_slot_is_left_out(tmp_path):
    """4b, 4a: what a six-digit slot means differs from site to site."""
    given = books(voucher(1, dr("1122", "5", aux={"车间": "7"}), cr("1001", "5")))
    value, report = written(given, tmp_path / "a.json", **OPTIONS)
    assert "FDetailID" not in value[0]["Model"]["FEntity"][0]
    assert [(str(loss.kind), str(loss.fact)) for loss in report] == [("dropped", "lines.aux_车间")]
    value, _ = written(given, tmp_path / "b.json", **OPTIONS, dimensions="车间=FF100009")
    members = value[0]["Model"]["FEntity"][0]["FDetailID"]
    assert members == {"FDETAILID__FF100009": {"FNumber": "7"}}


def test_a_body_has_the_head_of_save_and_one_side_a_line(tmp_path):
    """4b: FVOUCHERID 0, basic data as {FNumber}, amounts as numbers."""
    value, _ = written(books(voucher(1, word="收")), tmp_path / "a.json", **OPTIONS)
    model = value[0]["Model"]
    assert model["FVOUCHERID"] == 0
    assert model["FAccountBookID"] == {"FNumber": "001"}
    assert model["FVOUCHERGROUPID"] == {"FNumber": "PRE002"}
    assert (model["FDate"], model["FYEAR"], model["FPERIOD"]) == ("2025-01-15", 2025, 1)
    debit, credit = model["FEntity"]
    assert (debit["FDEBIT"], credit["FCREDIT"]) == (100, 100)
    assert ("FCREDIT" in debit, "FDEBIT" in credit) == (False, False)
    assert debit["FCURRENCYID"] == {"FNumber": "PRE001"}
    assert debit["FEXCHANGERATETYPE"] == {"FNumber": "HLTX01_SYS"}
    spelled = JSON.spelling(books(voucher(1, word="收")), OPTIONS)
    assert spelled.vouchers["word"].to_list() == ["PRE002"]
    assert differences(spelled, JSON.read(Source(tmp_path / "a.json"), {}).books, FACTS) == ()


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_no_sample_of_another_layout(tmp_path):
    for path in SAMPLES.glob("*/*.json"):
        if not path.name.endswith(".expect.json"):
            assert JSON.sniff(head_of(Source(path))).certainty is Certainty.NO, path.name
    written(books(voucher(1)), tmp_path / "a.json")
    head = head_of(Source(tmp_path / "a.json"))
    assert JSON.sniff(head).certainty is Certainty.SURE
    assert FORMAT.sniff(head).certainty is Certainty.NO
