"""Mapping forms as files, and conversions with them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

import kamcore
from kamcore import Line, Voucher
from kamcore.books import Books
from kamcore.pipeline.mapping_file import read_mapping


def _books() -> Books:
    lines = (
        Line(account="1122.01", summary="货款", debit=Decimal("9.99"), aux={"customer": "0004"}),
        Line(account="6001", summary="货款", credit=Decimal("9.99")),
    )
    head = {"date": dt.date(2025, 3, 8), "word": "记", "number": 1, "preparer": "样甲"}
    return Books.from_vouchers([Voucher(**head, lines=lines)])


def _workbook(path: Path, rows: dict[str, list[tuple[object, ...]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in rows.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return path


FULL = {
    "科目对照": [
        ("源代码", "名称", "目标代码"),
        ("1122.01", "货款", "11220001"),
        ("6001", "", "600101"),
    ],
    "客户对照": [("源代码", "目标代码"), ("0004", "C-04")],
    "凭证字对照": [("源代码", "目标代码"), ("记", "转")],
}


def test_a_workbook_is_read_by_its_headings(tmp_path: Path) -> None:
    code_map = read_mapping(_workbook(tmp_path / "对照.xlsx", FULL))
    assert code_map.accounts == {"1122.01": "11220001", "6001": "600101"}
    assert code_map.members == {"customer": {"0004": "C-04"}}
    assert code_map.words == {"记": "转"}


def test_members_of_several_dimensions_stand_in_one_sheet(tmp_path: Path) -> None:
    rows = [("类别", "源代码", "目标代码"), ("客户", "1", "A"), ("供应商", "1", "B")]
    code_map = read_mapping(_workbook(tmp_path / "m.xlsx", {"往来对照": rows}))
    assert code_map.members == {"customer": {"1": "A"}, "supplier": {"1": "B"}}


def test_mistakes_in_a_workbook_name_sheet_and_row(tmp_path: Path) -> None:
    rows = [("源代码", "目标代码"), ("1122", "A"), ("1122", "B"), ("2202", None)]
    with pytest.raises(kamcore.SourceError) as caught:
        read_mapping(_workbook(tmp_path / "m.xlsx", {"科目对照": rows}))
    assert (caught.value.code, caught.value.place.sheet, caught.value.place.row) == (
        "D1003",
        "科目对照",
        3,
    )
    assert [(p.code, p.place.row) for p in caught.value.problems] == [("D1004", 4)]


def test_a_workbook_without_a_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(kamcore.SourceError) as caught:
        read_mapping(_workbook(tmp_path / "m.xlsx", {"Sheet1": [("a", "b")]}))
    assert caught.value.code == "C2001"


def test_a_conversion_speaks_the_target_codes_and_is_proved(tmp_path: Path) -> None:
    source, target = tmp_path / "k3.xlsx", tmp_path / "u8.txt"
    kamcore.write(_books(), source, format="kingdee-k3")
    mapping = _workbook(tmp_path / "对照.xlsx", FULL)
    done = kamcore.convert(source, target, to="yonyou-u8-text", mapping=mapping)
    again = kamcore.read(target).books
    assert again.lines["account"].to_list() == ["11220001", "600101"]
    assert again.lines["aux_customer"].to_list() == ["C-04", None]
    assert again.vouchers["word"].to_list() == ["转"]
    assert done.proof.equal
    assert done.mapped.used
    assert done.mapped.balances_equal


def test_an_incomplete_mapping_writes_nothing_and_names_the_rows_to_fill(tmp_path: Path) -> None:
    source, target = tmp_path / "k3.xlsx", tmp_path / "u8.txt"
    kamcore.write(_books(), source, format="kingdee-k3")
    mapping = _workbook(tmp_path / "m.xlsx", {"科目对照": FULL["科目对照"][:2]})
    with pytest.raises(kamcore.LossRefused) as caught:
        kamcore.convert(source, target, to="yonyou-u8-text", mapping=mapping)
    assert (caught.value.code, caught.value.problem.value) == ("C3003", "6001")
    assert caught.value.place.row == 3
    assert caught.value.problem.hint("zh") == "建议填: 6001"
    assert not target.exists()


def test_bad_vouchers_are_refused_left_out_or_kept(tmp_path: Path) -> None:
    good = next(_books().iter_vouchers())
    bad = Voucher(
        date=dt.date(2025, 3, 9),
        word="记",
        number=2,
        preparer="样甲",
        lines=(Line(account="1001", summary="差一分", debit=Decimal("0.01")),),
    )
    source = tmp_path / "k3.xlsx"
    kamcore.write(Books.from_vouchers([good, bad]), source, format="kingdee-k3")
    with pytest.raises(kamcore.BooksError) as caught:
        kamcore.convert(source, tmp_path / "a.txt", to="yonyou-u8-text")
    assert caught.value.code == "C3002"
    skipped = kamcore.convert(source, tmp_path / "b.txt", to="yonyou-u8-text", bad="skip")
    assert (skipped.skipped, skipped.target.totals.vouchers) == (1, 1)
    kept = kamcore.convert(source, tmp_path / "c.txt", to="yonyou-u8-text", bad="keep")
    assert (kept.skipped, kept.target.totals.vouchers) == (0, 2)
    assert not (tmp_path / "a.txt").exists()
