"""Reading T+ bodies: the shared sample, and the broken ones."""

import pytest

from expectations import SAMPLES, Terms, compare, expectation, needs_shared
from kamcore.adapters.yonyou_tplus_json import FORMAT, layout
from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.model.dimension import dimension_id

COLUMNS = {key: name for name, key in layout.AUX.items()}
SAMPLE = "yonyou/t_plus_vouchers.json"


def read(sample):
    return FORMAT.read(Source(SAMPLES / sample), {})


def body(entries, more=""):
    text = f'[{{"dto": {{"VoucherDate": "2025-01-02", {more} "Entrys": {entries}}}}}]'
    return Source(data=text.encode(), name="a.json")


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected():
    reading = read(SAMPLE)
    terms = Terms(column_of=lambda label: COLUMNS.get(label) or dimension_id(label))
    assert compare(reading.books, expectation(SAMPLE), terms) == []
    assert reading.problems == ()


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("json_wrong_types", "G1703"),
        ("json_entries_object", "G1703"),
        ("json_duplicate_key", "G1704"),
        ("json_nan", "G2003"),
        ("json_infinity", "G2003"),
        ("json_huge", "G2003"),
    ],
)
def test_a_bad_value_is_answered_at_its_key(name, code):
    expect = expectation(f"bad/{name}.json")
    reading = read(f"bad/{name}.json")
    (problem,) = reading.problems
    assert (problem.code, problem.place.path) == (code, expect["faults"][0]["place"]["path"])
    assert reading.books.vouchers.height == expect["good_vouchers"] + 1
    assert reading.books.lines["debit"].null_count() == (name != "json_entries_object")


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "code", "line"), [("json_deep", "G1701", None), ("json_truncated", "G1002", 78)]
)
def test_a_bad_file_is_refused(name, code, line):
    with pytest.raises(SourceError) as caught:
        read(f"bad/{name}.json")
    assert (caught.value.code, caught.value.place.line) == (code, line)


def test_auxiliaries_of_a_line_may_stand_in_several_objects():
    entry = (
        '{"AmountDr": 1.5E2, "AuxInfos": [{"AuxAccCustomer": {"Code": "01"}},'
        ' {"AuxAccDepartment": {"Code": "02"}}], "Account": "1001", "Note": [{"a": true}]}'
    )
    reading = FORMAT.read(body(f"[{entry}]"), {})
    line = reading.books.lines.row(0, named=True)
    assert (line["aux_customer"], line["aux_department"], line["account"]) == ("01", "02", None)
    assert str(line["debit"]) == "150.0000"
    assert [(p.code, p.place.path) for p in reading.problems] == [
        ("G1703", "[0].dto.Entrys[0].Account")
    ]
    assert reading.books.extras.rows() == [("lines", 0, "Note[0].a", "true")]


def test_a_member_given_twice_is_not_chosen_between():
    entry = '{"AuxInfos": [{"BankAccount": {"Code": "1"}}, {"BankAccount": {"Code": "2"}}]}'
    reading = FORMAT.read(body(f"[{entry}]"), {})
    assert "G1704" in [problem.code for problem in reading.problems]
    assert reading.books.lines["source_row"].to_list() == [1]


def test_a_body_without_entries_keeps_its_head():
    reading = FORMAT.read(body("[]", '"DocType": {"Code": "记"},'), {})
    assert [problem.code for problem in reading.problems] == ["G1706"]
    assert reading.books.vouchers["word"].to_list() == ["记"]


@pytest.mark.parametrize("text", ["3", '"a"', "null"])
def test_what_is_no_body_is_refused(text):
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(data=text.encode(), name="a.json"), {})
    assert caught.value.code == "G1703"


def test_an_empty_list_is_said():
    reading = FORMAT.read(Source(data=b"[]", name="a.json"), {})
    assert [problem.code for problem in reading.problems] == ["G1711"]
