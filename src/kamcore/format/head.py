"""The source of a reading, its first bytes, and the guess a format makes from them."""

import enum
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import attrs

T = TypeVar("T")

START = 64 * 1024
"""How many bytes of a file a format sees before it is chosen."""


class Source:
    """A file, folder or bytes to read from, under a name.

    `opened` remembers a value made from the source, such as an opened workbook, so that sniffing
    and reading share the work.
    """

    def __init__(self, path: Path | None = None, *, data: bytes = b"", name: str = "") -> None:
        self.path = path
        self.name = name or (path.name if path else "")
        self._data = data
        self._made: dict[str, Any] = {}

    @property
    def is_folder(self) -> bool:
        """True for a folder."""
        return self.path is not None and self.path.is_dir()

    @property
    def suffix(self) -> str:
        """The suffix of the name, in small letters, with its dot."""
        return Path(self.name).suffix.lower()

    def open(self) -> BinaryIO:
        """Open the bytes for reading; the caller closes them."""
        return self.path.open("rb") if self.path else io.BytesIO(self._data)

    def size(self) -> int:
        """Number of bytes."""
        return self.path.stat().st_size if self.path else len(self._data)

    def start(self, count: int = START) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(count)

    def content(self) -> bytes:
        """All bytes."""
        return self.once("content", lambda source: source.start(-1))

    def once(self, key: str, make: Callable[["Source"], T]) -> T:
        """Make a value from the source the first time it is asked for, and remember it."""
        if key not in self._made:
            self._made[key] = make(self)
        made: T = self._made[key]
        return made

    def forget(self, key: str) -> None:
        """Let go of a remembered value, so that its memory returns."""
        self._made.pop(key, None)


@attrs.frozen(kw_only=True)
class Head:
    """What a format may look at before it is chosen.

    `parts` is the directory of a zip or OLE file or the names in a folder; `sheets` the top-left
    cells of each sheet of a workbook (the first rows, as text); `text` the start of a text file,
    decoded, and `encoding` how.  Empty where they do not apply.
    """

    name: str
    start: bytes = b""
    container: str = "unknown"
    """``xlsx``, ``xls``, ``zip``, ``ole``, ``html``, ``xml``, ``json``, ``text``, ``dbf``,
    ``folder``, ``empty`` or ``unknown``: what the bytes are, whatever the name says."""
    parts: tuple[str, ...] = ()
    sheets: Mapping[str, tuple[tuple[str, ...], ...]] = attrs.field(factory=dict)
    text: str = ""
    encoding: str = ""

    @property
    def suffix(self) -> str:
        """The suffix of the name, in small letters, with its dot."""
        return Path(self.name).suffix.lower()


class Certainty(enum.IntEnum):
    """How sure a format is that a file is its own."""

    NO = 0
    MAYBE = 1
    SURE = 2


@attrs.frozen
class Guess:
    """A certainty with the reason a person can read, in Chinese and in English."""

    certainty: Certainty
    zh: str = ""
    en: str = ""

    @classmethod
    def no(cls, zh: str = "", en: str = "") -> "Guess":
        """The file is not of this format."""
        return cls(Certainty.NO, zh, en)

    @classmethod
    def maybe(cls, zh: str, en: str) -> "Guess":
        """The file may be of this format."""
        return cls(Certainty.MAYBE, zh, en)

    @classmethod
    def sure(cls, zh: str, en: str) -> "Guess":
        """The file is of this format."""
        return cls(Certainty.SURE, zh, en)

    def reason(self, lang: str = "en") -> str:
        """The reason in one language."""
        return self.zh if lang == "zh" else self.en
