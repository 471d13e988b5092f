"""One call of a tool: look at its arguments, run the command, collect what it says.

The command runs inside this process with a screen that keeps the object ``--json`` would print.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import click
import jsonschema  # type: ignore[import-untyped]

from kamcore import __version__
from kamcore.cli.shell.faults import BAD_VALUE, CANNOT_OPEN, INTERNAL
from kamcore.cli.shell.screen import Screen
from kamcore.errors import Fault, KamcoreError, SourceError, UsageError
from kamcore.place import Place
from kamcore_mcp.folders import Folders
from kamcore_mcp.tools import DRY_RUN, TOOLS, Tool, Way

__all__ = ["Answer", "call"]

NO_TOOL = Fault(
    code="MC0005",
    zh="没有工具「{value}」",
    en="there is no tool {value!r}",
    hint_zh="工具有: {known}",
    hint_en="the tools are {known}",
)
BAD_ARGUMENTS = Fault(
    code="MC0006",
    zh="参数 {parameter} 不合约定: {value}",
    en="the argument {parameter} is not as agreed: {value}",
)

DEFECT = 70
"""Exit code of a defect of our own, as on the command line."""


@attrs.frozen
class Collector(Screen):
    """A screen that keeps the object and shows nothing."""

    found: list[dict[str, Any]] = attrs.field(factory=list, kw_only=True)

    def emit(self, found: Mapping[str, Any]) -> None:
        """Keep the object."""
        self.found.append({"kamcore": __version__, **found})

    def note(self, zh: str, en: str) -> None:
        """Say nothing: progress is for a person at a terminal."""


@attrs.frozen(kw_only=True)
class Answer:
    """What a command printed with ``--json``, and its exit code."""

    said: dict[str, Any]
    exit_code: int

    @property
    def failed(self) -> bool:
        """True when there is no result but an error: exit code 2 or more."""
        return self.exit_code > 1

    @property
    def text(self) -> str:
        """The object as text."""
        return json.dumps(self.said, ensure_ascii=False)


def call(name: str, arguments: Mapping[str, Any], folders: Folders, lang: str = "en") -> Answer:
    """Run a tool; every error becomes an answer."""
    screen = Collector(lang, is_json=True)
    try:
        code = _run(name, arguments, folders, screen)
    except KamcoreError as error:
        return _answer({"error": error.to_json(lang)}, error.exit_code)
    except click.BadParameter as error:
        option = error.param.opts[-1] if error.param else "?"
        facts = {"parameter": option, "wants": "", "command": f"kamcore {name}"}
        wrong = UsageError(BAD_VALUE.at(Place(), error.format_message(), **facts))
        return _answer({"error": wrong.to_json(lang)}, wrong.exit_code)
    except OSError as error:
        place = Place(file=str(error.filename or ""))
        reason = error.strerror or str(error)
        shut = SourceError(CANNOT_OPEN.at(place, error.filename, reason=reason))
        return _answer({"error": shut.to_json(lang)}, shut.exit_code)
    except Exception as error:  # noqa: BLE001  the server outlives a defect of a command
        broken = KamcoreError(INTERNAL.at(Place(), f"{type(error).__name__}: {error}"))
        return _answer({"error": broken.to_json(lang)}, DEFECT)
    return _answer(screen.found[-1], code)


def _answer(said: Mapping[str, Any], code: int) -> Answer:
    text = json.dumps({"kamcore": __version__, **said}, ensure_ascii=False)
    # Half a surrogate pair, from a file name that is no text, cannot travel as UTF-8.
    whole = json.loads(text.encode("utf-8", "replace"))
    return Answer(said=whole, exit_code=code)


def _run(name: str, arguments: Mapping[str, Any], folders: Folders, screen: Collector) -> int:
    tool = TOOLS.get(name)
    if tool is None:
        raise UsageError(NO_TOOL.at(Place(), name, known=", ".join(TOOLS)))
    _agree(tool, arguments, folders, screen.lang)
    if not tool.writes:
        return _carry_out(tool, _words(tool, arguments, folders), screen)
    if not arguments.get(DRY_RUN, not folders.can_write):
        words = _words(tool, arguments, folders)
        return _carry_out(tool, words, screen)
    return _dry_run(tool, arguments, folders, screen)


def _dry_run(tool: Tool, arguments: Mapping[str, Any], folders: Folders, screen: Collector) -> int:
    """Convert into a folder that is gone afterwards."""
    target = folders.inside(arguments["target"])
    with tempfile.TemporaryDirectory(prefix="kamcore-mcp-") as folder:
        aside = Folders((*folders.roots, Path(folder).resolve()), can_write=True)
        moved = {**arguments, "target": str(aside.roots[-1] / target.name)}
        words = ["--no-loss-report", *_words(tool, moved, aside)]
        code = _carry_out(tool, words, screen)
    said = screen.found[-1]
    screen.found.append({**said, DRY_RUN: True})
    if "target" in said:
        screen.found[-1]["target"] = {**said["target"], "path": target.name}
    return code


def _agree(tool: Tool, arguments: Mapping[str, Any], folders: Folders, lang: str) -> None:
    """Refuse what is not as the schema says."""
    checker = jsonschema.Draft202012Validator(tool.input_schema(folders, lang))
    wrong = next(checker.iter_errors(dict(arguments)), None)
    if wrong is not None:
        parameter = ".".join(map(str, wrong.absolute_path)) or tool.name
        raise UsageError(BAD_ARGUMENTS.at(Place(), wrong.message, parameter=parameter))


def _carry_out(tool: Tool, words: list[str], screen: Collector) -> int:
    done = tool.command.main(
        words, prog_name=f"kamcore {tool.name}", standalone_mode=False, obj=screen
    )
    return done if isinstance(done, int) else 0


def _words(tool: Tool, arguments: Mapping[str, Any], folders: Folders) -> list[str]:
    """The arguments as they are typed, every path followed to what it leads to."""
    options, places = [], []
    for argument in tool.arguments:
        if argument.name not in arguments:
            continue
        value = arguments[argument.name]
        if argument.way is Way.READ:
            value = str(folders.readable(value))
        elif argument.way is Way.WRITE:
            value = str(folders.writable(value))
        if isinstance(tool.option(argument), click.Argument):
            places.append(value)
        elif argument.way is Way.PAIRS:
            pairs = _pairs(value, folders)
            options += [f"{argument.option}={name}={text}" for name, text in pairs]
        elif argument.way is Way.LIST:
            options.append(f"{argument.option}={','.join(value)}")
        elif isinstance(value, bool):
            options += [argument.option] if value else []
        else:
            options.append(f"{argument.option}={value}")
    return [*options, "--", *places]


def _pairs(given: Mapping[str, str], folders: Folders) -> Iterator[tuple[str, str]]:
    """Options of formats; a value that names a file must name one inside."""
    for name, value in given.items():
        if name == "layout" or value.lower().endswith(".toml"):
            yield name, str(folders.readable(value))
        else:
            # Formats take some values for a file where one of that name stands.
            if _is_there(value):
                folders.readable(str(Path(value).absolute()))
            yield name, value


def _is_there(value: str) -> bool:
    try:
        return bool(value) and Path(value).exists()
    except (OSError, ValueError):
        return False
