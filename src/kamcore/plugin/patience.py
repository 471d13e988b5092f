"""How long a guest is waited for: one that never answers may not hold up everything else."""

import threading
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

__all__ = ["PATIENCE", "SLOW", "TooSlowError", "within"]

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds a plug-in may take for one answer before it is set aside."""

SLOW = 1.0
"""Seconds after which `kamcore plugins` calls an admitted plug-in slow."""


class TooSlowError(Exception):
    """A guest gave no answer in time."""


def within(seconds: float, ask: Callable[[], T]) -> tuple[T, float]:
    """The answer of `ask` and the seconds it took; whatever it raises is raised here.

    The question is asked in a thread of its own, because an import or a loop cannot be stopped
    from outside.  A thread that is given up ends with the process and its answer is not heard.

    Raises:
        TooSlowError: no answer after `seconds`.
    """
    answers: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:  # noqa: BLE001  handed on to who asked
            raised.append(error)

    begun = perf_counter()
    thread = threading.Thread(target=run, daemon=True, name="kamcore guest")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TooSlowError(f"no answer after {seconds:g} s")
    if raised:
        raise raised[0]
    return answers[0], perf_counter() - begun
