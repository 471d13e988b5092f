"""The laws, and what an audit file says beside the ledger."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from kamcore import check
from kamcore.books import Books, schema
from kamcore.errors import SourceError
from kamcore.format import Source
from kamcore.model.entity import Entity
from kamcore.model.voucher import Line, Voucher
from kamcore.testing import FormatLaws
from kamcore_saft import FORMAT, NAMESPACE

SAMPLES = Path(__file__).parent / "samples"
HAND = (SAMPLES / "hand.xml").read_text("utf-8")


class TestSaft(FormatLaws):
    format = FORMAT
    samples = SAMPLES


def read(text):
    return FORMAT.read(Source(data=text.encode(), name="a.xml"), {})


def codes(reading):
    return [problem.code for problem in reading.problems if problem.code >= "SF0003"]


def frame(table, **columns):
    dtypes = {name: schema.TABLES[table].dtype_of(name) for name in columns}
    return pl.DataFrame(columns, schema=dtypes)


def drawn():
    """Three vouchers, two of a word, with openings, parties, a department and two payments."""
    none = Decimal(0)
    aux = {"customer": "00012", "department": "03"}
    amounts = (Decimal("113.00"), Decimal("-20.50"), Decimal("99.99"))
    vouchers = [
        Voucher(
            date=dt.date(2025, month, 28),
            word=word,
            number=1,
            lines=(
                Line(account="1122", debit=a, credit=none, currency="CNY", aux=aux),
                Line(account="6001", debit=none, credit=a, currency="CNY"),
            ),
        )
        for month, word, a in zip((1, 2, 3), ("记", "收", "记"), amounts, strict=True)
    ]
    books = Books.from_vouchers(
        vouchers,
        entity=Entity(name="岚桥商贸 & 子", credit_code="91310000MA1FL0000X"),
        tables={
            "accounts": frame("accounts", code=["1122", "6001"], name=["应收账款", "收入"]),
            "members": frame(
                "members",
                dimension=["customer", "department"],
                code=["00012", "03"],
                name=["石桥 <制造>", "销售部"],
            ),
            "balances": frame(
                "balances",
                year=[2025, 2025],
                period=[1, 1],
                account=["1122", "6001"],
                opening=[Decimal("40.25"), Decimal("-40.25")],
            ),
            "receipts": frame(
                "receipts",
                id=["R1", "R2"],
                party_role=["customer", "supplier"],
                party=["00012", "7"],
                account=["1122", "2202"],
                date=[dt.date(2025, 3, 1)] * 2,
                amount=[Decimal("13.00"), Decimal("-5.00")],
            ),
        },
    )
    labels = {"id": ["customer", "department"], "label": ["客户", "部门"]}
    return books.replace(dimensions=frame("dimensions", **labels))


def test_openings_payments_and_the_company_come_back(tmp_path):
    books, target = drawn(), tmp_path / "a.xml"
    assert [loss.text() for loss in FORMAT.write(books, target)] == []
    reading = FORMAT.read(Source(target), {})
    found = reading.books
    assert [p.text() for p in (*reading.problems, *check(found)) if p.severity == "error"] == []
    assert codes(reading) == []
    assert found.entity.name == "岚桥商贸 & 子"
    assert found.entity.credit_code == "91310000MA1FL0000X"
    for table in ("balances", "receipts"):
        for name in books.tables[table].columns:
            if name not in ("source_row", "currency"):
                assert found.tables[table][name].to_list() == books.tables[table][name].to_list()
    assert found.receipts["currency"].to_list() == ["CNY", "CNY"]
    assert found.lines["aux_department"].drop_nulls().unique().to_list() == ["03"]
    assert found.dimensions["id"].to_list() == ["customer", "department"]
    assert found.members["name"].to_list() == ["石桥 <制造>", "销售部"]


def test_stated_totals_and_closings_are_those_of_the_entries(tmp_path):
    target = tmp_path / "a.xml"
    FORMAT.write(drawn(), target)
    text = target.read_text("utf-8")
    for wanted in (
        f'<AuditFile xmlns="{NAMESPACE}">',
        "<NumberOfEntries>3</NumberOfEntries>",
        "<TotalDebit>192.49</TotalDebit>",
        "<TotalCredit>192.49</TotalCredit>",
        "<OpeningDebitBalance>40.25</OpeningDebitBalance>",
        "<ClosingDebitBalance>232.74</ClosingDebitBalance>",
        "<ClosingCreditBalance>232.74</ClosingCreditBalance>",
        "<AuditFileDateCreated>2025-03-28</AuditFileDateCreated>",
        "<PeriodEnd>3</PeriodEnd>",
    ):
        assert wanted in text
    # A journal for each word, and a code of nine characters at most.
    assert text.count("<Journal>") == 2
    assert "<AnalysisType>部门</AnalysisType>" in text


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("<n1:TotalDebit>1583.00", "<n1:TotalDebit>1583.01", "SF0004"),
        ("<n1:TotalCredit>1583.00", "<n1:TotalCredit>many", "SF0004"),
        ("<n1:NumberOfEntries>2<", "<n1:NumberOfEntries>3<", "SF0004"),
        ("<n1:NumberOfEntries>1<", "<n1:NumberOfEntries>4<", "SF0004"),
        ("<n1:ClosingDebitBalance>1257.00", "<n1:ClosingDebitBalance>1257.10", "SF0005"),
        ("<n1:OpeningCreditBalance>500", "<n1:OpeningCreditBalance>501", "SF0005"),
    ],
)
def test_a_total_that_is_not_so_is_a_problem(before, after, code):
    assert codes(read(HAND)) == ["SF0003"]
    assert HAND.count(before) == 1
    assert code in codes(read(HAND.replace(before, after)))


def test_the_bank_side_of_a_payment_is_counted_and_not_a_receipt():
    reading = read(HAND)
    assert reading.books.receipts["id"].to_list() == ["P-1"]
    said = next(problem for problem in reading.problems if problem.code == "SF0003")
    assert (said.value, said.facts["count"], said.severity) == ("P-1", 1, "info")


def test_what_is_not_read_is_said():
    more = "<n1:TaxTable><n1:TaxTableEntry>V</n1:TaxTableEntry></n1:TaxTable>"
    text = HAND.replace("<n1:AnalysisTypeTable>", more + "<n1:AnalysisTypeTable>")
    said = [problem for problem in read(text).problems if problem.code == "SF0002"]
    assert [problem.value for problem in said] == ["TaxTable"]


def test_another_version_is_refused():
    old = HAND.replace(NAMESPACE, "urn:OECD:StandardAuditFile-Tax:PT_1.04_01")
    with pytest.raises(SourceError) as refused:
        read(old)
    assert refused.value.problem.code == "SF0001"


def test_an_entity_is_never_expanded():
    begun = HAND.index("<n1:AuditFile")
    text = HAND[:begun] + '<!DOCTYPE a [<!ENTITY x "y">]>' + HAND[begun:]
    with pytest.raises(SourceError) as refused:
        read(text)
    assert refused.value.problem.code == "G1403"
