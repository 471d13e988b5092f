"""A target is what its name says, and the proof reads it as the books' owner would."""

import datetime as dt
from decimal import Decimal

import pytest

from kamcore.books import Books
from kamcore.format import Source
from kamcore.grid.head import head_of
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher
from kamcore.pipeline.proving import prove
from kamcore.plugin import registry

WRITABLE = [fmt for fmt in registry().formats.values() if fmt.is_writable]
WORKBOOKS = {".xlsx": "xlsx", ".xls": "xls"}
NAMED = [(fmt, suffix) for fmt in WRITABLE for suffix in fmt.suffixes if suffix in WORKBOOKS]


def _books(base: str = "CNY", summary: str = "货款") -> Books:
    """One voucher in two currencies, of books kept in the first."""
    foreign, own = ("USD", "CNY") if base == "CNY" else ("EUR", base)
    seven = Decimal("720.00")
    lines = (
        Line(
            account="1122",
            summary=summary,
            debit=seven,
            credit=Decimal(0),
            currency=foreign,
            fx_debit=Decimal("100.00"),
            rate=Decimal("7.2"),
        ),
        Line(account="6001", summary=summary, debit=Decimal(0), credit=seven, currency=own),
    )
    voucher = Voucher(date=dt.date(2025, 1, 31), word="记", number=1, lines=lines)
    return Books.from_vouchers([voucher], entity=Entity(base_currency=base))


@pytest.mark.parametrize(("fmt", "suffix"), NAMED, ids=lambda value: getattr(value, "name", value))
def test_a_workbook_is_of_the_kind_its_suffix_says(fmt, suffix, tmp_path):
    target = tmp_path / f"out{suffix}"
    fmt.write(_books(), target)
    assert head_of(Source(target)).container == WORKBOOKS[suffix]
    proof = prove(_books(), fmt, Source(target), {})
    assert proof.equal, [difference.text() for difference in proof.differences]


@pytest.mark.parametrize("fmt", WRITABLE, ids=lambda fmt: fmt.name)
def test_books_in_another_base_currency_are_proved(fmt, tmp_path):
    target = tmp_path / f"out{fmt.suffixes[0]}"
    fmt.write(_books("USD"), target)
    proof = prove(_books("USD"), fmt, Source(target), {})
    assert proof.equal, [difference.text() for difference in proof.differences]


@pytest.mark.parametrize(("name", "kept"), [("out.csv", False), ("out.xlsx", True)])
def test_a_form_is_spelled_as_the_suffix_of_the_target_says(name, kept, tmp_path):
    fmt, options = registry().format("yonyou-u8-table"), {"encoding": "gbk"}
    given, target = _books(summary="一月😀"), tmp_path / name
    losses = fmt.write(given, target, options=options)
    assert ("lines.summary" in {str(loss.fact) for loss in losses}) is not kept
    assert prove(given, fmt, Source(target), options).equal
    found = fmt.read(Source(target), {}).books.lines["summary"].unique().to_list()
    assert found == (["一月😀"] if kept else ["一月??"])


def test_an_option_outrules_the_suffix(tmp_path):
    fmt = registry().format("yonyou-u8-table")
    target = tmp_path / "out.xlsx"
    fmt.write(_books(), target, options={"form": "text"})
    assert head_of(Source(target)).container == "text"
