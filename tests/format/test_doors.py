"""A card finds its workers beside it: a package with reader.py, writer.py and spelling.py."""

import sys
from pathlib import Path

import pytest

from kamcore.books import Books
from kamcore.format import Format, Losses, Reading, Source

CARD = "from kamcore.format import Format\n\n\nclass Card(Format):\n    name = 'made-up'\n"
READER = (
    "from kamcore.books import Books\nfrom kamcore.format import Reading\n\n\n"
    "def read_books(source, options):\n"
    "    return Reading(books=Books(), reason=(source.name, ''))\n"
)
WRITER = "def write_books(books, target, losses, options):\n    target.write_text('written')\n"
SPELL = "def spell(books, losses, options):\n    return books, losses, options\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Make a package of these files; its card is given."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def make(name, **files):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text(CARD)
        for file, text in files.items():
            (folder / f"{file}.py").write_text(text)
        made.append(name)
        return __import__(name).Card

    yield make
    for name in [known for known in sys.modules if known.partition(".")[0] in made]:
        del sys.modules[name]


def test_workers_beside_the_card_are_found_and_imported_late(package, tmp_path):
    card = package("door_all", reader=READER, writer=WRITER, spelling=SPELL)()
    assert card.is_writable
    assert not {"door_all.reader", "door_all.writer"} & set(sys.modules)
    assert isinstance(card.read(Source(data=b"", name="a"), {}), Reading)
    card.render(Books(), tmp_path / "out", Losses(), {})
    assert (tmp_path / "out").read_text() == "written"
    books, losses, options = card.spelling(Books(), {"a": 1})
    assert isinstance(books, Books)
    assert isinstance(losses, Losses)
    assert options == {"a": 1}


def test_without_a_writer_a_format_is_read_only(package):
    card = package("door_reader", reader=READER)()
    assert not card.is_writable
    assert card.spelling(Books(), {}) == Books()


def test_a_spelling_may_stand_in_the_writer(package):
    card = package("door_writer", reader=READER, writer=WRITER + "\n\n" + SPELL)()
    assert isinstance(card.spelling(Books(), {})[0], Books)


def test_a_card_derived_elsewhere_keeps_the_workers_of_its_base(package):
    base = package("door_base", reader=READER, writer=WRITER)

    class Derived(base):
        pass

    assert Derived().is_writable


def test_own_doors_come_first(package):
    base = package("door_own", reader=READER)

    class Own(base):
        def render(self, books: Books, target: Path, losses: Losses, options: object) -> None:
            raise OSError("mine")

    assert Own().is_writable
    with pytest.raises(OSError, match="mine"):
        Own().render(Books(), Path(), Losses(), {})


def test_a_card_without_any_worker_says_what_is_missing(package):
    card = package("door_none")()
    with pytest.raises(NotImplementedError, match=r"read_books in reader\.py"):
        card.read(Source(data=b"", name="a"), {})


def test_a_card_in_a_plain_module_has_no_neighbours():
    class Plain(Format):
        name = "plain"

    assert not Plain().is_writable
