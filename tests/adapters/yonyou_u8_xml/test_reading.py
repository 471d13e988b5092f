"""Reading U8 EAI documents: the shared samples, the broken ones, and small ones made here."""

from decimal import Decimal

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.yonyou_u8_xml import FORMAT
from kamcore.books.check import check
from kamcore.errors import SourceError
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of

VOUCHERS = ("u8_eai_voucher_utf8", "u8_eai_voucher_gb2312")
OWN = {f"yonyou/{name}.xml" for name in VOUCHERS} | {
    f"yonyou/u8_eai_{name}.xml" for name in ("customer", "vendor", "code")
}
REFUSED = {
    "billion_laughs": ("G1403", 2),
    "external_entity": ("G1402", 2),
    "external_dtd": ("G1401", 2),
    "wrong_declaration": ("G1405", 1),
    "control_character": ("G1407", 12),
    "truncated": ("G1002", 26),
    "empty": ("G1001", None),
}
HEAD = (
    "<voucher_type>记</voucher_type><fiscal_year>2025</fiscal_year>"
    "<accounting_period>1</accounting_period><voucher_id>7</voucher_id>"
    "<date>2025-01-02T00:00:00</date><enter>样例甲</enter>"
)


def read_text(text, **options):
    return FORMAT.read(Source(data=text.encode(), name="a.xml"), options)


def document(*entries, head=HEAD, tag="voucher_head", more=""):
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        f'<ufinterface roottag="voucher" billtype="gl">{more}<voucher id="1"><{tag}>{head}</{tag}>'
        f"<voucher_body>{body}</voucher_body></voucher></ufinterface>"
    )


def entry(**values):
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", VOUCHERS)
def test_voucher_samples_read_as_expected(name):
    sample = f"yonyou/{name}.xml"
    reading = FORMAT.read(Source(SAMPLES / sample), {})
    assert compare(reading.books, expectation(sample)) == []
    assert reading.problems == ()


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", ["customer", "vendor"])
def test_party_samples_read_as_expected(name):
    sample = f"yonyou/u8_eai_{name}.xml"
    books = FORMAT.read(Source(SAMPLES / sample), {}).books
    facts = {"name": "name", "abbrname": "short_name", "tax_reg_code": "credit_code"}
    extras = {
        (row["row_id"], row["field"]): row["value"] for row in books.extras.iter_rows(named=True)
    }
    rows = expectation(sample)["rows"]
    assert books.members["code"].to_list() == [row["code"] for row in rows]
    for index, row in enumerate(rows):
        member = books.members.row(index, named=True)
        for field, value in row.items():
            if field in facts:
                assert member[facts[field]] == value, (row["code"], field)
            elif field == "sort_code":
                assert extras.get((index, field), "00") == value, (row["code"], field)
            elif field != "code":
                assert extras.get((index, field)) == value, (row["code"], field)


@needs_shared
@pytest.mark.shared
def test_the_account_sample_reads_as_expected():
    books = FORMAT.read(Source(SAMPLES / "yonyou/u8_eai_code.xml"), {}).books
    ids = {"客户": "customer", "供应商": "supplier", "部门": "department", "个人": "employee"}
    ids["项目"] = "project"
    rows = expectation("yonyou/u8_eai_code.xml")["rows"]
    assert books.accounts.height == len(rows)
    for row, account in zip(rows, books.accounts.iter_rows(named=True), strict=True):
        assert account["code"] == row["code"]
        assert account["name"] == row["name"]
        assert account["level"] == row["grade"]
        assert account["category"] == row["category"]
        assert account["direction"] == {"借": "debit", "贷": "credit"}[row["direction"]]
        assert account["is_leaf"] is row["leaf"]
        assert account["unit"] == row["unit"]
        assert (account["currency"] or "CNY") == row["currency"]
        asked = set((account["dimensions"] or "").split(",")) - {""}
        known = {ids[label] for label in row["dimensions"] if label in ids}
        assert asked == known, row["code"]


@needs_shared
@pytest.mark.shared
def test_it_is_sure_of_its_own_samples_and_of_no_other():
    for path in sorted(SAMPLES.rglob("*")):
        name = str(path.relative_to(SAMPLES))
        if path.is_dir() or name.endswith(".expect.json"):
            continue
        sure = FORMAT.sniff(head_of(Source(path))).certainty is Certainty.SURE
        own = name in OWN or name in {f"bad/{bad}.xml" for bad in (*REFUSED, "eai_unbalanced")}
        assert sure == (own and path.stat().st_size > 0), name


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", REFUSED)
def test_broken_samples_are_refused(name):
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(SAMPLES / f"bad/{name}.xml"), {})
    assert (caught.value.code, caught.value.place.line) == REFUSED[name]


@needs_shared
@pytest.mark.shared
def test_an_unbalanced_voucher_is_named():
    reading = FORMAT.read(Source(SAMPLES / "bad/eai_unbalanced.xml"), {})
    found = [p for p in check(reading.books) if p.severity == "error"]
    assert [problem.place.voucher for problem in found] == ["2025-01 记-1"]
    assert reading.books.vouchers.height == 3


def test_a_head_may_be_called_voucher_header():
    books = read_text(document(entry(account_code="1001"), tag="voucher_header")).books
    head = books.vouchers.row(0, named=True)
    assert (head["word"], head["number"], str(head["date"])) == ("记", 7, "2025-01-02")


def test_attachments_of_minus_one_are_none():
    head = HEAD + "<attachment_number>-1</attachment_number>"
    assert read_text(document(head=head)).books.vouchers["attachments"].to_list() == [None]


def test_primary_is_foreign_and_natural_is_book_currency():
    line = entry(
        account_code="1002",
        currency="美元",
        exchange_rate2="7.1",
        primary_debit_amount="10",
        natural_debit_currency="71.00",
        natural_credit_currency="0",
    )
    row = read_text(document(line)).books.lines.row(0, named=True)
    assert (row["currency"], row["debit"], row["fx_debit"]) == ("USD", Decimal(71), Decimal(10))
    assert row["fx_credit"] == 0


def test_items_are_read_by_name_in_any_order():
    items = (
        "<auxiliary_accounting><item name='item_id'>P1</item><item name='item_class'>01</item>"
        "<item name='operator'>乙</item><item name='self_define10'>自定义</item>"
        "</auxiliary_accounting>"
    )
    books = read_text(document(entry(account_code="1") + items)).books
    row = books.lines.row(0, named=True)
    assert (row["aux_project"], row["salesperson"]) == ("P1", "乙")
    kept = dict(books.extras.select("field", "value").iter_rows())
    assert kept == {"item_class": "01", "self_define10": "自定义"}


def test_cash_flows_of_a_query_are_read_too():
    detail = (
        "<detail><cash_flow_statement><cash_flow cCashItem='01' md='0' mc='5.00' csign='记'/>"
        "</cash_flow_statement></detail>"
    )
    books = read_text(document(entry(account_code="1001") + detail)).books
    flow = books.cash_flows.row(0, named=True)
    assert (flow["item"], flow["amount"]) == ("01", Decimal(-5))
    assert books.extras.row(0) == ("cash_flows", 0, "csign", "记")


def test_what_has_no_place_is_reported_or_kept():
    text = document(
        entry(account_code="1", strange="x", entry_id="9"), more="<entry><abstract/></entry>"
    )
    reading = read_text(text)
    assert [problem.code for problem in reading.problems] == ["G1521"]
    kept = dict(reading.books.extras.select("field", "value").iter_rows())
    assert kept == {"strange": "x", "entry_id": "9"}


def test_a_voucher_marked_as_faulty_gives_a_warning():
    reading = read_text(document(head=HEAD + "<revokeflag>2</revokeflag>"))
    assert [problem.code for problem in reading.problems] == ["Y2002"]
    assert reading.books.vouchers["status"].to_list() == ["draft"]


def test_another_document_is_refused():
    with pytest.raises(SourceError) as caught:
        read_text("<ufinterface roottag='warehouse'/>")
    assert caught.value.code == "Y2001"


def test_odd_figures_are_problems_at_their_line():
    reading = read_text(document("\n" + entry(natural_debit_currency="1O.00", currency="金")))
    codes = {problem.code: problem.place for problem in reading.problems}
    assert set(codes) == {"G2003", "G1522"}
    assert codes["G2003"].column == "natural_debit_currency"
    assert codes["G2003"].voucher == "2025-01 记-7"
