"""NC exchange documents: the shared samples, broken ones, and a test for each written rule."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.yonyou_nc_xml import FORMAT, layout
from kamcore.errors import UsageError
from kamcore.format import Certainty, LossKind, Source
from kamcore.format.comparing import differences
from kamcore.grid.head import head_of
from kamcore.pipeline.converting import convert
from small_books import books, cr, dr, voucher

OWN = ("nc6_vouchergl", "nc5_voucher", "u8c_voucher")
TYPES = {"0004": "客商", "0001": "部门"}
HERE = Path(__file__).parent / "samples"


def written(made, tmp_path, **options):
    target = tmp_path / "out.xml"
    report = FORMAT.write(made, target, options=options)
    return etree.parse(target).getroot(), report


def one(**more):
    lines = (
        dr("1002.01", "100", summary="收款", currency="CNY", rate=Decimal(1)),
        cr("1122", "100", summary="收款", currency="CNY", aux={"department": "03"}),
    )
    return books(voucher(3, *lines, preparer="user01", **more))


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", OWN)
def test_samples_read_as_expected(name):
    sample = f"yonyou/{name}.xml"
    reading = FORMAT.read(Source(SAMPLES / sample), {})
    assert compare(reading.books, expectation(sample)) == []
    assert reading.problems == ()


@needs_shared
@pytest.mark.shared
def test_the_map_beside_the_file_is_picked_up_and_said():
    reading = FORMAT.read(Source(SAMPLES / "yonyou/nc6_vouchergl.xml"), {})
    assert reading.detected.facts["types"] == "nc6_vouchergl.map.toml"
    codes = dict(reading.books.dimensions.select("label", "source_code").iter_rows())
    assert codes == expectation("yonyou/nc6_vouchergl.xml")["auxiliary_types"]


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_samples_and_of_no_other():
    for path in sorted(SAMPLES.rglob("*")):
        name = str(path.relative_to(SAMPLES))
        if path.is_file() and not name.endswith(".expect.json"):
            sure = FORMAT.sniff(head_of(Source(path))).certainty is Certainty.SURE
            assert sure == (path.suffix == ".xml" and path.stem in (*OWN, "nc6_unknown_type")), (
                name
            )


@needs_shared
@pytest.mark.shared
def test_an_unknown_type_is_a_problem_and_names_its_dimension():
    reading = FORMAT.read(Source(SAMPLES / "bad/nc6_unknown_type.xml"), {})
    (problem,) = reading.problems
    assert (problem.code, problem.value, problem.place.line) == ("Y4002", "7777", 2)
    assert reading.books.lines["aux_7777"].to_list() == ["A", None]


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", OWN)
def test_samples_come_back_as_they_were(name, tmp_path):
    dialect = "nc6" if name == OWN[0] else "nc5"
    sample = SAMPLES / f"yonyou/{name}.xml"
    beside = sample.with_name(f"{name}.map.toml")
    options = {"types": str(beside)} if beside.exists() else {}
    made = FORMAT.read(Source(sample), options).books
    target = tmp_path / "out.xml"
    report = FORMAT.write(made, target, options={**options, "dialect": dialect})
    assert [loss.text() for loss in report] == []
    back = FORMAT.read(Source(target), options).books
    assert differences(made, back, FORMAT.reads & FORMAT.writes) == ()


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("dialect", layout.DIALECTS)
def test_k3_converts_with_proof(dialect, tmp_path):
    source = SAMPLES / "kingdee/k3_gen_b.xls"
    options = {"dialect": dialect}
    done = convert(source, tmp_path / "a.xml", to=FORMAT.name, write_options=options)
    assert done.proof.equal


def test_a_third_form_with_names_of_both_is_read():
    """3.2: head, body, detail; the account in accsubjcode, the dimension by its Chinese name."""
    reading = FORMAT.read(Source(HERE / "mixed.xml"), {})
    assert reading.books.lines["account"].to_list() == ["112201", "600101"]
    assert reading.books.lines["aux_客商"].to_list() == ["0001", None]
    assert reading.problems == ()


def test_elements_of_nc6_stand_in_order(tmp_path):
    """3.1: details is inside voucher_head; elements in the order of the table."""
    root, _ = written(one(), tmp_path)
    head = root.find("voucher/voucher_head")
    assert [child.tag for child in head] == [*layout.TREES["nc6"].head, "details"]
    assert root.get("billtype") == "vouchergl"
    order = [name for name in layout.TREES["nc6"].entry if "credit" not in name]
    assert [child.tag for child in head.find("details/item")] == order


def test_a_line_names_only_its_own_side(tmp_path):
    """3.1: a debit line has only debit names, a credit line only credit names."""
    root, _ = written(one(), tmp_path)
    debit, credit = root.findall("voucher/voucher_head/details/item")
    for line, own, other in ((debit, "debit", "credit"), (credit, "credit", "debit")):
        names = [child.tag for child in line]
        assert not [name for name in names if other in name]
        for name in (f"{own}amount", f"local{own}amount", f"group{own}amount"):
            assert line.findtext(name) == "100.00"
        assert line.findtext(f"global{own}amount") == "100.00"


def test_dates_have_a_time_and_periods_two_digits(tmp_path):
    """3.1: prepareddate is yyyy-MM-dd HH:mm:ss; discardflag and signflag are Y or N."""
    root, _ = written(one(status="void", cashier="user04"), tmp_path)
    head = root.find("voucher/voucher_head")
    said = [head.findtext(n) for n in ("prepareddate", "period", "discardflag", "signflag")]
    assert said == ["2025-01-15 00:00:00", "01", "Y", "Y"]


def test_type_codes_come_from_the_map(tmp_path):
    """3.1: type codes are assigned per installation: the map decides, else the label stands."""
    root, _ = written(one(), tmp_path, types=TYPES)
    (item,) = root.iter("ass")
    assert item.findtext("item/pk_Checktype") == "0001"
    assert item.findtext("item/pk_Checkvalue") == "03"
    back = FORMAT.read(Source(tmp_path / "out.xml"), {"types": TYPES})
    assert back.books.lines["aux_department"].to_list() == [None, "03"]
    assert back.problems == ()
    root, _ = written(one(), tmp_path)
    assert root.findtext(".//pk_Checktype") == "department"


def test_elements_of_nc5_stand_in_order(tmp_path):
    """3.2: the skeleton of U8 with prepareddate, bankcode and notetype; items by Chinese name."""
    made = one().replace(dimensions=one().dimensions.with_columns(label=pl.lit("部门")))
    root, _ = written(made, tmp_path, dialect="nc5", org="1.01")
    assert root.get("billtype") == "gl"
    head, entry = root.find("voucher/voucher_head"), root.findall(".//entry")[1]
    assert [child.tag for child in head] == list(layout.TREES["nc5"].head)
    wanted = [*layout.TREES["nc5"].entry, "auxiliary_accounting", "detail"]
    assert [child.tag for child in entry] == wanted
    assert entry.find("auxiliary_accounting/item").attrib == {"name": "部门"}
    assert (head.findtext("company"), head.findtext("prepareddate")) == ("1.01", "2025-01-15")
    assert entry.findtext("natural_debit_currency") == "0"


def test_what_the_product_requires_is_named(tmp_path):
    """3.1: explanation, prepared by, and currency are required."""
    _, report = written(books(voucher()), tmp_path)
    missing = {str(loss.fact) for loss in report if loss.kind is LossKind.MISSING}
    assert missing == {"vouchers.preparer", "lines.summary", "lines.currency"}


def test_a_map_that_is_none_is_refused_or_passed_over(tmp_path):
    bad = tmp_path / "a.map.toml"
    bad.write_text("no map", "utf-8")
    (tmp_path / "a.xml").write_bytes((HERE / "nc6.xml").read_bytes())
    with pytest.raises(UsageError):
        FORMAT.read(Source(tmp_path / "a.xml"), {"types": str(bad)})
    codes = {problem.code for problem in FORMAT.read(Source(tmp_path / "a.xml"), {}).problems}
    assert codes == {"Y4012", "Y4002"}


def test_two_types_of_one_dimension_are_read_apart():
    text = (HERE / "nc6.xml").read_text("utf-8")
    types = {"0004": "个人", "0001": "人员档案", "0010": "项目"}
    reading = FORMAT.read(Source(data=text.encode(), name="a.xml"), {"types": types})
    assert "Y4003" in {problem.code for problem in reading.problems}
    assert {"aux_employee", "aux_人员档案"} <= set(reading.books.lines.columns)


def test_an_unknown_dialect_is_refused(tmp_path):
    with pytest.raises(UsageError):
        written(one(), tmp_path, dialect="nc7")
