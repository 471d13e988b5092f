"""What importing loads, and which outside packages stay in which rooms."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "kamcore"
HEAVY = ("polars", "lxml", "openpyxl", "pydantic", "click", "rich", "fastexcel", "narwhals")

ROOMS = {
    "fastexcel": {"grid"},
    "python_calamine": {"grid"},
    "xlrd": {"grid"},
    "xlwt": {"grid"},
    "openpyxl": {"grid", "reports"},
    "xlsxwriter": {"reports"},
    "jinja2": {"reports"},
    "lxml": {"grid", "markup"},
    "pydantic": {"forms"},
    "pluggy": {"plugin"},
    "click": {"cli"},
    "rich": {"cli"},
    "holidays": {"model"},
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
    """At most 0.15 s more than the interpreter itself, the best of five."""
    code = "import time; t = time.perf_counter(); import kamcore; print(time.perf_counter() - t)"
    assert min(float(_run(code)) for _ in range(5)) <= 0.15


def test_every_name_of_the_front_door_opens() -> None:
    import kamcore

    assert [name for name in kamcore.__all__ if getattr(kamcore, name, None) is None] == []


@pytest.mark.parametrize(
    "path", sorted(SRC.glob("**/*.py")), ids=lambda p: str(p.relative_to(SRC))
)
def test_outside_packages_stay_in_their_rooms(path: Path) -> None:
    room = path.relative_to(SRC).parts[0]
    strays = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            package = name.split(".")[0]
            if package in ROOMS and room not in ROOMS[package]:
                strays.append(name)
    assert strays == []
