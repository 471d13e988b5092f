"""The laws of the conformance kit on T+ voucher bodies."""

from pathlib import Path

from kamcore.adapters.yonyou_tplus_json import FORMAT
from kamcore.testing import FormatLaws


class TestLaws(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
    examples = 5
