"""``kamcore party import``: an archive from customer and supplier lists of other systems."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.cli.trade.archives import (
    as_json,
    as_of_option,
    files_argument,
    problems_json,
    show_problems,
)
from kamcore.errors import Problem
from kamcore.forms.party import PartyForm
from kamcore.forms.party_record import whole_record
from kamcore.model.archive_growth import Growth, grown
from kamcore.model.party import Party, PartyRole
from kamcore.pipeline.archive_file import read_archive
from kamcore.pipeline.form_writing import write_forms
from kamcore.pipeline.party_import import read_party_list


@grammar.command(
    "import",
    zh="由金蝶、用友等系统的客户、供应商清单 (任何可读格式) 建立或补充档案。"
    "不给 -o 时只说明会怎样。",
    en="Make or extend an archive from customer and supplier lists of Kingdee, Yonyou and others, "
    "in any readable format. Without -o it only tells what would happen.",
)
@files_argument
@as_of_option
@option(
    "--books",
    required=True,
    metavar="NAME",
    zh="这些代码属于哪个账套, 如「总公司 K/3」",
    en="Name of the set of books whose codes these are.",
)
@option(
    "--role",
    type=click.Choice(["customer", "supplier"]),
    zh="清单是客户还是供应商; 缺省看列名",
    en="What the list is of; its headings say it when left out.",
)
@option(
    "--into",
    type=PATH,
    multiple=True,
    metavar="ARCHIVE",
    zh="已有的档案, 可多个文件",
    en="The archive there is; may be several files.",
)
@option("-o", "--output", type=PATH, metavar="FILE", zh="写到哪里", en="Where to write.")
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, files: tuple[Path, ...], **asked: Any) -> int:
    """Bring lists of parties into an archive."""
    on: dt.date = asked["as_of"].date()
    role = PartyRole(asked["role"]) if asked["role"] else None
    problems: list[Problem] = []
    known: tuple[Party, ...] = ()
    if asked["into"]:
        read = read_archive(asked["into"])
        known = read.archive.parties
        problems += read.problems
    incoming: list[Party] = []
    for path in files:
        found = read_party_list(path, books=asked["books"], on=on, role=role)
        incoming += found.parties
        problems += found.problems
    growth = grown(known, incoming, on)
    output = asked["output"]
    if output is not None:
        records = [whole_record(party) for party in growth.parties]
        write_forms({PartyForm: records}, output, lang=screen.lang, force=asked["force"])
    if screen.is_json:
        written = {"output": str(output)} if output else {}
        screen.emit({**_said(growth, on), **problems_json(screen, problems), **written})
    else:
        _show(screen, growth, output)
        show_problems(screen, problems)
    return int(needs_a_look(problems))


def _said(growth: Growth, on: dt.date) -> dict[str, Any]:
    return {
        "as_of": on.isoformat(),
        "parties": len(growth.parties),
        "added": list(growth.added),
        "linked": [{"party": code, "code": outside} for code, outside in growth.linked],
        "changes": [
            {
                "party": code,
                "field": change.field,
                "before": as_json(change.before),
                "after": as_json(change.after),
            }
            for code, change in growth.changes
        ],
    }


def _show(screen: Screen, growth: Growth, output: Path | None) -> None:
    new, tied, other = len(growth.added), len(growth.linked), len(growth.changes)
    screen.line(
        f"  新增 {new:,} 个单位, 对上已有的 {tied:,} 个, 内容不同 {other:,} 处",
        f"  {new:,} new parties, {tied:,} tied to known ones, {other:,} values that differ",
    )
    if output is None:
        screen.line(
            "  没有写文件; 用 -o 写出档案", "  nothing was written; give -o to write the archive"
        )
    else:
        count = len(growth.parties)
        screen.line(f"  已写 {output}: {count:,} 个", f"  wrote {output}: {count:,} parties")
