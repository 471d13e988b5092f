"""What the bytes are, whatever the name says, and what is refused."""

import struct
import zipfile

import pytest

from grid.raw_xlsx import parts, text, zipped
from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.grid.archive import RATIO_FROM, open_package
from kamcore.grid.container import detect
from kamcore.grid.head import head_of
from kamcore.grid.workbook import open_workbook

ROWS = {1: [text("A1", "日期"), text("B1", "金额")], 2: [text("A2", "x")]}


def named(data, name="a.xlsx"):
    return Source(data=data, name=name)


def compound(*names, sector=512):
    """An OLE file with nothing in it but a directory of streams."""
    entries = b""
    for name in ("Root Entry", *names):
        wide = (name + "\0").encode("utf-16-le")
        kind = 5 if name == "Root Entry" else 2
        entries += wide.ljust(64, b"\0") + struct.pack("<HB", len(wide), kind) + bytes(61)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    head = head.ljust(sector, b"\xff")
    return head + table + entries.ljust(sector, b"\0")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (zipped(parts(ROWS)), "xlsx"),
        (zipped({"a.txt": "x"}), "zip"),
        (b"PK\x03\x04" + bytes(50), "zip"),
        (compound("Workbook"), "xls"),
        (compound("EncryptedPackage"), "ole"),
        (compound("WordDocument"), "ole"),
        (b"<html><body>", "html"),
        ("\ufeff<?xml version='1.0'?>\n<table>".encode("utf-16"), "html"),
        (b"<?xml version='1.0'?><ufinterface/>", "xml"),
        (b' \n{"a": 1}', "json"),
        (b"[]", "json"),
        ("填制凭证,V800".encode("gbk"), "text"),
        ("日期,金额".encode("utf-16"), "text"),
        ("a,b\nc,d\n".encode("utf-16-le"), "text"),
        (bytes(range(256)) * 4, "unknown"),
        (bytes([3, 125, 11, 30]) + struct.pack("<IHH", 2, 65, 10) + bytes(100), "dbf"),
    ],
)
@pytest.mark.parametrize("name", ["a.xlsx", "b.txt", "c"])
def test_kinds_go_by_content_only(data, kind, name):
    assert detect(named(data, name)) == kind


def test_a_folder_is_a_folder(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    head = head_of(Source(tmp_path))
    assert (head.container, head.parts) == ("folder", ("manifest.json",))


def test_the_head_of_a_workbook_shows_parts_and_cells():
    head = head_of(named(zipped(parts(ROWS))))
    assert "xl/workbook.xml" in head.parts
    assert head.sheets == {"S": (("日期", "金额"), ("x",))}


def test_the_head_of_a_text_is_decoded():
    head = head_of(named("填制凭证,V800\n".encode("gbk") * 9000, "v.txt"))
    assert head.text.startswith("填制凭证,V800\n")
    assert head.encoding == "gb18030"


def lied(data, name, size):
    """The archive with another size stated for one part."""
    torn = bytearray(data)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        if data[at + 46 :].startswith(name.encode()):
            torn[at + 24 : at + 28] = struct.pack("<I", size)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(torn)


def external(data):
    entity = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    content = parts(ROWS)
    content[data] = content[data].replace("?>", f"?>{entity}", 1)
    return zipped(content)


SHEET = "xl/worksheets/sheet1.xml"
REFUSED = {
    "nothing": (b"", "G1001"),
    "cut zip": (zipped(parts(ROWS))[:900], "G1002"),
    "cut ole": (compound("Workbook")[:900], "G1002"),
    "no workbook in zip": (zipped({"a.txt": "x"}), "G1004"),
    "no workbook in ole": (compound("WordDocument"), "G1004"),
    "no workbook at all": (b"<?xml version='1.0'?><a/>", "G1004"),
    "no sheet": (zipped({k: v for k, v in parts(ROWS).items() if k != SHEET}), "G1004"),
    "protected": (compound("EncryptedPackage", "EncryptionInfo"), "G1005"),
    "bomb": (zipped(parts({1: [text("A1", " " * (RATIO_FROM + 1))]})), "G1006"),
    "smaller size stated": (lied(zipped(parts(ROWS)), SHEET, 20), "G1006"),
    "larger size stated": (lied(zipped(parts(ROWS)), SHEET, 9000), "G1003"),
    "entity in strings": (external("xl/sharedStrings.xml"), "G1007"),
    "entity in sheet": (external(SHEET), "G1007"),
    "entity in styles": (external("xl/styles.xml"), "G1007"),
    "wide part": (zipped(parts(ROWS) | {SHEET: "<a/>".encode("utf-16")}), "G1003"),
    "no element": (zipped(parts(ROWS) | {SHEET: " "}), "G1003"),
    "ole without biff": (compound("Workbook"), "G1003"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=list(REFUSED))
def test_each_broken_container_has_its_fault(data, code):
    with pytest.raises(SourceError) as caught:
        open_workbook(named(data)).load("S")
    assert caught.value.code == code
    assert caught.value.place.file == "a.xlsx"
    for lang in ("zh", "en"):
        assert caught.value.text(lang)


@pytest.mark.parametrize("data", [data for data, _ in REFUSED.values()], ids=list(REFUSED))
def test_a_head_is_never_an_error(data):
    assert head_of(named(data)).name == "a.xlsx"


def test_a_part_comes_out_as_it_went_in():
    content = parts({row: [text(f"A{row}", "x" * 999)] for row in range(1, 4000)})
    package = open_package(named(zipped(content)))
    assert package.read(SHEET).decode() == content[SHEET]
    assert len(list(package.pieces(SHEET))) > 2


def test_stored_parts_are_read(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts(ROWS).items():
            archive.writestr(name, content)
    assert open_workbook(Source(path)).load("S").frame.shape == (2, 2)


def test_a_wrong_name_is_a_warning_and_the_content_counts(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(zipped(parts(ROWS)))
    book = open_workbook(Source(path))
    assert [problem.code for problem in book.problems] == ["G1008"]
    assert book.load("S").frame["0"].to_list() == ["日期", "x"]
