"""Letters as pages and workbooks: what they say, escaped, with places to sign."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import attrs
import openpyxl
import pytest

from kamcore.errors import UsageError
from kamcore.matching.parties.party_statement import Statement, StatementLine
from kamcore.matching.two_sided.party_view import view
from kamcore.matching.two_sided.reconciling import reconcile
from kamcore.reports.amount_words import amount_in_words
from kamcore.reports.letter_writing import letter_name, letter_page, write_letter, write_letters
from kamcore.reports.letters import (
    confirmation_letter,
    reconciliation_letter,
    statement_letter,
)
from kamcore.reports.reconciliation import reconciliation_report
from kamcore.reports.writing import write_report
from matching.histories import AS_OF, drawn
from matching.two_books import two_books

DAY = dt.date(2025, 3, 31)


def statement(name="甬江样例商贸有限公司"):
    line = StatementLine(
        date=DAY,
        voucher="记-3",
        text="=1+1 销售 <b>",
        kind="sale",
        debit=Decimal("500.50"),
        credit=Decimal(0),
        balance=Decimal("1500.50"),
    )
    return Statement(
        party="K1",
        name=name,
        currency="CNY",
        since=dt.date(2025, 3, 1),
        as_of=DAY,
        direction="receivable",
        opening=Decimal(1000),
        lines=(line,),
    )


@pytest.fixture(scope="module")
def differing():
    both = two_books(drawn(4, parties=5))
    for theirs in both.theirs.values():
        result = reconcile(both.ours, theirs, as_of=AS_OF)
        if result.differences.filter(fault="theirs").height:
            return result
    raise AssertionError("no drawn party differs")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_escapes_what_books_say_and_asks_for_a_seal(lang):
    page = letter_page(
        statement_letter(statement("<script>甲</script>"), "海门远山", date=DAY, lang=lang)
    )
    assert "<script>" not in page
    assert "&lt;script&gt;甲" in page
    assert "销售 &lt;b&gt;" in page
    assert "1,500.50" in page
    assert ("公司盖章" if lang == "zh" else "Seal") in page
    assert "http" not in page


def test_a_confirmation_says_who_owes_whom_in_each_currency():
    dollars = attrs.evolve(statement(), currency="USD", opening=Decimal(-2000))
    letter = confirmation_letter([statement(), dollars], "海门远山", date=DAY)
    cells = [[cell.text for cell in row.cells] for row in letter.tables[0].rows]
    assert cells == [
        ["2025年3月31日", "CNY", "1,500.50", "0.00", "人民币壹仟伍佰元零伍角整"],
        ["2025年3月31日", "USD", "0.00", "1,499.50", "美元壹仟肆佰玖拾玖元伍角整"],
    ]


def test_a_reconciliation_letter_ends_both_columns_alike(differing):
    letter = reconciliation_letter(view(differing), "海门远山食品有限公司", date=AS_OF)
    last = letter.tables[0].rows[-1]
    assert last.is_sum
    assert last.cells[1].amount == last.cells[2].amount
    assert len(letter.tables) == 2


def test_the_workbook_of_a_letter_has_numbers_and_no_formula_from_a_text(tmp_path):
    path = tmp_path / "对账单.xlsx"
    write_letter(statement_letter(statement(), "海门远山", date=DAY), path)
    sheet = openpyxl.load_workbook(path, data_only=True)["甬江样例商贸有限公司"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" and "1+1" in str(cell.value)]
    assert 1500.5 in [cell.value for cell in cells]
    with pytest.raises(UsageError):
        write_letter(statement_letter(statement(), "海门远山", date=DAY), path)


def test_a_letter_is_a_page_or_a_workbook():
    with pytest.raises(UsageError) as raised:
        write_letter(statement_letter(statement(), "x", date=DAY), Path("a.doc"))
    assert raised.value.code == "C6101"


def test_the_workbook_of_a_reconciliation_ties_out(differing, tmp_path):
    path = tmp_path / "对账.xlsx"
    write_report(reconciliation_report(differing), path)
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["对账汇总", "余额调节表", "差异明细", "已核对"]
    table = [row for row in book["余额调节表"].iter_rows(values_only=True) if row[0]]
    end = next(row for row in table if row[0] == "调节后余额")
    assert end[1] == end[2]
    total = list(book["差异明细"].iter_rows(values_only=True))[-1]
    assert Decimal(str(total[10])) == differing.difference


def test_letters_of_one_party_in_two_currencies_have_names_of_their_own():
    dollars = attrs.evolve(statement("甲/乙 <样例>"), currency="USD", party="A/1")
    names = {
        letter_name(statement_letter(one, "海门远山", date=DAY))
        for one in (dollars, attrs.evolve(dollars, currency="CNY"))
    }
    assert len(names) == 2
    assert not [mark for name in names for mark in name if mark in '<>:"/\\|?*']


def test_many_letters_stand_on_sheets_of_their_own(tmp_path):
    letters = [statement_letter(statement(name), "x", date=DAY) for name in ("Aa", "aA", "乙")]
    path = tmp_path / "信.xlsx"
    write_letters(letters, path)
    assert len(openpyxl.load_workbook(path).sheetnames) == 3
    page = letter_page(*letters)
    assert page.count("<section>") == 3
    assert "break-before:page" in page


def test_the_sums_of_a_letter_are_formulas_that_give_its_figures(tmp_path):
    path = tmp_path / "对账单.xlsx"
    write_letter(statement_letter(statement(), "海门远山", date=DAY), path)
    formulas, values = (
        [
            [cell.value for cell in row]
            for row in openpyxl.load_workbook(path, data_only=shown).active.iter_rows()
        ]
        for shown in (False, True)
    )
    (at,) = [number for number, row in enumerate(values) if "期末余额" in row]
    assert values[at][4:7] == [500.5, 0, 1500.5]
    opening, closing = at - 1, at + 1
    assert formulas[at][4] == f"=SUM(E{opening}:E{closing - 1})"
    assert formulas[at][6] == f"=G{opening}+E{closing}-F{closing}"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("100500", "人民币壹拾万零伍佰元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("1000000010000", "人民币壹万亿零壹万元整"),
        ("-0.05", "人民币伍分"),
        ("0", "人民币零元整"),
        ("1.005", ""),
        ("10000000000000000", ""),
    ],
)
def test_amounts_in_words(amount, words):
    assert amount_in_words(Decimal(amount)) == words
