"""What `reconcile` and `statement` share: the log of letters, and who is due again."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs

from kamcore.cli.shell.asking import Asked
from kamcore.cli.shell.faults import BAD_VALUE, MISSING
from kamcore.cli.shell.figures import Table, put, show_table
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs
from kamcore.cli.shell.screen import Screen
from kamcore.errors import UsageError
from kamcore.matching.parties.party_statement import Statement
from kamcore.matching.two_sided.dispute import STATES as DISPUTED
from kamcore.matching.two_sided.dispute import (
    DisputeEvent,
    dispute_states,
    disputes,
    logged,
    said_of,
)
from kamcore.matching.two_sided.party_view import PartyView
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
from kamcore.pipeline.atomic import NO_FOLDER
from kamcore.pipeline.form_file import read_forms
from kamcore.pipeline.letter_log import append_log, read_log
from kamcore.place import Place
from kamcore.reports.letter_lists import dispute_sheet, due_sheet
from kamcore.reports.sheets import Sheet
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


@attrs.frozen
class Said:
    """Who says something of a letter or a dispute, on which day, and a note."""

    person: str
    on: dt.date
    note: str = ""


def ready_log(path: Path | None) -> None:
    """Refuse a log that cannot be kept, before any work is done.

    Raises:
        UsageError: its folder is not there, or it is a folder itself.
    """
    if path is None:
        return
    place = Place(file=str(path))
    if not path.parent.is_dir():
        raise UsageError(NO_FOLDER.at(place, path.parent))
    if path.is_dir():
        facts = {"parameter": "--log", "wants": " (.jsonl)", "command": "kamcore statement"}
        raise UsageError(BAD_VALUE.at(place, path.name, **facts))


def required(person: str | None, command: str) -> str:
    """Who did it.

    Raises:
        UsageError: nobody is named.
    """
    if not person:
        raise UsageError(MISSING.at(Place(), "--person", command=command))
    return person


def record(screen: Screen, every: Sequence[PartyView], path: Path, person: str | None) -> None:
    """Add to the log which parties agree and which differ, and open their disputes.

    Raises:
        UsageError: nobody is named, or a letter is in a state that this cannot follow.
        SourceError: the log cannot be read.
    """
    who, known = required(person, "kamcore reconcile"), read_log(path)
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
    person, day = required(who[0], "kamcore statement"), who[1]
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


def show_due(screen: Screen, rows: Sequence[Due], names: dict[str, str], asked: Asked) -> int:
    """Print the list of what is due; the exit code is 1 when a party is late."""
    late = sum(row.late > 0 for row in rows)
    on = max((row.on for row in rows), default=dt.date.min)
    said = {"due": [{**row.to_json(), "name": names[row.party]} for row in rows], "late": late}
    put(screen, asked, said, lambda: [due_sheet(rows, names, screen.lang, on)])
    title = (f"应对账 {len(rows)} 家, 逾期 {late} 家", f"{len(rows)} parties, {late} late")
    _answer(screen, asked, said, (title, due_sheet(rows, names, screen.lang, on)))
    return int(late > 0)


def show_disputes(
    screen: Screen, path: Path, names: dict[str, str], on: dt.date, asked: Asked
) -> int:
    """Print the disputes of a log about the parties named; 1 when one is open.

    Raises:
        SourceError: the log cannot be read.
        UsageError: the output stands there or cannot be written.
    """
    known = dispute_states(read_log(path).disputes)
    found = [one for one in known if not one.opened.party or one.opened.party in names]
    count = sum(one.is_open for one in found)
    said = {
        "as_of": on.isoformat(),
        "disputes": [
            {**one.to_json(), "open": one.is_open, "days": one.days(on)} for one in found
        ],
        "open": count,
    }
    sheet = dispute_sheet(found, names, screen.lang, on)
    put(screen, asked, said, lambda: [sheet])
    title = (f"争议 {len(found)} 项, 未了结 {count} 项", f"{len(found)} disputes, {count} open")
    _answer(screen, asked, said, (title, sheet))
    return int(count > 0)


def _answer(
    screen: Screen,
    asked: Asked,
    said: Mapping[str, Any],
    shown: tuple[tuple[str, str], Sheet],
) -> None:
    title, sheet = shown
    if screen.is_json:
        screen.emit({**said, **({"output": str(asked.output)} if asked.output else {})})
        return
    screen.line(*title, bold=True)
    if asked.output is not None:
        screen.line(f"  已写 {asked.output}", f"  wrote {asked.output}")
        return
    (listing,) = sheet.listings
    heads = {column.name: column.heading for column in listing.columns}
    show_table(screen, Table(frame=listing.values(), headings=heads))


def mark(
    screen: Screen, found: Iterable[Statement], path: Path, state: str, said: Said
) -> Sequence[Confirmation]:
    """Add to the log what became of letters: returned, agreed, differing or settled.

    Raises:
        UsageError: a letter is in a state that this cannot follow.
        SourceError: the log cannot be read.
    """
    known = read_log(path).letters
    letters = known
    for one in found:
        event = Confirmation(
            party=one.party,
            as_of=one.as_of,
            state=state,
            on=said.on,
            person=said.person,
            currency=one.currency,
            amount=one.closing,
            note=said.note,
        )
        letters = moved(letters, event)
    added = letters[len(known) :]
    append_log(path, added)
    for event in added:
        screen.note(
            f"  {event.party} 截至 {event.as_of} ({event.currency}): {STATES[event.state]}",
            f"  {event.party} as of {event.as_of} ({event.currency}): {event.state}",
        )
    return added


def dispute(screen: Screen, path: Path, text: str, said: Said) -> DisputeEvent:
    """Add to the log what was said of a dispute, given as ``key=state``.

    Raises:
        UsageError: there is no such dispute or state.
        SourceError: the log cannot be read.
    """
    ((key, state),) = pairs([text], "--dispute").items()
    if state not in DISPUTED:
        facts = {"parameter": "--dispute", "wants": f" ({', '.join(DISPUTED)})"}
        raise UsageError(BAD_VALUE.at(Place(), text, **facts, command="kamcore statement"))
    event = DisputeEvent(key=key, state=state, on=said.on, person=said.person, note=said.note)
    event = said_of(read_log(path).disputes, event)
    append_log(path, [event])
    screen.note(f"  争议 {event.key}: {DISPUTED[state]}", f"  dispute {event.key}: {state}")
    return event
