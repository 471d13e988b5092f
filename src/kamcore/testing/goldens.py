"""Goldens: what a sample was agreed to say, in the native format, beside the sample."""

from collections.abc import Iterable
from pathlib import Path

from kamcore.books import Books
from kamcore.format import Format, Source
from kamcore.format.comparing import differences
from kamcore.plugin import Registry
from kamcore.testing.strategies import EVERY_FACT
from kamcore.testing.wording import GOLDEN

__all__ = ["GOLDEN", "check_golden", "golden_of", "samples_in"]

_BESIDE = (GOLDEN, ".expect.json", ".md")


def samples_in(places: Path | Iterable[Path]) -> list[Path]:
    """The samples of a folder, or a list of them: everything but goldens and words about them."""
    if not isinstance(places, Path):
        return [path for path in places if path.exists()]
    if not places.is_dir():
        return []
    return sorted(
        path
        for path in places.iterdir()
        if not path.name.startswith(".") and not path.name.endswith(_BESIDE)
    )


def golden_of(sample: Path, folder: Path | None = None) -> Path:
    """Where the golden of a sample stands: beside it, or in a folder of goldens."""
    return (folder or sample.parent) / (sample.name + GOLDEN)


def check_golden(books: Books, golden: Path, *, update: bool) -> None:
    """Compare books with a golden; with `update` write it.

    Raises:
        AssertionError: there is no golden, or it says something else; names what.
    """
    native = _native()
    if update:
        native.write(books, golden)
        return
    if not golden.exists():
        raise AssertionError(f"{golden.name} is missing: run pytest with --kamcore-update")
    agreed = native.read(Source(golden), {}).books
    if agreed != books:
        found = [difference.text() for difference in differences(agreed, books, EVERY_FACT)]
        said = "\n".join(found) or f"{agreed.entity} ≠ {books.entity}, or another order of rows"
        raise AssertionError(f"{golden.name} (agreed ≠ read):\n{said}")


def _native() -> Format:
    return Registry({}).format("native")
