"""The laws of the conformance kit on the EAS voucher workbook."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.kingdee_eas import FORMAT
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"


class TestLaws(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "split.xlsx",)
    options: ClassVar = {"company": "1.01"}
    shape = Shape(splits=True)
    examples = 3
