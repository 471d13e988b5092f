"""How far long work has come: bars on a terminal, plain lines elsewhere, on standard error."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from kamcore.cli.shell.screen import Screen

STEPS = {"read": ("读", "read"), "write": ("写", "write"), "check": ("复核", "check")}
"""The steps of a conversion, in Chinese and in English."""


@contextlib.contextmanager
def progress(screen: Screen) -> Iterator[Callable[[str, int, int], None]]:
    """Give the function a conversion reports its steps to."""
    if sys.stderr.isatty():
        with _bars(screen) as report:
            yield report
    else:
        yield _lines(screen)


@contextlib.contextmanager
def busy(screen: Screen) -> Iterator[None]:
    """Show on a terminal that a file is being read: how long it is, nobody knows before."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(screen.say("读取中 …", "reading …")):
        yield


def _lines(screen: Screen) -> Callable[[str, int, int], None]:
    def report(step: str, done: int, whole: int) -> None:
        if done == whole:
            zh, en = STEPS.get(step, (step, step))
            screen.note(f"  {zh} {done:,}/{whole:,}", f"  {en} {done:,}/{whole:,}")

    return report


@contextlib.contextmanager
def _bars(screen: Screen) -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {
            step: bars.add_task(screen.say(zh, en), total=None) for step, (zh, en) in STEPS.items()
        }

        def report(step: str, done: int, whole: int) -> None:
            if step in tasks:
                bars.update(tasks[step], completed=done, total=whole)

        yield report
