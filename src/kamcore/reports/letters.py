"""Letters to a party: statement (对账单), reconciliation (对账函), confirmation (往来询证函).

One value, `Letter`, becomes a printable page without anything from outside or a sheet of a
workbook.  Both have the places for seal, signature and date that the other side fills in: it
agrees, or says what does not.  Every text is escaped by the template.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import attrs
import jinja2
import polars as pl

from kamcore.errors import Fault, UsageError
from kamcore.matching.party_statement import LINE_KINDS, Statement
from kamcore.matching.party_view import PartyView
from kamcore.matching.reconciliation_table import reconciliation_table
from kamcore.pipeline.atomic import whole
from kamcore.place import Place
from kamcore.reports.sheets import Column, Fields, Line, Listing, Paragraph, Part, Sheet, Title
from kamcore.reports.workbook import sheet_name, write_workbook

__all__ = [
    "Cell",
    "Letter",
    "Row",
    "Table",
    "confirmation_letter",
    "letter_page",
    "letter_sheet",
    "reconciliation_letter",
    "statement_letter",
    "write_letter",
]

NO_LETTER = Fault(
    code="C6101",
    zh="信函不能写成「{value}」",
    en="a letter cannot become {value!r}",
    hint_zh="文件名以 .html 或 .xlsx 结尾",
    hint_en="let the name end in .html or .xlsx",
)


@attrs.frozen
class Cell:
    """A cell of a table of a letter: a text, or an amount with its text."""

    text: str
    amount: Decimal | None = None

    @property
    def is_amount(self) -> bool:
        """True for an amount, which stands on the right."""
        return self.amount is not None


@attrs.frozen
class Row:
    """A row; a sum is printed bold."""

    cells: tuple[Cell, ...]
    is_sum: bool = False


@attrs.frozen(kw_only=True)
class Table:
    """A table of a letter."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""


@attrs.frozen(kw_only=True)
class Letter:
    """A letter: who writes to whom, its paragraphs and tables."""

    title: str
    number: str
    from_name: str
    to_name: str
    date: dt.date
    body: tuple[str, ...]
    tables: tuple[Table, ...]
    lang: str = "zh"

    @property
    def date_text(self) -> str:
        """The date as a letter writes it."""
        return _day(self.date, self.lang)


def _day(day: dt.date, lang: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def _money(amount: Decimal | None) -> Cell:
    return Cell("") if amount is None else Cell(f"{amount:,.2f}", amount)


def _texts(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


def statement_letter(
    statement: Statement, from_name: str, *, date: dt.date, lang: str = "zh"
) -> Letter:
    """The statement of account of a party, every record of the span with the balance after it."""
    zh = lang == "zh"
    since, until = _day(statement.since, lang), _day(statement.as_of, lang)
    side = _side(statement.closing, lang)
    body = (
        f"{since}至{until}, 贵我双方往来账项如下, 期末余额 {abs(statement.closing):,.2f} "
        f"({side}), 币别 {statement.currency}。请核对; 如有不符, 请列明后寄回。"
        if zh
        else f"Our accounts with you from {since} to {until} stand as below; the closing balance "
        f"is {abs(statement.closing):,.2f} ({side}), {statement.currency}."
    )
    return Letter(
        title="对账单" if zh else "Statement of account",
        number=f"DZ-{statement.as_of:%Y%m%d}-{statement.party}",
        from_name=from_name,
        to_name=statement.name,
        date=date,
        body=(body,),
        tables=(_records(statement, lang), _kinds(statement, lang)),
        lang=lang,
    )


def _records(statement: Statement, lang: str) -> Table:
    """Every record, between the opening and the closing balance."""
    zh = lang == "zh"
    heads = ("日期", "凭证", "摘要", "类别", "借方", "贷方", "余额")
    english = ("date", "voucher", "text", "kind", "debit", "credit", "balance")
    opening = _texts("", "", "期初余额" if zh else "opening", "", "", "")
    closing = _texts("", "", "期末余额" if zh else "closing", "")
    rows = [
        Row(
            (
                *_texts(line.date.isoformat() if line.date else "", line.voucher, line.text),
                Cell(LINE_KINDS[line.kind][0 if zh else 1]),
                _money(line.debit or None),
                _money(line.credit or None),
                _money(line.balance),
            )
        )
        for line in statement.lines
    ]
    last = map(_money, (statement.debit, statement.credit, statement.closing))
    return Table(
        heads=heads if zh else english,
        rows=(
            Row((*opening, _money(statement.opening)), is_sum=True),
            *rows,
            Row((*closing, *last), is_sum=True),
        ),
    )


def _kinds(statement: Statement, lang: str) -> Table:
    """What each kind of record did to the balance."""
    zh = lang == "zh"
    return Table(
        title="本期汇总" if zh else "in the span",
        heads=("类别", "金额") if zh else ("kind", "amount"),
        rows=tuple(
            Row((Cell(LINE_KINDS[kind][0 if zh else 1]), _money(amount)))
            for kind, amount in statement.by_kind().items()
        ),
    )


def _side(amount: Decimal, lang: str) -> str:
    if lang != "zh":
        return "you owe us" if amount > 0 else "we owe you" if amount < 0 else "nothing is owed"
    return "贵公司欠" if amount > 0 else "欠贵公司" if amount < 0 else "平"


_CONFIRMING = {
    True: (
        "本公司为核对往来账项, 现将截止日与贵公司的往来余额列示如下, 出自本公司账簿记录。",
        "如与贵公司记录相符, 请在本函下端“信息证明无误”处签章; 如有不符, 请在“信息不符”处列明。",
        "请将本函寄回本公司。本函仅为复核账目之用, 并非催款结算。",
    ),
    False: (
        "To check our accounts we list our balances with you below, as our books have them.",
        "Please sign the first box if they agree with yours; else say in the second what differs.",
        "Please return this letter. It is for checking only and no demand for payment.",
    ),
}


def confirmation_letter(
    balances: Sequence[Statement], from_name: str, *, date: dt.date, lang: str = "zh"
) -> Letter:
    """The confirmation of balances of one party (往来询证函), a row per currency.

    Raises:
        ValueError: there is no balance to confirm.
    """
    if not balances:
        raise ValueError("a confirmation needs a balance")
    first, zh = balances[0], lang == "zh"
    rows = tuple(
        Row(
            (
                *_texts(_day(one.as_of, lang), one.currency),
                _money(max(one.closing, Decimal(0))),
                _money(max(-one.closing, Decimal(0))),
            )
        )
        for one in balances
    )
    heads = ("截止日期", "币别", "贵公司欠", "欠贵公司")
    english = ("as of", "currency", "you owe us", "we owe you")
    body = _CONFIRMING[lang == "zh"]
    return Letter(
        title="往来询证函" if zh else "Confirmation of balances",
        number=f"XZ-{first.as_of:%Y%m%d}-{first.party}",
        from_name=from_name,
        to_name=first.name,
        date=date,
        body=body,
        tables=(Table(heads=heads if zh else english, rows=rows),),
        lang=lang,
    )


def reconciliation_letter(
    view: PartyView, from_name: str, *, date: dt.date, lang: str = "zh"
) -> Letter:
    """The letter on a reconciliation: both balances, the table, what the other side is to book."""
    zh = lang == "zh"
    table = reconciliation_table(view)
    at = 0 if zh else 1
    last = len(table.rows) - 1
    rows = tuple(
        Row((Cell(row.text[at]), _money(row.ours), _money(row.theirs)), is_sum=number in (0, last))
        for number, row in enumerate(table.rows)
    )
    asked = [one for one in view.differences if one.corrects == "theirs"]
    details = Table(
        title="请贵公司核实的事项" if zh else "Please look at",
        heads=("事项", "我方记录", "贵方记录", "依据")
        if zh
        else ("what", "ours", "yours", "proof"),
        rows=tuple(
            Row(
                (
                    Cell(one.title(lang)),
                    Cell("; ".join(f"{x.date} {x.voucher} {x.amount:,.2f}" for x in one.ours)),
                    Cell("; ".join(f"{x.date} {x.voucher} {x.amount:,.2f}" for x in one.theirs)),
                    Cell(one.proof[at]),
                )
            )
            for one in asked
        ),
    )
    until = _day(view.as_of, lang)
    gap = view.difference
    if zh:
        result = "双方余额一致。" if not gap else f"相差 {gap:,.2f}, 经核对原因如下。"
        body = (
            f"截至{until}, 我方账面余额 {view.ours.closing:,.2f}, "
            f"贵方账面余额 {view.theirs.closing:,.2f}(按我方方向), {result}"
        )
    else:
        result = "they agree." if not gap else f"they differ by {gap:,.2f} for these reasons."
        body = (
            f"As of {until} our books show {view.ours.closing:,.2f} and yours "
            f"{view.theirs.closing:,.2f} (mirrored); {result}"
        )
    main = Table(heads=("项目", "我方", "贵方") if zh else ("item", "ours", "yours"), rows=rows)
    return Letter(
        title="对账函" if zh else "Reconciliation of accounts",
        number=f"DH-{view.as_of:%Y%m%d}-{view.party}",
        from_name=from_name,
        to_name=view.name,
        date=date,
        body=(body,),
        tables=(main, details) if asked else (main,),
        lang=lang,
    )


def letter_page(letter: Letter) -> str:
    """The letter as one printable HTML page."""
    text = files("kamcore.reports").joinpath("templates/letter.html").read_text("utf-8")
    room = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return room.from_string(text).render(letter=letter, zh=letter.lang == "zh")


def letter_sheet(letter: Letter) -> Sheet:
    """The letter as a sheet of a workbook, amounts as numbers."""
    zh = letter.lang == "zh"
    parts: list[Part] = [
        Title(letter.title),
        Line(f"{letter.to_name}:", f"{'编号' if zh else 'No.'} {letter.number}"),
        *(Paragraph(text) for text in letter.body),
    ]
    for table in letter.tables:
        if table.title:
            parts.append(Paragraph(table.title, bold=True))
        parts.append(_listing(table))
    words = ("公司盖章", "经办人", "日期") if zh else ("seal", "signed", "date")
    agreed = "1. 信息证明无误" if zh else "1. We confirm the figures"
    differs = "2. 信息不符, 详情" if zh else "2. The figures do not agree; details"
    blanks = tuple((word, "") for word in words)
    parts += [
        Line("", f"{letter.from_name} {'(盖章)' if zh else '(seal)'}"),
        Line("", letter.date_text),
        Paragraph(agreed, bold=True),
        Fields(blanks, across=3),
        Paragraph(differs, bold=True),
        Fields(blanks, across=3),
    ]
    return Sheet(name=sheet_name(letter.to_name), parts=tuple(parts), landscape=False)


def _listing(table: Table) -> Listing:
    """A table whose columns are amounts where every filled cell is one."""
    columns, series = [], []
    for at, head in enumerate(table.heads):
        cells = [row.cells[at] for row in table.rows]
        amounts = all(cell.is_amount or not cell.text for cell in cells)
        if amounts and any(cell.is_amount for cell in cells):
            values = pl.Series(f"c{at}", [cell.amount for cell in cells], pl.Decimal(38, 4))
        else:
            values = pl.Series(f"c{at}", [cell.text for cell in cells], pl.String)
        series.append(values)
        columns.append(Column(f"c{at}", head))
    style = pl.Series("style", ["sum" if row.is_sum else None for row in table.rows], pl.String)
    return Listing(columns=tuple(columns), frame=pl.DataFrame([*series, style]), style="style")


def write_letter(letter: Letter, path: Path, *, force: bool = False) -> None:
    """Write a letter as a page or a workbook, whole or not at all.

    Raises:
        UsageError: the name ends in neither .html nor .xlsx, or the file exists and `force` is
            false.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        write_workbook([letter_sheet(letter)], path, force=force)
    elif suffix == ".html":
        with whole(path, force=force) as temporary:
            temporary.write_text(letter_page(letter), "utf-8", newline="\n")
    else:
        raise UsageError(NO_LETTER.at(Place(file=str(path)), path.name))
