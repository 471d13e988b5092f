"""JSON files, read safely: numbers as they are spelled, every key once, never too deep.

The parser of the standard library does the work after the nesting has been measured without
recursion.  A number stays text (`Figure`), so that no amount passes through a float; NaN and
Infinity, which are no JSON, are kept as text and refused where an amount is read.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs

from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.grid.refusal import EMPTY_FILE, TRUNCATED_FILE
from kamcore.grid.text import UTF_8, decode
from kamcore.place import Place

__all__ = ["DUPLICATE_KEY", "Figure", "Json", "Twice", "read_json"]

TOO_DEEP = Fault(
    code="G1701",
    zh="JSON 嵌套超过 {limit} 层, 拒绝读取",
    en="the JSON is nested more than {limit} levels deep; it is refused",
    hint_zh="正常的接口数据不会这样; 请确认来源",
    hint_en="no honest interface writes this; ask where it comes from",
)
NOT_JSON = Fault(
    code="G1702",
    zh="不是合规的 JSON: 第 {line} 行第 {column} 个字符处 {value}",
    en="this is not valid JSON: {value}, at line {line}, character {column}",
    hint_zh="请重新导出; 手工改过的文件请检查引号、逗号和括号",
    hint_en="export the file again; in a file edited by hand look at quotes, commas and brackets",
)
DUPLICATE_KEY = Fault(
    code="G1704",
    zh="同一对象中键「{value}」出现多次, 各次的值都未采用",
    en="the key {value!r} occurs more than once in one object; none of its values is used",
    hint_zh="请在来源中只保留一个",
    hint_en="keep only one at the source",
)

LONE_SURROGATE = Fault(
    code="G1709",
    severity=Severity.WARNING,
    zh="{value} 是半个字符, 已换成 �",
    en="{value} is half a character; it was replaced by �",
    hint_zh="来源系统截断了文字, 请在来源中改正",
    hint_en="the source cut a text inside a character; mend it there",
)

DEEPEST = 64
"""How many levels of lists and objects a file may have."""
_NO_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[^\[\]{}"]++', re.DOTALL)
"""Strings, whatever they hold, and everything else that is no bracket."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)((?:\\u[dD][89a-fA-F][0-9a-fA-F]{2})+)")
_INNERMOST = re.compile(r"\[\]|\{\}")
_TAIL = 8
"""A file cut inside a word or a number leaves no more than this behind the error."""
_FAR = 30
"""Decimal places to either side that an exponent may move the point."""
_EXPONENT = re.compile(r"[eE]")


class Figure(str):
    """A number of a JSON file, as its digits stand there; an exponent is written out."""

    __slots__ = ()


class Twice(dict[str, Any]):
    """An object in which keys occur more than once; their values are left out."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        counts: dict[str, int] = {}
        for key, _ in pairs:
            counts[key] = counts.get(key, 0) + 1
        super().__init__((key, value) for key, value in pairs if counts[key] == 1)
        self.keys_twice = tuple(key for key, count in counts.items() if count > 1)


@attrs.frozen(kw_only=True)
class Json:
    """The value of a file (``None``, `bool`, `str`, `Figure`, `list`, `dict`, `Twice`)."""

    value: Any
    encoding: str
    problems: tuple[Problem, ...] = ()


def read_json(source: Source) -> Json:
    """Read a JSON file.

    Raises:
        SourceError: the file is empty, cut off, nested too deeply or not JSON; the problem names
            the line.
    """
    decoded = decode(source, UTF_8)
    text = decoded.text
    if not text.strip():
        raise SourceError(EMPTY_FILE.at(Place(file=source.name)))
    if _is_too_deep(text):
        raise SourceError(TOO_DEEP.at(Place(file=source.name), limit=DEEPEST))
    text, halves = _whole(text, source.name)
    try:
        value = json.loads(
            text,
            parse_float=_figure,
            parse_int=Figure,
            parse_constant=Figure,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise _refusal(error, source.name) from None
    problems = (*decoded.problems, *halves)
    return Json(value=value, encoding=decoded.encoding, problems=problems)


def _whole(text: str, file: str) -> tuple[str, list[Problem]]:
    r"""The text with every escaped half of a character replaced, and a problem for each line.

    JSON can spell what is no text: ``\ud800`` alone.  No file, frame or screen can hold it.
    """
    problems: dict[int, Problem] = {}

    def mend(found: re.Match[str]) -> str:
        run = json.loads(f'"{found[2]}"').encode("utf-16", "surrogatepass")
        whole = run.decode("utf-16", "replace")
        if "\ufffd" in whole:
            line = text.count("\n", 0, found.start()) + 1
            place = Place(file=file, line=line)
            problems.setdefault(line, LONE_SURROGATE.at(place, found[2]))
        return f"{found[1]}{whole}"

    if _SURROGATE.search(text) is None:
        return text, []
    return _SURROGATES.sub(mend, text), list(problems.values())


def _object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Twice(pairs)


def _figure(text: str) -> Figure:
    """The number without an exponent, where that is a plain way to write it."""
    if _EXPONENT.search(text) is None:
        return Figure(text)
    mantissa, _, power = text.lower().partition("e")
    digits = power.lstrip("+-0")
    if len(mantissa) > _FAR or len(digits) > len(str(_FAR)) or int(digits or 0) > _FAR:
        return Figure(text)
    return Figure(format(Decimal(text), "f"))


def _is_too_deep(text: str) -> bool:
    """Take the innermost pairs of brackets away, level by level, until none is left."""
    marks = _NO_BRACKETS.sub("", text)
    for _ in range(DEEPEST):
        marks, count = _INNERMOST.subn("", marks)
        if not count:
            break
    # What is left has no pair where the file is cut off or its brackets do not match.
    return marks.count("[") + marks.count("{") > DEEPEST or bool(_INNERMOST.search(marks))


def _refusal(error: json.JSONDecodeError, file: str) -> SourceError:
    rest = error.doc[error.pos :].strip()
    lines = error.doc.rstrip().count("\n") + 1
    if len(rest) <= _TAIL or error.msg.startswith("Unterminated string"):
        place = Place(file=file, line=lines)
        said = {
            "reason_zh": f"JSON 在第 {lines} 行中断",
            "reason_en": f"the JSON ends early, in line {lines}",
        }
        return SourceError(TRUNCATED_FILE.at(place, **said))
    place = Place(file=file, line=error.lineno)
    said = {"line": str(error.lineno), "column": str(error.colno)}
    return SourceError(NOT_JSON.at(place, error.msg, **said))
