"""The bytes of an XML file as a stream of UTF-8 that is safe to parse.

Which encoding: a byte order mark, else the declaration, else UTF-8.  A document type can stand
only before the first element, so the start of the file shows whether there is one.
"""

import codecs
import re
from typing import BinaryIO

from kamcore.errors import Fault, SourceError
from kamcore.format import Source
from kamcore.grid.refusal import EMPTY_FILE, TRUNCATED_FILE
from kamcore.grid.text import GB18030, INVALID_BYTES, UTF_8, encoding_name
from kamcore.place import Place

__all__ = ["Stream", "cut_off", "open_stream"]

EXTERNAL_TYPE = Fault(
    code="G1401",
    zh="第 {line} 行引用外部文档类型「{value}」, 拒绝读取",
    en="line {line} refers to an external document type, {value}; the file is refused",
    hint_zh="正常的导出文件不含这种声明; 请确认来源",
    hint_en="no honest export does this; ask where it comes from",
)
EXTERNAL_ENTITY = Fault(
    code="G1402",
    zh="第 {line} 行声明了外部实体「{value}」, 拒绝读取",
    en="line {line} declares the external entity {value}; the file is refused",
    hint_zh="正常的导出文件不含这种声明; 请确认来源",
    hint_en="no honest export does this; ask where it comes from",
)
ENTITIES = Fault(
    code="G1403",
    zh="第 {line} 行的文档类型声明了实体「{value}」, 实体一律不展开, 拒绝读取",
    en="the document type of line {line} declares the entity {value}; entities are never expanded",
    hint_zh="正常的导出文件不含这种声明; 请确认来源",
    hint_en="no honest export does this; ask where it comes from",
)
DOCUMENT_TYPE = Fault(
    code="G1404",
    zh="第 {line} 行声明了文档类型, 拒绝读取",
    en="line {line} declares a document type; the file is refused",
    hint_zh="凭证与档案的导出文件不含文档类型; 删去该声明后可以读取",
    hint_en="exports have none; without the declaration the file can be read",
)
WRONG_DECLARATION = Fault(
    code="G1405",
    zh="声明的编码是 {value}, 内容却是 {found}",
    en="the declaration says {value}, the bytes are {found}",
    hint_zh="把第一行的 encoding 改为实际编码, 或按声明的编码重新保存",
    hint_en="correct the encoding in the first line, or save the file in the one declared",
)
UNKNOWN_ENCODING = Fault(
    code="G1406",
    zh="声明的编码「{value}」无法识别",
    en="the declared encoding {value!r} is not known",
    hint_zh="请另存为 UTF-8 或 GB18030",
    hint_en="save the file as UTF-8 or GB18030",
)
NO_ELEMENT = Fault(
    code="G1410",
    zh="文件里没有 XML 元素",
    en="there is no XML element in the file",
    hint_zh="请确认选对了文件",
    hint_en="check that it is the right file",
)

_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_EXTERNAL = re.compile(r"<!DOCTYPE\s+[^\s\[>]+\s+(?:SYSTEM|PUBLIC)\s+([^\[>]*)")
_ENTITY = re.compile(r"<!ENTITY\s+(?:%\s+)?([^\s>]+)\s+(SYSTEM|PUBLIC)?")
_LONG = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]")
_START = 64 * 1024
_LONGEST_PROLOG = 1024 * 1024
_TITLES = {UTF_8: "UTF-8", GB18030: "GB18030 (GBK)"}


class Stream:
    """A file that reads as UTF-8; it refuses bytes that its encoding does not have."""

    def __init__(self, raw: BinaryIO, file: str, encoding: str, declared: str) -> None:
        self._raw, self._file = raw, file
        self.encoding = encoding
        self._declared = declared
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._offset = 0
        self._breaks = 0
        self._looked = False
        self.ended = False

    @property
    def lines(self) -> int:
        """Number of the line that was reached."""
        return self._breaks + 1

    def read(self, size: int = -1) -> bytes:
        """Read about `size` bytes.

        Raises:
            SourceError: the bytes are not of the encoding; the problem names the line.
        """
        data = self._raw.read(size)
        # A decoder keeps the start of a character that the next bytes will end.
        pending = self._decoder.getstate()[0]
        if not self._looked and self.encoding == GB18030 and not data.isascii():
            self._looked = True
            self._doubt(data)
        try:
            text = self._decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            if not data:
                raise cut_off(self._file, self.lines) from None
            raise self._refusal(error, pending + data, self._offset - len(pending)) from None
        self._offset += len(data)
        self.ended = not data
        self._breaks += text.count("\n")
        return text.encode(UTF_8) if text or not data else self.read(size)

    def _doubt(self, data: bytes) -> None:
        """Refuse UTF-8 under the name of a Chinese encoding: it would be garbled, not refused."""
        if _reads(data, UTF_8) and _LONG.search(data):
            raise self._wrong(UTF_8)

    def _refusal(self, error: UnicodeDecodeError, data: bytes, offset: int) -> SourceError:
        if self.encoding == UTF_8 and _reads(data[error.start :], GB18030):
            return self._wrong(GB18030)
        line = self.lines + data[: error.start].count(b"\n")
        place = Place(file=self._file, line=line)
        title = _TITLES.get(self.encoding, self.encoding.upper())
        found = f"0x{data[error.start]:02X}"
        return SourceError(
            INVALID_BYTES.at(place, found, offset=offset + error.start, encoding=title)
        )

    def _wrong(self, found: str) -> SourceError:
        declared = self._declared or _TITLES[UTF_8]
        place = Place(file=self._file, line=1)
        return SourceError(WRONG_DECLARATION.at(place, declared, found=_TITLES[found]))


def cut_off(file: str, line: int) -> SourceError:
    """The error of a file that ends inside an element."""
    reasons = {"reason_zh": "在元素内部结束", "reason_en": "it ends inside an element"}
    return SourceError(TRUNCATED_FILE.at(Place(file=file, line=line), **reasons))


def open_stream(source: Source, raw: BinaryIO) -> Stream:
    """Wrap the opened bytes of a source, once its start has been looked at.

    Raises:
        SourceError: it is empty, has no element, declares a document type or an encoding that is
            not known.
    """
    start = source.start(_START)
    if not start.strip():
        raise SourceError(EMPTY_FILE.at(Place(file=source.name)))
    mark = next(((mark, name) for mark, name in _MARKS if start.startswith(mark)), None)
    found = _DECLARED.search(start[:200])
    declared = found[1].decode("ascii") if found else ""
    encoding = mark[1] if mark else _encoding(declared, source.name)
    for size in (_START, _LONGEST_PROLOG):
        if _is_safe(source.start(size), encoding, source.name):
            break
    else:
        raise SourceError(NO_ELEMENT.at(Place(file=source.name)))
    if mark:
        raw.read(len(mark[0]))
    return Stream(raw, source.name, encoding, declared)


def _encoding(declared: str, file: str) -> str:
    if not declared:
        return UTF_8
    try:
        name = encoding_name(declared)
        codecs.getincrementaldecoder(name)
        "".encode(name)
    except LookupError:
        raise SourceError(UNKNOWN_ENCODING.at(Place(file=file, line=1), declared)) from None
    return UTF_8 if name == "ascii" else name


def _is_safe(start: bytes, encoding: str, file: str) -> bool:
    """True once the first element is seen; False when the start holds none.

    Raises:
        SourceError: a document type stands before it.
    """
    text = start.decode(encoding, "replace").lstrip("\ufeff")
    found = _PROLOG.match(text)
    position = found.end() if found else 0
    rest = text[position:]
    if rest.startswith("<!DOCTYPE"):
        raise _of_type(rest, text[:position].count("\n") + 1, file)
    return rest.startswith("<") and not rest.startswith(("<?", "<!"))


def _of_type(text: str, line: int, file: str) -> SourceError:
    place = Place(file=file, line=line)
    entities = list(_ENTITY.finditer(text))
    outside = next((entity for entity in entities if entity[2]), None)
    if outside:
        return SourceError(EXTERNAL_ENTITY.at(place, outside[1], line=line))
    if external := _EXTERNAL.match(text):
        return SourceError(EXTERNAL_TYPE.at(place, external[1].strip(), line=line))
    if entities:
        return SourceError(ENTITIES.at(place, entities[0][1], line=line))
    return SourceError(DOCUMENT_TYPE.at(place, line=line))


def _reads(data: bytes, encoding: str) -> bool:
    """True when bytes, which may end inside a character, are of an encoding."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True
