"""Writing U8 voucher text: what the lines say, what is noted, and that it reads back."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import attrs
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import SAMPLES, needs_shared
from kamcore.adapters.yonyou_u8_text import FORMAT, texts
from kamcore.books import Books, schema
from kamcore.errors import BooksError, LossRefused, UsageError
from kamcore.format import LossReport, Source
from kamcore.format.comparing import differences, forget
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 1, 31)


def books(*lines: Line, **head: object) -> Books:
    voucher = Voucher(**{"date": DAY, "word": "转", "number": 1, **head, "lines": lines})
    return Books.from_vouchers([voucher])


def entry(**values: object) -> Line:
    return Line(**{"account": "1001", "debit": Decimal("5.00"), **values})


def write(some: Books, folder: Path, **options: object) -> tuple[list[str], LossReport]:
    target = folder / "a.txt"
    report = FORMAT.write(some, target, options=options)
    return target.read_bytes().decode("gbk").split("\r\n"), report


def losses(report: LossReport) -> list[tuple[str, str, int]]:
    return [(str(loss.kind), str(loss.fact), loss.count) for loss in report]


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("u8_import.txt", {}),
        ("u8_output.txt", {"state": "凭证输出"}),
        ("u8_short_rows.txt", {"fields": "short"}),
        ("u8_wide_rows.txt", {"state": "凭证输出"}),
    ],
)
def test_samples_come_back_byte_for_byte(name: str, options: dict, tmp_path: Path) -> None:
    source = Source(SAMPLES / "yonyou" / name)
    some = FORMAT.read(source, {}).books
    report = FORMAT.write(some, tmp_path / name, options=options, allow_loss=False)
    assert (tmp_path / name).read_bytes() == source.content()
    assert len(report) == 0


def test_a_line_in_full(tmp_path: Path) -> None:
    full = entry(
        account="1122.01",
        summary="收款",
        quantity=Decimal("60.50"),
        fx_debit=Decimal("0.7"),
        rate=Decimal("7.1859"),
        settlement_method="3",
        settlement_number="P1",
        settlement_date=DAY,
        salesperson="张三",
        aux={"department": "01", "employee": "E1", "customer": "0001", "project": "P"},
    )
    some = books(full, entry(debit=0, credit=Decimal("5.00")), attachments=2, preparer="甲")
    lines, report = write(some, tmp_path, version="V810")
    tail = ",,,,,,,0,,0,,,,,,,,,0,0,0,0,0,,0,0,0,0"
    assert lines == [
        "填制凭证,V810",
        "2025-01-31,转,1,2,收款,112201,5.00,0,60.5,0.70,7.1859,甲,3,P1,2025-01-31,01,E1,0001,,"
        "张三,P" + tail,
        "2025-01-31,转,1,2,,1001,0,5.00,0,0,0,甲,,,,,,,,," + tail,
        "",
    ]
    assert losses(report) == []


def test_commas_and_line_breaks_are_replaced_and_counted(tmp_path: Path) -> None:
    some = books(entry(summary="一,二"), entry(summary="一\r\n二\r三"), entry(summary="一"))
    lines, report = write(some, tmp_path)
    assert [line.split(",")[4] for line in lines[1:4]] == ["一，二", "一 二 三", "一"]
    assert losses(report) == [("replaced", "lines.summary", 2)]
    assert report.losses[0].example == "一,二"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("收" * 30, "收" * 30),
        ("收" * 31, "收" * 30),
        ("a" + "收" * 30, "a" + "收" * 29),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 60),
        ("é" * 31, "é" * 30),
    ],
)
def test_summaries_are_cut_at_a_character(text: str, kept: str, tmp_path: Path) -> None:
    lines, report = write(books(entry(summary=text)), tmp_path)
    assert lines[1].split(",")[4] == kept
    assert losses(report) == ([("cut", "lines.summary", 1)] if kept != text else [])


def test_a_settlement_code_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    some = books(entry(settlement_method="转账"), entry(settlement_method="1"))
    lines, report = write(some, tmp_path)
    assert [line.split(",")[12] for line in lines[1:3]] == ["", "1"]
    assert losses(report) == [("cut", "lines.settlement_method", 1)]


def test_size_in_gbk_is_what_the_encoder_needs() -> None:
    known = pl.Series(["", "收", "aé收", "Ω·—", "1"])
    assert texts.size_of(known).to_list() == [len(text.encode("gbk")) for text in known]


def test_characters_outside_gbk_are_replaced_or_refused_by_choice(tmp_path: Path) -> None:
    some = books(entry(summary="好"), entry(summary="谢谢😀"))
    with pytest.raises(LossRefused) as caught:
        write(some, tmp_path, unmappable="refuse")
    assert (caught.value.code, caught.value.problem.value) == ("Y1031", "谢谢😀")
    assert not (tmp_path / "a.txt").exists()
    lines, report = write(some, tmp_path)
    assert lines[2].split(",")[4] == "谢谢??"
    assert losses(report) == [("replaced", "lines.summary", 1)]


def test_codes_are_never_cut(tmp_path: Path) -> None:
    with pytest.raises(LossRefused, match=r"G1621.*'1234567890123456'"):
        write(books(entry(account="1234567890123456")), tmp_path)
    write(books(entry(account="1234.56.78.90.12.345")), tmp_path)


def test_codes_that_become_one_are_noted(tmp_path: Path) -> None:
    some = books(*(entry(account=code) for code in ("1122.01", "112201", "1122-01", "1001")))
    lines, report = write(some, tmp_path)
    assert [line.split(",")[5] for line in lines[1:5]] == ["112201"] * 3 + ["1001"]
    assert losses(report) == [("merged", "lines.account", 3)]


def test_parts_of_a_cent_are_rounded_and_noted(tmp_path: Path) -> None:
    some = books(entry(debit=Decimal("0.125")), entry(debit=Decimal("-0.125")), entry())
    lines, report = write(some, tmp_path)
    assert [line.split(",")[6] for line in lines[1:4]] == ["0.13", "-0.13", "5.00"]
    assert losses(report) == [("rounded", "lines.debit", 2)]


def test_void_vouchers_are_left_out_and_said(tmp_path: Path) -> None:
    heads = [
        Voucher(date=DAY, word="转", number=number, status=status, lines=(entry(),))
        for number, status in ((1, None), (2, "void"), (3, "draft"))
    ]
    lines, report = write(Books.from_vouchers(heads), tmp_path)
    assert [line.split(",")[2] for line in lines[1:3]] == ["1", "3"]
    assert len(lines) == 4
    (left_out,) = (loss for loss in report if str(loss.kind) == "omitted")
    assert (str(left_out.fact), left_out.count) == ("vouchers.status", 1)
    assert left_out.first.voucher == "2025-01 转-2"


def test_unit_prices_need_the_longer_line(tmp_path: Path) -> None:
    some = books(entry(quantity=Decimal(2), unit_price=Decimal("2.5")))
    lines, report = write(some, tmp_path)
    assert losses(report) == [("dropped", "lines.unit_price", 1)]
    lines, report = write(some, tmp_path, fields=63)
    cells = lines[1].split(",")
    assert (len(cells), cells[51], cells[60]) == (63, "1", "2.5")
    assert losses(report) == []


def test_a_rate_of_one_says_nothing_in_the_base_currency(tmp_path: Path) -> None:
    lines, report = write(
        books(
            entry(rate=Decimal(1)),
            entry(rate=Decimal(1), fx_debit=Decimal(5)),
            entry(rate=Decimal(7)),
            entry(rate=Decimal(7), fx_debit=Decimal(0), fx_credit=Decimal(0)),
        ),
        tmp_path,
    )
    figures = [line.split(",")[9:11] for line in lines[1:5]]
    assert figures == [["0", "0"], ["5.00", "1"], ["", "7"], ["0.00", "7"]]
    assert losses(report) == []


def test_vouchers_that_would_be_one_are_refused(tmp_path: Path) -> None:
    twins = [Voucher(date=DAY, word="转", number=1, lines=(entry(),))] * 2
    with pytest.raises(BooksError, match="Y1033"):
        write(Books.from_vouchers(twins), tmp_path)


def test_lines_without_a_voucher_are_refused(tmp_path: Path) -> None:
    some = books(entry())
    lost = some.replace(
        lines=some.lines.with_columns(pl.lit(7).cast(pl.Int64).alias("voucher_id"))
    )
    with pytest.raises(BooksError, match="G3201"):
        write(lost, tmp_path)


def test_lines_of_a_voucher_are_put_together(tmp_path: Path) -> None:
    two = [Voucher(date=DAY, word="转", number=n, lines=(entry(), entry())) for n in (1, 2)]
    some = Books.from_vouchers(two)
    mixed = some.replace(lines=some.lines[[0, 2, 1, 3]])
    lines, _ = write(mixed, tmp_path)
    assert [line.split(",")[2] for line in lines[1:5]] == ["1", "1", "2", "2"]


@pytest.mark.parametrize(
    "options",
    [{"state": "作废"}, {"version": "9"}, {"fields": "47"}, {"fields": "x"}, {"unmappable": "no"}],
)
def test_options_are_checked(options: dict, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="F1003"):
        write(books(entry()), tmp_path, **options)


def test_extras_of_others_are_said_and_own_ones_come_back(tmp_path: Path) -> None:
    own = [("lines", 0, "field_22", "单据"), ("vouchers", 0, "field_3", "001")]
    stale = ("vouchers", 0, "field_3", "009")
    columns = {column.name: column.dtype for column in schema.EXTRAS.columns}

    def with_extras(*rows: tuple) -> Books:
        return books(entry()).replace(extras=pl.DataFrame(rows, schema=columns, orient="row"))

    lines, report = write(with_extras(*own), tmp_path)
    assert (lines[1].split(",")[2], lines[1].split(",")[21]) == ("001", "单据")
    assert losses(report) == []
    for other in (("lines", 0, "FParameter", "1"), ("accounts", 0, "field_22", "x"), stale):
        lines, report = write(with_extras(other), tmp_path)
        assert lines[1].split(",")[2] == "1"
        assert losses(report) == [("dropped", "extras.value", 1)]


def test_periods_follow_the_date(tmp_path: Path) -> None:
    some = books(entry(), period=13, year=2025)
    _, report = write(some, tmp_path)
    assert losses(report) == [("replaced", "vouchers.period", 1)]


# --- whatever the books say, they read back as spelled --------------------------------------

MONEY = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)
FINE = st.decimals(-1000, 1000, places=4, allow_nan=False)
TEXT = st.none() | st.text(
    st.sampled_from("收款转付货a1 ,，\r\n\t'\"=+-@é·—　？😀\xa0鑫堃"), max_size=45
)
CODE = st.text(st.sampled_from("0123456789AB.-"), min_size=1, max_size=8)
NUMBERS = st.none() | st.decimals(-1000, 1000, places=3, allow_nan=False)


@st.composite
def drawn_lines(draw: st.DrawFn) -> Line:
    debit, credit = draw(MONEY | FINE), draw(st.just(Decimal(0)) | MONEY)
    aux = draw(st.dictionaries(st.sampled_from(["customer", "project", "bank_account"]), CODE))
    return Line(
        account=draw(CODE),
        summary=draw(TEXT),
        debit=debit,
        credit=credit,
        fx_debit=draw(st.none() | FINE),
        fx_credit=draw(st.none() | st.just(Decimal(0)) | MONEY),
        currency=draw(st.sampled_from([None, "USD"])),
        rate=draw(st.sampled_from([None, Decimal(0), Decimal(1), Decimal("7.12345")])),
        quantity=draw(NUMBERS),
        unit_price=draw(NUMBERS),
        settlement_method=draw(TEXT),
        settlement_number=draw(TEXT),
        settlement_date=draw(st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2099, 1, 1))),
        salesperson=draw(TEXT),
        due_date=draw(st.none() | st.just(DAY)),
        aux=aux,
    )


@st.composite
def drawn_books(draw: st.DrawFn) -> Books:
    count = draw(st.integers(0, 4))
    status = st.sampled_from([None, "draft", "void", "posted"])
    heads = [
        Voucher(
            date=draw(st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1))),
            word=draw(st.sampled_from(["收", "付", "转", "记", None])),
            number=number,
            preparer=draw(TEXT),
            attachments=draw(st.none() | st.integers(0, 99)),
            status=draw(status),
            lines=tuple(draw(st.lists(drawn_lines(), min_size=1, max_size=4))),
        )
        for number in range(1, count + 1)
    ]
    return Books.from_vouchers(heads, entity=Entity(name="样例"))


@given(some=drawn_books(), fields=st.sampled_from(["48", "short", "63", "52"]))
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_reads_back_as_spelled(some: Books, fields: str, tmp_path: Path) -> None:
    options = {"fields": fields, "unmappable": "replace"}
    target = tmp_path / "a.txt"
    report = FORMAT.write(some, target, options=options)
    reading = FORMAT.read(Source(target), {})
    assert reading.problems == ()
    spelled = forget(FORMAT.spelling(some, options), report.dropped)
    assert differences(spelled, reading.books, FORMAT.reads) == ()
    again = attrs.evolve(reading.books, entity=some.entity)
    assert len(FORMAT.write(again, target, options=options)) == 0
    assert FORMAT.read(Source(target), {}).books == reading.books
