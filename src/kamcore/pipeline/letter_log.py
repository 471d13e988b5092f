"""The log of letters and disputes: a file of JSON lines that is only added to.

Each line is an event: what became of a letter (`kamcore.model.confirmation`) or what was said of
a dispute (`kamcore.matching.two_sided.dispute`).
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from kamcore.errors import Fault, SourceError
from kamcore.matching.two_sided.dispute import DisputeEvent
from kamcore.model.confirmation import Confirmation
from kamcore.place import Place

__all__ = ["LetterLog", "append_log", "read_log"]

BAD_LINE = Fault(
    code="C6201",
    zh="对账记录第 {line} 行读不出: {reason}",
    en="line {line} of the log of letters cannot be read: {reason}",
    hint_zh="记录只由 kamcore 追加; 从备份恢复这一行",
    hint_en="only kamcore adds to the log; restore the line from a backup",
)


@attrs.frozen(kw_only=True)
class LetterLog:
    """The events of a log, in their order."""

    letters: tuple[Confirmation, ...] = ()
    disputes: tuple[DisputeEvent, ...] = ()


def read_log(path: Path) -> LetterLog:
    """Read a log; one that does not exist yet is empty.

    Raises:
        SourceError: a line is no event.
    """
    if not path.exists():
        return LetterLog()
    letters, disputes = [], []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said: dict[str, Any] = json.loads(line)
            if "key" in said:
                disputes.append(DisputeEvent.from_json(said))
            else:
                letters.append(Confirmation.from_json(said))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            place = Place(file=str(path), line=number)
            problem = BAD_LINE.at(place, line[:60], line=number, reason=error)
            raise SourceError(problem) from error
    return LetterLog(letters=tuple(letters), disputes=tuple(disputes))


def append_log(path: Path, events: Iterable[Confirmation | DisputeEvent]) -> int:
    """Add events at the end of a log, and give their number."""
    lines = [json.dumps(event.to_json(), ensure_ascii=False) for event in events]
    if lines:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write("\n".join(lines) + "\n")
    return len(lines)
