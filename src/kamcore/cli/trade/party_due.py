"""``kamcore party due``: reviews due, documents lacking, values nobody verified."""

import datetime as dt
from pathlib import Path

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import as_json, as_of_option, files_argument
from kamcore.model.archive import REVIEW_MONTHS
from kamcore.model.party_profile import archive_fields
from kamcore.pipeline.archive_file import read_archive


@grammar.command(
    "due",
    zh="到某日应整理的档案, 缺少的资料, 客户自填而未核实的内容。",
    en="What is due by a day: records to review, documents lacking, values the party says of "
    "itself and nobody verified.",
)
@files_argument
@as_of_option
@option(
    "--months",
    type=int,
    default=REVIEW_MONTHS,
    show_default=True,
    zh="整理周期 (月)",
    en="Months between two reviews.",
)
def command(screen: Screen, files: tuple[Path, ...], as_of: dt.datetime, months: int) -> int:
    """Print what is due in an archive."""
    on = as_of.date()
    archive = read_archive(files).archive
    reviews = archive.reviews_due(on, months)
    lacking = {party.code: party.lacking(on) for party in archive.parties}
    lacking = {code: found for code, found in lacking.items() if found}
    unverified = {party.code: sorted(party.unverified(on)) for party in archive.parties}
    unverified = {code: fields for code, fields in unverified.items() if fields}
    if screen.is_json:
        screen.emit(
            {
                "as_of": on.isoformat(),
                "policy": {"review_months": months},
                "reviews": [
                    {
                        "party": one.party,
                        "due": as_json(one.due),
                        "last": as_json(one.last),
                        "keeper": one.keeper,
                    }
                    for one in reviews
                ],
                "lacking": [
                    {"party": code, "kind": one.kind.value, "text": one.text(screen.lang)}
                    for code, found in sorted(lacking.items())
                    for one in found
                ],
                "unverified": [
                    {"party": code, "fields": fields}
                    for code, fields in sorted(unverified.items())
                ],
            }
        )
        return int(bool(reviews or lacking or unverified))
    for one in reviews:
        since = one.last or screen.say("从未", "never")
        screen.line(
            f"  {one.party} 应整理 (上次 {since}) {one.keeper}",
            f"  {one.party} to review (last {since}) {one.keeper}",
        )
    for code, found in sorted(lacking.items()):
        said = ", ".join(item.text(screen.lang) for item in found)
        screen.line(f"  {code} {said}", f"  {code} {said}")
    known = archive_fields()
    for code, fields in sorted(unverified.items()):
        named = ", ".join(screen.say(known[name].zh, known[name].en) for name in fields)
        screen.line(f"  {code} 未核实: {named}", f"  {code} not verified: {named}")
    return int(bool(reviews or lacking or unverified))
