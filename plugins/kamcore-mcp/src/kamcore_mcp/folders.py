"""The folders a server may touch, and nothing beyond them.

A path is taken as what it leads to: ``..`` and symbolic links are followed first and the result
must stand in one of the folders.  Whether something stands outside is never said.  Who can change
links inside the folders while a call runs is trusted.
"""

from collections.abc import Iterable
from pathlib import Path

import attrs

from kamcore.errors import Fault, UsageError
from kamcore.place import Place

__all__ = ["Folders"]

NO_FOLDER = Fault(
    code="MC0001",
    zh="没有文件夹 {value}",
    en="there is no folder {value}",
    hint_zh="启动时给出已有的文件夹",
    hint_en="name folders that exist when the server is started",
)
OUTSIDE = Fault(
    code="MC0002",
    zh="「{value}」不在允许的文件夹内",
    en="{value!r} is not in a folder this server may touch",
    hint_zh="允许的文件夹: {folders}",
    hint_en="the folders are {folders}",
)
NO_FILE_AT_ALL = Fault(
    code="MC0003",
    zh="「{value}」既不是文件也不是文件夹",
    en="{value!r} is neither a file nor a folder",
)
READ_ONLY = Fault(
    code="MC0004",
    zh="本服务只读, 没有写「{value}」",
    en="this server is read-only; {value!r} was not written",
    hint_zh="用 dry_run 试转换, 或启动时加 --allow-write",
    hint_en="try it with dry_run, or start the server with --allow-write",
)


@attrs.frozen
class Folders:
    """Folders, with every link followed, and whether they may be written to."""

    roots: tuple[Path, ...]
    can_write: bool = False

    @classmethod
    def of(cls, named: Iterable[Path], *, can_write: bool = False) -> "Folders":
        """The folders a caller names.

        Raises:
            UsageError: one of them is no folder.
        """
        roots = []
        for path in named:
            if not path.is_dir():
                raise UsageError(NO_FOLDER.at(Place(file=str(path)), path))
            roots.append(path.resolve())
        return cls(tuple(roots), can_write)

    def readable(self, given: str) -> Path:
        """What a path leads to; a folder with all that stands in it, a file with its companions.

        A path that is not absolute begins at the first folder.

        Raises:
            UsageError: it leads outside, or to a device or pipe.
        """
        path = self.inside(given)
        if path.is_dir():
            beside = list(path.rglob("*"))
        else:
            # Some formats look for a file of the same stem beside the one they are given.
            beside = [one for one in _entries(path.parent) if one.name.startswith(f"{path.stem}.")]
        for one in beside:
            if one.is_symlink():
                self.inside(str(one))
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UsageError(NO_FILE_AT_ALL.at(Place(), given))
        return path

    def writable(self, given: str) -> Path:
        """What a path to be written leads to.

        Raises:
            UsageError: it leads outside, or the folders may only be read.
        """
        path = self.inside(given)
        if not self.can_write:
            raise UsageError(READ_ONLY.at(Place(), given))
        return path

    def inside(self, given: str) -> Path:
        """What a path leads to, whether or not anything stands there.

        Raises:
            UsageError: it leads outside.
        """
        try:
            path = (self.roots[0] / given).resolve()
            path.exists()
        except (OSError, ValueError, RuntimeError):
            # Loops of links, a NUL, names longer than the system takes.
            raise self._refusal(given) from None
        if not self._holds(path):
            raise self._refusal(given)
        return path

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self.roots)

    def _refusal(self, given: str) -> UsageError:
        return UsageError(OUTSIDE.at(Place(), given, folders=", ".join(map(str, self.roots))))


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
