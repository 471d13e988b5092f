"""The tools: which command each one is, and which of its options it takes.

The schemas are made from the options of the commands, so that both say the same; what a command
writes besides its answer (``-o``, letters, drafts, logs) is left out.
"""

import enum
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import attrs
import click

from kamcore.cli.shell.running import COMMANDS
from kamcore.plugin import registry
from kamcore_mcp.folders import Folders

__all__ = ["DRY_RUN", "TOOLS", "Argument", "Tool", "Way"]

DRY_RUN = "dry_run"
"""The argument of ``convert`` that no command has: write, prove, and keep nothing."""

_DAY = r"^\d{4}-\d{2}-\d{2}$"
_WHERE = {
    "zh": "绝对路径, 或从第一个文件夹起的相对路径",
    "en": "Absolute, or relative to the first folder.",
}
_ANSWERS = {
    "inspect": "format vouchers lines debit credit accounts dimensions problems",
    "check": "format problems counts",
    "convert": "source target losses proof mapping",
    "balance": "rows totals",
    "age": "as_of buckets rows totals",
    "reconcile": "ours theirs matched differences table adjusted",
}


class Way(enum.StrEnum):
    """How the value of an argument is put on a command line."""

    PLAIN = "plain"
    LIST = "list"
    """Several words, joined by commas."""
    PAIRS = "pairs"
    """Names and values, an option for each; a value may name a file."""
    READ = "read"
    """A file that is read."""
    WRITE = "write"
    """A file that is written."""


@attrs.frozen
class Argument:
    """An argument of a tool: its name, the option of the command it is, and how it is put."""

    name: str
    option: str
    way: Way = Way.PLAIN


@attrs.frozen(kw_only=True)
class Tool:
    """A command as a tool."""

    name: str
    arguments: tuple[Argument, ...]
    writes: bool = False

    @property
    def command(self) -> click.Command:
        """The command behind the tool."""
        found: click.Command = import_module(COMMANDS[self.name][0]).command
        return found

    def option(self, argument: Argument) -> click.Parameter:
        """The parameter of the command that an argument fills."""
        return next(one for one in self.command.params if argument.option in (*one.opts, one.name))

    def description(self, lang: str) -> str:
        """What the tool does, as the help of the command says it."""
        command = self.command
        zh = str(getattr(command, "help_zh", ""))
        return zh if lang == "zh" else command.help or ""

    def input_schema(self, folders: Folders, lang: str) -> dict[str, Any]:
        """The JSON schema of the arguments."""
        properties = {one.name: self._property(one, lang) for one in self.arguments}
        required = [
            one.name
            for one in self.arguments
            if self.option(one).required or isinstance(self.option(one), click.Argument)
        ]
        if self.writes:
            properties[DRY_RUN] = _dry_run(folders, lang)
            writable = [card.name for card in registry().formats.values() if card.writes]
            properties["to"]["enum"] = sorted(writable)
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def output_schema(self) -> dict[str, Any]:
        """The JSON schema of the answer: the keys that are always there."""
        return {"type": "object", "required": ["kamcore", *_ANSWERS[self.name].split()]}

    def _property(self, argument: Argument, lang: str) -> dict[str, Any]:
        found = self.option(argument)
        said = _type_of(argument.way, found)
        default = getattr(found, "default", None)
        if isinstance(default, str) and default:
            said["default"] = default.split(",") if argument.way is Way.LIST else default
        help_text = getattr(found, "help_zh" if lang == "zh" else "help", "") or ""
        if argument.way in (Way.READ, Way.WRITE):
            help_text = f"{help_text} {_WHERE[lang]}".strip()
        return {**said, "description": help_text}


def _type_of(way: Way, found: click.Parameter) -> dict[str, Any]:
    if way is Way.LIST:
        word = {"type": "string", "pattern": "^[^,]+$"}
        return {"type": "array", "items": word}
    if way is Way.PAIRS:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if getattr(found, "is_flag", False):
        return {"type": "boolean"}
    if isinstance(found.type, click.Choice):
        return {"type": "string", "enum": list(found.type.choices)}
    if isinstance(found.type, click.DateTime):
        return {"type": "string", "format": "date", "pattern": _DAY}
    return {"type": "string", "minLength": 1}


def _dry_run(folders: Folders, lang: str) -> dict[str, Any]:
    text = {
        "zh": "只试转换和复核, 什么也不留下; 只读的服务总是如此",
        "en": "Convert and prove, and keep nothing; a read-only server does no other.",
    }[lang]
    return {"type": "boolean", "default": not folders.can_write, "description": text}


def _arguments(words: Mapping[str, str], **ways: Way) -> tuple[Argument, ...]:
    return tuple(Argument(name, word, ways.get(name, Way.PLAIN)) for name, word in words.items())


_READING = {"format": "--from", "options": "--option"}
_SIFTED = {"by": "--by", "account": "--account", "measure": "--measure"}
_FILE = {"file": Way.READ, "options": Way.PAIRS}

TOOLS = {
    tool.name: tool
    for tool in (
        Tool(name="inspect", arguments=_arguments({"file": "file", **_READING}, **_FILE)),
        Tool(name="check", arguments=_arguments({"file": "file", **_READING}, **_FILE)),
        Tool(
            name="convert",
            writes=True,
            arguments=_arguments(
                {
                    "source": "src",
                    "target": "dst",
                    "to": "--to",
                    "format": "--from",
                    "mapping": "--mapping",
                    "sub_accounts": "--sub-accounts",
                    "rule": "--rule",
                    "force": "--force",
                    "no_loss": "--no-loss",
                    "bad": "--bad",
                    "options": "--option",
                    "source_options": "--from-option",
                },
                source=Way.READ,
                target=Way.WRITE,
                mapping=Way.READ,
                rule=Way.READ,
                options=Way.PAIRS,
                source_options=Way.PAIRS,
            ),
        ),
        Tool(
            name="balance",
            arguments=_arguments(
                {"file": "file", "period": "--period", **_SIFTED, **_READING},
                by=Way.LIST,
                account=Way.LIST,
                **_FILE,
            ),
        ),
        Tool(
            name="age",
            arguments=_arguments(
                {
                    "file": "file",
                    "as_of": "--as-of",
                    "buckets": "--buckets",
                    "basis": "--basis",
                    "credits": "--credits",
                    **_SIFTED,
                    **_READING,
                },
                by=Way.LIST,
                account=Way.LIST,
                buckets=Way.LIST,
                **_FILE,
            ),
        ),
        Tool(
            name="reconcile",
            arguments=_arguments(
                {
                    "ours": "ours",
                    "theirs": "theirs",
                    "as_of": "--as-of",
                    "party": "--party",
                    "us": "--us",
                    "since": "--since",
                    "direction": "--direction",
                    "account": "--account",
                    "their_account": "--their-account",
                    "notes": "--notes",
                    "mapping": "--mapping",
                    "their_format": "--their-format",
                    **_READING,
                },
                ours=Way.READ,
                theirs=Way.READ,
                mapping=Way.READ,
                account=Way.LIST,
                their_account=Way.LIST,
                options=Way.PAIRS,
            ),
        ),
    )
}
"""Every tool, by name."""
