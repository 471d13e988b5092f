"""Books as an NC document can say them, with a note of every change.

A dimension is written by the type code of the caller's map, by the code the books came with, or
by its label; without the map a reader knows it by that same word.
"""

import polars as pl

from kamcore.adapters.yonyou_nc_xml import layout
from kamcore.adapters.yonyou_nc_xml.plan import Plan, plan_for
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.format.fact import carried
from kamcore.grid.words import tidy
from kamcore.model.dimension import dimension_id
from kamcore.vouchers.document_spelling import DocumentSpelling, Room, legal

_HEAD_TEXTS = ("word", "preparer", "cashier", "reviewer", "poster", "source_module")
_LINE_TEXTS = {
    "nc6": ("summary",),
    "nc5": ("summary", "settlement_method", "settlement_number"),
}


def room_of(dialect: str) -> Room:
    """What the elements of a dialect hold."""
    known = layout.TREES[dialect]
    heads = {field.heading for field in layout.HEADS[dialect]}
    entries = {field.heading for field in layout.ENTRIES[dialect]}
    more = {f"{layout.VAT}/{name}" for name in layout.VAT_FIELDS} if dialect == "nc6" else set()
    return Room(
        heads=_HEAD_TEXTS,
        lines=_LINE_TEXTS[dialect],
        extras={
            "vouchers": {*known.head} - heads | {"@id"},
            "lines": {*known.entry} - entries | more | {layout.NUMBER[dialect]},
            "cash_flows": layout.FLOW_MORE if dialect == "nc6" else (),
        },
        nothing=layout.NOTHING,
    )


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """Give the books as a document with these options says them.

    Raises:
        UsageError: an option has a value that is none of its own.
    """
    plan = plan_for(options)
    for fact, count in carried(books).items():
        if fact in layout.UNSAID[plan.dialect]:
            losses.note(LossKind.DROPPED, str(fact), count, books.origin.place(None))
    work = DocumentSpelling(books, losses, room_of(plan.dialect))
    work.order()
    if plan.dialect == "nc6":
        unsaid = [
            pl.lit(None, dtype=schema.LINES.dtype_of(fact.column)).alias(fact.column)
            for fact in sorted(layout.UNSAID["nc6"])
        ]
        work.books = work.books.replace(lines=work.books.lines.with_columns(unsaid))
    else:
        work.books = work.books.replace(cash_flows=schema.CASH_FLOWS.empty())
    keys = _keys(work.books, plan)
    work.vouchers()
    work.lines(work.books.entity.base_currency)
    _rename(work, keys)
    work.flows_and_extras()
    _ids(work, plan)
    _required(work)
    labels = {dimension_id(key): key for key in keys.values()}
    work.masters(lambda table: _labelled(table, labels))
    return work.books


def _labelled(table: pl.DataFrame, labels: dict[str, str]) -> pl.DataFrame:
    """The dimensions in the order of `labels`, with those."""
    order = pl.DataFrame(
        {"id": list(labels), "label": list(labels.values())}, schema=dict(table.schema)
    )
    return order.filter(pl.col("id").is_in(table["id"].implode()))


def _keys(books: Books, plan: Plan) -> dict[str, str]:
    """The word each dimension in use is written by; no two read back as one."""
    known = {row["id"]: row for row in books.dimensions.iter_rows(named=True)}
    by_label = plan.types.codes
    keys: dict[str, str] = {}
    taken: set[str] = set()
    columns = schema.dimension_columns(books.lines)
    order = [name for name in known if schema.AUX + name in columns]
    order += [name for name in books.dimension_ids if name not in known]
    for name in order:
        label = known.get(name, {}).get("label") or name
        code = known.get(name, {}).get("source_code")
        ids = {dimension_id(text): type_code for text, type_code in by_label.items()}
        wanted: list[str | None] = [label, name]
        if plan.dialect == "nc6":
            wanted = [by_label.get(label), ids.get(name), code, *wanted]
        words = [legal(pl.Series([word], dtype=schema.TEXT)).item() for word in wanted if word]
        words += [f"{label}-{number}" for number in range(2, len(known) + 3)]
        key = next(word for word in words if word and dimension_id(word) not in taken)
        taken.add(dimension_id(key))
        keys[name] = key
    return keys


def _rename(work: DocumentSpelling, keys: dict[str, str]) -> None:
    """Dimensions by the id that their word reads back as."""
    columns = {schema.AUX + name: schema.AUX + dimension_id(key) for name, key in keys.items()}
    work.books = work.books.replace(lines=work.books.lines.rename(columns))


def _ids(work: DocumentSpelling, plan: Plan) -> None:
    """Keep the ids of book, organisation and group that the options give and the books do not."""
    extras = work.books.extras
    found = [extras]
    rows = pl.int_range(work.books.vouchers.height, dtype=schema.INTEGER, eager=True)
    for field, value in plan.ids.items():
        told = extras.filter(table="vouchers", field=field)["row_id"]
        untold = rows.filter(~rows.is_in(told.implode()))
        if value and untold.len():
            found.append(
                pl.select(
                    table=pl.lit("vouchers"),
                    row_id=untold,
                    field=pl.lit(field),
                    value=pl.lit(value),
                )
            )
    if work.books.vouchers.height:
        work.books = work.books.replace(extras=pl.concat(found))


def _required(work: DocumentSpelling) -> None:
    """Note what the product requires and the books do not say (formats/yonyou.md 3.1)."""
    for fact in layout.REQUIRED:
        table, _, column = fact.partition(".")
        values = work.books.tables[table][column]
        text = tidy(values) if values.dtype == schema.TEXT else values
        work.note(LossKind.MISSING, fact, text.is_null(), values)
