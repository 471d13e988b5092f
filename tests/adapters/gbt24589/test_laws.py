"""The laws of the conformance kit on packages of the national standard."""

from pathlib import Path

from kamcore.adapters.gbt24589 import FORMAT
from kamcore.testing import FormatLaws

SAMPLES = Path(__file__).parent / "samples"


class TestLaws(FormatLaws):
    format = FORMAT
    samples = (SAMPLES / "package", SAMPLES / "总账.xml")
    examples = 3
