"""Words about a format's card."""

from kamcore.format import Format

EVIDENCE_ZH = {
    "confirmed": "证实",
    "corroborated": "旁证",
    "reported": "据称",
    "guessed": "推测",
}
"""The Chinese word of each evidence mark."""


def title(card: Format, lang: str) -> str:
    """The name of a format for people."""
    return card.title if lang == "zh" else card.title_en or card.title


def evidence(card: Format, lang: str) -> str:
    """How well the layout is known, in one word."""
    mark = str(card.evidence)
    return EVIDENCE_ZH[mark] if lang == "zh" else mark
