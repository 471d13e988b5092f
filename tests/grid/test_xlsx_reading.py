"""Zipped workbooks: every cell comes out as what it is, and nothing goes missing."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.raw_xlsx import CLOCK, DATE, MOMENT, NUMBER, SPAN, load, number, source, text
from kamcore.errors import SourceError
from kamcore.grid.sheet import FaultyCell
from kamcore.grid.workbook import open_workbook

CELLS = [
    (number("A1", "1234.5"), "1234.5", True),
    (number("A1", "100"), "100", True),
    (number("A1", "0.30000000000000004"), "0.30000000000000004", True),
    (number("A1", "1E+20"), "100000000000000000000", True),
    (number("A1", "1E-7"), "0.0000001", True),
    (number("A1", "6601.30", NUMBER), "6601.3", True),
    (number("A1", "-0"), "0", True),
    (text("A1", "12.5"), "12.5", False),
    (text("A1", "1e3"), "1e3", False),
    (text("A1", "6601.30"), "6601.30", False),
    (text("A1", " a b "), " a b ", False),
    (text("A1", "   "), None, False),
    (text("A1", "\u3000"), None, False),
    ('<c r="A1" t="s"><v>0</v></c>', "rich", False),
    ('<c r="A1" t="s"><v>1</v></c>', "a\r\nb", False),
    ('<c r="A1" t="s"><v>2</v></c>', "漢字", False),
    ('<c r="A1" t="s"><v>3</v></c>', None, False),
    ('<c r="A1" t="str"><f>B1</f><v>q&lt;w</v></c>', "q<w", False),
    ('<c r="A1" t="b"><v>1</v></c>', "TRUE", False),
    (number("A1", "45659", DATE), "2025-01-02", False),
    (number("A1", "45659.5", MOMENT), "2025-01-02 12:00:00", False),
    (number("A1", "0.5", CLOCK), "12:00:00", False),
    (number("A1", "1.5", SPAN), "36:00:00", False),
    ('<c r="A1" t="d"><v>2025-01-02</v></c>', "2025-01-02", False),
]
SHARED = (
    "<r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r>",
    "<t>a_x000D_\nb</t>",
    '<t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh>',
    "<t></t>",
)


def beside(cell, ref):
    return cell.replace('"A1"', f'"{ref}"')


@pytest.mark.parametrize(("cell", "wanted", "is_number"), CELLS)
def test_a_cell_alone_in_its_column(cell, wanted, is_number):
    sheet = load({1: [cell, text("B1", "x")]}, SHARED)
    assert sheet.frame.row(0) == (wanted, "x")
    assert sheet.numbers == ({"0": True} if is_number else {})


@pytest.mark.parametrize(("cell", "wanted", "is_number"), CELLS)
@pytest.mark.parametrize(
    "other", [number("A2", "7.25"), text("A2", "科目"), number("A2", 3, DATE)]
)
def test_a_cell_below_one_of_another_type(cell, wanted, is_number, other):
    rows = {1: [cell, text("B1", "x")], 2: [other, text("B2", "y")]}
    sheet = load(rows, SHARED)
    assert sheet.frame["0"][0] == wanted
    marks = sheet.numbers.get("0", False)
    found = marks[0] if isinstance(marks, pl.Series) else bool(marks) and wanted is not None
    assert found == is_number


@pytest.mark.parametrize(("cell", "wanted", "_number"), CELLS)
def test_a_peek_gives_the_same_text(cell, wanted, _number):
    peeked = open_workbook(source({1: [cell, text("B1", "x")]}, SHARED)).peek("S")
    first = peeked[0][0]
    assert (first if first.strip() else None) == wanted


def test_surprises_after_a_thousand_rows_are_kept():
    rows = {
        row: [number(f"A{row}", f"{row}.25"), text(f"B{row}", "1002")] for row in range(1, 1201)
    }
    rows[1201] = [text("A1201", "1,234.50"), number("B1201", "6601.3")]
    rows[1202] = [text("A1202", "1122.01A"), text("B1202", "6601.30")]
    rows[1203] = [text("A1203", "88.10"), number("B1203", "45659", DATE)]
    rows[1204] = ['<c r="A1204" t="e"><v>#REF!</v></c>', text("B1204", "nan")]
    rows[1205] = [number("A1205", "45659", DATE), '<c r="B1205" t="b"><v>0</v></c>']
    rows[1206] = ['<c r="A1206"><f>ROUND(3.14,2)</f></c>', text("B1206", "end")]
    sheet = load(rows)
    assert sheet.frame.height == 1206
    assert sheet.frame["0"][:1200].to_list() == [f"{row}.25" for row in range(1, 1201)]
    assert sheet.frame["1"][:1200].unique().to_list() == ["1002"]
    assert sheet.frame.slice(1200).rows() == [
        ("1,234.50", "6601.3"),
        ("1122.01A", "6601.30"),
        ("88.10", "2025-01-02"),
        (None, "nan"),
        ("2025-01-02", "FALSE"),
        (None, "end"),
    ]
    assert sheet.numbers["0"].sum() == 1200
    assert sheet.numbers["1"].arg_true().to_list() == [1200]
    assert sheet.faulty == (
        FaultyCell(1204, 0, "#REF!"),
        FaultyCell(1206, 0, "=ROUND(3.14,2)"),
    )


def test_cells_keep_their_places_below_empty_rows_and_beside_empty_columns():
    sheet = load({3: [text("C3", "h")], 6: [number("C6", 5), text("E6", "z")]})
    assert (sheet.first_row, sheet.frame.shape) == (1, (6, 5))
    assert sheet.frame["2"].to_list() == [None, None, "h", None, None, "5"]
    assert sheet.frame["4"][5] == "z"
    skipped = load({3: [text("C3", "h")], 6: [number("C6", 5), text("E6", "z")]}, skip=3)
    assert (skipped.first_row, skipped.frame.shape) == (4, (3, 5))
    assert skipped.numbers == {"2": True}


def test_skipping_everything_leaves_an_empty_sheet():
    assert load({1: [text("A1", "h")]}, skip=1).frame.height == 0
    assert load({1: [text("A1", "h")]}, skip=9).frame.height == 0


def test_faulty_cells_beyond_the_values_widen_the_sheet():
    sheet = load({1: [number("A1", 1)], 3: ['<c r="C3"><f>SUM(A1)</f><v></v></c>']})
    assert sheet.frame.shape == (3, 3)
    assert sheet.faulty == (FaultyCell(3, 2, "=SUM(A1)"),)


def test_a_formula_whose_result_is_an_empty_text_is_blank_and_not_faulty():
    sheet = load({1: ['<c r="A1" t="str"><f>IF(1,"")</f><v></v></c>', text("B1", "x")]})
    assert sheet.faulty == ()
    assert sheet.frame.row(0) == (None, "x")


@pytest.mark.parametrize("value", ["-1234.56", "12345678.9"])
def test_a_number_that_no_date_can_show_is_named(value):
    sheet = load({1: [number("A1", value, DATE), text("B1", "x")]})
    assert sheet.frame["0"][0] is None
    assert sheet.faulty == (FaultyCell(1, 0, "########"),)


def test_days_of_the_1904_calendar():
    rows = {1: [number("A1", "44197", DATE)]}
    assert load(rows, is_1904=True).frame["0"][0] == "2025-01-02"
    assert open_workbook(source(rows, is_1904=True)).peek("S") == (("2025-01-02",),)


def test_errors_without_a_reference_find_their_place():
    rows = {1: [text("A1", "x")], 2: ["<c><v>1</v></c>", '<c t="e"><v>#N/A</v></c>']}
    assert load(rows).faulty == (FaultyCell(2, 1, "#N/A"),)


def test_names_with_a_prefix_are_understood():
    plain = source({1: [number("A1", 1), '<c r="B1" t="e"><v>#N/A</v></c>']})
    from grid.raw_xlsx import MAIN, XML, parts, zipped

    body = (
        f'{XML}<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v>'
        '</x:c><x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    from kamcore.format import Source

    prefixed = Source(data=zipped(parts({}, sheet=body)), name="a.xlsx")
    first, second = (open_workbook(s).load("S") for s in (plain, prefixed))
    assert first.frame.equals(second.frame)
    assert first.faulty == second.faulty == (FaultyCell(1, 1, "#N/A"),)


def test_a_sheet_spread_over_the_whole_grid_is_refused():
    with pytest.raises(SourceError) as caught:
        load({1: [number("A1", 1)], 1_048_576: [number("XFD1048576", 2)]})
    assert caught.value.code == "G1009"


def test_a_wide_cell_hidden_far_down_is_seen():
    rows = {row: [text(f"A{row}", "x" * 3000)] for row in range(1, 1001)}
    rows[1001] = [text("A1001", "x"), number("XFD1001", 2)]
    rows[900_000] = [number("A900000", 1)]
    with pytest.raises(SourceError) as caught:
        load(rows)
    assert caught.value.code == "G1009"


def test_cdata_is_refused_because_it_would_be_lost():
    with pytest.raises(SourceError) as caught:
        load({1: ['<c r="A1" t="str"><v><![CDATA[q]]></v></c>']})
    assert caught.value.code == "G1003"


def test_an_unknown_sheet_is_named_with_those_there_are():
    with pytest.raises(SourceError) as caught:
        open_workbook(source({1: [number("A1", 1)]})).load("T")
    assert caught.value.code == "G1010"
    assert "S" in caught.value.problem.hint()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_the_text_of_a_number_names_the_same_number(values):
    rows = {i: [number(f"A{i}", repr(value))] for i, value in enumerate(values, start=1)}
    found = load(rows).frame["0"].to_list()
    assert [float(item) for item in found] == [value + 0.0 for value in values]
    assert not any("e" in item for item in found)
