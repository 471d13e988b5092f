"""Read voucher bodies of BIP and YonSuite (formats/yonyou.md 5.2)."""

import attrs
import polars as pl

from kamcore.adapters.yonyou_bip_json import layout
from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Options, Reading, Source
from kamcore.grid.words import tidy
from kamcore.markup.json_reading import read_json
from kamcore.vouchers.documents import Document, Terms
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.json_books import Bodies, pairs_of, read_bodies
from kamcore.vouchers.json_records import lay_out_json
from kamcore.vouchers.labels import dimension_ids

UNKNOWN_DIMENSION = Fault(
    code="Y9001",
    severity=Severity.WARNING,
    zh="辅助核算代码 filedCode「{value}」含义未知 (共 {count} 行), 以代码作类别名",
    en="nothing says what dimension filedCode {value!r} is ({count} lines); it is called by its"
    " code",
    hint_zh="用选项 dimensions 说明, 如 dimensions={value}=职员",
    hint_en="say so with the option dimensions, such as dimensions={value}=职员",
)

_PREFIX = f"{layout.AUXILIARIES}/"


def read_books(source: Source, options: Options) -> Reading:
    """Read a body or a list of bodies.

    Raises:
        SourceError: the file is no sound JSON, or neither an object nor a list.
        UsageError: the option dimensions is no list of pairs.
    """
    given = pairs_of(options.get("dimensions"), "filedCode", "0006=职员")
    codes = _codes(lay_out_json(read_json(source), layout.OUTLINE, source.name))
    labels = {code: {**layout.LABELS, **given}.get(code, code) for code in codes}
    ids = dimension_ids(labels.values())
    fields = tuple(
        Field(_PREFIX + code, f"lines.aux_{ids[label]}", Kind.CODE)
        for code, label in labels.items()
    )
    problems: list[Problem] = []
    unknown = [code for code in codes if code not in layout.LABELS and code not in given]

    def prepared(document: Document) -> Document:
        problems.extend(_unknown(document, unknown))
        return _without_repeats(document)

    terms = Terms(
        heads=layout.HEADS,
        entries=(*layout.LINES, *fields),
        system=layout.SYSTEM,
        base_currency=str(options.get("base_currency") or "CNY"),
        nothing=layout.NOTHING,
        void=("", ()),
        labels={ids[label]: label for label in labels.values()},
    )
    sources = {ids[label]: code for code, label in labels.items()}
    bodies = Bodies(outline=layout.OUTLINE, terms=terms, prepared=prepared, codes=sources)
    reading = read_bodies(source, bodies)
    return attrs.evolve(reading, problems=(*reading.problems, *problems))


def _codes(document: Document) -> list[str]:
    names = document.entries.frame.columns
    return [name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)]


def _unknown(document: Document, codes: list[str]) -> list[Problem]:
    found = []
    for code in codes:
        rows = document.entries.column(_PREFIX + code).is_not_null().arg_true()
        if rows.len():
            place = document.entries.place(int(rows[0]), _PREFIX + code)
            found.append(UNKNOWN_DIMENSION.at(place, code, count=rows.len()))
    return found


def _without_repeats(document: Document) -> Document:
    """The document without head descriptions that only repeat the first entry's."""
    said = tidy(document.heads.column("description"))
    first = first_summaries(
        pl.DataFrame(
            {"owner": document.owner, "summary": tidy(document.entries.column("description"))}
        ),
        said.len(),
    )
    same = (said == first).fill_null(value=False)
    own = pl.select(pl.when(~same).then(said)).to_series().alias("description")
    heads = document.heads
    return attrs.evolve(document, heads=attrs.evolve(heads, frame=heads.frame.with_columns(own)))


def first_summaries(entries: pl.DataFrame, count: int) -> pl.Series:
    """The summary of each voucher's first entry, from ``owner`` and ``summary``."""
    first = entries.unique("owner", keep="first", maintain_order=True)
    blank = pl.Series("first", [None] * count, dtype=schema.TEXT)
    return blank.scatter(first["owner"], first["summary"]) if first.height else blank
