"""``kamcore check``: everything that is wrong with a file, each with its place."""

from collections import Counter
from pathlib import Path

import click

from kamcore.cli.shell import grammar
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.cli.shell.progress import busy
from kamcore.cli.shell.screen import SEVERITY_ZH, Screen, needs_a_look
from kamcore.errors import LISTED, Severity
from kamcore.pipeline import read


@grammar.command(
    "check",
    zh="检查一个文件: 读不懂的值, 借贷不平, 断号, 重号, 期间不符等, 逐条给出位置和改法。",
    en="Check FILE: values that cannot be read, unbalanced vouchers, gaps, each with its place.",
)
@click.argument("file", type=PATH)
@source_format
@read_options
def command(
    screen: Screen, file: Path, source_format: str | None, read_options: tuple[str, ...]
) -> int:
    """Check a file."""
    with busy(screen):
        reading = read(file, source_format, options=pairs(read_options, "--option"))
    problems = reading.problems
    counts = Counter(problem.code for problem in problems)
    if screen.is_json:
        said = [problem.to_json(screen.lang) for problem in problems]
        screen.emit(
            {"format": reading.format, "problems": said, "counts": dict(sorted(counts.items()))}
        )
    elif problems:
        by = Counter(problem.severity for problem in problems)
        zh = ", ".join(f"{SEVERITY_ZH[kind]} {by[kind]} 处" for kind in Severity if by[kind])
        en = ", ".join(f"{by[kind]} {kind}" for kind in Severity if by[kind])
        screen.line(f"{file}: {zh}", f"{file}: {en}", bold=True)
        screen.problems(problems, LISTED)
        if len(problems) > LISTED:
            codes = ", ".join(f"{code} {n}" for code, n in sorted(counts.items()))
            screen.line(f"  按代码: {codes}", f"  by code: {codes}")
    else:
        screen.line(f"{file}: 没有发现问题", f"{file}: no problems found")
    return int(needs_a_look(problems))
