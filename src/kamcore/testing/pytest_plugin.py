"""The option of the kit: ``--kamcore-update`` renews goldens; the marker ``soak``."""

import os

import pytest

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
    """Declare the marker of the long runs."""
    config.addinivalue_line("markers", "soak: the long form of a property")


def wants_update(config: pytest.Config) -> bool:
    """Say whether goldens are to be written anew."""
    return bool(config.getoption(OPTION, default=False)) or os.environ.get(UPDATE) == "1"
