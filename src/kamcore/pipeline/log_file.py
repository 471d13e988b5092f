"""The append-only log as a file: one JSON object a line, the hash of each over the one before."""

import datetime as dt
import json
import os
from collections.abc import Iterable
from pathlib import Path

from kamcore.errors import Fault, SourceError
from kamcore.ledger.log import LogEntry
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

__all__ = ["read_log", "write_log"]

NOT_AN_ENTRY = Fault(
    code="C6021",
    zh="日志第 {row} 行不是日志记录: {reason}",
    en="line {row} of the log is no entry: {reason}",
    hint_zh="日志只能由 kamcore 追加; 请从备份恢复",
    hint_en="only kamcore adds to a log: restore it from a backup",
)

_FIELDS = {"number", "at", "person", "action", "subject", "detail", "previous", "hash"}


def read_log(path: str | os.PathLike[str]) -> tuple[LogEntry, ...]:
    """Read a log; whether its chain is whole is a question for `kamcore.ledger.log.verify`.

    Raises:
        UsageError: there is no such file.
        SourceError: a line is no entry.
    """
    source = source_of(path)
    entries = []
    text = Path(path).read_bytes().decode("utf-8-sig", "replace")
    for row, line in enumerate(text.split("\n"), 1):
        if line.strip():
            entries.append(_entry(line, Place(file=source.name, line=row)))
    return tuple(entries)


def write_log(entries: Iterable[LogEntry], path: Path) -> None:
    """Write a log, whole or not at all; the entries there before are among `entries`.

    Raises:
        UsageError: the file cannot be written.
    """
    lines = [json.dumps(entry.to_json(), ensure_ascii=False) + "\n" for entry in entries]
    with whole(path, force=True) as temporary:
        temporary.write_bytes("".join(lines).encode("utf-8"))


def _entry(line: str, place: Place) -> LogEntry:
    try:
        said = json.loads(line)
        if not isinstance(said, dict) or set(said) != _FIELDS:
            raise ValueError("not the fields of an entry")  # noqa: TRY301
        if not all(isinstance(said[name], str) for name in _FIELDS - {"number", "detail"}):
            raise TypeError("a field is no text")  # noqa: TRY301
        if not isinstance(said["detail"], dict):
            raise TypeError("the detail is no object")  # noqa: TRY301
        dt.datetime.fromisoformat(said["at"])
        return LogEntry.from_json(said)
    except (ValueError, TypeError, RecursionError) as error:
        raise SourceError(NOT_AN_ENTRY.at(place, row=place.line, reason=error)) from error
