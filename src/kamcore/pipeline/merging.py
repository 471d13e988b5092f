"""Several files joined into one, with what was repeated, in conflict, missing or changed."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from kamcore.books.merged_tables import TableConflict
from kamcore.books.merging import Clash, Export, Gap, Keep, Merging, merge
from kamcore.errors import Fault, LossRefused, Problem, UsageError
from kamcore.format import LossReport, Options, Reading, Source
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.converting import Bad, Progress, Side, sha256, usable_books
from kamcore.pipeline.proving import Proof, proved
from kamcore.pipeline.reading import read, source_of
from kamcore.place import Place
from kamcore.plugin import registry

CONFLICT = Fault(
    code="C5201",
    zh="凭证 {value} 在两个文件中内容不同: {first} 与 {other} ({fields})",
    en="voucher {value} differs between {first} and {other} ({fields})",
    hint_zh="查明以哪个为准, 再用 --keep first、last 或 both",
    hint_en="find out which one holds, then say --keep first, last or both",
)
NO_SOURCE = Fault(
    code="C5202",
    zh="至少要给出一个要合并的文件",
    en="there is no file to merge",
)
COMPANIES = Fault(
    code="C5203",
    zh="给出了 {value} 个公司名称, 文件有 {files} 个",
    en="{value} companies are named for {files} files",
    hint_zh="按文件的顺序每个文件写一个, 用逗号分开",
    hint_en="name one for each file in their order, separated by commas",
)


@attrs.frozen(kw_only=True)
class Joined:
    """What a merge read, joined, wrote and proved."""

    sources: tuple[Side, ...]
    readings: tuple[Reading, ...]
    merging: Merging
    target: Side | None = None
    """None when nothing was written."""
    losses: LossReport = LossReport(())
    proof: Proof | None = None

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """Give the object ``merge --json`` prints."""
        pairs = zip(self.sources, self.merging.kept, strict=True)
        problems = [p for reading in self.readings for p in reading.problems]
        return {
            "sources": [{**side.to_json(), "kept": kept} for side, kept in pairs],
            **self.findings(),
            "target": self.target.to_json() if self.target else None,
            "losses": [loss.to_json() for loss in self.losses],
            "proof": self.proof.to_json() if self.proof else None,
            "problems": [problem.to_json(lang) for problem in problems],
        }

    def findings(self) -> dict[str, Any]:
        """What was met: repeats, conflicts, changed vouchers, gaps."""
        paths = [side.path for side in self.sources]
        found = self.merging
        tables = [_of_table(one) for one in found.table_conflicts]
        return {
            "repeats": [_of_clash(one, paths) for one in found.repeats],
            "conflicts": [*(_of_clash(one, paths) for one in found.conflicts), *tables],
            "changed": [_of_clash(one, paths) for one in found.changed],
            "gaps": [_of_gap(one) for one in found.gaps],
        }


def merge_files(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    paths: Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str] | None = None,
    *,
    to: str | None = None,
    keep: Keep = "refuse",
    bad: Bad = "refuse",
    companies: Sequence[str] = (),
    write_options: Options | None = None,
    allow_loss: bool = True,
    force: bool = False,
    progress: Progress | None = None,
) -> Joined:
    """Join files, earlier ones first, and write them as one; without `dst` only tell.

    `bad` says what becomes of vouchers with errors, as for `kamcore.pipeline.convert`, and
    `companies` names whose each file is, where the files do not say.  What is written is read
    again and compared, as `convert` does.

    Raises:
        SourceError: a file cannot be read.
        BooksError: a file has errors and `bad` is ``refuse``.
        LossRefused: vouchers are in conflict, `keep` is ``refuse`` and a target is given; or
            something would be lost and `allow_loss` is false.
        UsageError: there is no file, the target exists and `force` is false, or `companies` do
            not fit.
        PluginError: what the format wrote does not read back as it was.
    """
    if not paths:
        raise UsageError(NO_SOURCE.at(Place()))
    if companies and len(companies) != len(paths):
        raise UsageError(COMPANIES.at(Place(), len(companies), files=len(paths)))
    say = progress or (lambda _step, _done, _all: None)
    sources = [source_of(path) for path in paths]
    fmt = registry().format(to or "native")
    readings = []
    for index, source in enumerate(sources):
        say("read", index, len(sources))
        readings.append(read(source))
    say("read", len(sources), len(sources))
    owners = [*companies] or [""] * len(paths)
    exports = [
        Export(str(path), reading.books if dst is None else usable_books(reading, bad)[0], owner)
        for path, reading, owner in zip(paths, readings, owners, strict=True)
    ]
    merging = merge(exports, keep=keep)
    sides = [_side(*one) for one in zip(paths, sources, readings, strict=True)]
    done = Joined(sources=tuple(sides), readings=tuple(readings), merging=merging)
    if dst is None:
        return done
    if merging.conflicts and keep == "refuse":
        problems = [_problem(one, [side.path for side in sides]) for one in merging.conflicts]
        raise LossRefused(problems[0], problems[1:])
    rows = merging.books.lines.height
    with whole(Path(dst), force=force) as temporary:
        losses = fmt.write(merging.books, temporary, options=write_options, allow_loss=allow_loss)
        say("write", rows, rows)
        proof = proved(merging.books, fmt, Source(temporary), write_options or {})
        say("check", rows, rows)
        digest = sha256(temporary)
    side = Side(format=fmt.name, path=str(dst), totals=proof.found, sha256=digest)
    return attrs.evolve(done, target=side, losses=losses, proof=proof)


def _side(path: str | os.PathLike[str], source: Source, reading: Reading) -> Side:
    digest = sha256(source.path) if source.path else ""
    totals = reading.books.totals()
    return Side(format=reading.format, path=str(path), totals=totals, sha256=digest)


def _problem(one: Clash, paths: Sequence[str]) -> Problem:
    first, other = paths[one.first], paths[one.other]
    fields = ", ".join(one.fields) or "?"
    value = one.voucher.text()
    return CONFLICT.at(Place(file=other), value, first=first, other=other, fields=fields)


def _of_clash(one: Clash, paths: Sequence[str]) -> dict[str, Any]:
    name = one.voucher
    return {
        "company": name.company,
        "year": name.year,
        "period": name.period,
        "word": name.word,
        "number": name.number,
        "voucher": name.text(),
        "first": paths[one.first],
        "other": paths[one.other],
        "posted": one.posted,
        "fields": list(one.fields),
    }


def _of_table(one: TableConflict) -> dict[str, Any]:
    return {**attrs.asdict(one), "fields": [f"{one.table}.{one.column}"]}


def _of_gap(one: Gap) -> dict[str, Any]:
    return attrs.asdict(one)
