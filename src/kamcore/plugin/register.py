"""The registry: built once, on demand, and never spoilt by a bad guest."""

import contextlib
import difflib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from importlib.metadata import EntryPoint
from pathlib import Path
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, TextIO, TypeVar

import attrs
import pluggy

from kamcore.errors import Fault, PluginError, Problem, UsageError
from kamcore.format import Format, Guess, Head
from kamcore.place import Place
from kamcore.plugin import hookspecs, recognition
from kamcore.plugin.admission import (
    CANNOT_LOAD,
    HOOK_FAILED,
    NAME_TAKEN,
    NOT_INSTALLED,
    OFFERS_NOTHING,
    REPLACES_COMMAND,
    TAKES_LONG,
    TOO_SLOW,
    UNKNOWN_HOOK,
    WANTS,
    admit,
    refuse,
    said,
    sniffed,
)
from kamcore.plugin.guests import (
    Guest,
    built_in,
    described,
    given,
    in_files,
    installed,
    is_built_in,
)
from kamcore.plugin.hookspecs import HOOKS, PROJECT, Check, Commands, Step, TierRule
from kamcore.plugin.patience import PATIENCE, SLOW, TooSlowError, within

NO_SUCH = Fault(
    code="P2001",
    zh="没有名为「{value}」的{kind_zh}",
    en="there is no {kind} named {value!r}",
    hint_zh="{near_zh}有: {near}",
    hint_en="{near_en} are: {near}",
)
_NONE_NEAR = (
    "没有; kamcore plugins 列出已装的, 自己的插件要先安装 (pip install -e .)",
    "none; kamcore plugins lists what is installed; install your own first (pip install -e .)",
)
T = TypeVar("T")

TRACE = "KAMCORE_TRACE"
"""Environment variable that prints every hook call to standard error when it is 1."""

_KIND_ZH = {"format": "格式", "check": "检查", "step": "步骤", "tier rule": "分级规则"}


@attrs.frozen
class Plugin:
    """An admitted plug-in and what it offers."""

    name: str
    source: str | EntryPoint = attrs.field(repr=False, eq=False)
    formats: tuple[Format, ...] = ()
    checks: tuple[Check, ...] = ()
    steps: tuple[Step, ...] = ()
    tier_rules: tuple[TierRule, ...] = ()
    hooks: tuple[str, ...] = ()
    """Names of the hooks it implements."""
    slow: Problem | None = None
    """What is said of one that took long to load."""

    @property
    def origin(self) -> str:
        """Distribution and version, or file; ``kamcore`` for a built-in one."""
        return described(self.source)


class _Manager(pluggy.PluginManager):
    """Looks at the functions of a module only: most of what a module holds is no hook."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        if isinstance(plugin, ModuleType) and not isinstance(vars(plugin).get(name), FunctionType):
            return None
        return super().parse_hookimpl_opts(plugin, name)


class Registry:
    """Formats, checks, steps and tier rules by name, from the built-ins and from plug-ins.

    Without `plugins` the installed ones are asked, limited by ``KAMCORE_PLUGINS``; a mapping from
    names to plug-in objects replaces them.  `files` are plug-ins of a single Python file each,
    whatever else is installed.  A guest that breaks the contract, or gives no answer within
    `patience` seconds, is set aside whole: `broken` tells why, under its name.  `incidents`
    collects what went wrong later on.
    """

    def __init__(
        self,
        plugins: Mapping[str, object] | None = None,
        *,
        with_built_in: bool = True,
        files: Iterable[Path] = (),
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self._manager = _Manager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        # A guest that prints may not spoil our output; its author hears it when tracing.
        traced = os.environ.get(TRACE) == "1"
        self._heard: TextIO = sys.stderr if traced else io.StringIO()
        if traced:
            self._manager.add_hookcall_monitoring(_say_call, _say_result)
        self._broken: dict[str, Problem] = {}
        self._plugins: dict[str, Plugin] = {}
        self._named: dict[str, dict[str, Any]] = {hook: {} for hook in WANTS}
        self._owners: dict[tuple[str, str], str] = {}
        self.incidents: list[Problem] = []
        guests, missing = (given(plugins), []) if plugins is not None else installed()
        for guest in (built_in() if with_built_in else []) + in_files(files) + guests:
            self._let_in(guest)
        for name in missing:
            self._broken[name] = NOT_INSTALLED.at(Place(), name)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Every admitted plug-in, built-ins first."""
        return tuple(self._plugins.values())

    @property
    def broken(self) -> Mapping[str, Problem]:
        """Plug-ins that were set aside, with the reason."""
        return MappingProxyType(self._broken)

    @property
    def formats(self) -> Mapping[str, Format]:
        """Formats by name, built-ins first."""
        return MappingProxyType(self._named["kamcore_formats"])

    @property
    def checks(self) -> Mapping[str, Check]:
        """Checks that plug-ins offer, by name."""
        return MappingProxyType(self._named["kamcore_checks"])

    @property
    def steps(self) -> Mapping[str, Step]:
        """Transformations that plug-ins offer, by name."""
        return MappingProxyType(self._named["kamcore_steps"])

    @property
    def tier_rules(self) -> Mapping[str, TierRule]:
        """Tier rules that plug-ins offer, by name."""
        return MappingProxyType(self._named["kamcore_tier_rules"])

    def format(self, name: str) -> Format:
        """The format of a name.

        Raises:
            UsageError: there is none; the hint gives near names.
        """
        return _named(self.formats, name, "format")

    def step(self, name: str) -> Step:
        """The transformation of a name.

        Raises:
            UsageError: there is none; the hint gives near names.
        """
        return _named(self.steps, name, "step")

    def tier_rule(self, name: str) -> TierRule:
        """The tier rule of a name.

        Raises:
            UsageError: there is none; the hint gives near names.
        """
        return _named(self.tier_rules, name, "tier rule")

    def guesses(self, head: Head) -> list[tuple[Format, Guess]]:
        """What every format says about a file, surest first.

        A format that raises counts as NO; `incidents` tells about it.
        """
        with contextlib.redirect_stdout(self._heard):
            found, incidents = recognition.guesses(self.formats.values(), head, self._sniffed)
        self.incidents += incidents
        return found

    def recognise(self, head: Head) -> tuple[Format, Guess]:
        """The format that is surest of a file.

        Raises:
            UsageError: several are equally sure; it must be named.
            SourceError: none recognises it; lists what came nearest and why not.
        """
        return recognition.choose(self.guesses(head), head)

    def add_commands(self, cli: Commands) -> None:
        """Let every plug-in add its commands; one that fails or replaces another's is undone."""
        for name, plugin in list(self._manager.list_name_plugin()):
            before = dict(cli.commands)
            try:
                self._call(name, "kamcore_commands", cli=cli)
                _check_commands(name, before, cli.commands)
            except (Exception, SystemExit) as error:  # noqa: BLE001  stays with the guest
                cli.commands.clear()
                cli.commands.update(before)
                self._set_aside(name, plugin, error, "kamcore_commands")

    def _let_in(self, guest: Guest) -> None:
        if guest.name in self._plugins or guest.name in self._broken:
            taken = refuse(NAME_TAKEN, guest.name, guest.name, owner=guest.name)
            self._broken[f"{guest.name} ({described(guest.origin)})"] = taken.problem
            return
        plugin: object = None
        hook = ""
        seconds = 0.0
        try:
            with contextlib.redirect_stdout(self._heard):
                plugin, seconds = self._ask(guest, guest.load)
                hooks = self._register(plugin, guest.name)
                offers: dict[str, list[Any]] = {hook: [] for hook in WANTS}
                for hook in [hook for hook in WANTS if hook in hooks]:
                    offered, more = self._ask(guest, partial(self._offers, guest, hook))
                    offers[hook] = self._unclaimed(guest, hook, offered)
                    seconds += more
        except (Exception, SystemExit) as error:  # noqa: BLE001  stays with the guest
            self._set_aside(guest.name, plugin, error, hook)
            return
        for hook, things in offers.items():
            self._named[hook].update((thing.name, thing) for thing in things)
            self._owners.update(((hook, thing.name), guest.name) for thing in things)
        fields = {hook.removeprefix("kamcore_"): tuple(offers[hook]) for hook in WANTS}
        slow = seconds > SLOW and not is_built_in(guest.origin)
        self._plugins[guest.name] = Plugin(
            guest.name,
            guest.origin,
            hooks=hooks,
            slow=TAKES_LONG.at(Place(), f"{seconds:.1f}", plugin=guest.name) if slow else None,
            **fields,
        )

    def _ask(self, guest: Guest, question: Callable[[], T]) -> tuple[T, float]:
        """The answer of a guest and the seconds it took; a built-in one is not hurried."""
        if is_built_in(guest.origin):
            return question(), 0.0
        return within(self._patience, question)

    def _offers(self, guest: Guest, hook: str) -> list[Any]:
        """What a hook of a guest offers, admitted."""
        return [
            thing
            for result in self._call(guest.name, hook)
            for thing in admit(guest.name, hook, result)
        ]

    def _register(self, plugin: object, name: str) -> tuple[str, ...]:
        """Register a plug-in, and name the hooks it implements."""
        self._manager.register(plugin, name=name)
        self._manager.check_pending()
        callers = self._manager.get_hookcallers(plugin)
        if not callers:
            raise refuse(OFFERS_NOTHING, name, name, known=", ".join(HOOKS))
        found = {caller.name for caller in callers}
        return tuple(hook for hook in HOOKS if hook in found)

    def _call(self, name: str, hook: str, **arguments: object) -> list[Any]:
        """Call one hook of one plug-in."""
        others = [plugin for other, plugin in self._manager.list_name_plugin() if other != name]
        results: list[Any] = self._manager.subset_hook_caller(hook, others)(**arguments)
        return results

    def _unclaimed(self, guest: Guest, hook: str, things: list[Any]) -> list[Any]:
        seen: set[str] = set()
        for thing in things:
            owner = self._owners.get((hook, thing.name))
            if owner or thing.name in seen:
                raise refuse(NAME_TAKEN, guest.name, thing.name, owner=owner or guest.name)
            seen.add(thing.name)
        return things

    def _sniffed(self, card: Format, head: Head) -> tuple[Guess, str]:
        """What a format says about a head; a guest is not waited for without end."""
        owner = self._plugins[self._owners["kamcore_formats", card.name]]
        if is_built_in(owner.source):
            return sniffed(card, head)
        try:
            return within(self._patience, lambda: sniffed(card, head))[0]
        except TooSlowError as error:
            return Guess.no(), str(error)

    def _set_aside(self, name: str, plugin: object, error: BaseException, hook: str) -> None:
        if plugin is not None and self._manager.get_plugin(name) is plugin:
            self._manager.unregister(plugin)
        if isinstance(error, PluginError):
            problem = error.problem
        elif isinstance(error, pluggy.PluginValidationError):
            problem = refuse(UNKNOWN_HOOK, name, said(error), **_near_hooks(str(error))).problem
        elif isinstance(error, TooSlowError):
            problem = refuse(TOO_SLOW, name, f"{self._patience:g}").problem
        elif hook:
            problem = refuse(HOOK_FAILED, name, said(error), hook=hook).problem
        else:
            problem = refuse(CANNOT_LOAD, name, said(error)).problem
        for which, things in self._named.items():
            for key in [key for key in things if self._owners[which, key] == name]:
                del things[key], self._owners[which, key]
        self._plugins.pop(name, None)
        self._broken[name] = problem

    def __iter__(self) -> Iterator[Format]:
        return iter(self.formats.values())


def _named(things: Mapping[str, T], name: str, kind: str) -> T:
    if name in things:
        return things[name]
    word = name.strip().lower()
    # A product's name without its vendor is what people type first.
    near = sorted(one for one in things if word and word in one)
    near = near or difflib.get_close_matches(word, things, n=3, cutoff=0.5)
    said = ("相近的", "near names") if near else ("可用的", "the names")
    facts = {"near_zh": said[0], "near_en": said[1]}
    raise UsageError(
        NO_SUCH.at(
            Place(),
            name,
            kind=kind,
            kind_zh=_KIND_ZH[kind],
            near=", ".join(near or sorted(things)) or "-",
            **facts,
        )
    )


def _near_hooks(said: str) -> dict[str, object]:
    """What the hint about a wrong hook says: the one that was meant, and all there are."""
    meant = difflib.get_close_matches(said.partition("'")[2].partition("'")[0], HOOKS, n=1)
    return {"near": f"{meant[0]}? " if meant else "", "known": ", ".join(HOOKS)}


def _check_commands(
    plugin: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    for name, command in before.items():
        if after.get(name) is not command:
            raise refuse(REPLACES_COMMAND, plugin, name)


def _say_call(hook: str, implementations: Any, _arguments: object) -> None:
    names = ", ".join(implementation.plugin_name for implementation in implementations)
    if names:
        sys.stderr.write(f"{hook}: {names}\n")


def _say_result(outcome: Any, hook: str, implementations: Any, _arguments: object) -> None:
    if implementations:
        result = outcome.exception or outcome.get_result()
        sys.stderr.write(f"{hook} -> {result!r}\n")


_files: list[Path] = []


@contextlib.contextmanager
def with_files(paths: Iterable[Path]) -> Iterator[None]:
    """Let plug-ins of a single Python file each into the registry of this process, for a while.

    The registry is built anew when it is next asked for, within and after.
    """
    added = [path for path in paths if path not in _files]
    _files.extend(added)
    registry.cache_clear()
    try:
        yield
    finally:
        for path in added:
            _files.remove(path)
        registry.cache_clear()


@cache
def registry() -> Registry:
    """The registry of this process, built when it is first asked for."""
    return Registry(files=_files)
