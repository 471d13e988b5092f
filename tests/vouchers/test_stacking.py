"""Rows of several sheets as one grid."""

import attrs
import polars as pl

from kamcore.vouchers.stacking import stack
from small_grids import grid


def of_sheet(name, made):
    return attrs.evolve(made, origin=attrs.evolve(made.origin, sheet=name))


def test_one_sheet_stays_as_it_is():
    one = grid("科目 借方", ["1001", "5"])
    assert stack([one]) is one


def test_rows_keep_their_sheets_and_faulty_cells():
    first = of_sheet("甲", grid("科目 借方", ["1001", "5"], ["1002", "6"]))
    second = of_sheet("乙", grid("科目 贷方", ["1403", None], faulty={"贷方": {0: "#REF!"}}))
    both = stack([first, second])
    assert both.frame.columns == ["科目", "借方", "贷方"]
    assert both.frame["科目"].to_list() == ["1001", "1002", "1403"]
    assert (both.place(2, "贷方").sheet, both.place(2, "贷方").row) == ("乙", 2)
    assert both.faulty == {"贷方": {2: "#REF!"}}
    last = both.filter(pl.Series([False, True, True]))
    assert [last.place(index).sheet for index in range(2)] == ["甲", "乙"]
    assert last.faulty == {"贷方": {1: "#REF!"}}


def test_number_cells_stay_number_cells():
    first = attrs.evolve(grid("借方", ["5"], ["6"]), numbers={"借方": True})
    second = grid("借方", ["7"])
    assert stack([first, second]).number_cells("借方").to_list() == [True, True, False]
