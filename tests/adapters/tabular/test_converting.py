"""Reports into layouts that products import: every conversion is proved."""

from pathlib import Path

import pytest

import kamcore

SAMPLES = Path(__file__).parent / "samples"
LISTS = (
    "kingdee-k3-journal",
    "kingdee-jdy-voucher-list",
    "yonyou-u8-journal",
    "yonyou-nc-journal",
)
LEDGERS = ("kingdee-kis-ledger", "kingdee-cosmic-ledger", "yonyou-u8-party-ledger")


@pytest.mark.parametrize("name", [*LISTS, *LEDGERS])
@pytest.mark.parametrize(
    ("target", "suffix"),
    [("kingdee-k3", ".xls"), ("yonyou-u8-text", ".txt"), ("native", ".jsonl")],
)
def test_lists_and_ledgers_become_vouchers_elsewhere(name, target, suffix, tmp_path):
    source = SAMPLES / f"{name}.csv"
    done = kamcore.convert(source, tmp_path / f"out{suffix}", to=target, bad="keep")
    assert done.proof.equal
    assert done.target.totals.lines == done.source.totals.lines
    assert done.target.totals.debit == done.source.totals.debit
    facts = {str(loss.fact) for loss in done.losses}
    assert not facts & {"lines.debit", "lines.credit", "lines.account", "vouchers.number"}
    if name in LEDGERS and target != "native":
        assert "balances.closing" in facts
