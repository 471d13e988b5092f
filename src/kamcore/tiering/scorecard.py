"""A credit scorecard trained on what became of customers: an optional extra.

``pip install kamcore[scorecard]`` brings scikit-learn, whose logistic regression does the work:
well kept, exact about its penalties, and no reason to write another.  It learns from labelled
outcomes (`kamcore.model.credit.Outcome`) and measures of the day they are about.  Measures become
floats here, for odds are no money; nothing of it flows back into amounts.

Points follow the usual scale of scorecards: `BASE` points at odds of `ODDS` good to one bad, and
`DOUBLE` points more for twice the odds.
"""

import math
from collections.abc import Sequence
from typing import Any

import attrs
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kamcore.errors import Fault, UsageError
from kamcore.place import Place
from kamcore.tiering.facts import facts_of

__all__ = ["BASE", "DOUBLE", "ODDS", "Scorecard", "train_scorecard"]

TOO_FEW = Fault(
    code="R1401",
    zh="可用的信用结果太少: 违约 {bad} 个, 正常 {good} 个, 各至少 {least} 个",
    en="too few outcomes to learn from: {bad} bad and {good} good, at least {least} of each",
    hint_zh="指标不全的客户不参与训练, 本次略去 {left_out} 个",
    hint_en="customers with an unknown measure are left out: {left_out} of them",
)

BASE, ODDS, DOUBLE = 600.0, 30.0, 20.0
LEAST = 10
"""How many outcomes of each kind there must be."""

_FOLDS = 5


@attrs.frozen(kw_only=True)
class Scorecard:
    """A trained scorecard: for each measure its mean, its spread, and its weight on the odds.

    `intercept` and weights are of the log odds that a customer is bad; `auc` is the mean area
    under the curve over five folds that were not learned from (0.5 is chance); `left_out` counts
    outcomes with an unknown measure.
    """

    measures: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    auc: float
    good: int
    bad: int
    left_out: int

    def apply(self, facts: Any) -> pl.DataFrame:
        """Points and chance of default of every customer, null where a measure is unknown.

        Columns: ``customer``, ``default`` (from 0 to 1), ``points`` (whole), and for each measure
        ``part_<measure>``, the points it adds to those of an average customer.

        Raises:
            BooksError: `facts` is no frame of facts.
        """
        rows = facts_of(facts)
        lacking = [name for name in self.measures if name not in rows.columns]
        rows = rows.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in lacking)
        factor = DOUBLE / math.log(2)
        parts = {
            f"part_{name}": -factor * weight * (pl.col(name).cast(pl.Float64) - mean) / spread
            for name, mean, spread, weight in zip(
                self.measures, self.means, self.spreads, self.weights, strict=True
            )
        }
        start = BASE - factor * math.log(ODDS) - factor * self.intercept
        exact = pl.sum_horizontal(*parts, ignore_nulls=False) + start
        odds = ((exact - BASE) / factor + math.log(ODDS)).exp()
        return rows.with_columns(**parts).select(
            "customer",
            (1 / (1 + odds)).alias("default"),
            exact.round().cast(pl.Int64).alias("points"),
            *(pl.col(name).round(1) for name in parts),
        )


def train_scorecard(outcomes: Any, measures: Sequence[str], *, least: int = LEAST) -> Scorecard:
    """Learn a scorecard from customers whose outcome is known.

    `outcomes` is a frame of facts with a column ``bad`` (true, or 1, where the customer
    defaulted).  Customers with an unknown measure are left out and counted.  The same outcomes
    give the same scorecard, in whatever order they come.

    Raises:
        BooksError: `outcomes` is no frame of facts.
        UsageError: there are fewer than `least` outcomes of a kind.
    """
    rows = facts_of(outcomes)
    known = rows.select("customer", "bad", *measures).drop_nulls()
    labels = known["bad"].cast(pl.Int64).to_numpy()
    bad = int(labels.sum())
    good = len(labels) - bad
    left_out = rows.height - known.height
    if min(bad, good) < max(least, _FOLDS):
        facts = {"bad": bad, "good": good, "least": max(least, _FOLDS), "left_out": left_out}
        raise UsageError(TOO_FEW.at(Place(), **facts))
    figures = known.select(pl.col(name).cast(pl.Float64) for name in measures).to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    folds = StratifiedKFold(_FOLDS)
    auc = cross_val_score(model, figures, labels, cv=folds, scoring="roc_auc").mean()
    model.fit(figures, labels)
    scaler, regression = model[0], model[1]
    return Scorecard(
        measures=tuple(measures),
        means=tuple(map(float, scaler.mean_)),
        spreads=tuple(map(float, scaler.scale_)),
        weights=tuple(map(float, regression.coef_[0])),
        intercept=float(regression.intercept_[0]),
        auc=float(auc),
        good=good,
        bad=bad,
        left_out=left_out,
    )
