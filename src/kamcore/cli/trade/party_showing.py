"""``kamcore party show``: a party as known on a day."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import (
    as_json,
    as_of_option,
    cleared_option,
    files_argument,
    mask_option,
    party_called,
    reader_of,
    shown,
)
from kamcore.forms.party import PartyForm
from kamcore.forms.party_record import record_for
from kamcore.model.archive import Archive
from kamcore.model.confidential import Secrecy
from kamcore.model.party import Change, Party, Stated
from kamcore.model.party_profile import archive_fields
from kamcore.pipeline.archive_file import read_archive


@grammar.command(
    "show",
    zh="查看一个往来单位在某日的档案; --explain 列出每项的来源、核实情况和变更。",
    en="Show a party as known on a day; --explain says where each value comes from and what "
    "changed.",
)
@files_argument
@option(
    "--party",
    "name",
    required=True,
    metavar="CODE",
    zh="编码, 外部代码或名称",
    en="Its code, an outside code, or its name.",
)
@as_of_option
@option("--explain", is_flag=True, zh="列出来源和变更", en="Say sources and changes.")
@cleared_option
@mask_option
def command(screen: Screen, files: tuple[Path, ...], **asked: Any) -> int:
    """Print a party."""
    on = asked["as_of"].date()
    read = read_archive(files)
    party = party_called(read.archive, asked["name"], on)
    reader = reader_of(asked, read)
    seen = _Seen(
        party=party,
        on=on,
        record=record_for(party, reader, on),
        open=frozenset(record_for(party, attrs.evolve(reader, mask=False), on)),
        archive=read.archive,
        secrecy=read.secrecy,
    )
    if screen.is_json:
        _emit(screen, seen)
    else:
        _show(screen, seen, explain=asked["explain"])
    return 0


@attrs.frozen(kw_only=True)
class _Seen:
    """What a reader sees of a party on a day."""

    party: Party
    on: dt.date
    record: dict[str, Any]
    open: frozenset[str]
    """Fields that are not masked: only of these sources and changes are told."""
    archive: Archive
    secrecy: Mapping[str, Secrecy]
    """Classes of fields by the company."""

    def stated(self, name: str) -> Stated | None:
        return self.party.stated(name, self.on) if name in self.open else None

    def changes(self) -> Iterator[Change]:
        for change in self.party.changes():
            on = change.by.on
            if (
                on is None or on <= self.on
            ) and change.field in self.open & archive_fields().keys():
                yield change

    def text(self, name: str, lang: str) -> str:
        """A value, a class by its name."""
        value = self.record[name]
        scheme = archive_fields()[name].scheme
        known = self.archive.classes.find(scheme, value) if scheme else None
        return known.text(lang) if known else shown(value, lang)


def _emit(screen: Screen, seen: _Seen) -> None:
    known = archive_fields()
    values = {}
    for name in known.keys() & seen.record.keys():
        stated = seen.stated(name)
        values[name] = {
            "value": as_json(seen.record[name]),
            "text": seen.text(name, screen.lang),
            "source": stated.by.source.value if stated else None,
            "verified": bool(stated and stated.by.verified),
            "since": as_json(stated.by.on) if stated else None,
            "person": stated.by.person if stated else "",
            "reason": stated.by.reason if stated else "",
            "secrecy": seen.secrecy.get(name, known[name].secrecy).value,
        }
    below = {
        name: [{field: as_json(one) for field, one in row.items()} for row in rows]
        for name, rows in seen.record.items()
        if isinstance(rows, list)
    }
    changes = [
        {
            "field": change.field,
            "before": as_json(change.before),
            "after": as_json(change.after),
            "on": as_json(change.by.on),
            "reason": change.by.reason,
            "person": change.by.person,
        }
        for change in seen.changes()
    ]
    screen.emit(
        {
            "as_of": seen.on.isoformat(),
            "party": seen.party.code,
            "roles": sorted(role.value for role in seen.party.roles),
            "group": seen.archive.groups(seen.on)[seen.party.code],
            "values": dict(sorted(values.items())),
            **below,
            "changes": changes,
            "unverified": sorted(seen.party.unverified(seen.on).keys() & seen.open),
        }
    )


def _show(screen: Screen, seen: _Seen, *, explain: bool) -> None:
    code, name, on = seen.party.code, seen.record.get("name") or "", seen.on
    screen.line(f"{code} {name}  截至 {on}", f"{code} {name}  as of {on}", bold=True)
    part, rows = "", []
    for field, known in archive_fields().items():
        if field not in seen.record:
            continue
        group = known.group if known.group != part and screen.lang == "zh" else ""
        part = known.group
        row = [group, screen.say(known.zh, known.en), seen.text(field, screen.lang)]
        if explain and (stated := seen.stated(field)):
            by = stated.by
            checked = screen.say("已核实", "verified") if by.verified else ""
            row += [by.source.text(screen.lang), checked, str(by.on or ""), by.person, by.reason]
        rows.append(row)
    long = max(map(len, rows), default=0)
    if rows:
        screen.table([row + [""] * (long - len(row)) for row in rows])
    _below(screen, seen)
    if explain:
        _changes(screen, seen)


def _below(screen: Screen, seen: _Seen) -> None:
    titles = {one.field: screen.say(one.zh, one.en) for one in PartyForm.columns() if one.rows}
    for field, listed in seen.record.items():
        for one in listed if isinstance(listed, list) else ():
            said = "  ".join(shown(value, screen.lang) for value in one.values())
            screen.line(f"  {titles[field]}: {said}", f"  {titles[field]}: {said}")


def _changes(screen: Screen, seen: _Seen) -> None:
    known = archive_fields()
    for change in seen.changes():
        field = screen.say(known[change.field].zh, known[change.field].en)
        before, after = shown(change.before, screen.lang), shown(change.after, screen.lang)
        said = f"{change.by.on} {field}: {before} → {after}  {change.by.reason}".rstrip()
        screen.line(f"  变更 {said}", f"  change {said}")
