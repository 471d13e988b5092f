# ruff: noqa: S101  laws are assertions
"""The laws of a format: what its author inherits and need not write.

::

    class TestAcmeCashbook(FormatLaws):
        format = FORMAT
        samples = Path(__file__).parent / "samples"
"""

import gc
import hashlib
import shutil
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from kamcore.books.check import check
from kamcore.errors import KamcoreError
from kamcore.format import Certainty, Guess, Source
from kamcore.grid.head import head_of
from kamcore.place import Place
from kamcore.plugin.admission import admit
from kamcore.testing.goldens import check_golden, golden_of, samples_in
from kamcore.testing.second_opinion import SecondOpinionLaws
from kamcore.testing.sheets import SheetLaws
from kamcore.testing.speed import SpeedLaws
from kamcore.testing.suite import drawn, skip
from kamcore.testing.writing import WritingLaws
from kamcore.testing.zoo import strangers

__all__ = ["FormatLaws"]

_TORN = 200_000
"""The largest sample that is torn, in bytes."""


class FormatLaws(WritingLaws, SecondOpinionLaws, SheetLaws, SpeedLaws):
    """Everything every format must hold; each ``law_x`` becomes ``test_x`` of a subclass."""

    def law_card_is_complete(self, _folder: Path) -> None:
        """The card says who it is, where it is specified and what it reads."""
        card = self.format
        admit("laws", "kamcore_formats", [card])
        assert (type(card).__doc__ or "").strip(), "the class has no docstring"
        for name in ("spec", "evidence_note", "suffixes", "reads"):
            assert getattr(card, name), f"{name} is empty"
        assert card.is_writable or not card.writes, (
            "it cannot be written but names facts it writes"
        )

    def law_samples_are_recognised(self, _folder: Path) -> None:
        """There are real files, and the format is sure of each."""
        for sample in self._samples():
            guess = self.format.sniff(head_of(Source(sample)))
            assert guess.certainty is Certainty.SURE, f"{sample.name}: {guess}"
            assert guess.zh, f"{sample.name}: no reason in Chinese"
            assert guess.en, f"{sample.name}: no reason in English"

    def law_strangers_are_refused(self, _folder: Path) -> None:
        """It is not sure of files of other programs, and raises at none."""
        for source in strangers():
            if source.name in self.kin:
                continue
            guess = self.format.sniff(head_of(source))
            assert isinstance(guess, Guess), f"{source.name}: {guess!r}"
            assert guess.certainty is not Certainty.SURE, f"{source.name}: {guess.en}"

    def law_strangers_fail_politely(self, folder: Path) -> None:
        """Files of other programs, read by force, are read or refused with a place."""
        for source in strangers():
            path = folder / source.name
            path.write_bytes(source.content())
            place = _refusal(self, path)
            assert place is None or place.file, f"{source.name}: refused without a place"

    def law_sniff_reads_the_head_only(self, folder: Path) -> None:
        """The guess needs the head alone: it is the same when the file is gone."""
        for sample in self._samples():
            copy = _copied(sample, folder)
            head = head_of(Source(copy))
            before = self.format.sniff(head)
            gc.collect()
            _removed(copy)
            after = self.format.sniff(head)
            assert after == before, f"{sample.name}: {before} with the file, {after} without"

    def law_samples_read_as_agreed(self, _folder: Path) -> None:
        """A sample says what its golden in the native format says."""
        for sample in self._samples():
            reading = self.format.read(Source(sample), self.read_options)
            golden = golden_of(sample, self.goldens)
            check_golden(reading.books, golden, update=self.update)

    def law_entries_balance_or_are_reported(self, _folder: Path) -> None:
        """Every voucher that does not balance has a problem at one of its rows."""
        for sample in self._samples():
            reading = self.format.read(Source(sample), self.read_options)
            said = {
                place
                for problem in (*reading.problems, *check(reading.books))
                for place in (problem.place.row, problem.place.line, problem.place.voucher)
            }
            off = (
                reading.books.lines.group_by("voucher_id")
                .agg(pl.col("source_row"), off=pl.col("debit").sum() - pl.col("credit").sum())
                .filter(pl.col("off") != 0)
            )
            heads = reading.books.vouchers.select(
                "voucher_id", label=pl.format("{}-{}", "word", "number")
            )
            for row in off.join(heads, on="voucher_id").iter_rows(named=True):
                label = row["label"]
                named = label is not None and any(str(place).endswith(label) for place in said)
                assert named or said & set(row["source_row"]), (
                    f"{sample.name}: {label} is off by {row['off']}, and nothing says so"
                )

    @drawn(lambda _cls: st.tuples(st.booleans(), st.integers(0, 2**32), st.integers(1, 255)))
    def law_torn_files_fail_politely(self, folder: Path, tear: tuple[bool, int, int]) -> None:
        """A sample cut or changed anywhere is read, or refused with a place."""
        cut, where, change = tear
        for sample in self._samples():
            if sample.is_dir() or sample.stat().st_size > _TORN:
                continue
            data = bytearray(sample.read_bytes())
            at = where % max(len(data), 1)
            if cut:
                del data[at:]
            else:
                data[at] ^= change
            torn = folder / sample.name
            torn.write_bytes(data)
            place = _refusal(self, torn)
            assert place is None or place.file, f"{sample.name}: refused without a place"

    def law_files_are_left_alone(self, folder: Path) -> None:
        """Reading changes no byte of the source and leaves no handle open."""
        for sample in self._samples():
            copy = _copied(sample, folder)
            before = _state(copy)
            source = Source(copy)
            self.format.sniff(head_of(source))
            self.format.read(source, self.read_options)
            del source
            gc.collect()
            assert _state(copy) == before, f"{sample.name} was changed"
            held = [path for path in _open_files() if path.is_relative_to(copy)]
            assert not held, f"{sample.name}: still open {held}"

    def _samples(self) -> list[Path]:
        samples = samples_in(self.samples)
        if not samples and isinstance(self.samples, Path) and not self.samples.exists():
            skip(f"{self.samples} is not here")
        assert samples, "a format without samples is a rumour"
        return samples


def _refusal(laws: FormatLaws, path: Path) -> Place | None:
    """The place a file is refused at, None when it is read."""
    try:
        laws.format.read(Source(path), laws.read_options)
    except KamcoreError as error:
        return error.place
    except Exception as error:
        raise AssertionError(f"{path.name}: {type(error).__name__}: {error}") from error
    return None


def _copied(sample: Path, folder: Path) -> Path:
    copy = folder.resolve() / sample.name
    if sample.is_dir():
        shutil.copytree(sample, copy)
    else:
        shutil.copyfile(sample, copy)
    return copy


def _removed(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _state(path: Path) -> list[tuple[str, str]]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [(str(file), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]


def _open_files() -> list[Path]:
    """Files this process holds open, where the system tells."""
    handles = Path("/proc/self/fd")
    if not handles.exists():
        return []
    found = []
    for handle in handles.iterdir():
        try:
            found.append(handle.readlink())
        except OSError:
            continue
    return found
