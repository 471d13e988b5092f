"""Cutting lines into fields agrees with splitting strings, whatever the text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.grid.fields import split_lines

NAMES = ["1", "2", "3"]
TEXT = st.lists(
    st.text(st.sampled_from(["a", "一", ",", '"', "'", " ", "\t", "#", "\x01", "0", ";"])),
    max_size=6,
)


def plainly(lines: list[str]) -> list[tuple[str | None, ...]]:
    cut = [[*line.split(","), "", "", ""][:3] for line in lines]
    return [tuple(part or None for part in parts) for parts in cut]


@given(TEXT, st.sampled_from(["\n", "\r\n", "\r\r\n"]), st.booleans())
def test_fields_are_those_of_the_split_line(lines: list[str], end: str, ended: bool) -> None:
    while lines and not ended and not lines[-1]:
        lines.pop()
    found = split_lines(end.join(lines) + (end if ended and lines else ""))
    assert found.frame["line"].to_list() == [line or None for line in lines]
    assert found.cut(NAMES).rows() == plainly(lines)
    widths = [line.count(",") + 1 if line else None for line in lines]
    assert found.frame["fields"].to_list() == widths
    assert found.frame["number"].to_list() == list(range(1, len(lines) + 1))


def test_every_control_character_at_once_is_still_read() -> None:
    text = "".join(map(chr, range(1, 10))) + "," + "".join(map(chr, range(14, 32)))
    assert split_lines(f"{text}\na,b").frame["line"].to_list() == [text, "a,b"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\rb\r", ["a", "b"]),
        ("a\rb\nc", ["a\rb", "c"]),
        ("a\rb\r\nc\r\n", ["a\rb", "c"]),
        ("a\n\nb\n\n", ["a", None, "b", None]),
        ("", []),
    ],
)
def test_line_ends(text: str, lines: list[str | None]) -> None:
    assert split_lines(text).frame["line"].to_list() == lines


def test_the_first_number_is_the_callers() -> None:
    assert split_lines("a\nb", first=2).frame["number"].to_list() == [2, 3]
