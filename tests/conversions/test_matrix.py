"""Every readable sample into every writable format: written, read again, equal.

The proof compares every fact both sides can say.  Beside it the balances per account, member,
currency and period are compared with the source's, computed here apart from the proof.
"""

from pathlib import Path

import polars as pl
import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.books import Books, schema
from kamcore.format import Fact, Format, Source
from kamcore.model.scheme import strip
from kamcore.plugin import registry

pytestmark = [pytest.mark.shared, needs_shared]


def _samples() -> list[Path]:
    """Good samples that hold vouchers and that some format recognises."""
    if not SAMPLES.is_dir():
        return []
    return [
        expectation.with_name(expectation.name.removesuffix(".expect.json"))
        for expectation in sorted(SAMPLES.glob("[!b]*/*.expect.json"))
        if '"kind": "voucher"' in expectation.read_text("utf-8")
    ]


TARGETS = [fmt for fmt in registry().formats.values() if fmt.is_writable]


def _balances(books: Books, keys: list[str]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Debit and credit per account (without separators), period and the dimensions asked for."""
    void = books.vouchers.filter(status="void")
    lines = books.lines.join(void, on="voucher_id", how="anti")
    missing = [pl.lit(None, dtype=schema.TEXT).alias(k) for k in keys if k not in lines.columns]
    sums = (
        lines.with_columns(*missing)
        .with_columns(pl.col("account").replace({a: strip(a) for a in set(lines["account"]) if a}))
        .group_by("year", "period", "account", *keys)
        .agg(pl.col("debit").sum(), pl.col("credit").sum())
    )
    return {row[:-2]: row[-2:] for row in sums.iter_rows()}


def _kept(target: Format, books: Books) -> list[str]:
    """Dimension columns of the books that the target can say."""
    dims = schema.dimension_columns(books.lines)
    return [name for name in dims if Fact("lines", name).within(target.writes & target.reads)]


REFUSALS = {"G1621", "K2052"}
"""Codes that say a member code does not fit: cut short it would be another code."""
QUICK_SOURCES = {"k3_gen_a_comma.xls", "u8_output.txt"}
"""Samples of either family that go into every target each time."""
QUICK_TARGETS = {"native", "kingdee-k3", "yonyou-u8-text"}
"""Targets that every sample goes into each time."""


def _cases() -> list[object]:
    """Every pair; those that are not quick only at length."""
    return [
        pytest.param(
            sample,
            target,
            id=f"{sample.name}-{target.name}",
            marks=[]
            if sample.name in QUICK_SOURCES or target.name in QUICK_TARGETS
            else [pytest.mark.soak],
        )
        for sample in _samples()
        for target in TARGETS
    ]


@pytest.mark.parametrize(("sample", "target"), _cases())
def test_a_conversion_is_proved_and_keeps_the_balances(
    sample: Path, target: Format, tmp_path: Path
) -> None:
    path = tmp_path / f"out{target.suffixes[0] if target.suffixes else ''}"
    try:
        done = kamcore.convert(sample, path, to=target.name, bad="keep")
    except kamcore.LossRefused as refused:
        # Names serve as codes in some sources; a target whose field is shorter says so.
        assert refused.code in REFUSALS
        assert not path.exists()
        return
    assert done.proof.equal
    books = done.reading.books
    again = target.read(Source(path), {}).books
    # A target may know a site's dimension by a code of its own: those the proof compares.
    # A member that found no column of the target is a loss the report names, not a difference.
    cut = {loss.fact.column for loss in done.losses if loss.fact.is_dimension}
    known = [name for name in _kept(target, books) if name in again.lines.columns]
    keys = [name for name in known if name not in cut]
    assert _balances(again, keys) == _balances(books, keys)
    assert len(done.proof.fields_compared) > 10
