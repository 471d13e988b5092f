"""Which tier and why; ABC, 80/20, RFM, credit, composition: facts in, evidence out.

Every function takes frames and values, reads no file and no clock, and answers for a date.
"""

from kamcore.tiering.abc_classes import (
    Pareto,
    abc,
    pareto,
)
from kamcore.tiering.assessing import (
    Assessment,
    assess,
    assessments,
)
from kamcore.tiering.buying import (
    Repeat,
    Rhythm,
    RhythmPolicy,
    cohorts,
    growing,
    repeat_and_retention,
    rfm,
    rhythm,
)
from kamcore.tiering.classes import (
    ClassRules,
    classes,
)
from kamcore.tiering.composition import (
    composition,
)
from kamcore.tiering.deciding import (
    CreditDecision,
    decide,
    decide_all,
)
from kamcore.tiering.entitlements import (
    price_grades,
    reconciliation_cycles,
)
from kamcore.tiering.exposure import (
    exposure,
    in_groups,
    ledger_parts,
    order_parts,
    payment_record,
)
from kamcore.tiering.facts import (
    archive_facts,
    contract_facts,
    facts_of,
    join_facts,
    ledger_facts,
    sales_facts,
    stated_facts,
    with_terms,
)
from kamcore.tiering.scoring import (
    CreditScore,
    LimitSuggestion,
    Prospect,
    forecast,
    ratios,
    review_due,
    score,
    suggest_limit,
)
from kamcore.tiering.simulation import (
    PolicyComparison,
    compare_policies,
    simulate,
)
from kamcore.tiering.tiers import (
    Tiering,
    plans,
    previous_of,
    tiers,
)

__all__ = [
    "Assessment",
    "ClassRules",
    "CreditDecision",
    "CreditScore",
    "LimitSuggestion",
    "Pareto",
    "PolicyComparison",
    "Prospect",
    "Repeat",
    "Rhythm",
    "RhythmPolicy",
    "Tiering",
    "abc",
    "archive_facts",
    "assess",
    "assessments",
    "classes",
    "cohorts",
    "compare_policies",
    "composition",
    "contract_facts",
    "decide",
    "decide_all",
    "exposure",
    "facts_of",
    "forecast",
    "growing",
    "in_groups",
    "join_facts",
    "ledger_facts",
    "ledger_parts",
    "order_parts",
    "pareto",
    "payment_record",
    "plans",
    "previous_of",
    "price_grades",
    "ratios",
    "reconciliation_cycles",
    "repeat_and_retention",
    "review_due",
    "rfm",
    "rhythm",
    "sales_facts",
    "score",
    "simulate",
    "stated_facts",
    "suggest_limit",
    "tiers",
    "with_terms",
]
