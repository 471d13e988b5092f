"""The contract of a format: a light card, a reader, and a writer that cannot hide a loss."""

import enum
import importlib
import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, final

import attrs

from kamcore.books import Books, schema
from kamcore.errors import Fault, LossRefused, UsageError
from kamcore.format.comparing import voucher_of
from kamcore.format.fact import Fact, carried, filled
from kamcore.format.head import Guess, Head, Source
from kamcore.format.limits import Limits
from kamcore.format.loss import Loss, Losses, LossKind, LossReport
from kamcore.format.options import Options
from kamcore.format.reading import Reading
from kamcore.model.scheme import CodeScheme
from kamcore.place import Place

API = 1
"""Version of this contract; a plug-in states the one it was written for."""

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""

UNKNOWN_OPTION = Fault(
    code="F1001",
    zh="格式 {format} 没有选项「{value}」",
    en="format {format} has no option {value!r}",
    hint_zh="可用的选项: {known}",
    hint_en="its options are {known}",
)
READ_ONLY = Fault(
    code="F1002",
    zh="格式 {value} 只能读, 不能写",
    en="format {value} can be read but not written",
)
LOSS = Fault(
    code="F2001",
    zh="格式 {format} 装不下: {what_zh}",
    en="format {format} cannot hold: {what_en}",
    hint_zh="确认可以放弃后, 允许损失再写",
    hint_en="allow the loss if these facts may be given up",
)


class Evidence(enum.StrEnum):
    """How well a layout is known.  Never claim more than was seen."""

    CONFIRMED = "confirmed"
    """证实: seen in a real file, in the vendor's documents, or in code talking to the product."""
    CORROBORATED = "corroborated"
    """旁证: several independent programs agree; no real file seen."""
    REPORTED = "reported"
    """据称: one program, tutorial or forum page says so."""
    GUESSED = "guessed"
    """推测: by inference; test on a real file first."""


class Format:
    """A file format.  Subclasses fill the card and the two workers.

    The card is light: it imports no parser.  Its workers stand beside it in the same package and
    are imported when they are called: ``read_books(source, options)`` in ``reader.py``,
    ``write_books(books, target, losses, options)`` in ``writer.py``, and ``spell(books, losses,
    options)`` in ``spelling.py`` or ``writer.py``.  A card whose workers are called otherwise
    defines `read`, `render` and `spelling` itself.  Without a writer a format is read-only.
    """

    api: ClassVar[int] = API
    name: ClassVar[str]
    """Identity, in kebab-case."""
    title: ClassVar[str]
    """Name for people, in Chinese."""
    title_en: ClassVar[str] = ""
    vendor: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Suffixes it reads and writes, the usual one first."""
    evidence: ClassVar[Evidence] = Evidence.GUESSED
    evidence_note: ClassVar[str] = ""
    """What the evidence is, in one sentence."""
    spec: ClassVar[str] = ""
    """Where the layout is described: standard, vendor manual, version."""
    reads: ClassVar[frozenset[Fact]] = frozenset()
    writes: ClassVar[frozenset[Fact]] = frozenset()
    limits: ClassVar[Limits] = Limits()
    options: ClassVar[Mapping[str, str]] = {}
    """Options it knows, each with one line of explanation."""
    forms: ClassVar[Mapping[str, Options]] = {}
    """Options that the suffix of a target stands for, where one format has several forms, such as
    ``{".xlsx": {"form": "workbook"}}``; an option that is given outrules it."""
    next_step: ClassVar[tuple[str, str]] = ("", "")
    """What to do with the written file in the product it is for, in Chinese and in English."""

    def sniff(self, head: Head) -> Guess:
        """Say whether the file is of this format, and why.  Never raises."""
        raise NotImplementedError

    def read(self, source: Source, options: Options) -> Reading:
        """Read the source.

        Raises:
            SourceError: the file as a whole cannot be read as this format.
        """
        reading: Reading = self._worker("reader", "read_books")(source, options)
        return reading

    def render(self, books: Books, target: Path, losses: Losses, options: Options) -> None:
        """Write `books` to `target`, noting what had to be cut, rounded, replaced or guessed."""
        self._worker("writer", "write_books")(books, target, losses, options)

    def spelling(self, books: Books, options: Options) -> Books:
        """The books as this format would spell them, for comparison after writing.

        A format that must write codes or texts another way (codes without dots, a comma made
        full-width) says so here; the proof compares with this.  `options` are those of the
        writing, with what the name of the target says (`options_for`).  What only an option of
        a reading would tell, such as what a site's own code means, is spelled as the file has it.
        """
        for module in ("spelling", "writer"):
            spell = self._found(module, "spell")
            if spell is not None:
                spelled: Books = spell(books, Losses(), options)
                return spelled
        return books

    @property
    def is_writable(self) -> bool:
        """True when the format can be written."""
        return type(self).render is not Format.render or bool(self._home("writer"))

    @final
    def _home(self, module: str) -> str:
        """The full name of a module beside the card, or beside that of a base; empty if none."""
        for card in type(self).__mro__:
            if card is Format:
                break
            package = sys.modules.get(card.__module__)
            if hasattr(package, "__path__"):
                name = f"{card.__module__}.{module}"
                if importlib.util.find_spec(name) is not None:
                    return name
        return ""

    @final
    def _found(self, module: str, function: str) -> Callable[..., Any] | None:
        home = self._home(module)
        return getattr(importlib.import_module(home), function, None) if home else None

    @final
    def _worker(self, module: str, function: str) -> Callable[..., Any]:
        worker = self._found(module, function)
        if worker is None:
            raise NotImplementedError(f"{self.name} has no {function} in {module}.py beside it")
        return worker

    @final
    def options_for(self, target: Path, options: Options) -> Options:
        """The options of a writing to `target`: those given, and what its suffix stands for.

        `render` and `spelling` get the same, so neither need look at a name.
        """
        return {**self.forms.get(target.suffix.lower(), {}), **options}

    @final
    def check_options(self, options: Options) -> None:
        """Refuse an option the format does not know.

        Raises:
            UsageError: an option is unknown.
        """
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "-"
                raise UsageError(UNKNOWN_OPTION.at(Place(), name, format=self.name, known=known))

    @final
    def dropped(self, books: Books) -> list[Loss]:
        """Losses that follow from the card alone: facts stated by the books and not written."""
        lost = {
            fact: count for fact, count in carried(books).items() if not fact.within(self.writes)
        }
        kept = _told_by_codes(books, self.writes)
        return [_dropped(books, fact, count) for fact, count in lost.items() if fact not in kept]

    @final
    def write(
        self,
        books: Books,
        target: Path,
        *,
        options: Options | None = None,
        allow_loss: bool = True,
    ) -> LossReport:
        """Write books and say what was lost.

        Raises:
            UsageError: the format is read-only or does not know an option.
            LossRefused: something would be lost and `allow_loss` is false.
        """
        if not self.is_writable:
            raise UsageError(READ_ONLY.at(Place(), self.name))
        options = self.options_for(target, options or {})
        self.check_options(options)
        dropped = self.dropped(books)
        if dropped and not allow_loss:
            self.refuse(dropped)
        losses = Losses()
        self.render(books, target, losses, options)
        report = LossReport.of([*dropped, *losses])
        if report.losses and not allow_loss:
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
            self.refuse(report)
        return report

    @final
    def refuse(self, losses: Iterable[Loss]) -> None:
        """Raise `LossRefused`, naming every loss."""
        problems = [
            LOSS.at(
                loss.first,
                loss.example,
                format=self.name,
                # The place is the problem's own; the sentence need not repeat it.
                what_zh=attrs.evolve(loss, first=Place()).text("zh"),
                what_en=attrs.evolve(loss, first=Place()).text("en"),
            )
            for loss in losses
        ]
        raise LossRefused(problems[0], problems[1:])


def _told_by_codes(books: Books, writes: frozenset[Fact]) -> frozenset[Fact]:
    """Level and parent of accounts, where the codes that are written say the same."""
    told = Fact("accounts", "level"), Fact("accounts", "parent")
    codes = books.accounts["code"].to_list()
    if not codes or not {Fact("accounts", "code"), Fact("lines", "account")} & writes:
        return frozenset()
    scheme = CodeScheme.detect(codes)
    says = {"level": scheme.level, "parent": scheme.parent}
    return frozenset(
        fact
        for fact in told
        if all(
            said is None or said == says[fact.column](code)
            for code, said in zip(codes, books.accounts[fact.column], strict=True)
        )
    )


def _dropped(books: Books, fact: Fact, count: int) -> Loss:
    frame = books.tables[fact.table]
    first = frame.with_row_index("_row").filter(filled(fact.table, fact.column)).head(1)
    row = first.row(0, named=True)
    place = books.origin.place(row.get("source_row"), str(fact), voucher_of(books, row))
    label = ""
    if fact.is_dimension:
        known = books.dimensions.filter(id=fact.column.removeprefix(schema.AUX))
        label = known["label"][0] if known.height else ""
    return Loss(LossKind.DROPPED, fact, count, place, str(row[fact.column]), label)
