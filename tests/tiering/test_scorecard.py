"""A scorecard learned from outcomes: it finds what made them, and leaves out what is unknown."""

import math
import random

import polars as pl
import pytest

from kamcore.errors import UsageError

pytest.importorskip("sklearn")

from kamcore.tiering.scorecard import BASE, DOUBLE, ODDS, train_scorecard


def outcomes(count=400, seed=3):
    """Late days make bad customers, margin good ones, noise nothing."""
    chance = random.Random(seed)
    rows = []
    for at in range(count):
        late, margin, noise = chance.randrange(60), chance.randrange(20), chance.randrange(100)
        odds = 0.1 * (late - 30) - 0.15 * (margin - 10)
        bad = chance.random() < 1 / (1 + math.exp(-odds))
        rows.append((f"c{at:04d}", late, margin, noise, bad))
    names = ("customer", "late_days", "margin", "noise", "bad")
    return pl.DataFrame(rows, schema=names, orient="row")


MEASURES = ("late_days", "margin", "noise")


def test_it_finds_what_made_the_outcomes_in_any_order():
    rows = outcomes()
    card = train_scorecard(rows, MEASURES)
    late, margin, noise = card.weights
    assert late > 1
    assert margin < 0
    assert abs(noise) < 0.4
    assert card.auc > 0.8
    assert train_scorecard(rows.reverse(), MEASURES) == card


def test_points_are_odds_on_the_usual_scale():
    rows = outcomes()
    found = train_scorecard(rows, MEASURES).apply(rows.head(20))
    for row in found.iter_rows(named=True):
        odds = (1 - row["default"]) / row["default"]
        assert row["points"] == round(BASE + DOUBLE * math.log2(odds / ODDS))
    assert found["points"].n_unique() > 10


def test_unknown_measures_are_left_out_and_shown():
    rows = outcomes()
    gaps = rows.with_columns(margin=pl.when(pl.int_range(pl.len()) >= 30).then("margin"))
    card = train_scorecard(gaps, MEASURES)
    assert (card.left_out, card.good + card.bad) == (30, 370)
    found = card.apply(gaps.head(31))
    assert found["points"].null_count() == 30


def test_too_few_outcomes_teach_nothing():
    with pytest.raises(UsageError, match="R1401"):
        train_scorecard(outcomes(12), MEASURES)
