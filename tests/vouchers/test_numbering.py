"""Which rows make a voucher, and the order of its lines."""

import datetime as dt

import polars as pl

from kamcore.vouchers.entries import INDEX
from kamcore.vouchers.numbering import by_head, by_key, label, with_periods
from small_grids import grid

KEY = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number")
HEADS = ("vouchers.date", "vouchers.word", "vouchers.number")
TYPES = {
    "vouchers.date": pl.Date,
    "vouchers.word": pl.String,
    "vouchers.number": pl.Int64,
    "line": pl.Int64,
}


def rows(*values):
    """Rows of day (of January 2025), number and, where given, line; the word is 记."""
    spread = [(*row, *[None] * (3 - len(row))) for row in values]
    frame = pl.DataFrame(
        {
            "vouchers.date": [day and dt.date(2025, 1, day) for day, _, _ in spread],
            "vouchers.word": [number and "记" for _, number, _ in spread],
            "vouchers.number": [number for _, number, _ in spread],
            "line": [line for _, _, line in spread],
        },
        schema=TYPES,
    ).with_row_index(INDEX)
    return frame, grid("摘要", *[["x"]] * len(spread))


def keyed(*values, **more):
    frame, table = rows(*values)
    return by_key(with_periods(frame, ("vouchers.word", "vouchers.number")), table, KEY, **more)


def ids(numbered):
    return numbered.frame.sort(INDEX)["voucher_id"].to_list()


def order(numbered, *columns):
    return numbered.frame.select(columns).rows()


def said(numbered):
    return [(p.code, p.place.row, p.place.voucher) for p in numbered.problems]


def test_rows_of_one_key_are_a_voucher():
    numbered = keyed((1, 1), (1, 1), (2, 2))
    assert order(numbered, "voucher_id", "line_no", "split_no") == [
        (1, 1, 1),
        (1, 2, 1),
        (2, 1, 1),
    ]
    assert numbered.problems == ()


def test_rows_that_stand_apart_are_joined_with_a_warning():
    numbered = keyed((1, 1), (2, 2), (1, 1))
    assert order(numbered, INDEX, "voucher_id", "line_no") == [(0, 1, 1), (2, 1, 2), (1, 2, 1)]
    assert said(numbered) == [("G1501", 4, "2025-01 记-1")]


def test_several_dates_under_one_number_are_several_vouchers_and_an_error():
    numbered = keyed((1, 1), (1, 1), (5, 1), (5, 1))
    assert ids(numbered) == [1, 1, 2, 2]
    assert said(numbered) == [("G1502", 4, "2025-01 记-1")]


def test_an_unread_date_stays_with_its_neighbours():
    assert ids(keyed((1, 1), (None, 1), (2, 2))) == [1, 1, 2]
    assert ids(keyed((None, 1), (1, 1))) == [1, 1]
    several = keyed((1, 1), (None, 1), (5, 1))
    assert ids(several) == [1, 1, 2]


def test_rows_without_a_number_belong_together_only_where_they_stand_together():
    assert ids(keyed((1, None), (1, None), (1, 2), (1, None))) == [1, 1, 2, 3]


def test_sound_line_numbers_give_the_order():
    numbered = keyed((1, 1, 2), (1, 1, 1), (1, 2, 0), (1, 2, 1), line="line")
    assert order(numbered, INDEX, "line_no") == [(1, 1), (0, 2), (2, 1), (3, 2)]
    assert numbered.problems == ()


def test_unsound_line_numbers_are_said_once_and_not_used():
    numbered = keyed(
        (1, 1, 2), (1, 1, 2), (1, 2, 7), (1, 2, 8), (1, 3, 1), (1, 3, None), line="line"
    )
    assert order(numbered, INDEX, "line_no") == [(0, 1), (1, 2), (2, 1), (3, 2), (4, 1), (5, 2)]
    (problem,) = numbered.problems
    assert (problem.code, problem.place.row, problem.facts["count"]) == ("G1504", 2, 3)


def test_a_column_of_no_line_numbers_is_not_missed():
    assert keyed((1, 1), (1, 1), line="line").problems == ()


def test_rows_that_share_a_line_number_are_splits():
    numbered = keyed(
        (1, 1, 1), (1, 1, 1), (1, 1, 3), (1, 1, None), (1, 1, None), line="line", splits=True
    )
    assert order(numbered, "line_no", "split_no") == [(1, 1), (1, 2), (2, 1), (4, 1), (5, 1)]
    assert [code for code, *_ in said(numbered)] == ["G1504"]


def headed(*values, **more):
    frame, table = rows(*values)
    return by_head(frame, table, HEADS, **more)


def test_heads_on_the_first_row_reach_down():
    numbered = headed((1, 1), (None, None), (2, 2), (None, None))
    assert ids(numbered) == [1, 1, 2, 2]
    assert numbered.frame["vouchers.number"].to_list() == [1, 1, 2, 2]
    assert numbered.problems == ()


def test_heads_on_every_row_read_the_same():
    first_only = headed((1, 1), (None, None), (2, 2))
    repeated = headed((1, 1), (1, 1), (2, 2))
    assert repeated.frame.equals(first_only.frame)


def test_a_head_that_lacks_a_cell_takes_none_from_the_voucher_above():
    numbered = headed((1, 1), (2, None), (None, None))
    assert ids(numbered) == [1, 2, 2]
    assert numbered.frame["vouchers.number"].to_list() == [1, None, None]


def test_lines_before_the_first_head_are_an_error_each():
    numbered = headed((None, None), (None, None), (1, 1), (None, None))
    assert ids(numbered) == [1, 1, 2, 2]
    assert [(code, row) for code, row, _ in said(numbered)] == [("G1503", 2), ("G1503", 3)]


def test_lines_without_any_head_are_one_voucher():
    assert ids(headed((None, None), (None, None))) == [1, 1]


def test_no_rows_give_no_vouchers():
    for numbered in (keyed(), headed(), keyed(line="line"), headed(line="line", splits=True)):
        assert numbered.frame.height == 0
        assert numbered.problems == ()
        assert {"voucher_id", "line_no", "split_no"} <= set(numbered.frame.columns)


def test_a_voucher_is_named_by_what_its_row_knows():
    frame, _ = rows((1, 3), (None, None))
    assert label(frame, 0) == "2025-01 记-3"
    assert label(frame, 1) == "-00 -"
