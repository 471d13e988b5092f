"""Writing the 73-column workbook: one test a rule, and that it reads back."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.adapters.yonyou_u8_sheet import FORMAT
from kamcore.adapters.yonyou_u8_sheet.columns import HEADINGS
from kamcore.books import Books, schema
from kamcore.errors import BooksError, LossRefused
from kamcore.format import LossKind, Source
from kamcore.format.comparing import differences, forget
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 1, 31)
SAMPLE = SAMPLES / "yonyou" / "u8_73_columns.xlsx"


def books(*lines, **head):
    voucher = Voucher(**{"date": DAY, "word": "转", "number": 1, **head, "lines": lines})
    return Books.from_vouchers([voucher])


def entry(account="1001", debit="5.00", credit="0", **values):
    return Line(account=account, debit=Decimal(debit), credit=Decimal(credit), **values)


def written(some, folder, **options):
    """The cells as texts by heading, and the losses."""
    target = folder / "a.xlsx"
    report = FORMAT.write(some, target, options=options)
    sheet = fastexcel.read_excel(target).load_sheet(0, header_row=None, dtypes="string")
    rows = sheet.to_polars().rows()
    assert rows[0] == HEADINGS
    losses = [(loss.kind, str(loss.fact), loss.count) for loss in report]
    return [dict(zip(HEADINGS, row, strict=True)) for row in rows[1:]], losses


@needs_shared
@pytest.mark.shared
@pytest.mark.filterwarnings("ignore")
def test_the_sample_comes_back_cell_for_cell(tmp_path):
    some = FORMAT.read(Source(SAMPLE), {}).books
    FORMAT.write(some, tmp_path / "a.xlsx", allow_loss=False)
    found = [
        fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
        for path in (SAMPLE, tmp_path / "a.xlsx")
    ]
    assert found[0].equals(found[1], null_equal=True)
    assert FORMAT.read(Source(tmp_path / "a.xlsx"), {}).books == some


@needs_shared
@pytest.mark.shared
def test_k3_vouchers_come_back_with_all_shared_facts(tmp_path):
    source = K3.read(Source(SAMPLES / "kingdee" / "k3_gen_b.xls"), {}).books
    here, there = tmp_path / "a.xlsx", tmp_path / "b.xls"
    lost = FORMAT.write(source, here)
    found = FORMAT.read(Source(here), {})
    assert found.problems == ()
    shared = FORMAT.writes & FORMAT.reads
    kept = forget(FORMAT.spelling(source, {}), lost.dropped)
    assert differences(kept, found.books, shared) == ()
    back = K3.write(found.books, there)
    again = K3.read(Source(there), {}).books
    shared &= K3.writes & K3.reads
    spelled = forget(K3.spelling(found.books, {}), back.dropped)
    assert differences(spelled, again, shared) == ()
    for name in ("vouchers", "lines", "debit", "credit", "red_lines", "first_date"):
        assert getattr(again.totals(), name) == getattr(source.totals(), name)


def test_every_row_has_the_head_and_lines_are_counted_from_one(tmp_path):
    """One row per entry; 行号 restarts at 1 for each voucher (1c)."""
    voucher = {"date": DAY, "word": "转", "lines": (entry(), entry("6001", "0", "5.00"))}
    some = Books.from_vouchers([Voucher(number=1, **voucher), Voucher(number=2, **voucher)])
    rows, losses = written(some, tmp_path)
    assert [(row["凭证编号"], row["行号"]) for row in rows] == [
        ("1", "1"),
        ("1", "2"),
        ("2", "1"),
        ("2", "2"),
    ]
    assert {(row["会计期间"], row["凭证类别字"]) for row in rows} == {("1", "转")}
    assert losses == []


def test_codes_have_no_separators_and_are_text(tmp_path):
    """科目编码 and 供应商编码 are text cells (1c); account codes have no dots (1.2)."""
    some = books(entry("2202.01", aux={"supplier": "009"}), entry("6001", "0", "5.00"))
    rows, _ = written(some, tmp_path)
    assert (rows[0]["科目编码"], rows[0]["供应商编码"]) == ("220201", "009")


def test_the_unused_side_is_zero_and_red_lines_stay_on_their_side(tmp_path):
    """The unused side is 0; reversals are negative amounts on the original side (1c)."""
    rows, _ = written(books(entry(debit="-5.00"), entry("6001", "0", "-5.00")), tmp_path)
    assert [(row["借方金额"], row["贷方金额"]) for row in rows] == [("-5", "0"), ("0", "-5")]


def test_attachments_nobody_counted_are_minus_one(tmp_path):
    """附单据数 is -1 (1c)."""
    rows, _ = written(books(entry()), tmp_path)
    assert rows[0]["附单据数"] == "-1"
    rows, _ = written(books(entry(), attachments=0), tmp_path)
    assert rows[0]["附单据数"] == "0"


def test_the_constants_stand_in_columns_51_to_60(tmp_path):
    """Columns 51-60 = 1,0,0,1,1,1,1,1,1,0; 是否核销 0 (1c)."""
    (row,), _ = written(books(entry()), tmp_path)
    assert [row[heading] for heading in HEADINGS[50:60]] == list("1001111110")
    assert (row["是否核销"], row["标志"], row["银行帐两清标志"]) == ("0", "0", None)


def test_opposite_accounts_are_those_of_the_other_side(tmp_path):
    """对方科目编码 holds the opposite account, comma-joined when several (1c); 50 wide (7.1)."""
    lines = [entry("112201"), entry("6001", "0", "2"), entry("222101", "0", "3")]
    rows, _ = written(books(*lines, entry("6001", "0", "0")), tmp_path)
    assert [row["对方科目编码"] for row in rows[:3]] == ["6001,222101", "112201", "112201"]
    many = [entry(f"66020{number}", "0", "1") for number in range(9)]
    rows, _ = written(books(entry(debit="9"), *many), tmp_path)
    assert rows[0]["对方科目编码"] == ",".join(f"66020{number}" for number in range(7))


def test_voucher_words_are_counted_as_they_come(tmp_path):
    """凭证类别排序号 (1c); isignseq (7.1)."""
    vouchers = [
        Voucher(date=DAY, word=word, number=1, lines=(entry(),)) for word in ("收", "转", "付")
    ]
    rows, _ = written(Books.from_vouchers(vouchers), tmp_path)
    assert [row["凭证类别排序号"] for row in rows] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("head", "marks"),
    [
        ({"status": "void"}, ("0", "1")),
        ({"status": "posted"}, ("1", None)),
        ({"status": "draft"}, ("0", None)),
    ],
)
def test_the_status_has_two_marks(tmp_path, head, marks):
    """iflag 1 作废; ibook 0/1 (7.1)."""
    (row,), losses = written(books(entry(), **head), tmp_path)
    assert (row["记账标志"], row["凭证标志"]) == marks
    assert losses == []


def test_a_foreign_line_has_name_amount_and_rate(tmp_path):
    """币种 is a name such as 美元; the foreign amount stands on the line's side (1c, 2.3)."""
    usd = {"currency": "USD", "rate": Decimal("7.1")}
    lines = [
        entry(debit="71", fx_debit=Decimal(10), fx_credit=Decimal(0), **usd),
        entry("6001", "0", "71", currency="CNY", rate=Decimal(1)),
        entry(debit="3", fx_debit=Decimal(0), fx_credit=Decimal(0), **usd),
    ]
    rows, _ = written(books(*lines), tmp_path)
    names = ("币种", "外币借方金额", "外币贷方金额", "汇率")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("美元", "10", None, "7.1"),
        (None, None, None, None),
        ("美元", "0", None, "7.1"),
    ]


def test_a_quantity_stands_on_the_side_of_the_amount(tmp_path):
    """24 数量借方, 25 数量贷方 (1c)."""
    lines = [entry(quantity=Decimal("2.5")), entry("6001", "0", "5.00", quantity=Decimal(-1))]
    rows, _ = written(books(*lines), tmp_path)
    assert [(row["数量借方"], row["数量贷方"]) for row in rows] == [("2.5", None), (None, "-1")]


@pytest.mark.parametrize(
    ("text", "kept"), [("收" * 30, "收" * 30), ("收" * 31, "收" * 30), ("a" * 61, "a" * 60)]
)
def test_summaries_are_cut_to_60_bytes(tmp_path, text, kept):
    """摘要 60 (7.1): bytes of GBK, cut at a character (1.2)."""
    (row,), losses = written(books(entry(summary=text)), tmp_path)
    assert row["摘要"] == kept
    assert losses == ([(LossKind.CUT, "lines.summary", 1)] if kept != text else [])


def test_a_settlement_code_that_does_not_fit_is_left_out(tmp_path):
    """csettle 3 (7.1)."""
    lines = [entry(settlement_method="转账"), entry(settlement_method="2")]
    rows, losses = written(books(*lines), tmp_path)
    assert [row["结算方式编码"] for row in rows] == [None, "2"]
    assert losses == [(LossKind.CUT, "lines.settlement_method", 1)]


def test_a_code_that_does_not_fit_is_refused(tmp_path):
    """ccode 15 (7.1): cut short it would be another code."""
    with pytest.raises(LossRefused) as caught:
        written(books(entry("1" * 16)), tmp_path)
    assert caught.value.code == "G1621"


def test_amounts_are_rounded_to_cents_and_noted(tmp_path):
    """Amounts are decimal 16.2 (1.2)."""
    (row,), losses = written(books(entry(debit="1.005")), tmp_path)
    assert row["借方金额"] == "1.01"
    assert losses == [(LossKind.ROUNDED, "lines.debit", 1)]


def test_only_the_first_cash_flow_of_a_line_has_room(tmp_path):
    """Columns 71-73 hold one item (1c); its amount stands on the side of the line."""
    some = books(entry(), entry("1002", "0", "5.00"))
    flows = pl.DataFrame(
        {
            "voucher_id": [1, 1, 1],
            "line_no": [1, 1, 2],
            "item": ["01", "02", "07"],
            "amount": pl.Series([3, 2, -5], dtype=schema.AMOUNT),
        }
    )
    rows, losses = written(some.replace(cash_flows=flows), tmp_path)
    names = ("现金项目编号", "现金借方", "现金贷方")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("01", "3", None),
        ("07", None, "5"),
    ]
    assert losses == [(LossKind.CUT, "cash_flows.item", 1)]


def test_the_project_class_is_written_where_it_is_asked_for(tmp_path):
    """34 项目大类编码 (1c)."""
    lines = [entry(aux={"project": "P1"}), entry("6001", "0", "5.00")]
    rows, _ = written(books(*lines), tmp_path, project_class="00")
    assert [row["项目大类编码"] for row in rows] == ["00", None]


def test_dimensions_without_a_column_are_named_as_lost(tmp_path):
    _, losses = written(books(entry(aux={"bank_account": "0101"})), tmp_path)
    assert (LossKind.DROPPED, "lines.aux_bank_account", 1) in losses


def test_texts_like_formulas_stay_texts(tmp_path):
    texts = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)"]
    some = books(*(entry(summary=text) for text in texts))
    rows, _ = written(some, tmp_path)
    assert [row["摘要"] for row in rows] == texts


def test_vouchers_without_a_number_are_kept_apart(tmp_path):
    """行号 is the only boundary where 凭证编号 is empty (1c)."""
    pair = (entry(), entry("6001", "0", "5.00"))
    some = Books.from_vouchers([Voucher(date=DAY, word="记", lines=pair) for _ in range(3)])
    target = Path(tmp_path / "a.xlsx")
    FORMAT.write(some, target)
    assert FORMAT.read(Source(target), {}).books.vouchers.height == 3


def test_vouchers_that_share_a_number_are_refused(tmp_path):
    same = [Voucher(date=DAY, word="记", number=1, lines=(entry(),)) for _ in range(2)]
    with pytest.raises(BooksError):
        written(Books.from_vouchers(same), tmp_path)
