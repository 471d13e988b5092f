"""Write the journal of XBRL GL, and spell books as it does."""

from pathlib import Path

import polars as pl

from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.grid.cells import money_text
from kamcore.grid.words import one_line
from kamcore.markup.element_writing import attribute, declaration, escaped
from kamcore.vouchers.outgoing import Noting, live
from kamcore.vouchers.spelling_steps import dates_of_heads
from kamcore_xbrlgl import PARTIES

__all__ = ["BASE", "spell", "write_books"]

BASE = "CNY"
"""The base currency where nothing says otherwise."""

_ZERO = pl.lit(0).cast(schema.AMOUNT)
_NOWHEN = "1970-01-01"
_NAMESPACES = {
    "xbrli": "http://www.xbrl.org/2003/instance",
    "link": "http://www.xbrl.org/2003/linkbase",
    "xlink": "http://www.w3.org/1999/xlink",
    "iso4217": "http://www.xbrl.org/2003/iso4217",
    "gl-cor": "http://www.xbrl.org/int/gl/cor/2015-03-25",
    "gl-bus": "http://www.xbrl.org/int/gl/bus/2015-03-25",
    "gl-muc": "http://www.xbrl.org/int/gl/muc/2015-03-25",
}
_SCHEMA = "http://www.xbrl.org/taxonomy/int/gl/2015-03-25/plt/case-c-b-m/gl-plt-2015-03-25.xsd"
_AT = ' contextRef="now"'
_MONEY = f'{_AT} unitRef="base" decimals="INF"'
_PURE = f'{_AT} unitRef="pure" decimals="INF"'


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as the journal says them; notes in `losses` what that changes.

    A line has one amount and one side: of a line with both, the net stands on the debit side.
    """
    base = _base(books, options)
    books = live(books, losses)
    noting = Noting(books, losses)
    lines = books.lines
    texts = ["account", "summary", "unit", *schema.dimension_columns(lines)]
    plain = lines.with_columns(one_line(pl.col(name)) for name in texts)
    noting.replaced("lines", plain, texts)
    dated = dates_of_heads(books.replace(lines=plain), noting, ("year", "period"))
    said = dated.lines.with_columns(*_sides(), _currency(base)).with_columns(_originals(base))
    for name in ("debit", "credit", "fx_debit", "fx_credit"):
        moved = lines[name].fill_null(0) != said[name].fill_null(0)
        noting.note(LossKind.REPLACED, f"lines.{name}", moved)
    noting.note(LossKind.GUESSED, "lines.currency", lines["currency"].is_null())
    heads = dated.vouchers.with_columns(one_line(pl.col(name)) for name in ("word", "preparer"))
    used = said.select(pl.col("account").drop_nulls().unique())["account"]
    listed = books.accounts.with_columns(one_line(pl.col(name)) for name in ("code", "name"))
    gone = listed.filter(~pl.col("code").is_in(used.implode()) & pl.col("name").is_not_null())
    losses.note(LossKind.OMITTED, "accounts.name", gone.height, books.origin.place(None))
    kept = listed.filter(pl.col("code").is_in(used.implode()))
    return books.replace(vouchers=heads, lines=said, accounts=kept)


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write an entry header a voucher with an entry detail a line."""
    base = _base(books, options)
    spelled = spell(books, losses, options)
    names = spelled.accounts.select(account="code", _name="name")
    lines = spelled.lines.join(names, on="account", how="left", maintain_order="left")
    details = lines.select("voucher_id", detail=pl.concat_str(_detail(lines)))
    bodies = details.group_by("voucher_id", maintain_order=True).agg(pl.col("detail").str.join(""))
    heads = spelled.vouchers.join(bodies, on="voucher_id", how="left", maintain_order="left")
    entries = heads.select(pl.concat_str(_header(heads))).to_series()
    last = spelled.vouchers["date"].max()
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    owner = attribute(spelled.entity.name or "-").replace("&quot;", '"')
    begun = (
        f"<xbrli:xbrl{spaces}>\n"
        f'<link:schemaRef xlink:type="simple" xlink:href="{_SCHEMA}"/>\n'
        '<xbrli:context id="now"><xbrli:entity>'
        f'<xbrli:identifier scheme="https://kamcore.example/entity">{owner}</xbrli:identifier>'
        f"</xbrli:entity><xbrli:period><xbrli:instant>{last or _NOWHEN}</xbrli:instant>"
        "</xbrli:period></xbrli:context>\n"
        f'<xbrli:unit id="base"><xbrli:measure>iso4217:{base}</xbrli:measure></xbrli:unit>\n'
        '<xbrli:unit id="pure"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>\n'
        "<gl-cor:accountingEntries>\n<gl-cor:documentInfo>"
        f"<gl-cor:entriesType{_AT}>journal</gl-cor:entriesType></gl-cor:documentInfo>\n"
    )
    ended = "</gl-cor:accountingEntries>\n</xbrli:xbrl>\n"
    body = "".join([declaration("utf-8"), begun, *entries, ended])
    target.write_bytes(body.encode())


def _base(books: Books, options: Options) -> str:
    return str(options.get("base_currency") or books.entity.base_currency or BASE)


def _sides() -> list[pl.Expr]:
    debit, credit = pl.col("debit").fill_null(_ZERO), pl.col("credit").fill_null(_ZERO)
    both = (debit != 0) & (credit != 0)
    return [
        pl.when(both).then(debit - credit).otherwise(debit).cast(schema.AMOUNT).alias("debit"),
        pl.when(both).then(_ZERO).otherwise(credit).cast(schema.AMOUNT).alias("credit"),
    ]


def _currency(base: str) -> pl.Expr:
    return pl.col("currency").fill_null(base)


def _originals(base: str) -> list[pl.Expr]:
    """The original amount on the side of the line; none for a line in base currency."""
    paid = pl.col("fx_debit").fill_null(_ZERO) - pl.col("fx_credit").fill_null(_ZERO)
    stated = pl.col("fx_debit").is_not_null() | pl.col("fx_credit").is_not_null()
    says = stated & (pl.col("currency") != base)
    on_credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    debit = pl.when(says).then(pl.when(on_credit).then(_ZERO).otherwise(paid))
    credit = pl.when(says).then(pl.when(on_credit).then(-paid).otherwise(_ZERO))
    return [
        debit.cast(schema.AMOUNT).alias("fx_debit"),
        credit.cast(schema.AMOUNT).alias("fx_credit"),
    ]


def _header(heads: pl.DataFrame) -> list[pl.Expr]:
    return [
        pl.lit("<gl-cor:entryHeader>\n"),
        _leaf("gl-cor:postedDate", pl.col("date").dt.to_string("%Y-%m-%d")),
        _leaf("gl-cor:enteredBy", _text(heads["preparer"])),
        _leaf("gl-cor:sourceJournalDescription", _text(heads["word"])),
        _leaf("gl-cor:entryNumber", pl.col("number").cast(pl.String)),
        pl.col("detail"),
        pl.lit("</gl-cor:entryHeader>\n"),
    ]


def _detail(lines: pl.DataFrame) -> list[pl.Expr]:
    on_credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    amount = pl.when(on_credit).then("credit").otherwise("debit")
    paid = pl.when(on_credit).then("fx_credit").otherwise("fx_debit")
    dims = [name.removeprefix(schema.AUX) for name in schema.dimension_columns(lines)]
    others = [_sub(lines, name) for name in dims if name not in PARTIES]
    measured = [
        _leaf("gl-bus:measurableQuantity", money_text(pl.col("quantity")), _PURE),
        _leaf("gl-bus:measurableUnitOfMeasure", _text(lines["unit"])),
        _leaf("gl-bus:measurableCostPerUnit", money_text(pl.col("unit_price")), _MONEY),
    ]
    account = [
        _leaf("gl-cor:accountMainID", _text(lines["account"])),
        _leaf("gl-cor:accountMainDescription", _text(lines["_name"])),
        *others,
    ]
    return [
        pl.lit("<gl-cor:entryDetail>\n"),
        _leaf("gl-cor:lineNumber", pl.col("line_no").cast(pl.String)),
        _around("gl-cor:account", account),
        _leaf("gl-cor:amount", money_text(amount), _MONEY),
        _leaf("gl-muc:amountOriginalAmount", money_text(paid), _PURE),
        _leaf("gl-muc:amountOriginalCurrency", _text(lines["currency"])),
        _leaf("gl-muc:amountOriginalExchangeRate", money_text(pl.col("rate")), _PURE),
        _leaf(
            "gl-cor:debitCreditCode", pl.when(on_credit).then(pl.lit("C")).otherwise(pl.lit("D"))
        ),
        _leaf("gl-cor:postingDate", pl.col("date").dt.to_string("%Y-%m-%d")),
        *(_party(lines, name) for name in dims if name in PARTIES),
        _leaf("gl-cor:detailComment", _text(lines["summary"])),
        _around("gl-bus:measurable", measured),
        pl.lit("</gl-cor:entryDetail>\n"),
    ]


def _party(lines: pl.DataFrame, name: str) -> pl.Expr:
    code = _leaf("gl-cor:identifierCode", _text(lines[schema.AUX + name]))
    kind = f"<gl-cor:identifierType{_AT}>{PARTIES[name]}</gl-cor:identifierType>\n"
    whole = pl.concat_str(code, pl.lit(kind))
    return _around(
        "gl-cor:identifierReference", [pl.when(code != "").then(whole).otherwise(pl.lit(""))]
    )


def _sub(lines: pl.DataFrame, name: str) -> pl.Expr:
    code = _leaf("gl-cor:accountSubID", _text(lines[schema.AUX + name]))
    kind = escaped(pl.Series([name])).item()
    type_of = f"<gl-cor:accountSubType{_AT}>{kind}</gl-cor:accountSubType>\n"
    whole = pl.concat_str(code, pl.lit(type_of))
    return _around("gl-cor:accountSub", [pl.when(code != "").then(whole).otherwise(pl.lit(""))])


def _around(name: str, parts: list[pl.Expr]) -> pl.Expr:
    """An element around others, left out where they all are."""
    inner = pl.concat_str(parts)
    whole = pl.concat_str(pl.lit(f"<{name}>\n"), inner, pl.lit(f"</{name}>\n"))
    return pl.when(inner != "").then(whole).otherwise(pl.lit(""))


def _leaf(name: str, value: pl.Expr, key: str = _AT) -> pl.Expr:
    """An element with a text, left out where it is blank."""
    return pl.concat_str(pl.lit(f"<{name}{key}>"), value, pl.lit(f"</{name}>\n")).fill_null("")


def _text(texts: pl.Series) -> pl.Expr:
    return pl.lit(escaped(texts)) if texts.len() else pl.lit(None, dtype=pl.String)
