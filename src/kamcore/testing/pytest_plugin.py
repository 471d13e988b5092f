"""The option of the kit: ``--kamcore-update`` renews goldens; the marker ``soak``."""

import os

import pytest

LONG = "_at_length"
"""How the long form of a law ends."""
OPTION = "--kamcore-update"
UPDATE = "KAMCORE_UPDATE"
"""Environment variable that renews goldens where the option is not known."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--kamcore-update``."""
    group = parser.getgroup("kamcore")
    group.addoption(
        OPTION, action="store_true", help="write the goldens of format laws anew, then review them"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers of long runs and of laws about time."""
    config.addinivalue_line("markers", "soak: the long form of a property")
    config.addinivalue_line("markers", "benchmark: a speed as a ratio within one run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long form of laws to those who ask: ``pytest -m soak``."""
    if config.getoption("markexpr", default=""):
        return
    long = [item for item in items if item.name.endswith(LONG)]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.name.endswith(LONG)]


def wants_update(config: pytest.Config) -> bool:
    """Say whether goldens are to be written anew."""
    return bool(config.getoption(OPTION, default=False)) or os.environ.get(UPDATE) == "1"
