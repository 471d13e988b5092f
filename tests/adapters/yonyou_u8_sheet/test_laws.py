"""The laws of the conformance kit, with and without hostile texts."""

from pathlib import Path

from kamcore.adapters.yonyou_u8_sheet import FORMAT
from kamcore.testing import FormatLaws, Shape


class TestU8Sheet(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
    shape = Shape(
        hostile=True, splits=True, dimensions=("customer", "employee", "project", "车间")
    )
    examples = 3
