"""Books as an EAI document can say them, with a note of every change."""

import polars as pl

from kamcore.adapters.yonyou_u8_xml import layout
from kamcore.adapters.yonyou_u8_xml.archive_spelling import spell_archive
from kamcore.adapters.yonyou_u8_xml.plan import Plan, plan_for
from kamcore.books import Books, schema
from kamcore.format import Fact, Losses, LossKind, Options
from kamcore.format.fact import carried
from kamcore.grid.words import tidy
from kamcore.vouchers.document_spelling import DocumentSpelling, Room

_LINE_EXTRAS = (
    {tag.name for tag in layout.ENTRY}
    | set(layout.CUSTOM)
    | {tag.name for tag in layout.AUXILIARY}
)
_FACT_TAGS = {
    field.heading.removeprefix(f"{layout.ITEMS}/")
    for field in (*layout.HEAD_FIELDS, *layout.ENTRY_FIELDS)
} | set(layout.DIMENSIONS)

ROOM = Room(
    texts=dict(layout.LIMITS.text_bytes),
    codes=layout.CODE_SIZES,
    cents=True,
    heads=("word", "preparer", "cashier", "reviewer", "poster", "source_module"),
    lines=("summary", "settlement_method", "settlement_number", "salesperson"),
    extras={
        "vouchers": {tag.name for tag in layout.HEAD} - _FACT_TAGS | {"@id"},
        "lines": _LINE_EXTRAS - _FACT_TAGS | {"entry_id"},
        "cash_flows": layout.FLOW_MORE,
    },
    nothing=layout.NOTHING,
    uncounted=layout.UNCOUNTED,
)
REQUIRED = (
    "vouchers.word",
    "vouchers.year",
    "vouchers.period",
    "vouchers.date",
    "vouchers.preparer",
    "lines.account",
    "lines.summary",
)
"""Facts whose elements the product requires (formats/yonyou.md 2.2 and 2.3)."""


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """Give the books as the document chosen by the options says them.

    Raises:
        UsageError: an option has a value that is none of its own.
        LossRefused: a code is too long for its field.
    """
    plan = plan_for(options)
    if plan.document != "voucher":
        spelled = spell_archive(books, plan, losses)
    else:
        spelled = _vouchers(books, plan, losses)
    return spelled


def _vouchers(books: Books, plan: Plan, losses: Losses) -> Books:
    note_absent(books, layout.VOUCHER_FACTS, losses)
    known = {schema.AUX + name for name in layout.LABELS}
    others = [name for name in schema.dimension_columns(books.lines) if name not in known]
    work = DocumentSpelling(books.replace(lines=books.lines.drop(others)), losses, ROOM)
    work.order()
    work.vouchers()
    if plan.renumbers:
        numbers = work.books.vouchers["number"]
        work.note(LossKind.DROPPED, "vouchers.number", numbers.is_not_null(), numbers)
        blank = pl.lit(None, dtype=schema.INTEGER)
        work.books = work.books.replace(vouchers=work.books.vouchers.with_columns(number=blank))
    work.lines(books.entity.base_currency)
    work.flows_and_extras()
    _item_classes(work, plan)
    _required(work, plan)
    labels = pl.col("id").replace_strict(layout.LABELS, default=pl.col("id"))
    work.masters(lambda table: table.with_columns(label=labels))
    return work.books


def note_absent(books: Books, said: frozenset[Fact], losses: Losses) -> None:
    """Note facts that other documents of the format say, but not this one."""
    every = layout.VOUCHER_FACTS | layout.ARCHIVE_FACTS
    for fact, count in carried(books).items():
        if fact.within(every) and not fact.within(said):
            losses.note(LossKind.DROPPED, str(fact), count, books.origin.place(None))


def _item_classes(work: DocumentSpelling, plan: Plan) -> None:
    """Give projects the class of option ``item_class`` where the books do not say one."""
    column = f"{schema.AUX}project"
    if column not in work.books.lines.columns:
        return
    projects = work.books.lines[column]
    extras = work.books.extras
    told = extras.filter(table="lines", field="item_class")["row_id"]
    rows = pl.int_range(projects.len(), dtype=schema.INTEGER, eager=True)
    untold = projects.is_not_null() & ~rows.is_in(told.implode())
    if not untold.any():
        return
    if not plan.item_class:
        work.note(LossKind.MISSING, f"lines.{column}", untold, projects)
        return
    more = pl.select(
        table=pl.lit("lines"),
        row_id=rows.filter(untold),
        field=pl.lit("item_class"),
        value=pl.lit(plan.item_class),
    )
    work.books = work.books.replace(extras=pl.concat([extras, more]))


def _required(work: DocumentSpelling, plan: Plan) -> None:
    for fact in (*REQUIRED, *(() if plan.renumbers else ("vouchers.number",))):
        table, _, column = fact.partition(".")
        values = work.books.tables[table][column]
        text = tidy(values) if values.dtype == schema.TEXT else values
        work.note(LossKind.MISSING, fact, text.is_null(), values)
