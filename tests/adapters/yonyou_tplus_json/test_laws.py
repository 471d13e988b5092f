"""The laws of the conformance kit on T+ voucher bodies."""

from pathlib import Path

from kamcore.adapters.yonyou_tplus_json import FORMAT
from kamcore.testing import FormatLaws, Shape


class TestLaws(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
    shape = Shape(hostile=True)
