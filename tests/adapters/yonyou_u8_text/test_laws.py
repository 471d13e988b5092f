"""The laws of the conformance kit, on lines of 48 and of 63 fields."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.yonyou_u8_text import FORMAT
from kamcore.format import Fact
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestPlain(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "receipt.txt",)
    options: ClassVar = {"unmappable": "replace"}
    shape = Shape(hostile=True)
    examples = 5
    facts = FORMAT.writes - {Fact("lines", "unit_price")}


class TestWide(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "wide.txt",)
    options: ClassVar = {"unmappable": "replace", "fields": "63"}
    shape = Shape(hostile=True)
    examples = 3
