"""``kamcore party check``: every problem of an archive."""

from collections import Counter
from pathlib import Path

from kamcore.cli import grammar
from kamcore.cli.archives import files_argument, problems_json, show_problems
from kamcore.cli.screen import Screen, needs_a_look
from kamcore.pipeline.archive_file import read_archive


@grammar.command(
    "check",
    zh="检查客户档案: 号码, 日期, 分类, 变更原因, 外部代码。",
    en="Check an archive: numbers, dates, classes, reasons of changes, outside codes.",
)
@files_argument
def command(screen: Screen, files: tuple[Path, ...]) -> int:
    """Print every problem of an archive."""
    read = read_archive(files)
    roles = Counter(role.value for party in read.archive.parties for role in party.roles)
    count = len(read.archive.parties)
    if screen.is_json:
        said = {"parties": count, "roles": dict(sorted(roles.items()))}
        screen.emit({**said, **problems_json(screen, read.problems)})
    else:
        customers, suppliers = roles["customer"], roles["supplier"]
        screen.line(
            f"  往来单位 {count:,}: 客户 {customers:,}, 供应商 {suppliers:,}",
            f"  {count:,} parties: {customers:,} customers, {suppliers:,} suppliers",
        )
        show_problems(screen, read.problems)
    return int(needs_a_look(read.problems))
