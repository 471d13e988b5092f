"""Sub-accounts and members turned into one another on the way of a conversion."""

import os
from pathlib import Path
from typing import Any, Literal

import attrs

from kamcore.books import Books
from kamcore.books.sub_account_pairs import learned_rules, party_rules
from kamcore.books.sub_accounts import Regrouped, to_accounts, to_auxiliary
from kamcore.errors import BooksError, Fault, SourceError, UsageError
from kamcore.forms.sub_accounts import RuleRow, rules_from_rows, rules_from_toml
from kamcore.grid.header import find_header, grid_of
from kamcore.grid.text import decode
from kamcore.grid.words import read_codes, read_texts
from kamcore.grid.workbook import open_workbook
from kamcore.model.sub_account import SubAccountRule
from kamcore.pipeline.reading import source_of
from kamcore.place import Place

NOTHING_LEARNED = Fault(
    code="C5101",
    zh="没有找到名称像往来单位的明细科目",
    en="no sub-accounts were found that are called like parties",
    hint_zh="用 --rule 写明哪些科目的明细是哪类核算项目",
    hint_en="say with --rule which accounts' sub-accounts are members of which dimension",
)
NO_PARTIES = Fault(
    code="C5102",
    zh="没有找到按客户或供应商核算的往来科目",
    en="no account of receivables or payables was found that is kept by party",
    hint_zh="用 --rule 写明哪些科目的哪类核算项目转成明细科目",
    hint_en="say with --rule which accounts' members of which dimension become sub-accounts",
)
UNEQUAL = Fault(
    code="C5103",
    zh="明细科目与核算项目的余额不等: {value}",
    en="sums of sub-accounts and of members differ: {value}",
    hint_zh="看上级科目上是否已有同一核算项目的分录",
    hint_en="see whether the account above already has lines with that member",
)
NO_RULE_SHEET = Fault(
    code="C5104",
    zh="工作簿里没有「明细科目对照」表",
    en="the workbook has no sheet 明细科目对照",
    hint_zh="表头需要「上级科目」和「类别」, 可加「明细科目」「项目代码」「项目名称」",
    hint_en="its headings are 上级科目 and 类别, and 明细科目, 项目代码, 项目名称 as needed",
)

Direction = Literal["to-auxiliary", "to-accounts"]
"""Which way: sub-accounts become members, or members become sub-accounts."""

_SHEET = "明细科目对照"
_HEADINGS = {
    "parent": ("上级科目", "parent"),
    "dimension": ("类别", "核算类别", "dimension"),
    "account": ("明细科目", "account"),
    "member": ("项目代码", "member"),
    "name": ("项目名称", "name"),
}


def read_rules(path: str | os.PathLike[str]) -> tuple[SubAccountRule, ...]:
    """Read a form of sub-accounts: TOML, or a workbook with the sheet 明细科目对照.

    Raises:
        UsageError: there is no such file.
        SourceError: it cannot be read or says no rules.
    """
    source = source_of(Path(path))
    if source.suffix == ".toml":
        return rules_from_toml(decode(source).text, source.name)
    book = open_workbook(source)
    place = Place(file=source.name, sheet=_SHEET)
    if _SHEET not in book.names:
        raise SourceError(NO_RULE_SHEET.at(Place(file=source.name)))
    header = find_header(book.peek(_SHEET), _HEADINGS, {"parent", "dimension"}, place=place)
    header.require()
    grid = grid_of(book.load(_SHEET, skip=header.row or 0), header)
    codes = [read_codes(grid, name).values for name in ("parent", "account", "member")]
    texts = [read_texts(grid, name).values for name in ("dimension", "name")]
    rows = zip(*codes, *texts, strict=True)
    return rules_from_rows(
        RuleRow(
            parent=parent or "",
            account=account or "",
            member=member or "",
            dimension=dimension or "",
            name=name or "",
            place=grid.place(index, "parent"),
        )
        for index, (parent, account, member, dimension, name) in enumerate(rows)
        if parent or account or member
    )


def regroup(
    books: Books, direction: Direction, rule: str | os.PathLike[str] | None = None
) -> Regrouped:
    """Turn sub-accounts into members or back, by a form or else by what the books show.

    To members, sub-accounts that are called like parties count; to accounts, receivables and
    payables whose lines name a party.

    Raises:
        UsageError: there is no rule and the books show none.
        SourceError: the form cannot be read.
        BooksError: a line cannot be said the other way, or a sum would change.
    """
    down = direction == "to-accounts"
    if rule is None:
        rules = party_rules(books) if down else learned_rules(books)
    else:
        rules = read_rules(rule)
    if not rules:
        nothing = NO_PARTIES if down else NOTHING_LEARNED
        raise UsageError(nothing.at(Place(file=books.origin.file)))
    done = to_accounts(books, rules) if down else to_auxiliary(books, rules)
    if not done.proof.equal:
        raise BooksError(UNEQUAL.at(Place(), ", ".join(done.proof.differing)))
    return done


def regrouped_json(done: Regrouped) -> dict[str, Any]:
    """Give what ``convert --json`` says of sub-accounts under ``proof``."""
    return {**done.proof.to_json(), "rows": [attrs.asdict(row) for row in done.rows]}
