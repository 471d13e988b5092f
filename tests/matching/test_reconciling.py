"""Two-sided reconciliation: a drawn truth is got back, and every balance is accounted for."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

import kamcore
from kamcore.books import Books
from kamcore.errors import UsageError
from kamcore.matching.two_sided.adjusting import adjustments, proof_of_zero
from kamcore.matching.two_sided.party_view import view, views
from kamcore.matching.two_sided.reconciliation_table import reconciliation_table
from kamcore.matching.two_sided.reconciling import ReconcilePolicy, reconcile
from kamcore.model.entity import Entity
from matching.histories import AS_OF, Noise, drawn
from matching.two_books import two_books
from matching.two_sided_scores import score
from small_books import books, cr, dr, voucher

ROUGH = Noise(late=0.05, missing=0.06, wrong_side=0.04, transposed=0.04, doubled=0.04)


@pytest.fixture(scope="module")
def both():
    return two_books(drawn(4, parties=4))


def test_a_drawn_truth_is_got_back():
    found = score(range(20, 22), parties=6)
    print(found, found.misses)
    assert found.f1 >= 0.985
    assert found.automatic_wrong == 0
    assert found.automatic > found.right / 2
    assert found.causes > 10
    assert found.share_explained >= 0.97


@pytest.mark.soak
@pytest.mark.parametrize("noise", [None, ROUGH], ids=["usual", "rough"])
def test_many_drawn_truths_are_got_back(noise):
    found = score(range(4000, 4025), parties=12, noise=noise)
    print(found, found.misses)
    assert found.f1 >= 0.985
    assert found.automatic_wrong == 0
    assert found.share_explained >= 0.97


def test_books_of_two_systems_are_reconciled(tmp_path):
    def passed(given: Books, name: str) -> Books:
        format_name, suffix = (
            ("kingdee-k3", "xlsx") if name == "ours" else ("yonyou-u8-text", "txt")
        )
        path = tmp_path / f"{name}.{suffix}"
        kamcore.write(given, path, format_name)
        return kamcore.read(path, checked=False).books

    found = score(range(31, 32), parties=3, passed=passed)
    print(found, found.misses)
    assert found.automatic_wrong == 0
    assert found.f1 >= 0.985
    assert found.share_explained >= 0.97


def test_the_table_ends_in_one_figure_and_the_drafts_leave_only_time(both):
    for name, theirs in both.theirs.items():
        result = reconcile(both.ours, theirs, as_of=AS_OF)
        seen = view(result)
        assert seen.name == name
        assert seen.how == "name"
        assert seen.difference == sum((one.amount for one in seen.differences), Decimal(0))
        table = reconciliation_table(seen)
        assert table.equal
        made = adjustments(result)
        assert all(draft.off_by == 0 for draft in (*made.ours, *made.theirs))
        proof = proof_of_zero(result, made)
        assert proof.zero
        waiting = [one.amount for one in seen.differences if one.cause in ("timing", "opening")]
        assert proof.after == sum(waiting, Decimal(0))


def test_the_order_of_rows_and_vouchers_does_not_matter(both):
    name, theirs = next(iter(both.theirs.items()))

    def mixed(given: Books) -> Books:
        lines = given.lines.sample(fraction=1, shuffle=True, seed=3)
        return given.replace(lines=lines, vouchers=given.vouchers.reverse())

    one = reconcile(both.ours, theirs, as_of=AS_OF, party=name)
    other = reconcile(mixed(both.ours), mixed(theirs), as_of=AS_OF, party=name)
    assert one.matches.equals(other.matches)
    assert one.differences.equals(other.differences)
    assert one.parties.equals(other.parties)


def test_the_other_side_sees_the_same_differences(both):
    name, theirs = list(both.theirs.items())[1]
    ours_view = view(reconcile(both.ours, theirs, as_of=AS_OF))
    us = both.ours.entity.name
    their_view = view(reconcile(theirs, both.ours, as_of=AS_OF, party=us, us=name))
    assert their_view.difference == ours_view.difference
    assert their_view.ours.closing == -ours_view.theirs.closing
    assert sorted(one.cause.replace("ours", "theirs") for one in their_view.differences) == sorted(
        one.cause.replace("ours", "theirs") for one in ours_view.differences
    )


def test_every_finding_has_its_lines_once(both):
    result = reconcile(both.ours, next(iter(both.theirs.values())), as_of=AS_OF)
    in_span = pl.concat(
        [
            frame.filter(pl.col("phase") == 0).select(side=pl.lit(side), id="id")
            for side, frame in (("ours", result.ours), ("theirs", result.theirs))
        ]
    )
    named = result.members.join(in_span, on=["side", "id"], how="semi")
    assert named.height == in_span.height
    assert named.select("side", "id").n_unique() == in_span.height


def test_an_invoice_on_the_wrong_side_is_not_surely_the_payment_of_its_number():
    """The number, the amount and the side agree; the text of one says it is something else."""
    truth = drawn(4000, parties=12, noise=ROUGH)
    sides = two_books(truth)
    name = "武汉华联机械有限公司"
    us = sides.ours.entity.name
    for result in (
        reconcile(sides.ours, sides.theirs[name], as_of=AS_OF, party=name),
        reconcile(sides.theirs[name], sides.ours, as_of=AS_OF, party=us, us=name),
    ):
        lines = pl.concat(
            [
                frame.select("id", "text", side=pl.lit(side))
                for side, frame in (("ours", result.ours), ("theirs", result.theirs))
            ]
        )
        odd = lines.filter(pl.col("text").is_in(["No.37515495", "采购 37515495"]))
        named = result.members.join(odd, on=["side", "id"])
        tiers = named.join(result.matches.select("finding", "tier"), on="finding")["tier"]
        assert tiers.to_list() == ["proposed", "proposed"]


# What each cause looks like.

HERE, THERE = Entity(name="海门远山食品有限公司"), Entity(name="长沙同创商贸有限公司")
MEMBERS = {"dimension": ["customer"], "code": ["K1"], "name": ["长沙同创商贸有限公司"]}
THEIRS = {"dimension": ["supplier"], "code": ["G1"], "name": ["海门远山食品有限公司"]}


def sold(day, amount, text="", number=1, **more):
    lines = (
        dr("1122", amount, summary=text, aux={"customer": "K1"}, **more),
        cr("6001", amount, summary=text),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def bought(day, amount, text="", number=1, **more):
    lines = (
        dr("1405", amount, summary=text),
        cr("2202", amount, summary=text, aux={"supplier": "G1"}, **more),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def paid(day, amount, text="付货款", number=1):
    lines = (
        dr("2202", amount, summary=text, aux={"supplier": "G1"}),
        cr("1002", amount, summary=text),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def got(day, amount, text="收货款", number=1):
    lines = (
        dr("1002", amount, summary=text),
        cr("1122", amount, summary=text, aux={"customer": "K1"}),
    )
    return voucher(number, *lines, date=dt.date.fromisoformat(day))


def balance_of(account, amount, **aux):
    row = {"year": 2025, "period": 1, "account": account, "opening": Decimal(amount), **aux}
    types = {"opening": pl.Decimal(18, 4), "year": pl.Int64, "period": pl.Int64}
    return pl.DataFrame([row], schema_overrides=types)


def seen(ours, theirs, *, as_of="2025-03-31", balances=(None, None), **policy):
    mine = {"balances": balances[0]} if balances[0] is not None else {}
    other = {"balances": balances[1]} if balances[1] is not None else {}
    result = reconcile(
        books(*ours, entity=HERE, members=pl.DataFrame(MEMBERS), **mine),
        books(*theirs, entity=THERE, members=pl.DataFrame(THEIRS), **other),
        as_of=dt.date.fromisoformat(as_of),
        policy=ReconcilePolicy(**policy),
    )
    return view(result)


def causes(found):
    return [(one.cause, one.amount) for one in found.differences]


COMMON = (
    (sold("2025-01-05", "100.10", "销售 发票号12345601"), sold("2025-02-03", "88", "销售", 2)),
    (bought("2025-01-08", "100.10", "采购 12345601"), bought("2025-02-04", "88", "采购", 2)),
)


def test_lines_agree_by_number_and_by_amount():
    found = seen(*COMMON)
    assert causes(found) == []
    assert [(one.rule, one.tier) for one in found.matched] == [
        ("reference", "automatic"),
        ("amount", "automatic"),
    ]
    assert found.ours.closing == found.theirs.closing == Decimal("188.10")


def test_what_one_side_has_not_booked():
    found = seen((*COMMON[0], sold("2025-02-10", "70", "销售", 3)), COMMON[1])
    assert causes(found) == [("only_ours", Decimal(70))]
    assert found.differences[0].fault == "theirs"
    found = seen(COMMON[0], (*COMMON[1], paid("2025-02-10", "70", number=3)))
    assert causes(found) == [("only_theirs", Decimal(70))]
    assert found.differences[0].fault == "ours"


def test_money_on_its_way_at_the_end_is_a_timing_difference():
    late = paid("2025-03-30", "70", number=3)
    found = seen(COMMON[0], (*COMMON[1], late))
    assert causes(found) == [("timing", Decimal(70))]
    arrived = got("2025-04-02", "70", number=3)
    found = seen((*COMMON[0], arrived), (*COMMON[1], late))
    assert causes(found) == [("timing", Decimal(70))]
    assert "2025-04-02" in found.differences[0].proof[0]
    assert reconciliation_table(found).equal


def test_a_recent_line_is_missing_when_the_other_books_go_on_without_it():
    late = paid("2025-03-30", "70", number=3)
    more = sold("2025-06-01", "11", number=4)
    found = seen((*COMMON[0], more), (*COMMON[1], late))
    assert causes(found) == [("only_theirs", Decimal(70))]


def test_a_line_on_the_wrong_side_is_half_of_the_difference():
    wrong = voucher(
        3,
        dr("2202", "70", summary="采购 12345609", aux={"supplier": "G1"}),
        cr("1405", "70"),
        date=dt.date(2025, 2, 10),
    )
    right = sold("2025-02-10", "70", "销售 发票号12345609", 3)
    found = seen((*COMMON[0], right), (*COMMON[1], wrong))
    assert causes(found) == [("wrong_side", Decimal(140))]
    assert found.differences[0].fault == "theirs"


def test_digits_exchanged_divide_by_nine():
    found = seen(
        (*COMMON[0], sold("2025-02-10", "5410", "销售", 3)),
        (*COMMON[1], bought("2025-02-12", "4510", "采购", 3)),
    )
    assert causes(found) == [("transposed", Decimal(900))]
    assert "÷ 9 = 100.00" in found.differences[0].proof[0]


def test_the_same_voucher_twice_is_named_a_duplicate():
    twice = sold("2025-01-07", "100.10", "销售 发票号12345601", 3)
    found = seen((*COMMON[0], twice), COMMON[1])
    assert causes(found) == [("duplicate", Decimal("100.10"))]
    assert found.differences[0].fault == "ours"


def test_a_short_payment_has_the_reason_its_text_names():
    found = seen(
        (*COMMON[0], got("2025-02-20", "95", "收货款 扣返利", 3)),
        (*COMMON[1], paid("2025-02-20", "100", "付货款 扣返利", 3)),
    )
    assert causes(found) == [("amount", Decimal(5))]
    assert found.differences[0].reason == "rebate"


def test_one_line_may_be_several_of_the_other_side():
    found = seen(
        (
            *COMMON[0],
            sold("2025-02-10", "812.37", "销售", 3),
            sold("2025-02-11", "93.55", "销", 4),
        ),
        (*COMMON[1], bought("2025-02-14", "905.92", "采购", 3)),
    )
    assert causes(found) == []
    assert [one.rule for one in found.matched].count("sum") == 1


def test_a_red_line_and_its_blue_one_cancel_in_their_own_books():
    red = voucher(
        4,
        dr("1122", "-70", summary="冲销", aux={"customer": "K1"}),
        cr("6001", "-70"),
        date=dt.date(2025, 2, 15),
    )
    found = seen((*COMMON[0], sold("2025-02-10", "70", "销售", 3), red), COMMON[1])
    assert causes(found) == []
    assert [one.rule for one in found.matched].count("taken_back") == 1


def test_a_transfer_within_one_voucher_is_no_difference():
    own = voucher(
        5,
        dr("2203", "30", aux={"customer": "K1"}),
        cr("1122", "30", aux={"customer": "K1"}),
        date=dt.date(2025, 2, 1),
    )
    found = seen((*COMMON[0], own), COMMON[1])
    assert causes(found) == []


def test_a_difference_of_the_openings_is_named_and_stays_in_the_table():
    balances = (
        balance_of("1122", "500", aux_customer="K1"),
        balance_of("2202", "-450", aux_supplier="G1"),
    )
    found = seen(*COMMON, balances=balances)
    assert found.ours.opening == Decimal(500)
    assert found.theirs.opening == Decimal(450)
    assert causes(found) == [("opening", Decimal(50))]
    table = reconciliation_table(found)
    assert table.equal
    assert table.rows[1].theirs == Decimal(50)


def test_a_line_from_before_the_span_explains_its_part_of_the_opening():
    """They booked in February what we booked in December; their openings are stated."""
    early = sold("2024-12-28", "60", "销售 发票号12345677", 9)
    found = seen(
        (early, *COMMON[0]),
        (*COMMON[1], bought("2025-02-02", "60", "采购 12345677", 3)),
        balances=(None, balance_of("2202", "0", aux_supplier="G1")),
        since=dt.date(2025, 1, 1),
    )
    assert found.ours.opening == Decimal(60)
    assert causes(found) == []
    assert found.difference == 0


def test_amounts_in_another_currency_are_reconciled_in_it():
    dollars = {"currency": "USD", "rate": Decimal("7.1"), "fx_debit": Decimal(100)}
    theirs = {"currency": "USD", "rate": Decimal("7.2"), "fx_credit": Decimal(100)}
    result = reconcile(
        books(
            sold("2025-01-05", "710", "销售", **dollars),
            *COMMON[0],
            entity=HERE,
            members=pl.DataFrame(MEMBERS),
        ),
        books(
            bought("2025-01-06", "720", "采购", **theirs),
            *COMMON[1],
            entity=THERE,
            members=pl.DataFrame(THEIRS),
        ),
        as_of=dt.date(2025, 3, 31),
    )
    found = {one.currency: one for one in views(result)}
    assert found["USD"].ours.closing == found["USD"].theirs.closing == Decimal(100)
    assert result.differences.is_empty()


def test_an_empty_span_and_books_without_control_accounts_are_refused():
    with pytest.raises(UsageError) as raised:
        seen(*COMMON, since=dt.date(2026, 1, 1))
    assert raised.value.code == "M2312"
    with pytest.raises(UsageError) as raised:
        seen(*COMMON, accounts=("9999",))
    assert raised.value.code == "M2311"
