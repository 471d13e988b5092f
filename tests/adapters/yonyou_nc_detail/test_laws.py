"""The laws of the conformance kit."""

from pathlib import Path

from kamcore.adapters.yonyou_nc_detail import FORMAT
from kamcore.testing import FormatLaws


class TestNcDetail(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
