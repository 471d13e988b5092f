"""The laws of a format, for the 星辰 import template as a workbook and as a folder of them."""

from pathlib import Path

from kamcore.adapters.kingdee_xingchen import FORMAT
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestWorkbook(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "sale.xlsx",)
    shape = Shape(hostile=True, splits=True)
    examples = 3


class TestFolder(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "folder",)
    suffix = ""
    shape = Shape(hostile=True)
    examples = 2
