"""``kamcore contract check``: every problem of contracts, and of the files kept with them."""

from pathlib import Path

from kamcore.cli.shell import grammar
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.cli.trade.archives import files_argument, folder_option, problems_json, show_problems
from kamcore.pipeline.contract_file import check_files, read_contracts


@grammar.command(
    "check",
    zh="检查合同; 给出 --folder 时核对资料文件的摘要。",
    en="Check contracts; with --folder compare the files of their documents with what was filed.",
)
@files_argument
@folder_option
def command(screen: Screen, files: tuple[Path, ...], folder: Path | None) -> int:
    """Print every problem of contracts."""
    read = read_contracts(files)
    problems = list(read.problems)
    if folder is not None:
        for contract in read.contracts:
            problems += check_files(contract.number, contract.documents, folder)
    versions = sum(len(contract.versions) for contract in read.contracts)
    count = len(read.contracts)
    if screen.is_json:
        said = {"contracts": count, "versions": versions}
        screen.emit({**said, **problems_json(screen, problems)})
    else:
        screen.line(
            f"  合同 {count:,} 份, 共 {versions:,} 版",
            f"  {count:,} contracts in {versions:,} versions",
        )
        show_problems(screen, problems)
    return int(needs_a_look(problems))
