"""Parties: statements, history, reasons, secrecy, groups, duplicates, reviews, imports."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.errors import UsageError
from kamcore.model.archive import Archive, Likeness, months_after, of_role, visible
from kamcore.model.archive_growth import grown
from kamcore.model.bank_account import BankAccount
from kamcore.model.confidential import Secrecy
from kamcore.model.document import Document, DocumentKind, DocumentState
from kamcore.model.party import (
    Affiliation,
    OutsideCode,
    Party,
    PartyRole,
    Statement,
    StatementSource,
    in_order,
)
from kamcore.model.party_class import SCHEMES, PartyClass, PartyClasses
from kamcore.model.party_profile import Reason, archive_fields, field_called

DAY = dt.date(2025, 6, 30)
CREDIT = "91310000MA1TEAT03R"


def party(code, *statements, **more):
    return Party(code=code, statements=in_order(statements), **more)


def says(on=None, source=StatementSource.VISIT, reason="", **values):
    return Statement(on=on, values=values, source=source, reason=reason)


STATEMENTS = st.lists(
    st.builds(
        says,
        on=st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))),
        headcount=st.one_of(st.none(), st.integers(1, 999)),
        region=st.sampled_from(["华东", "华南", None]),
    ),
    max_size=6,
)


@settings(max_examples=80)
@given(STATEMENTS, STATEMENTS, st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)))
def test_what_was_known_on_a_day_never_changes_by_what_is_said_of_later_days(said, more, on):
    before = party("1", *said)
    later = [attrs.evolve(one, on=on + dt.timedelta(days=1)) for one in more]
    after = party("1", *said, *later)
    assert after.as_of(on) == before.as_of(on)
    for field in ("headcount", "region"):
        assert after.stated(field, on) == before.stated(field, on)


@settings(max_examples=80)
@given(STATEMENTS, st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)))
def test_the_archive_and_its_sources_say_the_same(said, on):
    one = party("1", *said)
    now = one.as_of(on)
    for field in ("headcount", "region"):
        stated = one.stated(field, on)
        assert getattr(now, field) == (stated.value if stated else None)


def test_a_value_taken_back_is_gone_from_that_day():
    one = party("1", says(region="华东"), says(on=DAY, region=None))
    assert one.as_of(DAY - dt.timedelta(days=1)).region == "华东"
    assert one.as_of(DAY).region is None


@pytest.mark.parametrize(
    ("field", "before", "after", "needed"),
    [
        ("registered_capital", Decimal(100), Decimal(101), True),
        ("manager", "王", "李", True),
        ("payment_terms", "30", "60", True),
        ("credit_limit", Decimal(1), Decimal(2), True),
        ("annual_sales", Decimal(100), Decimal(120), False),
        ("annual_sales", Decimal(100), Decimal(79), True),
        ("phone", "1", "2", False),
    ],
)
def test_changes_that_must_say_their_reason(field, before, after, needed):
    first = says(on=dt.date(2025, 1, 1), **{field: before})
    bare = says(on=DAY, **{field: after})
    one = party("1", first)
    if needed:
        assert [doubt.fault.code for doubt in party("1", first, bare).doubts()] == ["E1101"]
        with pytest.raises(UsageError) as caught:
            one.with_statement(bare)
        assert caught.value.code == "E1101"
    else:
        assert one.with_statement(bare).as_of(DAY) == party("1", first, bare).as_of(DAY)
    why = attrs.evolve(bare, reason="股东会决议")
    assert getattr(one.with_statement(why).as_of(DAY), field) == after


def test_a_field_the_archive_does_not_have_is_refused():
    with pytest.raises(UsageError) as caught:
        party("1").with_statement(says(shoe_size="42"))
    assert caught.value.code == "E1102"


def test_capital_managers_and_payment_terms_need_reasons():
    always = {name for name, one in archive_fields().items() if one.reason is Reason.ALWAYS}
    assert {"registered_capital", "manager", "owner", "payment_terms", "credit_term"} <= always


def test_what_a_party_says_of_itself_waits_for_somebody_to_verify_it():
    own = says(source=StatementSource.SELF_REPORTED, annual_sales=Decimal(9))
    assert party("1", own).unverified(DAY).keys() == {"annual_sales"}
    checked = attrs.evolve(own, on=DAY, verified=True)
    assert party("1", own, checked).unverified(DAY) == {}


def test_every_field_of_the_archive_has_names_of_its_own():
    fields = archive_fields().values()
    for names in ([one.zh for one in fields], [one.en for one in fields]):
        assert len(names) == len(set(names))
    assert field_called("REGISTERED CAPITAL") is archive_fields()["registered_capital"]
    assert field_called("没有") is None


def test_every_class_list_is_there_in_both_languages():
    classes = PartyClasses.shipped()
    assert classes.by_scheme.keys() == SCHEMES.keys()
    ownership = [one.zh for one in classes.by_scheme["ownership"]]
    assert ownership == ["全民", "集体", "个体", "股份", "合资"]
    assert all(one.zh and one.en for known in classes.by_scheme.values() for one in known)
    schemes = {one.scheme for one in archive_fields().values() if one.scheme}
    assert schemes == SCHEMES.keys()
    own = classes.with_own([PartyClass("grade", "a", "甲级", "first")])
    assert own.find("grade", "甲级").code == "a"


def test_what_a_reader_may_not_see_is_left_out_or_masked():
    now = party("1", says(name="华联", hobby="钓鱼", credit_limit=Decimal(5))).as_of(DAY)
    assert visible(now, Secrecy.PUBLIC) == {"name": "华联"}
    assert visible(now, Secrecy.PUBLIC, mask=True) == {
        "name": "华联",
        "hobby": "***",
        "credit_limit": "***",
    }
    assert visible(now, Secrecy.CONFIDENTIAL).keys() == {"name", "credit_limit"}
    assert visible(now, Secrecy.TOP_SECRET).keys() == {"name", "credit_limit", "hobby"}
    stricter = {"name": Secrecy.TOP_SECRET}
    assert visible(now, Secrecy.CONFIDENTIAL, classes=stricter).keys() == {"credit_limit"}


@pytest.mark.parametrize("field", archive_fields())
def test_a_reader_sees_a_field_from_its_class_on(field):
    one = archive_fields()[field]
    now = attrs.evolve(party("1").as_of(DAY), **{field: "x"})
    for cleared in Secrecy:
        assert (field in visible(now, cleared)) is (cleared.rank >= one.secrecy.rank)


def code(books, role, text):
    return OutsideCode(books=books, role=role, code=text)


CUSTOMER, SUPPLIER = PartyRole.CUSTOMER, PartyRole.SUPPLIER


def test_one_company_in_both_roles_is_found_by_either_code():
    both = party(
        "1",
        roles=frozenset(PartyRole),
        codes=(code("K3", CUSTOMER, "01.4"), code("K3", SUPPLIER, "02.1")),
    )
    archive = Archive(parties=(both,))
    assert archive.party_of("K3", CUSTOMER, "01.4") is both
    assert archive.party_of("K3", SUPPLIER, "02.1") is both
    assert archive.party_of("K3", SUPPLIER, "01.4") is None
    assert both.code_in("K3", SUPPLIER) == "02.1"
    assert list(of_role(archive.parties, SUPPLIER)) == [both]


def test_outside_codes_that_are_not_one_to_one_are_told():
    one = party("1", codes=(code("K3", CUSTOMER, "4"), code("K3", CUSTOMER, "5")))
    other = party("2", codes=(code("K3", CUSTOMER, "4"),), affiliations=(Affiliation(party="9"),))
    found = Archive(parties=(one, other)).doubts()
    assert [doubt.fault.code for doubt in found] == ["E1112", "E1111", "E1113"]


def test_affiliates_are_one_group_while_the_tie_holds():
    tie = Affiliation(party="1", since=dt.date(2025, 1, 1), until=dt.date(2025, 12, 31))
    loose = Affiliation(party="1", grouped=False)
    parties = (
        party("1"),
        party("2", affiliations=(tie,)),
        party("3", affiliations=(attrs.evolve(tie, party="2"),)),
        party("4", affiliations=(loose,)),
        party("5", says(group="华联集团")),
        party("6", says(group="华联集团")),
    )
    archive = Archive(parties=parties)
    assert archive.groups(DAY) == {"1": "1", "2": "1", "3": "1", "4": "4", "5": "5", "6": "5"}
    assert archive.groups(dt.date(2026, 6, 1))["3"] == "3"


def test_duplicates_are_proposed_on_the_surest_ground_and_once():
    parties = (
        party("1", says(name="华联商厦有限公司", credit_code=CREDIT)),
        party("2", says(name="华联商厦有限责任公司", credit_code=CREDIT)),
        party("3", says(name="华联商厦有限公司")),
        party("4", says(name="华联商厦有限公司上海分公司")),
        party("5", says(tax_number="110000600037341")),
        party("6", says(credit_code="91110000600037341L")),
        party("7", accounts=(BankAccount(number="123456"),)),
        party("8", accounts=(BankAccount(number="123456"),)),
    )
    found = Archive(parties=parties).duplicates(DAY)
    assert [(one.codes, one.why, one.is_certain) for one in found] == [
        (("1", "2"), Likeness.CREDIT_CODE, True),
        (("5", "6"), Likeness.ORGANISATION, True),
        (("7", "8"), Likeness.BANK_ACCOUNT, False),
        (("1", "2", "3"), Likeness.NAME, False),
    ]
    assert Archive(parties=parties[::-1]).duplicates(DAY) == found


def test_reviews_are_due_after_their_cycle():
    parties = (
        party("1", says(reviewed_on=dt.date(2025, 4, 30))),
        party("2", says(reviewed_on=dt.date(2025, 5, 1))),
        party("3", says(reviewed_on=dt.date(2025, 1, 1), review_months=12)),
        party("4", says(keeper="陈")),
        party("5", says(stopped_on=dt.date(2025, 1, 1))),
    )
    found = Archive(parties=parties).reviews_due(DAY)
    assert [(one.party, one.due, one.keeper) for one in found] == [
        ("4", None, "陈"),
        ("1", DAY, ""),
    ]


def test_months_end_with_the_month():
    assert months_after(dt.date(2024, 12, 31), 2) == dt.date(2025, 2, 28)


def test_documents_that_are_asked_for_and_not_in_hand():
    licence = Document(kind=DocumentKind.LICENCE, valid_until=dt.date(2025, 1, 1))
    mandate = Document(kind=DocumentKind.MANDATE, state=DocumentState.REQUESTED)
    ability = Document(kind=DocumentKind.ABILITY, state=DocumentState.ORIGINAL)
    found = party("1", documents=(licence, mandate, ability)).lacking(DAY)
    assert [one.text("en") for one in found] == [
        "licence expired on 2025-01-01",
        "mandate: requested",
    ]
    assert next(iter(party("1").lacking(DAY))).text("zh") == "缺 营业执照副本"


def test_an_import_ties_by_outside_code_and_credit_code_and_never_by_name():
    known = (
        party("A", says(name="华联", credit_code=CREDIT, phone="1")),
        party("B", says(name="东方"), codes=(code("K3", CUSTOMER, "2"),)),
    )
    incoming = (
        party(
            "1",
            says(name="华联", tax_number=CREDIT, phone="2"),
            codes=(code("K3", CUSTOMER, "1"),),
        ),
        party("2", says(name="东方百货"), codes=(code("K3", CUSTOMER, "2"),)),
        party("3", says(name="东方"), codes=(code("K3", CUSTOMER, "3"),)),
        party("A", says(name="西北"), codes=(code("K3", SUPPLIER, "A"),)),
    )
    growth = grown(known, incoming, DAY)
    assert growth.added == ("3", "K3-供应商-A")
    assert growth.linked == (("A", "1"),)
    assert [(who, change.field) for who, change in growth.changes] == [
        ("A", "phone"),
        ("B", "name"),
    ]
    again = grown(growth.parties, incoming, DAY)
    assert again.parties == growth.parties
    assert (again.added, again.linked, again.changes) == ((), (), ())
