"""Writing the standard voucher workbook, and reading it back."""

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlrd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import SAMPLES, needs_shared
from k3_workbooks import workbook
from kamcore.adapters.kingdee_k3 import FORMAT
from kamcore.books import Books
from kamcore.errors import LossRefused, UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.model.voucher import Line, Voucher

SHARED_FACTS = FORMAT.reads & FORMAT.writes
DAY = dt.date(2025, 1, 2)


def read(path):
    return FORMAT.read(Source(Path(path)), {})


def there_and_back(books, target, **options):
    """Write, read again, and give the losses and what differs from the spelling."""
    losses = FORMAT.write(books, target, options=options)
    again = read(target).books
    found = compare(FORMAT.spelling(books, options), again, SHARED_FACTS)
    return losses, found.differences, again


def books_of(*lines, **head):
    return Books.from_vouchers(
        [Voucher(**({"date": DAY, "word": "记", "number": 1, "lines": lines} | head))]
    )


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("generation", "keys", "joiner", "suffix"),
    [*itertools.product("BC", ["english", "chinese"], ["||", ","], [".xls", ".xlsx"])],
)
def test_a_sample_comes_back_whole(tmp_path, generation, keys, joiner, suffix):
    books = read(SAMPLES / "kingdee/k3_gen_b.xls").books
    options = {"generation": generation, "keys": keys, "joiner": joiner}
    losses, differences, again = there_and_back(books, tmp_path / f"out{suffix}", **options)
    assert (len(losses), differences) == (0, ())
    assert again == books


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("k3_gen_a", {"generation": "A"}),
        ("k3_gen_a_comma", {"generation": "A", "joiner": ","}),
        ("k3_gen_b", {}),
        ("k3_gen_b_captions", {"keys": "chinese"}),
    ],
)
def test_the_written_cells_are_those_of_the_sample(tmp_path, name, options):
    sample = SAMPLES / f"kingdee/{name}.xls"
    FORMAT.write(read(sample).books, tmp_path / "out.xls", options=options)
    pair = [xlrd.open_workbook(str(path)) for path in (sample, tmp_path / "out.xls")]
    assert pair[0].sheet_names() == pair[1].sheet_names()
    for left, right in zip(pair[0].sheets(), pair[1].sheets(), strict=True):
        assert (left.nrows, left.ncols) == (right.nrows, right.ncols)
        for row in range(left.nrows):
            assert left.row_values(row) == right.row_values(row)


@needs_shared
@pytest.mark.shared
def test_generation_a_has_no_kind_of_rate(tmp_path):
    books = read(SAMPLES / "kingdee/k3_gen_b.xls").books
    losses, differences, _ = there_and_back(books, tmp_path / "out.xls", generation="A")
    assert [loss.text("zh").split("  首处")[0] for loss in losses] == [
        "放弃  分录·汇率类型  548 处"
    ]
    assert differences == ()


def test_verbatim_fields_come_back(tmp_path):
    source = workbook(
        tmp_path / "a.xls",
        {"FParameter": "P", "FCashFlow": "C", "FVoucherId": "V", "FReference": "R1"},
        {"FEntryID": 1, "FItem": "B01", "FReference": "R2", "FAccountName": ""},
        {"FNumber": 2, "FItem": "客户---1---甲||部门---2---乙"},
        {"FNumber": 2, "FItem": "部门--2--乙", "FEntryID": 1, "FAmountFor": 99},
        {"FNumber": 3, "FItem": "部门---2---乙||客户---1---甲", "FCurrencyName": "元"},
        extra=("FParameter", "FCashFlow", "FVoucherId"),
    )
    books = read(source).books
    assert books.extras.height >= 8
    losses, differences, again = there_and_back(books, tmp_path / "out.xls", generation="C")
    assert (len(losses), differences) == (0, ())
    assert again.facts_of("extras").sort(pl.all()).equals(books.facts_of("extras").sort(pl.all()))


def test_an_item_kept_verbatim_is_not_written_over_a_mapped_code(tmp_path):
    books = read(workbook(tmp_path / "a.xls", {"FItem": "部门--2--乙"})).books
    assert books.extras["value"].to_list() == ["部门--2--乙"]
    mapped = books.replace(
        lines=books.lines.with_columns(aux_department=pl.lit("9")),
        members=books.members.with_columns(code=pl.lit("9")),
    )
    losses, differences, again = there_and_back(mapped, tmp_path / "out.xls")
    assert [str(loss.fact) for loss in losses] == ["extras.value"]
    assert differences == ()
    assert again.lines["aux_department"].to_list() == ["9"]


def test_codes_get_the_dots_of_the_scheme(tmp_path):
    books = books_of(Line(account="112201", debit=1), Line(account="1001", credit=1))
    books = books.replace(entity=Entity(scheme=CodeScheme((4, 2))))
    losses, differences, again = there_and_back(books, tmp_path / "out.xls")
    assert again.lines["account"].to_list() == ["1122.01", "1001"]
    assert (len(losses), differences) == (0, ())


def test_dimensions_of_another_product_get_the_words_of_this_one(tmp_path):
    aux = {"employee": "1", "inventory": "2", "车间": "3"}
    books = books_of(Line(account="1", debit=1, aux=aux))
    labels = pl.DataFrame({"id": list(aux), "label": ["个人", "存货", "车间"]})
    _, differences, again = there_and_back(books.replace(dimensions=labels), tmp_path / "o.xls")
    assert sorted(again.dimensions["label"]) == ["物料", "职员", "车间"]
    assert again.dimension_ids == ("employee", "inventory", "车间")
    assert differences == ()


def test_another_base_currency_is_found_again(tmp_path):
    books = books_of(
        Line(account="1", debit=78, fx_debit=10, fx_credit=0, currency="USD", rate=Decimal("7.8")),
        Line(account="2", credit=78, currency="HKD", rate=1),
    ).replace(entity=Entity(base_currency="HKD"))
    losses, differences, again = there_and_back(books, tmp_path / "out.xls")
    assert again.entity.base_currency == "HKD"
    assert (len(losses), differences) == (0, ())


def test_void_vouchers_stay_out_and_are_counted(tmp_path):
    lines = (Line(account="1001", debit=1), Line(account="1002", credit=1))
    books = Books.from_vouchers(
        [
            Voucher(date=DAY, word="记", number=1, lines=lines, status="void"),
            Voucher(date=DAY, word="记", number=2, lines=lines),
        ]
    )
    losses, differences, again = there_and_back(books, tmp_path / "out.xls")
    assert [(str(loss.kind), str(loss.fact), loss.count) for loss in losses] == [
        ("omitted", "vouchers.status", 1)
    ]
    assert again.vouchers["number"].to_list() == [2]
    assert differences == ()


def test_a_currency_the_source_does_not_say(tmp_path):
    foreign = {"fx_debit": Decimal(10), "rate": Decimal(7)}
    books = books_of(Line(account="1", debit=70, **foreign), Line(account="2", credit=70))
    losses, differences, again = there_and_back(books, tmp_path / "out.xls")
    assert [loss.text("zh").split("  首处")[0] for loss in losses] == ["缺少  分录·币种  1 处"]
    assert again.lines["currency"].to_list() == [None, "CNY"]
    assert differences == ()
    losses, differences, again = there_and_back(books, tmp_path / "out.xls", currency="USD")
    assert len(losses) == 0
    assert again.lines["currency"].to_list() == ["USD", "CNY"]
    assert again.lines["fx_debit"].to_list() == [Decimal(10), None]
    assert differences == ()


def test_long_texts_are_cut_and_counted(tmp_path):
    books = books_of(
        Line(account="1", debit=1, summary="长" * 256), Line(account="2", credit=1, summary="短")
    )
    losses, differences, again = there_and_back(books, tmp_path / "out.xls")
    assert [(str(loss.kind), str(loss.fact), loss.count) for loss in losses] == [
        ("cut", "lines.summary", 1)
    ]
    assert again.lines["summary"].to_list() == ["长" * 255, "短"]
    assert differences == ()
    with pytest.raises(LossRefused):
        FORMAT.write(books, tmp_path / "no.xls", allow_loss=False)


def test_a_review_without_a_name_is_noted(tmp_path):
    books = books_of(Line(account="1", debit=1), status="reviewed")
    losses, differences, _ = there_and_back(books, tmp_path / "out.xls")
    assert [str(loss.fact) for loss in losses] == ["vouchers.status"]
    assert differences == ()


def test_an_option_has_its_values(tmp_path):
    with pytest.raises(UsageError, match="F1003"):
        FORMAT.write(books_of(Line(account="1")), tmp_path / "a.xls", options={"keys": "德文"})


def test_the_same_books_give_the_same_bytes(tmp_path):
    books = books_of(Line(account="1", debit=1, aux={"customer": "7"}))
    for suffix in (".xls", ".xlsx"):
        FORMAT.write(books, tmp_path / f"a{suffix}")
        FORMAT.write(books, tmp_path / f"b{suffix}")
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["=1+1", "-2", "NONE", "*", "a\nb", " 前后 ", "𠮷😀", '"引号",逗号', "''"]),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=["Cs", "Cn"])
    ),
)
AMOUNTS = st.decimals(-(10**9), 10**9, places=2)
CODES = st.text("0123456789AB-", min_size=1, max_size=8).filter(
    lambda code: "--" not in code and code.strip("-") == code
)


@st.composite
def lines(draw):
    amount, on_debit = draw(AMOUNTS), draw(st.booleans())
    foreign = draw(st.booleans())
    side = {"debit" if on_debit else "credit": amount}
    if foreign:
        side |= {"fx_debit" if on_debit else "fx_credit": draw(AMOUNTS), "currency": "USD"}
        side |= {"fx_credit" if on_debit else "fx_debit": Decimal(0)} if amount else {}
        side |= {"rate": draw(st.decimals("0.0001", 100, places=6))}
    return Line(
        account=draw(st.sampled_from(["1001", "1122.01", "6602.01.01"])),
        summary=draw(TEXTS),
        quantity=draw(st.none() | st.decimals(-1000, 1000, places=3)),
        settlement_number=draw(TEXTS),
        business_number=draw(TEXTS),
        aux=draw(st.dictionaries(st.sampled_from(["customer", "department", "车间"]), CODES)),
        **side,
    )


@st.composite
def vouchers(draw):
    count = draw(st.integers(1, 4))
    return [
        Voucher(
            date=draw(st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31))),
            word=draw(st.sampled_from(["记", "收"])),
            number=number,
            lines=tuple(draw(st.lists(lines(), min_size=1, max_size=4))),
            preparer=draw(TEXTS),
            reviewer=draw(TEXTS),
            status=draw(st.sampled_from([None, "draft", "posted", "void"])),
            attachments=draw(st.none() | st.integers(0, 99)),
        )
        for number in range(1, count + 1)
    ]


DRAWN = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _read_back(path, drawn):
    _, differences, _ = there_and_back(Books.from_vouchers(drawn), path)
    assert [difference.text() for difference in differences] == []


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
@DRAWN
@given(drawn=vouchers())
def test_drawn_books_read_back_as_spelled(tmp_path, suffix, drawn):
    _read_back(tmp_path / f"drawn{suffix}", drawn)


@pytest.mark.soak
@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
@settings(DRAWN, max_examples=300)
@given(drawn=vouchers())
def test_drawn_books_read_back_as_spelled_at_length(tmp_path, suffix, drawn):
    _read_back(tmp_path / f"drawn{suffix}", drawn)
