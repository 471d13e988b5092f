"""``kamcore contract expiring``: what is coming up with contracts."""

import datetime as dt
from pathlib import Path

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import as_json, as_of_option, files_argument
from kamcore.model.reminder import reminders
from kamcore.pipeline.contract_file import read_contracts


@grammar.command(
    "expiring",
    zh="某日起若干天内到期、应检查的合同, 以及已到期未续和缺少资料的合同。",
    en="Contracts that end or are due for review within some days, those ended and not renewed, "
    "and those that lack documents.",
)
@files_argument
@as_of_option
@option(
    "--within", type=int, default=60, show_default=True, zh="多少天之内", en="Within so many days."
)
@option(
    "--review-months",
    type=int,
    default=3,
    show_default=True,
    zh="检查周期 (月)",
    en="Months between two reviews.",
)
def command(
    screen: Screen,
    files: tuple[Path, ...],
    as_of: dt.datetime,
    within: int,
    review_months: int,
) -> int:
    """Print what is coming up with contracts."""
    on = as_of.date()
    found = reminders(read_contracts(files).contracts, on, within, review_months)
    if screen.is_json:
        screen.emit(
            {
                "as_of": on.isoformat(),
                "policy": {"within": within, "review_months": review_months},
                "reminders": [
                    {
                        "contract": one.contract,
                        "party": one.party,
                        "kind": one.kind.value,
                        "due": as_json(one.due),
                        "note": one.lacking.text(screen.lang) if one.lacking else "",
                    }
                    for one in found
                ],
            }
        )
    else:
        rows = [
            (
                one.contract,
                one.party,
                one.kind.text(screen.lang),
                str(one.due or ""),
                one.lacking.text(screen.lang) if one.lacking else "",
            )
            for one in found
        ]
        if rows:
            screen.table(rows)
        screen.line(f"  {len(rows)} 项", f"  {len(rows)} to look at")
    return int(bool(found))
