"""Books as a package of the standard says them, with a note of every change."""

import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.archives import charted
from kamcore.adapters.gbt24589.documents import moved, spell_documents
from kamcore.adapters.gbt24589.statements import STATEMENTS, elements_of, spelled
from kamcore.adapters.gbt24589.subledger import REST
from kamcore.adapters.gbt24589.subledger import TABLES as DOCUMENTS
from kamcore.adapters.gbt24589.tables import slots_of_books
from kamcore.books import Books, schema
from kamcore.errors import Fault, LossRefused
from kamcore.format import Losses, LossKind, Options
from kamcore.grid.words import tidy
from kamcore.markup.element_writing import ILLEGAL
from kamcore.model.dimension import dimension_id, label_of
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.outgoing import Noting, note_extras
from kamcore.vouchers.spelling_steps import dates_of_heads, settled_money, status_by_marks, tidied
from kamcore.vouchers.unnumbered import with_numbers

LONG_CODE = Fault(
    code="S1031",
    zh="代码「{value}」超过标准允许的 {size} 个字符; 截短会变成另一个代码",
    en="the code {value!r} is longer than the {size} characters of the standard; cut short it"
    " would be another code",
    hint_zh="请在对照表中给出短代码",
    hint_en="give it a shorter code in a mapping",
)

CODE_CHARS = 60
_ZERO = pl.lit(0, dtype=schema.AMOUNT)
_TEXTS = {
    "vouchers": ("word", "preparer", "reviewer", "poster", "source_module"),
    "lines": (
        "summary",
        "unit",
        "rate_type",
        "settlement_method",
        "settlement_number",
        "currency",
    ),
}
_SIZES = {
    **layout.LIMITS.text_chars,
    "vouchers.source_module": 20,
    "lines.unit": 10,
    "accounts.name": 60,
    "accounts.category": 20,
    "members.name": 200,
    "members.short_name": 60,
}
_CODES = (
    "vouchers.word",
    "lines.account",
    "lines.rate_type",
    "lines.settlement_method",
    "accounts.code",
    "members.code",
    "members.parent",
)
_DOCUMENT_CODES = tuple(
    f"{table}.{name}"
    for table in DOCUMENTS
    for name in ("party", "account", "document", "invoice", "contract", "project")
)


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the files say them.

    Raises:
        LossRefused: a code is longer than the standard allows.
    """
    del options
    noting = Noting(books, losses)
    settled = _with_lines(_with_extras(books, losses), noting)
    noting = Noting(settled, losses)
    settled = dates_of_heads(settled, noting)
    settled = with_numbers(_legal(settled, noting), losses)
    settled = _with_originals(settled_money(_sided(settled, noting), noting), noting)
    dims = schema.dimension_columns(settled.lines)
    settled = tidied(settled, noting, _TEXTS, ("account", *dims))
    settled = _cut(_statuses(settled, noting), noting)
    settled = _rounded(settled, noting)
    _refuse_long(settled)
    settled = spell_documents(settled, losses)
    return _with_slots(_in_order(_archives(settled)), noting)


def _with_extras(books: Books, losses: Losses) -> Books:
    """The extras that an element holds: of documents, employees, lines and statements."""
    table, field = pl.col("table"), pl.col("field")
    held = (
        (table.is_in(DOCUMENTS) & field.is_in([*REST]))
        | ((table == "members") & field.is_in([*layout.PERSONAL]))
        | ((table == "lines") & field.is_in([*layout.LINE_EXTRAS]))
    )
    for name in STATEMENTS:
        held |= (table == name) & field.is_in([element.name for element in elements_of(name)])
    extras = books.extras.with_columns(tidy(books.extras["value"]).alias("value"))
    good = extras.select((held & pl.col("value").is_not_null()).fill_null(value=False)).to_series()
    note_extras(books, books.extras.filter(~good), losses)
    kept = extras.filter(good)
    others = kept.filter(~table.is_in(STATEMENTS))
    return books.replace(extras=pl.concat([others, spelled(kept)]))


def _in_order(books: Books) -> Books:
    """Members in the order of the tables that hold them."""
    ranks = {name: rank for rank, name in enumerate((*layout.MEMBERS, "", layout.FLOW_ITEMS))}
    rank = pl.col("dimension").replace_strict(
        ranks, default=len(layout.MEMBERS), return_dtype=schema.INTEGER
    )
    members = books.members.with_row_index("_row").sort(rank, maintain_order=True)
    return books.replace(
        members=members.drop("_row"), extras=moved(books.extras, "members", members["_row"])
    )


def _with_slots(books: Books, noting: Noting) -> Books:
    """Accounts with what their codes and their slots say."""
    before = books.accounts
    told = charted(before, books.entity.scheme)
    named = (
        slots_of_books(books)
        .group_by("account", maintain_order=True)
        .agg(dimensions=pl.col("id").str.join(","))
    )
    told = told.drop("dimensions").join(
        named, left_on="code", right_on="account", how="left", maintain_order="left"
    )
    for name in ("full_name", "parent", "is_leaf"):
        changed = before[name].is_not_null() & before[name].ne_missing(told[name])
        Noting(books, noting.losses).note(LossKind.REPLACED, f"accounts.{name}", changed)
    return books.replace(accounts=told.select(schema.ACCOUNTS.names))


def _with_lines(books: Books, noting: Noting) -> Books:
    """Vouchers that have lines; one without has no row in 记账凭证."""
    used = books.lines["voucher_id"].unique().implode()
    empty = ~books.vouchers["voucher_id"].is_in(used)
    noting.note(LossKind.OMITTED, "vouchers.number", empty)
    heads = books.vouchers.filter(~empty)
    order = heads.select("voucher_id").with_row_index("_order")
    lines = books.lines.with_row_index("_row").join(
        order, on="voucher_id", how="inner", maintain_order="left"
    )
    lines = lines.sort("_order", maintain_order=True)
    flows = books.cash_flows
    known = flows.join(lines, on=["voucher_id", "line_no"], how="semi", maintain_order="left")
    if known.height < flows.height:
        keys = lines.select("voucher_id", "line_no", _known=pl.lit(value=True)).unique()
        told = flows.join(keys, on=["voucher_id", "line_no"], how="left", maintain_order="left")
        noting.note(LossKind.DROPPED, "cash_flows.item", told["_known"].is_null())
    return books.replace(
        vouchers=heads,
        cash_flows=known,
        lines=lines.drop("_order", "_row"),
        extras=moved(books.extras, "lines", lines["_row"]),
    )


def _sided(books: Books, noting: Noting) -> Books:
    """A blank figure is 0, which the standard demands."""
    lines = books.lines
    noting.note(
        LossKind.MISSING, "lines.debit", lines["debit"].is_null() & lines["credit"].is_null()
    )
    return books.replace(lines=lines.with_columns(pl.col("debit", "credit").fill_null(_ZERO)))


def _with_originals(books: Books, noting: Noting) -> Books:
    """Foreign lines with original amounts: the standard demands one, and takes 0 for a blank."""
    lines = books.lines
    foreign = (lines["currency"] != books.entity.base_currency).fill_null(value=True)
    bare = foreign & lines["fx_debit"].is_null() & lines["fx_credit"].is_null()
    noting.note(LossKind.MISSING, "lines.fx_debit", bare)
    filled = [
        pl.when(pl.lit(bare)).then(_ZERO).otherwise(name).alias(name)
        for name in ("fx_debit", "fx_credit")
    ]
    return books.replace(lines=lines.with_columns(filled))


def _legal(books: Books, noting: Noting) -> Books:
    """Texts without characters that XML cannot hold."""
    frames = {}
    for table, names in {
        **_TEXTS,
        "members": ("name", "short_name"),
        "accounts": ("name",),
    }.items():
        frame = books.tables[table]
        for name in names:
            odd = frame[name].str.contains(ILLEGAL)
            if odd.any():
                noting.note(LossKind.REPLACED, f"{table}.{name}", odd)
                frame = frame.with_columns(pl.col(name).str.replace_all(ILLEGAL, "?"))
        frames[table] = frame
    return Books(books.entity, {**books.tables, **frames}, books.origin)


def _statuses(books: Books, noting: Noting) -> Books:
    """A status is two flags and a reviewer; reviewed without one cannot be said."""
    told = status_by_marks(books, noting)
    counted = pl.col("attachments").fill_null(0)
    return told.replace(vouchers=told.vouchers.with_columns(counted))


def _cut(books: Books, noting: Noting) -> Books:
    frames = dict(books.tables)
    for fact, size in _SIZES.items():
        table, _, name = fact.partition(".")
        texts = frames[table][name]
        long = (texts.str.len_chars() > size).fill_null(value=False)
        if long.any():
            noting.note(LossKind.CUT, fact, long)
            cut = tidy(texts.str.slice(0, size))
            frames[table] = frames[table].with_columns(cut.alias(name))
    return Books(books.entity, frames, books.origin)


def _rounded(books: Books, noting: Noting) -> Books:
    """Figures with the decimals of the standard, halves away from zero."""
    lines = books.lines
    for fact, places in layout.LIMITS.decimals.items():
        name = fact.partition(".")[2]
        rounded = lines[name].round(places, mode="half_away_from_zero").cast(lines[name].dtype)
        changed = (rounded != lines[name]).fill_null(value=False)
        if changed.any():
            noting.note(LossKind.ROUNDED, fact, changed)
            lines = lines.with_columns(rounded.alias(name))
    return books.replace(lines=lines)


def _refuse_long(books: Books) -> None:
    dims = [f"lines.{name}" for name in schema.dimension_columns(books.lines)]
    for fact in (*_CODES, *_DOCUMENT_CODES, *dims):
        table, _, name = fact.partition(".")
        codes = books.tables[table][name]
        long = codes.filter(codes.str.len_chars() > CODE_CHARS)
        if long.len():
            place = books.origin.place(None)
            raise LossRefused(LONG_CODE.at(place, long[0], size=CODE_CHARS))


def _archives(books: Books) -> Books:
    """Accounts and members with those that only lines name; dimensions by their labels."""
    lines = books.lines
    used = [n for n in schema.dimension_columns(lines) if lines[n].null_count() < lines.height]
    ids = [name.removeprefix(schema.AUX) for name in used]
    more = [
        lines.select(dimension=pl.lit(name), code=schema.AUX + name)
        .drop_nulls()
        .unique()
        .sort("code")
        for name in ids
    ]
    items = books.cash_flows.select(
        dimension=pl.lit(layout.FLOW_ITEMS), code=tidy(books.cash_flows["item"])
    )
    more.append(items.drop_nulls().unique(maintain_order=True))
    key = ["dimension", "code"]
    members = pl.concat([books.members, *more], how="diagonal").unique(
        key, keep="first", maintain_order=True
    )
    members = members.with_columns(tidy(members[n]) for n in ("name", "short_name", "parent"))
    # An item without a name is called by its code: the standard wants a name.
    is_item = (pl.col("dimension") == layout.FLOW_ITEMS) & pl.col("name").is_null()
    members = members.with_columns(name=pl.when(is_item).then("code").otherwise("name"))
    accounts = pl.concat(
        [books.accounts, lines.select(code="account").drop_nulls().unique().sort("code")],
        how="diagonal",
    ).unique("code", keep="first", maintain_order=True)
    codes = accounts["code"].to_list()
    rule = books.entity.scheme or CodeScheme.detect(codes)
    levels = pl.Series([rule.level(code) for code in codes], dtype=schema.INTEGER)
    accounts = accounts.with_columns(
        name=tidy(accounts["name"]),
        category=tidy(accounts["category"]),
        level=pl.col("level").fill_null(pl.lit(levels)),
    )
    known = dict(books.dimensions.select("id", "label").iter_rows())
    named = list(dict.fromkeys([*known, *ids, *members["dimension"]]))
    named = [name for name in named if name in ids or name in set(members["dimension"])]
    labels = [_label(name, known.get(name)) for name in named]
    return books.replace(
        lines=lines.drop([n for n in schema.dimension_columns(lines) if n not in used]),
        accounts=accounts,
        members=members,
        dimensions=pl.DataFrame(
            {"id": named, "label": labels}, schema={"id": schema.TEXT, "label": schema.TEXT}
        ),
    )


def _label(dimension: str, said: str | None) -> str:
    """The source's label as long as it reads back as the same dimension."""
    return said if said and dimension_id(said) == dimension else label_of(dimension)
