"""One pass over the bytes of a sheet before the native reader sees it.

It finds what that reader would drop without a word (error cells, formulas without a stored value),
where the first column is, and how large the sheet would be in memory, whatever its dimension
claims.  The pass searches bytes; only cells that look suspicious are looked at one by one.
"""

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import attrs
import polars as pl

from kamcore.grid.sheet import FaultyCell
from kamcore.grid.xlsx_parts import column_index

__all__ = ["SheetScan", "scan"]

_ERROR = re.compile(rb"""\bt=["']e["']""")
CDATA = b"<![CDATA["
NULL_WORD = (
    r">(?:#?N/A|#N/A N/A|#?NA|-?1\.#(?:IND|QNAN)|-?(?:NaN|nan)|&lt;NA&gt;|NULL|null|None|n/a)<"
)
"""Texts that the native reader takes for nothing, or for no number, in a column of numbers."""
_THREADS = 2
_LETTERS = [chr(65 + index) for index in range(26)]
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LONGEST_CELL = 4 << 20
_TAIL = 64 << 10


@attrs.define(kw_only=True)
class SheetScan:
    """What one pass found out."""

    faulty: list[FaultyCell] = attrs.field(factory=list)
    starts_at_a: bool = False
    """True when a filled cell of column A was seen."""
    last_row: int = 0
    width: int = 0
    size: int = 0
    """Bytes of the part."""
    has_cdata: bool = False
    has_null_word: bool = False
    unplaced: bool = False
    """True when a faulty cell does not say where it stands."""


def scan(pieces: Iterable[bytes]) -> SheetScan:
    """Look through a sheet part."""
    found = SheetScan()
    for work, words, look in _looked(pieces):
        found.size += len(work)
        found.last_row = max(found.last_row, look.last_row)
        found.has_cdata |= look.has_cdata
        found.has_null_word |= look.has_null_word
        if look.is_wider:
            found.width = max(found.width, _width(work))
        if not found.starts_at_a:
            found.starts_at_a = words.first_column.search(work) is not None
        if look.has_error:
            _collect(found, work, words, _ERROR)
        if look.has_formula:
            _collect(found, work, words, words.valueless)
    return found


@attrs.frozen
class _Look:
    """What a quick look at one piece says."""

    last_row: int
    is_wider: bool
    has_error: bool
    has_formula: bool
    has_cdata: bool
    has_null_word: bool


def _looked(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, "_Words", _Look]]:
    """Every piece with what it says, looked at by threads while others are unpacked."""
    works = _whole_cells(pieces)
    first = next(works, b"")
    words = _Words.of(first)
    yield first, words, _look(first, words, _wider_than(0))
    wider = _wider_than(_width(first))
    waiting: deque[tuple[bytes, Future[_Look]]] = deque()
    pool = ThreadPoolExecutor(_THREADS, "scan")
    try:
        for work in works:
            waiting.append((work, pool.submit(_look, work, words, wider)))
            if len(waiting) > _THREADS:
                done, look = waiting.popleft()
                yield done, words, look.result()
        for done, look in waiting:
            yield done, words, look.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _look(work: bytes, words: "_Words", wider: str) -> _Look:
    # The byte searches of polars run at memory speed and without the interpreter's lock.
    series = pl.Series([work], dtype=pl.Binary)
    row = work.rfind(b"<" + words.row)
    number = words.row_number.match(work, row) if row >= 0 else None
    text = series.cast(pl.String, strict=False)
    is_wide = text.str.contains(wider)[0]
    return _Look(
        last_row=int(number[1]) if number else 0,
        is_wider=is_wide is not False,
        has_error=bool(series.bin.contains(b'"e"')[0] or series.bin.contains(b"'e'")[0]),
        has_formula=bool(series.bin.contains(words.formula)[0]),
        has_cdata=bool(series.bin.contains(CDATA)[0]),
        has_null_word=text.str.contains(NULL_WORD)[0] is not False,
    )


@attrs.frozen
class _Words:
    """Byte patterns of one sheet part, whose elements may carry a namespace prefix."""

    end: bytes
    row: bytes
    formula: bytes
    cell: bytes
    row_number: re.Pattern[bytes]
    first_column: re.Pattern[bytes]
    valueless: re.Pattern[bytes]
    value: re.Pattern[bytes]
    formula_text: re.Pattern[bytes]

    @classmethod
    def of(cls, start: bytes) -> "_Words":
        found = re.search(rb"<([A-Za-z_][\w.-]*:)?worksheet\b", start)
        p = (found[1] or b"") if found else b""
        q = re.escape(p)
        empty = rb"(?:<%bv\s*/>|<%bv(?:\s[^>]*)?>\s*</%bv>)?" % (q, q, q)
        formula = rb"(?:</%bf>|<%bf(?:\s[^>]*)?/>)" % (q, q)
        return cls(
            end=b"</%bc>" % p,
            row=p + b"row ",
            formula=b"<%bf" % p,
            cell=b"<%bc " % p,
            row_number=re.compile(rb"""<%brow [^>]*?\br=["']([0-9]{1,7})["']""" % q),
            first_column=re.compile(rb"""<%bc r="A[0-9]+"(?:[^>]*[^/>])?><%bv>[^<]""" % (q, q)),
            valueless=re.compile(rb"%b\s*%b\s*</%bc>" % (formula, empty, q)),
            value=re.compile(rb"<%bv(?:\s[^>]*)?>([^<]*)<" % q),
            formula_text=re.compile(rb"<%bf(?:\s[^>]*)?>([^<]*)<" % q),
        )


def _whole_cells(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, cut anew so that no cell is split."""
    rest = b""
    for piece in pieces:
        buffer = rest + piece
        # Only where no row begins in the last part is a prefixed name looked for, byte by byte.
        cut = buffer.rfind(b"<row ", -_TAIL)
        if cut < 0:
            cell = max(buffer.rfind(b"<c "), buffer.rfind(b":c "), buffer.rfind(b":row "))
            cut = buffer.rfind(b"<", 0, cell + 1) if cell > 0 else buffer.rfind(b"<")
        if cut <= 0 or len(buffer) - cut > _LONGEST_CELL:
            cut = len(buffer)
        rest = buffer[cut:]
        yield buffer[:cut]
    if rest:
        yield rest


def _width(work: bytes) -> int:
    letters = set(re.findall(rb"""\br=["']([A-Z]{1,3})[0-9]""", work))
    return max((column_index(found.decode()) + 1 for found in letters), default=0)


def _wider_than(width: int) -> str:
    """A pattern of references to a column beyond the first `width`."""
    choices = ["[A-Z]{3}"]
    if width <= len(_LETTERS):
        choices += ["[A-Z]{2}"]
        if width < len(_LETTERS):
            choices.append(f"[{_LETTERS[width]}-Z]")
    elif width < 26 * 27:
        first, second = divmod(width - 26, 26)
        choices.append(f"{_LETTERS[first]}[{_LETTERS[second]}-Z]")
        if first < 25:  # noqa: PLR2004
            choices.append(f"[{_LETTERS[first + 1]}-Z][A-Z]")
    return f"r=[\"'](?:{'|'.join(choices)})[0-9]"


def _collect(found: SheetScan, work: bytes, words: _Words, sign: re.Pattern[bytes]) -> None:
    for hit in sign.finditer(work):
        start = work.rfind(words.cell, 0, hit.start() + 1)
        end = work.find(words.end, hit.start())
        if start < 0 or end < 0:
            continue
        cell = work[start:end]
        opening = cell[: cell.find(b">")]
        is_error = _ERROR.search(opening) is not None
        if sign is _ERROR and not is_error:
            continue
        # A formula whose result is an empty text has a value: the empty text.
        is_text = b't="str"' in opening and words.value.search(cell) is not None
        if sign is not _ERROR and (is_error or is_text):
            continue
        place = _REFERENCE.search(opening)
        if place is None:
            found.unplaced = True
            continue
        shown = _shown(cell, words, is_error=is_error)
        found.faulty.append(FaultyCell(int(place[2]), column_index(place[1].decode()), shown))


def _shown(cell: bytes, words: _Words, *, is_error: bool) -> str:
    text = words.value.search(cell) if is_error else words.formula_text.search(cell)
    shown = html.unescape(text[1].decode("utf-8", "replace")) if text else ""
    if is_error:
        return shown or "#VALUE!"
    return "=" + shown
