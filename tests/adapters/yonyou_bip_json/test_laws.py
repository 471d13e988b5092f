"""The laws of the conformance kit on BIP voucher bodies."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.yonyou_bip_json import FORMAT
from kamcore.testing import FormatLaws, Shape


class TestLaws(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
    options: ClassVar = {"accbook": "1", "dimensions": "W1=车间"}
    shape = Shape(hostile=True)
