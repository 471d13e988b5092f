"""Numbers people give for parties: credit codes, tax numbers, accounts, invoices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.errors import Severity
from kamcore.model import bank_account
from kamcore.model.credit_code import ALPHABET, CreditCode, check_character
from kamcore.model.invoice_number import InvoiceKind, InvoiceNumber
from kamcore.model.tax_number import TaxNumber, TaxNumberKind, organisation_of

SOUND = (
    "91110000600037341L",
    "91310000MA1TEAT03R",
    "92440300MA5FAKE16X",
    "51100000500001237J",
    "N2330100MB7DEMA21W",
    "Y11100007178DEM04P",
)


def codes(doubts):
    return [doubt.fault.code for doubt in doubts]


@pytest.mark.parametrize("text", SOUND)
def test_the_vectors_are_sound(text):
    assert CreditCode.of(text).doubts == ()


@pytest.mark.parametrize("text", SOUND)
@pytest.mark.parametrize("position", range(18))
def test_one_wrong_character_is_always_found(text, position):
    other = next(mark for mark in ALPHABET if mark != text[position])
    spoilt = text[:position] + other + text[position + 1 :]
    assert not CreditCode.of(spoilt).is_sound


@pytest.mark.parametrize("text", SOUND)
def test_two_neighbours_exchanged_are_found(text):
    for at in range(17):
        spoilt = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        assert spoilt == text or not CreditCode.of(spoilt).is_sound


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_the_check_character_makes_a_code_sound_whatever_its_inner_check(body):
    code = CreditCode.of("9" + body[1:] + check_character("9" + body[1:]))
    assert code.is_sound
    assert all(doubt.fault.severity is Severity.WARNING for doubt in code.doubts)


def test_what_is_wrong_with_a_code_is_named():
    assert codes(CreditCode.of("9111000060003734").doubts) == ["E1001"]
    assert codes(CreditCode.of("9111000060003734IL").doubts) == ["E1002"]
    assert codes(CreditCode.of("91110000600037341K").doubts) == ["E1003"]
    inner = "91110000600037342"
    assert codes(CreditCode.of(inner + check_character(inner)).doubts) == ["E1005"]
    body = "G1110000600037341"
    assert codes(CreditCode.of(body + check_character(body)).doubts) == ["E1004"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("91110000600037341L", TaxNumberKind.CREDIT_CODE),
        ("110000600037341", TaxNumberKind.ORGANISATION),
        ("11010519491231002X", TaxNumberKind.PERSON),
        ("11010519491231002X01", TaxNumberKind.PERSON),
        ("11010549123100201", TaxNumberKind.PERSON),
        ("12345", TaxNumberKind.UNKNOWN),
    ],
)
def test_kinds_of_tax_number(text, kind):
    number = TaxNumber.of(text)
    assert number.kind is kind
    wants = {TaxNumberKind.CREDIT_CODE: [], TaxNumberKind.UNKNOWN: ["E1012"]}
    assert codes(number.doubts) == wants.get(kind, ["E1011"])
    assert number.is_sound is (kind is not TaxNumberKind.UNKNOWN)


def test_old_and_new_numbers_of_one_organisation_meet():
    assert organisation_of("110000600037341") == organisation_of(SOUND[0]) == "600037341"
    assert organisation_of("110000600037342") == ""


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("0200 0010 0902 0123 456", []),
        ("6222020200112233", ["E1023"]),
        ("6.22202E+18", ["E1022"]),
        ("6222020200112230000", ["E1025"]),
        ("工行 1234567", ["E1021"]),
        ("123", ["E1021"]),
    ],
)
def test_account_numbers(text, wants):
    assert codes(bank_account.doubts_of(text)) == wants


def test_a_card_whose_check_holds_is_no_doubt():
    body = "622202020011223"
    card = next(
        body + str(last) for last in range(10) if bank_account.luhn_holds(body + str(last))
    )
    assert list(bank_account.doubts_of(card)) == []


def test_bank_numbers_have_twelve_digits():
    assert list(bank_account.bank_number_doubts("102100099996")) == []
    assert codes(bank_account.bank_number_doubts("10210009999")) == ["E1024"]


@pytest.mark.parametrize(
    ("text", "code", "kind", "key"),
    [
        ("25312000000012345678", "", InvoiceKind.DIGITAL, "25312000000012345678"),
        ("03100180011112345678", "", InvoiceKind.ELECTRONIC, "031001800111-12345678"),
        ("031001800113-12345678", "", InvoiceKind.ELECTRONIC_SPECIAL, "031001800113-12345678"),
        ("03100180010412345678", "", InvoiceKind.ORDINARY, "031001800104-12345678"),
        ("310018113012345678", "", InvoiceKind.SPECIAL, "3100181130-12345678"),
        ("12345678", "3100181130", InvoiceKind.SPECIAL, "3100181130-12345678"),
        ("１２３４５６７８", "", InvoiceKind.UNKNOWN, "12345678"),
    ],
)
def test_kinds_of_invoice(text, code, kind, key):
    number = InvoiceNumber.of(text, code)
    assert (number.kind, number.key) == (kind, key)
    assert bool(number.doubts) is (kind is InvoiceKind.UNKNOWN)


def test_what_is_odd_about_an_invoice_number_is_named():
    assert codes(InvoiceNumber.of("12345678").doubts) == ["E1032"]
    assert codes(InvoiceNumber.of("发票3").doubts) == ["E1031"]
