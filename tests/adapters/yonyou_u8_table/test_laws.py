"""The laws of the conformance kit, in both encodings."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.yonyou_u8_table import FORMAT
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestUnicode(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "accvouch.csv",)
    shape = Shape()
    examples = 3


class TestGbk(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "accvouch.csv",)
    options: ClassVar = {"encoding": "gbk", "booleans": "-1"}
    shape = Shape()
    examples = 2
