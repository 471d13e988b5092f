"""Dates in the spellings of exports, and serial numbers."""

import datetime as dt

import polars as pl
import pytest

from kamcore.books import Origin
from kamcore.grid.date import read_dates
from kamcore.grid.sheet import Grid

DAY = dt.date(2025, 1, 2)


def grid(texts, *, numbers=False):
    return Grid(
        frame=pl.DataFrame({"日期": pl.Series(texts, dtype=pl.String)}),
        rows=pl.Series(range(2, 2 + len(texts)), dtype=pl.Int64),
        origin=Origin(file="a.xls"),
        numbers={"日期": numbers},
    )


def test_usual_spellings():
    texts = [
        "2025-01-02",
        "2025-1-2",
        "2025/1/2",
        "2025/01/02",
        "2025.01.02",
        "20250102",
        "2025年1月2日",
        "2025-01-02 00:00:00",
        "2025-01-02T00:00:00",
        "2025/1/2 0:00:00",
        " 2025-01-02\xa0",
    ]
    parsed = read_dates(grid([*texts, None, "", "-"]), "日期")
    assert parsed.values.to_list() == [DAY] * len(texts) + [None] * 3
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "G2022"),
        ("20250230", "G2022"),
        ("2025-13-01", "G2022"),
        ("0025-01-02", "G2022"),
        ("25-01-02", "G2023"),
        ("2025-01/02", "G2021"),
        ("45659", "G2021"),
        ("上月", "G2021"),
    ],
)
def test_what_is_no_certain_date_is_null_with_its_place(text, code):
    parsed = read_dates(grid(["2025-01-02", text]), "日期")
    assert parsed.values.to_list() == [DAY, None]
    assert [(p.code, p.place.row, p.place.column) for p in parsed.problems] == [(code, 3, "日期")]


def test_number_cells_count_days_or_spell_the_date():
    texts = ["45659", "45659.0", "20250102"]
    parsed = read_dates(grid(texts, numbers=True), "日期")
    assert parsed.values.to_list() == [DAY] * 3
    refused = read_dates(grid(["45659"], numbers=True), "日期", serials=False)
    assert refused.values.to_list() == [None]


def test_a_small_number_is_no_serial():
    parsed = read_dates(grid(["2025", "12"], numbers=True), "日期")
    assert parsed.values.to_list() == [None, None]
    assert [problem.code for problem in parsed.problems] == ["G2021"] * 2


def test_short_years_only_when_asked_for():
    parsed = read_dates(grid(["25-01-02", "5-1-2"]), "日期", short_years=True)
    assert parsed.values.to_list() == [DAY, dt.date(2005, 1, 2)]


def test_times_of_day_are_said_once():
    parsed = read_dates(grid(["2025-01-02 03:04:05", "2025-01-02 23:59", "2025-01-02"]), "日期")
    assert parsed.values.to_list() == [DAY] * 3
    (problem,) = parsed.problems
    assert problem.message("zh") == ("此列有 2 处带时刻 (首处「2025-01-02 03:04:05」), 只保留日期")
