"""Parties out of books, and what happened under a contract by the books."""

import datetime as dt
from decimal import Decimal

import pytest

import kamcore
from kamcore.model.contract import Contract, ContractVersion
from kamcore.model.execution import MovementKind
from kamcore.model.party import OutsideCode, Party, PartyRole
from kamcore.pipeline.contract_movements import of_books
from kamcore.pipeline.party_import import read_party_list
from small_books import books, cr, dr, voucher

D = Decimal
START = dt.date(2025, 1, 1)
TERMS = ContractVersion(
    number="HT-1", party="1", valid_from=START, start=START, end=dt.date(2025, 12, 31)
)
CONTRACT = Contract(number="HT-1", party="1", versions=(TERMS,))
PARTY = Party(code="1", codes=(OutsideCode(books="K3", role=PartyRole.CUSTOMER, code="01.4"),))
ELSE = {"customer": "9"}


def happened(made, party=None, account=""):
    return [(one.kind, one.amount) for one in of_books(made, CONTRACT, party, account)]


def test_lines_that_name_the_contract_are_its_own_whoever_the_party():
    made = books(
        voucher(1, dr("1122.01", "113", contract="HT-1", aux=ELSE), cr("6001", "113")),
        voucher(2, dr("1122", "-13", contract="HT-1"), cr("6001", "-13")),
        voucher(3, dr("1002", "60", contract="HT-1"), cr("1122", "60", contract="HT-1")),
        voucher(4, dr("1122", "7", aux={"customer": "1"}), cr("6001", "7")),
    )
    assert sorted(happened(made)) == sorted(
        [
            (MovementKind.INVOICE, D(113)),
            (MovementKind.RETURN, D(13)),
            (MovementKind.RECEIPT, D(60)),
        ]
    )


def test_without_a_named_line_those_of_the_party_count_while_the_contract_ran():
    early = dt.date(2024, 12, 31)
    made = books(
        voucher(1, dr("1122", "100", aux={"customer": "01.4"}), cr("6001", "100")),
        voucher(2, dr("1122", "50", aux={"customer": "01.4"}), cr("6001", "50"), date=early),
        voucher(3, dr("1122", "8", contract="HT-9", aux={"customer": "01.4"}), cr("6001", "8")),
        voucher(4, dr("1122", "9", aux=ELSE), cr("6001", "9")),
        voucher(5, dr("2202", "5", aux={"customer": "01.4"}), cr("1002", "5")),
    )
    assert happened(made, PARTY) == [(MovementKind.INVOICE, D(100))]
    assert happened(made) == []
    assert happened(made, PARTY, "2202") == [(MovementKind.INVOICE, D(5))]


def test_books_without_customers_hold_nothing_of_a_party():
    assert happened(books(voucher(1)), PARTY) == []


@pytest.fixture
def shared(request):
    folder = request.config.rootpath.parent / "shared" / "samples" / "yonyou"
    if not folder.is_dir():
        pytest.skip("the folder of shared samples is not there")
    return folder


@pytest.mark.shared
def test_customers_of_another_systems_file_become_parties_with_what_is_known(shared):
    path = shared / "u8_eai_customer.xml"
    on = dt.date(2026, 1, 1)
    found = read_party_list(path, books="U8", on=on)
    members = kamcore.read(path).books.members
    assert len(found.parties) == members.height
    first = found.parties[0]
    now = first.as_of(on)
    assert first.codes == (OutsideCode(books="U8", role=PartyRole.CUSTOMER, code="0001"),)
    assert (now.phone, now.credit_limit) == ("000-00000001", D("10000.00"))
    assert now.credit_term == "60 天"
    assert found.parties[2].as_of(on).category == "01"
    assert first.accounts[0].bank == "样例银行一支行"
    assert first.statements[0].source.value == "books"
    # The invented credit codes fail their check: they are kept, and said.
    assert "统一社会信用代码" in now.own
    assert {problem.code for problem in found.problems} == {"E1003", "C4051"}
