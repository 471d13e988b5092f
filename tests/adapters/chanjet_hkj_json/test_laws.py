"""The laws of the conformance kit on 好会计 voucher bodies."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.chanjet_hkj_json import FORMAT
from kamcore.testing import FormatLaws


class TestLaws(FormatLaws):
    format = FORMAT
    samples = Path(__file__).parent / "samples"
    examples = 5
    options: ClassVar = {"bookid": "1", "free": "freeSub1=车间", "currencies": "2=USD"}
