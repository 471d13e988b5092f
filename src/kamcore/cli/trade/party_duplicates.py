"""``kamcore party duplicates``: parties that may be one company."""

import datetime as dt
from pathlib import Path

from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen
from kamcore.cli.trade.archives import as_of_option, files_argument
from kamcore.pipeline.archive_file import read_archive


@grammar.command(
    "duplicates",
    zh="查找可能重复的单位: 先看统一社会信用代码, 再看账号和名称; 只提示, 不合并。",
    en="Propose parties that may be one company: by credit code, then account and name; "
    "nothing is merged.",
)
@files_argument
@as_of_option
def command(screen: Screen, files: tuple[Path, ...], as_of: dt.datetime) -> int:
    """Print the parties that may be one company."""
    on = as_of.date()
    archive = read_archive(files).archive
    found = archive.duplicates(on)
    if screen.is_json:
        listed = [
            {
                "parties": list(one.codes),
                "why": one.why.value,
                "value": one.value,
                "certain": one.is_certain,
            }
            for one in found
        ]
        screen.emit({"as_of": on.isoformat(), "duplicates": listed})
    else:
        rows = [
            (
                ", ".join(one.codes),
                one.why.text(screen.lang),
                one.value,
                screen.say("确定", "certain")
                if one.is_certain
                else screen.say("待核", "to check"),
            )
            for one in found
        ]
        if rows:
            screen.table(rows)
        screen.line(f"  {len(found)} 组可能重复", f"  {len(found)} groups that may be one company")
    return int(bool(found))
