"""Records of XML as columns: what is read, what is refused, and where."""

import pytest

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.markup.elements import LINE, OWNER, RECORD, Listing, Pairs, Shape, read_elements

SHAPES = {
    "order": Shape(tags=("order",), skips=frozenset({"rows"})),
    "row": Shape(
        tags=("row",),
        pairs=(Pairs("aux", "@name"), Pairs("typed", "kind", "code"), Pairs("tax", ".")),
        listings=(Listing("flows", ("set", "flow"), "flow"),),
    ),
    "item": Shape(tags=("item",), within="list"),
}


def elements(text, encoding="utf-8", shapes=SHAPES):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return read_elements(Source(data=data, name="a.xml"), shapes, "order")


def refused(text, encoding="utf-8"):
    with pytest.raises(SourceError) as caught:
        elements(text, encoding)
    return caught.value.code, caught.value.place.line


def test_records_become_columns_of_text_with_lines_and_owners():
    found = elements(
        "<r a='1'>\n<order id='7'><no>1</no>\n<rows><row><x>甲</x></row>\n<row><x/><y>2</y></row>"
        "</rows></order><order><rows><row><y>3</y></row></rows></order></r>"
    )
    assert (found.root, dict(found.attributes)) == ("r", {"a": "1"})
    orders, rows = found.tables["order"], found.tables["row"]
    assert found.problems == ()
    assert orders.to_dict(as_series=False) == {
        LINE: [2, 4],
        OWNER: [None, None],
        "no": ["1", None],
        "@id": ["7", None],
    }
    assert rows.rows() == [(3, 0, "甲", None), (4, 0, None, "2"), (4, 1, None, "3")]


def test_pairs_become_fields_and_listings_tables():
    found = elements(
        "<r><order><row><aux><item name='d'>03</item><item name='e'/></aux>"
        "<typed><i><kind>0001</kind><code>B</code></i></typed><tax><rate>13</rate></tax>"
        "<flows><set><flow n='1'/><flow>x</flow></set></flows></row></order></r>"
    )
    row = found.tables["row"].row(0, named=True)
    assert {k: v for k, v in row.items() if k[0] != "#"} == {
        "aux/d": "03",
        "typed/0001": "B",
        "tax/rate": "13",
    }
    flows = found.tables["flow"]
    assert flows.drop(LINE).rows(named=True) == [
        {RECORD: 0, "@n": "1", "text": None},
        {RECORD: 0, "@n": None, "text": "x"},
    ]


def test_namespaces_comments_and_cdata_are_no_hindrance():
    found = elements(
        "<r xmlns='urn:x'><order><!-- c --><no>a<!-- b -->b<![CDATA[<&]]></no></order></r>"
    )
    assert found.tables["order"]["no"].to_list() == ["ab<&"]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("<order><no>1</no><no>2</no></order>", "G1412", "no"),
        ("<order><deep><x>1</x></deep></order>", "G1411", "deep"),
        ("<stray>1</stray><order/>", "G1411", "stray"),
        ("<order/><stray a='1'/>", "G1411", "stray"),
        ("<order><rows><stray>1</stray><row/></rows></order>", "G1411", "stray"),
        (
            "<order><row><aux><item name='d'>1</item><item name='d'>2</item></aux></row></order>",
            "G1412",
            "aux/d",
        ),
        ("<order/><item>1</item>", "G1411", "item"),
    ],
)
def test_nothing_is_dropped_in_silence(text, code, name):
    (problem,) = elements(f"<r>{text}</r>").problems
    assert (problem.code, problem.value, problem.place.line) == (code, name, 1)


def test_a_record_outside_an_owner_has_none():
    found = elements("<r><row><x>1</x></row><order><row><x>2</x></row></order></r>")
    assert found.tables["row"][OWNER].to_list() == [None, 0]


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "utf-8", "UTF-16"])
def test_declared_encodings_are_read(declared):
    encoding = "gb18030" if declared.lower().startswith("gb") else declared
    text = f'<?xml version="1.0" encoding="{declared}"?><r><order><no>堃喆𠮷</no></order></r>'
    assert elements(text, encoding).tables["order"]["no"].to_list() == ["堃喆𠮷"]


def test_a_character_may_lie_across_two_reads():
    text = "<r>" + "<order><no>甲乙丙</no></order>" * 30_000 + "</r>"
    declared = '<?xml version="1.0" encoding="gbk"?>'
    assert elements(declared + text, "gbk").tables["order"]["no"].unique().to_list() == ["甲乙丙"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "G1001", None),
        ("  \n", "G1001", None),
        ("plain text", "G1410", None),
        ("<!-- c -->\n<!DOCTYPE r SYSTEM 'http://example.invalid/a'><r/>", "G1401", 2),
        ("<!DOCTYPE r PUBLIC 'a' 'b'><r/>", "G1401", 1),
        ("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///a'>]><r>&x;</r>", "G1402", 1),
        ("<!DOCTYPE r [<!ENTITY % x SYSTEM 'file:///a'>]><r/>", "G1402", 1),
        ("<!DOCTYPE r [<!ENTITY x 'y'>]><r>&x;</r>", "G1403", 1),
        ("<!DOCTYPE r><r/>", "G1404", 1),
        ("<?xml version='1.0' encoding='klingon'?><r/>", "G1406", 1),
        ("<r>\n\x0b</r>", "G1407", 2),
        ("<r>\n<order>\n", "G1002", 3),
        ("<r>\n<a></b></r>", "G1408", 2),
        ("<r/>\n<r/>", "G1408", 2),
        ("<r>" + "<a>" * 300 + "</a>" * 300 + "</r>", "G1408", 1),
    ],
)
def test_unsound_files_are_refused_with_their_line(text, code, line):
    assert refused(text) == (code, line)


def test_bytes_that_are_not_what_is_declared_are_refused():
    chinese = '<?xml version="1.0" encoding="{}"?>\n<r><order><no>收款凭证</no></order></r>'
    assert refused(chinese.format("utf-8").encode("gbk")) == ("G1405", 1)
    assert refused(chinese.format("gb2312").encode()) == ("G1405", 1)
    assert refused(b"<r>\n\xff\xff</r>") == ("G1101", 2)


def test_names_without_end_are_refused():
    fields = "".join(f"<f{number}/>" for number in range(2_500))
    assert refused(f"<r><order>{fields}</order></r>")[0] == "G1409"


def test_an_entity_nobody_declared_is_refused():
    assert refused("<r><order><no>&nobody;</no></order></r>")[0] in ("G1408", "G1002")
