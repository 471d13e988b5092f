"""What is booked at the end of a period is the same voucher on every engine."""

from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books
from kamcore.ledger import (
    age,
    check_openings,
    close_period,
    closing_drafts,
    closing_findings,
    open_items,
    profit_transfer,
    provision_by_ageing,
    revalue,
    sales_outstanding,
    seal,
    year_end_transfer,
)

RATES = {"USD": Decimal("7.1890"), "EUR": Decimal("7.8")}


@pytest.fixture(scope="module")
def results(books) -> Books:
    """The drawn books with their bank lines turned into income and expenses."""
    turned = pl.when(pl.col("voucher_id") % 2 == 0).then(pl.lit("6001")).otherwise(pl.lit("6602"))
    lines = books.lines.with_columns(
        account=pl.when(pl.col("account") == "1002").then(turned).otherwise("account")
    )
    names = {"1122.01": "甲", "1122.02": "乙", "2203": "预收账款", "6001": "收入", "6602": "费用"}
    accounts = pl.DataFrame(
        {
            "code": ["1122", "4103", "4104", "6603", *names],
            "name": ["应收账款", "本年利润", "未分配利润", "财务费用", *names.values()],
        }
    )
    return books.replace(lines=lines, accounts=accounts)


def test_revaluation(engine, results) -> None:
    found = revalue(engine.tables(results), "2025-03", RATES)
    assert found == revalue(results, "2025-03", RATES)
    assert found.drafts


@pytest.mark.parametrize("one", [True, False])
@pytest.mark.parametrize("red", [True, False])
def test_profit_transfer(engine, results, one, red) -> None:
    question = {"one_voucher": one, "red": red}
    found = profit_transfer(engine.tables(results), "2025-03", **question)
    assert found == profit_transfer(results, "2025-03", **question)
    assert found


def test_year_end_transfer(engine, results) -> None:
    transferred = results.replace(
        lines=results.lines.with_columns(account=pl.col("account").replace({"6001": "4103"}))
    )
    found = year_end_transfer(engine.tables(transferred), 2025)
    assert found is not None
    assert found == year_end_transfer(transferred, 2025)


def test_provision_by_ageing(engine, results) -> None:
    question = {
        "as_of": results.lines["date"].max(),
        "account": "1122",
        "by": "customer",
        "buckets": [30, 90],
    }
    rates = {"0-30": Decimal("0.01"), "31-90": Decimal("0.05"), ">90": Decimal("0.5")}
    found = provision_by_ageing(age(engine.tables(results), **question), rates)
    assert found == provision_by_ageing(age(results, **question), rates)
    assert found.required


def test_sales_outstanding(engine, results) -> None:
    question = {"as_of": results.lines["date"].max(), "days": 90, "account": "1122"}
    found = sales_outstanding(engine.tables(results), **question)
    assert found == sales_outstanding(results, **question)


def test_openings_are_checked(engine, results) -> None:
    found = check_openings(engine.tables(results))
    wanted = check_openings(results)
    assert [problem.fault.code for problem in found] == [p.fault.code for p in wanted]
    assert wanted


def test_open_items_of_results_conserve(engine, results) -> None:
    as_of = results.lines["date"].max()
    engine.same(
        open_items(engine.tables(results), as_of=as_of, account="1122"),
        open_items(results, as_of=as_of, account="1122"),
    )


def test_closing(engine, results) -> None:
    """What blocks a period, its drafts and its seal; the seal covers every balance."""
    given = {**engine.tables(results), "entity": results.entity}
    found = closing_findings(given, "2025-03")
    wanted = closing_findings(results, "2025-03")
    assert [problem.message("en") for problem in found] == [p.message("en") for p in wanted]
    assert wanted
    assert seal(given, "2025-03") == seal(results, "2025-03")
    assert close_period(given, "2025-03").drafts == close_period(results, "2025-03").drafts
    drafts = closing_drafts(results, "2025-03", RATES).drafts
    assert closing_drafts(given, "2025-03", RATES).drafts == drafts
    assert drafts
