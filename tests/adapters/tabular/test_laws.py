"""The laws of the conformance kit, for each layout that comes along."""

from pathlib import Path

from kamcore.adapters.tabular import FORMATS, Report
from kamcore.testing import FormatLaws

SAMPLES = Path(__file__).parent / "samples"


def laws(card: Report) -> type[FormatLaws]:
    sample = SAMPLES / f"{card.name}.csv"
    settings = {"format": card, "samples": (sample,), "__module__": __name__}
    return type(f"Test{type(card).__name__}", (FormatLaws,), settings)


for _card in FORMATS:
    if isinstance(_card, Report):
        _laws = laws(_card)
        globals()[_laws.__name__] = _laws
del _laws


def test_every_layout_has_a_sample():
    names = {card.name for card in FORMATS if isinstance(card, Report)}
    assert {path.stem for path in SAMPLES.glob("*.csv")} == names
