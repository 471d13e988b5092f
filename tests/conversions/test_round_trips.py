"""Books of K/3 into a sibling product and back: proved each way, and nothing that counts lost."""

import polars as pl
import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.books import Books

pytestmark = [pytest.mark.shared, needs_shared]


@pytest.mark.parametrize("sibling", ["kingdee-jdy", "kingdee-xingchen"])
def test_k3_books_keep_what_both_can_say(sibling, tmp_path):
    """Totals, and sums per account, members, currency and period, are unchanged."""
    source = SAMPLES / "kingdee/k3_gen_b.xls"
    there = kamcore.convert(source, tmp_path / "a.xlsx", to=sibling)
    back = kamcore.convert(tmp_path / "a.xlsx", tmp_path / "b.xls", to="kingdee-k3")
    assert there.proof.equal
    assert back.proof.equal
    assert there.target.totals == back.target.totals == there.source.totals
    first, last = (_sums(kamcore.read(path).books) for path in (source, tmp_path / "b.xls"))
    assert first.equals(last)


def _sums(given: Books) -> pl.DataFrame:
    names = [name for name in given.lines.columns if name.startswith("aux_")]
    keys = ["account", "currency", "period", *sorted(names)]
    return given.lines.group_by(keys).agg(pl.col("debit", "credit", "fx_debit").sum()).sort(keys)
