"""The laws of the conformance kit, on voucher documents in both encodings and on archives."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.yonyou_u8_xml import FORMAT, layout
from kamcore.format import Fact
from kamcore.testing import FormatLaws, Shape

SAMPLES = Path(__file__).parent / "samples"
STATUS = Fact("vouchers", "status")


class TestVouchers(FormatLaws):
    format = FORMAT
    samples = SAMPLES
    shape = Shape(hostile=True)
    examples = 5
    facts = layout.VOUCHER_FACTS - {STATUS}


class TestGb2312(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "vouchers_gb2312.xml",)
    options: ClassVar = {"encoding": "gb2312"}
    shape = Shape(hostile=True)
    examples = 3
    facts = layout.VOUCHER_FACTS - {STATUS}
