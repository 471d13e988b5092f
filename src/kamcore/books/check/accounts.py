"""Account codes: given, known to the chart of the books, and not mangled by a spreadsheet."""

import re
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity
from kamcore.model.scheme import CodeScheme, strip

NO_ACCOUNT = Fault(
    code="B2501",
    zh="分录没有科目",
    en="the line has no account",
    hint_zh="补上科目代码",
    hint_en="fill in the account code",
)
UNKNOWN_ACCOUNT = Fault(
    code="B2502",
    severity=Severity.WARNING,
    zh="科目表中没有科目「{value}」, 共 {count} 行用到",
    en="the chart has no account {value!r}; lines that use it: {count}",
    hint_zh="补入科目表, 或更正科目代码",
    hint_en="add it to the chart or mend the code",
)
DAMAGED_CODE = Fault(
    code="B2503",
    severity=Severity.WARNING,
    zh="科目代码「{value}」像被表格软件改成了数字 ({candidate}?), 共 {count} 行用到",
    en="account code {value!r} looks like a number made by a spreadsheet ({candidate}?); "
    "lines that use it: {count}",
    hint_zh="把该列设为文本后重新导出, 或在科目对照中写明 {value} → {candidate}",
    hint_en="export again with the column as text, or map {value} to {candidate}",
)

_SCIENTIFIC = re.compile(r"\d+(\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
_WITH_POINT = re.compile(r"\d+\.\d+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")


def missing(subject: Subject) -> Iterator[Finding]:
    """Find lines without an account."""
    bad = subject.lines.filter(pl.col("account").fill_null("").str.strip_chars() == "")
    rows = bad.select("voucher_id", "source_row")
    yield Finding(fault=NO_ACCOUNT, rows=rows, column="lines.account")


def unknown(subject: Subject) -> Iterator[Finding]:
    """Find accounts the chart of the books lacks; one finding each, where it is used first.

    A chart gathered from the lines proves nothing: only one with an account that no line uses
    counts, unless the settings say that the lists are complete.  Codes compare without
    separators, as 1122.01 and 112201 are one account.
    """
    complete = subject.settings.lists_complete
    listed = {strip(code) for code in subject.books.accounts["code"]}
    if complete is False or not listed:
        return
    used = {code: strip(code) for code in subject.used_accounts}
    if not complete and listed <= set(used.values()):
        return
    bad = [code for code, plain in used.items() if plain not in listed]
    yield Finding(fault=UNKNOWN_ACCOUNT, rows=_first_uses(subject, bad), column="lines.account")


def damaged(subject: Subject) -> Iterator[Finding]:
    """Find codes a spreadsheet turned into numbers, with the code they may have been.

    6601.30 loses its zero and becomes 6601.3 beside codes with two-digit levels; 112201 may be
    shown as 1.12201E+05.
    """
    candidates = {
        code: candidate
        for code in subject.used_accounts
        if (candidate := undamaged(code, subject.scheme, subject.account_names))
    }
    rows = _first_uses(subject, candidates).with_columns(
        candidate=pl.col("value").replace_strict(
            list(candidates), list(candidates.values()), default=None, return_dtype=pl.String
        )
    )
    yield Finding(fault=DAMAGED_CODE, rows=rows, column="lines.account")


def undamaged(code: str, scheme: CodeScheme, known: Container[str] = ()) -> str | None:
    """What a code was before a spreadsheet took it for a number; None if it looks sound.

    >>> scheme = CodeScheme((4, 2), ".")
    >>> undamaged("6601.3", scheme), undamaged("6601.30", scheme), undamaged("1.12201E+05", scheme)
    ('6601.30', None, '112201')
    """
    if _SCIENTIFIC.fullmatch(code):
        value = Decimal(code)
        return f"{value:f}" if value == value.to_integral_value() else None
    if _GROUPED.fullmatch(code):
        return code.replace(",", "")
    if not _WITH_POINT.fullmatch(code) or scheme.separator not in ("", "."):
        return None
    whole, _, part = code.partition(".")
    if set(part) == {"0"} and whole in known:
        return whole
    width = scheme.lengths[1] if len(scheme.lengths) > 1 else 0
    if len(part) < width:
        return f"{whole}.{part.ljust(width, '0')}"
    return None


def _first_uses(subject: Subject, codes: Iterable[str]) -> pl.DataFrame:
    """Where each code is used first, and by how many lines."""
    lines = subject.lines.filter(pl.col("account").is_in(list(codes)))
    return lines.group_by(pl.col("account").alias("value"), maintain_order=True).agg(
        pl.col("voucher_id").first(), pl.col("source_row").first(), count=pl.len()
    )
