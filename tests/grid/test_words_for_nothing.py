"""Texts that the native reader would take for nothing among numbers: they are texts."""

from xml.sax.saxutils import escape

import pytest

from grid.raw_xlsx import source
from kamcore.grid.amount import read_amounts
from kamcore.grid.header import find_header, grid_of
from kamcore.grid.workbook import open_workbook

WORDS = (
    *("N/A", "n/a", "#N/A", "#NA", "NA", "<NA>", "NULL", "null", "None", "nan", "NaN", "-nan"),
    *("1.#IND", "-1.#QNAN", "#N/A N/A"),
)


def book(word, kind):
    """A workbook with a heading, a number, a word and a number, the word shared or inline."""
    shared = ("借方", word if kind == "shared" else "x")
    cell = {
        "shared": '<c r="A3" t="s"><v>1</v></c>',
        "inline": f'<c r="A3" t="inlineStr"><is><t>{escape(word)}</t></is></c>',
        "formula": f'<c r="A3" t="str"><f>B1</f><v>{escape(word)}</v></c>',
    }[kind]
    made = source(
        {
            1: ['<c r="A1" t="s"><v>0</v></c>'],
            2: ['<c r="A2"><v>5</v></c>'],
            3: [cell],
            4: ['<c r="A4"><v>7.25</v></c>'],
        },
        [f"<t>{escape(text)}</t>" for text in shared],
    )
    return open_workbook(made)


@pytest.mark.parametrize("kind", ["shared", "inline", "formula"])
@pytest.mark.parametrize("word", WORDS)
def test_a_word_among_numbers_is_kept(word, kind):
    sheet = book(word, kind).load("S", 1)
    assert sheet.frame["0"].to_list() == ["5", word, "7.25"]
    assert sheet.numbers["0"].to_list() == [True, False, True]


def test_an_amount_that_is_no_figure_is_said():
    opened = book("N/A", "shared")
    header = find_header(opened.peek("S"), {"借方": "借方"}, ["借方"])
    parsed = read_amounts(grid_of(opened.load("S", 0), header), "借方")
    assert [(p.code, p.place.row, p.value) for p in parsed.problems] == [("G2003", 3, "N/A")]
