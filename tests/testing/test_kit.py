"""Each law catches the format that breaks it; settings nobody reads are refused."""

import inspect
import itertools
import tempfile
from pathlib import Path

import attrs
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamcore.adapters.native import FORMAT, Native
from kamcore.books import Books, schema
from kamcore.books.check import check
from kamcore.errors import Severity
from kamcore.format import Certainty, Fact, Format, Guess, Limits, LossKind, Source
from kamcore.format.fact import carried
from kamcore.grid.head import head_of
from kamcore.place import Place
from kamcore.testing import FormatLaws, Shape, books, laws, texts
from kamcore.testing.goldens import check_golden, golden_of, samples_in
from kamcore.testing.zoo import strangers

SAMPLES = Path(__file__).parents[1] / "adapters" / "native" / "samples"
QUICK = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class Copy(Native):
    """The native format, with room for faults."""


class NoDocs(Native):
    __doc__ = None


class Unspecified(Copy):
    spec = ""


class Unsure(Copy):
    def sniff(self, head):
        return Guess.maybe("也许", "perhaps")


class Greedy(Copy):
    def sniff(self, head):
        return Guess.sure("是", "yes") if head.start else Guess.no()


class Peeking(Copy):
    def sniff(self, head):
        count = sum(1 for path in Path(tempfile.gettempdir()).rglob(head.name))
        return attrs.evolve(super().sniff(head), en=str(count))


class Forgetful(Copy):
    """Declares summaries, and loses them."""

    def render(self, given, target, losses, options):
        blank = pl.lit(None, dtype=pl.String).alias("summary")
        given = given.replace(lines=given.lines.with_columns(blank))
        super().render(given, target, losses, options)


class Alarmist(Copy):
    """Reports what it did not lose."""

    def render(self, given, target, losses, options):
        losses.note(LossKind.CUT, "lines.summary", 1, Place())
        super().render(given, target, losses, options)


class Boundless(Copy):
    """States a limit it does not keep."""

    limits = Limits(text_chars={"lines.summary": 20})


class Smuggling(Copy):
    """Writes a character that it forbids."""

    limits = Limits(forbidden={"\t": " "})


class Silent(Copy):
    """Cuts what is too long, says so in its spelling, and reports nothing."""

    limits = Limits(text_chars={"lines.summary": 20})

    def spelling(self, given, options):
        return given.replace(lines=given.lines.with_columns(pl.col("summary").str.head(20)))

    def render(self, given, target, losses, options):
        super().render(self.spelling(given, options), target, losses, options)


class Shortening(Silent):
    """Reports what it cuts, and cuts more than its spelling says."""

    def render(self, given, target, losses, options):
        text = pl.col("summary")
        cut = given.lines.filter(text.str.len_chars() > 20)
        losses.note(LossKind.CUT, "lines.summary", cut.height, Place())
        shorter = given.lines.with_columns(text.str.head(19))
        super().render(given.replace(lines=shorter), target, losses, options)


class Rounding(Copy):
    """Rounds amounts, and reports nothing."""

    limits = Limits(decimals={"lines.debit": 2})

    def spelling(self, given, options):
        whole = pl.col("debit").round(2).cast(schema.AMOUNT)
        return given.replace(lines=given.lines.with_columns(whole))

    def render(self, given, target, losses, options):
        super().render(self.spelling(given, options), target, losses, options)


class Ticking(Copy):
    """Writes another byte each time."""

    clock = itertools.count()

    def render(self, given, target, losses, options):
        super().render(given, target, losses, options)
        with target.open("ab") as stream:
            stream.write(b"\n" * (1 + next(self.clock)))


class Crashing(Copy):
    """Crashes on whatever the native format would refuse."""

    def read(self, source, options):
        text = source.content().decode()
        assert text.endswith("\n")
        return super().read(source, options)


class Holding(Copy):
    """Keeps the file open."""

    held = ()

    def read(self, source, options):
        if not source.is_folder:
            Holding.held = (*Holding.held, source.open())
        return super().read(source, options)


class Scribbling(Copy):
    """Changes the file it reads."""

    def read(self, source, options):
        reading = super().read(source, options)
        if source.path.is_file():
            source.path.write_bytes(source.content() + b"\n")
        return reading


class Restless(Copy):
    """Spells books another way each time."""

    def spelling(self, given, options):
        longer = pl.col("summary") + "+"
        return given.replace(lines=given.lines.with_columns(longer))


def laws_of(card, **more):
    return type(
        "TestIt", (FormatLaws,), {"format": card, "samples": SAMPLES, "examples": 3} | more
    )


def run(suite, law, request):
    test = getattr(suite, f"test_{law}")
    return (
        test(suite(), request)
        if "request" in inspect.signature(test).parameters
        else test(suite())
    )


@pytest.mark.parametrize(
    ("law", "card"),
    [
        ("card_is_complete", NoDocs),
        ("card_is_complete", Unspecified),
        ("samples_are_recognised", Unsure),
        ("strangers_are_refused", Greedy),
        ("own_writing_is_recognised", Unsure),
        ("loss_report_is_exact", Forgetful),
        ("what_is_declared_is_kept", Forgetful),
        ("what_is_declared_is_kept", Alarmist),
        ("hostile_text_survives", Forgetful),
        ("limits_are_honest", Boundless),
        ("limits_are_honest", Smuggling),
        ("limits_are_honest", Silent),
        ("limits_are_honest", Shortening),
        ("limits_are_honest", Rounding),
        ("writing_is_repeatable", Ticking),
        ("torn_files_fail_politely", Crashing),
        ("files_are_left_alone", Holding),
        ("files_are_left_alone", Scribbling),
        ("spelling_is_stable", Restless),
    ],
)
def test_a_law_catches_who_breaks_it(law, card, request):
    try:
        with pytest.raises(AssertionError, match=r"\S"):
            run(laws_of(card(), examples=10 if "torn" in law else 3), law, request)
    finally:
        for stream in Holding.held:
            stream.close()
        Holding.held = ()


def test_a_law_catches_a_sniff_that_looks_at_the_file(tmp_path, request, monkeypatch):
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    with pytest.raises(AssertionError):
        run(laws_of(Peeking()), "sniff_reads_the_head_only", request)


def test_a_voucher_off_balance_must_be_reported(request, monkeypatch):
    class Unbalanced(Copy):
        def read(self, source, options):
            reading = super().read(source, options)
            more = pl.col("debit") + pl.lit(1)
            lines = reading.books.lines.with_columns(more.cast(schema.AMOUNT))
            return attrs.evolve(reading, books=reading.books.replace(lines=lines))

    suite, law = (
        laws_of(Unbalanced(), samples=[SAMPLES / "sale.kam"]),
        "entries_balance_or_are_reported",
    )
    run(suite, law, request)
    monkeypatch.setattr(laws, "check", lambda _books: [])
    with pytest.raises(AssertionError, match=r"记-1 is off by 3\.0000, and nothing says so"):
        run(suite, law, request)


def test_a_golden_that_is_not_met_says_what_differs(tmp_path):
    sample = SAMPLES / "sale.kam"
    golden = golden_of(sample, tmp_path)
    said = FORMAT.read(Source(sample), {}).books
    with pytest.raises(AssertionError, match="run pytest with --kamcore-update"):
        check_golden(said, golden, update=False)
    check_golden(said, golden, update=True)
    check_golden(said, golden, update=False)
    changed = said.replace(lines=said.lines.with_columns(pl.lit("x").alias("summary")))
    with pytest.raises(AssertionError, match=r"value lines\.summary: 3, '销售给岚桥商贸' ≠ 'x'"):
        check_golden(changed, golden, update=False)


def test_samples_are_found_without_what_stands_beside_them():
    assert [path.name for path in samples_in(SAMPLES)] == [
        "folder.books",
        "hostile.jsonl",
        "sale.kam",
    ]
    assert samples_in(Path("/nowhere")) == []


def test_a_setting_no_law_reads_is_refused():
    with pytest.raises(TypeError, match=r"sets \['sample'\], which no law reads"):
        laws_of(FORMAT, sample="x")


def test_a_pending_law_must_exist():
    with pytest.raises(TypeError, match=r"names no law of this format: \['limits_are_honset'\]"):
        laws_of(FORMAT, pending={"limits_are_honset": "a slip"})


def test_a_pending_law_is_expected_to_fail_strictly():
    suite = laws_of(FORMAT, pending={"spelling_is_stable": "not yet"})
    (mark,) = suite.test_spelling_is_stable.pytestmark
    assert (mark.name, mark.kwargs) == ("xfail", {"strict": True, "reason": "not yet"})
    assert {m.name for m in suite.test_spelling_is_stable_at_length.pytestmark} == {
        "xfail",
        "soak",
    }


class ReadOnly(Format):
    """A format that cannot be written."""

    name = "read-only"
    title = "只读"
    suffixes = (".ro",)


def test_writing_laws_are_not_made_for_a_format_that_cannot_be_written():
    tests = {name for name in dir(laws_of(ReadOnly())) if name.startswith("test_")}
    assert "test_card_is_complete" in tests
    assert "test_loss_report_is_exact" not in tests
    every = {name for name in dir(laws_of(FORMAT)) if name.startswith("test_")}
    assert len([name for name in every if not name.endswith("_at_length")]) == 19


def test_tests_are_of_their_own_class():
    one, other = laws_of(FORMAT), laws_of(FORMAT)
    assert one.test_spelling_is_stable is not other.test_spelling_is_stable


def test_the_animals_of_the_zoo_are_told_apart():
    names = [source.name for source in strangers()]
    assert len(set(names)) == len(names) > 20
    assert all(FORMAT.sniff(head_of(source)).certainty is Certainty.NO for source in strangers())


@QUICK
@given(books())
def test_drawn_books_hold_together(drawn):
    errors = [p.text() for p in check(drawn) if p.severity is Severity.ERROR]
    assert errors == []
    assert drawn.totals().debit == drawn.totals().credit


@QUICK
@given(books({Fact("lines", "summary"), Fact("lines", "aux_customer")}))
def test_drawn_books_state_only_what_is_asked(drawn):
    assert {str(fact) for fact in carried(drawn)} <= {"lines.summary", "lines.aux_customer"}


LIMITS = Limits(
    encoding="gb18030",
    text_bytes={"lines.summary": 7},
    forbidden={"往": "来"},
    decimals={"lines.debit": 0},
    lines_per_voucher=2,
)


@QUICK
@given(books(None, LIMITS, Shape(hostile=True, foreign=False)))
def test_drawn_books_keep_limits(drawn):
    for text in drawn.lines["summary"]:
        assert 0 < len(text.encode("gb18030")) <= 7
        assert "往" not in text
    assert (drawn.lines["debit"] % 1 == 0).all()


@QUICK
@given(st.data())
def test_shapes_are_kept(data):
    bare = Shape(vouchers=1, lines=3, dimensions=(), void=False, foreign=False, quantities=False)
    drawn: Books = data.draw(books(shape=bare))
    assert drawn.vouchers.height == 1
    assert drawn.dimension_ids == ()
    assert set(drawn.lines["currency"]) == {"CNY"}
    assert drawn.lines["quantity"].null_count() == drawn.lines.height
    assert drawn.totals().void_vouchers == 0


@QUICK
@given(texts("lines.summary", Limits(text_chars={"lines.summary": 3}), hostile=True))
def test_texts_fit_and_are_never_blank(text):
    assert 0 < len(text) <= 3
    assert text == text.strip()
