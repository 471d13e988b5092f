"""Writing books: whole or not at all, and never over another file unasked."""

import os
from pathlib import Path

from kamcore.books import Books
from kamcore.format import LossReport, Options
from kamcore.pipeline.atomic import whole
from kamcore.plugin import Registry, registry


def write(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    books: Books,
    path: str | os.PathLike[str],
    format: str,  # noqa: A002  the word every user will look for
    *,
    options: Options | None = None,
    allow_loss: bool = True,
    force: bool = False,
    formats: Registry | None = None,
) -> LossReport:
    """Write books in a format and say what it could not hold.

    Raises:
        UsageError: the target exists and `force` is false, or the format cannot be written.
        LossRefused: something would be lost and `allow_loss` is false.
    """
    chosen = (formats or registry()).format(format)
    target = Path(path)
    with whole(target, force=force) as temporary:
        return chosen.write(books, temporary, options=options, allow_loss=allow_loss)
