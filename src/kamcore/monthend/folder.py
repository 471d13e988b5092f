"""What lies in the folder of a month's end: exports, forms, books of other companies, settings.

- ``month_end.toml`` holds the settings (`Settings`); it may be missing.
- A file whose name begins with ``对方-`` or ``theirs-``, or that lies in a folder called ``对方``
  or ``theirs``, is the books of a customer; the rest of its name is the customer's code or name
  (``对方-0004.xls``), or nothing where the books name their owner (``对方.xls``).
  ``[theirs]`` of the settings names others: code or name = file.
- Any other file that a format recognises is an export of ours; several are joined.
- What is left and ends in .toml, .json, .xlsx, .xls or .csv is forms.

Files of other kinds, and those whose name begins with a dot or ``~``, are named and left alone.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from kamcore.errors import Fault, SourceError, UsageError
from kamcore.format import Source
from kamcore.pipeline.reading import recognise
from kamcore.place import Place

__all__ = ["MANIFEST", "SETTINGS", "Folder", "Settings", "digest", "gathered", "look_into"]

NO_FOLDER = Fault(
    code="C7001",
    zh="{value} 不是文件夹",
    en="{value} is not a folder",
    hint_zh="月结以文件夹为单位: 账套引出文件和表单都放在里面",
    hint_en="a month's end works on a folder that holds the exports and the forms",
)
NO_EXPORT = Fault(
    code="C7002",
    zh="文件夹 {value} 里没有认得出的账套引出文件",
    en="there is no export in {value} that a format recognises",
    hint_zh="看单个文件: kamcore inspect 文件",
    hint_en="to look at one file: kamcore inspect FILE",
)
BAD_SETTING = Fault(
    code="C7003",
    zh="月结设置「{key}」不能是「{value}」, 应为{wants_zh}",
    en="the setting {key} cannot be {value!r}; it is {wants}",
)
NO_SETTING = Fault(
    code="C7004",
    zh="没有名为「{value}」的月结设置",
    en="there is no setting called {value!r}",
    hint_zh="可用的有: {known}",
    hint_en="there are: {known}",
)
NOT_SETTINGS = Fault(
    code="C7005",
    zh="月结设置不是正确的 TOML: {reason}",
    en="the settings are no valid TOML: {reason}",
)

MANIFEST = "month_end.json"
"""What was done, and on which inputs; stands in the folder of the outputs."""
SETTINGS = "month_end.toml"

_THEIRS = ("对方", "theirs")
_FORMS = (".toml", ".json", ".xlsx", ".xls", ".csv")
_CHUNK = 1 << 20


@attrs.frozen(kw_only=True)
class Settings:
    """The choices of ``month_end.toml``; every one has a usual value.

    `account` are receivable accounts, by role when empty; `buckets` the bounds of ages;
    `customers` those that get reports and letters of their own, chosen by tier, contract and
    sales when empty; `drafts` the format of the voucher drafts; `preparer` who prepares them;
    `sender` who writes the letters; `steps` plug-in steps to apply to the books, in order; `skip`
    steps not wanted; `theirs` files of other companies by customer; `mapping` a file of the
    folder that says which customer of the books is which party of the forms.
    """

    account: tuple[str, ...] = ()
    buckets: tuple[int | str, ...] = (30, 60, 90, 180, 365)
    customers: tuple[str, ...] = ()
    drafts: str = "native"
    preparer: str = ""
    sender: str = ""
    steps: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    theirs: Mapping[str, str] = attrs.field(factory=dict)
    mapping: str = ""


@attrs.frozen(kw_only=True)
class Folder:
    """The files of a month's end, by what they are."""

    path: Path
    exports: tuple[Path, ...]
    forms: tuple[Path, ...]
    theirs: Mapping[str, Path]
    """Files of other companies, by the code or name of the customer."""
    left: tuple[Path, ...] = ()
    """What is neither."""
    mapping: Path | None = None
    """Which customer of the books is which party of the forms."""
    settings: Settings = attrs.field(factory=Settings)

    def files(self, group: str) -> tuple[Path, ...]:
        """The files of a group: ``exports``, ``forms`` or ``theirs``."""
        if group == "theirs":
            return tuple(self.theirs.values())
        if group == "forms" and self.mapping is not None:
            return (*self.forms, self.mapping)
        found: tuple[Path, ...] = getattr(self, group)
        return found

    def name_of(self, path: Path) -> str:
        """A path as it is told: below the folder."""
        return str(path.relative_to(self.path)) if path.is_relative_to(self.path) else str(path)


def look_into(path: Path) -> Folder:
    """Sort the files of a folder.

    Raises:
        UsageError: it is no folder, or a setting is wrong.
        SourceError: the settings cannot be read, or no file is an export.
    """
    if not path.is_dir():
        raise UsageError(NO_FOLDER.at(Place(file=str(path)), path))
    return gathered(sorted(path.iterdir()), _settings(path / SETTINGS), path)


def gathered(paths: Iterable[Path], settings: Settings, path: Path = Path()) -> Folder:
    """Sort files by what they are; `path` is the folder they are told below.

    Raises:
        UsageError: a file of the settings is missing.
        SourceError: no file is an export.
    """
    theirs = {who: _there(path, name, "theirs") for who, name in sorted(settings.theirs.items())}
    mapping = _there(path, settings.mapping, "mapping") if settings.mapping else None
    exports, forms, left = [], [], []
    for one in paths:
        kind = _kind(one)
        if one in theirs.values() or one == mapping or kind == "ours":
            continue
        if kind == "theirs":
            theirs |= dict(_named(one))
        elif _is_export(one):
            exports.append(one)
        elif one.suffix.lower() in _FORMS:
            forms.append(one)
        else:
            left.append(one)
    if not exports:
        raise SourceError(NO_EXPORT.at(Place(file=str(path)), path))
    return Folder(
        path=path,
        exports=tuple(exports),
        forms=tuple(forms),
        theirs=theirs,
        left=tuple(left),
        settings=settings,
        mapping=mapping,
    )


def _kind(path: Path) -> str:
    """``ours`` for what kamcore keeps there, ``theirs`` by the name, else nothing."""
    hidden = path.name.startswith((".", "~"))
    if path.name == SETTINGS or hidden or (path.is_dir() and (path / MANIFEST).exists()):
        return "ours"
    return "theirs" if path.stem.partition("-")[0] in _THEIRS else ""


def _named(path: Path) -> Iterator[tuple[str, Path]]:
    """The customers of a file by its name, or of the files of a folder."""
    if path.is_dir() and path.name in _THEIRS:
        for one in sorted(path.iterdir()):
            if not one.name.startswith((".", "~")):
                yield one.stem, one
    else:
        yield path.stem.partition("-")[2], path


def _there(folder: Path, name: str, key: str) -> Path:
    path = folder / name
    if not path.exists():
        facts = {"key": key, "wants_zh": "文件夹中的文件", "wants": "a file of the folder"}
        raise UsageError(BAD_SETTING.at(Place(file=SETTINGS), name, **facts))
    return path


def _is_export(path: Path) -> bool:
    try:
        recognise(Source(path))
    except (SourceError, UsageError):
        return False
    return True


def _settings(path: Path) -> Settings:
    if not path.exists():
        return Settings()
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(NOT_SETTINGS.at(Place(file=path.name), reason=error)) from error
    known = {field.name: field.type for field in attrs.fields(Settings)}
    for key in data:
        if key not in known:
            place = Place(file=path.name, path=key)
            raise UsageError(NO_SETTING.at(place, key, known=", ".join(known)))
    return Settings(**{key: _setting(path, key, value) for key, value in data.items()})


def _setting(path: Path, key: str, value: Any) -> Any:
    usual = getattr(Settings(), key)
    if isinstance(usual, tuple):
        right = isinstance(value, list) and all(isinstance(one, str | int) for one in value)
        wants = ("列表", "a list")
    elif isinstance(usual, str):
        right, wants = isinstance(value, str), ("文字", "a text")
    else:
        right = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        wants = ("表", "a table")
    if not right:
        place = Place(file=path.name, path=key)
        facts = {"key": key, "wants_zh": wants[0], "wants": wants[1]}
        raise UsageError(BAD_SETTING.at(place, value, **facts))
    if not isinstance(value, list):
        return value
    return tuple(value if key == "buckets" else map(str, value))


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files, and of the files of folders."""
    found = hashlib.sha256()
    for path in paths:
        files = (
            sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        )
        for one in files:
            found.update(f"{path.name}/{one.name}\0{one.stat().st_size}\0".encode())
            with one.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    found.update(chunk)
    return found.hexdigest()
