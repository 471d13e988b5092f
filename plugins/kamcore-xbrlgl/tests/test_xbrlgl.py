"""The laws, totals, and what a file of another hand may look like."""

from decimal import Decimal
from pathlib import Path

import pytest

from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.testing import FormatLaws
from kamcore.testing.sabotage import SABOTAGES, try_sabotages
from kamcore.testing.speed import plain_books
from kamcore_xbrlgl import FORMAT

SAMPLES = Path(__file__).parent / "samples"


class TestXbrlGl(FormatLaws):
    format = FORMAT
    samples = SAMPLES
    kin = frozenset({"entries.xbrl"})


def read(text):
    return FORMAT.read(Source(data=text.encode(), name="a.xbrl"), {})


def test_totals_are_those_of_the_books(tmp_path):
    books = plain_books(600)
    FORMAT.write(books, tmp_path / "a.xbrl")
    again = FORMAT.read(Source(tmp_path / "a.xbrl"), {}).books
    assert again.totals() == books.totals()


def test_an_older_namespace_and_parties_are_read():
    reading = FORMAT.read(Source(SAMPLES / "older.xbrl"), {})
    lines = reading.books.lines
    assert reading.problems == ()
    assert lines["aux_customer"].to_list() == ["00012", None, "00012", None]
    assert lines["aux_车间"].to_list() == [None, "W1", None, None]
    assert lines["credit"].to_list() == [Decimal(0), Decimal(1000), Decimal(0), Decimal(-100)]
    assert lines["fx_debit"].to_list() == [None, None, Decimal("-15.69"), None]


def test_a_side_nobody_knows_is_a_problem():
    text = (SAMPLES / "older.xbrl").read_text("utf-8").replace(">D<", ">Q<", 1)
    (problem,) = read(text).problems
    assert (problem.code, problem.value) == ("XG0003", "Q")


def test_a_sign_beside_an_amount_and_a_qualified_currency_are_read():
    text = (SAMPLES / "older.xbrl").read_text("utf-8")
    plain = read(text).books.lines
    side = text.index("<gl-cor:debitCreditCode")
    signed = f"{text[:side]}<gl-cor:signOfAmount>-</gl-cor:signOfAmount>{text[side:]}"
    assert read(signed).books.lines["debit"][0] == -plain["debit"][0]
    assert plain["currency"].to_list().count("USD") == 1
    named = read(text.replace(">USD<", ">iso4217:usd<")).books.lines
    assert named["currency"].to_list() == plain["currency"].to_list()


def test_a_stated_total_is_checked_and_a_field_without_a_place_is_named():
    text = (SAMPLES / "older.xbrl").read_text("utf-8")
    space = 'xmlns:gl-bus="http://www.xbrl.org/int/gl/bus/2006-10-25"'
    text = text.replace("xmlns:iso4217", f"{space} xmlns:iso4217", 1)
    begun = "<gl-cor:entryHeader>"
    stated = f"{begun}<gl-bus:totalDebit>1000.01</gl-bus:totalDebit>"
    problems = read(text.replace(begun, stated, 1)).problems
    assert [(p.code, p.value, p.facts["found"]) for p in problems] == [
        ("XG0005", "1000.01", "1000.00")
    ]
    right = text.replace(begun, stated.replace("1000.01", "1000.00"), 1)
    assert read(right).problems == ()
    more = text.replace(begun, f"{begun}<gl-cor:entryComment>x</gl-cor:entryComment>")
    (problem,) = read(more).problems
    assert (problem.code, problem.value, problem.facts["count"]) == ("XG0004", "entryComment", 2)


@pytest.mark.parametrize(
    "text", ["<root/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a><b></a>", "no xml"]
)
def test_other_files_are_refused_with_a_place(text):
    with pytest.raises(SourceError) as caught:
        read(text)
    assert caught.value.place.file == "a.xbrl"


def test_every_sabotage_is_caught():
    found = try_sabotages(FORMAT, [SAMPLES / "older.xbrl"], settings={"examples": 2})
    caught = {attempt.sabotage.name: attempt.caught_by for attempt in found}
    assert len(caught) == len(SABOTAGES)
    assert all(caught.values()), caught
