"""Reading the GL_VOUCHER workbook: the samples, and its oddities one by one."""

import random

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from galaxy_workbooks import CREDIT, HEAD, KEYS, LINE, workbook
from kamcore.adapters.kingdee_galaxy import FORMAT
from kamcore.books.check import check
from kamcore.errors import KamcoreError, SourceError
from kamcore.format import Certainty, Source
from kamcore.format.comparing import differences
from kamcore.grid.head import head_of


def read(path, **options):
    return FORMAT.read(Source(path), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected():
    sample = "kingdee/cloud_gl_voucher.xlsx"
    reading = read(SAMPLES / sample)
    expect = expectation(sample)
    assert compare(reading.books, expect) == []
    assert codes(reading) == []
    assert [p.text() for p in check(reading.books) if str(p.severity) == "error"] == []
    assert reading.books.entity.name == expect["company"]
    slots = dict(reading.books.dimensions.select("source_code", "label").rows())
    assert slots == expect["dimension_slots"]


@needs_shared
@pytest.mark.shared
def test_a_first_line_without_a_head_refuses_the_file():
    sample = "bad/cloud_first_line_without_header.xlsx"
    place = expectation(sample)["faults"][0]["place"]
    with pytest.raises(SourceError) as caught:
        read(SAMPLES / sample)
    assert caught.value.code == "K6001"
    said = caught.value.place
    assert {name: getattr(said, name) for name in place} == place


def test_keys_are_read_in_any_case_and_any_order(tmp_path):
    usual = read(workbook(tmp_path / "a.xlsx", HEAD, CREDIT))
    turned = {key.upper().replace("#NAME", "#Name"): text for key, text in reversed(KEYS.items())}
    rows = [
        {key.upper().replace("#NAME", "#Name"): value for key, value in row.items()}
        for row in ({**LINE, **HEAD}, {**LINE, **CREDIT})
    ]
    again = read(workbook(tmp_path / "b.xlsx", *rows, keys=turned))
    assert differences(usual.books, again.books, FORMAT.reads) == ()
    assert codes(again) == []


def test_a_dimension_is_named_by_row_2_and_only_then_by_its_slot(tmp_path):
    keys = {**KEYS, "FDetailID#FFLEX6": "*（单据体）成本中心#编码"}
    named = read(workbook(tmp_path / "a.xlsx", {**HEAD, "FDetailID#FFLEX6": "K1"}, keys=keys))
    assert named.books.dimensions.rows() == [("成本中心", "成本中心", "FFLEX6")]
    bare = read(
        workbook(
            tmp_path / "b.xlsx",
            {**HEAD, "FDetailID#FFLEX6": "K1", "FDetailID#FF100005": "Q1"},
            captions=False,
        )
    )
    assert bare.books.dimensions.rows() == [
        ("customer", "客户", "FFLEX6"),
        ("FF100005", "FF100005", "FF100005"),
    ]
    assert codes(bare) == ["K6002", "K6002"]
    assert bare.books.lines.height == 1


def test_repeated_heads_read_as_one_voucher(tmp_path):
    first = read(workbook(tmp_path / "a.xlsx", HEAD, CREDIT)).books
    every = read(workbook(tmp_path / "b.xlsx", HEAD, {**HEAD, **CREDIT})).books
    assert every.vouchers.drop("source_row").equals(first.vouchers.drop("source_row"))
    assert every.lines.equals(first.lines)


def test_two_vouchers_with_one_number_stay_two(tmp_path):
    second = {**HEAD, "FBillHead(GL_VOUCHER)": 10002}
    reading = read(workbook(tmp_path / "a.xlsx", HEAD, CREDIT, second, CREDIT))
    assert reading.books.vouchers["number"].to_list() == [1, 1]
    assert "B2202" in [problem.code for problem in check(reading.books)]


def test_a_name_counts_before_its_code_and_an_option_names_a_bare_code(tmp_path):
    word = {"FVOUCHERGROUPID": "PRE004", "FVOUCHERGROUPID#Name": "银收"}
    money = {"FCURRENCYID": "PRE007", "FCURRENCYID#Name": "港币", "FAMOUNTFOR": 110}
    reading = read(workbook(tmp_path / "a.xlsx", {**HEAD, **word, **money}))
    assert reading.books.vouchers["word"].to_list() == ["银收"]
    assert reading.books.lines["currency"].to_list() == ["HKD"]
    assert {row[2:] for row in reading.books.extras.rows()} >= {
        ("FVOUCHERGROUPID#编码", "PRE004"),
        ("FCURRENCYID#编码", "PRE007"),
    }
    bare = {"FVOUCHERGROUPID": "PRE004", "FVOUCHERGROUPID#Name": ""}
    money = {"FCURRENCYID": "PRE009", "FCURRENCYID#Name": "", "FAMOUNTFOR": 110}
    path = workbook(tmp_path / "b.xlsx", {**HEAD, **bare, **money, "FUnitId": "Pcs"})
    reading = read(path)
    assert reading.books.vouchers["word"].to_list() == ["PRE004"]
    assert codes(reading) == ["G1821"]
    told = read(path, words="银收=PRE004", currencies="HKD=PRE009", units={"件": "Pcs"})
    assert codes(told) == []
    assert told.books.vouchers["word"].to_list() == ["银收"]
    assert told.books.lines.select("currency", "unit").rows() == [("HKD", "件")]


def test_what_has_no_column_in_the_model_is_kept_verbatim(tmp_path):
    keys = {**KEYS, "FCashierRecheck": "(单据头)出纳复核"}
    row = {
        **HEAD,
        "FISADJUSTVOUCHER": "是",
        "FEXPORTENTRYID": "77",
        "FCashierRecheck": "1",
        "FUnitId": "Pcs",
        "FUnitId#Name": "件",
    }
    books = read(workbook(tmp_path / "a.xlsx", row, CREDIT, keys=keys)).books
    assert sorted(books.extras.rows()) == [
        ("lines", 0, "FCashierRecheck", "1"),
        ("lines", 0, "FEXPORTENTRYID", "77"),
        ("lines", 0, "FUnitId#编码", "Pcs"),
        ("vouchers", 0, "FAccountBookID", "001"),
        ("vouchers", 0, "FAccountBookID#Name", "样例账簿"),
        ("vouchers", 0, "FISADJUSTVOUCHER", "是"),
    ]


def test_members_of_two_names_are_told_at_their_column(tmp_path):
    first = {**HEAD, "FDetailID#FFLEX6": "K1", "FDetailID#FFLEX6#Name": "甲"}
    reading = read(
        workbook(tmp_path / "a.xlsx", first, {**CREDIT, **first, "FDetailID#FFLEX6#Name": "乙"})
    )
    problem = reading.problems[0]
    assert (problem.code, problem.place.column) == ("G1512", "FDetailID#FFLEX6#Name")
    assert problem.facts["kind"] == "FDetailID#FFLEX6"


def test_a_missing_column_refuses_the_file(tmp_path):
    keys = {key: text for key, text in KEYS.items() if key != "FAccountID"}
    with pytest.raises(SourceError, match="G1302"):
        read(workbook(tmp_path / "a.xlsx", HEAD, keys=keys))


@pytest.mark.parametrize("seed", range(4))
def test_changed_cells_never_crash_it(tmp_path, seed):
    chance = random.Random(seed)
    odd = ["", "x", "1e400", "=1+1", "2025-02-30", -1, 10**17, True, "２０", "\n", "00"]
    keys = list(KEYS)
    rows = [
        {**extra, **{chance.choice(keys): chance.choice(odd) for _ in range(6)}}
        for extra in (HEAD, CREDIT, {**HEAD, "FVOUCHERGROUPNO": 2}, CREDIT)
    ]
    try:
        reading = read(workbook(tmp_path / "a.xlsx", *rows))
    except KamcoreError as error:
        assert error.place.file
    else:
        assert reading.books.lines.height == 4
        assert isinstance(check(reading.books), tuple | list)


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_samples_only():
    sure = sorted(
        path.name
        for path in SAMPLES.glob("*/*")
        if path.suffix in (".xlsx", ".xls", ".csv", ".xml", ".json", ".txt", ".dbf")
        and not path.name.endswith(".expect.json")
        and FORMAT.sniff(head_of(Source(path))).certainty is Certainty.SURE
    )
    assert sure == ["cloud_first_line_without_header.xlsx", "cloud_gl_voucher.xlsx"]
