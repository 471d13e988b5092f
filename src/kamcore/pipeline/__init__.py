"""The steps in order: sniff → read → check → map → write → prove."""

from kamcore.pipeline.converting import Conversion, Side, convert
from kamcore.pipeline.proving import Proof, prove
from kamcore.pipeline.reading import read
from kamcore.pipeline.writing import write

__all__ = ["Conversion", "Proof", "Side", "convert", "prove", "read", "write"]
