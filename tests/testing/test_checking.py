"""The laws without pytest: what fails is told with a small example, and quickly."""

import importlib
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from kamcore.adapters.native import FORMAT, Native
from kamcore.format.format import Format
from kamcore.testing import sheets
from kamcore.testing.checking import Outcome, run_law, suite_of
from kamcore.testing.laws import FormatLaws
from kamcore.testing.sabotage import SABOTAGES, sabotaged
from kamcore.testing.sayings import LAWS
from kamcore.testing.scaffold import scaffold
from kamcore.testing.searching import PROFILE, search
from kamcore.testing.strategies import books
from kamcore.testing.wording import EVERY_HOSTILE, hostile_books

SAMPLES = Path(__file__).parents[1] / "adapters" / "native" / "samples"


class Forgetful(Native):
    """Declares summaries, and loses them."""

    def render(self, given, target, losses, options):
        blank = pl.lit(None, dtype=pl.String).alias("summary")
        given = given.replace(lines=given.lines.with_columns(blank))
        super().render(given, target, losses, options)


def test_a_failing_law_answers_soon_with_a_small_example():
    begun = time.perf_counter()
    verdict = run_law(suite_of(Forgetful()), "what_is_declared_is_kept")
    took = time.perf_counter() - begun
    assert verdict.outcome is Outcome.FAILED
    assert "lines.summary" in verdict.said
    assert 0 < verdict.example.count("lines:") <= 3
    # Five seconds on a machine of its own; this one may be shared.
    assert took < 15


def test_the_time_for_shrinking_is_kept():
    def never_small(_folder, _drawn):
        time.sleep(0.05)
        raise AssertionError("always")

    begun = time.perf_counter()
    found = search(never_small, books(), examples=50, seconds=0.3)
    assert str(found.error) == "always"
    assert time.perf_counter() - begun < 5


def test_a_flaky_law_is_a_failure_too():
    seen = []

    def once(_folder, _drawn):
        seen.append(1)
        assert len(seen) != 2, "the second time"

    assert "second time" in search(once, books(), examples=5).text()


def test_a_hostile_law_names_the_text(monkeypatch):
    class NoEmoji(Native):
        """Loses emoji."""

        def render(self, given, target, losses, options):
            less = pl.col("summary").str.replace_all("😀", "?")
            given = given.replace(lines=given.lines.with_columns(less))
            super().render(given, target, losses, options)

    verdict = run_law(suite_of(NoEmoji()), "hostile_text_survives")
    assert verdict.said.startswith("'表情😀符号': changed and not reported")


def test_the_hostile_texts_are_all_that_was_promised():
    said = "".join(EVERY_HOSTILE)
    assert any(text.startswith("=") for text in EVERY_HOSTILE)
    for char in "\n\r\u202e😀𠮷\x01":
        assert char in said
    assert max(map(len, EVERY_HOSTILE)) == 40_000
    assert hostile_books(EVERY_HOSTILE).vouchers.height == len(EVERY_HOSTILE)


def test_every_law_has_its_phrase_in_both_languages():
    laws = {name.removeprefix("law_") for name in dir(FormatLaws) if name.startswith("law_")}
    assert set(LAWS) == laws
    assert all(zh and en for zh, en in LAWS.values())


def test_a_law_without_samples_is_passed_over():
    assert run_law(suite_of(FORMAT), "samples_are_recognised").outcome is Outcome.SKIPPED


def test_a_sample_without_a_golden_is_passed_over_until_it_is_written(tmp_path):
    sample = tmp_path / "sale.kam"
    sample.write_bytes((SAMPLES / "sale.kam").read_bytes())
    suite = suite_of(FORMAT, [sample])
    assert run_law(suite, "samples_read_as_agreed").outcome is Outcome.SKIPPED
    assert run_law(suite, "samples_read_as_agreed", update=True).outcome is Outcome.HELD
    assert run_law(suite, "samples_read_as_agreed").outcome is Outcome.HELD
    golden = sample.with_name("sale.kam.golden.jsonl")
    golden.write_text(golden.read_text("utf-8").replace("销售", "购买"), "utf-8")
    assert run_law(suite, "samples_read_as_agreed").outcome is Outcome.FAILED


def test_amounts_are_compared_with_the_sheet(tmp_path, monkeypatch):
    made = scaffold("my-sheet", "text")
    for path, data in made.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    card = importlib.import_module("kamcore_my_sheet").FORMAT
    broken = sabotaged(card, next(s for s in SABOTAGES if s.name == "forgets-red"))
    sample = tmp_path / "tests" / "samples" / "january.txt"
    verdict = run_law(suite_of(broken, [sample]), "amounts_are_those_of_the_sheet")
    assert verdict.said.startswith(
        "january.txt: row 7, 借方金额 was read as 113.0000 but the sheet shows -113.00"
    )
    assert run_law(suite_of(card, [sample]), "amounts_are_those_of_the_sheet").outcome == "held"


@pytest.mark.parametrize(
    ("text", "advice"),
    [("(1,200.00)", "accounting brackets"), ("１２", "full-width"), ("12", "")],
)
def test_an_odd_amount_comes_with_advice(text, advice):
    assert advice in sheets._advice(text)
    assert bool(advice) is bool(sheets._advice(text))


def test_a_read_only_format_is_broken_in_its_reader():
    class ReadOnly(Format):
        """Cannot be written."""

        name = "read-only"

    broken = sabotaged(ReadOnly(), SABOTAGES[-1])
    assert not broken.is_writable
    assert type(broken).read is not Format.read


def test_the_profile_keeps_nothing_and_draws_alike():
    assert PROFILE.database is None
    assert PROFILE.derandomize


def test_the_kit_runs_without_pytest():
    code = (
        "import sys; sys.modules['pytest'] = None\n"
        "from kamcore.testing import check_format\n"
        "from kamcore.adapters.native import FORMAT\n"
        "print(next(iter(check_format(FORMAT))).outcome)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "held\n"
