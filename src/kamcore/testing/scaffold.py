"""A plug-in folder to begin with: it passes the kit before its author changes a letter."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.testing.wording import GOLDEN

__all__ = ["KINDS", "SAMPLE", "scaffold"]

KINDS = ("tabular", "xml", "json", "text")
"""What a new format may be like."""

SAMPLE = "january"
"""Name of the sample, without its suffix."""

_FIELDS = ("voucher", "date", "word", "number", "summary", "account", "customer")
_HEADINGS = {
    "date": "日期",
    "word": "凭证字",
    "number": "凭证号",
    "summary": "摘要",
    "account": "科目编码",
    "customer": "客户编码",
    "debit": "借方金额",
    "credit": "贷方金额",
}
_ROWS = (
    ("1", "2025-01-05", "记", "1", "销售给岚桥商贸", "1122", "00012", "1130.00", ""),
    ("1", "2025-01-05", "记", "1", "销售给岚桥商贸", "6001", "", "", "1000.00"),
    ("1", "2025-01-05", "记", "1", "销项税额", "22210101", "", "", "130.00"),
    ("2", "2025-01-18", "收", "1", "收到岚桥商贸货款", "1002", "", "600.00", ""),
    ("2", "2025-01-18", "收", "1", "收到岚桥商贸货款", "1122", "00012", "", "600.00"),
    ("3", "2025-01-31", "记", "2", "红冲: 退货", "1122", "00012", "-113.00", ""),
    ("3", "2025-01-31", "记", "2", "红冲: 退货", "6001", "", "", "-100.00"),
    ("3", "2025-01-31", "记", "2", "红冲: 退货", "22210101", "", "", "-13.00"),
)
"""The sample: a sale with a code that begins with zeros, a receipt, and red lines."""


def scaffold(name: str, like: str) -> dict[str, bytes]:
    """The files of a new plug-in by their path; `name` is kebab-case, `like` one of `KINDS`."""
    kind = tomllib.loads(_text(like, "kind.toml"))
    words = _words(name, kind)
    reader = words | kind["reader"] | {"grid": _text(like, "grid.tmpl").rstrip()}
    writer = words | kind["writer"] | {"write": _text(like, "write.tmpl").rstrip()}
    card = words | {"sniff": _filled(_text(like, "sniff.tmpl").rstrip(), words)}
    source = f"src/{words['module']}"
    made = {
        "pyproject.toml": _common("pyproject.toml", words),
        "README.md": _common("README.md", words),
        "README.zh-CN.md": _common("README.zh-CN.md", words),
        f"{source}/__init__.py": _common("card.py", card),
        f"{source}/reader.py": _common("reader.py", reader),
        f"{source}/writer.py": _common("writer.py", writer),
        f"{source}/py.typed": "",
        f"tests/test_{words['module']}.py": _common("test.py", words),
    }
    found = {path: text.encode() for path, text in made.items()}
    sample = f"tests/samples/{SAMPLE}{kind['suffix']}"
    found[sample] = _sample(name, like)
    found[sample + GOLDEN] = _text("common", "golden.jsonl.tmpl").encode()
    return found


def _words(name: str, kind: Mapping[str, Any]) -> dict[str, str]:
    parts = name.split("-")
    return {
        "name": name,
        "module": "kamcore_" + "_".join(parts),
        "Class": "".join(part.capitalize() for part in parts),
        "CODE": "".join(char for char in name if char.isalpha())[:4].upper(),
        "title": name,
        "row": kind["row"],
        "suffix": kind["suffix"],
        "sniffs": kind["sniffs"],
        "headings": "\n".join(
            f'    "{field}": "{heading}",'
            for field, heading in _headings(name, is_chinese=kind["chinese_headings"]).items()
        ),
    }


def _headings(name: str, *, is_chinese: bool) -> dict[str, str]:
    """What the file calls each field; the first heading is one that no other format has."""
    fields = (*_FIELDS, "debit", "credit")
    if not is_chinese:
        return {field: field for field in fields}
    return {"voucher": f"{name}凭证", **_HEADINGS}


def _sample(name: str, like: str) -> bytes:
    headings = list(_headings(name, is_chinese=like in ("tabular", "text")).values())
    if like == "tabular":
        columns = zip(*_ROWS, strict=True)
        frame = pl.DataFrame(dict(zip(headings, map(list, columns), strict=True)))
        with TemporaryDirectory() as folder:
            target = Path(folder) / "sample.xlsx"
            write_xlsx([SheetOut("凭证", frame)], target)
            return target.read_bytes()
    if like == "text":
        return "".join("\t".join(row) + "\n" for row in (headings, *_ROWS)).encode()
    rows = [
        {field: value for field, value in zip(headings, row, strict=True) if value}
        for row in _ROWS
    ]
    if like == "xml":
        entries = [
            "  <entry>\n"
            + "".join(f"    <{field}>{value}</{field}>\n" for field, value in row.items())
            + "  </entry>\n"
            for row in rows
        ]
        declared = '<?xml version="1.0" encoding="utf-8"?>'
        return f"{declared}\n<{name}>\n{''.join(entries)}</{name}>\n".encode()
    entries = [
        "{" + ", ".join(f'"{field}": "{value}"' for field, value in row.items()) + "}"
        for row in rows
    ]
    return (f'{{"{name}": [\n  ' + ",\n  ".join(entries) + "\n]}\n").encode()


def _common(file: str, words: Mapping[str, str]) -> str:
    return _filled(_text("common", f"{file}.tmpl"), words)


def _text(folder: str, file: str) -> str:
    return (files("kamcore.testing") / "templates" / folder / file).read_text("utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A template with its words; a line for a word that says nothing is left out."""
    for _ in range(2):
        for word, value in words.items():
            mark = f"«{word}»"
            text = text.replace(f"\n{mark}\n", f"\n{value}\n" if value else "\n")
            text = text.replace(mark, value)
    return text
