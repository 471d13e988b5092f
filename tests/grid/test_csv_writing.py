"""Delimited text: exact values, safe texts, honest encodings."""

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.errors import LossRefused, UsageError
from kamcore.grid import csv_writing
from kamcore.grid.csv_writing import write_csv

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1+1",
    "－x",
]
HARMLESS = ["-1", "+12.50", "-0.01", "1-2", "客户", "'=1", "", "a=1"]


def read(path, encoding="utf-8-sig", separator=","):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=separator, strict=True))


def test_values_are_spelt_exactly(tmp_path):
    frame = pl.DataFrame(
        {
            "金额": pl.Series(
                [Decimal("0.10"), Decimal("98765432109876.5432")], dtype=pl.Decimal(18, 4)
            ),
            "日": [dt.date(2025, 1, 31), None],
            "n": [-5, 0],
            "b": [True, False],
            "t": ['引"号', "a,b\r\nc"],
            "e": ["x", None],
        }
    )
    write_csv(frame, tmp_path / "a.csv")
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    assert read(tmp_path / "a.csv") == [
        ["金额", "日", "n", "b", "t", "e"],
        ["0.1", "2025-01-31", "-5", "TRUE", '引"号', "x"],
        ["98765432109876.5432", "", "0", "FALSE", "a,b\r\nc", ""],
    ]


def test_formulas_are_defused_and_numbers_are_not(tmp_path):
    frame = pl.DataFrame({"t": FORMULAS + HARMLESS, "n": -1})
    write_csv(frame, tmp_path / "a.csv")
    expected = [*(f"'{text}" for text in FORMULAS), *HARMLESS]
    assert [row[0] for row in read(tmp_path / "a.csv")[1:]] == expected
    assert {row[1] for row in read(tmp_path / "a.csv")[1:]} == {"-1"}
    write_csv(frame.with_columns(pl.col("t").cast(pl.Categorical)), tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_defusing_can_be_off(tmp_path):
    frame = pl.DataFrame({"=t": FORMULAS})
    write_csv(frame, tmp_path / "a.csv", defuse=False)
    assert [row[0] for row in read(tmp_path / "a.csv")] == ["=t", *FORMULAS]
    write_csv(frame, tmp_path / "a.csv")
    assert read(tmp_path / "a.csv")[0] == ["'=t"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
def test_encodings_and_pieces(tmp_path, monkeypatch, encoding):
    monkeypatch.setattr(csv_writing, "_ROWS_A_PIECE", 2)
    texts = ["客户", "𠮷😀", "é€", "x", None]
    write_csv(pl.DataFrame({"t": texts}), tmp_path / "a.csv", encoding=encoding, separator="\t")
    assert read(tmp_path / "a.csv", encoding, "\t") == [["t"], *([text or ""] for text in texts)]


def test_a_character_the_encoding_lacks_is_placed(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_writing, "_ROWS_A_PIECE", 2)
    frame = pl.DataFrame({"n": range(5), "摘要": ["a", "b", "c", "收款😀", "😀"]})
    with pytest.raises(LossRefused) as caught:
        write_csv(frame, tmp_path / "a.csv", encoding="gbk")
    assert (caught.value.code, caught.value.place.row, caught.value.place.column) == (
        "G3013",
        5,
        "摘要",
    )
    assert caught.value.problem.value == "收款😀"


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoding": "klingon"},
        {"encoding": "hex"},
        {"separator": ""},
        {"separator": "||"},
        {"separator": "，"},
        {"separator": '"'},
        {"separator": "\n"},
    ],
)
def test_wrong_requests(tmp_path, wrong):
    with pytest.raises(UsageError) as caught:
        write_csv(pl.DataFrame({"a": ["x"]}), tmp_path / "a.csv", **wrong)
    assert caught.value.code == "G3012"
    assert not (tmp_path / "a.csv").exists()


def test_floats_are_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        write_csv(pl.DataFrame({"a": [0.1]}), tmp_path / "a.csv")
    assert (caught.value.code, caught.value.place.column) == ("G3008", "a")


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_any_text_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String}, orient="row")
    write_csv(frame, path, encoding="utf-8", defuse=False)
    assert read(path, "utf-8")[1:] == [list(row) for row in rows]
    write_csv(frame.select("a"), path, encoding="utf-8", defuse=False)
    assert read(path, "utf-8")[1:] == [[row[0]] for row in rows]
