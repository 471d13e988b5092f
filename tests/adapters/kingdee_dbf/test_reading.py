"""Reading the standard voucher table: the samples, the broken ones, and its oddities."""

import random
from decimal import Decimal

import pytest

from dbf_tables import vouchers
from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.kingdee_dbf import FORMAT
from kamcore.adapters.kingdee_dbf.columns import GENERATIONS, columns_of
from kamcore.books.check import check
from kamcore.errors import SourceError, UsageError
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of

CREDIT = {"FENTRYID": "1.00000", "FDC": "0", "FDEBIT": "0.00000", "FCREDIT": "5.00000"}
ITEM = {"FCLSNAME1": "客户", "FOBJID1": "0001", "FOBJNAME1": "样例社"}


def read(*lines, options=None, **more):
    return FORMAT.read(Source(data=vouchers(*lines, **more), name="a.dbf"), options or {})


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(("generation", "coding"), [("1", "D/C"), ("3", "1/0")])
def test_samples_read_as_agreed(generation, coding):
    name = f"kingdee/voucher_gen{generation}.dbf"
    reading = FORMAT.read(Source(SAMPLES / name), {})
    assert compare(reading.books, expectation(name)) == []
    assert reading.problems == ()
    assert reading.detected.encoding == "gb18030"
    assert reading.detected.facts == {"generation": generation, "direction": coding}
    assert [p.text() for p in check(reading.books) if str(p.severity) == "error"] == []


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_samples_only():
    for sample in sorted(SAMPLES.glob("*/*")):
        if sample.name.endswith(".expect.json") or not sample.is_file():
            continue
        sure = FORMAT.sniff(head_of(Source(sample))).certainty is Certainty.SURE
        assert sure == (sample.suffix == ".dbf" and sample.name != "dbf_cut_header.dbf"), sample


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("dbf_code_without_category", "G1811"),
        ("dbf_direction_conflict", "K5011"),
        ("dbf_half_character", "G1602"),
        ("dbf_item_gap", "K5013"),
    ],
)
def test_files_with_a_fault(name, code):
    asked = expectation(f"bad/{name}.dbf")
    reading = FORMAT.read(Source(SAMPLES / f"bad/{name}.dbf"), {})
    [fault], [problem] = asked["faults"], reading.problems
    place = fault["place"]
    assert problem.code == code
    assert str(problem.severity) == fault["severity"]
    assert (problem.place.row, problem.place.column) == (place["record"], place["column"])
    assert reading.books.totals().vouchers == 6


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code"),
    [("more_declared", "G1601"), ("fewer_declared", "G1601"), ("cut_header", "G1002")],
)
def test_files_that_are_refused(name, code):
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(SAMPLES / f"bad/dbf_{name}.dbf"), {})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("generation", "count"), [*zip(GENERATIONS, (40, 52, 56, 78), strict=True)]
)
def test_generations_are_told_by_their_fields(generation, count):
    assert len(columns_of(generation)) == count
    reading = read({}, CREDIT, generation=generation)
    assert reading.detected.facts["generation"] == generation
    assert codes(reading) == []
    guess = FORMAT.sniff(head_of(Source(data=vouchers({}, generation=generation), name="x.dbf")))
    assert guess.certainty is Certainty.SURE
    assert generation in guess.zh
    assert generation in guess.en


def test_item_9_of_generation_4_stands_in_reverse_and_is_read_by_name():
    keys = [column.key for column in columns_of("4")]
    at = keys.index("FOBJNAME9")
    assert keys[at : at + 3] == ["FOBJNAME9", "FOBJID9", "FCLSNAME9"]
    items = {
        f"{k}{n}": f"{v}{n}"
        for n in range(1, 10)
        for k, v in (("FCLSNAME", "类"), ("FOBJID", "码"), ("FOBJNAME", "名"))
    }
    books = read(items, CREDIT, generation="4").books
    assert books.lines["aux_类9"][0] == "码9"
    assert books.members.filter(dimension="类9").row(0)[:3] == ("类9", "码9", "名9")


@pytest.mark.parametrize(
    ("flags", "coding", "conflicts"),
    [
        (("1", "0"), "1/0", 0),
        (("0", "1"), "0/1", 0),
        (("D", "C"), "D/C", 0),
        (("C", "C"), "D/C", 1),
        (("1", ""), "1/0", 0),
    ],
)
def test_direction_flags_only_cross_check_the_amounts(flags, coding, conflicts):
    reading = read({"FDC": flags[0]}, CREDIT | {"FDC": flags[1]})
    assert reading.detected.facts["direction"] == coding
    assert codes(reading) == ["K5011"] * conflicts
    assert reading.books.lines["debit"].to_list() == [Decimal(5), Decimal(0)]


def test_an_unknown_flag_is_said_once():
    reading = read({"FDC": "x"}, CREDIT | {"FDC": "X"})
    assert [(p.code, p.facts["count"]) for p in reading.problems] == [("K5012", 2)]


def test_quotes_blank_and_star_stand_for_nothing():
    reading = read(
        {"FEXP": "<BLANK>", "FSETTLCODE": "*", "FTRANSID": "''", "FOBJID1": "''"}, CREDIT
    )
    line = reading.books.lines.row(0, named=True)
    names = ("summary", "settlement_method", "business_number", "quantity")
    assert [line[name] for name in names] == [None] * 4
    assert codes(reading) == []


def test_number_and_period_of_0_are_told_apart_by_line_numbers():
    zero = {"FNUM": "0.00000", "FPERIOD": "0.00000"}
    reading = read(zero, CREDIT | zero, zero, CREDIT | zero)
    heads = reading.books.vouchers
    assert heads["number"].to_list() == [None, None]
    assert heads["period"].to_list() == [1, 1]
    assert reading.books.lines["voucher_id"].to_list() == [1, 1, 2, 2]


def test_the_serial_tells_vouchers_that_share_a_number_and_nothing_else():
    one, two = {"FSERIALNO": "7.00000"}, {"FSERIALNO": "8.00000"}
    apart = read(one, CREDIT | one, two, CREDIT | two)
    assert apart.books.lines["voucher_id"].to_list() == [1, 1, 2, 2]
    by_record = read(one, CREDIT | two)
    assert by_record.books.vouchers.height == 1
    assert codes(by_record) == ["G1511"]


def test_the_period_of_the_field_counts_and_the_year_of_the_date():
    books = read({"FPERIOD": "12.00000"}, CREDIT | {"FPERIOD": "12.00000"}).books
    assert books.vouchers.select("year", "period").row(0) == (2025, 12)


def test_states():
    flags = [{"FDELETED": "T"}, {"FPOSTED": "T"}, {"FCHECKER": "乙"}, {}]
    lines = [flag | {"FNUM": f"{n}.00000"} for n, flag in enumerate(flags, start=1)]
    heads = read(*lines).books.vouchers
    assert heads["status"].to_list() == ["void", "posted", "reviewed", "draft"]


def test_foreign_money_stands_in_one_field():
    usd = {"FCYID": "USD", "FEXCHRATE": "7.10000", "FFCYAMT": "10.00000"}
    lines = read(usd | {"FDEBIT": "71.00000"}, CREDIT | usd | {"FCREDIT": "71.00000"}).books.lines
    assert lines["fx_debit"].to_list() == [Decimal(10), Decimal(0)]
    assert lines["fx_credit"].to_list() == [Decimal(0), Decimal(10)]
    assert read({}).books.lines["fx_debit"].to_list() == [None]


def test_absent_and_strange_fields():
    reading = read({"FBRANCH": "北区"}, without=("FPAY",), more=[("FBRANCH", "C", 8, 0)])
    assert [(p.code, p.value) for p in reading.problems] == [
        ("K5002", "FPAY"),
        ("K5003", "FBRANCH"),
    ]
    assert reading.books.extras.rows() == [("lines", 0, "FBRANCH", "北区")]
    with pytest.raises(SourceError) as caught:
        read({}, without=("FACCTID", "FDEBIT"))
    assert [p.value for p in (caught.value.problem, *caught.value.problems)] == [
        "FACCTID",
        "FDEBIT",
    ]


def test_verbatim_fields_are_kept():
    reading = read({"FPAY": "付款样丁", "FCASHFLOW": "1.00000"}, CREDIT | {"FCASHFLOW": "0.0"})
    assert reading.books.extras.rows() == [
        ("lines", 0, "FPAY", "付款样丁"),
        ("lines", 0, "FCASHFLOW", "1.00000"),
    ]


def test_an_empty_table_and_a_wrong_encoding():
    assert codes(read()) == ["K5001"]
    with pytest.raises(UsageError, match="K5004"):
        read({}, options={"encoding": "klingon"})


def test_problems_name_record_and_field():
    reading = read({}, CREDIT | {"FCREDIT": "12O.00"})
    [problem] = reading.problems
    assert (problem.code, problem.place.row, problem.place.column) == ("G2003", 2, "FCREDIT")
    unbalanced = check(read({}, CREDIT | {"FCREDIT": "4.00000"}).books)
    assert any(found.place.row for found in unbalanced)


def test_changed_bytes_never_crash():
    good = vouchers(ITEM, CREDIT | ITEM, generation="1")
    chance = random.Random(11)
    for _ in range(12):
        data = bytearray(good)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            FORMAT.read(Source(data=bytes(data), name="a.dbf"), {})
        except SourceError as error:
            assert error.place.file == "a.dbf"
