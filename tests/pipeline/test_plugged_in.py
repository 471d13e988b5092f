"""Checks and steps of plug-ins take part; a failing check spoils nothing."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

import kamcore
from kamcore.books import Books
from kamcore.errors import Fault, Problem, Severity
from kamcore.place import Place
from kamcore.plugin import Registry, hookimpl
from small_books import books, cr, dr, voucher

BOOKS = books(voucher(1, dr("1122", "9.99"), cr("6001", "9.99")))

LOOKED = Fault(code="X0001", severity=Severity.INFO, zh="看过", en="looked")


class Polite:
    name = "polite"

    def check(self, books: Books) -> Iterable[Problem]:
        return [LOOKED.at(Place(), str(books.lines.height))]


class Broken:
    name = "broken"

    def check(self, books: Books) -> Iterable[Problem]:
        raise ZeroDivisionError("by design")


class Shout:
    name = "shout"

    def apply(self, books: Books) -> Books:
        return books.replace(lines=books.lines.with_columns(pl.lit("!").alias("summary")))


class Guest:
    @hookimpl
    def kamcore_checks(self) -> Iterable[object]:
        return [Broken(), Polite()]

    @hookimpl
    def kamcore_steps(self) -> Iterable[object]:
        return [Shout()]


def test_checks_of_plug_ins_are_asked_and_isolated(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    kamcore.write(BOOKS, path, format="native")
    reading = kamcore.read(path, formats=Registry({"guest": Guest()}))
    said = {problem.code: problem for problem in reading.problems}
    assert said["X0001"].value == "2"
    assert said["C1012"].value == "broken"
    assert "ZeroDivisionError: by design" in said["C1012"].message("zh")


def test_a_named_step_is_applied_before_writing(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    kamcore.write(BOOKS, source, format="native")
    formats = Registry({"guest": Guest()})
    kamcore.convert(source, target, to="native", steps=["shout"], formats=formats)
    assert kamcore.read(target).books.lines["summary"].to_list() == ["!", "!"]
