"""How bytes become text, and when they are refused."""

import codecs
import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid import text

SHARED = Path(__file__).parents[3] / "shared" / "samples" / "bad"
PLAIN = "填制凭证,V800\r\n2025-01-02,收,1,3,收到投资款\r\n"

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)
COMMON = st.text(
    st.sampled_from("凭证收付转记银行存款应账客户供应商部门个人项目摘要货"), min_size=3
)


def refused(data: bytes, expected: str = "") -> SourceError:
    with pytest.raises(SourceError) as caught:
        text.decode(Source(data=data, name="a.txt"), expected)
    return caught.value


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PLAIN.encode("gbk"), "gb18030"),
        (PLAIN.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF8 + PLAIN.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), "utf-16-be"),
        (PLAIN.encode("utf-16-le"), "utf-16-le"),
        (PLAIN.encode("utf-16-be"), "utf-16-be"),
        ("\ufeff".encode("gb18030") + PLAIN.encode("gb18030"), "gb18030"),
        (b"\xff\xfe\0\0" + PLAIN.encode("utf-32-le"), "utf-32-le"),
    ],
)
def test_each_encoding_is_found(data: bytes, encoding: str) -> None:
    assert text.decode(Source(data=data, name="a.txt")) == text.Decoded(PLAIN, encoding)


@pytest.mark.parametrize("data", [b"", b"a,1\r\n"])
def test_ascii_suits_every_expectation(data: bytes) -> None:
    for expected in ("", "gbk", "utf-8"):
        found = text.decode(Source(data=data), expected)
        assert found == text.Decoded(data.decode(), "ascii")


def test_another_encoding_than_expected_is_a_warning() -> None:
    found = text.decode(Source(data=PLAIN.encode(), name="a.txt"), "gb2312")
    assert [str(problem) for problem in found.problems] == [
        "a.txt: G1104 the file is UTF-8, this format is GB18030 (GBK)"
    ]
    assert text.decode(Source(data=PLAIN.encode("gbk")), "gb2312").problems == ()


@given(COMMON)
def test_chinese_in_gbk_is_never_taken_for_another_encoding(words: str) -> None:
    found = text.decode_bytes(f"凭证,{words}\n".encode("gbk"))
    assert (found.text, found.encoding) == (f"凭证,{words}\n", "gb18030")


@given(HANZI)
def test_chinese_in_utf_8_is_never_taken_for_gbk(words: str) -> None:
    assert text.decode_bytes(words.encode()) == text.Decoded(words, "utf-8")


def test_bytes_valid_both_ways_are_decided_and_said() -> None:
    both = "联通".encode("gbk")
    assert text.decode_bytes(both).encoding == "gb18030"  # C1 is no lead byte of UTF-8
    both = "掳路".encode("gbk")
    assert both.decode() == "°·"
    found = text.decode_bytes(both)
    assert found.text == "掳路"
    assert [problem.code for problem in found.problems] == ["G1105"]
    accent = b"caf\xc3\xa9"
    assert text.decode_bytes(accent).text == "café"
    assert text.decode_bytes(accent, expected="gbk").text == "caf茅"
    assert text.decode_bytes(accent).problems[0].code == "G1105"
    assert text.decode_bytes(b"caf\xc3\xa9 \xc3\xa9\xc3\xa9", expected="utf-8").text == "café éé"


def test_invalid_bytes_name_line_and_offset() -> None:
    data = PLAIN.encode("gbk") + b"2025,\xff\r\n"
    error = refused(data)
    assert (error.code, error.place.line) == ("G1101", 3)
    assert error.problem.value == "0xFF"
    assert error.problem.facts["offset"] == data.index(b"\xff")
    error = refused(PLAIN.encode("utf-16-le")[:-1])
    assert error.code == "G1002"
    assert "最后一个字符只剩半个" in error.problem.message("zh")


def test_a_broken_byte_in_utf_8_is_said_of_utf_8() -> None:
    error = refused(PLAIN.encode() + b"a,\xe6\x94\n")
    assert error.code in {"G1101", "G1102"}
    assert error.place.line == 3
    error = refused(PLAIN.encode() + b"a,\xff\n")
    assert error.problem.facts["encoding"] == "UTF-8"


@pytest.mark.parametrize(("first", "second"), [("gbk", "utf-8"), ("utf-8", "gbk")])
@pytest.mark.parametrize("words", ["收款", "收货款", "销售两种产品"])
def test_mixed_encodings_are_refused_at_the_first_other_line(
    first: str, second: str, words: str
) -> None:
    lines = [f"1,{words},2\n".encode(first)] * 3 + [b"ascii\n"] + [f"{words},\n".encode(second)]
    error = refused(b"".join(lines * 2))
    assert (error.code, error.place.line) == ("G1102", 5)
    assert error.problem.facts["offset"] == sum(map(len, lines[:4]))


def test_a_single_line_of_utf_8_among_gbk_is_found() -> None:
    line = "2025-01-02,收,1,3,收到投资款\n"
    data = line.encode("gbk") * 500 + line.encode() + line.encode("gbk") * 500
    assert refused(data).place.line == 501


def test_nul_bytes_are_refused() -> None:
    data = PLAIN.encode("gbk") + b"a\0b\n"
    error = refused(data)
    assert (error.code, error.place.line) == ("G1103", 3)
    assert error.problem.facts["offset"] == data.index(b"\0")
    wide = codecs.BOM_UTF16_LE + (PLAIN + "a\0b").encode("utf-16-le")
    assert refused(wide).problem.facts["offset"] == len(wide) - 4
    assert refused(b"ascii\0").code == "G1103"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(SourceError):
        found = text.decode_bytes(data, "a.txt")
        assert "\0" not in found.text


@given(HANZI, st.sampled_from(["gb18030", "utf-8"]), st.integers(0, 3))
def test_the_start_of_a_file_may_end_inside_a_character(
    words: str, encoding: str, cut: int
) -> None:
    whole = f"凭证的开头{words}".encode(encoding)
    found, named = text.decode_start(whole[: len(whole) - cut])
    assert named == encoding
    assert found.startswith("凭证的开")


@pytest.mark.parametrize("name", ["GB2312", "gbk", "CP936", "gb18030", "936"])
def test_chinese_code_pages_are_gb18030(name: str) -> None:
    assert text.encoding_name(name) == "gb18030"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are absent")
@pytest.mark.parametrize(
    ("name", "code", "line", "offset"),
    [
        ("u8_invalid_bytes.txt", "G1101", 2, 60),
        ("u8_mixed_encodings.txt", "G1102", 11, 1077),
        ("u8_nul_bytes.txt", "G1103", 7, 729),
    ],
)
def test_broken_samples_are_refused(name: str, code: str, line: int, offset: int) -> None:
    with pytest.raises(SourceError) as caught:
        text.decode(Source(SHARED / name), "gb18030")
    problem = caught.value.problem
    assert (problem.code, problem.place.line, problem.facts["offset"]) == (code, line, offset)
