"""``kamcore party export``: the archive, whole or for readers of a class."""

from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import cleared_option, files_argument, mask_option, reader_of
from kamcore.errors import UsageError
from kamcore.forms.party import PartyForm
from kamcore.forms.party_record import record_for, whole_record
from kamcore.model.confidential import Secrecy
from kamcore.pipeline.archive_file import read_archive
from kamcore.pipeline.form_writing import write_forms
from kamcore.place import Place


@grammar.command(
    "export",
    zh="导出档案为 xlsx, TOML 或 JSON: 不给日期时连同全部历史; 给出 --as-of 时为当日内容, "
    "并按 --cleared 略去或遮盖。",
    en="Export the archive as xlsx, TOML or JSON: with all its history, or with --as-of as known "
    "on that day; --cleared leaves out or masks what readers may not see.",
)
@files_argument
@option("-o", "--output", type=PATH, required=True, metavar="FILE", zh="写到哪里", en="Where to.")
@option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="截至哪一天",
    en="The day that counts.",
)
@cleared_option
@mask_option
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, files: tuple[Path, ...], **asked: Any) -> int:
    """Write the archive."""
    limited = Secrecy(asked["cleared"]) is not Secrecy.TOP_SECRET
    if asked["as_of"] is None and limited:
        # History would show what the present hides.
        command_path = click.get_current_context().command_path
        raise UsageError(MISSING.at(Place(), "--as-of", command=command_path))
    read = read_archive(files)
    parties, reader = read.archive.parties, reader_of(asked, read)
    if asked["as_of"] is None:
        records = [whole_record(party) for party in parties]
    else:
        on = asked["as_of"].date()
        records = [record_for(party, reader, on) for party in parties]
    output = asked["output"]
    write_forms({PartyForm: records}, output, lang=screen.lang, force=asked["force"])
    if screen.is_json:
        screen.emit({"output": str(output), "parties": len(records)})
    else:
        screen.line(
            f"  已写 {output}: {len(records):,} 个往来单位",
            f"  wrote {output}: {len(records):,} parties",
        )
    return 0
