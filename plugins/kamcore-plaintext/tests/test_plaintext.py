"""The laws for both kinds of journal, and what their own programs say of what is written."""

from pathlib import Path

from kamcore.testing import FormatLaws
from kamcore_plaintext import beancount, hledger

SAMPLES = Path(__file__).parent / "samples"


class TestBeancount(FormatLaws):
    format = beancount.FORMAT
    samples = SAMPLES / "beancount"
    kin = frozenset({"journal.beancount"})


class TestHledger(FormatLaws):
    format = hledger.FORMAT
    samples = SAMPLES / "hledger"
    kin = frozenset({"journal.ledger"})
