"""The laws of the conformance kit on the GL_VOUCHER workbook."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.kingdee_galaxy import FORMAT, JSON
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestLaws(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "sale.xlsx",)
    options: ClassVar = {
        "book": "001",
        "words": "收=PRE002,付=PRE003",
        "units": "台=Tai,件=Pcs",
        "dimensions": "车间=FF100009",
    }
    shape = Shape()
    examples = 3


class TestBodies(FormatLaws):
    format = JSON
    samples = (SAMPLES / "bodies.json",)
    options = TestLaws.options
    shape = Shape()
    examples = 3
