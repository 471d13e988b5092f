"""Account names as paths joined by an underscore (formats/kingdee.md section 3a, column H)."""

from collections.abc import Mapping

from kamcore.model.scheme import CodeScheme

JOINER = "_"
INSTEAD = "＿"
"""What replaces an underscore inside a name that stands in a path."""


def split_path(raw: str, level: int) -> tuple[str, str | None]:
    """The name of the last level and the full name; a text that is no path is the name.

    >>> split_path("银行存款_基本存款户", 2), split_path("库存_现金", 1), split_path("货款", 2)
    (('基本存款户', '银行存款/基本存款户'), ('库存_现金', '库存_现金'), ('货款', None))
    """
    if level == 1:
        return raw, raw
    parts = [part.strip() for part in raw.split(JOINER)]
    if len(parts) == level and all(parts):
        return parts[-1], "/".join(parts)
    return raw, None


def path_of(
    code: str, names: Mapping[str, tuple[str | None, str | None]], scheme: CodeScheme
) -> str | None:
    """The text to write for an account, from the name and full name of every known account."""
    name, full = names.get(code, (None, None))
    chain = _chain(code, names, scheme)
    level = scheme.level(code)
    if level == 1:
        return name or full
    parts = (full or "").split("/")
    if len(parts) != level or not all(parts) or (name and parts[-1] != name):
        parts = chain
    if parts:
        return JOINER.join(part.replace(JOINER, INSTEAD) for part in parts)
    return name.replace(JOINER, INSTEAD) if name else full and full.replace(JOINER, INSTEAD)


def _chain(
    code: str, names: Mapping[str, tuple[str | None, str | None]], scheme: CodeScheme
) -> list[str]:
    """The names of all levels, from the first; nothing when one is not known."""
    found: list[str] = []
    known: str | None = code
    while known is not None:
        name = names.get(known, (None, None))[0]
        if not name:
            return []
        found.insert(0, name)
        known = scheme.parent(known)
    return found
