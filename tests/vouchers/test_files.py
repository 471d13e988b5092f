"""Rows of several files as one list."""

import attrs
import polars as pl

from kamcore.vouchers.entries import Field, Kind, read_entries
from kamcore.vouchers.files import join_grids
from small_grids import grid


def named(table, file, **more):
    return attrs.evolve(table, origin=attrs.evolve(table.origin, file=file), **more)


def test_every_row_keeps_its_file_and_its_row():
    first = named(grid("a b", ["1", "2"], ["3", "4"]), "1.xlsx")
    second = named(
        grid("b c", ["5", "6"], captions={"b": "乙"}, faulty={"c": {0: "#REF!"}}), "2.xlsx"
    )
    joined = join_grids([first, second], "folder")
    assert joined.frame.rows() == [("1", "2", None), ("3", "4", None), (None, "5", "6")]
    places = [
        (place.file, place.row, place.column) for place in map(joined.place, range(3), "abb")
    ]
    assert places == [("1.xlsx", 2, "a"), ("1.xlsx", 3, "乙"), ("2.xlsx", 2, "乙")]
    assert joined.faulty == {"c": {2: "#REF!"}}
    assert joined.origin.place(None).file == "folder"
    entries = read_entries(joined, [Field("b", "lines.debit", Kind.AMOUNT), Field("c")])
    assert [(p.place.file, p.place.row) for p in entries.problems] == [("2.xlsx", 2)]


def test_number_cells_are_kept_apart_from_texts():
    numbers = {"a": True, "b": pl.Series([True])}
    first = named(grid("a b", ["1", "2"]), "1.xlsx", numbers=numbers)
    second = named(grid("b", ["5"]), "2.xlsx")
    joined = join_grids([first, second], "folder")
    assert joined.numbers["a"] is True
    assert joined.numbers["b"].to_list() == [True, False]


def test_a_file_without_rows_and_a_file_alone():
    first, empty = grid("a", ["1"]), grid("a")
    assert join_grids([first], "folder") is first
    joined = join_grids([empty, first, empty], "folder")
    assert joined.place(0).row == 2
