"""Writing the standard voucher table: one test a rule of formats/kingdee.md section 2."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

import kamcore
from expectations import SAMPLES, needs_shared
from kamcore.adapters.kingdee_dbf import FORMAT
from kamcore.adapters.kingdee_dbf.columns import GENERATIONS, columns_of
from kamcore.adapters.kingdee_k3 import FORMAT as K3
from kamcore.books import Books
from kamcore.errors import BooksError, LossRefused, UsageError
from kamcore.format import Source
from kamcore.format.comparing import compare
from kamcore.grid.dbf_reading import read_dbf
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.model.voucher import Line, Voucher

DAY = dt.date(2025, 1, 2)


def books_of(*lines, **head):
    return Books.from_vouchers(
        [Voucher(**({"date": DAY, "word": "记", "number": 1, "lines": lines} | head))]
    )


def dr(amount="5", **more):
    return Line(**({"account": "1001", "summary": "收款", "debit": Decimal(amount)} | more))


def cr(amount="5", **more):
    return Line(**({"account": "2202", "summary": "收款", "credit": Decimal(amount)} | more))


def written(books, tmp_path, **options):
    """The losses and the fields of a table written with options; it reads back as spelled."""
    target = tmp_path / "a.dbf"
    losses = FORMAT.write(books, target, options=options)
    again = FORMAT.read(Source(target), {}).books
    facts = FORMAT.reads & FORMAT.writes
    assert compare(FORMAT.spelling(books, options), again, facts).differences == ()
    said = [(str(loss.kind), str(loss.fact), loss.count) for loss in losses]
    return said, read_dbf(Source(target)).grid.frame


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("generation", ["1", "3"])
def test_a_sample_comes_back_whole(tmp_path, generation):
    sample = SAMPLES / f"kingdee/voucher_gen{generation}.dbf"
    books = FORMAT.read(Source(sample), {}).books
    losses, frame = written(books, tmp_path, generation=generation)
    assert losses == []
    source = read_dbf(Source(sample)).grid.frame
    items = ("FCLSNAME", "FOBJID", "FOBJNAME")  # their order is no fact
    rest = [name for name in source.columns if not name.startswith(items)]
    assert frame.select(rest).equals(source.select(rest))
    assert frame.columns == source.columns


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("generation", GENERATIONS)
def test_k3_there_and_back(tmp_path, generation):
    table, back = tmp_path / "a.dbf", tmp_path / "b.xls"
    sample = SAMPLES / "kingdee/k3_gen_b.xls"
    done = kamcore.convert(
        sample, table, to=FORMAT.name, bad="keep", write_options={"generation": generation}
    )
    assert done.proof.equal
    assert kamcore.convert(table, back, to="kingdee-k3", bad="keep").proof.equal
    facts = FORMAT.reads & FORMAT.writes & K3.reads
    facts -= {loss.fact for loss in done.losses}
    pair = [kamcore.read(path).books for path in (sample, back)]
    assert compare(*pair, facts).differences == ()


@pytest.mark.parametrize(
    ("generation", "count"), [*zip(GENERATIONS, (40, 52, 56, 78), strict=True)]
)
def test_fields_of_each_generation(tmp_path, generation, count):
    """Four generations: 40, 52, 56 and 78 fields in their order."""
    _, frame = written(books_of(dr(), cr()), tmp_path, generation=generation)
    assert frame.columns == [column.key for column in columns_of(generation)]
    assert frame.width == count


def test_the_default_is_generation_3_and_others_are_refused(tmp_path):
    assert written(books_of(dr(), cr()), tmp_path)[1].width == 56
    with pytest.raises(UsageError, match="F1003"):
        FORMAT.write(books_of(dr()), tmp_path / "b.dbf", options={"generation": "5"})


def test_items_are_filled_from_the_first_without_gaps(tmp_path):
    """Item triples must be filled without gaps from 1 upward."""
    books = books_of(dr(aux={"customer": "01"}), cr(aux={"department": "03"}))
    _, frame = written(books, tmp_path)
    assert frame["FCLSNAME1"].to_list() == ["客户", "部门"]
    assert frame["FOBJID1"].to_list() == ["01", "03"]
    assert frame["FCLSNAME2"].null_count() == 2


@pytest.mark.parametrize(("generation", "most"), [("1", 4), ("3", 8), ("4", 15)])
def test_more_members_than_items_are_cut(tmp_path, generation, most):
    """n = 1..4, 8 or 15 items."""
    aux = {f"类别{n:02}": str(n) for n in range(most + 1)}
    losses, _ = written(books_of(dr(aux=aux), cr()), tmp_path, generation=generation)
    assert losses == [("cut", f"lines.aux_类别{most:02}", 1)]


@pytest.mark.parametrize(("generation", "said"), [("1", "<BLANK>"), ("2", "<BLANK>"), ("3", None)])
def test_the_first_line_of_old_tables_has_a_summary(tmp_path, generation, said):
    """FEXP: first line must not be empty in generations 1 and 2; writers put <BLANK>."""
    books = books_of(dr(summary=None), cr(summary=None))
    losses, frame = written(books, tmp_path, generation=generation)
    assert frame["FEXP"].to_list() == [said, None]
    assert losses == []


@pytest.mark.parametrize(("generation", "flags"), [("1", ["D", "C"]), ("3", ["1", "0"])])
def test_direction_flags_of_each_generation(tmp_path, generation, flags):
    """FDC: D and C in generation 1, 1 and 0 later."""
    assert (
        written(books_of(dr(), cr()), tmp_path, generation=generation)[1]["FDC"].to_list() == flags
    )


def test_line_numbers_count_from_0(tmp_path):
    """FENTRYID is 0-based."""
    frame = written(books_of(dr(), cr()), tmp_path)[1]
    assert frame["FENTRYID"].to_list() == ["0.00000", "1.00000"]


@pytest.mark.parametrize(("generation", "size"), [("1", 60), ("3", 80)])
def test_texts_are_cut_in_bytes_with_a_loss(tmp_path, generation, size):
    """FEXP holds 60 or 80 bytes, two for a Chinese character."""
    books = books_of(dr(summary="a" + "摘" * 50), cr())
    losses, frame = written(books, tmp_path, generation=generation)
    assert losses == [("cut", "lines.summary", 1)]
    assert len(frame["FEXP"][0].encode("gbk")) == size - 1


def test_characters_outside_gbk_become_question_marks(tmp_path):
    """Writers use GB2312 or GBK bytes."""
    losses, frame = written(books_of(dr(summary="好😀"), cr()), tmp_path)
    assert losses == [("replaced", "lines.summary", 1)]
    assert frame["FEXP"][0] == "好??"


def test_codes_are_dotted_and_never_cut(tmp_path):
    """FACCTID is dotted and holds 15 bytes in generation 1."""
    books = books_of(dr(account="112201"), cr()).replace(entity=Entity(scheme=CodeScheme((4, 2))))
    assert written(books, tmp_path)[1]["FACCTID"].to_list() == ["1122.01", "2202"]
    with pytest.raises(LossRefused, match="G1621"):
        FORMAT.write(
            books_of(dr(account="1" * 16)), tmp_path / "b.dbf", options={"generation": "1"}
        )
    with pytest.raises(LossRefused, match="G1621"):
        FORMAT.write(books_of(dr(), word="记账凭证之一二"), tmp_path / "c.dbf")


def test_a_business_day_is_required(tmp_path):
    """FTRANSDATE is required from generation 3 on: the voucher's day where none is said."""
    assert written(books_of(dr(), cr()), tmp_path)[1]["FTRANSDATE"][0] == "2025-01-02"
    losses, _ = written(books_of(dr(), cr(), business_date=DAY), tmp_path, generation="2")
    assert losses == [("dropped", "vouchers.business_date", 1)]


def test_fields_that_a_generation_lacks_are_losses(tmp_path):
    """FUNITNAME and FREFERENCE came with generation 3, FHANDLER with 4."""
    books = books_of(dr(unit="件"), cr(), reference="R", handler="戊")
    lost = {g: {f for _, f, _ in written(books, tmp_path, generation=g)[0]} for g in "234"}
    assert lost["2"] == {"lines.unit", "vouchers.reference", "vouchers.handler"}
    assert lost["3"] == {"vouchers.handler"}
    assert lost["4"] == set()


def test_nothing_is_a_star_and_figures_are_0(tmp_path):
    """FSETTLCODE * = none; the unused side and missing figures are 0."""
    row = written(books_of(dr(), cr()), tmp_path)[1].row(0, named=True)
    assert [row[key] for key in ("FSETTLCODE", "FCREDIT", "FQTY", "FATTCHMENT", "FCYID")] == [
        "*",
        "0.00000",
        "0.00000",
        "0.00000",
        "RMB",
    ]


def test_void_vouchers_have_the_deletion_flag(tmp_path):
    """FDELETED 删除标记."""
    losses, frame = written(books_of(dr(), cr(), status="void"), tmp_path)
    assert losses == []
    assert frame["FDELETED"].to_list() == ["TRUE", "TRUE"]


def test_rates_are_rounded_with_a_loss(tmp_path):
    """FEXCHRATE N 20.5, in generation 1 N 19.10; FPRICE N 10.7."""
    usd = {"currency": "USD", "fx_debit": Decimal(1), "fx_credit": Decimal(0)}
    books = books_of(dr(rate=Decimal("7.1234567"), **usd), cr())
    assert written(books, tmp_path)[0] == [("rounded", "lines.rate", 1)]
    assert written(books, tmp_path, generation="1")[0] == []
    price = books_of(dr(quantity=Decimal(1), unit_price=Decimal("12345.678912")), cr())
    losses, frame = written(price, tmp_path, generation="1")
    assert losses == [("rounded", "lines.unit_price", 1)]
    assert frame["FPRICE"][0] == "12345.6789"


def test_amounts_that_do_not_fit_are_refused(tmp_path):
    """FDEBIT N 14.2 in generation 1."""
    with pytest.raises(LossRefused, match="G1611"):
        FORMAT.write(
            books_of(dr("99999999999999.25")), tmp_path / "a", options={"generation": "1"}
        )


def test_vouchers_of_one_number_are_refused_unless_they_have_none(tmp_path):
    """FNUM 0 is used for automatic numbering."""
    twice = [Voucher(date=DAY, word="记", number=n, lines=(dr(), cr())) for n in (1, 1)]
    with pytest.raises(BooksError, match="G3202"):
        FORMAT.write(Books.from_vouchers(twice), tmp_path / "a.dbf")
    none = [Voucher(date=DAY, word="记", lines=(dr(), cr())) for _ in range(2)]
    losses, frame = written(Books.from_vouchers(none), tmp_path)
    assert losses == [("missing", "vouchers.number", 2)]
    assert frame["FNUM"].to_list() == ["0.00000"] * 4


def test_verbatim_fields_are_written_back(tmp_path):
    rows = [
        ("lines", 0, "FPAY", "丁"),
        ("lines", 1, "FCASHFLOW", "1.00000"),
        ("lines", 0, "X", "y"),
    ]
    books = books_of(dr(), cr())
    extras = pl.DataFrame(rows, schema=books.extras.schema, orient="row")
    losses, frame = written(books.replace(extras=extras), tmp_path)
    assert losses == [("dropped", "extras.value", 1)]
    assert frame["FPAY"].to_list() == ["丁", None]
    assert frame["FCASHFLOW"].to_list() == ["0.00000", "1.00000"]
