"""What `reconcile` and `statement` share: the log of letters, and who is due again."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kamcore.cli.faults import BAD_VALUE, MISSING
from kamcore.cli.grammar import option
from kamcore.cli.options import PATH, pairs
from kamcore.cli.screen import Screen, money, width
from kamcore.errors import UsageError
from kamcore.matching.dispute import disputes, logged
from kamcore.matching.party_statement import Statement
from kamcore.matching.party_view import PartyView
from kamcore.model.confirmation import (
    STATES,
    Confirmation,
    CycleRule,
    Due,
    due_list,
    moved,
    state_of,
)
from kamcore.model.tier import TierPolicy, TierRecord
from kamcore.pipeline.form_file import read_forms
from kamcore.pipeline.letter_log import append_log, read_log
from kamcore.place import Place
from kamcore.tiering.entitlements import reconciliation_cycles

log_option = option(
    "--log",
    type=PATH,
    metavar="LOG.jsonl",
    zh="对账记录: 追加发函、相符、不符和争议, 只增不改",
    en="Log of letters: what was sent, agreed, differs and is disputed is added to it.",
)
person_option = option("--person", metavar="NAME", zh="经办人", en="Who did it.")
cycle_option = option(
    "--cycle",
    "cycles",
    multiple=True,
    metavar="VOLUME=DAYS",
    zh="发生额达到多少时每几天对账一次, 可多次给出; 最长一个月",
    en="Days between reconciliations from a volume on, may be repeated; at most a month.",
)


tiers_option = option(
    "--tiers",
    type=PATH,
    multiple=True,
    metavar="FORM",
    zh="客户分级办法和客户等级记录的表单: 各等级几天对账一次, 可多次给出",
    en="Forms of the tier policy and of tier records: how often each tier is reconciled.",
)


def tiers_of(paths: Sequence[Path], on: dt.date) -> tuple[dict[str, str], tuple[CycleRule, ...]]:
    """The tiers customers hold on a day, and the cycles of the policy, out of forms.

    Raises:
        SourceError: a form cannot be read, or a record is wrong.
    """
    if not paths:
        return {}, ()
    forms = read_forms(paths).require()
    held = {
        one.customer: one.level
        for one in sorted(forms.of(TierRecord), key=lambda one: one.since)
        if one.level is not None and one.since <= on and (one.until is None or on <= one.until)
    }
    policies = forms.of(TierPolicy)
    return held, tuple(rule for one in policies for rule in reconciliation_cycles(one))


def _person(person: str | None, command: str) -> str:
    if not person:
        raise UsageError(MISSING.at(Place(), "--person", command=command))
    return person


def record(screen: Screen, every: Sequence[PartyView], path: Path, person: str | None) -> None:
    """Add to the log which parties agree and which differ, and open their disputes.

    Raises:
        UsageError: nobody is named, or a letter is in a state that this cannot follow.
        SourceError: the log cannot be read.
    """
    who, known = _person(person, "kamcore reconcile"), read_log(path)
    letters = known.letters
    for view in every:
        event = Confirmation(
            party=view.party,
            as_of=view.as_of,
            state="differing" if view.differences else "agreed",
            on=view.as_of,
            person=who,
            currency=view.currency,
            amount=view.difference,
        )
        # The same reconciliation once more is no news.
        if event not in letters:
            letters = moved(letters, event)
    found = [one for view in every for one in disputes(view)]
    day = every[0].as_of if every else dt.date.min
    opened = logged(known.disputes, found, day, who)[len(known.disputes) :]
    count = append_log(path, [*letters[len(known.letters) :], *opened])
    screen.note(f"  已记入 {path}: {count} 条", f"  added to {path}: {count}")


def sent(
    screen: Screen, found: Iterable[Statement], path: Path, who: tuple[str | None, dt.date]
) -> None:
    """Add to the log that letters were sent.

    Raises:
        UsageError: nobody is named.
        SourceError: the log cannot be read.
    """
    person, day = _person(who[0], "kamcore statement"), who[1]
    known = read_log(path).letters
    letters = known
    for one in found:
        event = Confirmation(
            party=one.party,
            as_of=one.as_of,
            state="sent",
            on=day,
            person=person,
            currency=one.currency,
            amount=one.closing,
        )
        # What is agreed or differs already is not undone by sending the letter once more.
        if state_of(letters, one.party, one.as_of, one.currency) in (None, "sent"):
            letters = moved(letters, event)
    count = append_log(path, letters[len(known) :])
    screen.note(f"  已记入 {path}: {count} 条", f"  added to {path}: {count}")


def rules_of(cycles: Iterable[str]) -> tuple[CycleRule, ...]:
    """The cycle table of ``volume=days`` pairs.

    Raises:
        UsageError: a pair is no volume and no number of days up to a month.
    """
    found = []
    for volume, days in pairs(cycles, "--cycle").items():
        try:
            found.append(CycleRule(volume=Decimal(volume), days=int(days)))
        except (InvalidOperation, ValueError) as error:
            facts = {"parameter": "--cycle", "wants": " (1-31)", "command": "kamcore statement"}
            raise UsageError(BAD_VALUE.at(Place(), f"{volume}={days}", **facts)) from error
    return tuple(found)


def due_of(
    found: Sequence[Statement],
    path: Path | None,
    on: dt.date,
    rules: Iterable[CycleRule],
    tiers: Mapping[str, str],
) -> tuple[Due, ...]:
    """When each party with a statement is due; its volume is what it was charged in the span."""
    volumes: dict[str, Decimal] = {}
    for one in found:
        side = one.debit if one.direction == "receivable" else one.credit
        volumes[one.party] = volumes.get(one.party, Decimal(0)) + side
    parties = {party: (tiers.get(party), volume) for party, volume in volumes.items()}
    letters = read_log(path).letters if path is not None else ()
    since = min((one.since for one in found), default=None)
    return due_list(parties, letters, rules, on, since)


def show_due(screen: Screen, rows: Sequence[Due], names: dict[str, str]) -> int:
    """Print the list of what is due; the exit code is 1 when a party is late."""
    late = sum(row.late > 0 for row in rows)
    if screen.is_json:
        screen.emit(
            {"due": [{**row.to_json(), "name": names[row.party]} for row in rows], "late": late}
        )
        return int(late > 0)
    screen.line(
        f"应对账 {len(rows)} 家, 逾期 {late} 家", f"{len(rows)} parties, {late} late", bold=True
    )
    heads = ("代码", "往来单位", "上次相符", "状态", "应对账日", "发生额", "周期(天)", "逾期(天)")
    english = ("code", "party", "last agreed", "state", "due", "volume", "cycle", "late")
    table = [list(heads if screen.lang == "zh" else english)]
    for row in rows:
        state = row.state or ""
        said = STATES.get(state, "") if screen.lang == "zh" else state
        last = row.last.isoformat() if row.last else ""
        figures = [money(row.volume), str(row.cycle), str(row.late or "")]
        table.append([row.party, names[row.party], last, said, row.due.isoformat(), *figures])
    for at in range(5, len(heads)):
        wide = max(width(row[at]) for row in table)
        for cells in table:
            cells[at] = " " * (wide - width(cells[at])) + cells[at]
    screen.table(table)
    return int(late > 0)
