"""Write EAI documents: elements in the order of the layout, made by column expressions."""

from pathlib import Path

import polars as pl

from kamcore.adapters.yonyou_u8_xml import archives, layout
from kamcore.adapters.yonyou_u8_xml.archive_reading import usual_texts
from kamcore.adapters.yonyou_u8_xml.plan import ENCODINGS, Plan, plan_for
from kamcore.adapters.yonyou_u8_xml.spelling import spell
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.markup.element_writing import (
    END,
    Leaf,
    attributes,
    declaration,
    record,
    tree,
)
from kamcore.vouchers.document_writing import (
    Out,
    by_line,
    figure,
    money,
    on_credit,
    over,
    plain,
    verbatim,
    where,
    write_vouchers,
)
from kamcore.vouchers.ufinterface import ROOT, currency_names, or_zero, voucher_openings

_NAME_SIZE = 8
"""Bytes of a currency's name; a longer name gives way to the ISO code."""
_ENTRY = " " * 6
_FIELD = " " * 8
_ITEM = " " * 10


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write the document that the options choose.

    Raises:
        UsageError: an option has a value that is none of its own.
        LossRefused: a code is too long for its field.
    """
    plan = plan_for(options)
    spelled = spell(books, losses, options)
    start = declaration(plan.encoding) + tree(ROOT, plan.root)
    end = f"</{ROOT}>{END}"
    if plan.document == "voucher":
        write_vouchers(spelled, target, _vouchers(spelled, plan, start, end))
        return
    records = _accounts(spelled) if plan.document == "code" else _members(spelled, plan.document)
    text = start + "".join(records.to_list()) + end
    target.write_bytes(text.encode(ENCODINGS[plan.encoding], "xmlcharrefreplace"))


def _vouchers(books: Books, plan: Plan, start: str, end: str) -> Out:
    return Out(
        start=start,
        end=end,
        encoding=ENCODINGS[plan.encoding],
        head=[voucher_openings(books), *_head(books)],
        head_indent=_ENTRY,
        entry=[f"{_ENTRY}<entry>{END}", *_entry(books), f"{_ENTRY}</entry>{END}"],
        entry_indent=_FIELD,
        middle=f"    </voucher_head>{END}    <voucher_body>{END}",
        close=f"    </voucher_body>{END}  </voucher>{END}",
    )


def _head(books: Books) -> list[Leaf]:
    facts = {field.heading: field.fact.partition(".")[2] for field in layout.HEAD_FIELDS}
    heads = books.vouchers
    void = where(heads["status"] == "void", pl.repeat("1", heads.height, eager=True))
    leaves = []
    for tag in layout.HEAD:
        if tag.name in facts:
            texts: pl.Series | str | None = plain(heads[facts[tag.name]])
        else:
            texts = verbatim(books, "vouchers", tag.name)
        if tag.name == layout.VOID[0]:
            texts = over(void, texts)
        leaves.append(Leaf(tag.name, texts, optional=tag.name in layout.OPTIONAL))
    return leaves


def _entry(books: Books) -> list[Leaf | pl.Series | str]:
    lines = books.lines
    values = _figures(lines)
    facts = {field.heading: field.fact.partition(".")[2] for field in layout.ENTRY_FIELDS}
    for name in ("account_code", "abstract", "settlement", "document_id", "document_date"):
        values[name] = plain(lines[facts[name]])
    values["currency"] = _currency(lines["currency"])
    values["entry_id"] = over(verbatim(books, "lines", "entry_id"), plain(lines["line_no"]))
    parts: list[Leaf | pl.Series | str] = [
        Leaf(tag.name, values.get(tag.name, verbatim(books, "lines", tag.name)))
        for tag in layout.ENTRY
    ]
    parts.append(f"{_FIELD}<{layout.ITEMS}>{END}")
    parts += _items(books)
    parts += [f"{_FIELD}</{layout.ITEMS}>{END}", *_detail(books)]
    return parts


def _figures(lines: pl.DataFrame) -> dict[str, pl.Series | str | None]:
    """Amounts, rate and quantity: the unused side holds 0 and blanks."""
    credit = on_credit(lines)
    no_fx = {
        side: (lines[f"fx_{side}"] == 0) & (lines[f"fx_{other}"] != 0)
        for side, other in (("debit", "credit"), ("credit", "debit"))
    }
    no_fx["credit"] |= (lines["fx_debit"] == 0) & (lines["fx_credit"] == 0)
    return {
        "unit_price": figure(lines["unit_price"]),
        "exchange_rate2": figure(lines["rate"]),
        "debit_quantity": where(~credit, figure(lines["quantity"])),
        "credit_quantity": where(credit, figure(lines["quantity"])),
        **{
            f"primary_{side}_amount": where(~no_fx[side], money(lines[f"fx_{side}"]))
            for side in ("debit", "credit")
        },
        **{f"natural_{side}_currency": or_zero(lines[side]) for side in ("debit", "credit")},
    }


def _currency(codes: pl.Series) -> pl.Series:
    """Currencies by name, as long as the name fits its field."""
    return currency_names(codes, lambda name: len(name.encode("gbk", "replace")) <= _NAME_SIZE)


def _items(books: Books) -> list[Leaf]:
    """Auxiliary items: the usual ones always, a site's own where they say something."""
    lines = books.lines
    leaves = []
    for name in (*(tag.name for tag in layout.AUXILIARY), *layout.CUSTOM):
        column = schema.AUX + layout.DIMENSIONS.get(name, "")
        texts: pl.Series | str | None = verbatim(books, "lines", name)
        if column in lines.columns:
            texts = lines[column]
        elif name == "operator":
            texts = lines["salesperson"]
        own = name in layout.CUSTOM
        if not own or texts is not None:
            leaves.append(Leaf("item", texts, key=f'name="{name}"', optional=own, deeper="  "))
    return leaves


def _detail(books: Books) -> list[Leaf | pl.Series | str]:
    flows = books.cash_flows
    if not flows.height:
        return [f"{_FIELD}<detail/>{END}"]
    inflow = flows["amount"] >= 0
    amount = money(flows["amount"].abs())
    more = [
        pl.concat_str(pl.lit(f' {name}="'), pl.lit(attributes(kept)), pl.lit('"')).fill_null("")
        for name in layout.FLOW_MORE
        if (kept := verbatim(books, "cash_flows", name)) is not None
    ]
    text = pl.concat_str(
        pl.lit(f'{_ITEM}  <cash_flow cash_item="'),
        pl.lit(attributes(flows["item"])),
        pl.lit('" natural_debit_currency="'),
        pl.lit(where(inflow, amount)).fill_null("0"),
        pl.lit('" natural_credit_currency="'),
        pl.lit(where(~inflow, amount)).fill_null("0"),
        pl.lit('"'),
        *more,
        pl.lit(f"/>{END}"),
    )
    rows = flows.select("voucher_id", "line_no", text=text)
    block = pl.concat_str(
        pl.lit(f"{_FIELD}<detail>{END}{_ITEM}<cash_flow_statement>{END}"),
        pl.lit(by_line(books.lines, rows)),
        pl.lit(
            f"{_ITEM}</cash_flow_statement>{END}{_ITEM}<code_remark_statement/>{END}"
            f"{_FIELD}</detail>{END}"
        ),
    ).fill_null(f"{_FIELD}<detail/>{END}")
    return [pl.select(block).to_series()]


def _members(books: Books, document: str) -> pl.Series:
    members = books.members
    facts = {field.heading: field.fact.partition(".")[2] for field in archives.PARTY_FIELDS}
    leaves: list[Leaf | pl.Series | str] = [f"  <{document}>{END}"]
    for name in archives.TAGS[document]:
        if name in facts:
            leaves.append(Leaf(name, members[facts[name]]))
        else:
            leaves.append(Leaf(name, over(verbatim(books, "members", name), _usual(name))))
    leaves.append(f"  </{document}>{END}")
    return record(leaves, members.height, "    ")


def _usual(name: str) -> str | None:
    return archives.SORT_CODE if name == "sort_code" else None


def _accounts(books: Books) -> pl.Series:
    accounts = books.accounts
    asked = accounts["dimensions"].str.split(",")
    values: dict[str, pl.Series | str | None] = {
        "type": accounts["category"],
        "code": accounts["code"],
        "name": accounts["name"],
        "grade": plain(accounts["level"]),
        "prop": accounts["direction"].replace({"debit": "True", "credit": "False"}),
        "fc_name": _currency(accounts["currency"]),
        "measure_unit": accounts["unit"],
        "end_item_flag": _flag(accounts["is_leaf"]),
        "acc_seal_flag": _flag(~accounts["is_active"]),
        **dict.fromkeys(archives.UNTOLD_FLAGS, "False"),
        **{
            tag: _flag(asked.list.contains(name).fill_null(value=False))
            for tag, name in archives.FLAGS.items()
        },
    }
    usual = usual_texts(accounts)
    leaves: list[Leaf | pl.Series | str] = [f"  <code>{END}"]
    for name in archives.TAGS["code"]:
        kept = verbatim(books, "accounts", name)
        optional = name in archives.OPTIONAL
        leaves.append(Leaf(name, over(kept, values.get(name, usual.get(name))), optional=optional))
    leaves.append(f"  </code>{END}")
    return record(leaves, accounts.height, "    ")


def _flag(flags: pl.Series) -> pl.Series:
    return pl.select(
        pl.when(flags).then(pl.lit("True")).when(~flags).then(pl.lit("False"))
    ).to_series()
