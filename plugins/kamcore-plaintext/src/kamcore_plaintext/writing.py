"""Write books as a plain-text journal, and spell them as one does."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind
from kamcore.grid.cells import money_text
from kamcore.grid.words import one_line
from kamcore.vouchers.outgoing import Noting, live
from kamcore.vouchers.spelling_steps import dates_of_heads
from kamcore_plaintext.dialect import Dialect

__all__ = ["BASE", "spelled", "write_journal"]

BASE = "CNY"
"""The base currency where nothing says otherwise."""

_ZERO = pl.lit(0).cast(schema.AMOUNT)
_ROOTS = {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Equity"}
_INCOME = ("60", "61", "63", "5001", "5051", "5101", "5111")
_OPENED = "1970-01-01"


def spelled(books: Books, losses: Losses, base: str = "") -> Books:
    """The books as a journal says them; notes in `losses` what that changes.

    Void vouchers and vouchers without lines are left out.  Texts stand on one line, a line
    without a currency is in the base currency, and years and periods follow from the dates.
    """
    base = base or books.entity.base_currency or BASE
    books = live(books, losses)
    noting = Noting(books, losses)
    lines = books.lines
    texts = ["account", "summary", *schema.dimension_columns(lines)]
    plain = lines.with_columns(one_line(pl.col(name)) for name in texts)
    noting.replaced("lines", plain, texts)
    dated = dates_of_heads(books.replace(lines=plain), noting, ("year", "period"))
    filled = dated.lines.with_columns(
        *(pl.col(side).fill_null(_ZERO) for side in ("debit", "credit")),
        pl.col("currency").fill_null(base),
    )
    paid = pl.any_horizontal(
        (pl.col(f"fx_{side}").fill_null(_ZERO) != 0) for side in ("debit", "credit")
    )
    said = filled.with_columns(
        pl.when((pl.col("currency") != base) & paid)
        .then(pl.col(name).fill_null(_ZERO))
        .alias(name)
        for name in ("fx_debit", "fx_credit")
    )
    blank = lines["debit"].is_null() & lines["credit"].is_null()
    noting.note(LossKind.MISSING, "lines.debit", blank)
    noting.note(LossKind.GUESSED, "lines.currency", lines["currency"].is_null())
    for name in ("fx_debit", "fx_credit"):
        gone = said[name].is_null() & (lines[name] != 0)
        noting.note(LossKind.REPLACED, f"lines.{name}", gone)
    heads = dated.vouchers.with_columns(one_line(pl.col("word")))
    named = books.accounts.with_columns(one_line(pl.col("name")))
    return books.replace(vouchers=heads, lines=said, accounts=named)


def write_journal(books: Books, target: Path, dialect: Dialect, base: str = "") -> None:
    """Write spelled books: directives for the accounts, then a transaction a voucher."""
    base = base or books.entity.base_currency or BASE
    lines = books.lines.with_row_index("_row")
    postings = lines.select("voucher_id", text=pl.concat_str(_posting(lines, dialect, base)))
    bodies = postings.group_by("voucher_id", maintain_order=True).agg(pl.col("text").str.join(""))
    firsts = lines.group_by("voucher_id", maintain_order=True).agg(pl.first("summary"))
    heads = books.vouchers.select("voucher_id", "date", "word", "number")
    heads = heads.join(firsts, on="voucher_id", how="left", maintain_order="left")
    heads = heads.join(bodies, on="voucher_id", how="left", maintain_order="left")
    entries = heads.select(pl.concat_str(*_head(dialect), "text")).to_series()
    codes = sorted({*books.accounts["code"], *lines["account"].drop_nulls()})
    names = dict(books.accounts.select("code", "name").iter_rows())
    opened = [_account(code, names.get(code), dialect, is_listed=code in names) for code in codes]
    if lines["account"].null_count():
        opened.append(_account("", None, dialect, is_listed=False))
    begun = f'option "operating_currency" "{base}"' if dialect.quotes else "decimal-mark ."
    said = [begun + "\n", *([] if dialect.quotes else [f"; base: {base}\n"]), "".join(opened)]
    target.write_bytes("\n".join([*said, *entries]).encode())


def account_name(code: str, dialect: Dialect) -> str:
    """The account of a code, as the program wants accounts to be named.

    >>> from kamcore_plaintext.beancount import DIALECT
    >>> account_name("6601.30", DIALECT)
    'Expenses:6601-30'
    """
    if not dialect.roots:
        return code or "unknown"
    root = _ROOTS.get(code[:1], "Income" if code.startswith(_INCOME) else "Expenses")
    plain = re.sub(r"[^A-Za-z0-9-]", "-", code)
    return f"{root}:{plain if re.match('[A-Z0-9]', plain) else 'X' + plain}"


def _account(code: str, name: str | None, dialect: Dialect, *, is_listed: bool) -> str:
    label = account_name(code, dialect)
    mark = "    " if dialect.quotes else "    ; "
    tags = [("code", code)] if dialect.quotes or label != code else []
    tags += [("name", name)] if name else []
    tags += [] if is_listed else [("listed", "no")]
    begun = f"{_OPENED} open {label}" if dialect.quotes else f"account {label}"
    said = [f"{mark}{key}: {_quoted(value, dialect)}" for key, value in tags]
    return "\n".join([begun, *said]) + "\n"


def _quoted(value: str, dialect: Dialect) -> str:
    if not dialect.quotes:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(value: pl.Expr, dialect: Dialect) -> pl.Expr:
    if not dialect.quotes:
        return value
    escaped = value.str.replace_all("\\", "\\\\", literal=True)
    escaped = escaped.str.replace_all('"', '\\"', literal=True)
    return pl.concat_str(pl.lit('"'), escaped, pl.lit('"'))


def _head(dialect: Dialect) -> list[pl.Expr]:
    """The first line of a transaction, and the tags of the voucher."""
    date = pl.col("date").dt.to_string("%Y-%m-%d").fill_null(_OPENED)
    label = pl.concat_str(
        pl.col("word").fill_null(""), pl.lit("-"), pl.col("number").cast(pl.String).fill_null("")
    )
    summary = pl.col("summary").fill_null("")
    if dialect.quotes:
        title = pl.concat_str(pl.lit(" * "), _text(summary, dialect))
    else:
        # A semicolon would begin a comment; the summary itself stands in a tag.
        shown = (label.str.replace_all(r"[();]", ""), summary.str.replace_all(r"[;|]", " "))
        title = pl.concat_str(pl.lit(" * ("), shown[0], pl.lit(") "), shown[1])
    return [
        date,
        title,
        pl.lit("\n"),
        _tag("word", pl.col("word"), dialect),
        _tag("number", pl.col("number").cast(pl.String), dialect),
    ]


def _posting(lines: pl.DataFrame, dialect: Dialect, base: str) -> list[pl.Expr]:
    """The amount of a line, and tags for what the amount does not say."""
    codes = lines["account"].fill_null("").unique().to_list()
    names = {code: account_name(code, dialect) for code in codes}
    account = pl.col("account").fill_null("").replace_strict(names, return_dtype=pl.String)
    net = pl.col("debit") - pl.col("credit")
    paid = pl.col("fx_debit") - pl.col("fx_credit")
    priced = paid.is_not_null() & ((paid > 0) == (net > 0)) & (net != 0)
    # A commodity is a word of capitals; a code of the source's own would end the amount.
    priced &= pl.col("currency").str.contains("^[A-Z]{2,}$")
    plain = [pl.lit("  "), money_text(net), pl.lit(f" {base}")]
    units = [pl.lit("  "), money_text(paid), pl.lit(" "), pl.col("currency")]
    price = [*units, pl.lit(" @@ "), money_text(net.abs()), pl.lit(f" {base}")]
    unnamed = pl.when(pl.col("account").is_null()).then(pl.lit("-"))
    other = pl.when(~priced & (pl.col("currency") != base)).then(pl.col("currency"))
    aux = _auxiliaries(schema.dimension_columns(lines))
    return [
        pl.lit("    "),
        account,
        pl.when(priced).then(pl.concat_str(price)).otherwise(pl.concat_str(plain)),
        pl.lit("\n"),
        _tag("code", pl.col("account") if dialect.roots else unnamed, dialect),
        _tag("summary", pl.col("summary"), dialect),
        *_side_tags({"debit": net, "credit": -net}, pl.lit(value=False), dialect),
        *_side_tags({"fx_debit": paid, "fx_credit": -paid}, ~priced, dialect),
        _tag("currency", other, dialect),
        _tag("rate", money_text(pl.col("rate")), dialect),
        _tag("aux", pl.when(aux != "").then(aux), dialect),
    ]


def _side_tags(sides: dict[str, pl.Expr], unsaid: pl.Expr, dialect: Dialect) -> Iterator[pl.Expr]:
    """Tags for both sides where the amount says something else, or nothing at all."""
    plain = {side: pl.max_horizontal(amount, _ZERO) for side, amount in sides.items()}
    odd = unsaid | pl.any_horizontal(pl.col(side) != said for side, said in plain.items())
    for side in sides:
        value = pl.when(odd & pl.col(side).is_not_null()).then(money_text(pl.col(side)))
        yield _tag(side.replace("_", "-"), value, dialect)


def _auxiliaries(columns: list[str]) -> pl.Expr:
    """The members of a line, such as ``customer=00012&department=01``."""
    if not columns:
        return pl.lit("")
    pairs = [
        pl.concat_str(
            pl.lit(_safe(name.removeprefix(schema.AUX)) + "="),
            pl.col(name).map_elements(_safe, return_dtype=pl.String),
        )
        for name in columns
    ]
    return pl.concat_str(pairs, separator="&", ignore_nulls=True)


def _safe(code: str) -> str:
    return quote(code, safe="")


def _tag(name: str, value: pl.Expr, dialect: Dialect) -> pl.Expr:
    """A line for a value, or nothing."""
    mark = "      " if dialect.quotes else "      ; "
    return pl.concat_str(pl.lit(f"{mark}{name}: "), _text(value, dialect), pl.lit("\n")).fill_null(
        ""
    )
