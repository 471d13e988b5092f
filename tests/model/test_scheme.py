"""Code schemes: split, spell and detect, also on messy codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.model.scheme import CodeScheme, strip

FOUR_TWO = CodeScheme((4, 2, 2, 2))
FOUR_THREE = CodeScheme((4, 3, 3))
DOTTED = CodeScheme((4, 2), ".")


@pytest.mark.parametrize(
    ("scheme", "code", "parts"),
    [
        (FOUR_TWO, "6602010203", ("6602", "01", "02", "03")),
        (FOUR_TWO, "6602", ("6602",)),
        (FOUR_TWO, "66020", ("6602", "0")),
        (FOUR_TWO, "1122.01", ("1122", "01")),
        (FOUR_THREE, "1122001", ("1122", "001")),
        (FOUR_THREE, "1122001002", ("1122", "001", "002")),
        (DOTTED, "6602.01.01.01", ("6602", "01", "01", "01")),
        (DOTTED, "1122-01", ("1122", "01")),
        (DOTTED, "112201", ("1122", "01")),
        (DOTTED, "", ()),
    ],
)
def test_a_code_splits_into_its_levels(scheme, code, parts):
    assert scheme.split(code) == parts
    assert scheme.level(code) == len(parts)


def test_every_spelling_becomes_the_scheme_s_own():
    assert {DOTTED.spell(code) for code in ("112201", "1122.01", "1122-01", "1122_01")} == {
        "1122.01"
    }
    assert {FOUR_TWO.spell(code) for code in ("112201", "1122.01", "1122-01")} == {"112201"}


def test_a_parent_is_one_level_up():
    assert DOTTED.parent("6602.01.03") == "6602.01"
    assert FOUR_THREE.parent("1122001") == "1122"
    assert FOUR_TWO.parent("1122") is None


def test_a_code_fits_when_every_level_has_its_length():
    assert DOTTED.fits("6601.30")
    assert not DOTTED.fits("6601.3")
    assert FOUR_TWO.fits("6602010203")
    assert not FOUR_TWO.fits("66020")


@pytest.mark.parametrize(
    ("codes", "lengths", "separator"),
    [
        (["1001", "112201", "11220101", "1122010101"], (4, 2, 2, 2), ""),
        (["1001", "1122001", "1122001001"], (4, 3, 3), ""),
        (["1001", "1122.01", "6602.01.01.01"], (4, 2, 2, 2), "."),
        (["1001", "1122-01"], (4, 2), "-"),
        (["1001"], (4, 2), ""),
        (["112201"], (4, 2), ""),
        (["1122001"], (4, 3), ""),
        (["112201", "11220101"], (4, 2, 2), ""),
        (["1001", "11220101"], (4, 2, 2), ""),
        (["100", "10001"], (3, 2), ""),
        ([], (4, 2), ""),
        (["", " ", None], (4, 2), ""),
        (["1001", "112201", "112202", "660201", "66020"], (4, 2), ""),
        (["1.12201E+05", "1001", "112201"], (4, 2), ""),
        (["科目代码", "合计", " 1122.01 ", "1001"], (4, 2), "."),
        (["6601.3", "6601.01"], (4, 2), "."),
        (["1122.01", "1122.02", "6602-01"], (4, 2), "."),
        (["1122.", ".01", "1001", "112201"], (4, 2), ""),
    ],
)
def test_a_scheme_is_found_in_codes(codes, lengths, separator):
    found = CodeScheme.detect(codes)
    assert (found.lengths, found.separator) == (lengths, separator)


@given(st.lists(st.text(max_size=12), max_size=30))
def test_detection_answers_for_any_codes(codes):
    scheme = CodeScheme.detect(codes)
    assert all("".join(scheme.split(code)) == strip(code) for code in codes)


@given(
    st.sampled_from([(4, 2, 2, 2), (4, 3, 3), (4, 2, 2), (3, 2, 2)]),
    st.sampled_from(["", ".", "-"]),
    st.data(),
)
def test_a_full_chart_tells_its_scheme(lengths, separator, data):
    scheme = CodeScheme(lengths, separator)
    deepest = "".join(
        data.draw(st.text("0123456789", min_size=length, max_size=length)) for length in lengths
    )
    codes = [deepest]
    while scheme.parent(codes[-1]):
        codes.append(scheme.parent(codes[-1]))
    codes = [scheme.spell(code) for code in codes]
    assert CodeScheme.detect(codes) == scheme


def test_a_scheme_reads_and_shows_its_lengths():
    assert CodeScheme.parse("4-2-2-2") == FOUR_TWO
    assert str(CodeScheme.parse("4-3-3", ".")) == "4-3-3"
    for wrong in ("", "4-", "4-0", "a", "4.2", "4--2"):
        with pytest.raises(ValueError, match="code scheme"):
            CodeScheme.parse(wrong)
    with pytest.raises(ValueError, match="positive"):
        CodeScheme((4, 0))


def test_every_separator_goes_and_nothing_else():
    assert strip("1122.01-02_03/04") == "112201020304"
    assert strip("11 22:A*") == "11 22:A*"
