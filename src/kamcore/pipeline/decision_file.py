"""Decision files: read whole, written whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

from kamcore.grid.text import decode
from kamcore.matching.settlement.decisions import Saved, from_lines
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.reading import source_of

__all__ = ["read_decisions", "write_decisions"]


def read_decisions(path: str | os.PathLike[str]) -> tuple[Saved, list[str]]:
    """The decisions of a file, and its lines as they stand.

    Raises:
        UsageError: there is no such file.
        SourceError: a line is no decision.
    """
    source = source_of(Path(path))
    lines = decode(source).text.splitlines()
    return from_lines(lines, source.name), lines


def write_decisions(
    lines: Iterable[str], path: str | os.PathLike[str], *, force: bool = False
) -> None:
    """Write lines of decisions.

    Raises:
        UsageError: the file exists and `force` is false, or it cannot be written.
    """
    with whole(Path(path), force=force) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")
