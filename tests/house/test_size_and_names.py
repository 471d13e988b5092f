"""The numbers every file and function keeps to, and the names nothing carries."""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIBRARY = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")])
ALL = sorted([*LIBRARY, *ROOT.glob("tests/**/*.py"), *ROOT.glob("examples/**/*.py")])
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "old", "new"}

FILE_LINES = 400
FUNCTION_LINES = 60
POSITIONAL = 5
LINE_LENGTH = 99
FEWEST = 300
"""Files there are at least: a rule that finds none holds for nothing."""
PRAGMA = re.compile(r"  # (?:noqa|type: ignore)\b.*")


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[Any]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, kinds))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return _nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)


def _holds(paths: list[Path], judge: Callable[[Path], Iterable[str]]) -> None:
    """Fail with what `judge` finds wrong, behind the name of each file."""
    assert len(paths) > FEWEST, "the rule looks at nothing"
    found = [f"{_id(path)}: {offence}" for path in paths for offence in judge(path)]
    assert not found, "\n".join(found)


def test_a_file_has_one_subject_and_fits_its_length() -> None:
    def judge(path: Path) -> Iterator[str]:
        lines = [PRAGMA.sub("", line) for line in path.read_text("utf-8").split("\n")]
        if len(lines) - 1 > FILE_LINES:
            yield f"{len(lines) - 1} lines"
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LENGTH:
                yield f"line {number} has {len(line)} characters"

    _holds(ALL, judge)


def _size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function; a docstring is for the reader, only the code beside it counts."""
    docs = ast.get_docstring(function, clean=False) or ""
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docs.count("\n")


def test_functions_are_short_and_take_few_arguments() -> None:
    def judge(path: Path) -> Iterator[str]:
        for function in _functions(path):
            if _size(function) > FUNCTION_LINES:
                yield f"{function.name} has {_size(function)} lines"
            arguments = [*function.args.posonlyargs, *function.args.args]
            arguments = [a for a in arguments if a.arg not in {"self", "cls"}]
            if len(arguments) > POSITIONAL:
                yield f"{function.name} takes {len(arguments)} arguments by position"
            for argument in arguments:
                is_flag = getattr(argument.annotation, "id", None) == "bool"
                if is_flag and not function.name.startswith("_"):
                    yield f"{function.name} takes the flag {argument.arg} by position"

    _holds(LIBRARY, judge)


def test_modules_have_names_of_the_field() -> None:
    def judge(path: Path) -> Iterator[str]:
        if path.stem in FORBIDDEN:
            yield "says no subject"
        # The demanded rooms are named by the design; nothing else hides the standard library.
        if path.stem in sys.stdlib_module_names and path.stem not in {"__main__", "__init__"}:
            yield "is a name of the standard library"

    _holds(LIBRARY, judge)


def test_every_module_and_public_name_is_documented() -> None:
    def judge(path: Path) -> Iterator[str]:
        tree = _tree(path)
        if tree.body and not ast.get_docstring(tree):
            yield "does not say what stands in it"
        for node in tree.body:
            is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if is_named and not node.name.startswith("_") and not ast.get_docstring(node):
                yield f"{node.name} is not documented"

    _holds(LIBRARY, judge)


CLOCKS = {
    *("date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"),
    *("dt.date.today", "dt.datetime.now", "dt.datetime.today", "dt.datetime.utcnow"),
    *("random.random", "random.choice", "random.shuffle", "random.randint", "uuid.uuid4"),
}


def test_nothing_reads_the_clock_or_chance() -> None:
    def judge(path: Path) -> Iterator[str]:
        for call in _nodes(path, ast.Call):
            if (called := ast.unparse(call.func)) in CLOCKS:
                yield f"line {call.lineno} calls {called}"

    _holds(LIBRARY, judge)


def test_only_cards_and_doors_import_inside_functions() -> None:
    """A card imports its own worker when it is used; nothing else hides an import."""
    optional = {"import xlwt", "from isal import igzip_lib"}

    def judge(path: Path) -> Iterator[str]:
        if path.name == "__init__.py" or "cli" in path.parts or "plugins" in path.parts:
            return
        for function in _functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    hidden = ast.unparse(node)
                    if hidden not in optional:
                        yield f"{function.name} hides {hidden}"

    _holds(LIBRARY, judge)


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
