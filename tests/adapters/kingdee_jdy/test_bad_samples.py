"""Every broken sample of this layout: the fault asked for, as severe as asked, where it stands."""

import json

import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.errors import SourceError

FORMAT = "kingdee.jdy_template_xlsx"
ANSWERS = {
    "amount_not_exact": {"G2006"},
    "both_sides": {"B2402"},
    "code_without_dimension": {"G1811"},
    "duplicate_voucher_number": {"G1502"},
    "impossible_date": {"G2022"},
    "lines_not_together": {"G1501"},
    "missing_account": {"B2501"},
    "no_amount": {"B2401"},
    "no_data": {"G1801"},
    "number_gap": {"B2201"},
    "too_many_decimals": {"B2702"},
    "unbalanced_voucher": {"B2101"},
    "unreadable_amount": {"G2001", "G2003"},
    "unreadable_number": {"G2011"},
    "wrong_extension": {"G1008"},
}
"""The codes that say each kind of fault."""
REFUSED = {
    "empty_file": "G1001",
    "encrypted": "G1005",
    "external_entity": "G1007",
    "not_a_workbook": "G1004",
    "truncated_file": "G1002",
    "zip_bomb": "G1006",
}
"""The codes that say why a file as a whole is refused."""
ALSO_RIGHT = {
    "amount_parentheses": ("G2002", "warning"),
    "amount_wide_digits": ("G2002", "warning"),
    "html_named_xls": ("G1008", "warning"),
    "csv_named_xlsx": ("G1008", "warning"),
    "unknown_customer": None,
}
"""Answers that the expectation calls just as good: read with a warning, or nothing said."""
FOLLOWS = {"B2101", "B2202", "B2203", "B2401", "G1504", "G1513"}
"""What follows from a fault: out of balance, no number, a line number missing, amounts unlike."""


def expectations():
    found = [json.loads(path.read_text("utf-8")) for path in SAMPLES.glob("bad/*.expect.json")]
    return sorted((one for one in found if one["format"] == FORMAT), key=lambda one: one["file"])


def named(expect):
    return expect["file"]


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("expect", expectations(), ids=named)
def test_a_bad_sample_gets_the_answer_asked(expect):
    path = SAMPLES / "bad" / expect["file"]
    asked = expect["faults"]
    if asked and asked[0]["fault"] in REFUSED:
        with pytest.raises(SourceError) as caught:
            kamcore.read(path)
        assert caught.value.problem.code == REFUSED[asked[0]["fault"]]
        assert caught.value.problem.place.file == expect["file"]
        return
    reading = kamcore.read(path)
    assert reading.format == "kingdee-jdy"
    (fault,) = asked or [None]
    wanted = fault and (ANSWERS.get(fault["fault"], set()), fault["severity"])
    if path.stem in ALSO_RIGHT:
        other = ALSO_RIGHT[path.stem]
        wanted = other and ({other[0]}, other[1])
    others = list(reading.problems)
    if wanted:
        codes, severity = wanted
        (found,) = [problem for problem in reading.problems if problem.code in codes]
        assert str(found.severity) == severity
        assert _place(found, fault["place"]) == _asked(fault["place"])
        others.remove(found)
    assert {problem.code for problem in others} <= (FOLLOWS if asked else set())
    _delivers(reading.books, expect)


def _asked(place):
    return {name: place[name] for name in ("file", "sheet", "row", "column") if name in place}


def _place(problem, place):
    """What a problem says of the parts of a place that were asked for."""
    return {name: getattr(problem.place, name) for name in _asked(place)}


def _delivers(books, expect):
    """The vouchers that the fault does not touch are there."""
    if expect["good_vouchers"] is not None:
        assert books.vouchers.height >= expect["good_vouchers"]
    for name, value in (
        ("first_date", books.totals().first_date),
        ("last_date", books.totals().last_date),
    ):
        if name in expect:
            assert str(value) == expect[name]
