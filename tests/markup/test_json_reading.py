"""JSON read safely."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.markup.json_reading import DEEPEST, Figure, read_json


def read(text):
    return read_json(Source(data=text.encode(), name="a.json")).value


def refused(text):
    with pytest.raises(SourceError) as caught:
        read(text)
    return caught.value.code, caught.value.place.line


def test_numbers_stay_as_they_are_spelled():
    assert read("[1.10, 1E2, -1.5e-3, 12345678901234567890.12, 1e400, NaN]") == [
        "1.10",
        "100",
        "-0.0015",
        "12345678901234567890.12",
        "1e400",
        "NaN",
    ]
    assert type(read("[1]")[0]) is Figure


def test_a_number_with_a_monstrous_exponent_costs_nothing():
    assert read("[1e999999999999]") == ["1e999999999999"]


@pytest.mark.parametrize(
    ("depth", "is_deep"), [(DEEPEST, False), (DEEPEST + 1, True), (100_000, True)]
)
def test_depth_is_measured_before_parsing(depth, is_deep):
    text = "[" * depth + "]" * depth
    if is_deep:
        assert refused(text) == ("G1701", None)
    else:
        read(text)


def test_depth_of_a_file_cut_off_and_brackets_in_texts():
    assert refused("[" * 100_000)[0] == "G1701"
    assert refused('{"a":' * 5_000)[0] == "G1701"
    assert read(json.dumps(["[" * 500 + '"' + "\\"])) == ["[" * 500 + '"' + "\\"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "G1001", None),
        ('[\n{"a": 1,\n', "G1002", 2),
        ('[\n"abc', "G1002", 2),
        ("[1, 2", "G1002", 1),
        ("[tru", "G1002", 1),
        ('{"a": 1,}\n\n["much more text follows here"]', "G1702", 1),
        ("[1]\n] and a tail that is long", "G1702", 2),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text, code, line):
    assert refused(text) == (code, line)


@settings(deadline=None, max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ),
    st.integers(0, 2**16),
    st.integers(0, 255),
)
def test_torn_files_are_read_or_refused(value, where, change):
    data = bytearray(json.dumps(value, ensure_ascii=False).encode())
    data[where % len(data)] ^= change
    try:
        read_json(Source(data=bytes(data), name="a.json"))
    except SourceError as error:
        assert error.place.file == "a.json"


def test_half_a_character_is_replaced_and_said():
    text = '{"a": "\\ud800x",\n"b": "\\ud83d\\ude00", "c": "\\\\ud800", "d": "\\ud83d"}'
    found = read_json(Source(data=text.encode(), name="a.json"))
    assert found.value == {"a": "\ufffdx", "b": "😀", "c": "\\ud800", "d": "\ufffd"}
    assert [(p.code, p.place.line) for p in found.problems] == [("G1709", 1), ("G1709", 2)]
    assert found.problems[0].message("zh") == "\\ud800 是半个字符, 已换成 \ufffd"
