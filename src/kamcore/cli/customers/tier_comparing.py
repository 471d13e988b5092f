"""``kamcore tier --against``: another policy run over past months beside the one in force."""

from pathlib import Path
from typing import Any

import attrs

from kamcore.cli.customers.customers import SHOWN_ROWS, rows_of
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.trading import opened_forms
from kamcore.errors import Fault, SourceError
from kamcore.model.archive import months_after
from kamcore.model.tier import TierPolicy
from kamcore.pipeline.customer_facts import Customers
from kamcore.place import Place
from kamcore.tiering import PolicyComparison, compare_policies

NO_POLICY = Fault(
    code="U2201",
    zh="{value} 里没有客户分级办法",
    en="there is no tier policy in {value}",
    hint_zh="模板: kamcore forms make tier_policy -o 分级办法.toml",
    hint_en="for a template: kamcore forms make tier_policy -o policy.toml",
)


def compare_with(customers: Customers, path: Path, months: int) -> PolicyComparison:
    """Run the policy of the forms and another over the last months, a day each.

    Raises:
        UsageError: there is no such file.
        SourceError: the form is wrong, or holds no policy.
    """
    other = opened_forms([path]).one(TierPolicy)
    if other is None:
        raise SourceError(NO_POLICY.at(Place(file=str(path)), path.name))
    days = [months_after(customers.as_of, -back) for back in reversed(range(months))]
    past = [(day, attrs.evolve(customers, as_of=day).facts) for day in days]
    return compare_policies(past, customers.tier_policy, other, customers.history)


def comparison_json(found: PolicyComparison | None) -> dict[str, Any]:
    """The key ``simulation`` of ``--json``, where two policies were compared."""
    if found is None:
        return {}
    return {
        "simulation": {
            "moves": rows_of(found.moves),
            "differing": rows_of(found.differing),
            "matrix": rows_of(found.matrix),
        }
    }


def show_comparison(screen: Screen, found: PolicyComparison) -> None:
    """Print who would stand elsewhere under the other policy."""
    count = found.differing.height
    screen.line(
        f"  另一办法下等级不同的客户 {count} 个", f"  customers with another tier there: {count}"
    )
    rows = found.differing.head(SHOWN_ROWS).iter_rows()
    if count:
        screen.table(
            [(who, f"{ours or '-'} -> {other or '-'}") for who, ours, other in rows], "    "
        )
