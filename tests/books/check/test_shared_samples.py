"""The checks on the shared samples: sound files have no error, wrong ones have theirs."""

import json
from pathlib import Path

import pytest

from kamcore.errors import Severity, SourceError
from kamcore.pipeline import read

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
CODES = {
    "unbalanced_voucher": "B2101",
    "number_gap": "B2201",
    "duplicate_voucher_number": "B2202",
    "period_outside_date": "B2302",
    "no_amount": "B2401",
    "both_sides": "B2402",
    "missing_account": "B2501",
    "rate_mismatch": "B2701",
    "too_many_decimals": "B2702",
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="no folder of shared samples"),
]


def expectations(pattern):
    return sorted(SAMPLES.glob(f"{pattern}/*.expect.json"), key=lambda path: path.name)


def source(expectation):
    return expectation.with_name(expectation.name.removesuffix(".expect.json"))


def sound():
    return [source(path) for folder in ("kingdee", "yonyou") for path in expectations(folder)]


def wrong():
    for path in expectations("bad"):
        for fault in json.loads(path.read_text("utf-8")).get("faults", ()):
            if fault["fault"] in CODES:
                yield pytest.param(source(path), fault, id=path.name.removesuffix(".expect.json"))


def problems(path):
    try:
        return read(path).problems
    except SourceError as error:
        if error.code.startswith("P"):
            pytest.skip("no format reads this layout")
        raise


@pytest.mark.parametrize("path", sound(), ids=lambda path: path.name)
def test_a_sound_file_has_no_error_and_few_warnings(path):
    found = [problem for problem in problems(path) if problem.code.startswith("B")]
    assert [problem for problem in found if problem.severity is Severity.ERROR] == []
    assert len(found) <= 5


@pytest.mark.parametrize(("path", "fault"), list(wrong()))
def test_a_wrong_file_has_the_fault_where_it_is(path, fault):
    told = [problem for problem in problems(path) if problem.code == CODES[fault["fault"]]]
    assert told
    place = fault["place"]
    row = place.get("row") or place.get("line") or (place.get("rows") or [None])[0]
    if isinstance(row, int):
        assert row in {problem.place.row or problem.place.line for problem in told}
    assert {str(problem.severity) for problem in told} == {fault["severity"]}
