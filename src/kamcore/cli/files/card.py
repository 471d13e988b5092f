"""Words about a format's card."""

from collections.abc import Mapping

from kamcore.format import Format

EVIDENCE_ZH = {
    "confirmed": "证实",
    "corroborated": "旁证",
    "reported": "据称",
    "guessed": "推测",
}
"""The Chinese word of each evidence mark."""

_DETECTED_ZH = {
    "generation": "第 {} 代",
    "fields": "{} 个字段",
    "joiner": "核算项目以 {} 相连",
    "encoding": "编码 {}",
}
_VALUES_ZH = {"english": "英文字段名", "chinese": "中文列名"}
_ALONE = {"state", "version"}
"""Findings that say themselves what they are."""


def title(card: Format, lang: str) -> str:
    """The name of a format for people."""
    return card.title if lang == "zh" else card.title_en or card.title


def evidence(card: Format, lang: str) -> str:
    """How well the layout is known, in one word."""
    mark = str(card.evidence)
    return EVIDENCE_ZH[mark] if lang == "zh" else mark


def detected(facts: Mapping[str, str], lang: str) -> str:
    """What a reader found out about a file, in one phrase."""
    said = []
    for name, value in facts.items():
        if lang == "zh":
            said.append(_DETECTED_ZH.get(name, "{}").format(_VALUES_ZH.get(value, value)))
        else:
            said.append(value if name in _ALONE else f"{name.replace('_', ' ')} {value}")
    return ", ".join(said)
