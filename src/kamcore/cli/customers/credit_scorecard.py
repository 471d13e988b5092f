"""``kamcore credit --scorecard``: points learned from what became of customers."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from kamcore.cli.customers.customers import SHOWN_ROWS, sheet
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, UsageError
from kamcore.model.credit import Outcome
from kamcore.pipeline.customer_facts import Customers
from kamcore.place import Place
from kamcore.reports.sheets import Kind, Sheet
from kamcore.tiering.facts import MEASURE
from kamcore.tiering.telling import figure_name

if TYPE_CHECKING:
    from kamcore.tiering.scorecard import Scorecard

NO_EXTRA = Fault(
    code="U2202",
    zh="训练评分卡要用 scikit-learn, 这里没有安装",
    en="learning a scorecard takes scikit-learn, which is not installed here",
    hint_zh="安装: pip install 'kamcore[scorecard]'",
    hint_en="install it with pip install 'kamcore[scorecard]'",
)

_EXACT = pl.Decimal(28, 4)


@attrs.frozen(kw_only=True, eq=False)
class Learned:
    """A scorecard and the points of every customer on the day, the fewest first."""

    card: "Scorecard"
    frame: pl.DataFrame = attrs.field(repr=False)
    outcomes: int


def learned(customers: Customers, measures: Sequence[str]) -> Learned:
    """Learn from the outcomes of the forms, each on the facts of its own day.

    Raises:
        UsageError: scikit-learn is not installed, or there are too few outcomes.
    """
    if find_spec("sklearn") is None:
        raise UsageError(NO_EXTRA.at(Place()))
    from kamcore.tiering.scorecard import train_scorecard

    known = [one for one in customers.forms.of(Outcome) if one.on <= customers.as_of]
    card = train_scorecard(_labelled(customers, known, measures), measures)
    found = card.apply(_measured(customers.facts, measures))
    frame = found.sort("points", "customer", nulls_last=True)
    return Learned(card=card, frame=frame, outcomes=len(known))


def _labelled(
    customers: Customers, outcomes: Sequence[Outcome], measures: Sequence[str]
) -> pl.DataFrame:
    """The facts of every outcome on its day, with what became of the customer."""
    empty: dict[str, Any] = {"customer": pl.String(), "bad": pl.Boolean()}
    parts = [pl.DataFrame(schema={**empty, **dict.fromkeys(measures, MEASURE)})]
    for day in sorted({one.on for one in outcomes}):
        rows = [(one.customer, one.bad) for one in outcomes if one.on == day]
        known = pl.DataFrame(rows, schema=empty, orient="row")
        facts = _measured(attrs.evolve(customers, as_of=day).facts, measures)
        parts.append(known.join(facts, on="customer", how="left", maintain_order="left"))
    every = pl.concat(parts)
    # One customer may have an outcome in several years: each counts by itself.
    return every.with_columns(customer=pl.format("{}/{}", "customer", pl.int_range(pl.len())))


def _measured(facts: pl.DataFrame, measures: Sequence[str]) -> pl.DataFrame:
    return facts.select(
        "customer",
        *(
            pl.col(name).cast(MEASURE) if name in facts.columns else pl.lit(None, dtype=MEASURE)
            .alias(name)
            for name in measures
        ),
    )  # fmt: skip


def learned_json(screen: Screen, found: Learned, wanted: str | None) -> dict[str, Any]:
    """The keys ``scorecard`` and ``rows`` of ``--json``; odds are texts, too."""
    card = found.card
    spreads = zip(card.measures, card.means, card.spreads, card.weights, strict=True)
    rows = found.frame if wanted is None else found.frame.filter(customer=wanted)
    return {
        "scorecard": {
            "measures": [
                {
                    "measure": name,
                    "name": figure_name(name, screen.lang),
                    "mean": f"{mean:.6f}",
                    "spread": f"{spread:.6f}",
                    "weight": f"{weight:.6f}",
                }
                for name, mean, spread, weight in spreads
            ],
            "intercept": f"{card.intercept:.6f}",
            "auc": f"{card.auc:.4f}",
            "good": card.good,
            "bad": card.bad,
            "left_out": card.left_out,
        },
        "rows": [
            {
                "customer": row["customer"],
                "points": row["points"],
                "default": None if row["default"] is None else f"{row['default']:.4f}",
                "parts": {
                    name: None if row[f"part_{name}"] is None else f"{row[f'part_{name}']:.1f}"
                    for name in card.measures
                },
            }
            for row in rows.iter_rows(named=True)
        ],
    }


def show_learned(
    screen: Screen, found: Learned, names: dict[str, str], wanted: str | None
) -> None:
    """Print what was learned, then the customers, the likeliest to default first."""
    card = found.card
    screen.line(
        f"信用评分卡: 由 {card.good} 个正常, {card.bad} 个违约学得, 略去 {card.left_out} 个; "
        f"五折检验 AUC {card.auc:.2f} (0.5 为随机)",
        f"scorecard: learned from {card.good} good and {card.bad} bad, {card.left_out} left out; "
        f"AUC over five folds {card.auc:.2f} (0.5 is chance)",
        bold=True,
    )
    for name, weight in zip(card.measures, card.weights, strict=True):
        more = screen.say("越高越易违约", "more of it, more risk")
        less = screen.say("越高越安全", "more of it, less risk")
        said = (
            f"  {figure_name(name, screen.lang)}: {more if weight > 0 else less} ({weight:+.2f})"
        )
        screen.line(said, said)
    heads = (("客户", "customer"), ("名称", "name"), ("分数", "points"), ("违约概率", "default"))
    rows = [tuple(screen.say(*words) for words in heads)]
    frame = found.frame if wanted is None else found.frame.filter(customer=wanted)
    for row in frame.head(SHOWN_ROWS).iter_rows(named=True):
        points = "?" if row["points"] is None else str(row["points"])
        chance = "?" if row["default"] is None else f"{100 * row['default']:.1f}%"
        rows.append((row["customer"], names.get(row["customer"], ""), points, chance))
    screen.table(rows)


def learned_sheet(screen: Screen, found: Learned, names: dict[str, str]) -> Sheet:
    """The points of every customer and what each measure adds."""
    say = screen.say
    frame = found.frame.with_columns(
        pl.col("customer").replace_strict(names, default="", return_dtype=pl.String).alias("name"),
        pl.col("default").cast(_EXACT),
        *(pl.col(f"part_{name}").cast(_EXACT) for name in found.card.measures),
    )
    headings: dict[str, tuple[str, Kind]] = {
        "customer": (say("客户", "customer"), "text"),
        "name": (say("名称", "name"), "text"),
        "points": (say("分数", "points"), "auto"),
        "default": (say("违约概率", "default"), "percent"),
    }
    headings |= {
        f"part_{name}": (figure_name(name, screen.lang), "number") for name in found.card.measures
    }
    card = found.card
    line = say(
        f"正常 {card.good}, 违约 {card.bad}, 略去 {card.left_out}; AUC {card.auc:.4f}",
        f"good {card.good}, bad {card.bad}, left out {card.left_out}; AUC {card.auc:.4f}",
    )
    return sheet(say("信用评分卡", "credit scorecard"), frame, headings, lines=[line])
