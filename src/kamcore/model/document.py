"""Documents kept of a party or a contract (合同与资料清单): what there is, and in which state."""

import datetime as dt
from collections.abc import Iterable, Iterator

import attrs

from kamcore.model.word import Word


class DocumentState(Word):
    """How far a document has come."""

    MISSING = "missing", "缺"
    REQUESTED = "requested", "已索取"
    COPY = "copy", "复印件"
    ORIGINAL = "original", "原件"
    RETURNED = "returned", "已归还"


class DocumentKind(Word):
    """The documents of a customer's bundle, as the trade's handbooks list them."""

    CONTRACT = "contract", "合同及会议纪要"
    FEASIBILITY = "feasibility", "可行性研究"
    APPROVAL = "approval", "上级批文"
    LICENCE = "licence", "营业执照副本"
    ABILITY = "ability", "履约能力证明"
    MANDATE = "mandate", "法定代表人身份或授权委托书"
    GUARANTEE = "guarantee", "担保人资料"
    CORRESPONDENCE = "correspondence", "往来函件"
    NOTARISATION = "notarisation", "公证鉴证文书"
    ORIGINAL = "original", "合同正本"
    CHANGE = "change", "合同变更解除文书"
    ACCEPTANCE = "acceptance", "验收记录"
    DELIVERY = "delivery", "交接凭证"
    PAYMENT = "payment", "付款凭证"
    OTHER = "other", "其他"


PARTY_DOCUMENTS = (DocumentKind.LICENCE, DocumentKind.ABILITY, DocumentKind.MANDATE)
"""What is asked of a party unless the company says otherwise."""
CONTRACT_DOCUMENTS = (DocumentKind.ORIGINAL, DocumentKind.MANDATE)
"""What is asked of a contract in force unless the company says otherwise."""


@attrs.frozen(kw_only=True)
class Document:
    """A document: its kind, its state, and the hash of its file where there is one."""

    kind: DocumentKind
    state: DocumentState = DocumentState.COPY
    title: str = ""
    number: str = ""
    date: dt.date | None = None
    valid_until: dt.date | None = None
    file: str = ""
    sha256: str = ""
    """Hash of the file when it was filed; a file of another hash was changed."""
    keeper: str = ""

    def is_there(self, on: dt.date) -> bool:
        """Say whether the document is in hand and valid on a day."""
        held = self.state in (DocumentState.COPY, DocumentState.ORIGINAL)
        return held and (self.valid_until is None or on <= self.valid_until)


@attrs.frozen
class Lacking:
    """A document that is asked for and not in hand: missing, or no longer valid."""

    kind: DocumentKind
    document: Document | None = None
    """The one that is there but does not count."""

    def text(self, lang: str = "en") -> str:
        """What is lacking, in words."""
        name = self.kind.text(lang)
        if self.document is None:
            return f"缺 {name}" if lang == "zh" else f"{name} missing"
        state = self.document.state.text(lang)
        until = self.document.valid_until
        if until is not None:
            return f"{name} {until} 到期" if lang == "zh" else f"{name} expired on {until}"
        return f"{name}: {state}"


def lacking(
    documents: Iterable[Document], asked: Iterable[DocumentKind], on: dt.date
) -> Iterator[Lacking]:
    """The documents that are asked for and not in hand on a day."""
    held = tuple(documents)
    for kind in asked:
        of_kind = [one for one in held if one.kind is kind]
        if not any(one.is_there(on) for one in of_kind):
            yield Lacking(kind, of_kind[-1] if of_kind else None)
