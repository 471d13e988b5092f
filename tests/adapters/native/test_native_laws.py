"""The laws, on both forms; and the whole schema, drawn column by column."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from kamcore.adapters.native import FORMAT
from kamcore.books import Books
from kamcore.format import Source
from kamcore.testing import FormatLaws, Shape, tables

SAMPLES = Path(__file__).parent / "samples"


class TestLines(FormatLaws):
    format = FORMAT
    samples = SAMPLES
    shape = Shape(hostile=True, splits=True)


class TestFolder(FormatLaws):
    format = FORMAT
    samples = SAMPLES
    suffix = ".books"
    shape = Shape(hostile=True, splits=True)
    examples = 5


@settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(tables())
def test_every_column_of_every_table_comes_back(drawn):
    books = Books(tables=drawn)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.jsonl", "a.books"):
            target = Path(folder) / name
            FORMAT.write(books, target, allow_loss=False)
            reading = FORMAT.read(Source(target), {})
            assert reading.books == books
            assert reading.problems == ()
