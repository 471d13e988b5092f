"""What a file format is: how it is recognised, read, written, and what it cannot say."""

from kamcore.format.fact import Fact, carried
from kamcore.format.format import Evidence, Format
from kamcore.format.head import Certainty, Guess, Head, Source
from kamcore.format.limits import Limits
from kamcore.format.loss import Loss, Losses, LossKind, LossReport
from kamcore.format.options import Options
from kamcore.format.reading import Detected, Reading

__all__ = [
    "Certainty",
    "Detected",
    "Evidence",
    "Fact",
    "Format",
    "Guess",
    "Head",
    "Limits",
    "Loss",
    "LossKind",
    "LossReport",
    "Losses",
    "Options",
    "Reading",
    "Source",
    "carried",
]
