"""Write books as U8 voucher text: one text made by column expressions, encoded once."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.adapters.yonyou_u8_text.plan import Plan, plan_for
from kamcore.adapters.yonyou_u8_text.spelling import raw_numbers, spell
from kamcore.adapters.yonyou_u8_text.texts import ENCODING
from kamcore.books import Books, schema
from kamcore.format import Losses, Options

_END = "\r\n"
_CENTS = pl.Decimal(18, 2)


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write the vouchers, each as lines that stand together.

    Raises:
        UsageError: an option has a value that is none of its own.
        LossRefused: a character is outside GBK, or a code too long.
        BooksError: vouchers cannot be told apart, or a line has no voucher.
    """
    plan = plan_for(books, options)
    lines = _fields(spell(books, plan, losses), plan)
    first = f"{plan.state},{plan.version}{_END}".encode(ENCODING)
    with target.open("wb") as stream:
        stream.write(first)
        if lines.len():
            stream.write(lines.str.join(_END).item().encode(ENCODING))
            stream.write(_END.encode(ENCODING))


def _fields(books: Books, plan: Plan) -> pl.Series:
    """The lines, without their ends."""
    heads = books.vouchers.select(
        "voucher_id",
        "word",
        "attachments",
        "preparer",
        number=raw_numbers(books.vouchers, books.extras),
    )
    frame = books.lines.join(heads, on="voucher_id", how="left", maintain_order="left")
    facts = [field.fact.partition(".")[2] for field in layout.FIELDS[: layout.USED]]
    special = {
        "debit": _amount("debit", "credit", plan),
        "credit": _amount("credit", "debit", plan),
        "fx_debit": _foreign(plan),
        "rate": _figure("rate", plan),
        "quantity": _figure("quantity", plan),
    }
    used = [special[name] if name in special else _plain(name, frame) for name in facts]
    if plan.is_short:
        kept = pl.concat_str(used[: layout.SHORTEST], separator=",")
        rest = pl.concat_str([pl.lit(""), *used[layout.SHORTEST :]], separator=",")
        return frame.select(line=pl.concat_str(kept, rest.str.strip_chars_end(","))).to_series()
    tail = _tail(plan, books.extras, frame.height)
    return (
        frame.with_columns(tail)
        .select(line=pl.concat_str([*used, *_runs(plan, tail)], separator=","))
        .to_series()
    )


def _plain(name: str, frame: pl.DataFrame) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit("")
    return pl.col(name).cast(schema.TEXT).fill_null("")


def _trimmed(amount: pl.Expr) -> pl.Expr:
    return amount.cast(schema.TEXT).str.strip_chars_end("0").str.strip_chars_end(".")


def _amount(name: str, other: str, plan: Plan) -> pl.Expr:
    amount = pl.col(name)
    unused = "" if plan.is_short else "0"
    zero = pl.when(pl.col(other) != 0).then(pl.lit(unused)).otherwise(pl.lit("0"))
    text = pl.when(amount != 0).then(amount.cast(_CENTS).cast(schema.TEXT)).otherwise(zero)
    return pl.when(amount.is_not_null()).then(text).otherwise(pl.lit(""))


def _foreign(plan: Plan) -> pl.Expr:
    """The foreign amount of the used side; blank where only the rate is known."""
    debit, credit = pl.col("fx_debit"), pl.col("fx_credit")
    amount = pl.when(debit != 0).then(debit).when(credit != 0).then(credit).otherwise(debit)
    cents = amount.cast(_CENTS)
    text = pl.when(cents.cast(schema.AMOUNT) == amount).then(cents.cast(schema.TEXT))
    none = pl.when(pl.col("rate").is_null() & (not plan.is_short)).then(pl.lit("0"))
    said = pl.when(amount.is_not_null()).then(text.otherwise(_trimmed(amount)))
    return said.otherwise(none.otherwise(pl.lit("")))


def _figure(name: str, plan: Plan) -> pl.Expr:
    return _trimmed(pl.col(name)).fill_null("" if plan.is_short else "0")


def _tail(plan: Plan, extras: pl.DataFrame, height: int) -> list[pl.Series]:
    """The fields behind field 21 that differ between lines."""
    found = []
    kept = extras.filter(table="lines")
    for (field,), part in kept.group_by("field", maintain_order=True):
        position = int(str(field).removeprefix("field_"))
        usual = layout.TAIL[position - layout.USED - 1] if position <= layout.FULL else None
        blank = pl.select(
            pl.repeat(usual, height, dtype=schema.TEXT).alias(str(field))
        ).to_series()
        found.append(blank.scatter(part["row_id"], part["value"]))
    del plan
    return found


def _runs(plan: Plan, tail: list[pl.Series]) -> list[pl.Expr]:
    """Fields 22 to the last: constants in runs, columns where lines differ."""
    own = {column.name for column in tail}
    fields: list[pl.Expr] = []
    run: list[str] = []
    for position in range(layout.USED + 1, plan.fields + 1):
        field = _behind(position, own)
        if isinstance(field, str):
            run.append(field)
            continue
        if run:
            fields.append(pl.lit(",".join(run)))
        fields.append(field)
        run = []
    return [*fields, pl.lit(",".join(run))] if run else fields


def _behind(position: int, own: set[str]) -> pl.Expr | str:
    name = f"field_{position}"
    said = [pl.col(name)] if name in own else []
    if position == layout.MONTH:
        said.append(pl.col("period").cast(schema.TEXT))
    elif position == layout.PRICE:
        said.append(_trimmed(pl.col("unit_price")))
    elif position <= layout.FULL and not said:
        return layout.TAIL[position - layout.USED - 1]
    return pl.coalesce(*said, pl.lit("")) if said else ""
