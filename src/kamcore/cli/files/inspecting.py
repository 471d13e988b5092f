"""``kamcore inspect``: what a file is, and what stands in it."""

from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.books import Books, Totals
from kamcore.books.schema import AUX
from kamcore.cli.files.card import detected, evidence, title
from kamcore.cli.shell import grammar
from kamcore.cli.shell.options import PATH, pairs, read_options, source_format
from kamcore.cli.shell.progress import busy
from kamcore.cli.shell.screen import Screen, money, needs_a_look, plain
from kamcore.format import Format, Reading, Source
from kamcore.grid.head import head_of
from kamcore.model.chart import FAMILY_ZH, FamilyGuess, detect_family
from kamcore.model.dimension import label_of
from kamcore.model.scheme import CodeScheme
from kamcore.pipeline import read
from kamcore.pipeline.reading import source_of
from kamcore.plugin import registry

SHOWN = 2
"""How many problems of a kind the screen shows before it counts the rest."""


@attrs.frozen(kw_only=True)
class Portrait:
    """What is said about a file."""

    source: Source
    format: Format
    reading: Reading
    totals: Totals
    sheets: tuple[str, ...]
    accounts: int
    dimensions: tuple[tuple[str, str, int], ...]
    """Id, label and number of members of each dimension."""
    family: FamilyGuess
    scheme: CodeScheme | None


def portrait(source: Source, name: str | None, options: dict[str, Any]) -> Portrait:
    """Read a file and gather what is said about it."""
    reading = read(source, name, options=options)
    books = reading.books
    used = books.lines["account"].drop_nulls().unique().sort()
    known = dict(books.accounts.select("code", "name").iter_rows())
    accounts = {code: known.get(code) for code in used}
    return Portrait(
        source=source,
        format=registry().format(reading.format),
        reading=reading,
        totals=books.totals(),
        sheets=tuple(head_of(source).sheets),
        accounts=len(accounts),
        dimensions=_dimensions(books),
        family=detect_family(accounts),
        scheme=books.entity.scheme or (CodeScheme.detect(accounts) if accounts else None),
    )


def _dimensions(books: Books) -> tuple[tuple[str, str, int], ...]:
    """Every dimension of the books, those with a column in the lines counted by use."""
    labels = dict(books.dimensions.select("id", "label").iter_rows())
    ids = [*labels, *(name for name in books.dimension_ids if name not in labels)]
    found = []
    for name in ids:
        column = AUX + name
        members = set(books.members.filter(dimension=name)["code"])
        if column in books.lines.columns:
            members |= set(books.lines[column].drop_nulls().unique())
        found.append((name, label_of(name, labels.get(name)), len(members)))
    return tuple(found)


@grammar.command(
    "inspect",
    zh="看一个文件: 是什么格式, 依据什么; 凭证, 分录, 借贷合计, 辅助核算, 科目体系; 有什么问题。",
    en="Look at FILE: its format and why, its totals, dimensions, chart and problems.",
)
@click.argument("file", type=PATH)
@source_format
@read_options
def command(
    screen: Screen, file: Path, source_format: str | None, read_options: tuple[str, ...]
) -> int:
    """Look at a file."""
    with busy(screen):
        seen = portrait(source_of(file), source_format, pairs(read_options, "--option"))
    if screen.is_json:
        screen.emit(as_json(seen, screen.lang))
    else:
        show(screen, seen, str(file))
    return int(needs_a_look(seen.reading.problems))


def as_json(seen: Portrait, lang: str) -> dict[str, Any]:
    """The object ``inspect --json`` prints."""
    totals, reading = seen.totals, seen.reading
    return {
        "file": seen.source.name,
        "format": seen.format.name,
        "title": title(seen.format, lang),
        "evidence": str(seen.format.evidence),
        "reason": reading.reason[0 if lang == "zh" else 1],
        "encoding": reading.detected.encoding,
        "sheets": list(seen.sheets),
        "detected": dict(reading.detected.facts),
        "vouchers": totals.vouchers,
        "lines": totals.lines,
        "void_vouchers": totals.void_vouchers,
        "red_lines": totals.red_lines,
        "debit": plain(totals.debit),
        "credit": plain(totals.credit),
        "first_date": _day(totals.first_date),
        "last_date": _day(totals.last_date),
        "accounts": seen.accounts,
        "chart": {
            "family": seen.family.family,
            "score": seen.family.score,
            "reason": seen.family.reason(lang),
            "scheme": str(seen.scheme) if seen.scheme else None,
        },
        "dimensions": [
            {"id": name, "label": label, "members": members}
            for name, label, members in seen.dimensions
        ],
        "problems": [problem.to_json(lang) for problem in reading.problems],
    }


def show(screen: Screen, seen: Portrait, path: str) -> None:
    """Print what is said about a file for a person."""
    reading, lang = seen.reading, screen.lang
    encoding = {"encoding": reading.detected.encoding} if reading.detected.encoding else {}
    facts = detected({**reading.detected.facts, **encoding}, lang)
    reason = reading.reason[0 if lang == "zh" else 1]
    name = title(seen.format, lang)
    mark = evidence(seen.format, lang)
    screen.line(
        f"{path} — {name}{f' ({facts})' if facts else ''}",
        f"{path} — {name}{f' ({facts})' if facts else ''}",
        bold=True,
    )
    screen.line(
        f"  依据: {reason}; 版式 {seen.format.name}, {mark}",
        f"  because {reason}; layout {seen.format.name}, {mark}",
    )
    _show_totals(screen, seen.totals)
    if seen.dimensions:
        zh = ", ".join(f"{label} {members}" for _, label, members in seen.dimensions)
        en = ", ".join(f"{name} {members}" for name, _, members in seen.dimensions)
        screen.line(f"  辅助核算: {zh}", f"  dimensions: {en}")
    _show_chart(screen, seen)
    problems = reading.problems
    if problems:
        screen.line(f"  {len(problems)} 处请看:", f"  {len(problems)} to look at:")
        if screen.problems(problems, SHOWN):
            screen.line(f"  全部: kamcore check {path}", f"  all of them: kamcore check {path}")
    else:
        screen.line("  没有发现问题", "  no problems found")


def _show_totals(screen: Screen, totals: Totals) -> None:
    dates = f"{_day(totals.first_date)} 至 {_day(totals.last_date)}, " if totals.first_date else ""
    days = f"{_day(totals.first_date)} to {_day(totals.last_date)}, " if totals.first_date else ""
    debit, credit = money(totals.debit), money(totals.credit)
    equal = totals.debit == totals.credit
    zh = f"借贷各 {debit}" if equal else f"借方 {debit}, 贷方 {credit}, 不平"
    en = f"debit and credit {debit} each" if equal else f"debit {debit}, credit {credit}: unequal"
    red = (f", 红字 {totals.red_lines} 行", f", {totals.red_lines} red lines")
    void = (f", 另有作废 {totals.void_vouchers} 张", f", {totals.void_vouchers} void besides")
    more = [pair for pair, n in ((red, totals.red_lines), (void, totals.void_vouchers)) if n]
    screen.line(
        f"  凭证 {totals.vouchers:,} 张, 分录 {totals.lines:,} 行, {dates}{zh}"
        + "".join(pair[0] for pair in more),
        f"  {totals.vouchers:,} vouchers, {totals.lines:,} lines, {days}{en}"
        + "".join(pair[1] for pair in more),
    )


def _show_chart(screen: Screen, seen: Portrait) -> None:
    family = seen.family.family
    zh = [FAMILY_ZH.get(family, family) if family else "不能确定"]
    en = [family or "undecided"]
    scheme = [str(seen.scheme)] if seen.scheme else []
    screen.line(
        f"  科目体系: {', '.join(zh + scheme)}, 用到 {seen.accounts} 个科目",
        f"  chart: {', '.join(en + scheme)}, {seen.accounts} accounts in use",
    )


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
