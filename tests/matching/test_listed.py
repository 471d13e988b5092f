"""A list the other company sends, in the shapes people make, against our books."""

import datetime as dt
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from kamcore.books import Books
from kamcore.errors import SourceError, UsageError
from kamcore.matching.two_sided.listed import books_of, reconcile_listed
from kamcore.matching.two_sided.reconciling import ReconcilePolicy
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher
from kamcore.pipeline.statement_list import read_statement_list
from matching.document_books import documents_of

AS_OF = dt.date(2025, 3, 31)
RECORDS = (
    ("2025-01-05", "RK-0101", "购货", 11300),
    ("2025-01-20", "FK-0007", "付货款", -11300),
    ("2025-02-03", "RK-0115", "购货", 22600),
    ("2025-02-27", "FK-0019", "付货款", -10000),
    ("2025-03-05", "RK-0130", "购货", 5650),
    ("2025-03-18", "RK-0144", "退货", -650),
)
BALANCE = Decimal(17600)


def ours(*, currency=None, payable=False):
    """Our books: what the records say, booked on our side."""
    account, dimension = ("2202", "supplier") if payable else ("1122", "customer")
    vouchers = []
    for number, (day, _, text, amount) in enumerate(RECORDS, start=1):
        aux = {dimension: "K1"}
        money = Decimal(amount)
        up = {"debit": money} if not payable else {"credit": money}
        down = {"credit": -money} if not payable else {"debit": -money}
        sides = up if amount > 0 else down
        line = Line(account=account, summary=text, aux=aux, currency=currency, **sides)
        other = {
            "credit": sides.get("debit", Decimal(0)),
            "debit": sides.get("credit", Decimal(0)),
        }
        voucher = Voucher(
            date=dt.date.fromisoformat(day),
            word="记",
            number=number,
            lines=(line, Line(account="6001" if amount > 0 else "1002", **other)),
        )
        vouchers.append(voucher)
    members = pl.DataFrame(
        {
            "dimension": [dimension, dimension],
            "code": ["K1", "K2"],
            "name": ["甬江样例商贸有限公司", "太湖样例百货有限公司"],
        }
    )
    entity = Entity(name="海门远山样例有限公司")
    return Books.from_vouchers(vouchers, entity=entity, tables={"members": members})


def sheet(path, rows, more=()):
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for name, lines in more:
        other = book.create_sheet(name)
        for row in lines:
            other.append(row)
    book.save(path)
    return path


def split(sign=1):
    """Records as rows with two amounts; `sign` turns the columns."""
    for day, number, text, amount in RECORDS:
        both = (None, amount) if amount * sign > 0 else (-amount, None)
        yield [day, number, text, *(abs(x) if x is not None else None for x in both)]


def answer(path, columns=None, party="K1", books=None, **policy):
    found = read_statement_list(path, columns)
    chosen = ReconcilePolicy(**policy) if policy else None
    said = reconcile_listed(
        books if books is not None else ours(),
        found.listed,
        as_of=AS_OF,
        party=party,
        policy=chosen,
    )
    return found, said


def agrees(said, balance=BALANCE):
    (row,) = said.result.workings.parties.to_dicts()
    assert said.result.workings.differences.is_empty()
    assert (row["ours_closing"], row["theirs_closing"]) == (balance, balance)
    return True


HEAD = ["日期", "单号", "摘要", "借方", "贷方"]


def test_debit_and_credit_from_the_writers_point_of_view_and_from_ours(tmp_path):
    own = sheet(tmp_path / "a.xlsx", [HEAD, *split()])
    _, said = answer(own)
    assert agrees(said)
    assert said.from_our_side is False
    mirrored = sheet(tmp_path / "b.xlsx", [HEAD, *split(-1)])
    _, said = answer(mirrored)
    assert agrees(said)
    assert said.from_our_side is True


def test_a_supplier_sends_what_we_owe(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [HEAD, *split(-1)])
    _, said = answer(path, books=ours(payable=True))
    assert agrees(said, -BALANCE)
    assert said.result.direction == "payable"
    assert said.from_our_side is False


def test_a_list_is_read_against_books_of_documents(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [HEAD, *split()])
    _, said = answer(path, books=documents_of(ours(), "customer"))
    assert agrees(said)
    assert said.result.sides[0].from_documents
    path = sheet(tmp_path / "b.xlsx", [HEAD, *split(-1)])
    _, said = answer(path, books=documents_of(ours(payable=True), "supplier"))
    assert agrees(said, -BALANCE)


def test_a_signed_amount_and_a_column_that_says_the_side(tmp_path):
    rows = [[day, number, text, amount] for day, number, text, amount in RECORDS]
    path = sheet(tmp_path / "a.xlsx", [["日期", "单号", "摘要", "金额"], *rows])
    assert agrees(answer(path)[1])
    rows = [[d, n, "付款" if a < 0 and "付" in t else t, abs(a)] for d, n, t, a in RECORDS]
    path = sheet(tmp_path / "b.xlsx", [["日期", "单号", "类型", "金额"], *rows])
    assert agrees(answer(path)[1])
    rows = [[d, n, t, abs(a)] for d, n, t, a in RECORDS]
    path = sheet(tmp_path / "c.xlsx", [["日期", "单号", "摘要", "金额"], *rows])
    found, said = answer(path)
    assert agrees(said)
    assert "C5311" in {problem.code for problem in found.problems}


def test_openings_totals_and_running_balances_are_no_records(tmp_path):
    balance, rows = 0, []
    for day, number, text, debit, credit in split():
        balance += (credit or 0) - (debit or 0)
        rows.append([day, number, text, debit, credit, "贷" if balance else "平", balance])
    head = [*HEAD, "方向", "余额"]
    title = [["应付账款对账单"], ["单位: 甬江样例商贸有限公司"]]
    january = [["2025-01-01", None, "期初余额", None, None, "平", 0], *rows[:2]]
    january += [[None, None, "本月合计", 11300, 11300, "平", 0]]
    rest = [*rows[2:], ["合计", None, None, 21950, 39550, "贷", balance]]
    path = sheet(tmp_path / "a.xlsx", [*title, head, *january, *rest, ["制表: 甲"]])
    found, said = answer(path, party=None)
    assert agrees(said), "the title names the party"
    assert not [one for one in found.problems if one.severity != "info"]


def test_the_list_goes_on_over_sheets_and_starts_from_a_balance(tmp_path):
    rows, balance = {}, 0
    for day, number, text, debit, credit in split():
        balance += (credit or 0) - (debit or 0)
        rows.setdefault(day[:7], []).append([day, number, text, debit, credit, balance])
    head = [*HEAD, "余额"]
    more = [(month, [head, *lines]) for month, lines in rows.items() if month > "2025-01"]
    path = sheet(tmp_path / "a.xlsx", [["说明"], ["请核对"]], more)
    found, said = answer(path, since=dt.date(2025, 2, 1))
    assert found.sheets == ("2025-02", "2025-03")
    assert agrees(said)
    assert "C5306" in {problem.code for problem in found.problems}
    broken = [list(row) for row in more[0][1]]
    broken[2][5] = 12999
    path = sheet(tmp_path / "b.xlsx", broken[:1] + [list(row) for row in more[1][1]][1:])
    found, said = answer(path, since=dt.date(2025, 3, 1))
    (implied,) = [one for one in found.problems if one.code == "C5315"]
    assert "12,600.00" in implied.text("zh")
    assert agrees(said)


def test_a_balance_that_does_not_follow_is_named_with_its_row(tmp_path):
    balance, rows = 0, []
    for at, (day, number, text, debit, credit) in enumerate(split()):
        balance += (credit or 0) - (debit or 0) + (100 if at == 4 else 0)
        rows.append([day, number, text, debit, credit, balance])
    path = sheet(tmp_path / "a.xlsx", [[*HEAD, "余额"], *rows])
    found, _ = answer(path)
    (problem,) = [one for one in found.problems if one.code == "C5314"]
    assert problem.place.row == 6


def test_a_printed_ledger_has_the_year_above_month_and_day(tmp_path):
    rows = [[int(d[5:7]), int(d[8:]), n, t, dr, cr] for d, n, t, dr, cr in split()]
    heads = [["2025年", None, "凭证号", "摘要", "借方", "贷方"], ["月", "日"]]
    path = sheet(tmp_path / "a.xlsx", [*heads, *rows])
    assert agrees(answer(path)[1])


def test_headings_nobody_knows_can_be_named(tmp_path):
    odd = ["到货那天", "票", "说法", "我方给", "贵方送"]
    path = sheet(tmp_path / "a.xlsx", [odd, *split()])
    with pytest.raises(SourceError) as raised:
        read_statement_list(path)
    assert raised.value.code == "C5301"
    hint = raised.value.problem.hint("zh")
    assert "贵方送" in hint
    assert "--their-column" in hint
    named = {"date": "到货那天", "raised": "贵方送", "lowered": "我方给", "number": "票"}
    assert agrees(answer(path, named)[1])
    for columns, code in (({"day off": "票"}, "C5302"), ({"date": "没有"}, "C5303")):
        with pytest.raises(UsageError) as refused:
            read_statement_list(path, columns)
        assert refused.value.code == code


def test_rows_that_cannot_take_part_are_told(tmp_path):
    rows = [
        [None, "RK-0001", "购货", None, 5],
        *split(),
        [None, None, None, 21950, 39550],
        ["2025-03-31", None, "以下空白", None, None],
    ]
    path = sheet(tmp_path / "a.xlsx", [HEAD, *rows])
    found, said = answer(path)
    assert agrees(said)
    told = {problem.code: problem for problem in found.problems}
    assert set(told) == {"C5304", "C5305", "C5307"}
    assert told["C5304"].place.row == 2


def test_a_list_without_currency_is_in_the_one_we_have_with_the_party(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [HEAD, *split()])
    _, said = answer(path, books=ours(currency="USD"))
    assert agrees(said)
    assert said.result.workings.parties["currency"].to_list() == ["USD"]


def test_a_missing_record_and_another_amount_are_found(tmp_path):
    rows = [list(row) for row in split()]
    rows[4][4] = 5560
    path = sheet(tmp_path / "a.csv.xlsx", [HEAD, *rows[:2], *rows[3:]])
    _, said = answer(path)
    causes = sorted(said.result.workings.differences["cause"].to_list())
    assert causes == ["only_ours", "transposed"]


def test_an_unknown_party_is_refused_as_with_books(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [HEAD, *split()])
    with pytest.raises(UsageError) as raised:
        answer(path, party="谁")
    assert raised.value.code == "M2301"


def test_columns_of_purchases_and_payments_say_what_texts_do_not(tmp_path):
    rows = [[d, n, a if a > 0 else None, -a if a < 0 else None] for d, n, _, a in RECORDS[:5]]
    path = sheet(tmp_path / "a.xlsx", [["日期", "单号", "收货金额", "付款金额"], *rows])
    _, said = answer(path)
    tiers = said.result.workings.matches["tier"].to_list()
    assert tiers == ["automatic"] * 5
    english = {"购货": "purchase", "付货款": "payment", "退货": "credit note"}
    rows = [[d, n, english[t], *sides] for d, n, t, *sides in split()]
    path = sheet(tmp_path / "b.xlsx", [HEAD, *rows])
    _, said = answer(path)
    assert agrees(said)
    assert set(said.result.workings.matches["tier"]) == {"automatic"}


def test_a_day_that_cannot_be_read_is_not_the_day_before(tmp_path):
    rows = [list(row) for row in split()]
    rows[1][0], rows[3][0] = None, "2025-13-01"
    path = sheet(tmp_path / "a.xlsx", [HEAD, *rows])
    found, _ = answer(path)
    days = found.listed.lines["date"].to_list()
    assert len(days) == len(rows) - 1
    assert days[0] == days[1] == dt.date(2025, 1, 5)
    assert {problem.place.row for problem in found.problems} == {5}


def test_headings_without_records_are_refused(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [HEAD, ["2025-01-05", "甲", "乙", "12x", None]])
    with pytest.raises(SourceError) as raised:
        read_statement_list(path)
    assert raised.value.code == "C5308"
    assert raised.value.problems, "what could not be read is told beside it"


def test_of_a_list_of_several_companies_only_the_one_asked_for_counts(tmp_path):
    mine = [["甬江样例商贸有限公司", *row] for row in split()]
    other = [["太湖样例百货有限公司", *row] for row in split()]
    path = sheet(tmp_path / "a.xlsx", [["往来单位", *HEAD], *mine, *other])
    _, said = answer(path, party="甬江")
    assert agrees(said)


def test_records_of_one_number_and_day_are_one_voucher(tmp_path):
    rows = [list(row) for row in split()]
    parts = [[*rows[2][:4], 12600], [*rows[2][:4], 10000]]
    path = sheet(tmp_path / "a.xlsx", [HEAD, *rows[:2], *parts, *rows[3:]])
    found, said = answer(path)
    assert agrees(said)
    books = books_of(found.listed)
    assert books.vouchers.height == len(RECORDS)
    assert books.lines.height == len(RECORDS) + 1
