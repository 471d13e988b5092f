"""The laws of the conformance kit, on both dialects."""

from pathlib import Path
from typing import ClassVar

from kamcore.adapters.yonyou_nc_xml import FORMAT, layout
from kamcore.format import Fact
from kamcore.testing import FormatLaws

SAMPLES = Path(__file__).parent / "samples"
STATUS = Fact("vouchers", "status")


class TestNc6(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "nc6.xml", SAMPLES / "mixed.xml")
    examples = 5
    facts = layout.FACTS - layout.UNSAID["nc6"] - {STATUS}


class TestNc5(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "nc5.xml",)
    options: ClassVar = {"dialect": "nc5"}
    examples = 3
    facts = layout.FACTS - layout.UNSAID["nc5"] - {STATUS}
