"""Writing the EAS voucher workbook as real files have it, and reading it back."""

import datetime as dt
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_eas import FORMAT
from kamcore.adapters.kingdee_eas.columns import HEADINGS
from kamcore.books import schema
from kamcore.errors import BooksError
from kamcore.format import Source
from kamcore.format.comparing import differences
from small_books import books, cr, dr, voucher

FACTS = FORMAT.reads & FORMAT.writes


def read(path):
    return FORMAT.read(Source(path), {}).books


def written(given, target, **options):
    """Rows of both sheets as dictionaries by heading, and the losses."""
    report = FORMAT.write(given, target, options={"company": "1.01", **options})
    book = openpyxl.load_workbook(target)
    sheets = []
    for sheet in book:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        sheets.append([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    assert book.sheetnames == ["凭证", "现金流量"]
    return *sheets, [(str(loss.kind), str(loss.fact), loss.count) for loss in report]


@needs_shared
@pytest.mark.shared
def test_the_sample_comes_back_whole(tmp_path):
    given = read(SAMPLES / "kingdee/eas_voucher.xlsx")
    rows, flows, losses = written(given, tmp_path / "out.xlsx")
    assert losses == []
    assert (len(rows), len(flows)) == (556, 49)
    assert tuple(rows[0]) == HEADINGS
    assert read(tmp_path / "out.xlsx") == given
    sample = openpyxl.load_workbook(SAMPLES / "kingdee/eas_voucher.xlsx")
    for sheet, ours in (("凭证", rows), ("现金流量", flows)):
        cells = [list(row) for row in sample[sheet].iter_rows(values_only=True)]
        # Which member stands in which item is not told by the books.
        fixed = [name for name in cells[0] if not name.startswith(("核算项目", "编码", "名称"))]
        theirs = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
        assert [[row[n] for n in fixed] for row in ours] == [
            [row[n] for n in fixed] for row in theirs
        ]


@needs_shared
@pytest.mark.shared
def test_k3_vouchers_go_there_and_back(tmp_path):
    source = SAMPLES / "kingdee/k3_gen_b.xls"
    there = kamcore.convert(source, tmp_path / "a.xlsx", to="kingdee-eas")
    assert there.proof.equal
    back = kamcore.convert(tmp_path / "a.xlsx", tmp_path / "b.xls", to="kingdee-k3")
    assert back.proof.equal
    first, last = kamcore.read(source).books, kamcore.read(tmp_path / "b.xls").books
    said = {fact for fact in FACTS if fact.table != "extras"}
    assert [d.text() for d in differences(first, last, said)] == []


def test_a_row_a_split_and_one_number_an_entry(tmp_path):
    """5a: row grain is the auxiliary row; rows of one entry share 凭证号 and 分录号."""
    lines = (
        dr("1122", "60", line_no=3, aux={"customer": "K1"}),
        dr("1122", "40", line_no=3, split_no=2, aux={"customer": "K2"}),
        cr("6001", "100", line_no=7),
    )
    rows, _, _ = written(books(voucher(12, *lines)), tmp_path / "a.xlsx")
    assert [(row["凭证号"], row["分录号"]) for row in rows] == [
        ("00012", "1"),
        ("00012", "1"),
        ("00012", "2"),
    ]
    assert read(tmp_path / "a.xlsx").lines.select("line_no", "split_no").rows() == [
        (1, 1),
        (1, 2),
        (2, 1),
    ]


def test_cells_have_the_types_of_the_real_file(tmp_path):
    """5a: date cells, text numbers with zeros, boolean marks, text sides, 0 for no quantity."""
    given = books(voucher(3, status="posted"), voucher(4, status="void"))
    rows, _, _ = written(given, tmp_path / "a.xlsx")
    assert rows[0]["记账日期"] == dt.datetime(2025, 1, 15)  # noqa: DTZ001  a cell has no zone
    assert (rows[0]["凭证号"], rows[0]["分录号"], rows[0]["会计期间"]) == ("00003", "1", 1)
    assert (rows[0]["方向"], rows[1]["方向"]) == ("1", "0")
    assert (rows[0]["数量"], rows[0]["单价"], rows[0]["现金流量标记"]) == (0, 0, 6)
    assert (rows[0]["过账标记"], rows[0]["删除标记"]) == (True, False)
    assert (rows[2]["过账标记"], rows[2]["删除标记"]) == (False, True)
    assert (rows[0]["借方金额"], rows[0]["贷方金额"], rows[0]["币种"]) == (100, None, "BB01")
    assert rows[0]["公司"] == "1.01"


def test_items_are_triples_filled_from_the_first(tmp_path):
    """5a: 核算项目n, 编码n, 名称n; the kind is the name of the category."""
    aux = {"customer": "K1", "department": "02"}
    members = pl.DataFrame(
        {"dimension": ["customer"], "code": ["K1"], "name": ["甲"]},
        schema=dict.fromkeys(("dimension", "code", "name"), schema.TEXT),
    )
    given = books(voucher(1, dr("1122", "1", aux=aux), cr("1", "1", aux={"department": "03"})))
    rows, _, losses = written(given.replace(members=members), tmp_path / "a.xlsx")
    triples = [
        [tuple(row[f"{part}{n}"] for part in ("核算项目", "编码", "名称")) for n in (1, 2)]
        for row in rows
    ]
    none = (None, None, None)
    assert triples == [
        [("客户", "K1", "甲"), ("行政组织", "02", None)],
        [("行政组织", "03", None), none],
    ]
    assert rows[0]["辅助账业务日期"] is not None
    assert losses == []


def test_a_ninth_member_of_a_line_is_cut_and_said(tmp_path):
    """5a: there are eight items."""
    aux = {f"类{n}": "1" for n in range(9)}
    given = books(voucher(1, dr("1122", "1", aux=aux), cr("1", "1")))
    _, _, losses = written(given, tmp_path / "a.xlsx")
    assert losses == [("cut", "lines.aux_类8", 1)]
    found = differences(
        FORMAT.spelling(given, {"company": "1.01"}), read(tmp_path / "a.xlsx"), FACTS
    )
    assert found == ()


def test_cash_flows_are_written_with_sign_and_original_amount(tmp_path):
    """5a: 主表金额系数 is 1 or -1; 原币, 本位币, 报告币."""
    usd = {"currency": "USD", "rate": Decimal(8), "fx_debit": 0, "fx_credit": Decimal(10)}
    given = books(voucher(1, dr("6601", "80"), cr("1002", "80", **usd)))
    flows = pl.DataFrame(
        {"voucher_id": [1], "line_no": [2], "item": ["CI1.02.04"], "amount": [Decimal(-80)]},
        schema={column.name: column.dtype for column in schema.CASH_FLOWS.columns},
    )
    _, rows, losses = written(given.replace(cash_flows=flows), tmp_path / "a.xlsx")
    names = ("凭证号", "分录号", "币种", "主表信息", "原币", "本位币", "报告币", "主表金额系数")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("00001", "2", "BB02", "CI1.02.04", 10, 80, 0, "-1")
    ]
    assert losses == []
    assert read(tmp_path / "a.xlsx").cash_flows.equals(flows)


def test_without_a_company_its_lack_is_said(tmp_path):
    """5a: 公司 is filled on every row."""
    _, _, losses = written(books(voucher(1)), tmp_path / "a.xlsx", company="")
    assert losses == [("missing", "extras.value", 1)]


def test_vouchers_that_share_a_number_are_told_apart_by_their_serial(tmp_path):
    """5a: 凭证序号 is unique per voucher."""
    given = books(voucher(1), voucher(1), voucher(None), voucher(None), voucher(2))
    rows, _, losses = written(given, tmp_path / "a.xlsx")
    assert ("guessed", "extras.value", 4) in losses
    assert len({row["凭证序号"] for row in rows}) == 5
    again = read(tmp_path / "a.xlsx")
    assert again.vouchers["number"].to_list() == [1, 1, None, None, 2]
    same = rows[0]["凭证序号"]
    extras = again.extras.with_columns(
        value=pl.when(pl.col("field") == "凭证序号").then(pl.lit(same)).otherwise("value")
    )
    with pytest.raises(BooksError, match="G3202"):
        FORMAT.write(again.replace(extras=extras), tmp_path / "b.xlsx")
