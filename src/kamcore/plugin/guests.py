"""Where plug-ins come from: folders of the built-in formats, entry points, and single files."""

import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import attrs

from kamcore import adapters
from kamcore.format import Format
from kamcore.plugin.hookspecs import PROJECT, hookimpl

ONLY = "KAMCORE_PLUGINS"
"""Environment variable that names the installed plug-ins to load, separated by commas."""

BUILT_IN = "kamcore"
"""Where the built-in formats come from."""


@attrs.frozen
class Guest:
    """A plug-in that asks to be admitted; `load` gives its module or object."""

    name: str
    origin: str | EntryPoint
    """Where it comes from; an entry point is asked for its distribution when someone wants to
    know, because that reads a file."""
    load: Callable[[], object]


@attrs.frozen
class BuiltIn:
    """The plug-in object of one folder of adapters: its module offers ``FORMAT`` (or several).

    The module is imported when the hook is called, as that of a guest is.
    """

    module: str

    @hookimpl
    def kamcore_formats(self) -> Iterable[Format]:
        """Offer the format of the folder."""
        module = importlib.import_module(self.module)
        several: tuple[Format, ...] = getattr(module, "FORMATS", ())
        return several or (module.FORMAT,)


def built_in() -> list[Guest]:
    """A guest for each folder of adapters, in the order of their names."""
    found = sorted(
        name for _, name, is_package in pkgutil.iter_modules(adapters.__path__) if is_package
    )
    plugins = {name: BuiltIn(f"{adapters.__name__}.{name}") for name in found}
    return [
        Guest(f"kamcore.{name}", BUILT_IN, lambda plugin=plugin: plugin)  # type: ignore[misc]
        for name, plugin in plugins.items()
    ]


def installed() -> tuple[list[Guest], list[str]]:
    """Guests of the installed entry points by name, and names asked for but not installed."""
    points = sorted(entry_points(group=PROJECT), key=lambda point: (point.name, point.value))
    guests = [Guest(point.name, point, point.load) for point in points]
    asked = os.environ.get(ONLY)
    if asked is None:
        return guests, []
    wanted = [name.strip() for name in asked.split(",") if name.strip()]
    missing = [name for name in wanted if name not in {guest.name for guest in guests}]
    return [guest for guest in guests if guest.name in wanted], missing


def in_files(paths: Iterable[Path]) -> list[Guest]:
    """Guests that are a single file each; the name is that of the file, without its suffix."""
    return [
        Guest(path.stem, str(path), lambda path=path: _module(path))  # type: ignore[misc]
        for path in paths
    ]


def _module(path: Path) -> object:
    """Import a file as a module under a name no package has."""
    name = f"kamcore_file_{path.stem.replace('-', '_').replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    # Classes of the file look their module up by name while it runs.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def given(plugins: Mapping[str, object]) -> list[Guest]:
    """Guests of a mapping from names to plug-ins or entry points."""
    return [
        Guest(name, "", plugin.load)
        if isinstance(plugin, EntryPoint)
        else Guest(name, "", lambda plugin=plugin: plugin)  # type: ignore[misc]
        for name, plugin in plugins.items()
    ]


def is_built_in(origin: str | EntryPoint) -> bool:
    """True for what comes with kamcore itself."""
    return isinstance(origin, str) and origin == BUILT_IN


def described(origin: str | EntryPoint) -> str:
    """Where a guest comes from: its distribution and version, its file, or nothing."""
    if isinstance(origin, str):
        return origin
    return f"{origin.dist.name} {origin.dist.version}" if origin.dist else ""
