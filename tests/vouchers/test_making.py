"""From typed rows to the tables of the books."""

from decimal import Decimal

from kamcore.vouchers.entries import Field, Kind, read_entries
from kamcore.vouchers.making import Making, make_books, original, sides, unlike_originals
from kamcore.vouchers.numbering import by_key, with_periods
from small_grids import grid

FIELDS = (
    Field("日期", "vouchers.date", Kind.DAY),
    Field("字", "vouchers.word"),
    Field("号", "vouchers.number", Kind.WHOLE),
    Field("附件", "vouchers.attachments", Kind.WHOLE),
    Field("分录", "lines.line_no", Kind.WHOLE),
    Field("科目", "lines.account", Kind.CODE),
    Field("名称", "names.account"),
    Field("借", "lines.debit", Kind.AMOUNT),
    Field("贷", "lines.credit", Kind.AMOUNT),
    Field("客户", "lines.aux_customer", Kind.CODE),
    Field("客户名", "names.aux_customer"),
    Field("币别", "lines.currency"),
    Field("原币", "amount", Kind.AMOUNT),
    Field("备注"),
)
HEADINGS = " ".join(field.heading for field in FIELDS)
USUAL = {"日期": "2025-01-02", "字": "记", "号": "1", "币别": "CNY"}


def made(*lines, headings=HEADINGS, captions=None, making=None):
    """Read rows given as dicts of the cells that differ from the usual."""
    table = grid(
        headings,
        *([{**USUAL, **line}.get(name) for name in headings.split()] for line in lines),
        captions=captions,
    )
    entries = read_entries(table, FIELDS)
    frame = with_periods(entries.frame, ("vouchers.word", "vouchers.number"))
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    found = unlike_originals(frame, entries, "amount", "CNY")
    frame = original(frame, "amount", "CNY")
    key = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number")
    numbered = by_key(frame, table, key, line="lines.line_no")
    done = make_books(numbered, entries, making or Making(system="样例"))
    return done.books, (*found, *done.problems)


def column(books, name):
    return books.lines[name].to_list()


def test_the_unused_side_is_zero_and_a_lost_figure_is_not():
    books, _ = made(
        {"借": "5"}, {"贷": "5"}, {}, {"借": "x"}, {"借": "x", "贷": "5"}, {"贷": "y", "借": "0"}
    )
    assert column(books, "debit") == [Decimal(5), Decimal(0), None, None, Decimal(0), None]
    assert column(books, "credit") == [Decimal(0), Decimal(5), None, None, Decimal(5), None]


def test_original_amounts_stand_on_the_side_of_the_amount():
    usd = {"币别": "USD"}
    books, problems = made(
        {"借": "70", "原币": "10", **usd},
        {"贷": "-70", "原币": "-10", **usd},
        {"借": "3", "原币": "3"},
        {"借": "3", "原币": "0"},
        {"借": "7", "原币": "1", "币别": None},
        {"贷": "7", "原币": "0", **usd},
    )
    assert column(books, "fx_debit") == [
        Decimal(10),
        Decimal(0),
        None,
        None,
        Decimal(1),
        Decimal(0),
    ]
    assert column(books, "fx_credit") == [
        Decimal(0),
        Decimal(-10),
        None,
        None,
        Decimal(0),
        Decimal(0),
    ]
    assert problems == ()


def test_an_original_amount_that_contradicts_the_base_currency_is_said():
    _, problems = made({"借": "5"}, {"借": "3", "原币": "4"}, {"贷": "9", "原币": "8"})
    (problem,) = problems
    assert (problem.code, problem.place.row, problem.place.column) == ("G1513", 3, "原币")
    assert problem.facts["count"] == 2


def test_facts_land_in_their_tables():
    books, problems = made(
        {"借": "5", "科目": "1122.01", "名称": "货款", "客户": "K1", "客户名": "甲", "附件": "2"},
        {"贷": "5", "科目": "6001", "名称": "收入", "备注": "原样 "},
        making=Making(system="样例", entity_name="甲公司", labels={"customer": "往来客户"}),
    )
    assert problems == ()
    assert books.entity.name == "甲公司"
    assert str(books.entity.scheme) == "4-2"
    assert books.entity.first_period == books.entity.last_period == (2025, 1)
    assert books.accounts.select("code", "name", "parent", "level").rows() == [
        ("1122.01", "货款", "1122", 2),
        ("6001", "收入", None, 1),
    ]
    assert books.dimensions.select("id", "label").rows() == [("customer", "往来客户")]
    assert books.members.select("dimension", "code", "name").rows() == [("customer", "K1", "甲")]
    assert books.vouchers["attachments"].to_list() == [2]
    assert books.vouchers["source_row"].to_list() == [2]
    assert column(books, "source_row") == [2, 3]
    assert books.extras.rows() == [("lines", 1, "备注", "原样 ")]


def test_columns_nobody_described_are_kept_verbatim():
    books, _ = made({"借": "5", "自定义": "v"}, headings=f"{HEADINGS} 自定义")
    assert books.extras.rows() == [("lines", 0, "自定义", "v")]


def test_the_order_of_extras_is_that_of_the_books():
    books, _ = made({"号": "1", "分录": "2", "备注": "b"}, {"号": "1", "分录": "1", "备注": "a"})
    assert books.extras.sort("row_id")["value"].to_list() == ["a", "b"]
    assert column(books, "source_row") == [3, 2]


def test_lines_that_disagree_about_their_voucher_are_said():
    books, problems = made(
        {"附件": None}, {"附件": "2"}, {"附件": "3"}, captions={"附件": "附件数"}
    )
    assert books.vouchers["attachments"].to_list() == [2]
    (problem,) = problems
    assert (problem.code, problem.place.row, problem.place.column) == ("G1511", 4, "附件数")
    assert (problem.value, problem.facts["count"]) == ("3", 1)


def test_two_names_of_one_code_are_said_and_the_first_is_taken():
    books, problems = made(
        {"科目": "1001", "名称": "现金"},
        {"科目": "1001", "名称": "库存现金", "客户": "K1", "客户名": None},
        {"科目": "1001", "客户": "K1", "客户名": "甲"},
    )
    assert books.accounts["name"].to_list() == ["现金"]
    assert books.members["name"].to_list() == ["甲"]
    (problem,) = problems
    assert (problem.code, problem.place.column, problem.facts["kind"]) == ("G1512", "名称", "科目")


def test_checks_can_name_the_headings_of_the_source():
    making = Making(system="样例", headings={"lines.fx_debit": "原币"})
    books, _ = made({"借": "5"}, captions={"借": "借方金额", "原币": "原币金额"}, making=making)
    headings = books.origin.headings
    assert headings["lines.debit"] == "借方金额"
    assert headings["lines.date"] == headings["vouchers.year"] == "日期"
    assert headings["lines.fx_debit"] == "原币金额"
    assert headings["accounts.name"] == "名称"


def test_no_rows_make_empty_books():
    books, problems = made()
    assert problems == ()
    assert all(frame.is_empty() for name, frame in books.tables.items() if name != "dimensions")
    assert books.entity.first_period is None


def test_a_line_whose_date_is_unread_has_none_and_its_voucher_has():
    books, _ = made({"日期": "2025-02-30", "借": "5"}, {"贷": "5"})
    assert column(books, "date")[0] is None
    assert books.vouchers.select("year", "period").rows() == [(2025, 1)]
