"""Sound books have no problems, and one wrong made in them is found."""

import calendar
import datetime as dt
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books import CheckSettings, check
from small_books import books, cr, dr, voucher

CENTS = st.integers(-(10**12), 10**12).filter(bool).map(lambda cents: Decimal(cents).scaleb(-2))
CHART = {
    "1002.01": "基本户",
    "1122.01": "国内客户",
    "1122.02": "暂估应收款",
    "2202.30": "明细应付款",
    "2221.01.02": "销项税额",
    "4103": "本年利润",
    "6001.01": "商品收入",
    "6601.03": "差旅费",
}
CUSTOMERS = ("00012", "12", "0003")
RATE = Decimal("7.171")
ACCOUNTS = pl.DataFrame(
    {
        "code": [*CHART, "6001", "6601"],
        "name": [*CHART.values(), "主营业务收入", "销售费用"],
        "dimensions": [
            "customer" if code.startswith("1122") else None for code in (*CHART, "6001", "6601")
        ],
    }
)
MEMBERS = pl.DataFrame({"dimension": ["customer"] * 4, "code": [*CUSTOMERS, "9"]})


@st.composite
def sound_lines(draw):
    """Lines that balance, on the sides S147 asks for, now and then in dollars."""
    lines, total = [], Decimal(0)
    for amount in draw(st.lists(CENTS, min_size=1, max_size=5)):
        account = draw(st.sampled_from(sorted(CHART)))
        if account == "4103" or abs(total + amount) > 10**12:
            continue
        member = {"customer": draw(st.sampled_from(CUSTOMERS))}
        more = {"aux": member if account.startswith("1122") else {}}
        base = amount
        if account.startswith("1122") and draw(st.booleans()):
            more |= {"currency": "USD", "fx_debit": amount, "rate": RATE}
            base = (amount * RATE).quantize(Decimal("0.01"))
        side = cr if account.startswith("6001") else dr
        lines.append(side(account, base, **more))
        total += base if side is dr else -base
    if not total:
        lines += [dr("1002.01", 1), cr("2202.30", 1)]
    else:
        lines.append(cr("2202.30", total))
    return lines


@st.composite
def sound_voucher(draw, number, word, day):
    """A voucher prepared by one person and reviewed by another, or not yet."""
    return voucher(
        number,
        *draw(sound_lines()),
        word=word,
        date=draw(day),
        preparer=draw(st.sampled_from(["甲", "乙", None])),
        reviewer=draw(st.sampled_from(["丙", None])),
        status=draw(st.sampled_from(["draft", "posted", "void", None])),
    )


@st.composite
def sound_books(draw):
    """Vouchers numbered from 1 in each month and word, some of them void."""
    vouchers = []
    for month in sorted(draw(st.sets(st.integers(1, 12), min_size=1, max_size=3))):
        last = dt.date(2025, month, calendar.monthrange(2025, month)[1])
        day = st.dates(last.replace(day=1), last)
        for word in sorted(draw(st.sets(st.sampled_from("记收付转"), min_size=1, max_size=2))):
            count = draw(st.integers(1, 4))
            vouchers += [draw(sound_voucher(number, word, day)) for number in range(1, count + 1)]
    return books(*vouchers, accounts=ACCOUNTS, members=MEMBERS)


@settings(max_examples=30, deadline=None)
@given(sound_books())
def test_sound_books_have_no_problem(made):
    assert check(made, CheckSettings(first_number=1)) == []


@settings(max_examples=30, deadline=None)
@given(sound_books(), st.data())
def test_a_cent_too_much_is_found_in_its_voucher(made, data):
    live = made.vouchers.filter(pl.col("status").ne_missing("void"))["voucher_id"].to_list()
    rows = made.lines.with_row_index("_row").filter(pl.col("voucher_id").is_in(live))
    if not rows.height:
        return
    row = data.draw(st.sampled_from(rows["_row"].to_list()))
    side = "debit" if made.lines["debit"][row] else "credit"
    at = pl.int_range(pl.len()) == row
    moved = pl.when(at).then(pl.col(side) + Decimal("0.01")).otherwise(pl.col(side))
    odd = made.replace(lines=made.lines.with_columns(moved.cast(pl.Decimal(18, 4))))
    told = [problem for problem in check(odd) if problem.code == "B2101"]
    first = made.lines.filter(voucher_id=made.lines["voucher_id"][row])["source_row"].min()
    assert [problem.place.row for problem in told] == [first]
    assert abs(told[0].facts["difference"]) == Decimal("0.01")


@settings(max_examples=30, deadline=None)
@given(sound_books(), st.data())
def test_a_voucher_taken_out_leaves_a_gap_unless_it_was_the_last(made, data):
    gone = data.draw(st.sampled_from(made.vouchers["voucher_id"].to_list()))
    head = made.vouchers.row(by_predicate=pl.col("voucher_id") == gone, named=True)
    series = made.vouchers.filter(period=head["period"], word=head["word"])
    short = made.replace(
        vouchers=made.vouchers.filter(pl.col("voucher_id") != gone),
        lines=made.lines.filter(pl.col("voucher_id") != gone),
    )
    told = [problem.value for problem in check(short, CheckSettings(first_number=1))]
    last = head["number"] == series["number"].max()
    assert told == ([] if last else [str(head["number"])])
