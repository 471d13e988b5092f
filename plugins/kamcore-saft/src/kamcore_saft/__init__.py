"""OECD SAF-T 2.0: master files, general ledger entries and payments of an audit file.

Guidance for the Standard Audit File - Tax, version 2.0 (OECD, 2010), Appendix B: Schema.
"""

from collections.abc import Iterable
from typing import ClassVar

from kamcore.format import Evidence, Fact, Format, Guess, Head, Limits
from kamcore.plugin import hookimpl

__all__ = ["FORMAT", "NAMESPACE", "PROGRAM", "Saft", "kamcore_formats"]

NAMESPACE = "urn:OECD:StandardAuditFile-Taxation/2.00"
PROGRAM = "kamcore"
"""What the header calls the program that wrote the file."""

_FACTS = (
    Fact.several("accounts", "code name")
    | Fact.several("dimensions", "label")
    | Fact.several("members", "code name")
    | Fact.several("vouchers", "date year period word number preparer")
    | Fact.several(
        "lines",
        "date year period account summary debit credit currency fx_debit fx_credit rate invoice "
        "aux_*",
    )
    | Fact.several("balances", "year period account opening")
    | Fact.several(
        "receipts",
        "id party_role party account date document invoice summary currency rate amount fx_amount",
    )
)


class Saft(Format):
    """A SAF-T audit file, version 2.0, as the OECD publishes it and countries extend it."""

    name = "saft"
    title = "OECD SAF-T 2.0 审计文件"
    title_en = "OECD SAF-T 2.0 audit file"
    vendor = "OECD"
    suffixes = (".xml",)
    evidence = Evidence.CORROBORATED
    evidence_note = (
        "examples of the Norwegian authority read with equal totals, and what is written is valid "
        "by its schema but for its own codes; no company's file seen"
    )
    spec = "OECD, Guidance for the Standard Audit File - Tax 2.0, Appendix B"
    reads = _FACTS | Fact.several("vouchers", "reference")
    writes = _FACTS
    limits = Limits(text_chars={"lines.summary": 256, "lines.invoice": 35})
    options: ClassVar[dict[str, str]] = {
        "created": "day the file was made, YYYY-MM-DD; else the last day of the vouchers",
        "country": "ISO country code to write, CN unless said",
    }

    def sniff(self, head: Head) -> Guess:
        """Look for the root element in a namespace of version 2."""
        if "AuditFile" in head.text and "StandardAuditFile-Taxation" in head.text:
            return Guess.sure(
                "根元素是 SAF-T 2.0 的 AuditFile", "the root element is AuditFile of SAF-T 2.0"
            )
        return Guess.no("没有 SAF-T 2.0 的 AuditFile", "there is no AuditFile of SAF-T 2.0")


FORMAT = Saft()


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the format."""
    return [FORMAT]
