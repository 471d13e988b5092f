"""The laws of a format, for both variants of the 精斗云 import template."""

from pathlib import Path

from kamcore.adapters.kingdee_jdy import FORMAT
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestTwentyFiveColumns(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "sale_25.xlsx",)
    shape = Shape(hostile=True)
    examples = 3


class TestTwentyFourColumns(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "sale_24.xlsx",)
    options = {"columns": "24"}  # noqa: RUF012
    shape = Shape(hostile=True, splits=True)
    examples = 2
