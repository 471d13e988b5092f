"""What importing loads, and which outside packages stay in which rooms."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "kamcore"
HEAVY = ("polars", "lxml", "openpyxl", "pydantic", "click", "rich", "fastexcel", "narwhals")

ROOMS = {
    "fastexcel": {"grid"},
    "python_calamine": {"grid"},
    "xlrd": {"grid"},
    "xlwt": {"grid"},
    "openpyxl": {"testing"},
    "xlsxwriter": {"reports"},
    "jinja2": {"reports"},
    "lxml": {"grid", "markup"},
    "pydantic": {"forms"},
    "pluggy": {"plugin"},
    "click": {"cli"},
    "rich": {"cli"},
    "holidays": {"model"},
    "rapidfuzz": {"matching"},
    "numpy": {"matching"},
    "sklearn": {"tiering"},
    "hypothesis": {"testing"},
    "pytest": {"testing"},
    "narwhals": {"books", "ledger", "matching", "pricing", "tiering"},
}


def _run(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return run.stdout.strip()


def test_importing_kamcore_loads_nothing_heavy() -> None:
    loaded = _run("import sys, kamcore; print(' '.join(sys.modules))").split()
    assert [name for name in HEAVY if name in loaded] == []


def test_importing_kamcore_is_quick() -> None:
    """At most 0.15 s of a core more than the interpreter itself, the best of five."""
    code = "from time import process_time as t; a = t(); import kamcore; print(t() - a)"
    assert min(float(_run(code)) for _ in range(5)) <= 0.15


def test_every_name_of_the_front_door_opens() -> None:
    import kamcore

    assert [name for name in kamcore.__all__ if getattr(kamcore, name, None) is None] == []


def test_outside_packages_stay_in_their_rooms() -> None:
    strays = [
        f"{path.relative_to(SRC)}: {name}"
        for path in sorted(SRC.glob("**/*.py"))
        for name in _imported(path)
        if (rooms := ROOMS.get(name.split(".")[0])) and path.relative_to(SRC).parts[0] not in rooms
    ]
    assert strays == []


def _imported(path: Path) -> Iterator[str]:
    """The names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
