"""``kamcore match``: which receipts settle which open items."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli.matching.match_asking import Request, match_options
from kamcore.cli.matching.matched import Matched, matched, with_applications
from kamcore.cli.matching.told import line_names
from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import BAD_VALUE
from kamcore.cli.shell.figures import split
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.errors import Fault, UsageError
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.ledger.draft import money_text
from kamcore.matching.one_sided.result import Decision
from kamcore.matching.policy import reason_of
from kamcore.matching.settlement.applying import Undo
from kamcore.matching.settlement.decisions import accept_line, to_lines, undo_line
from kamcore.matching.settlement.taking_back import live_applications
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.pipeline.decision_file import write_decisions
from kamcore.pipeline.writing import write
from kamcore.place import Place

UNKNOWN_DECISION = Fault(
    code="U1042",
    zh="没有名为「{value}」的{kind_zh}",
    en="there is no {kind_en} called {value!r}",
    hint_zh="名称以 H 开头, 见 kamcore match 的结果; 已保存的配合 --replay 使用",
    hint_en="names begin with H, see the result of kamcore match; saved ones with --replay",
)

_HEADINGS = {
    "tier": "层级",
    "decision": "核销组",
    "side": "方",
    "id": "单据",
    "amount": "核销金额",
    "rule": "规则",
    "answer": "解的个数",
    "difference": "差额",
    "difference_reason": "差额原因",
    "score": "得分",
}
_SHOWN = 20
NATIVE = "native"


@attrs.frozen(kw_only=True)
class Writing:
    """What is to be written, and what a person decides besides."""

    output: Path | None = None
    save: Path | None = None
    accept: str = ""
    undo: str = ""
    on: Any = None
    why: str = ""
    force: bool = False


@grammar.command(
    "match",
    zh="核销: 收款对应哪些应收。先红蓝对冲, 再按号码、唯一金额、精确组合, 最后提出建议; 只有确定"
    "的才自动核销。ITEMS 和 RECEIPTS 可以是任何可读的格式, 也可以是普通清单; 只给一个账套时在其"
    "内部核销。不加 -o 或 --save 时不写任何文件。",
    en="Say which receipts settle which open items: reds first, then numbers, single amounts and "
    "exact groups; the rest is proposed, and only what is certain is automatic.  ITEMS and "
    "RECEIPTS are of any format or plain lists; one set of books is matched within itself.  "
    "Nothing is written without -o or --save.",
)
@match_options
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="OUT",
    zh="写出带核销记录的账套 (kamcore 原生格式), 或 .xlsx 清单",
    en="Write the books with the applications (native format), or a list as .xlsx.",
)
@option(
    "--save",
    type=PATH,
    metavar="DECISIONS",
    zh="保存全部决定 (逐行 JSON), 供 --replay 重现",
    en="Save all decisions (JSON lines) for --replay.",
)
@option(
    "--accept",
    default="",
    metavar="IDS",
    zh="同意这些建议, 用逗号分开",
    en="Proposals a person agrees to, separated by commas.",
)
@option(
    "--undo",
    default="",
    metavar="IDS",
    zh="撤销这些决定, 用逗号分开: --replay 的决定, 或账套中已记的核销; 需要 --on",
    en="Decisions to take back, separated by commas: those of --replay, or those applied in the "
    "books; with --on.",
)
@option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="撤销从哪天起算",
    en="The day an undo counts from.",
)
@option("--why", default="", metavar="TEXT", zh="撤销的原因", en="Why it is taken back.")
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, **asked: Any) -> int:
    """Match, show, and write where it is asked for."""
    names = {field.name for field in attrs.fields(Writing)}
    writing = Writing(**{name: value for name, value in asked.items() if name in names})
    request = Request(**{name: value for name, value in asked.items() if name not in names})
    _ready(writing)
    found = matched(screen, request)
    found, added, undone = _decided(found, writing, request.person)
    written = _write(screen, found, writing, added, undone)
    if screen.is_json:
        back = [{"id": one.of, "date": one.date.isoformat()} for one in undone]
        screen.emit({**_as_json(screen, found), "undone": back, **written})
    else:
        _show(screen, request, found, written)
    matching = found.matching
    rest = matching.proposed or matching.unmatched_items.height
    rest = rest or matching.unmatched_receipts.height or needs_a_look(found.problems)
    return int(bool(rest))


def _ready(writing: Writing) -> None:
    for path in filter(None, (writing.output, writing.save)):
        if path.exists() and not writing.force:
            raise UsageError(EXISTS.at(Place(file=str(path)), path))
    if writing.undo and writing.on is None:
        command = click.get_current_context().command_path
        facts = {"command": command, "parameter": "--on", "wants": " (YYYY-MM-DD)"}
        raise UsageError(BAD_VALUE.at(Place(), "", **facts))


def _decided(
    found: Matched, writing: Writing, person: str
) -> tuple[Matched, list[str], tuple[Undo, ...]]:
    """What a person accepts and takes back, as lines to add and in the result."""
    matching = found.matching
    proposed = {one.id: one for one in matching.proposed}
    standing = {one.id: one for one in matching.automatic}
    accepted = [_known(name, proposed, ("建议", "proposal")) for name in split(writing.accept)]
    held = found.items.books.applications if found.items.books is not None else None
    names = split(writing.undo)
    kept = [name for name in names if _stands(name, standing, held)]
    taken = [_known(name, standing, ("决定", "decision")) for name in names if name not in kept]
    undone = [
        Undo(of=name, date=writing.on.date(), person=person, why=writing.why) for name in names
    ]
    lines = [accept_line(one, person) for one in accepted] + [undo_line(one) for one in undone]
    agreed = [attrs.evolve(one, person=person) for one in accepted]
    gone = {one.id for one in (*accepted, *taken)}
    matching = attrs.evolve(
        matching,
        automatic=tuple(
            one for one in (*matching.automatic, *agreed) if one.id not in {t.id for t in taken}
        ),
        proposed=tuple(one for one in matching.proposed if one.id not in gone),
    )
    saved = attrs.evolve(
        found.saved,
        accepted=(*found.saved.accepted, *agreed),
        undone=(*found.saved.undone, *undone),
    )
    return attrs.evolve(found, matching=matching, saved=saved), lines, tuple(undone)


def _stands(name: str, standing: dict[str, Decision], held: pl.DataFrame | None) -> bool:
    """Whether a decision is no longer among the others, because the books have it applied."""
    return name not in standing and held is not None and live_applications(held, name).height > 0


def _known(name: str, known: dict[str, Decision], kind: tuple[str, str]) -> Decision:
    if name not in known:
        raise UsageError(UNKNOWN_DECISION.at(Place(), name, kind_zh=kind[0], kind_en=kind[1]))
    return known[name]


def _write(
    screen: Screen, found: Matched, writing: Writing, added: list[str], undone: tuple[Undo, ...]
) -> dict[str, Any]:
    """Write what was asked for, and say it."""
    said: dict[str, Any] = {}
    if writing.save is not None:
        lines = [*(found.lines or to_lines(found.matching)), *added]
        write_decisions(lines, writing.save, force=writing.force)
        said["saved"] = str(writing.save)
    if writing.output is None:
        return said
    if writing.output.suffix.lower() == ".xlsx":
        _write_list(screen, found, writing.output, force=writing.force)
    else:
        _write_books(found, writing, undone)
    return {**said, "output": str(writing.output)}


def _write_books(found: Matched, writing: Writing, undone: Iterable[Undo]) -> None:
    if writing.output is not None:
        books = with_applications(found, writing.output, undone)
        write(books, writing.output, NATIVE, force=writing.force)


def _write_list(screen: Screen, found: Matched, output: Path, *, force: bool) -> None:
    """Both tiers as one list, a row a document."""
    frames = [
        found.matching.frame(which).select(pl.lit(which).alias("tier"), pl.all())
        for which in ("automatic", "proposed")
    ]
    frame = pl.concat(frames)
    heads = tuple(screen.say(_HEADINGS[name], name) for name in frame.columns)
    with whole(output, force=force) as temporary:
        write_xlsx([SheetOut(screen.say("核销", "matching"), frame, (heads,))], temporary)


def _as_json(screen: Screen, found: Matched) -> dict[str, Any]:
    matching = found.matching
    as_of = found.items.as_of
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "policy": matching.policy.describe(),
        "formats": {"items": found.items.format, "receipts": found.receipts.format},
        "automatic": [one.to_json(screen.lang) for one in matching.automatic],
        "proposed": [one.to_json(screen.lang) for one in matching.proposed],
        "unmatched": {
            "receipts": matching.unmatched_receipts["id"].to_list(),
            "items": matching.unmatched_items["id"].to_list(),
        },
        "undecided": list(matching.undecided),
        "booked": found.known.rows(named=True),
        "totals": _totals(matching.totals()),
        "problems": [problem.to_json(screen.lang) for problem in found.problems],
    }


def _totals(totals: dict[str, Any]) -> dict[str, Any]:
    return {
        side: {
            tier: {
                "count": said["count"],
                "amounts": {code: money_text(x, code) for code, x in said["amounts"].items()},
            }
            for tier, said in tiers.items()
        }
        for side, tiers in totals.items()
    }


def _show(screen: Screen, request: Request, found: Matched, written: dict[str, Any]) -> None:
    matching = found.matching
    files = " ↔ ".join(str(path) for path in (request.items, request.receipts) if path)
    screen.line(f"{files}: 核销", f"{files}: matching", bold=True)
    _counts(screen, matching.totals())
    for title, decisions in (
        (("自动核销", "automatic"), matching.automatic),
        (("建议, 请决定", "proposed, for you to decide"), matching.proposed),
    ):
        if decisions:
            screen.line()
            zh, en = title
            count = len(decisions)
            screen.line(f"  {zh} {count} 组", f"  {en}: {count} groups", bold=True)
            told = _told(found)
            rows = [_row(screen, one, told) for one in decisions[:_SHOWN]]
            screen.table(rows, indent="    ")
            if count > _SHOWN:
                rest = count - _SHOWN
                screen.line(f"    另有 {rest} 组, 见 --json", f"    {rest} more, see --json")
    for name in matching.undecided[:_SHOWN]:
        screen.line(
            f"  收款 {name}: 组合太多, 未能判定", f"  receipt {name}: too many groups, not decided"
        )
    for key, (zh, en) in (("saved", ("已保存决定", "saved")), ("output", ("已写", "wrote"))):
        if key in written:
            screen.line(f"  {zh} {written[key]}", f"  {en} {written[key]}")
    if found.problems:
        screen.line("  文件中请看:", "  to look at in the files:")
        screen.problems(found.problems, 3)


def _counts(screen: Screen, totals: dict[str, Any]) -> None:
    tiers = ("all", "automatic", "proposed", "unmatched")
    heads = [("", ""), ("全部", "all"), ("自动", "automatic"), ("建议", "proposed")]
    rows = [[screen.say(zh, en) for zh, en in (*heads, ("未核销", "unmatched"))]]
    for side, zh in (("receipts", "收款"), ("items", "应收应付单据")):
        cells = [
            f"{totals[side][tier]['count']:,}  "
            + " ".join(f"{code} {money(x)}" for code, x in totals[side][tier]["amounts"].items())
            for tier in tiers
        ]
        rows.append([screen.say(zh, side), *(cell.strip() for cell in cells)])
    screen.table(rows)


def _told(found: Matched) -> dict[str, str]:
    """What a person calls a voucher line: word, number and line; and the names of parties."""
    told: dict[str, str] = {}
    for one in (found.items, found.receipts):
        named = pl.concat([one.items, one.receipts]).select("party", "party_name").drop_nulls()
        told.update(named.unique().iter_rows())
        if one.books is not None:
            told.update(line_names(one.books))
    return told


def _row(screen: Screen, one: Decision, told: dict[str, str]) -> list[str]:
    receipts = ", ".join(told.get(part.id, part.id) for part in one.receipts) or "—"
    items = ", ".join(told.get(part.id, part.id) for part in one.items) or "—"
    party = told.get(one.party or "", one.party or "")
    paid = sum(part.amount for part in one.receipts or one.items)
    reason = reason_of(one.difference_reason or "")
    short = ""
    if one.difference:
        word = screen.say(reason.zh, reason.id) if reason else ""
        short = screen.say(
            f"; 差 {money(one.difference)} {word}", f"; {word} {one.difference:,.2f}"
        )
    score = "" if one.score is None else f"{one.score}"
    said = one.reason(screen.lang) + short
    amount = money(Decimal(paid)) if paid else ""
    return [one.id, score, party, receipts, "→", items, amount, said]
