"""``kamcore party check``: every problem of an archive."""

from collections import Counter
from pathlib import Path

from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.cli.trade.archives import files_argument, folder_option, problems_json, show_problems
from kamcore.pipeline.archive_file import read_archive
from kamcore.pipeline.contract_file import check_files


@grammar.command(
    "check",
    zh="检查客户档案: 号码, 日期, 分类, 变更原因, 外部代码; 给出 --folder 时核对资料文件。",
    en="Check an archive: numbers, dates, classes, reasons of changes, outside codes; with "
    "--folder the files of its documents too.",
)
@files_argument
@folder_option
def command(screen: Screen, files: tuple[Path, ...], folder: Path | None) -> int:
    """Print every problem of an archive."""
    read = read_archive(files)
    problems = list(read.problems)
    if folder is not None:
        for party in read.archive.parties:
            problems += check_files(party.code, party.documents, folder)
    roles = Counter(role.value for party in read.archive.parties for role in party.roles)
    count = len(read.archive.parties)
    if screen.is_json:
        said = {"parties": count, "roles": dict(sorted(roles.items()))}
        screen.emit({**said, **problems_json(screen, problems)})
    else:
        customers, suppliers = roles["customer"], roles["supplier"]
        screen.line(
            f"  往来单位 {count:,}: 客户 {customers:,}, 供应商 {suppliers:,}",
            f"  {count:,} parties: {customers:,} customers, {suppliers:,} suppliers",
        )
        show_problems(screen, problems)
    return int(needs_a_look(problems))
