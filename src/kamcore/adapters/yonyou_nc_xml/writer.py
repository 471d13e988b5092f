"""Write NC exchange documents in either dialect, made by column expressions."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_nc_xml import layout
from kamcore.adapters.yonyou_nc_xml.plan import plan_for
from kamcore.adapters.yonyou_nc_xml.spelling import spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.markup.element_writing import (
    END,
    Leaf,
    attribute,
    declaration,
    escaped,
    tree,
)
from kamcore.vouchers.document_writing import (
    Out,
    by_line,
    figure,
    item_lines,
    money,
    on_credit,
    over,
    plain,
    verbatim,
    where,
    write_vouchers,
)
from kamcore.vouchers.documents import is_local
from kamcore.vouchers.ufinterface import ROOT, currency_names, or_zero, voucher_openings

_HEAD = " " * 6
Part = Leaf | pl.Series | str
Texts = dict[str, pl.Series | str | None]


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write the vouchers.

    Raises:
        UsageError: an option has a value that is none of its own.
    """
    plan = plan_for(options)
    spelled = spell(books, losses, options)
    start = declaration("UTF-8") + tree(ROOT, plan.root)
    end = f"</{ROOT}>{END}"
    make = _nc6 if plan.dialect == "nc6" else _nc5
    write_vouchers(spelled, target, make(spelled, start, end))


def _nc6(books: Books, start: str, end: str) -> Out:
    field = " " * 10
    entry: list[Part] = [f"{' ' * 8}<item>{END}"]
    values = _entry6(books)
    optional = {name for name in values if name.endswith(("amount", "quantity"))}
    entry += [
        Leaf(name, values.get(name), optional=name in optional)
        for name in layout.TREES["nc6"].entry
    ]
    entry += [*_ass(books, field), *_vat(books, field), *_flows(books, field)]
    entry.append(f"{' ' * 8}</item>{END}")
    return Out(
        start=start,
        end=end,
        encoding="utf-8",
        head=[voucher_openings(books), *_head(books, "nc6")],
        head_indent=_HEAD,
        entry=entry,
        entry_indent=field,
        middle=f"{_HEAD}<details>{END}",
        close=f"{_HEAD}</details>{END}    </voucher_head>{END}  </voucher>{END}",
    )


def _nc5(books: Books, start: str, end: str) -> Out:
    field = " " * 8
    values = _entry5(books)
    entry: list[Part] = [f"{_HEAD}<entry>{END}"]
    entry += [Leaf(name, values.get(name)) for name in layout.TREES["nc5"].entry]
    entry += [_items(books, field), f"{field}<detail/>{END}", f"{_HEAD}</entry>{END}"]
    return Out(
        start=start,
        end=end,
        encoding="utf-8",
        head=[voucher_openings(books), *_head(books, "nc5")],
        head_indent=_HEAD,
        entry=entry,
        entry_indent=field,
        middle=f"    </voucher_head>{END}    <voucher_body>{END}",
        close=f"    </voucher_body>{END}  </voucher>{END}",
    )


def _head(books: Books, dialect: str) -> list[Part]:
    heads = books.vouchers
    facts = {field.heading: field.fact.partition(".")[2] for field in layout.HEADS[dialect]}
    values: Texts = {name: plain(heads[column]) for name, column in facts.items()}
    period = plain(heads["period"]).str.zfill(2)
    signed = pl.when(pl.lit(heads["cashier"]).is_not_null()).then(pl.lit("Y"))
    void = where(heads["status"] == "void", pl.repeat("Y", heads.height, eager=True))
    flag, _ = layout.SIGNED[dialect]
    values[flag] = pl.select(signed.otherwise(pl.lit("N"))).to_series()
    if dialect == "nc6":
        values["period"] = period
        values["prepareddate"] = plain(heads["date"]) + " 00:00:00"
        values["discardflag"] = void.fill_null("N")
        values["voucherkind"] = "0"
        values["pk_org_v"] = verbatim(books, "vouchers", "pk_org")
    else:
        values["accounting_period"] = period
        values["revokeflag"] = void.replace({"Y": "1"})
        values["reserve2"] = "N"
    found: list[Part] = []
    for name in layout.TREES[dialect].head:
        usual = values.get(name)
        kept = None if name in facts else verbatim(books, "vouchers", name)
        found.append(Leaf(name, over(kept, usual)))
    return found


def _common(books: Books, dialect: str) -> Texts:
    """Texts of entries by the fields of a dialect, without amounts."""
    lines = books.lines
    values: Texts = {name: verbatim(books, "lines", name) for name in layout.TREES[dialect].entry}
    for field in layout.ENTRIES[dialect]:
        column = field.fact.partition(".")[2]
        if field.fact.startswith("lines.") and lines[column].dtype == schema.TEXT:
            values[field.heading] = lines[column]
    number = layout.NUMBER[dialect]
    values[number] = over(verbatim(books, "lines", number), plain(lines["line_no"]))
    return values


def _originals(books: Books) -> dict[str, pl.Series]:
    """Original amounts of both sides: lines in base currency repeat their amounts."""
    lines = books.lines
    local = lines.select(is_local(books.entity.base_currency)).to_series()
    none = lines["fx_debit"].is_null() & lines["fx_credit"].is_null()
    return {
        side: pl.select(
            pl.when(local & none).then(pl.lit(lines[side])).otherwise(pl.lit(lines[f"fx_{side}"]))
        ).to_series()
        for side in ("debit", "credit")
    }


def _entry6(books: Books) -> Texts:
    """A debit line has only debit names, a credit line only credit names."""
    lines = books.lines
    values = _common(books, "nc6")
    credit = on_credit(lines)
    originals = _originals(books)
    dates = plain(lines["date"])
    values["verifydate"] = over(values["verifydate"], dates)
    values["price"] = figure(lines["unit_price"]).fill_null("0")
    values["excrate2"] = figure(lines["rate"])
    for side, own in (("debit", ~credit), ("credit", credit)):
        other = originals[side].fill_null(0) != 0
        used = (own | (lines[side].fill_null(0) != 0) | other) & lines[side].is_not_null()
        local = where(used, money(lines[side]))
        values[f"local{side}amount"] = local
        values[f"{side}amount"] = where(used | other, money(originals[side]))
        for level in ("group", "global"):
            values[f"{level}{side}amount"] = over(values[f"{level}{side}amount"], local)
        quantity = figure(lines["quantity"]).fill_null("0")
        kept = verbatim(books, "lines", f"{side}quantity")
        values[f"{side}quantity"] = over(kept, where(own, quantity))
    return values


def _entry5(books: Books) -> Texts:
    """Both sides of every line; the unused one holds zeros."""
    lines = books.lines
    values = _common(books, "nc5")
    credit = on_credit(lines)
    originals = _originals(books)
    values["document_date"] = plain(lines["settlement_date"])
    values["currency"] = currency_names(lines["currency"])
    values["unit_price"] = figure(lines["unit_price"])
    values["exchange_rate1"] = over(values["exchange_rate1"], "0")
    values["exchange_rate2"] = figure(lines["rate"])
    for side, own in (("debit", ~credit), ("credit", credit)):
        values[f"natural_{side}_currency"] = or_zero(lines[side])
        values[f"primary_{side}_amount"] = or_zero(originals[side])
        values[f"secondary_{side}_amount"] = over(values[f"secondary_{side}_amount"], "0")
        kept = verbatim(books, "lines", f"{side}_quantity")
        unused = pl.select(pl.when(~own).then(pl.lit("0"))).to_series()
        values[f"{side}_quantity"] = over(
            kept, over(where(own, figure(lines["quantity"])), unused)
        )
    return values


def _dimensions(books: Books) -> dict[str, pl.Series]:
    """Member codes by the word of their dimension."""
    return {
        label: books.lines[schema.AUX + name]
        for name, label in books.dimensions.select("id", "label").iter_rows()
    }


def _block(name: str, content: pl.Series | None, field: str) -> list[Part]:
    """A container around the lines of those rows that have any."""
    if content is None or content.null_count() == content.len():
        return []
    whole = pl.concat_str(
        pl.lit(f"{field}<{name}>{END}"), pl.lit(content), pl.lit(f"{field}</{name}>{END}")
    )
    return [pl.select(whole).to_series()]


def _ass(books: Books, field: str) -> list[Part]:
    items = {key: escaped(codes) for key, codes in _dimensions(books).items()}
    if not items:
        return []
    inner = f"{field}    "
    template = (
        f"{field}  <item>{END}{inner}<pk_Checktype>",
        f"</pk_Checktype>{END}{inner}<pk_Checkvalue>",
        f"</pk_Checkvalue>{END}{field}  </item>{END}",
    )
    named = {escaped(pl.Series([key])).item(): codes for key, codes in items.items()}
    return _block(layout.ASS, item_lines(named, template), field)


def _items(books: Books, field: str) -> pl.Series | str:
    items = {attribute(key): escaped(codes) for key, codes in _dimensions(books).items()}
    blank = f"{field}<{layout.ITEMS}/>{END}"
    if not items:
        return blank
    lines = item_lines(items, (f'{field}  <item name="', '">', f"</item>{END}"))
    block = _block(layout.ITEMS, lines, field)
    return block[0].fill_null(blank) if block and isinstance(block[0], pl.Series) else blank


def _vat(books: Books, field: str) -> list[Part]:
    kept = {name: verbatim(books, "lines", f"{layout.VAT}/{name}") for name in layout.VAT_FIELDS}
    parts = [
        pl.concat_str(
            pl.lit(f"{field}  <{name}>"), pl.lit(escaped(texts)), pl.lit(f"</{name}>{END}")
        )
        for name, texts in kept.items()
        if texts is not None
    ]
    if not parts:
        return []
    joined = pl.concat_str(parts, ignore_nulls=True)
    content = pl.select(pl.when(joined != "").then(joined)).to_series()
    return _block(layout.VAT, content, field)


def _flows(books: Books, field: str) -> list[Part]:
    """Cash flows; the amount has the sign of its side, so an outflow is positive on a credit."""
    flows = books.cash_flows
    if not flows.height:
        return []
    sides = books.lines.select("voucher_id", "line_no", "currency", out=on_credit(books.lines))
    rows = flows.join(sides, on=["voucher_id", "line_no"], how="left", maintain_order="left")
    signed = rows.select(
        pl.when("out").then(-pl.col("amount")).otherwise("amount").cast(schema.AMOUNT)
    ).to_series()
    main = money(signed)
    values: Texts = {
        "m_pk_currtype": over(verbatim(books, "cash_flows", "m_pk_currtype"), rows["currency"]),
        **{
            name: over(verbatim(books, "cash_flows", name), main)
            for name in ("money", "moneyglobal", "moneygroup")
        },
        "moneymain": main,
        "pk_cashflow": rows["item"],
        "pk_innercorp": verbatim(books, "cash_flows", "pk_innercorp"),
    }
    parts: list[pl.Expr] = [pl.lit(f"{field}  <item>{END}")]
    for name, texts in values.items():
        start = f"{field}    <{name}"
        column = (
            pl.lit(None, dtype=schema.TEXT) if texts is None else pl.lit(escaped(pl.Series(texts)))
        )
        whole = pl.concat_str(pl.lit(f"{start}>"), column, pl.lit(f"</{name}>{END}"))
        parts.append(whole.fill_null(f"{start}/>{END}"))
    parts.append(pl.lit(f"{field}  </item>{END}"))
    items = rows.select("voucher_id", "line_no", text=pl.concat_str(parts))
    return _block("cashFlow", by_line(books.lines, items), field)
