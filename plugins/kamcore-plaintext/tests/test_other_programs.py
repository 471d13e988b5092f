"""What beancount and hledger themselves say of what is written: no errors, equal balances."""

import csv
import datetime as dt
import io
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books, schema
from kamcore.format import Source
from kamcore.model.voucher import Line, Voucher
from kamcore_plaintext import beancount, hledger
from kamcore_plaintext.writing import account_name

WORDS = ('引号"和\\', "分号;管|道", "{花}@井#星*", "2025-01-01 * x", "=1+1 ; tag: v", "表情😀")


def drawn(count=60):
    """Vouchers with red lines, dollars, several customers, and texts that mean something."""
    made = []
    for index in range(count):
        amount = Decimal(index * 37 % 1000) + Decimal("0.05")
        sign = -1 if index % 7 == 0 else 1
        abroad = index % 5 == 0
        dollars = {
            "currency": "USD",
            "rate": Decimal("7.2"),
            "fx_debit": sign * amount,
            "fx_credit": Decimal(0),
        }
        base = (amount * Decimal("7.2")).quantize(Decimal("0.01")) if abroad else amount
        text = WORDS[index % len(WORDS)]
        code = "6601.30" if index % 3 else "6001"
        made.append(
            Voucher(
                date=dt.date(2025, index % 12 + 1, 28),
                word="记",
                number=index // 12 + 1,
                lines=(
                    Line(
                        account="1122",
                        summary=text,
                        debit=sign * base,
                        credit=Decimal(0),
                        aux={"customer": f"{index % 9:05}"},
                        **(dollars if abroad else {"currency": "CNY"}),
                    ),
                    Line(account=code, summary=text, debit=Decimal(0), credit=sign * base),
                ),
            )
        )
    return Books.from_vouchers(made)


def balances(books):
    """What `kamcore balance` sums: debit less credit of each account."""
    net = pl.col("debit") - pl.col("credit")
    sums = books.lines.group_by("account").agg(net=net.sum().cast(schema.AMOUNT))
    return {code: amount for code, amount in sums.iter_rows() if amount}


def test_beancount_loads_it_without_errors_and_with_equal_balances(tmp_path):
    wanted = {"reason": "beancount is not installed"}
    loader = pytest.importorskip("beancount.loader", **wanted)
    convert = pytest.importorskip("beancount.core.convert", **wanted)
    data = pytest.importorskip("beancount.core.data", **wanted)
    books = drawn()
    target = tmp_path / "books.beancount"
    beancount.FORMAT.write(books, target)
    entries, errors, _ = loader.load_file(str(target))
    assert errors == []
    found = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            weight = convert.get_weight(posting)
            assert weight.currency == "CNY"
            found[posting.account] += weight.number
    wants = {account_name(c, beancount.DIALECT): a for c, a in balances(books).items()}
    assert {account: amount for account, amount in found.items() if amount} == wants


def hledger_says(path, *words):
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed (apt-get install hledger)")
    env = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": str(path.parent)}
    ran = subprocess.run(
        [program, "-f", str(path), *words], capture_output=True, check=False, env=env, timeout=60
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


def test_hledger_checks_it_and_has_equal_balances(tmp_path):
    books = drawn()
    target = tmp_path / "books.journal"
    hledger.FORMAT.write(books, target)
    hledger_says(target, "check")
    said = hledger_says(target, "balance", "--cost", "--flat", "--no-total", "-O", "csv")
    rows = list(csv.DictReader(io.StringIO(said)))
    found = {row["account"]: Decimal(row["balance"].split()[0]) for row in rows}
    assert found == balances(books)
    # One tag a line, whatever commas and colons stand in a summary.
    assert "记-1" in hledger_says(target, "print", "date:2025-01")


@pytest.mark.parametrize("card", [beancount.FORMAT, hledger.FORMAT])
def test_what_stands_there_comes_back(tmp_path, card):
    books = drawn()
    target = tmp_path / f"books{card.suffixes[0]}"
    card.write(books, target)
    again = card.read(Source(target), {}).books
    wants = card.spelling(books, {}).lines
    for column in ("account", "summary", "debit", "credit", "currency", "fx_debit", "rate"):
        assert again.lines[column].to_list() == wants[column].to_list(), column


def test_a_posting_that_cannot_be_read_is_a_problem():
    text = (
        'option "operating_currency" "CNY"\n2025-01-02 * "buy"\n'
        "  Assets:Shares  10 ABC {7.00 CNY}\n  Assets:Usd  5.00 USD\n  Assets:Bank  -70.00 CNY\n"
    )
    reading = beancount.FORMAT.read(Source(data=text.encode(), name="a.beancount"), {})
    assert [(p.code, p.place.line) for p in reading.problems] == [("PT0003", 3), ("PT0004", 4)]
    assert reading.books.lines["debit"].to_list() == [None, None, Decimal(0)]
