"""What the pages name is there: rooms of the house, commands, and every term with one meaning."""

import re
from collections import Counter
from pathlib import Path

import pytest

from kamcore.cli.shell.running import COMMANDS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "kamcore"
HOUSE = (ROOT / "docs" / "house.md").read_text("utf-8")


def _rooms() -> set[str]:
    """Folders and modules of the package, but for those that only open its doors."""
    folders = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    return folders | {path.stem for path in SOURCE.glob("[!_]*.py")}


def test_the_picture_of_the_house_shows_every_room():
    picture = HOUSE.split("```")[1]
    shown = re.findall(r"^(?: roof |ground|      ) +([a-z|]+)", picture, re.MULTILINE)
    assert {room for one in shown for room in one.split("|")} == _rooms()


def test_every_room_has_one_sentence():
    said = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", HOUSE, re.MULTILINE)
    assert sorted(said) == sorted(_rooms())


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_that_a_readme_names_is_there(page):
    text = (ROOT / page).read_text("utf-8")
    table = [line for line in text.splitlines() if re.search(r"\| `[a-z]", line)]
    named = {name for line in table for name in re.findall(r"`([a-z-]+)(?: [a-z]+)?`", line)}
    named |= set(re.findall(r"`kamcore ([a-z-]+)", text))
    assert len(named) > len(COMMANDS) // 2
    assert named <= {*COMMANDS}


def test_a_term_of_the_glossary_has_one_row():
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-zA-Z ,-]+?) \|", glossary, re.MULTILINE)
    terms = Counter(term for row in rows[1:] for term in row.split(", "))
    assert [term for term, count in terms.items() if count > 1] == []
