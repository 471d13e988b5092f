"""Drafts of layouts: what is guessed, why, and that they read what their sheet says."""

from pathlib import Path

import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.errors import SourceError
from kamcore.pipeline.learning import learn

OWN = Path(__file__).parents[1] / "adapters" / "tabular" / "samples"


def reread(draft, path, tmp_path):
    """Read a file through the draft, spelled as TOML and read again."""
    layout = tmp_path / "draft.toml"
    layout.write_text(draft.toml("zh"), "utf-8")
    return kamcore.read(path, options={"layout": layout})


@pytest.mark.parametrize("path", sorted(OWN.glob("*.csv")), ids=lambda path: path.stem)
def test_a_draft_reads_the_figures_of_its_sheet(path, tmp_path):
    draft = learn(path)
    assert draft.problems == ()
    reading, known = reread(draft, path, tmp_path), kamcore.read(path)
    assert reading.format == "tabular"
    assert reading.books.totals() == known.books.totals()
    figures = ("account", "opening", "closing")
    stated, wanted = (one.books.balances.select(figures).rows() for one in (reading, known))
    if "cosmic" not in path.stem:
        assert sorted(map(str, stated)) == sorted(map(str, wanted))


def test_a_sheet_nobody_knows(tmp_path):
    path = tmp_path / "台账.csv"
    path.write_text(
        "样例商行二月台账\n\n记账日,凭单编号,会计科目编码,说明,借方发生,贷方发生,往来客户,备用\n"
        "2025-02-01,记-1,1122.01,销售,100.00,,甲,x\n"
        "2025-02-01,记-1,6001.01,销售,,100.00,甲,\n",
        "utf-8",
    )
    draft = learn(path)
    assert (draft.header_row, str(draft.layout.kind)) == (3, "vouchers")
    fields = {one.heading: one.field for one in draft.columns}
    assert fields == {
        "记账日": "vouchers.date",
        "凭单编号": "",
        "会计科目编码": "lines.account",
        "说明": "lines.summary",
        "借方发生": "lines.debit",
        "贷方发生": "lines.credit",
        "往来客户": "lines.aux_customer",
        "备用": "",
    }
    assert all(one.zh and one.en for one in draft.columns)
    assert draft.columns[0].zh == "各格都是日期"
    assert draft.rows[0]["说明"] == "销售"
    reading = reread(draft, path, tmp_path)
    assert reading.books.totals().lines == 2
    assert reading.books.extras["field"].unique().sort().to_list() == ["凭单编号", "备用"]


def test_two_columns_of_one_caption_get_two_fields():
    draft = learn(OWN / "yonyou-u8-party-balance.csv")
    sides = [one.field for one in draft.columns if one.heading == "方向"]
    assert sides == ["balances.opening_direction", "balances.closing_direction"]


def test_an_amount_without_a_side_is_not_guessed(tmp_path):
    path = tmp_path / "单.csv"
    path.write_text("日期,科目编码,金额\n2025-02-01,1122,5\n", "utf-8")
    draft = learn(path)
    assert [one.field for one in draft.columns] == ["vouchers.date", "lines.account", ""]
    assert [problem.code for problem in draft.problems] == ["D2005"]


def test_packed_cells_are_told_by_their_brackets():
    packing = learn(OWN / "yonyou-nc-journal.csv").layout.packing
    assert packing is not None
    assert (packing.opening, packing.colon) == ("【", "：")


def test_nothing_to_learn(tmp_path):
    path = tmp_path / "数.csv"
    path.write_text("1,2\n3,4\n", "utf-8")
    with pytest.raises(SourceError, match="C2012"):
        learn(path)


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    "sample",
    [
        "kingdee/k3_journal.xls", "kingdee/jdy_voucher_list.xlsx", "kingdee/kis_old_ledger.xls",
        "kingdee/jdy_ledger.xlsx", "yonyou/u8_journal.xls", "kingdee/jdy_25_columns.xlsx",
    ],
)  # fmt: skip
def test_drafts_of_the_samples(sample, tmp_path):
    path = SAMPLES / sample
    totals = reread(learn(path), path, tmp_path).books.totals()
    assert totals == kamcore.read(path).books.totals()
