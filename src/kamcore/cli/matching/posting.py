"""Letters to files: what `reconcile` and `statement` share."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import click

from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.progress import progress
from kamcore.cli.shell.screen import Screen
from kamcore.errors import UsageError
from kamcore.pipeline.atomic import EXISTS, NOT_WRITABLE
from kamcore.place import Place
from kamcore.reports.letter import Letter
from kamcore.reports.letter_writing import letter_name, write_letter, write_letters

__all__ = ["LISTS", "post", "ready", "reply_option", "sender_of", "sender_option"]

TOGETHER = (".html", ".xlsx")
"""Files that hold all letters; anything without a suffix is a folder with a page each."""

LISTS = (".csv", ".json")
"""What `statement` writes besides."""

reply_option = option(
    "--reply-to",
    "reply",
    metavar="TEXT",
    zh="回函地址、联系人和电话; 不给时留空待填",
    en="Where the answer goes: address, person, telephone; blank lines when left out.",
)


sender_option = option(
    "--sender",
    metavar="NAME",
    zh="发函单位; 缺省为账套的单位名称",
    en="Who writes; else the owner of the books.",
)


def sender_of(screen: Screen, named: str | None, owner: str) -> str:
    """Who signs the letters; a word for us where nobody is named, which is told."""
    if not (named or owner):
        screen.note(
            "  账套没有单位名称, 信函署名「本公司」; 用 --sender 写明",
            "  the books name no owner and the letters are signed by 'our company'; give --sender",
        )
    return named or owner or screen.say("本公司", "our company")


def ready(out: Path | None, parameter: str, *, force: bool) -> None:
    """Refuse a file for letters that cannot be, before any work is done.

    Raises:
        UsageError: it stands there and is not to be replaced, or is neither a page nor a
            workbook nor a folder.
    """
    if out is None:
        return
    place = Place(file=str(out))
    if out.suffix and out.suffix.lower() not in TOGETHER and not out.is_dir():
        wants = ", ".join((*TOGETHER, *LISTS) if parameter == "--output" else TOGETHER)
        command = click.get_current_context().command_path
        facts = {"parameter": parameter, "wants": f" ({wants})", "command": command}
        raise UsageError(BAD_VALUE.at(place, out.name, **facts))
    if out.is_file() and (not force or not out.suffix):
        raise UsageError(EXISTS.at(place, out.name))


def post(screen: Screen, letters: Sequence[Letter], out: Path, *, force: bool) -> list[Path]:
    """Write letters as one page or workbook, or a page each into a folder; give the files.

    Raises:
        UsageError: a file stands there and is not to be replaced, or cannot be written.
    """
    if not letters:
        return []
    if out.suffix.lower() in TOGETHER and not out.is_dir():
        write_letters(letters, out, force=force)
        return [out]
    paths = [out / f"{letter_name(one)}.html" for one in letters]
    standing = [path for path in paths if path.exists()]
    if standing and not force:
        raise UsageError(EXISTS.at(Place(file=str(standing[0])), standing[0]))
    fresh = [path for path in paths if path not in standing]
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(NOT_WRITABLE.at(Place(file=str(out)), out, reason=reason)) from error
    try:
        with progress(screen) as report:
            for number, (letter, path) in enumerate(zip(letters, paths, strict=True), start=1):
                write_letter(letter, path, force=force)
                report("write", number, len(letters))
    except BaseException:
        # Half a batch would be sent twice, or never.
        _take_back(out, fresh, made=made)
        raise
    return paths


def _take_back(folder: Path, fresh: Sequence[Path], *, made: bool) -> None:
    with contextlib.suppress(OSError):
        for path in fresh:
            path.unlink(missing_ok=True)
        if made:
            folder.rmdir()
