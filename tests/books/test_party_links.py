"""Customers of the books and parties of the archive: what links them, and who is told."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamcore.books.party_links import link_parties
from kamcore.model.archive import Archive
from kamcore.model.party import OutsideCode, Party, PartyRole, Statement
from matching_books import members
from small_books import books, cr, dr, voucher

DAY = dt.date(2025, 6, 30)
USCC = "91310000MA1TEAT03R"
OTHER = "92440300MA5FAKE16X"


def party(code, *outside, **values):
    codes = tuple(OutsideCode(books="K3", role=PartyRole.CUSTOMER, code=one) for one in outside)
    statements = (Statement(on=dt.date(2024, 1, 1), values=values),)
    return Party(code=code, codes=codes, statements=statements)


def sold(*rows):
    """Books in which customers, given as code, name and credit code, owe 1, 2, 3, …"""
    lines = [dr("1122", str(at), aux={"customer": row[0]}) for at, row in enumerate(rows, 1)]
    total = str(sum(range(1, len(rows) + 1)))
    known = [("customer", *row) for row in rows if len(row) > 1]
    return books(voucher(1, *lines, cr("6001", total)), members=members(*known))


def found(rows, *parties, mapping=None):
    links = link_parties(sold(*rows), Archive(parties=parties), DAY, mapping)
    return {one.code: (one.party, one.by) for one in links.links}, [
        problem.code for problem in links.problems
    ]


def test_each_way_to_know_a_party_in_its_order():
    archive = (
        party("P1", "01.4", name="甲样例公司"),
        party("P2", name="乙样例公司", credit_code=USCC),
        party("P3", name="丙样例（上海）公司", short_name="丙样例"),
        party("0004"),
        party("P5"),
    )
    rows = [("01.4", "别名"), ("02", "旧名", USCC), ("03", "丙样例(上海)公司"), ("0004", "戊"),
            ("05", "丙样例"), ("06", "无此公司"), ("07", "")]  # fmt: skip
    links, problems = found(rows, *archive, mapping={"07": "P5"})
    assert links == {
        "01.4": ("P1", "outside_code"),
        "02": ("P2", "credit_code"),
        "03": ("P3", "name"),
        "0004": ("0004", "code"),
        "05": ("P3", "name"),
        "06": ("06", ""),
        "07": ("P5", "mapping"),
    }
    assert problems == ["B3101"]


def test_a_party_of_the_same_code_that_is_another_company_stands_apart():
    archive = (party("0001", name="甲", credit_code=USCC), party("0002", name="乙"))
    links, problems = found([("0001", "丁", OTHER), ("0002", "乙", OTHER)], *archive)
    assert links == {"0001": ("0001@", ""), "0002": ("0002", "code")}
    assert problems == ["B3103"]


def test_a_code_a_mapping_gives_to_another_is_not_taken_twice():
    links, problems = found([("A", "甲"), ("B", "乙")], mapping={"A": "B"})
    assert links == {"A": ("B", "mapping"), "B": ("B@", "")}
    assert problems == ["B3103"]


def test_what_several_parties_could_be_is_left_to_a_person():
    archive = (party("P1", "9", name="样例商行"), party("P2", "9", name="样例商行"))
    links, problems = found([("9", "甲"), ("8", "样例商行")], *archive)
    assert [party for party, _ in links.values()] == ["8", "9"]
    assert sorted(problems) == ["B3101", "B3102", "B3102"]


def test_two_companies_of_one_name_are_told_apart_by_their_credit_codes():
    links, _ = found([("8", "样例商行", OTHER)], party("P1", name="样例商行", credit_code=USCC))
    assert links == {"8": ("8", "")}


def test_nothing_is_linked_without_archive_and_mapping():
    made = sold(("A", "甲"))
    links = link_parties(made, Archive(), DAY)
    assert (links.links, links.problems) == ((), ())
    assert links.applied(made) is made
    assert links.of_party("A") == ("A",)


def test_two_codes_of_one_party_are_one_customer_and_lead_back():
    made = sold(("A", "甲"), ("B", "甲"), ("C", "丙"))
    links = link_parties(made, Archive(parties=(party("P", name="甲"),)), DAY)
    after = links.applied(made)
    sums = (
        after.lines.drop_nulls("aux_customer").group_by("aux_customer").agg(pl.col("debit").sum())
    )
    assert dict(sums.iter_rows()) == {"P": 3, "C": 3}
    assert links.of_party("P") == ("A", "B")
    assert links.unmapped == ("C",)
    assert after.members.filter(dimension="customer")["code"].to_list() == ["P", "C"]


def test_documents_are_renamed_too():
    rows = {"id": ["1", "2"], "party_role": ["customer", "supplier"], "party": ["A", "A"],
            "amount": [1, 2]}  # fmt: skip
    items = pl.DataFrame(rows).with_columns(pl.col("amount").cast(pl.Decimal(18, 4)))
    made = sold(("B", "乙")).replace(open_items=items)
    links = link_parties(made, Archive(parties=(party("P", "A"),)), DAY)
    assert links.applied(made).open_items["party"].to_list() == ["P", "A"]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from("ABCDE"), min_size=1, unique=True),
    st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from("XYA")),
)
def test_no_amount_is_lost_and_nobody_is_merged_unasked(codes, mapping):
    made = sold(*((code, f"{code}公司") for code in codes))
    links = link_parties(made, Archive(), DAY, mapping)
    after = links.applied(made)
    assert after.totals() == made.totals()
    asked = {code: mapping[code] for code in codes if code in mapping}
    parties = [one.party for one in links.links if one.code not in asked]
    assert len(set(parties) - set(asked.values())) == len(parties)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_problems_name_the_customers(lang):
    links = link_parties(sold(("A", "甲")), Archive(parties=(party("P"),)), DAY)
    assert "A 甲" in links.problems[0].message(lang)
