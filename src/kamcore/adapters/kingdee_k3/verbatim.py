"""Texts kept verbatim, and the packed items: what the workbook says beside the model's columns."""

from collections.abc import Sequence

import polars as pl

from kamcore.adapters.kingdee_k3 import charting, items
from kamcore.adapters.kingdee_k3.columns import GENERATIONS, Generation
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind
from kamcore.place import Place


def packed(books: Books, joiner: str) -> pl.Series:
    """The column FItem from the dimension columns, in the order of the table of dimensions."""
    parts = []
    for name, label in books.dimensions.select("id", "label").iter_rows():
        code = pl.col(schema.AUX + name)
        names = dict(books.members.filter(dimension=name).select("code", "name").iter_rows())
        said = code.replace_strict(names, default=None, return_dtype=schema.TEXT).fill_null("")
        item = pl.concat_str(pl.lit(label), code, said, separator=items.HYPHENS)
        parts.append(pl.when(code.is_not_null()).then(item))
    if not parts:
        return pl.Series("FItem", [None] * books.lines.height, dtype=schema.TEXT)
    joined = pl.concat_str(parts, separator=joiner, ignore_nulls=True)
    return books.lines.select(
        FItem=pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(joined)
    ).to_series()


def overlaid(texts: pl.Series, extras: pl.DataFrame, key: str) -> pl.Series:
    """A column of texts with what was kept verbatim laid over it; an empty text is a blank."""
    own = extras.filter(pl.col("table") == "lines", pl.col("field") == key)
    if not own.height:
        return texts
    said = own["value"].replace("", None)
    return texts.clone().scatter(own["row_id"], said)


def said_extras(books: Books, losses: Losses, generation: Generation, joiner: str) -> Books:
    """The books with those extras that the workbook will say; the others are noted as dropped.

    A cell kept verbatim is believed only as long as it still says what the line says: after
    codes were mapped it would contradict them.
    """
    keys = {column.key for column in GENERATIONS[generation]}
    extras = books.extras.with_row_index("_extra")
    good = extras["field"].is_in(list(keys)) & _agreeing_items(books, extras)
    good &= _agreeing_names(books, extras)
    lost = extras.filter(~good)
    if lost.height:
        source = books.lines["source_row"][lost["row_id"][0]]
        place = Place(file=books.origin.file) if source is None else books.origin.place(source)
        losses.note(LossKind.DROPPED, "extras.value", lost.height, place, lost["value"][0])
    kept = extras.filter(good).drop("_extra")
    written = overlaid(packed(books, joiner), kept, "FItem")
    return books.replace(
        extras=pl.concat([kept.filter(pl.col("field") != "FItem"), _odd_items(written)])
    )


def _odd_items(written: pl.Series) -> pl.DataFrame:
    """The extras that a reader of these cells will keep."""
    texts = written.drop_nulls().unique(maintain_order=True).to_list()
    packing = items.Packing.of(texts)
    names = {key: found[0] if found else None for key, found in packing.names(texts).items()}
    odd = [text for text in texts if packing.spell(text, names) != text]
    spots = written.is_in(odd).fill_null(value=False).arg_true()
    return pl.DataFrame(
        {
            "table": ["lines"] * spots.len(),
            "row_id": spots.cast(pl.Int64),
            "field": ["FItem"] * spots.len(),
            "value": written.gather(spots),
        },
        schema={column.name: column.dtype for column in schema.EXTRAS.columns},
    )


def _agreeing_items(books: Books, extras: pl.DataFrame) -> pl.Series:
    """False where a cell of items no longer says the members of its line."""
    own = extras.filter(pl.col("field") == "FItem")
    agree = pl.Series([True] * extras.height, dtype=pl.Boolean)
    if not own.height:
        return agree
    labels = dict(books.dimensions.select("label", "id").iter_rows())
    texts = own["value"].unique(maintain_order=True).to_list()
    packing = items.Packing.of(texts, tuple(labels))
    codes = {
        text: {labels.get(item.label, item.label): item.code for item in packing.split(text).items}
        for text in texts
    }
    columns: Sequence[str] = schema.dimension_columns(books.lines)
    lines = books.lines.select(columns)[own["row_id"]]
    said = [
        {name.removeprefix(schema.AUX): code for name, code in row.items() if code is not None}
        for row in lines.iter_rows(named=True)
    ] or [{}] * own.height
    wrong = [
        spot
        for spot, text, members in zip(own["_extra"], own["value"], said, strict=True)
        if codes[text] != members
    ]
    return agree.scatter(wrong, [False] * len(wrong)) if wrong else agree


def _agreeing_names(books: Books, extras: pl.DataFrame) -> pl.Series:
    """False where an account name belongs to another account than the line's."""
    own = extras.filter(pl.col("field") == "FAccountName", pl.col("value") != "")
    agree = pl.Series([True] * extras.height, dtype=pl.Boolean)
    names = {
        code: (name, level)
        for code, name, level in books.accounts.select("code", "name", "level").iter_rows()
    }
    accounts = books.lines["account"].gather(own["row_id"])
    members = frozenset(books.members["code"])
    wrong = []
    for spot, raw, code in zip(own["_extra"], own["value"], accounts, strict=True):
        name, level = names.get(code, (None, 1))
        if charting.plain_name(raw, level, members)[0] != name:
            wrong.append(spot)
    return agree.scatter(wrong, [False] * len(wrong)) if wrong else agree
