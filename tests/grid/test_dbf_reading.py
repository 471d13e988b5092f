"""Reading dBASE tables: types of fields, encodings, marks, and files that are refused."""

import random
import struct

import pytest

from dbf_tables import table
from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid.dbf_reading import fields_of, read_dbf

TEXT = ("FEXP", "C", 10, 0)
FIGURE = ("FDEBIT", "N", 14, 2)


def read(data, **options):
    return read_dbf(Source(data=data, name="a.dbf"), **options)


def column(fields, *values, **options):
    records = [(b" ", [value]) for value in values]
    return read(table([fields], *records), **options).grid.frame.to_series().to_list()


@pytest.mark.parametrize(
    ("field", "raw", "text"),
    [
        (TEXT, "  甲乙 ", "  甲乙"),
        (TEXT, b"abc\0\0", "abc"),
        (TEXT, "", None),
        (FIGURE, "-12.50", "-12.50"),
        (FIGURE, "123456789012.34", "123456789012.3"),
        (FIGURE, "", None),
        (("FDATE", "D", 8, 0), "20250131", "2025-01-31"),
        (("FDATE", "D", 8, 0), "00000000", None),
        (("FDATE", "D", 8, 0), "2025131", "2025131"),
        (("FPOSTED", "L", 1, 0), "y", "TRUE"),
        (("FPOSTED", "L", 1, 0), "F", "FALSE"),
        (("FPOSTED", "L", 1, 0), "?", None),
        (("FNUM", "I", 4, 0), struct.pack("<i", -7), "-7"),
        (("FDEBIT", "Y", 8, 0), struct.pack("<q", -12_500), "-1.2500"),
        (("FRATE", "B", 8, 0), struct.pack("<d", 7.1859), "7.1859"),
        (("FTIME", "T", 8, 0), struct.pack("<ii", 2_460_678, 3_661_000), "2025-01-02 01:01:01"),
    ],
)
def test_types_of_fields(field, raw, text):
    raw = raw.encode("gbk")[: field[2]] if isinstance(raw, str) else raw
    assert column(field, raw, raw) == [text, text]


def test_doubles_are_marked_as_number_cells():
    grid = read(table([("FRATE", "B", 8, 0)], (b" ", [struct.pack("<d", 0.1 + 0.2)]))).grid
    assert grid.number_cells("FRATE").to_list() == [True]


def test_no_figure_passes_through_a_float():
    assert column(("F", "N", 20, 5), "12345678901234.56789") == ["12345678901234.56789"]


def test_records_keep_their_numbers_when_others_are_deleted():
    read_table = read(table([TEXT], (b" ", ["甲"]), (b"*", ["乙"]), (b" ", ["丙"])))
    assert read_table.grid.frame["FEXP"].to_list() == ["甲", "丙"]
    assert read_table.grid.rows.to_list() == [1, 3]
    problem = read_table.problems[0]
    assert (problem.code, problem.value, problem.facts["count"]) == ("G1604", "2", 1)


def test_a_strange_mark_is_said_at_its_record():
    found = read(table([TEXT], (b" ", ["甲"]), (b"x", ["乙"])))
    assert [(p.code, p.place.row, p.value) for p in found.problems] == [("G1605", 2, "0x78")]
    assert found.grid.height == 2


def test_half_a_character_at_the_end_and_bytes_inside():
    found = read(table([TEXT], (b" ", ["甲乙".encode("gbk")[:-1]]), (b" ", [b"\xff\xff ab"])))
    assert [(p.code, p.place.row, p.place.column) for p in found.problems] == [
        ("G1602", 1, "FEXP"),
        ("G1603", 2, "FEXP"),
    ]
    assert found.grid.frame["FEXP"][0] == "甲"


def test_utf_8_is_told_from_chinese_and_said():
    found = read(table([TEXT], (b" ", ["华联商".encode()]), (b" ", ["华联商厦".encode()[:10]])))
    assert found.encoding == "utf-8"
    assert found.grid.frame["FEXP"].to_list() == ["华联商", "华联商"]
    assert [p.code for p in found.problems] == ["G1104", "G1602"]
    assert column(TEXT, "华联".encode(), encoding="gb18030") != ["华联"]


def test_memo_and_unknown_fields_are_blank_and_said():
    fields = [("NOTE", "M", 10, 0), ("X", "Z", 3, 0)]
    found = read(table(fields, (b" ", ["7", "abc"]), (b" ", ["", ""])))
    assert [(p.code, p.value) for p in found.problems] == [("G1606", "NOTE"), ("G1607", "X")]
    assert found.grid.frame.null_count().row(0) == (2, 2)


def test_headers_of_foxpro_and_long_texts():
    data = table([TEXT, FIGURE], (b" ", ["甲", "1.00"]), header=bytes(263), version=0x30)
    assert read(data).grid.frame.row(0) == ("甲", "1.00")
    long = struct.pack("<11sc4xBB14x", b"FEXP", b"C", 300 % 256, 1)
    head = struct.pack("<BBBBIHH20x", 3, 125, 1, 1, 1, 65, 301)
    assert fields_of(head + long)[0].length == 300
    assert read(head + long + b"\r " + b"x" * 300).grid.frame.row(0) == ("x" * 300,)


@pytest.mark.parametrize("end", [b"", b"\x1a", b"\x1a" + bytes(100), bytes(511)])
def test_what_stands_behind_the_records_does_not_count(end):
    assert read(table([TEXT], (b" ", ["甲"]), end=end)).grid.height == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "G1001"),
        (b"\x03" * 20, "G1002"),
        (table([TEXT], (b" ", ["甲"]))[:50], "G1002"),
        (table([TEXT], (b" ", ["甲"]), stated=2), "G1601"),
        (table([TEXT], (b" ", ["甲"]), (b" ", ["乙"]), stated=1), "G1601"),
        (table([TEXT, FIGURE], (b" ", ["甲", "1"]))[:-8], "G1601"),
        (table([TEXT, TEXT], (b" ", ["甲", "乙"])), "G1608"),
        (table([TEXT], (b" ", ["甲"])).replace(b"\x0b\x00", b"\x0c\x00", 1), "G1003"),
    ],
)
def test_files_that_are_refused(data, code):
    with pytest.raises(SourceError) as caught:
        read(data)
    assert caught.value.code == code
    assert caught.value.place.file == "a.dbf"


def test_changed_bytes_never_crash():
    good = table([TEXT, FIGURE, ("D", "D", 8, 0)], *[(b" ", ["甲", "1.00", "20250102"])] * 5)
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            assert read(bytes(data)).grid.height <= 5
        except SourceError as error:
            assert error.place.file == "a.dbf"
