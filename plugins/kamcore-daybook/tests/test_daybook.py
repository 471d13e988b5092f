"""The laws, and what is peculiar to the daybook."""

from decimal import Decimal
from pathlib import Path

import pytest

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.testing import FormatLaws
from kamcore_daybook import FORMAT, HEADINGS


class TestDaybook(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"


def read(*lines):
    text = "\n".join(["DAYBOOK 1", "\t".join(HEADINGS), *lines])
    return FORMAT.read(Source(data=text.encode(), name="a.daybook"), {})


def test_a_blank_line_ends_a_voucher():
    row = "2025-01-31\t记\t1\t销售\t1122\t\t1\t"
    books = read(row, row, "", "", row).books
    assert books.lines["voucher_id"].to_list() == [1, 1, 2]


def test_an_amount_that_cannot_be_read_is_blank_and_said():
    reading = read("2025-01-31\t记\t1\t销售\t1122\t\t5OO\t")
    assert reading.books.lines["debit"].to_list() == [None]
    (problem,) = reading.problems
    assert (problem.place.line, problem.place.column, problem.value) == (3, "借方", "5OO")


def test_the_unused_side_is_zero():
    lines = read("2025-01-31\t记\t1\t销售\t1122\t\t\t-5.5").books.lines
    assert lines["debit"].to_list() == [Decimal(0)]
    assert lines["credit"].to_list() == [Decimal("-5.5")]


def test_a_line_with_too_few_fields_is_a_problem():
    (problem,) = read("2025-01-31\t记\t1\t销售\t1122\t00012\t1").problems
    assert problem.text("zh") == "a.daybook: 第 3 行: DB0002 这一行有 7 个字段, 应为 8 个"


@pytest.mark.parametrize("text", ["", "DAYBOOK 2\n", "DAYBOOK 1\n日期\t金额\n"])
def test_without_mark_and_headings_it_is_no_daybook(text):
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(data=text.encode(), name="a.daybook"), {})
    assert caught.value.code == "DB0001"
