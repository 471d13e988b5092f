"""Books from voucher bodies of JSON: what the interfaces of one vendor share.

The adapter names the key paths and their facts; a member code may stand under any of them, and a
column that no entry fills is no dimension.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity, UsageError
from kamcore.format import Detected, Reading, Source
from kamcore.markup.json_reading import read_json
from kamcore.place import Place
from kamcore.vouchers.documents import Document, Terms, make_document
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.json_records import Outline, lay_out_json, said_once

__all__ = ["Bodies", "pairs_of", "read_bodies"]

NO_BODIES = Fault(
    code="G1711",
    severity=Severity.WARNING,
    zh="文件里没有凭证",
    en="there are no vouchers in the file",
)
NO_PAIRS = Fault(
    code="G1712",
    zh="选项 {option} 的「{value}」不是「代码=名称」",
    en="option {option}: {value!r} is not code=name",
    hint_zh="写作 {example}, 或给出 .toml 文件的路径",
    hint_en="write {example}, or give the path of a .toml file",
)

_WANTED = {
    "vouchers.date": Kind.DAY,
    "vouchers.year": Kind.WHOLE,
    "vouchers.period": Kind.WHOLE,
    "vouchers.word": Kind.TEXT,
    "vouchers.number": Kind.WHOLE,
    "vouchers.reviewer": Kind.TEXT,
    "vouchers.poster": Kind.TEXT,
}
_WANTED_LINES = {
    "lines.debit": Kind.AMOUNT,
    "lines.credit": Kind.AMOUNT,
    "lines.fx_debit": Kind.AMOUNT,
    "lines.fx_credit": Kind.AMOUNT,
    "lines.rate": Kind.RATE,
    "lines.currency": Kind.TEXT,
    "side.quantity_debit": Kind.RATE,
    "side.quantity_credit": Kind.RATE,
}


@attrs.frozen(kw_only=True)
class Bodies:
    """What the adapter knows of its bodies.

    `prepared` may spell cells of the document plainly before they are read.  `codes` gives the
    source's code of a dimension id, such as ``0005``.
    """

    outline: Outline
    terms: Terms
    prepared: Callable[[Document], Document] = attrs.field(default=lambda document: document)
    codes: Mapping[str, str] = attrs.field(factory=dict)


def read_bodies(source: Source, bodies: Bodies) -> Reading:
    """Read a file of one body or a list of bodies.

    Raises:
        SourceError: the file is no JSON, or no object or list.
    """
    found = read_json(source)
    document = bodies.prepared(lay_out_json(found, bodies.outline, source.name))
    terms = attrs.evolve(
        bodies.terms,
        heads=_with_wanted(bodies.terms.heads, _WANTED),
        entries=_with_wanted(_in_use(bodies.terms.entries, document), _WANTED_LINES),
    )
    laid = make_document(document, terms)
    problems = said_once(laid.problems)
    if not document.heads.height:
        problems = (*problems, NO_BODIES.at(Place(file=source.name)))
    return Reading(
        books=_finished(laid.books, bodies.codes),
        problems=tuple(sorted(problems, key=_order)),
        detected=Detected(encoding=found.encoding),
    )


def pairs_of(option: object, name: str, example: str) -> dict[str, str]:
    """Read ``a=b,c=d``, a mapping, or the path of a .toml file with a table called `name`.

    Raises:
        UsageError: a part has no equals sign, or the file cannot be read.
    """
    if not option:
        return {}
    if isinstance(option, Mapping):
        return {str(key): str(value) for key, value in option.items()}
    text = str(option)
    if text.endswith(".toml"):
        return _from_file(text, name, example)
    found = {}
    for part in text.replace("，", ",").split(","):
        code, equals, word = part.partition("=")
        if not equals or not code.strip() or not word.strip():
            raise UsageError(NO_PAIRS.at(Place(), part, option=name, example=example))
        found[code.strip()] = word.strip()
    return found


def _from_file(path: str, name: str, example: str) -> dict[str, str]:
    try:
        table = tomllib.loads(Path(path).read_text("utf-8"))[name]
        return {str(key): str(value) for key, value in table.items()}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(NO_PAIRS.at(Place(file=path), error, option=name, example=example)) from (
            None
        )


def _with_wanted(fields: tuple[Field, ...], wanted: Mapping[str, Kind]) -> tuple[Field, ...]:
    """The fields, and one without cells for every fact that the layout does not have."""
    said = {field.fact for field in fields}
    return (
        *fields,
        *(Field(fact, fact, kind) for fact, kind in wanted.items() if fact not in said),
    )


def _in_use(fields: tuple[Field, ...], document: Document) -> tuple[Field, ...]:
    """The fields without the dimensions that no entry names."""
    grid = document.entries
    return tuple(
        field
        for field in fields
        if not field.fact.startswith(f"lines.{schema.AUX}")
        or grid.column(field.heading).null_count() < grid.height
    )


def _finished(books: Books, codes: Mapping[str, str]) -> Books:
    """The books with the source's codes of its dimensions."""
    if not codes:
        return books
    code = pl.col("id").replace_strict(dict(codes), default=None, return_dtype=schema.TEXT)
    return books.replace(dimensions=books.dimensions.with_columns(source_code=code))


def _order(problem: Problem) -> tuple[int, ...]:
    """Problems in the order of the file: by the indices of their key paths."""
    path = problem.place.path or ""
    digits = "".join(mark if mark.isdigit() else " " for mark in path)
    return tuple(int(part) for part in digits.split()[:2])
