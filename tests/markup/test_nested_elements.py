"""Records inside records, with fields in groups."""

import pytest

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.markup.elements import LINE, Shape, read_elements
from kamcore.markup.nested_elements import read_nested

BOOK = """<?xml version="1.0"?>
<book xmlns="urn:book" lang="zh">
  <head><name>岚桥</name></head>
  <entry no="7">
    <date>2025-01-31</date>
    <line><sum unit="CNY"><value>1.00</value></sum><code>1</code></line>
    <line><code>2</code><code>3</code></line>
    <note>after the lines</note>
  </entry>
  <other><line><code>4</code></line></other>
</book>"""


def read(text, records):
    return read_nested(Source(data=text.encode(), name="book.xml"), records)


def read_plain(text, records):
    shapes = {kind: Shape(tags=(tag,)) for tag, kind in records.items()}
    return read_elements(Source(data=text.encode(), name="book.xml"), shapes)


def test_every_record_knows_the_one_around_it_and_its_fields_by_path():
    found = read(BOOK, {"entry": "entry", "entry/line": "line"})
    assert (found.root, found.namespace) == ("book", "urn:book")
    assert found.outside == {
        "@lang": "zh",
        "head/name": "岚桥",
        "other/line/code": "4",
    }
    entry = found.tables["entry"].row(0, named=True)
    assert (entry["@no"], entry["date"], entry["note"]) == ("7", "2025-01-31", "after the lines")
    lines = found.tables["line"]
    assert lines["#in:entry"].to_list() == [0, 0]
    assert lines[LINE].to_list() == [6, 7]
    assert lines["sum/value"].to_list() == ["1.00", None]
    assert lines["sum/@unit"].to_list() == ["CNY", None]
    assert lines["code"].to_list() == ["1", "2"]
    assert [(p.code, p.place.line, p.value) for p in found.problems] == [("G1412", 7, "code")]


def test_a_tag_is_a_record_wherever_it_stands_unless_its_parent_is_named():
    found = read(BOOK, {"line": "line"})
    assert found.tables["line"]["code"].to_list() == ["1", "2", "4"]
    assert found.tables["line"]["#in:line"].null_count() == 3


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE b [<!ENTITY a "aaaa">]><book><entry>&a;</entry></book>',
        '<!DOCTYPE b SYSTEM "http://example.com/b.dtd"><book/>',
        "<book><entry>",
        "<book><entry></book>",
        "",
    ],
)
def test_what_is_unsafe_or_broken_is_refused_with_a_place(text):
    with pytest.raises(SourceError) as refused:
        read(text, {"entry": "entry"})
    assert refused.value.problem.place.file == "book.xml"


def test_more_names_than_any_layout_has_are_refused():
    fields = "".join(f"<f{number}/>" for number in range(2100))
    with pytest.raises(SourceError) as refused:
        read(f"<book>{fields}</book>", {"entry": "entry"})
    assert refused.value.problem.code == "G1409"


def test_what_is_skipped_is_counted_and_not_read():
    found = read_nested(
        Source(data=BOOK.encode(), name="book.xml"), {"entry": "entry"}, skips={"line"}
    )
    assert found.skipped == {"line": (6, 3)}
    assert [name for name in found.tables["entry"].columns if "code" in name] == []
    assert "other/line/code" not in found.outside


@pytest.mark.parametrize("reader", [read, read_plain])
def test_a_prefix_that_nothing_declares_is_said(reader):
    text = '<book>\n<a:entry b:no="1"><c:code>2</c:code></a:entry></book>'
    with pytest.raises(SourceError) as refused:
        reader(text, {"entry": "entry"})
    problem = refused.value.problem
    assert (problem.code, problem.place.line) == ("G1408", 2)
    assert "prefix" in problem.value
