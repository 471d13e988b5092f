"""The laws of the conformance kit, on a table of each width."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.kingdee_dbf import FORMAT
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestThird(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "receipts.dbf",)
    shape = Shape(hostile=True)
    examples = 3


class TestFourth(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "fifteen.dbf",)
    options: ClassVar = {"generation": "4"}
    shape = Shape(hostile=True)
    examples = 2
