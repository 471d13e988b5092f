"""``kamcore convert``: one file into another format, with the proof and what was lost."""

import re
from pathlib import Path
from typing import Any

import attrs
import click

from kamcore.books import Totals
from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import ONTO_ITSELF
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH, pairs, source_format
from kamcore.cli.shell.progress import progress
from kamcore.cli.shell.screen import Screen, money, needs_a_look
from kamcore.errors import LossRefused, Problem, UsageError
from kamcore.format import Format, Loss
from kamcore.format.loss import KIND_ZH
from kamcore.forms.sub_accounts import rules_to_toml
from kamcore.pipeline import Conversion, convert
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.pipeline.converting import UNMAPPED
from kamcore.pipeline.reading import source_of
from kamcore.place import Place
from kamcore.plugin import registry
from kamcore.reports.losses import losses_path, with_vouchers, write_losses

SHOWN = 1
"""How many problems of a kind the screen shows before it counts the rest."""

EXAMPLE = 20
"""How many characters of a lost value the screen shows."""

_ZEROS = re.compile(r"^(-?\d+(?:\.\d*?[1-9])?)\.?0*$")


@attrs.frozen(kw_only=True)
class Request:
    """What a conversion is asked to do."""

    to: str
    mapping: Path | None = None
    sub_accounts: Any = None
    rule: Path | None = None
    save_rule: Path | None = None
    source_format: str | None = None
    force: bool = False
    no_loss: bool = False
    bad: Any = "refuse"
    option: tuple[str, ...] = ()
    from_option: tuple[str, ...] = ()
    loss_report: bool = True


@grammar.command(
    "convert",
    zh="把 SRC 转换成格式 --to, 写到 DST。写出的文件会再读一遍, 与源文件逐字段比较, "
    "相符才留下; 目标格式装不下的逐项列出。",
    en="Convert SRC into the format --to and write DST. What was written is read again and "
    "compared field by field before it is kept; what the target cannot hold is listed.",
)
@click.argument("src", type=PATH)
@click.argument("dst", type=PATH)
@option("--to", required=True, metavar="FORMAT", zh="目标格式", en="Format to write.")
@option(
    "--mapping",
    type=PATH,
    metavar="FILE",
    zh="科目和往来的对照表 (.toml 或 .xlsx)",
    en="Codes in the target's words (.toml or .xlsx).",
)
@option(
    "--sub-accounts",
    type=click.Choice(["to-auxiliary", "to-accounts"]),
    zh="把明细科目转成核算项目 (to-auxiliary), 或转回明细科目 (to-accounts), 并证明余额相等",
    en="Make sub-accounts auxiliary members, or members sub-accounts, with a proof of equal sums.",
)
@option(
    "--rule",
    type=PATH,
    metavar="FILE",
    zh="明细科目规则 (.toml 或 .xlsx); 不给时按名称和往来科目的用法判断",
    en="Which sub-accounts are members (.toml or .xlsx); else found by name and by use.",
)
@option(
    "--save-rule",
    type=PATH,
    metavar="FILE.toml",
    zh="把用到的对应关系写成规则, 供转回时 --rule 使用",
    en="Write the pairs as a rule that leads back with --rule.",
)
@source_format
@option("--force", is_flag=True, zh="覆盖已有的目标文件", en="Replace an existing target.")
@option(
    "--no-loss",
    is_flag=True,
    zh="目标装不下任何一项就不写",
    en="Write nothing when the target cannot hold a fact.",
)
@option(
    "--bad",
    type=click.Choice(["refuse", "skip", "keep"]),
    default="refuse",
    show_default=True,
    zh="有错的凭证: 整个不写, 跳过, 或原样写出",
    en="Vouchers with errors: write nothing, leave them out, or write them as they are.",
)
@option(
    "--option",
    multiple=True,
    metavar="NAME=VALUE",
    zh="目标格式的选项, 可多次给出; 见 kamcore formats NAME",
    en="Option of the target format, may be repeated; see kamcore formats NAME.",
)
@option(
    "--from-option",
    multiple=True,
    metavar="NAME=VALUE",
    zh="源格式的选项, 可多次给出",
    en="Option of the source format, may be repeated.",
)
@option(
    "--loss-report/--no-loss-report",
    default=True,
    show_default=True,
    zh="有损失时在目标旁写一份明细工作簿",
    en="Write a workbook of the losses beside the target when there are any.",
)
def command(screen: Screen, src: Path, dst: Path, **asked: Any) -> int:
    """Convert a file."""
    request = Request(**asked)
    try:
        done = carry_out(screen, src, dst, request)
    except LossRefused as error:
        unmapped = [p for p in (error.problem, *error.problems) if p.fault == UNMAPPED]
        if not unmapped:
            raise
        _refuse_unmapped(screen, error, unmapped)
        return error.exit_code
    report = loss_report(screen, done, dst, request)
    if screen.is_json:
        said = done.to_json(screen.lang)
        screen.emit({**said, "loss_report": str(report) if report else None})
    else:
        show(screen, done, dst, report)
        show_problems(screen, done, src)
    return int(needs_a_look(done.reading.problems) or done.skipped > 0)


def carry_out(screen: Screen, src: Path, dst: Path, request: Request) -> Conversion:
    """Check what can be refused before any work, then convert."""
    source_of(src)
    saved = request.save_rule
    if saved is not None and saved.exists() and not request.force:
        raise UsageError(EXISTS.at(Place(file=str(saved)), saved.name))
    if dst.exists() and src.samefile(dst):
        raise UsageError(ONTO_ITSELF.at(Place(file=str(dst)), dst.name))
    with progress(screen) as report:
        done = convert(
            src,
            dst,
            to=request.to,
            mapping=request.mapping,
            sub_accounts=request.sub_accounts,
            rule=request.rule,
            source_format=request.source_format,
            read_options=pairs(request.from_option, "--from-option"),
            write_options=pairs(request.option, "--option"),
            allow_loss=not request.no_loss,
            force=request.force,
            bad=request.bad,
            progress=report,
        )
    if saved is not None and done.regrouped:
        with whole(saved, force=request.force) as temporary:
            temporary.write_text(rules_to_toml(done.regrouped.rules), "utf-8", newline="\n")
    return attrs.evolve(done, losses=with_vouchers(done.losses, done.reading.books))


def loss_report(screen: Screen, done: Conversion, dst: Path, request: Request) -> Path | None:
    """Write the workbook of losses beside the target, when there are any."""
    if not request.loss_report or not len(done.losses):
        return None
    path = losses_path(dst, force=request.force)
    write_losses(done.losses, path, lang=screen.lang, force=request.force)
    return path


def show(screen: Screen, done: Conversion, dst: Path, report: Path | None) -> None:
    """Print what was written, the proof, the losses and the next step."""
    written = done.target.totals
    proof = done.proof
    but_zh, but_en = (", 下列损失除外", " but for these losses") if len(done.losses) else ("", "")
    screen.line(
        f"  已写 {dst}: {_sum_zh(written)} — 与源文件逐行相同{but_zh}",
        f"  wrote {dst}: {_sum_en(written)} — the same as the source, line by line{but_en}",
        bold=True,
    )
    facts, rows = len(proof.fields_compared), written.lines
    screen.line(
        f"  复核: 写出后重新读入, 比较 {facts} 个字段, {rows:,} 行, 无差异",
        f"  proof: read again, {facts} fields of {rows:,} lines compared, no difference",
    )
    if done.regrouped:
        pairs_of, sums = len(done.regrouped.rows), done.regrouped.proof.compared
        screen.line(
            f"  明细科目与核算项目: {pairs_of:,} 个对应, {sums:,} 个合计逐一相等",
            f"  sub-accounts and members: {pairs_of:,} pairs, {sums:,} sums compared, all equal",
        )
    if done.skipped:
        screen.line(
            f"  跳过有错的凭证 {done.skipped} 张",
            f"  left out {done.skipped} vouchers with errors",
        )
    card = registry().format(done.target.format)
    _show_losses(screen, done, card, report)
    if step := card.next_step[0 if screen.lang == "zh" else 1]:
        screen.line(f"  下一步: {step}", f"  next: {step}")


def _show_losses(screen: Screen, done: Conversion, card: Format, report: Path | None) -> None:
    losses = list(done.losses)
    if not losses:
        screen.line("  没有损失", "  nothing was lost")
        return
    kinds = len(losses)
    many = "" if kinds == 1 else "s"
    zh = f", 明细见 {report}" if report else ""
    en = f", listed in {report}" if report else ""
    screen.line(
        f"  {card.title} 装不下的, 共 {kinds} 类{zh}:",
        f"  what {card.title_en or card.name} cannot hold, {kinds} kind{many}{en}:",
    )
    screen.table([_row(screen, loss) for loss in losses], "   ")


def _row(screen: Screen, loss: Loss) -> tuple[str, str, str, str]:
    labels = {loss.fact.column.removeprefix("aux_"): loss.label} if loss.label else None
    where = attrs.evolve(loss.first, file="", column=None).text(screen.lang)
    what = loss.fact.title(screen.lang, labels)
    # An amount is shown as people write it, without the zeros of its column.
    value = _ZEROS.sub(r"\1", loss.example)
    shown = value if len(value) <= EXAMPLE else value[:EXAMPLE] + "…"
    example = screen.say(f"「{shown}」", repr(shown)) if value else ""
    first = " ".join(part for part in (where, example) if part)
    return (
        screen.say(KIND_ZH[loss.kind], str(loss.kind)),
        what,
        screen.say(f"{loss.count:,} 处", f"{loss.count:,}"),
        screen.say(f"首处: {first}", f"first: {first}") if first else "",
    )


def show_problems(screen: Screen, done: Conversion, src: Path) -> None:
    """Print the problems of the source, the first few of many."""
    problems = done.reading.problems
    if problems:
        screen.line(
            f"  源文件有 {len(problems)} 处请看:", f"  the source has {len(problems)} to look at:"
        )
        if screen.problems(problems, SHOWN):
            screen.line(f"  全部: kamcore check {src}", f"  all of them: kamcore check {src}")


def _sum_zh(totals: Totals) -> str:
    each = money(totals.debit)
    equal = totals.debit == totals.credit
    sums = f"借贷各 {each}" if equal else f"借方 {each}, 贷方 {money(totals.credit)}"
    return f"{totals.vouchers:,} 张, {totals.lines:,} 行, {sums}"


def _sum_en(totals: Totals) -> str:
    each = money(totals.debit)
    equal = totals.debit == totals.credit
    sums = f"debit and credit {each} each" if equal else f"{each} / {money(totals.credit)}"
    return f"{totals.vouchers:,} vouchers, {totals.lines:,} lines, {sums}"


def _refuse_unmapped(screen: Screen, error: LossRefused, unmapped: list[Problem]) -> None:
    """Show the rows of the mapping to fill, each with a proposal."""
    rows = [
        {
            "part": str(p.facts["part"]),
            "code": p.value,
            "name": str(p.facts["name"]),
            "lines": p.facts["lines"],
            "proposal": str(p.facts["proposal"]),
            "row": str(p.facts["row"]).strip(),
        }
        for p in unmapped
    ]
    if screen.is_json:
        screen.fail(error, mapping={"used": True, "unmapped": rows})
        return
    screen.fail(LossRefused(error.problem))
    more = error.more
    screen.line(
        f"  没有写出任何文件。对照表还缺 {len(rows) + more} 行, 请补上目标代码:",
        f"  nothing was written. The mapping lacks the targets of {len(rows) + more} codes:",
    )
    head = screen.say(
        "部分 源代码 名称 行数 建议 填在", "part code name lines proposal row"
    ).split()
    table = [tuple(str(value) for value in row.values()) for row in rows]
    if screen.lang == "zh":
        names = [str(p.facts["part_zh"]) for p in unmapped]
        table = [(name, *row[1:]) for name, row in zip(names, table, strict=True)]
    screen.table([head, *table], "   ")
