"""``kamcore close`` and ``kamcore verify``: findings, drafts, the seal, the chain of the log."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from command_line import kamcore
from kamcore.books import Books
from kamcore.ledger.closing_drafts import TransferChoice, closing_drafts, with_drafts
from kamcore.model.voucher import Line, Voucher
from kamcore.pipeline import read, write

NAMES = {
    "1002": "银行存款", "1122": "应收账款", "4103": "本年利润", "4104": "利润分配",
    "6001": "主营业务收入", "6603": "财务费用", "6603.01": "手续费", "6603.02": "汇兑损益",
}  # fmt: skip


def _entry(account, debit="0", credit="0", **more):
    return Line(account=account, debit=Decimal(debit), credit=Decimal(credit), **more)


USD = {"currency": "USD", "fx_debit": Decimal(10000), "rate": Decimal("7.15")}
SALE = (
    _entry("1122", "71500", **USD, aux={"customer": "01"}),
    _entry("6001", credit="71500"),
)
FEE = (_entry("6603.01", "20"), _entry("1002", credit="20"))


def _books(*, period=1, year=2026):
    day = dt.date(year, period, 10)
    vouchers = [
        Voucher(date=day, word="记", number=number, status="posted", lines=lines)
        for number, lines in enumerate((SALE, FEE), 1)
    ]
    accounts = pl.DataFrame({"code": list(NAMES), "name": list(NAMES.values())})
    return Books.from_vouchers(vouchers, tables={"accounts": accounts})


def _posted(books, drafts):
    """The books with the drafts numbered, saved and posted."""
    done = with_drafts(books, drafts)
    number = pl.int_range(1, pl.len() + 1)
    return done.replace(vouchers=done.vouchers.with_columns(number=number))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    books = _books()
    write(books, tmp_path / "账.jsonl", "native")
    rates = {"USD": Decimal("7.189")}
    closed = _posted(books, closing_drafts(books, "2026-01", rates).drafts)
    write(closed, tmp_path / "结.jsonl", "native")
    return tmp_path


SEAL = ("--log", "日志.jsonl", "--seal", "--person", "甲", "--at", "2026-02-02T09:30")


def test_revaluation_first_then_the_transfer_takes_it_along():
    books = _books()
    found = closing_drafts(books, "2026-01", {"USD": Decimal("7.1890")})
    reval, income, costs = found.drafts
    # The vector: USD 10,000 booked at 71,500.00, closing rate 7.1890, adjustment 390.00.
    assert [(x.account, x.debit, x.credit, x.fx_amount) for x in reval.lines] == [
        ("1122", Decimal(390), 0, 0),
        ("6603.02", 0, Decimal(390), None),
    ]
    assert dict(reval.lines[0].aux) == {"customer": "01"}
    assert [(x.account, x.debit, x.credit) for x in income.lines] == [
        ("6001", Decimal(71500), 0),
        ("4103", 0, Decimal(71500)),
    ]
    assert {x.account: x.debit - x.credit for x in costs.lines} == {
        "6603.01": Decimal(-20),
        "6603.02": Decimal(390),
        "4103": Decimal(-370),
    }
    assert all(draft.off_by == 0 for draft in found.drafts)


def test_the_year_ends_with_its_result():
    found = closing_drafts(_books(period=12), "2026-12", {"USD": Decimal("7.1890")})
    last = found.drafts[-1]
    assert {line.account: line.debit - line.credit for line in last.lines} == {
        "4103": Decimal(71870),
        "4104": Decimal(-71870),
    }
    none = closing_drafts(_books(period=12), "2026-12", choice=TransferChoice(year_end=False))
    assert all(draft.reason != "结转本年利润" for draft in none.drafts)
    one = closing_drafts(_books(), "2026-01", choice=TransferChoice(one_voucher=True, red=True))
    assert len(one.drafts) == 1
    assert [problem.code for problem in one.findings] == ["L1521"]


def test_what_blocks_is_listed_and_nothing_is_recorded(folder):
    done = kamcore("close", "账.jsonl", "--period", "2026-01", *SEAL, "--json", cwd=folder)
    said = done.json
    assert done.code == 1
    assert {problem["code"] for problem in said["blocking"]} == {"L1504"}
    assert [problem["code"] for problem in said["notes"]] == ["L1521"]
    assert (said["sealed"], said["recorded"]) == (None, False)
    assert not (folder / "日志.jsonl").exists()
    assert [draft["reason"] for draft in said["drafts"]] == ["结转本期收入", "结转本期成本费用"]


def test_the_drafts_become_a_file_of_another_system(folder):
    words = ("close", "账.jsonl", "--period", "2026-01", "--rate", "USD=7.1890")
    done = kamcore(*words, "-o", "期末.xls", "--to", "kingdee-k3", "--json", cwd=folder)
    assert done.json["written"]["vouchers"] == ["记-3", "记-4", "记-5"]
    books = read(folder / "期末.xls").books
    assert books.vouchers.height == 3
    assert books.lines["debit"].sum() == Decimal(390 + 71500 + 390) + 20 - 20


def test_a_closed_period_is_sealed_once_and_the_log_is_whole(folder):
    words = ("close", "结.jsonl", "--period", "2026-01", *SEAL, "--json")
    first = kamcore(*words, cwd=folder)
    assert (first.code, first.json["recorded"], first.json["drafts"]) == (0, True, [])
    kept = (folder / "日志.jsonl").read_bytes()
    again = kamcore(*words, cwd=folder)
    assert again.json["sealed"] == first.json["sealed"]
    assert (folder / "日志.jsonl").read_bytes() == kept
    found = kamcore("verify", "日志.jsonl", "--books", "结.jsonl", "--json", cwd=folder)
    assert (found.code, found.json["whole"], found.json["entries"]) == (0, True, 1)
    assert found.json["sealed"][0]["agrees"] is True
    assert "2026-01" in kamcore("verify", "日志.jsonl", "--books", "结.jsonl", cwd=folder).text


def test_books_changed_after_closing_are_found_and_block(folder):
    kamcore("close", "结.jsonl", "--period", "2026-01", *SEAL, cwd=folder)
    found = kamcore("verify", "日志.jsonl", "--books", "账.jsonl", "--json", cwd=folder)
    assert found.code == 1
    (problem,) = found.json["problems"]
    assert (problem["code"], problem["value"]) == ("L1511", "2026-01")
    assert "vouchers 5 → 2" in problem["message"]
    blocked = kamcore(
        "close", "账.jsonl", "--period", "2026-02", "--log", "日志.jsonl", "--json", cwd=folder
    )
    assert "L1511" in {one["code"] for one in blocked.json["blocking"]}


def test_a_touched_entry_is_named(folder):
    kamcore("close", "结.jsonl", "--period", "2026-01", *SEAL, cwd=folder)
    path = folder / "日志.jsonl"
    kept = json.loads(path.read_text("utf-8"))
    for field in ("person", "subject", "previous", "hash", "at"):
        touched = {**kept, field: "2026-02-02T09:31:00" if field == "at" else "2026-03"}
        path.write_text(json.dumps(touched) + "\n", "utf-8")
        done = kamcore("verify", "日志.jsonl", "--json", cwd=folder)
        assert (done.code, done.json["whole"]) == (1, False), field
        assert done.json["problems"][0]["code"] in ("L1431", "L1432")
    shown = kamcore("verify", "日志.jsonl", cwd=folder, KAMCORE_LANG="zh").text
    assert "断裂" in shown
    assert "第 1 条" in shown


def test_a_log_cut_off_at_its_end_is_found_by_its_head(folder):
    kamcore("close", "结.jsonl", "--period", "2026-01", *SEAL, cwd=folder)
    head = kamcore("verify", "日志.jsonl", "--json", cwd=folder).json["head"]
    (folder / "日志.jsonl").write_text("", "utf-8")
    assert kamcore("verify", "日志.jsonl", cwd=folder).code == 0
    assert kamcore("verify", "日志.jsonl", "--head", head, cwd=folder).code == 1


@pytest.mark.parametrize("line", ["x", "[]", "{}", '{"number": 1}', "[" * 5000])
def test_what_is_no_log_is_refused_with_its_line(folder, line):
    (folder / "日志.jsonl").write_text(f"\n{line}\n", "utf-8")
    done = kamcore("verify", "日志.jsonl", "--json", cwd=folder)
    error = done.json["error"]
    assert (done.code, error["code"], error["place"]["line"]) == (3, "C6021", 2)


def test_rates_come_from_a_form(folder):
    (folder / "汇率.toml").write_text(
        '[[closing_rate]]\ncurrency = "USD"\nrate = 0.139102\nperiod = "2026-01"\n'
        "indirect = true\n"
        '[[closing_rate]]\ncurrency = "USD"\nrate = 7.2\nperiod = "2026-02"\n',
        "utf-8",
    )
    words = ("close", "账.jsonl", "--period", "2026-01", "--rates", "汇率.toml", "--json")
    # 10,000 / 0.139102 = 71,889.69
    (line, _) = kamcore(*words, cwd=folder).json["drafts"][0]["lines"]
    assert (line["debit"], line["currency"]) == ("389.69", "USD")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--period", "2026-01..2026-02"), "U1004"),
        (("--period", "2026-01", "--seal"), "U1003"),
        (("--period", "2026-01", "--rate", "USD=-1"), "U1004"),
        (("--period", "2026-01", "--rate", "USD"), "U1006"),
        (("--period", "2026-01", "--rate", "EUR=8"), "L1321"),
        (("--period", "2026-01", "-o", "x.txt"), "U1003"),
    ],
)
def test_wrong_use_is_answered(folder, more, code):
    done = kamcore("close", "账.jsonl", *more, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (2, code)


def test_vouchers_whose_state_is_not_said_may_be_taken_as_posted(tmp_path):
    books = _books()
    books = books.replace(vouchers=books.vouchers.with_columns(status=pl.lit(None, pl.String)))
    write(books, tmp_path / "账.jsonl", "native")
    words = ("close", "账.jsonl", "--period", "2026-01", "--json")
    runs = [kamcore(*words, *more, cwd=tmp_path) for more in ((), ("--posted",))]
    codes = [{problem["code"] for problem in run.json["blocking"]} for run in runs]
    assert codes == [{"L1501", "L1504"}, {"L1504"}]
