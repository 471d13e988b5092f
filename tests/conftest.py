"""Let tests import what they share: ``from expectations import compare``; how all of them run."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers share the cores: a pool of threads in each spends a third more time on small
    # frames.  Read when polars starts its threads, which no import does.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

# How long an example takes is the business of benchmarks: a busy machine is no failure.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what was collected to itself: a full garbage collection walked thousands of tests."""
    gc.collect()
    gc.freeze()
