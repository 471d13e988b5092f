"""Trial balance and account ledgers on every engine."""

from kamcore.ledger import account_ledger, trial_balance


def test_trial_balance(engine, books) -> None:
    found = trial_balance(engine.tables(books), "2025-01..2025-03")
    expected = trial_balance(books, "2025-01..2025-03")
    engine.same(found.frame, expected.frame)
    assert found.equalities == expected.equalities


def test_account_ledger(engine, books) -> None:
    found = account_ledger(engine.tables(books), "1122", by="customer", period="2025-01")
    expected = account_ledger(books, "1122", by="customer", period="2025-01")
    engine.same(found.frame, expected.frame)
    engine.same(found.sums, expected.sums)
