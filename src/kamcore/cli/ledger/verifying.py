"""``kamcore verify``: whether a log is whole, and whether books still agree with its seals."""

from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.cli.shell.screen import Screen
from kamcore.ledger.log import GENESIS, verify
from kamcore.ledger.sealing import closed_in, compare_seals
from kamcore.pipeline import read
from kamcore.pipeline.log_file import read_log


@grammar.command(
    "verify",
    zh="核对日志 LOG 的校验链: 内容被改、增删或截断都会指出第一处; 给出账簿则再核对各期封存。",
    en="Verify the hash chain of LOG: the first entry that was changed, added, taken out or cut "
    "off is named. With books, the seals of the closed periods are compared too.",
)
@click.argument("log", type=PATH)
@option(
    "--head",
    metavar="HASH",
    zh="另外保存的最后一条校验值; 用来发现尾部被截断",
    en="The hash of the last entry as kept elsewhere: it shows a log that was cut off.",
)
@option("--books", type=PATH, metavar="FILE", zh="要核对的账簿", en="The books to compare.")
@read_options
@source_format
def command(screen: Screen, log: Path, **asked: Any) -> int:
    """Verify a log."""
    entries = read_log(log)
    broken = verify(entries, asked["head"])
    sealed = closed_in(entries)
    changed = []
    if asked["books"] is not None:
        options = pairs(asked["read_options"], "--option")
        reading = read(asked["books"], asked["source_format"], options=options)
        changed = compare_seals(reading.books, sealed)
    head = entries[-1].hash if entries else GENESIS
    if screen.is_json:
        screen.emit(
            {
                "entries": len(entries),
                "whole": not broken,
                "head": head,
                "problems": [problem.to_json(screen.lang) for problem in (*broken, *changed)],
                "sealed": [
                    {
                        "period": one.name,
                        "hash": one.hash,
                        "agrees": one.name not in {problem.value for problem in changed}
                        if asked["books"] is not None
                        else None,
                    }
                    for one in sealed
                ],
            }
        )
        return int(bool(broken or changed))
    _show(screen, log, (len(entries), head), (broken, changed))
    if asked["books"] is not None and not changed:
        names = ", ".join(one.name for one in sealed) or "-"
        screen.line(f"  账簿与封存相符: {names}", f"  the books agree with the seals: {names}")
    return int(bool(broken or changed))


def _show(screen: Screen, log: Path, size: tuple[int, str], found: tuple[Any, Any]) -> None:
    count, head = size
    broken, changed = found
    if broken:
        screen.line(f"{log}: 校验链断裂", f"{log}: the chain is broken", bold=True)
        screen.problems(broken[:1], 1)
        rest = len(broken) - 1
        if rest:
            screen.line(f"   其后另有 {rest} 处", f"   {rest} more after it")
    else:
        screen.line(
            f"{log}: {count} 条记录, 校验链完整",
            f"{log}: {count} entries, the chain is whole",
            bold=True,
        )
        screen.line(f"  最后一条 {head}", f"  the last is {head}")
    if changed:
        screen.problems(changed, len(changed))
