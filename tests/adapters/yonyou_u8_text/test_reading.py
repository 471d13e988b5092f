"""Reading U8 voucher text: the samples, the broken ones, and what single fields mean."""

import datetime as dt
from decimal import Decimal

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.yonyou_u8_text import FORMAT, layout
from kamcore.errors import SourceError, UsageError
from kamcore.format import Certainty, Head, Reading, Source
from kamcore.grid.text import decode_start
from kamcore.model.scheme import CodeScheme

GOOD = ("u8_import.txt", "u8_output.txt", "u8_short_rows.txt", "u8_wide_rows.txt")
TAIL = ",".join(layout.TAIL)
SECOND = f"2025-01-02,收,1,0,收款,1122,0,5.00,0,0,0,甲,,,,,,,,,,{TAIL}"


def read(*lines: str, state: str = "填制凭证,V800", **options: str) -> Reading:
    text = "\r\n".join((state, *lines, ""))
    return FORMAT.read(Source(data=text.encode("gb18030"), name="a.txt"), options)


def line(**fields: str) -> str:
    """A line of 48 fields; ``f5="x"`` sets field 5."""
    start = ["2025-01-02", "收", "1", "0", "收款", "1001", "5.00", "0", "0", "0", "0", "甲"]
    cells = [*start, *[""] * 9, *layout.TAIL]
    for name, value in fields.items():
        cells[int(name[1:]) - 1] = value
    return ",".join(cells)


def said(reading: Reading) -> list[str]:
    return [problem.text() for problem in reading.problems]


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("name", GOOD)
def test_samples_read_as_agreed(name: str) -> None:
    reading = FORMAT.read(Source(SAMPLES / "yonyou" / name), {})
    expect = expectation(f"yonyou/{name}")
    assert compare(reading.books, expect) == []
    assert reading.problems == ()
    assert reading.books.extras.height == 0
    facts = reading.detected.facts
    assert (facts["state"], facts["version"]) == (expect["state"], expect["version"])
    assert int(facts["fields"]) in expect["fields_per_row"]


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("name", GOOD)
def test_samples_are_recognised(name: str) -> None:
    start = Source(SAMPLES / "yonyou" / name).start()
    text, encoding = decode_start(start)
    guess = FORMAT.sniff(Head(name=name, start=start, text=text, encoding=encoding))
    assert guess.certainty is Certainty.SURE
    assert "V800" in guess.reason("zh")


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        ("empty.txt", "G1001", None),
        ("u8_invalid_bytes.txt", "G1101", 2),
        ("u8_mixed_encodings.txt", "G1102", 11),
        ("u8_nul_bytes.txt", "G1103", 7),
        ("u8_no_state_line.txt", "Y1001", 1),
        ("u8_unknown_state.txt", "Y1002", 1),
    ],
)
def test_files_that_are_refused(name: str, code: str, line: int | None) -> None:
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(SAMPLES / "bad" / name), {})
    assert (caught.value.code, caught.value.place.file) == (code, name)
    assert caught.value.place.line == line


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("u8_amount_letter.txt", [("G2003", 13, "金额贷方", "2025-01 记-4", "12O.00")]),
        ("u8_not_contiguous.txt", [("Y1011", 17, None, "2025-01 记-1", "2025-01 记-1")]),
        ("u8_utf16.txt", [("G1104", None, None, None, "UTF-16")]),
        ("u8_both_sides.txt", []),
        ("u8_no_account.txt", []),
        ("u8_unbalanced.txt", []),
    ],
)
def test_files_with_a_fault(name: str, found: list[tuple]) -> None:
    reading = FORMAT.read(Source(SAMPLES / "bad" / name), {})
    places = [
        (
            problem.code,
            problem.place.line,
            problem.place.column,
            problem.place.voucher,
            problem.value,
        )
        for problem in reading.problems
    ]
    assert places == found
    assert reading.books.totals().vouchers == 6
    assert reading.books.totals().lines == 16


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("u8_comma_in_summary.txt", [(11, 49)]),
        ("u8_line_break_in_summary.txt", [(3, 5), (4, 44)]),
    ],
)
def test_lines_cut_wrongly_are_shown_and_not_read(name: str, places: list[tuple]) -> None:
    source = Source(SAMPLES / "bad" / name)
    reading = FORMAT.read(source, {})
    lines = source.content().decode("gbk").split("\r\n")
    assert [problem.code for problem in reading.problems] == ["Y1003"] * len(places)
    for problem, (number, fields) in zip(reading.problems, places, strict=True):
        assert (problem.place.line, problem.facts["fields"]) == (number, fields)
        assert (problem.facts["expected"], problem.value) == (48, lines[number - 1])
    assert reading.books.lines.height == 15


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("name", ["u8_both_sides.txt", "u8_no_account.txt", "u8_unbalanced.txt"])
def test_faults_of_books_can_be_placed(name: str) -> None:
    books = FORMAT.read(Source(SAMPLES / "bad" / name), {}).books
    assert books.origin.place(5, "lines.debit").text() == f"{name}: line 5, column 金额借方"
    assert books.lines["source_row"].to_list() == list(range(2, 18))


def test_figures_of_zero_are_none() -> None:
    row = read(line(), SECOND).books.lines.row(0, named=True)
    assert (row["debit"], row["credit"]) == (Decimal(5), Decimal(0))
    names = ("quantity", "fx_debit", "fx_credit", "rate", "currency", "unit_price", "account")
    assert [row[name] for name in names] == [None] * 6 + ["1001"]


def test_a_foreign_amount_of_zero_beside_a_rate_is_kept() -> None:
    lines = read(
        line(f10="0.00", f11="7.1"), line(f10="3", f11="7.1", f7="0", f8="21.3")
    ).books.lines
    assert lines["fx_debit"].to_list() == [Decimal(0), Decimal(0)]
    assert lines["fx_credit"].to_list() == [Decimal(0), Decimal(3)]
    assert lines["rate"].to_list() == [Decimal("7.1"), Decimal("7.1")]


def test_blank_amounts() -> None:
    lines = read(line(f7="5", f8=""), line(f7="", f8=""), line(f7="", f8="5")).books.lines
    assert lines["debit"].to_list() == [Decimal(5), None, Decimal(0)]
    assert lines["credit"].to_list() == [Decimal(0), None, Decimal(5)]


@pytest.mark.parametrize("text", ["2025-01-02", "2025/1/2", "25-01-02", "2025.1.2"])
def test_dates(text: str) -> None:
    head = read(line(f1=text)).books.vouchers.row(0, named=True)
    assert (head["date"], head["year"], head["period"]) == (dt.date(2025, 1, 2), 2025, 1)


def test_dimensions_have_the_words_of_u8() -> None:
    books = read(line(f16="01", f17="E1", f18="00012", f21="P1"), line(f19=" S1 ")).books
    assert books.dimensions.select("id", "label").rows() == [
        ("department", "部门"),
        ("employee", "个人"),
        ("customer", "客户"),
        ("supplier", "供应商"),
        ("project", "项目"),
    ]
    assert books.lines["aux_customer"].to_list() == ["00012", None]
    assert books.lines["aux_supplier"].to_list() == [None, "S1"]
    assert books.members.select("dimension", "code").rows()[2] == ("customer", "00012")


def test_what_has_no_column_is_kept() -> None:
    wide = f"{line(f22='单据7', f28='5')},,,x,3,,,,,,,,,12.5,,"
    books = read(wide, f"{line()},,,,3,,,,,,,,,,,").books
    assert books.extras.rows() == [
        ("lines", 0, "field_22", "单据7"),
        ("lines", 0, "field_28", "5"),
        ("lines", 0, "field_51", "x"),
    ]
    assert books.lines["unit_price"].to_list() == [Decimal("12.5"), None]
    assert books.lines["period"].to_list() == [3, 3]
    assert books.entity.system_version == "V800/63"


def test_vouchers_are_lines_that_stand_together() -> None:
    reading = read(line(), line(), line(f3="2"), line(f2="付"), line(f1="2025-01-03"), line())
    assert reading.books.lines["voucher_id"].to_list() == [1, 1, 2, 3, 4, 1]
    assert reading.books.lines["line_no"].to_list() == [1, 2, 1, 1, 1, 3]
    assert said(reading) == [
        (
            "a.txt: line 7, 2025-01 收-1: Y1011 voucher 2025-01 收-1: this line belongs to it "
            "but stands apart from its other lines"
        )
    ]


def test_heads_that_differ_between_lines_are_said() -> None:
    reading = read(line(f4="2"), line(f4="3", f12="乙"))
    assert [(p.code, p.place.column, p.value, p.facts["kept"]) for p in reading.problems] == [
        ("Y1012", "附单据数", "3", 2),
        ("Y1012", "制单人", "乙", "甲"),
    ]
    assert reading.books.vouchers["attachments"].to_list() == [2]


def test_numbers_that_are_no_figures_are_kept() -> None:
    reading = read(line(f3="007"), line(f3="A-1"), line(f3="A-1"))
    assert reading.books.vouchers["number"].to_list() == [7, None]
    assert [problem.code for problem in reading.problems] == ["Y1013"]
    assert reading.books.extras.rows() == [
        ("vouchers", 0, "field_3", "007"),
        ("vouchers", 1, "field_3", "A-1"),
    ]


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([line()] * 3 + [line(f5="收,款")], [5]),
        ([line()] * 3 + [line(f5="收,200")], [5]),
        ([line()] * 3 + [line(f5="a,b,c")], [5]),
        ([line()] * 3 + [line(f5="上\n下")], [5, 6]),
        ([line()] * 3 + ["乱"], [5]),
        ([line()] * 3 + [SECOND[:30]], [5]),
        ([line()] * 3 + [line() + "," * 300], [5]),
        ([line()] * 3 + [line() + ",x"], []),
        ([line()] * 3 + [",".join(line().split(",")[:18])], []),
        ([line(), "", line()], []),
    ],
)
def test_lines_cut_wrongly_are_told_from_short_and_long_ones(
    lines: list[str], wrong: list[int]
) -> None:
    reading = read(*lines)
    assert [problem.place.line for problem in reading.problems] == wrong
    assert {problem.code for problem in reading.problems} <= {"Y1003"}


def test_commas_are_found_among_short_lines_too() -> None:
    short = ",".join(line(f9="", f10="", f11="").split(",")[:18])
    longer = short + ",S1"
    reading = read(*[short] * 5, *[longer] * 3, short.replace("收款", "收,300"))
    assert [problem.place.line for problem in reading.problems] == [10]
    assert reading.detected.facts["fields"] == "18"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("state", ["凭证已引入,V8.10", "填制凭证,V800,,,,"])
def test_line_ends_and_state_lines(end: str, state: str) -> None:
    data = end.join([state, line(), SECOND]).encode("gbk")
    reading = FORMAT.read(Source(data=data), {})
    assert reading.problems == ()
    assert reading.books.totals().debit == Decimal(5)


def test_only_a_state_line_is_no_vouchers() -> None:
    reading = read()
    assert (reading.books.totals().lines, reading.problems) == (0, ())


def test_scheme_of_codes() -> None:
    assert read(line(f6="100201")).books.entity.scheme == CodeScheme((4, 2))
    assert read(line(), scheme="4-3-3").books.entity.scheme == CodeScheme((4, 3, 3))
    with pytest.raises(UsageError, match="Y1014"):
        read(line(), scheme="four")


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("填制凭证,V800\r\n", Certainty.SURE),
        ("凭证输出,V8.5,,,\n", Certainty.SURE),
        ("作废凭证,V800\r\n", Certainty.MAYBE),
        (SECOND, Certainty.MAYBE),
        ("日期,凭证字,金额\r\n2025-01-02,收,1\r\n", Certainty.NO),
        ("", Certainty.NO),
    ],
)
def test_sniffing(text: str, certainty: Certainty) -> None:
    guess = FORMAT.sniff(Head(name="a.txt", text=text))
    assert guess.certainty is certainty
    assert guess.zh
    assert guess.en
