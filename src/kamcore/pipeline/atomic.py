"""Writing that is either whole or not there.

The work is done under a temporary name beside the target, flushed to the disk, and only then given
its name in one step.  A process killed at any moment leaves the old target as it was or the new
one complete; at worst a temporary file stays behind, which the next run to that target removes.
"""

import contextlib
import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

EXISTS = Fault(
    code="C1001",
    zh="{value} 已经存在, 不会覆盖",
    en="{value} exists and is not overwritten",
    hint_zh="换一个文件名, 或明确要求覆盖 (--force)",
    hint_en="choose another name, or ask for it with --force",
)
NO_FOLDER = Fault(
    code="C1002",
    zh="文件夹 {value} 不存在",
    en="there is no folder {value}",
    hint_zh="先建好文件夹",
    hint_en="make the folder first",
)
NOT_WRITABLE = Fault(
    code="C1003",
    zh="写不了 {value}: {reason}",
    en="cannot write {value}: {reason}",
    hint_zh="若文件正在 Excel 或 WPS 中打开, 请先关闭",
    hint_en="close it if it is open in a spreadsheet program",
)

FOLDER_EXISTS = Fault(
    code="C1004",
    zh="文件夹 {value} 已经存在, 不会替换",
    en="the folder {value} exists and is not replaced",
    hint_zh="换一个名称, 或先移走这个文件夹: 旧文件留在里面会被一并引入",
    hint_en="choose another name or move it away: files left in it would be imported too",
)

_MARK = ".kamcore-tmp"
_MANIFEST = "manifest.json"
_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of renameat2(2)."""


@contextlib.contextmanager
def whole(target: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a temporary path; what is written there becomes `target` when the block ends well.

    When the block raises, the temporary file or folder is removed and `target` stays untouched.

    Raises:
        UsageError: the target exists and `force` is false, its folder is missing, or the system
            refuses (a locked file, no permission, a full disk).
    """
    if target.exists() and not force:
        raise UsageError(EXISTS.at(Place(file=str(target)), target.name))
    if not target.parent.is_dir():
        raise UsageError(NO_FOLDER.at(Place(file=str(target)), target.parent))
    # The suffix stays, because it decides between the forms of one format (.xls and .xlsx).
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{_MARK}{target.suffix}")
    try:
        _sweep(target)
        yield temporary
        _flush(temporary)
        _name(temporary, target, force=force)
    except OSError as error:
        reason = error.strerror or str(error)
        problem = NOT_WRITABLE.at(Place(file=str(target)), target.name, reason=reason)
        raise UsageError(problem) from error
    finally:
        _remove(temporary)


def _sweep(target: Path) -> None:
    """Remove what killed runs left behind for this target."""
    ending = f"{_MARK}{target.suffix}"
    for left in target.parent.glob(f".{_escape(target.stem)}.*{_escape(ending)}"):
        owner = left.name.removesuffix(ending).rpartition(".")[2]
        if owner.isdigit() and not _alive(int(owner)):
            _remove(left)


def _escape(name: str) -> str:
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in name)


def _alive(pid: int) -> bool:
    if os.name == "nt":
        # Signal 0 would end the process there; a file in use cannot be removed anyway.
        return pid == os.getpid()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    for file in path.iterdir() if path.is_dir() else (path,):
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())


def _name(temporary: Path, target: Path, *, force: bool) -> None:
    if temporary.is_dir() and target.is_dir():
        if not ((temporary / _MANIFEST).exists() and (target / _MANIFEST).exists()):
            # Only a folder of the same kind is replaced: any other may hold anything.
            raise UsageError(FOLDER_EXISTS.at(Place(file=str(target)), target.name))
        _swap(temporary, target)
    elif force or temporary.is_dir():
        os.replace(temporary, target)  # noqa: PTH105  Path.replace is the same call, less plain
    else:
        _name_new(temporary, target)
    _flush_folder(target.parent)


def _name_new(temporary: Path, target: Path) -> None:
    """Name a file without ever taking the place of one that appeared meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError as error:
        raise UsageError(EXISTS.at(Place(file=str(target)), target.name)) from error
    except OSError as error:
        # File systems without hard links, such as FAT and some network shares.
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES, 1, 50}:
            raise
        temporary.rename(target)


def _swap(temporary: Path, target: Path) -> None:
    """Put a folder in the place of another; the old one is removed with the temporary name.

    Linux exchanges two names in one step.  Elsewhere there is a moment between two renames in
    which the target is away, under a name that the next run would sweep.
    """
    exchange = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    names = os.fsencode(temporary), os.fsencode(target)
    if exchange and exchange(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0:
        return
    aside = temporary.with_name(f"{temporary.name}.old")
    target.rename(aside)
    temporary.rename(target)
    _remove(aside)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows flushes the directory with the file.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
