"""What only ``.xls`` has: an optional library and small sheets."""

import importlib
import sys
from decimal import Decimal

import polars as pl
import pytest
import xlrd

from kamcore.errors import LossRefused, UsageError
from kamcore.grid.cells import SheetOut
from kamcore.grid.xls_writing import write_xls


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlwt", None)
    with pytest.raises(UsageError) as caught:
        write_xls([SheetOut("a", pl.DataFrame({"a": [1]}))], tmp_path / "a.xls")
    assert caught.value.code == "G3011"
    assert "pip install 'kamcore[xls]'" in caught.value.problem.hint("en")
    assert not (tmp_path / "a.xls").exists()


def test_a_sheet_holds_65536_rows(tmp_path):
    frame = pl.DataFrame({"n": range(65_535)})
    write_xls([SheetOut("a", frame)], tmp_path / "a.xls")
    with xlrd.open_workbook(tmp_path / "a.xls") as book:
        assert book.sheet_by_index(0).col_values(0)[1:] == frame["n"].to_list()
    with pytest.raises(LossRefused) as caught:
        write_xls([SheetOut("a", pl.DataFrame({"n": range(65_536)}))], tmp_path / "b.xls")
    assert (caught.value.code, caught.value.problem.facts) == ("G3003", {"limit": 65_536})


def test_cells_are_text_number_or_boolean(tmp_path):
    frame = pl.DataFrame({"t": ["=1"], "n": [Decimal("0.07")], "b": [True], "e": [None]})
    write_xls([SheetOut("a", frame, widths={"t": 12.5, "n": 999})], tmp_path / "a.xls")
    with xlrd.open_workbook(tmp_path / "a.xls", formatting_info=True) as book:
        sheet = book.sheet_by_index(0)
        kinds = [xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_BOOLEAN, xlrd.XL_CELL_EMPTY]
        assert list(sheet.row_types(1)) == kinds
        formats = [
            book.format_map[book.xf_list[c.xf_index].format_key].format_str
            for c in sheet.row(1)[:2]
        ]
        assert formats == ["@", "General"]
        assert [sheet.colinfo_map[index].width for index in (0, 1)] == [3200, 65_280]


def test_xlwt_stays_as_it_was(tmp_path):
    table = importlib.import_module("xlwt").BIFFRecords.SharedStringTable
    before = dict(vars(table))
    write_xls([SheetOut("a", pl.DataFrame({"t": ["😀"]}))], tmp_path / "a.xls")
    assert dict(vars(table)) == before
