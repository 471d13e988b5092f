"""Small grids for tests: rows of texts under headings, as a sheet gives them."""

import polars as pl

from kamcore.books import Origin
from kamcore.grid.sheet import Grid


def grid(headings, *rows, captions=None, faulty=None):
    """A grid of the words in `headings`; rows stand in rows 2, 3, … of a sheet.

    `captions` says what the source calls a heading, `faulty` lists cells without a value by
    heading and index.
    """
    names = headings.split()
    columns = {
        name: pl.Series([row[index] for row in rows], dtype=pl.String)
        for index, name in enumerate(names)
    }
    return Grid(
        frame=pl.DataFrame(columns),
        rows=pl.Series(range(2, 2 + len(rows)), dtype=pl.Int64),
        origin=Origin(file="样例.xlsx", sheet="凭证", headings=captions or {}),
        faulty=faulty or {},
    )
