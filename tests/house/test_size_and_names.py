"""The numbers every file and function keeps to, and the names nothing carries."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")])
ALL = sorted([*LIBRARY, *ROOT.glob("tests/**/*.py"), *ROOT.glob("examples/**/*.py")])
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "old", "new"}

FILE_LINES = 400
FUNCTION_LINES = 60
POSITIONAL = 5
LINE_LENGTH = 99
PRAGMA = re.compile(r"  # (?:noqa|type: ignore)\b.*")


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", ALL, ids=_id)
def test_a_file_has_one_subject_and_fits_its_length(path: Path) -> None:
    lines = [PRAGMA.sub("", line) for line in path.read_text("utf-8").split("\n")]
    assert len(lines) - 1 <= FILE_LINES
    assert [n for n, line in enumerate(lines, 1) if len(line) > LINE_LENGTH] == []


@pytest.mark.parametrize("path", LIBRARY, ids=_id)
def test_functions_are_short_and_take_few_arguments(path: Path) -> None:
    long, greedy, positional_flags = [], [], []
    for function in _functions(path):
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        docs = ast.get_docstring(function, clean=False) or ""
        # A docstring is for the reader; only the code beside it counts.
        if size - docs.count("\n") > FUNCTION_LINES:
            long.append(f"{function.name}: {size}")
        arguments = [*function.args.posonlyargs, *function.args.args]
        arguments = [a for a in arguments if a.arg not in {"self", "cls"}]
        if len(arguments) > POSITIONAL:
            greedy.append(function.name)
        positional_flags += [
            f"{function.name}({a.arg})"
            for a in arguments
            if isinstance(a.annotation, ast.Name) and a.annotation.id == "bool"
        ]
    assert long == []
    assert greedy == []
    assert [flag for flag in positional_flags if not flag.startswith("_")] == []


@pytest.mark.parametrize("path", LIBRARY, ids=_id)
def test_modules_have_names_of_the_field(path: Path) -> None:
    name = path.stem
    assert name not in FORBIDDEN
    # kamcore.format and the demanded rooms are named by the design; nothing hides the library.
    assert name not in sys.stdlib_module_names or name in {"__main__", "__init__"}


@pytest.mark.parametrize("path", LIBRARY, ids=_id)
def test_every_module_and_public_name_is_documented(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree) or not tree.body, "a module says what stands in it"
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


@pytest.mark.parametrize("path", LIBRARY, ids=_id)
def test_nothing_reads_the_clock_or_chance(path: Path) -> None:
    called = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    clocks = {"date.today", "datetime.now", "datetime.today", "time.time", "random.random"}
    assert called & clocks == set()


@pytest.mark.parametrize("path", LIBRARY, ids=_id)
def test_only_cards_and_doors_import_inside_functions(path: Path) -> None:
    """A card imports its own worker when it is used; nothing else hides an import."""
    hidden = [
        ast.unparse(node)
        for function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    allowed = path.name == "__init__.py" or "cli" in path.parts or "plugins" in path.parts
    optional = [line for line in hidden if line in {"import xlwt", "from isal import igzip_lib"}]
    assert allowed or hidden == optional


def test_no_word_of_a_workplace_or_a_person_stands_in_the_tree() -> None:
    words = ("/work/", "/root/", "TODO", "FIXME", "XXX")
    texts = [*ALL, *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "pyproject.toml"]
    found = [
        f"{_id(path)}: {word}"
        for path in texts
        if path != Path(__file__)
        for word in words
        if word in path.read_text("utf-8")
    ]
    assert found == []
