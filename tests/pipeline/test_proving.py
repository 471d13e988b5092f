"""A conversion that does not read back as it was leaves nothing; what was there stays."""

from pathlib import Path

import attrs
import pytest

import kamcore
from kamcore.adapters.native import FORMAT
from kamcore.books import Books
from kamcore.errors import PluginError
from kamcore.plugin import Registry, hookimpl
from kamcore.testing.sabotage import SABOTAGES, sabotaged
from small_books import books, cr, dr, voucher

BOOKS = books(
    voucher(1, dr("1122", "9.99", summary="销售"), cr("6001", "9.99")),
    voucher(2, dr("1002", "-5.25"), cr("1122", "-5.25")),
)
IN_WRITER = [one for one in SABOTAGES if one.in_writer]


@attrs.frozen
class Guest:
    """Offers a format that is broken in its writer, under a name of its own."""

    card: object

    @hookimpl
    def kamcore_formats(self) -> list[object]:
        return [self.card]


def broken(sabotage: object) -> Registry:
    card = sabotaged(FORMAT, sabotage)
    type(card).name = "broken"
    return Registry({"guest": Guest(card)})


@pytest.mark.parametrize("there", [None, b"old"], ids=["new", "replaced"])
@pytest.mark.parametrize("sabotage", IN_WRITER, ids=lambda one: one.name)
def test_what_does_not_come_back_is_not_kept(sabotage, there, tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    kamcore.write(BOOKS, source, format="native")
    if there is not None:
        target.write_bytes(there)
    formats = broken(sabotage)
    assert "broken" in formats.formats
    with pytest.raises(PluginError) as caught:
        kamcore.convert(
            source, target, to="broken", source_format="native", force=True, formats=formats
        )
    assert caught.value.code == "C3001"
    assert caught.value.problem.value
    assert (target.read_bytes() if target.exists() else None) == there
    assert {path.name for path in tmp_path.iterdir()} - {"b.jsonl"} == {"a.jsonl"}


def test_the_sound_format_is_proved(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    kamcore.write(BOOKS, source, format="native")
    done = kamcore.convert(source, target, to="native")
    assert done.proof.equal
    assert done.proof.expected == done.proof.found == BOOKS.totals()
    assert isinstance(done.reading.books, Books)
