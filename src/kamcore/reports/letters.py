"""Letters to a party: statement (对账单), reconciliation (对账函), confirmation (往来询证函).

The wording is what letters on current accounts (往来账项) usually say: the figures are those of
our books, the answer goes below under 数据证明无误 or 数据不符, and no payment is asked for.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from kamcore.matching.parties.party_statement import Statement, kind_name
from kamcore.matching.two_sided.party_view import Finding, LineRef, PartyView
from kamcore.matching.two_sided.reconciliation_table import reconciliation_table
from kamcore.model.currency import currencies
from kamcore.reports.amount_words import amount_in_words
from kamcore.reports.letter import (
    Cell,
    Letter,
    Row,
    Table,
    amount_cell,
    day_text,
    formal,
    text_cells,
    unit_text,
    unsigned_cell,
)

__all__ = ["confirmation_letter", "reconciliation_letter", "statement_letter"]


def statement_letter(
    statement: Statement, from_name: str, *, date: dt.date, lang: str = "zh", reply: str = ""
) -> Letter:
    """The statement of account of a party, every record of the span with the balance after it.

    `reply` says where the answer goes: address, person, telephone.
    """
    zh = lang == "zh"
    since, until = day_text(statement.since, lang), day_text(statement.as_of, lang)
    owed = _owed(statement.closing, statement.currency, lang)
    if zh:
        body = (
            f"现将{since}至{until}贵我双方往来账项列示如下。截至{until}, {owed}。",
            (
                "请核对。如与贵公司记录相符, 请在下方“数据证明无误”处签章; 如有不符, "
                "请在“数据不符”处列明不符项目及金额。本函仅为复核账目之用, 并非催款结算。"
            ),
        )
    else:
        body = (
            f"Our accounts with you from {since} to {until} stand as below. At {until} {owed}.",
            (
                "Please sign the first box below if they agree with yours; else say in the second "
                "what differs. This is for checking only and no demand for payment."
            ),
        )
    return Letter(
        title="对账单" if zh else "Statement of account",
        number=_number("DZ", statement),
        from_name=from_name,
        to_name=statement.name,
        date=date,
        body=formal(body, lang),
        tables=(_records(statement, lang), _kinds(statement, lang)),
        lang=lang,
        reply=reply,
    )


def _number(kind: str, of: Statement | PartyView) -> str:
    """The number of a letter; a party in several currencies gets a letter for each."""
    foreign = "" if of.currency == "CNY" else f"-{of.currency}"
    return f"{kind}-{of.as_of:%Y%m%d}-{of.party}{foreign}"


def _records(statement: Statement, lang: str) -> Table:
    """Every record, between the opening and the closing balance."""
    zh = lang == "zh"
    heads = ("日期", "凭证", "摘要", "类别", "借方", "贷方", "余额")
    english = ("date", "voucher", "text", "kind", "debit", "credit", "balance")
    opening = text_cells("", "", "期初余额" if zh else "opening", "", "", "")
    closing = text_cells("", "", "期末余额" if zh else "closing", "")
    rows = [
        Row(
            (
                *text_cells(line.date.isoformat() if line.date else "", line.voucher, line.text),
                Cell(kind_name(line.kind, statement.direction, lang)),
                amount_cell(line.debit or None),
                amount_cell(line.credit or None),
                amount_cell(line.balance, f"{{c6@{at}}}+{{c4}}-{{c5}}"),
            )
        )
        for at, line in enumerate(statement.lines)
    ]
    last = len(rows)
    sums = [
        amount_cell(amount, f"SUM({{c{at}@0:{last}}})")
        for at, amount in ((4, statement.debit), (5, statement.credit))
    ]
    ending = amount_cell(statement.closing, f"{{c6@0}}+{{c4@{last + 1}}}-{{c5@{last + 1}}}")
    return Table(
        heads=heads if zh else english,
        rows=(
            Row((*opening, amount_cell(statement.opening)), is_sum=True),
            *rows,
            Row((*closing, *sums, ending), is_sum=True),
        ),
        unit=unit_text(statement.currency, lang),
        widths=(11.0, 9.0, 24.0, 8.0, 13.5, 13.5, 14.0),
    )


def _kinds(statement: Statement, lang: str) -> Table:
    """What each kind of record did to the balance."""
    zh = lang == "zh"
    return Table(
        title="本期汇总" if zh else "in the span",
        heads=("类别", "金额") if zh else ("kind", "amount"),
        rows=tuple(
            Row((Cell(kind_name(kind, statement.direction, lang)), amount_cell(amount)))
            for kind, amount in statement.by_kind().items()
        ),
    )


def _owed(amount: Decimal, currency: str, lang: str) -> str:
    """Who owes whom how much, in figures and in words."""
    figure = f"{abs(amount):,.2f}"
    if lang != "zh":
        if not amount:
            return f"nothing is owed ({currency})"
        return f"{'you owe us' if amount > 0 else 'we owe you'} {currency} {figure}"
    known = currencies().get(currency)
    name = known.zh if known else currency
    if not amount:
        return f"双方往来余额为零({name})"
    words = amount_in_words(amount, currency)
    capital = f"(大写: {words})" if words else ""
    whose = "贵公司尚欠本公司" if amount > 0 else "本公司尚欠贵公司"
    return f"{whose}{name} {figure} 元{capital}"


_CONFIRMING = {
    True: (
        (
            "本公司为核对往来账项, 现将截至下列日期本公司与贵公司的往来账项余额列示如下。"
            "下列数据出自本公司账簿记录, 如与贵公司记录相符, "
            "请在本函下端“数据证明无误”处签章证明; "
            "如有不符, 请在“数据不符”处列明不符项目及金额。"
        ),
        "本函仅为复核账目之用, 并非催款结算。若款项在上述日期之后已经付清, 仍请及时函复为盼。",
    ),
    False: (
        (
            "To check our accounts we list our balances with you below, as our books have them. "
            "Please sign the first box below if they agree with yours; else say in the second "
            "what differs."
        ),
        (
            "This is for checking only and no demand for payment. If the balances have been paid "
            "since, please answer all the same."
        ),
    ),
}


def confirmation_letter(
    balances: Sequence[Statement],
    from_name: str,
    *,
    date: dt.date,
    lang: str = "zh",
    reply: str = "",
) -> Letter:
    """The confirmation of balances of one party (往来询证函), a row per currency.

    `reply` says where the answer goes: address, person, telephone.

    Raises:
        ValueError: there is no balance to confirm.
    """
    if not balances:
        raise ValueError("a confirmation needs a balance")
    first, zh = balances[0], lang == "zh"
    rows = tuple(
        Row(
            (
                *text_cells(day_text(one.as_of, lang), one.currency),
                amount_cell(max(one.closing, Decimal(0))),
                amount_cell(max(-one.closing, Decimal(0))),
                Cell(amount_in_words(one.closing, one.currency) if zh else ""),
            )
        )
        for one in balances
    )
    heads = ("截止日期", "币别", "贵公司欠", "欠贵公司", "大写金额")
    english = ("as of", "currency", "you owe us", "we owe you", "remarks")
    return Letter(
        title="往来询证函" if zh else "Confirmation of balances",
        number=f"XZ-{first.as_of:%Y%m%d}-{first.party}",
        from_name=from_name,
        to_name=first.name,
        date=date,
        body=formal(_CONFIRMING[zh], lang),
        tables=(
            Table(
                heads=heads if zh else english,
                rows=rows,
                widths=(15.0, 6.0, 15.0, 15.0, 36.0),
            ),
        ),
        lang=lang,
        reply=reply,
    )


def reconciliation_letter(
    view: PartyView, from_name: str, *, date: dt.date, lang: str = "zh", reply: str = ""
) -> Letter:
    """The letter on a reconciliation: both balances, the table, what the other side is to book.

    `reply` says where the answer goes: address, person, telephone.
    """
    zh = lang == "zh"
    asked = [one for one in view.differences if one.corrects == "theirs"]
    return Letter(
        title="对账函" if zh else "Reconciliation of accounts",
        number=_number("DH", view),
        from_name=from_name,
        to_name=view.name,
        date=date,
        body=formal(_reconciled(view, lang), lang),
        tables=(_adjusted(view, lang), *([_asked_of(asked, lang)] if asked else [])),
        lang=lang,
        reply=reply,
    )


def _reconciled(view: PartyView, lang: str) -> tuple[str, ...]:
    until, gap = day_text(view.as_of, lang), view.difference
    if lang != "zh":
        result = "they agree." if not gap else f"they differ by {gap:,.2f} for these reasons."
        said = (
            f"As of {until} our books show {view.ours.closing:,.2f} and yours "
            f"{view.theirs.closing:,.2f} (mirrored, {view.currency}); {result}"
        )
        return said, "This is for checking only and no demand for payment."
    result = "双方余额一致。" if not gap else f"相差 {gap:,.2f}, 经核对原因如下。"
    said = (
        f"经核对双方账簿, 截至{until}, 我方账面余额 {view.ours.closing:,.2f}, "
        f"贵方账面余额 {view.theirs.closing:,.2f}(按我方方向), {result}"
    )
    return said, "请予核实, 并在下方签章回复。本函仅为复核账目之用, 并非催款结算。"


def _adjusted(view: PartyView, lang: str) -> Table:
    """Both balances brought to one figure; what is taken off stands without a sign of its own."""
    zh = lang == "zh"
    table = reconciliation_table(view)
    last = len(table.rows) - 1
    rows = []
    for number, row in enumerate(table.rows):
        text = Cell(formal((_yours(row.text[0]) if zh else row.text[1],), lang)[0])
        if number in (0, last):
            sums = [_ending(amount, at, last) if number else amount_cell(amount)
                    for at, amount in ((1, row.ours), (2, row.theirs))]  # fmt: skip
        else:
            sums = [unsigned_cell(amount) for amount in (row.ours, row.theirs)]
        ends = number in (0, last)
        rows.append(Row((text, *sums), is_sum=ends, is_unsigned=not ends))
    return Table(
        heads=("项目", "我方", "贵方") if zh else ("item", "ours", "yours"),
        rows=tuple(rows),
        unit=unit_text(view.currency, lang),
        widths=(34.0, 19.0, 19.0, 22.0),
    )


def _ending(amount: Decimal | None, at: int, last: int) -> Cell:
    return amount_cell(amount, f"SUM({{c{at}@0:{last - 1}}})")


def _asked_of(asked: Sequence[Finding], lang: str) -> Table:
    zh = lang == "zh"
    heads = ("事项", "我方记录", "贵方记录", "依据")
    at = 0 if zh else 1
    return Table(
        title="请贵公司核实的事项" if zh else "Please look at",
        heads=heads if zh else ("what", "ours", "yours", "proof"),
        rows=tuple(
            Row(
                text_cells(
                    *(
                        formal((_yours(text) if zh else text,), lang)[0]
                        for text in (
                            one.title(lang),
                            _lines(one.ours),
                            _lines(one.theirs),
                            one.proof[at],
                        )
                    )
                )
            )
            for one in asked
        ),
    )


def _lines(lines: Sequence[LineRef]) -> str:
    return "; ".join(f"{x.date} {x.voucher} {abs(x.amount):,.2f}" for x in lines)


def _yours(text: str) -> str:
    """What is said of the other side, said to it."""
    return text.replace("对方", "贵方")
