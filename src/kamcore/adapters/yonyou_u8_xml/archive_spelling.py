"""Books as an archive document can say them: one kind of members, or the accounts."""

from collections.abc import Mapping

import polars as pl

from kamcore.adapters.yonyou_u8_xml import archives, layout
from kamcore.adapters.yonyou_u8_xml.archive_reading import charted, usual_texts
from kamcore.adapters.yonyou_u8_xml.plan import Plan
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind
from kamcore.format.fact import carried
from kamcore.vouchers.document_spelling import DocumentSpelling, Room, legal
from kamcore.vouchers.outgoing import note_extras

PARTIES = {"customer": "customer", "vendor": "supplier"}
_EVERY = layout.VOUCHER_FACTS | layout.ARCHIVE_FACTS
_TEXTS = ("name", "short_name", "credit_code")
_ACCOUNT_TEXTS = ("name", "category", "unit")


def spell_archive(books: Books, plan: Plan, losses: Losses) -> Books:
    """The records of the archive that `plan` names; all else is noted as dropped."""
    table = "accounts" if plan.document == "code" else "members"
    for fact, count in carried(books).items():
        if fact.table not in (table, "dimensions", "extras") and fact.within(_EVERY):
            losses.note(LossKind.DROPPED, str(fact), count, books.origin.place(None))
    work = DocumentSpelling(books, losses, Room())
    if table == "accounts":
        return _accounts(work)
    return _members(work, PARTIES[plan.document], archives.TAGS[plan.document])


def _members(work: DocumentSpelling, dimension: str, tags: tuple[str, ...]) -> Books:
    given = work.books.members.with_row_index("_row")
    wanted = given["dimension"] == dimension
    codes = given["dimension"]
    work.note(LossKind.DROPPED, "members.code", ~wanted, codes)
    frame = given.filter(wanted)
    frame = frame.with_columns(legal(frame[name]) for name in ("code", *_TEXTS))
    gone = frame["code"].is_null()
    frame = frame.filter(~gone).unique("code", keep="first", maintain_order=True)
    work.note(LossKind.DROPPED, "members.parent", frame["parent"].is_not_null(), frame["parent"])
    short = frame["short_name"].is_null()
    work.note(LossKind.GUESSED, "members.short_name", short, frame["name"])
    frame = frame.with_columns(pl.col("short_name").fill_null(pl.col("name")))
    facts = {field.heading for field in archives.PARTY_FIELDS}
    extras = _extras(work, "members", frame["_row"], {*tags} - facts, {})
    blank = ("parent", "is_valid", "source_row")
    members = frame.drop("_row", *blank)
    texts = {"id": schema.TEXT, "label": schema.TEXT}
    label = pl.DataFrame({"id": [dimension], "label": [layout.LABELS[dimension]]}, schema=texts)
    return Books(
        work.books.entity,
        {"members": members, "dimensions": label, "extras": extras},
        work.books.origin,
    )


def _accounts(work: DocumentSpelling) -> Books:
    given = work.books.accounts.with_row_index("_row")
    frame = given.with_columns(legal(given[name]) for name in ("code", *_ACCOUNT_TEXTS))
    frame = frame.filter(pl.col("code").is_not_null()).unique(
        "code", keep="first", maintain_order=True
    )
    base = work.books.entity.base_currency
    spelled = charted(
        frame.with_columns(
            pl.when(pl.col("direction").is_in(["debit", "credit"])).then("direction"),
            pl.when(pl.col("currency") != base).then("currency"),
            dimensions=_asked(frame["dimensions"]),
            role=pl.lit(None, dtype=schema.TEXT),
        )
    )
    for name in ("parent", "full_name", "dimensions", "direction"):
        unlike = frame[name].is_not_null() & frame[name].ne_missing(spelled[name])
        work.note(LossKind.REPLACED, f"accounts.{name}", unlike, frame[name])
    usual = usual_texts(spelled)
    facts = {field.heading for field in archives.CODE_FIELDS} - set(usual)
    kept = {*archives.TAGS["code"]} - facts
    extras = _extras(work, "accounts", frame["_row"], kept, usual)
    used = [
        name
        for name in archives.FLAGS.values()
        if spelled["dimensions"].str.split(",").list.contains(name).any()
    ]
    table = pl.DataFrame(
        {"id": used, "label": [layout.LABELS[name] for name in used]},
        schema={"id": schema.TEXT, "label": schema.TEXT},
    )
    accounts = spelled.drop("_row", "source_row")
    return Books(
        work.books.entity,
        {"accounts": accounts, "dimensions": table, "extras": extras},
        work.books.origin,
    )


def _asked(texts: pl.Series) -> pl.Series:
    """The dimensions U8 knows, in its order."""
    names = texts.str.split(",")
    wanted = [
        pl.when(pl.lit(names.list.contains(name))).then(pl.lit(name))
        for name in archives.FLAGS.values()
    ]
    asked = pl.concat_str(wanted, separator=",", ignore_nulls=True)
    return pl.select(pl.when(asked != "").then(asked)).to_series()


def _extras(
    work: DocumentSpelling,
    table: str,
    rows: pl.Series,
    fields: set[str],
    usual: Mapping[str, pl.Series],
) -> pl.DataFrame:
    """Extras that an element holds, by the new rows; the others are noted."""
    extras = work.books.extras.with_columns(legal(work.books.extras["value"]).alias("value"))
    new = pl.DataFrame({"row_id": rows.cast(schema.INTEGER)}).with_row_index("_new")
    moved = extras.join(new, on="row_id", how="left", maintain_order="left")
    if not new.height:
        note_extras(work.books, extras, work.losses)
        return extras.clear()
    held = (pl.col("table") == table) & pl.col("_new").is_not_null()
    held &= pl.col("field").is_in(list(fields)) & pl.col("value").is_not_null()
    for field, words in archives.NOTHING.items():
        held &= ~((pl.col("field") == field) & pl.col("value").is_in(list(words)))
    for field, texts in usual.items():
        own = moved["_new"].cast(schema.INTEGER)
        same = texts.gather(own.fill_null(0))
        held &= ~((pl.col("field") == field) & (pl.col("value") == pl.lit(same)))
    keep = moved.select(held.fill_null(value=False)).to_series()
    note_extras(work.books, work.books.extras.filter(~keep), work.losses)
    kept = moved.filter(keep).with_columns(row_id=pl.col("_new").cast(schema.INTEGER))
    return kept.drop("_new").sort("row_id", maintain_order=True)
