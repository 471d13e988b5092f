"""Reading a dump of GL_accvouch: the sample, and what single columns mean."""

import random
from decimal import Decimal

import pytest

from accvouch_tables import CREDIT, dump
from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.yonyou_u8_table import FORMAT
from kamcore.adapters.yonyou_u8_table.columns import COLUMNS
from kamcore.books.check import check
from kamcore.errors import SourceError
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of

SAMPLE = "yonyou/gl_accvouch.csv"
OPENING = {"iperiod": "0", "csign": "", "ino_id": "", "dbill_date": "2024-12-31 00:00:00"}


def read(*lines, encoding="utf-8-sig", options=None, **more):
    data = dump(*lines, **more).encode(encoding)
    return FORMAT.read(Source(data=data, name="a.csv"), options or {})


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_agreed():
    reading = FORMAT.read(Source(SAMPLES / SAMPLE), {})
    expect = expectation(SAMPLE)
    assert compare(reading.books, expect) == []
    assert reading.problems == ()
    opened = sum(int(count) for count in reading.detected.facts.values())
    assert opened == expect["rows_to_skip"]
    assert [p.text() for p in check(reading.books) if str(p.severity) == "error"] == []
    # Opposite accounts and ranks of words all follow from the vouchers.
    kept = reading.books.extras.filter(table="lines")["field"].unique().to_list()
    assert kept == ["coutno_id"]


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_sample_only():
    for sample in sorted(SAMPLES.glob("*/*")):
        if sample.name.endswith(".expect.json") or not sample.is_file():
            continue
        guess = FORMAT.sniff(head_of(Source(sample)))
        assert (guess.certainty is Certainty.SURE) == (sample.name == "gl_accvouch.csv"), sample


def test_there_are_80_columns():
    assert len(COLUMNS) == 80


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk"])
def test_encodings_and_columns_by_name(encoding):
    usual = read({}, CREDIT, encoding=encoding)
    turned = read({}, CREDIT, encoding=encoding, names=[*COLUMNS][::-1])
    assert codes(usual) == codes(turned) == []
    assert usual.books == turned.books
    assert usual.books.lines["summary"].to_list() == ["收款", "收款"]


def test_columns_are_found_in_any_case_and_needed_ones_are_required():
    data = dump({}, CREDIT).replace("ccode,", "CCODE,", 1).encode()
    assert FORMAT.read(Source(data=data), {}).books.lines.height == 2
    with pytest.raises(SourceError) as caught:
        read({}, names=[name for name in COLUMNS if name != "ccode"])
    assert (caught.value.code, caught.value.problem.value) == ("G1302", "ccode")


def test_opening_items_are_open_items_and_no_vouchers():
    reading = read(
        OPENING | {"ccode": "112201", "ccus_id": "01", "cdept_id": "03", "md": "11.3000"},
        OPENING | {"ccode": "2202", "csup_id": "S1", "md": "0.0000", "mc": "9.0400", "cn_id": "P"},
        OPENING | {"ccode": "2203", "ccus_id": "01", "md": "0.0000", "mc": "3.0000"},
        OPENING | {"ccode": "1221", "cperson_id": "E1", "csettle": "3"},
        {},
        CREDIT,
    )
    items = reading.books.open_items
    assert items.select("id", "party_role", "party", "account").rows() == [
        ("0-1", "customer", "01", "112201"),
        ("0-2", "supplier", "S1", "2202"),
        ("0-3", "customer", "01", "2203"),
        ("0-4", "employee", "E1", "1221"),
    ]
    amounts = [Decimal("11.3"), Decimal("9.04"), Decimal(-3), Decimal(5)]
    assert items["amount"].to_list() == amounts
    assert items["aux_department"].to_list() == ["03", None, None, None]
    assert items["document"][1] == "P"
    assert items["source_row"].to_list() == [2, 3, 4, 5]
    books = reading.books
    assert books.totals().lines == 2
    assert {"112201", "2202", "2203", "1221"} <= set(books.accounts["code"])
    assert ("supplier", "S1") in books.members.select("dimension", "code").rows()
    assert ("open_items", 3, "csettle", "3") in books.extras.rows()
    assert codes(reading) == []


def test_opening_items_without_party_or_amount_are_said():
    reading = read(OPENING, OPENING | {"ccus_id": "1", "md": "x", "mc": ""}, {}, CREDIT)
    assert [(p.code, p.place.line) for p in reading.problems] == [
        ("Y3011", 2),
        ("G2003", 3),
        ("Y3013", 3),
    ]
    assert reading.books.open_items.height == 0


@pytest.mark.parametrize("period", ["20", "21"])
def test_bank_reconciliation_is_kept_at_its_account(period):
    bank = OPENING | {"iperiod": period, "ccode": "100201", "md": "7.0000"}
    books = read({}, CREDIT, bank).books
    assert (books.lines.height, books.open_items.height, books.balances.height) == (2, 0, 0)
    [(table, row, field, value)] = books.extras.rows()
    assert (table, field) == ("accounts", f"GL_accvouch.{period}.4")
    assert books.accounts["code"][row] == "100201"
    assert '"md": "7.0000"' in value
    assert codes(read({}, CREDIT, bank | {"ccode": ""})) == ["Y3012"]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"iflag": "1", "ibook": "1"}, "void"),
        ({"ibook": "1"}, "posted"),
        ({"ibook": "-1"}, "posted"),
        ({"ibook": "True"}, "posted"),
        ({"ccheck": "乙"}, "reviewed"),
        ({}, "draft"),
    ],
)
def test_states(cells, status):
    reading = read(cells, CREDIT | cells)
    assert reading.books.vouchers["status"].to_list() == [status]
    assert codes(reading) == []


def test_vouchers_marked_as_faulty_are_said_and_kept():
    reading = read({"iflag": "2"}, CREDIT | {"iflag": "2"})
    assert [(p.code, p.facts["count"], p.place.line) for p in reading.problems] == [
        ("Y3001", 2, 2)
    ]
    assert reading.books.extras.rows() == [("vouchers", 0, "iflag", "2")]


@pytest.mark.parametrize("year", [{"iyear": "2024"}, {"iYPeriod": "202401"}])
def test_newer_versions_state_the_year(year):
    heads = read(year, CREDIT | year).books.vouchers
    assert heads.select("year", "period").rows() == [(2024, 1)]


def test_money_quantities_and_currency():
    usd = {"cexch_name": "美元", "nfrat": "7.1"}
    reading = read(
        usd | {"md": "71.0000", "md_f": "10.0000", "nd_s": "2"},
        CREDIT | usd | {"mc": "71.0000", "nc_s": "-5.5"},
        CREDIT | {"inid": "3", "nc_s": "1", "nd_s": "2"},
    )
    lines = reading.books.lines
    assert lines["currency"].to_list() == ["USD", "USD", "CNY"]
    assert lines["fx_debit"].to_list() == [Decimal(10), Decimal(0), None]
    assert lines["rate"].to_list() == [Decimal("7.1"), Decimal("7.1"), Decimal(1)]
    assert lines["quantity"].to_list() == [Decimal(2), Decimal("-5.5"), Decimal(1)]
    assert codes(reading) == ["Y3002"]


def test_opposite_accounts_are_kept_only_where_they_do_not_follow():
    lines = ({"ccode_equal": "112201"}, CREDIT | {"ccode_equal": "1002"})
    assert read(*lines).books.extras.rows() == [("lines", 1, "ccode_equal", "1002")]


def test_ranks_classes_and_custom_fields():
    reading = read(
        {"isignseq": "3", "citem_id": "P1", "citem_class": "00", "cDefine3": "甲"},
        CREDIT | {"isignseq": "3", "citem_id": "P2", "citem_class": "00", "bvouchedit": "0"},
        {"inid": "3", "isignseq": "3", "citem_id": "P3", "citem_class": "97", "md": "0"},
    )
    books = reading.books
    assert books.dimensions.rows() == [("project", "项目", "00")]
    assert sorted(books.extras.rows()) == [
        ("lines", 0, "cDefine3", "甲"),
        ("lines", 1, "bvouchedit", "0"),
        ("lines", 2, "citem_class", "97"),
        ("vouchers", 0, "isignseq", "3"),
    ]


def test_null_of_a_dump_is_blank_but_not_in_a_summary():
    null = {"cperson_id": "NULL", "cdigest": "NULL", "ccheck": "NULL", "cDefine1": "NULL"}
    books = read(null, CREDIT).books
    assert (books.dimension_ids, books.extras.height) == ((), 0)
    assert books.lines["summary"][0] == "NULL"
    assert books.vouchers["reviewer"].to_list() == [None]


def test_problems_name_line_and_column():
    [problem] = read({}, CREDIT | {"mc": "12O.00"}).problems
    assert (problem.code, problem.place.line, problem.place.column) == ("G2003", 3, "mc")


def test_changed_bytes_never_crash():
    good = dump({}, CREDIT, OPENING | {"ccus_id": "1"}).encode("gbk")
    chance = random.Random(5)
    for _ in range(15):
        data = bytearray(good)
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            FORMAT.read(Source(data=bytes(data), name="a.csv"), {})
        except SourceError as error:
            assert error.place.file == "a.csv"
