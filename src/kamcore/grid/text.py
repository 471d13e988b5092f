"""Bytes to text: which encoding, decided and said; never a guess that garbles.

The order of the decision: a byte order mark; UTF-16 without one, by its NUL bytes; strict UTF-8;
strict GB18030, which holds GBK and GB 2312.  Text of Chinese characters in GB18030 is as good as
never valid UTF-8, because its trail bytes would have to fall into 80–BF throughout; UTF-8 in turn
often is valid GB18030, so UTF-8 comes first.  Only text whose sole non-ASCII bytes are two-byte
sequences (``联`` in GBK is ``Á`` and ``ª`` to other eyes) can be both in earnest; `decode` then
prefers Chinese characters that stand together, and says so.  GB18030 that holds whole lines of
UTF-8 Chinese is refused as mixed, even where every byte could be read.
"""

import codecs
import contextlib
import re

import attrs

from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.grid import refusal
from kamcore.place import Place

INVALID_BYTES = Fault(
    code="G1101",
    zh="字节 {value} (文件偏移 {offset}) 不是有效的 {encoding} 编码",
    en="byte {value} at offset {offset} is not {encoding}",
    hint_zh="请重新导出, 或用原软件另存为 GBK 或 UTF-8 文本; 不要用网页或聊天软件转存",
    hint_en="export the file again, or save it as GBK or UTF-8 with the program it comes from",
)
MIXED_ENCODINGS = Fault(
    code="G1102",
    zh="同一文件混用两种编码: 从第 {line} 行 (文件偏移 {offset}) 起是 {encoding}, 之前是 {before}",
    en="two encodings in one file: {encoding} from line {line} (offset {offset}), {before} before",
    hint_zh="多半是两个文件拼在一起; 请分别转换, 或统一编码后再合并",
    hint_en="probably two files joined; convert them apart, or bring them to one encoding first",
)
NUL_BYTES = Fault(
    code="G1103",
    zh="文件偏移 {offset} 处有 NUL 字节, 文本中不应出现",
    en="NUL byte at offset {offset}; text has none",
    hint_zh="文件可能在传输或磁盘上损坏, 请重新导出",
    hint_en="the file may be damaged; export it again",
)
UNEXPECTED_ENCODING = Fault(
    code="G1104",
    severity=Severity.WARNING,
    zh="文件编码是 {value}, 此格式通常是 {expected}",
    en="the file is {value}, this format is {expected}",
    hint_zh="已按 {value} 读取; 导入原软件前请另存为 {expected}",
    hint_en="read as {value}; save it as {expected} before the product imports it",
)
AMBIGUOUS_ENCODING = Fault(
    code="G1105",
    severity=Severity.WARNING,
    zh="非英文字符太少, 编码可能是 {value}, 也可能是 {other}; 已按 {value} 读取",
    en="too few non-ASCII characters to tell: read as {value}, could be {other}",
    hint_zh="请核对文件中的汉字",
    hint_en="look at the Chinese characters",
)

UTF_8 = "utf-8"
GB18030 = "gb18030"
ASCII = "ascii"

_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", GB18030),
)
_TITLES = {UTF_8: "UTF-8", GB18030: "GB18030 (GBK)", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_NAMES = {"gb2312": GB18030, "gbk": GB18030, "cp936": GB18030, "936": GB18030, "ms936": GB18030}

_PROBE = 4096
"""How many bytes decide whether NUL bytes are UTF-16."""

_LONG = re.compile(rb"[\xe0-\xf4]")
_LEADS, _TRAILS = range(0xE4, 0xEA), range(0x80, 0xC0)
_CLASSES = bytes(
    ord("h" if byte in _LEADS else "t" if byte in _TRAILS else ".") for byte in range(256)
)
_TWO_HANZI = b"htthtt"
_CHUNK = 1024 * 1024
_PAIRS = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]){2}")


@attrs.frozen
class Decoded:
    """A text, the encoding it was in, and what was odd about it.

    `encoding` is ``utf-8``, ``gb18030``, ``utf-16-le``, ``utf-16-be``, ``utf-32-le`` or ``ascii``;
    a byte order mark is not part of the text.
    """

    text: str = attrs.field(repr=False)
    encoding: str
    problems: tuple[Problem, ...] = ()


def encoding_name(name: str) -> str:
    """The name kamcore uses for an encoding: every Windows or GB name of Chinese is GB18030.

    >>> encoding_name("GB2312"), encoding_name("cp936"), encoding_name("UTF8")
    ('gb18030', 'gb18030', 'utf-8')

    Raises:
        LookupError: no such encoding.
    """
    plain = name.strip().lower().replace("_", "-")
    return _NAMES.get(plain) or codecs.lookup(plain).name


def decode(source: Source, expected: str = "") -> Decoded:
    """Decode a text file.

    `expected` is the encoding the format is known for, if any: another one gives a warning, and it
    decides where the bytes are valid both ways.

    Raises:
        SourceError: bytes are invalid, encodings are mixed, or the text holds NUL; the problem
            names line and offset.
    """
    with source.open() as stream:
        data = stream.read()
    return decode_bytes(data, source.name, expected)


def decode_bytes(data: bytes, name: str = "", expected: str = "") -> Decoded:
    """Decode bytes as `decode` does; `name` is the file that problems name."""
    wanted = encoding_name(expected) if expected else ""
    text, encoding, problems = _decide(data, name, wanted)
    position = text.find("\0")
    if position >= 0:
        before = text[:position]
        mark = len(data) - len(text.encode(encoding))
        place = Place(file=name, line=before.count("\n") + 1)
        raise SourceError(NUL_BYTES.at(place, offset=mark + len(before.encode(encoding))))
    if wanted and encoding not in (wanted, ASCII):
        odd = UNEXPECTED_ENCODING.at(Place(file=name), _title(encoding), expected=_title(wanted))
        problems = (*problems, odd)
    return Decoded(text, encoding, problems)


def decode_start(start: bytes) -> tuple[str, str]:
    """The text and the encoding of the first bytes of a file; two blanks where it is no text.

    The bytes may end inside a character.

    >>> decode_start("填制凭证,V800".encode("gbk")[:-1])
    ('填制凭证,V80', 'gb18030')
    >>> decode_start(bytes(range(256)))
    ('', '')
    """
    found = []
    for cut in range(4):
        with contextlib.suppress(SourceError):
            found.append(decode_bytes(start[: len(start) - cut]))
    # UTF-8 that ends inside a character may by chance be valid GB18030, hardly the other way.
    best = next((one for one in found if one.encoding != GB18030), *found[:1] or [Decoded("", "")])
    return best.text, best.encoding


def _title(encoding: str) -> str:
    return _TITLES.get(encoding, encoding.upper())


def _decide(data: bytes, name: str, wanted: str) -> tuple[str, str, tuple[Problem, ...]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, name, len(mark)), encoding, ()
    if data.isascii() and b"\0" not in data:
        return data.decode(ASCII), ASCII, ()
    if wide := _wide(data):
        return _strict(data, wide, name, 0), wide, ()
    try:
        text = data.decode(UTF_8)
    except UnicodeDecodeError:
        return _gb18030(data, name), GB18030, ()
    if text.isascii() or _LONG.search(data):
        return text, ASCII if text.isascii() else UTF_8, ()
    return _either(data, text, name, wanted)


def _strict(data: bytes, encoding: str, name: str, skip: int) -> str:
    try:
        return str(memoryview(data)[skip:], encoding)
    except UnicodeDecodeError as error:
        before = data[skip : skip + error.start].decode(encoding, "ignore").count("\n")
        raise _invalid(
            data, encoding, skip + error.start, Place(file=name, line=before + 1)
        ) from None


def _invalid(data: bytes, encoding: str, offset: int, place: Place) -> SourceError:
    if _is_cut(data[offset:], encoding):
        said = "最后一个字符只剩半个", "its last character is cut in two"
        return refusal.truncated(place.file, *said)
    found = f"0x{data[offset]:02X}"
    return SourceError(INVALID_BYTES.at(place, found, offset=offset, encoding=_title(encoding)))


def _is_cut(rest: bytes, encoding: str) -> bool:
    """True for the first bytes of a character whose others are missing."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with contextlib.suppress(UnicodeDecodeError):
        return not decoder.decode(rest)
    return False


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: ASCII letters leave NUL bytes on one side of the pairs only."""
    probe = data[:_PROBE]
    even, odd = probe[::2].count(0), probe[1::2].count(0)
    enough = max(len(probe) // 10, 1)
    if odd > enough and not even:
        return "utf-16-le"
    return "utf-16-be" if even > enough and not odd else ""


def _either(
    data: bytes, text: str, name: str, wanted: str
) -> tuple[str, str, tuple[Problem, ...]]:
    """Decide about two-byte sequences that are valid both ways."""
    try:
        chinese = data.decode(GB18030)
    except UnicodeDecodeError:
        return text, UTF_8, ()
    is_chinese = wanted == GB18030 or (wanted != UTF_8 and _PAIRS.search(data) is not None)
    chosen, other = (GB18030, UTF_8) if is_chinese else (UTF_8, GB18030)
    odd = AMBIGUOUS_ENCODING.at(Place(file=name), _title(chosen), other=_title(other))
    return chinese if is_chinese else text, chosen, (odd,)


def _gb18030(data: bytes, name: str) -> str:
    try:
        text = data.decode(GB18030)
    except UnicodeDecodeError:
        text = None
    if text is not None and not _holds_utf_8(data):
        return text
    raise _refused(data, name)


def _holds_utf_8(data: bytes) -> bool:
    """True when a line that can be read as GB18030 is Chinese only as UTF-8."""
    for start in range(0, len(data), _CHUNK):
        # A translation and a search of bytes run at memory speed; a pattern would not.
        classes = data[start : start + _CHUNK + len(_TWO_HANZI)].translate(_CLASSES)
        found = classes.find(_TWO_HANZI)
        while found >= 0:
            first, end = _line_around(data, start + found)
            line = data[first:end]
            if _is(line, UTF_8) and not _is(line, "gb2312"):
                return True
            found = classes.find(_TWO_HANZI, end - start)
    return False


def _line_around(data: bytes, position: int) -> tuple[int, int]:
    end = data.find(b"\n", position)
    return data.rfind(b"\n", 0, position) + 1, end if end >= 0 else len(data)


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refused(data: bytes, name: str) -> SourceError:
    """Say where the first line stands that the encoding of the lines before it cannot read."""
    offset, usual = 0, ""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.isascii():
            kind = UTF_8 if _is(line, UTF_8) else GB18030
            place = Place(file=name, line=number)
            if kind == GB18030 and not _is(line, GB18030):
                expected = usual or GB18030
                at = offset + _first_bad(line, expected)
                return _invalid(data, expected, at, place)
            if usual and kind != usual:
                facts = {"encoding": _title(kind), "before": _title(usual)}
                return SourceError(MIXED_ENCODINGS.at(place, offset=offset, line=number, **facts))
            usual = kind
        offset += len(line) + 1
    raise AssertionError("lines that one encoding reads are not refused")


def _first_bad(line: bytes, encoding: str) -> int:
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return 0
