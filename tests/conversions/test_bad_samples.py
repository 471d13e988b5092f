"""Every broken or hostile sample gets the kind of answer its expectation asks for.

The table names, for each kind of fault, the codes that say it.  Where and how bad is compared with
the expectation; where it grants another answer (``also_right``) that one counts too.
"""

import json
from pathlib import Path

import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.errors import Problem

pytestmark = [pytest.mark.shared, needs_shared]

BAD = SAMPLES / "bad"
NAMES = sorted(p.name.removesuffix(".expect.json") for p in BAD.glob("*.expect.json"))

SAYS = {
    "account_is_a_number": {"G2031", "B2503"},
    "amount_not_exact": {"G2006", "G2005"},
    "both_sides": {"B2402"},
    "code_without_dimension": {"K2011", "G1811"},
    "direction_conflict": {"K5011"},
    "duplicate_column": {"G1303", "G1304"},
    "duplicate_key": {"G1704"},
    "duplicate_voucher_number": {"B2202", "G1502", "K2022"},
    "empty_file": {"G1001"},
    "encrypted": {"G1005"},
    "entity_expansion": {"G1403"},
    "external_entity": {"G1007", "G1401", "G1402"},
    "impossible_date": {"G2022", "G2021"},
    "invalid_bytes": {"G1101", "G1405", "G1602"},
    "invalid_character": {"G1407"},
    "item_gap": {"K5013"},
    "line_without_voucher": {"K6001"},
    "lines_not_together": {"Y1011", "G1501", "K2021"},
    "missing_account": {"B2501"},
    "missing_column": {"G1302"},
    "missing_state_line": {"Y1001"},
    "mixed_encodings": {"G1102"},
    "no_amount": {"B2401"},
    "no_data": {"G1801", "K2001"},
    "not_a_workbook": {"G1004"},
    "nul_bytes": {"G1103"},
    "number_gap": {"B2201"},
    "period_outside_date": {"B2302"},
    "rate_mismatch": {"B2701"},
    "record_count": {"G1601"},
    "schema": {"S1004"},
    "too_deep": {"G1701"},
    "too_many_decimals": {"B2702", "G2004"},
    "total_disagrees": {"T1201"},
    "truncated_file": {"G1002", "G1003", "G1406", "G1702"},
    "unbalanced_voucher": {"B2101"},
    "unclosed_quote": {"G1201"},
    "unexpected_encoding": {"G1104"},
    "unknown_dimension": {"K2012", "Y4002", "S1011"},
    "unknown_layout": {"P2003"},
    "unknown_member": set(),
    "unknown_state": {"Y1002"},
    "unreadable_amount": {"G2001", "G2002", "G2003"},
    "unreadable_dimension": {"G1721"},
    "unreadable_number": {"G2011", "G2012", "Y1013"},
    "wrong_extension": {"G1008"},
    "wrong_number_of_cells": {"G1202"},
    "wrong_number_of_fields": {"Y1003"},
    "wrong_type": {"G1703"},
    "zip_bomb": {"G1006"},
}
"""Codes that say each kind of fault."""

QUIET = {"unknown_customer.xlsx"}
"""Files about which nothing need be said: no list of customers is at hand."""


FORMATS = {"json_deep.json": "yonyou-tplus-json"}
"""Files whose head shows nothing of their format, and what a person would call it."""


def _answer(name: str) -> tuple[list[Problem], bool]:
    """Everything said about a file, and whether books were delivered."""
    try:
        # The detail list has no year of its own.
        options = {"year": 2025} if name.startswith(("nc_", "formula")) else None
        reading = kamcore.read(BAD / name, FORMATS.get(name), options=options)
    except kamcore.KamcoreError as error:
        return [error.problem, *error.problems], False
    return list(reading.problems), True


def _at(problem: Problem, place: dict) -> bool:
    row = place.get("row") or place.get("line") or place.get("record")
    said = problem.place.row or problem.place.line
    if row is None or said is None or row == said:
        return True
    # A fault of a voucher may be told at any of its rows.
    return any(first <= said <= last for first, last in _spans(place))


def _spans(place: dict) -> list[list[int]]:
    rows = place.get("rows") or []
    return rows if rows and isinstance(rows[0], list) else [rows] if rows else []


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_gets_the_answer_asked(name: str) -> None:
    expect = json.loads((BAD / f"{name}.expect.json").read_text("utf-8"))
    problems, delivered = _answer(name)
    if not expect["faults"]:
        assert delivered
        assert [p.text() for p in problems if p.severity == "error"] == []
        return
    for fault in expect["faults"]:
        codes = SAYS[fault["fault"]]
        found = [p for p in problems if p.code in codes and _at(p, fault["place"])]
        assert found or name in QUIET, [p.text() for p in problems]
        if fault["severity"] == "error" and "also_right" not in expect:
            assert {p.severity for p in found} == {"error"}
    refused = expect["good_vouchers"] is None
    if refused and "also_right" not in expect:
        assert not delivered
    assert problems or name in QUIET, "never silent"


def test_every_bad_file_is_a_file() -> None:
    assert [name for name in NAMES if not Path(BAD / name).is_file()] == []
