"""Read U8 EAI documents into books: vouchers, or one of the archives.

The currency of an entry is a name; ``primary`` amounts are in it, ``natural`` ones in the base
currency.  In most documents the unused side holds 0 and blanks.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_xml import archives, layout
from kamcore.adapters.yonyou_u8_xml.archive_reading import read_archive
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.grid.words import tidy
from kamcore.markup.elements import LINE, Elements, read_elements
from kamcore.place import Place
from kamcore.vouchers.documents import Document, Terms, lay_out, make_document
from kamcore.vouchers.entries import Field, Kind, read_entries
from kamcore.vouchers.ufinterface import ROOT, sound_flows

NO_DOCUMENT = Fault(
    code="Y2001",
    zh="不是 U8 EAI 文档: 根元素是「{value}」, 其中没有凭证、客户、供应商或科目",
    en="no U8 EAI document: the root is {value!r} and holds no voucher, customer, vendor or code",
    hint_zh="请确认文件来自 U8 的企业应用集成 (EAI)",
    hint_en="check that the file comes from the EAI of U8",
)
HAS_ERRORS = Fault(
    code="Y2002",
    severity=Severity.WARNING,
    zh="凭证标记为有错凭证 (revokeflag 为 2), 共 {count} 张",
    en="the voucher is marked as faulty (revokeflag 2); {count} in all",
    hint_zh="请在 U8 中查看并改正这些凭证",
    hint_en="look at these vouchers in U8",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read a document of vouchers, customers, vendors or accounts.

    Raises:
        SourceError: the file is no sound XML or no document of U8.
    """
    shapes = {**layout.SHAPES}
    for name, shape in archives.SHAPES.items():
        shapes[name] = shape["record"]
    elements = read_elements(source, shapes, "voucher")
    kind = next((n for n in layout.DOCUMENTS if elements.tables[n].height), "")
    kind = kind or elements.attributes.get("roottag", "").strip()
    if elements.root != ROOT or kind not in layout.DOCUMENTS:
        raise SourceError(NO_DOCUMENT.at(Place(file=source.name), elements.root))
    base = str(options.get("base_currency") or "")
    if kind == "voucher":
        books, problems = _vouchers(elements, source.name, base)
    else:
        books, problems = read_archive(kind, elements.tables[kind], source.name, base)
    facts = {"document": kind, **{f"root.{k}": v for k, v in elements.attributes.items() if v}}
    return Reading(
        books=books,
        problems=(*elements.problems, *problems),
        detected=Detected(encoding=elements.encoding, facts=facts),
    )


def _vouchers(elements: Elements, file: str, base: str) -> tuple[Books, tuple[Problem, ...]]:
    document = lay_out(elements, file)
    terms = Terms(
        heads=layout.HEAD_FIELDS,
        entries=(*layout.ENTRY_FIELDS, *_dimensions(document.entries)),
        system=layout.SYSTEM,
        base_currency=base,
        nothing=layout.NOTHING,
        void=layout.VOID,
        labels=layout.LABELS,
    )
    laid = make_document(document, terms)
    heads = laid.books.vouchers
    counted = pl.when(pl.col("attachments") != layout.UNCOUNTED).then("attachments")
    books = laid.books.replace(
        vouchers=heads.with_columns(attachments=counted), extras=_items(laid.books.extras)
    )
    found = _flows(elements, document, books)
    books = books.replace(
        cash_flows=found.table,
        extras=pl.concat([books.extras, found.extras]),
    )
    return books, (*laid.problems, *found.problems, *_faulty(document))


def _dimensions(entries: Grid) -> tuple[Field, ...]:
    """A field for every dimension that occurs."""
    return tuple(
        Field(f"{layout.ITEMS}/{item}", f"lines.{schema.AUX}{name}", Kind.CODE)
        for item, name in layout.DIMENSIONS.items()
        if f"{layout.ITEMS}/{item}" in entries.frame.columns
    )


def _items(extras: pl.DataFrame) -> pl.DataFrame:
    """Extras with items by their own names."""
    return extras.with_columns(pl.col("field").str.strip_prefix(f"{layout.ITEMS}/"))


def _faulty(document: Document) -> list[Problem]:
    flags = tidy(document.heads.column(layout.VOID[0]))
    rows = (flags == "2").arg_true()
    if not rows.len():
        return []
    return [HAS_ERRORS.at(document.heads.place(rows[0], layout.VOID[0]), "2", count=rows.len())]


@attrs.frozen
class _Flows:
    """The table of cash flows, the attributes it has no column for, and the problems met."""

    table: pl.DataFrame
    extras: pl.DataFrame
    problems: tuple[Problem, ...]


def _flows(elements: Elements, document: Document, books: Books) -> _Flows:
    listing = elements.tables["cash_flow"]
    grid = Grid(frame=listing, rows=listing[LINE], origin=books.origin)
    figures = (*layout.FLOW_DEBIT, *layout.FLOW_CREDIT)
    read = read_entries(
        grid,
        (
            *(Field(name, kind=Kind.CODE) for name in layout.FLOW_ITEM),
            *(Field(name, kind=Kind.AMOUNT) for name in figures),
        ),
    )
    lost = pl.any_horizontal(pl.lit(read.lost(name)) for name in figures)
    given = pl.any_horizontal(pl.col(name).is_not_null() for name in figures)
    inflow, outflow = (
        pl.coalesce(*names, pl.lit(0, dtype=schema.AMOUNT))
        for names in (layout.FLOW_DEBIT, layout.FLOW_CREDIT)
    )
    net = (inflow - outflow).cast(schema.AMOUNT)
    listing = listing.with_columns(
        read.frame.select(
            pl.coalesce(*layout.FLOW_ITEM).alias("item"),
            pl.when(given & ~lost).then(net).alias("amount"),
        )
    )
    good, problems = sound_flows(document, listing, books, "cash_flow")
    used = {*layout.FLOW_ITEM, *figures}
    extras = [
        good.select(
            table=pl.lit("cash_flows"),
            row_id=pl.col("row_id").cast(schema.INTEGER),
            field=pl.lit(name.removeprefix("@")),
            value=tidy(good[name]),
        ).drop_nulls()
        for name in listing.columns
        if name[0] == "@" and name not in used
    ]
    return _Flows(
        good.select("voucher_id", "line_no", "item", "amount"),
        pl.concat([schema.EXTRAS.empty(), *extras]),
        (*read.problems, *problems),
    )
