"""XBRL Global Ledger: the journal of the core and multi-currency palettes.

Specification: XBRL Global Ledger Framework, recommendation of 2015-03-25.
"""

from collections.abc import Iterable

from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits
from kamcore.plugin import hookimpl

__all__ = ["FORMAT", "PARTIES", "XbrlGl", "kamcore_formats"]

PARTIES = {"customer": "C", "supplier": "V", "employee": "E"}
"""The type of identifier of each dimension that is a person or a company."""

_FACTS = (
    Fact.several("accounts", "code name")
    | Fact.several("vouchers", "date year period word number preparer")
    | Fact.several(
        "lines",
        "date year period account summary debit credit currency fx_debit fx_credit rate "
        "quantity unit unit_price aux_*",
    )
)


class XbrlGl(Format):
    """The journal of an XBRL GL instance: an entry header a voucher."""

    name = "xbrl-gl"
    title = "XBRL GL 日记账"
    title_en = "XBRL Global Ledger (journal)"
    vendor = "XBRL International"
    suffixes = (".xbrl", ".xml")
    evidence = Evidence.REPORTED
    evidence_note = "after the published framework; no file of another program was read"
    spec = "XBRL Global Ledger Framework 2015-03-25, palettes COR, MUC and BUS"
    reads = _FACTS
    writes = _FACTS
    limits = Limits(forbidden={"\t": " ", "\n": " ", "\r": " "})
    options = {"base_currency": "ISO code of the base currency; else that of the unit, or CNY"}  # noqa: RUF012  as the contract has it

    def sniff(self, head: Head) -> Guess:
        """Look for the namespace of the core palette and its root of entries."""
        known = "http://www.xbrl.org/int/gl/cor/" in head.text
        if known and "accountingEntries" in head.text:
            return Guess.sure(
                "有 XBRL GL 的 accountingEntries", "has accountingEntries of XBRL GL"
            )
        return Guess.no("没有 XBRL GL 的命名空间", "has no namespace of XBRL GL")


FORMAT = XbrlGl()


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the journal."""
    return [FORMAT]
