"""Where in a source something stands.

A place names as much as is known: a workbook has sheet, row and column, a text file a line, an XML
or JSON file a path.  Rows and lines count from 1, as a person sees them.
"""

from typing import Any

import attrs

_WORDS = {
    "zh": {"row": "第 {} 行", "line": "第 {} 行", "column": "「{}」列", "path": "{}"},
    "en": {"row": "row {}", "line": "line {}", "column": "column {}", "path": "{}"},
}


@attrs.frozen(kw_only=True)
class Place:
    """A spot in a source; every part may be missing.

    >>> print(Place(file="a.xls", sheet="Page1", row=412, column="FAccountNum"))
    a.xls: Page1, row 412, column FAccountNum
    >>> Place(file="a.xls", row=9).text("zh")
    'a.xls: 第 9 行'
    """

    file: str = ""
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    line: int | None = None
    path: str | None = None
    voucher: str | None = None

    def text(self, lang: str = "en") -> str:
        """Say the place in one phrase, in Chinese (``zh``) or English (``en``)."""
        words = _WORDS[lang]
        parts = [self.sheet or ""]
        parts += [
            words[name].format(value)
            for name in ("row", "line", "column", "path")
            if (value := getattr(self, name)) is not None
        ]
        if self.voucher:
            parts.append(self.voucher)
        where = (", " if lang == "en" else " ").join(part for part in parts if part)
        return ": ".join(part for part in (self.file, where) if part)

    def __str__(self) -> str:
        return self.text()

    def to_json(self) -> dict[str, Any]:
        """Give the keys every ``--json`` place has; unknown parts are null."""
        return attrs.asdict(self)
