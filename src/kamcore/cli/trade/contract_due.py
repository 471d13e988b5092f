"""``kamcore contract due``: when a debt is due by the terms in force on the day it begins."""

import datetime as dt
from pathlib import Path

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import files_argument
from kamcore.cli.trade.contract_choosing import contract_called, contract_option, not_in_force
from kamcore.model.working_day import announced
from kamcore.pipeline.contract_file import read_contracts


@grammar.command(
    "due",
    zh="按起算日当天有效的账期计算到期日, 并说明怎样得出; 放假安排只到已公布的年份。",
    en="When a debt is due by the credit term in force on the day it begins, and why; days off "
    "are known for the years that were announced.",
)
@files_argument
@contract_option
@option(
    "--date",
    "days",
    type=click.DateTime(["%Y-%m-%d"]),
    multiple=True,
    required=True,
    metavar="DATE",
    zh="起算日 (开票日等), 可多次给出",
    en="The day a debt begins, such as the invoice's; may be repeated.",
)
def command(
    screen: Screen, files: tuple[Path, ...], number: str, days: tuple[dt.datetime, ...]
) -> int:
    """Print due dates."""
    contract = contract_called(read_contracts(files), number)
    rows, assured = [], True
    for moment in days:
        day = moment.date()
        terms = contract.version_on(day)
        found = None if terms is None else terms.due(day)
        if terms is None or found is None:
            raise not_in_force(contract, day)
        assured &= found.assured
        rows.append(
            {
                "date": day.isoformat(),
                "due": found.date.isoformat(),
                "unmoved": found.unmoved.isoformat(),
                "version": terms.version,
                "assured": found.assured,
                "text": found.because(screen.lang),
            }
        )
    if screen.is_json:
        years = sorted({day.year for day in days} | {day.year + 1 for day in days})
        known = [year for year in years if announced(year)]
        policy = {"days_off_announced": known}
        screen.emit({"contract": contract.number, "policy": policy, "rows": rows})
    else:
        for row in rows:
            screen.line(
                f"  {row['due']}  第 {row['version']} 版: {row['text']}",
                f"  {row['due']}  version {row['version']}: {row['text']}",
            )
    return int(not assured)
