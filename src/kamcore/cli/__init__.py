"""The command line: parse, call one function, print.  One file a command.

Exit codes: 0 fine; 1 done, with problems or differences to look at; 2 wrong use; 3 source
unreadable; 4 loss refused; 5 plug-in broken; 70 a defect of kamcore itself; 130 interrupted.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    from kamcore.cli.shell.running import run

    sys.exit(run(sys.argv[1:] if argv is None else argv))
