"""One file into another system's layout, with the proof that nothing was lost unsaid."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import attrs
import polars as pl

from kamcore.books import Books, Totals
from kamcore.books.mapping import Mapped, Merged, Unmapped, map_books
from kamcore.books.sub_accounts import Regrouped
from kamcore.errors import BooksError, Fault, LossRefused, Problem, Severity
from kamcore.format import Fact, Loss, LossKind, LossReport, Options, Reading, Source
from kamcore.model.dimension import label_of
from kamcore.model.mapping import CodeMap
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.mapping_file import read_mapping
from kamcore.pipeline.proving import Proof, proved
from kamcore.pipeline.reading import read, source_of
from kamcore.pipeline.regrouping import Direction, regroup, regrouped_json
from kamcore.place import Place
from kamcore.plugin import Registry, registry

BAD_BOOKS = Fault(
    code="C3002",
    zh="源文件有 {count} 处错误, 没有写出文件",
    en="the source has {count} errors, so nothing is written",
    hint_zh="改正后再转; 或用 --bad skip 跳过有错的凭证, 用 --bad keep 原样写出",
    hint_en="mend them; or leave bad vouchers out with --bad skip, write them with --bad keep",
)
UNMAPPED = Fault(
    code="C3003",
    zh="对照表里没有{part_zh}「{value}」{name}的目标, 涉及 {lines} 行",
    en="the mapping does not list {part} {value!r} {name}, used on {lines} lines",
    hint_zh="{row}建议填: {proposal}",
    hint_en="{row}proposal: {proposal}",
)
UNEQUAL_BALANCES = Fault(
    code="C3004",
    zh="按对照表换码后, 科目发生额与源账不等",
    en="after mapping the sums per account differ from the source's",
)

_PARTS = {"accounts": "科目", "words": "凭证字"}

Progress = Callable[[str, int, int], None]
"""Called with the step (read, write, check), rows done and rows in all."""

Bad = Literal["refuse", "skip", "keep"]
"""What becomes of vouchers with errors."""


@attrs.frozen(kw_only=True)
class Side:
    """Control totals and hash of one side of a conversion."""

    format: str
    path: str
    totals: Totals
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Give the keys of a side in ``--json``."""
        return {
            "format": self.format,
            "path": self.path,
            "vouchers": self.totals.vouchers,
            "lines": self.totals.lines,
            "debit": f"{self.totals.debit:.2f}",
            "credit": f"{self.totals.credit:.2f}",
            "sha256": self.sha256,
        }


@attrs.frozen(kw_only=True)
class Conversion:
    """What a conversion read, wrote, lost and proved."""

    source: Side
    target: Side
    reading: Reading
    losses: LossReport
    proof: Proof
    mapped: Mapped
    regrouped: Regrouped | None = None
    """Sub-accounts and members that took each other's place, where that was asked."""
    skipped: int = 0
    """Vouchers left out because they had errors and the caller asked for it."""

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """Give the object ``convert --json`` prints."""
        return {
            "source": self.source.to_json(),
            "target": self.target.to_json(),
            "reason": self.reading.reason[0 if lang == "zh" else 1],
            "losses": [loss.to_json() for loss in self.losses],
            "proof": {**self.proof.to_json(), **self._regrouped_json()},
            "mapping": {
                "used": self.mapped.used,
                "unmapped": [attrs.asdict(code) for code in self.mapped.unmapped],
                "merged": [attrs.asdict(code) for code in self.mapped.merged],
                "balances_equal": self.mapped.balances_equal,
            },
            "skipped_vouchers": self.skipped,
            "problems": [problem.to_json(lang) for problem in self.reading.problems],
        }

    def _regrouped_json(self) -> dict[str, Any]:
        return {"sub_accounts": regrouped_json(self.regrouped)} if self.regrouped else {}


def convert(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    *,
    to: str,
    mapping: CodeMap | str | os.PathLike[str] | None = None,
    steps: Sequence[str] = (),
    sub_accounts: Direction | None = None,
    rule: str | os.PathLike[str] | None = None,
    source_format: str | None = None,
    read_options: Options | None = None,
    write_options: Options | None = None,
    allow_loss: bool = True,
    force: bool = False,
    bad: Bad = "refuse",
    progress: Progress | None = None,
    formats: Registry | None = None,
) -> Conversion:
    """Convert a file into the format `to`, and prove it.

    The target is written under a temporary name, read again and compared with the source in
    every field both formats can say; only then it gets its name.

    Args:
        src: the file or folder to read.
        dst: where to write; an existing file is only replaced with `force`.
        to: name of the target format.
        mapping: codes of the source in the target's words, as a value or the path of a form.
        steps: names of transformations that plug-ins offer, applied in this order before mapping.
        sub_accounts: ``to-auxiliary`` makes sub-accounts members of a dimension, ``to-accounts``
            members sub-accounts, before mapping; with a proof of equal sums.
        rule: form that says which; to members, learned from names when left out.
        source_format: name of the source's format; recognised from the content when left out.
        read_options: options of the source format.
        write_options: options of the target format.
        allow_loss: false refuses to write when the target cannot hold a fact.
        force: true replaces an existing target.
        bad: what becomes of vouchers with errors: ``refuse`` writes nothing, ``skip`` leaves those
            vouchers out and counts them, ``keep`` writes them as they are.
        progress: called with the step (read, write, check), rows done and rows in all.
        formats: the formats to choose from; all installed ones when left out.

    Raises:
        SourceError: the source or the mapping cannot be read.
        BooksError: the source has errors and `bad` is ``refuse``, or sums of sub-accounts and of
            members would differ.
        LossRefused: something would be lost and `allow_loss` is false, or the mapping does not
            list a code in use.
        UsageError: the target exists and `force` is false, or an option is unknown.
        PluginError: what the format wrote does not read back as it was.
    """
    say = progress or (lambda _step, _done, _all: None)
    known = formats or registry()
    target_format = known.format(to)
    source = source_of(src)
    say("read", 0, 1)
    reading = read(source, source_format, options=read_options, formats=known)
    rows = reading.books.lines.height
    say("read", rows, rows)
    usable, skipped = usable_books(reading, bad)
    for name in steps:
        usable = known.step(name).apply(usable)
    regrouped = regroup(usable, sub_accounts, rule) if sub_accounts else None
    mapped = _mapped(regrouped.books if regrouped else usable, mapping)
    with whole(Path(dst), force=force) as temporary:
        report = target_format.write(
            mapped.books, temporary, options=write_options, allow_loss=allow_loss
        )
        say("write", rows, rows)
        proof = proved(mapped.books, target_format, Source(temporary), write_options or {})
        say("check", rows, rows)
        written = Side(format=to, path=str(dst), totals=proof.found, sha256=sha256(temporary))
    return Conversion(
        source=_source_side(reading, source, str(src)),
        target=written,
        reading=reading,
        losses=LossReport.of([*report, *_merge_losses(mapped.merged)]),
        proof=proof,
        mapped=mapped,
        regrouped=regrouped,
        skipped=skipped,
    )


def _source_side(reading: Reading, source: Source, path: str) -> Side:
    digest = sha256(source.path) if source.path else ""
    return Side(format=reading.format, path=path, totals=reading.books.totals(), sha256=digest)


def usable_books(reading: Reading, bad: str) -> tuple[Books, int]:
    """The books to write, and how many vouchers were left out because of errors.

    Raises:
        BooksError: there are errors and `bad` is ``refuse``, or they stand at no row.
    """
    errors = [p for p in reading.problems if p.severity is Severity.ERROR]
    if not errors or bad == "keep":
        return reading.books, 0
    if bad == "refuse":
        place = Place(file=errors[0].place.file)
        raise BooksError(BAD_BOOKS.at(place, count=len(errors)), errors)
    return _without_bad(reading.books, errors)


def _without_bad(books: Books, errors: list[Problem]) -> tuple[Books, int]:
    """Leave out every voucher with an error on one of its rows.

    Raises:
        BooksError: an error stands at no row, so no voucher can be blamed for it.
    """
    rows = {p.place.row or p.place.line for p in errors}
    if None in rows:
        homeless = [p for p in errors if not (p.place.row or p.place.line)]
        raise BooksError(homeless[0], homeless[1:])
    bad = books.lines.filter(pl.col("source_row").is_in(list(rows)))["voucher_id"].unique()
    keep = ~pl.col("voucher_id").is_in(bad.implode())
    lines = books.lines.with_row_index("_row").filter(keep)
    moved = dict(zip(lines["_row"], range(lines.height), strict=True))
    extras = books.extras
    of_lines = extras.filter(table="lines").filter(pl.col("row_id").is_in(list(moved)))
    of_lines = of_lines.with_columns(pl.col("row_id").replace_strict(moved, return_dtype=pl.Int64))
    after = books.replace(
        vouchers=books.vouchers.filter(keep),
        lines=lines.drop("_row"),
        cash_flows=books.cash_flows.filter(keep),
        extras=pl.concat([extras.filter(pl.col("table") != "lines"), of_lines]),
    )
    return after, len(bad)


def _mapped(books: Books, mapping: CodeMap | str | os.PathLike[str] | None) -> Mapped:
    if mapping is None:
        return Mapped(books)
    code_map = mapping if isinstance(mapping, CodeMap) else read_mapping(mapping)
    mapped = map_books(books, code_map)
    if mapped.unmapped:
        problems = [_unmapped_problem(books, code) for code in mapped.unmapped]
        raise LossRefused(problems[0], problems[1:])
    if not mapped.balances_equal:
        raise BooksError(UNEQUAL_BALANCES.at(Place()))
    return mapped


def _unmapped_problem(books: Books, code: Unmapped) -> Problem:
    place = books.origin.place(code.first_row)
    row = f"{code.place.sheet}!{code.place.row}" if code.place.row else ""
    return UNMAPPED.at(
        place,
        code.code,
        part=code.part,
        part_zh=_PARTS.get(code.part) or label_of(code.part.removeprefix("members.")),
        name=code.name,
        lines=code.lines,
        proposal=code.proposal or "?",
        row=f"{row} " if row else "",
    )


def _merge_losses(merged: tuple[Merged, ...]) -> list[Loss]:
    """A loss for each part of the mapping in which several codes became one."""
    found: dict[str, Loss] = {}
    for one in merged:
        words = {"accounts": "lines.account", "words": "vouchers.word"}
        fact = words.get(one.part, f"lines.aux_{one.part.removeprefix('members.')}")
        example = f"{' + '.join(one.codes)} → {one.target}"
        known = found.get(fact)
        found[fact] = (
            Loss(LossKind.MERGED, Fact.parse(fact), one.lines, Place(), example)
            if known is None
            else attrs.evolve(known, count=known.count + one.lines)
        )
    return list(found.values())


def sha256(path: Path) -> str:
    """Hash a file; a folder by the names and contents of its files, in order of name."""
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if path.is_dir():
            digest.update(file.name.encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
