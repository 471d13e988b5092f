"""The laws of the conformance kit on BIP voucher bodies."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.yonyou_bip_json import FORMAT
from kamcore.testing import FormatLaws


class TestLaws(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
    examples = 5
    options: ClassVar = {"accbook": "1", "dimensions": "W1=车间"}
