"""One run of the command line: find language and form, call the command, answer every error."""

import errno
import os
import re
import sys
from collections.abc import Sequence

import click

from kamcore import __version__
from kamcore.cli.shell.faults import (
    BAD_VALUE,
    CANNOT_OPEN,
    INTERNAL,
    MISSING,
    NO_OPTION,
    SURPLUS,
    WRONG_USE,
    near,
)
from kamcore.cli.shell.grammar import Group, Option, screen_of, show_help
from kamcore.cli.shell.screen import Screen, prepare_streams
from kamcore.errors import Fault, KamcoreError, SourceError, UsageError, default_lang
from kamcore.place import Place

_SURPLUS = re.compile(r"extra arguments? \((.*)\)")

INTERRUPTED = 130
DEFECT = 70
"""Exit code of a defect of our own (``EX_SOFTWARE`` of sysexits)."""

COMMANDS = {
    "inspect": (
        "kamcore.cli.files.inspecting",
        "看一个文件: 格式, 合计, 辅助核算, 问题",
        "Look at a file: format, totals, dimensions, problems.",
    ),
    "check": (
        "kamcore.cli.files.checking",
        "检查一个文件, 列出全部问题",
        "Check a file and list every problem.",
    ),
    "convert": (
        "kamcore.cli.files.converting",
        "转换成另一种格式, 并逐字段复核",
        "Convert into another format and prove it field by field.",
    ),
    "merge": (
        "kamcore.cli.files.merging",
        "合并几个文件, 列出重复, 冲突, 断号和改动",
        "Join several files; name repeats, conflicts, gaps and changes.",
    ),
    "map": (
        "kamcore.cli.files.mapping",
        "对照: 起草两个账套之间的科目和往来对照表",
        "Mappings: draft how one set of books says another's codes.",
    ),
    "balance": (
        "kamcore.cli.ledger.balances",
        "余额表: 按科目, 核算项目和期间",
        "Balances by account, dimensions and period.",
    ),
    "ledger": (
        "kamcore.cli.ledger.ledgers",
        "明细账: 一个科目的每笔分录和余额",
        "Ledger of an account, a balance after every line.",
    ),
    "age": (
        "kamcore.cli.ledger.ageing",
        "账龄分析: 截至某日未结清的款项",
        "Age what is open on an account as of a date.",
    ),
    "provision": (
        "kamcore.cli.ledger.provisioning",
        "坏账准备: 按政策计提, 起草凭证",
        "Allowance for bad debts by a policy, with the draft.",
    ),
    "close": (
        "kamcore.cli.ledger.closing",
        "结账: 阻碍事项, 期末凭证草稿, 封存",
        "Close a period: what stands against it, drafts, the seal.",
    ),
    "verify": (
        "kamcore.cli.ledger.verifying",
        "核对日志的校验链和各期封存",
        "Verify the hash chain of a log and the seals of periods.",
    ),
    "renumber": (
        "kamcore.cli.ledger.renumbering",
        "整理凭证: 连续编号的计划, 可撤销",
        "Put voucher numbers in order, by a plan that can be undone.",
    ),
    "correct": (
        "kamcore.cli.ledger.correcting",
        "更正已记账凭证: 红字注销, 蓝字订正",
        "Correct a posted voucher: a red copy, and a blue one.",
    ),
    "party": (
        "kamcore.cli.trade.party",
        "客户档案: 检查, 查看, 查重, 导入, 导出",
        "Parties: check, show, find duplicates, import, export.",
    ),
    "contract": (
        "kamcore.cli.trade.contract",
        "合同: 条款, 到期日, 执行情况, 到期提醒",
        "Contracts: terms, due dates, execution, what expires.",
    ),
    "price": (
        "kamcore.cli.trade.pricing",
        "价格: 某客户某品目某日的单价和依据",
        "The price of an item for a customer on a day, and why.",
    ),
    "order": (
        "kamcore.cli.trade.ordering",
        "订单: 列表, 按合同核对, 追踪, 核对开票价格",
        "Orders: list, check against prices and terms, trace, check invoices.",
    ),
    "rebate": (
        "kamcore.cli.trade.rebating",
        "返利: 各档, 条件, 应结金额, 凭证草稿",
        "Rebates: bands, conditions, what is due, draft vouchers.",
    ),
    "tier": (
        "kamcore.cli.customers.tiering",
        "客户等级: 判定, 依据, ABC, 二八分析, 升降名单",
        "Tiers of customers: criteria, evidence, ABC, 80/20, who moved.",
    ),
    "credit": (
        "kamcore.cli.customers.crediting",
        "信用: 订单能否放行, 占用, 逾期, 评分, 建议额度",
        "Credit: may an order pass, exposure, score, suggested limit.",
    ),
    "analyse": (
        "kamcore.cli.customers.analysing",
        "客户分析: 构成, RFM, 复购, 流失预警, 增长",
        "Analyse customers: composition, RFM, repeat, loss warning, growth.",
    ),
    "forms": (
        "kamcore.cli.forms.forms",
        "表单: 模板, 检查, 大客户管理表格",
        "Forms: templates, checks, key-account sheets.",
    ),
    "reconcile": (
        "kamcore.cli.matching.reconciling",
        "往来对账: 两套账逐笔核对, 说明差异, 编余额调节表",
        "Reconcile two sets of books: differences explained, one adjusted figure.",
    ),
    "match": (
        "kamcore.cli.matching.matching",
        "核销: 收款对应哪些应收, 确定的自动, 其余建议",
        "Say which receipts settle which open items.",
    ),
    "settle": (
        "kamcore.cli.matching.settling",
        "结算: 差额和汇兑损益的凭证草稿",
        "Draft what matching leaves to be booked.",
    ),
    "statement": (
        "kamcore.cli.matching.statement",
        "对账单和往来询证函, 一家或全部",
        "Statements of account and confirmations, for one party or all.",
    ),
    "offset": (
        "kamcore.cli.matching.offset",
        "往来对冲: 预收冲应收, 应收冲应付, 转账, 红票",
        "Set-offs between accounts and parties, as drafts.",
    ),
    "report": (
        "kamcore.cli.reporting.reporting",
        "大客户业务月报表: 工作簿, 网页, JSON",
        "The monthly key-account report: workbook, page, JSON.",
    ),
    "month-end": (
        "kamcore.cli.reporting.month_end",
        "月结: 一个文件夹, 从检查到月报和凭证草稿",
        "A month's end over a folder, from checks to reports and drafts.",
    ),
    "formats": (
        "kamcore.cli.files.formats",
        "列出能读写的格式",
        "List the formats that can be read and written.",
    ),
    "layout": (
        "kamcore.cli.files.layout",
        "版式: 让任意表格读得进来",
        "Layouts: read any sheet of your own.",
    ),
    "plugin": (
        "kamcore.cli.plugin.plugin",
        "给插件作者: 新建插件, 检查插件",
        "For authors: begin a plug-in, and have it checked.",
    ),
    "plugins": (
        "kamcore.cli.plugin.plugins",
        "列出插件, 包括停用的",
        "List the plug-ins, those set aside with the reason.",
    ),
    "demo": (
        "kamcore.cli.demo",
        "用自带数据演示一次来回转换",
        "Show a conversion and back on bundled data.",
    ),
}
"""Every command: its module, and one line of help in Chinese and in English."""


def run(argv: Sequence[str]) -> int:
    """Run one command and give its exit code; nothing escapes but the end of the process."""
    prepare_streams()
    screen = Screen(*_asked(argv))
    try:
        done = _group().main(list(argv), prog_name="kamcore", standalone_mode=False, obj=screen)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        screen.note("已中断, 没有留下文件", "interrupted; no file was left behind")
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads our output has left; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the last door: every error gets an answer
        return _answer(screen, error)
    return done if isinstance(done, int) else 0


def _asked(argv: Sequence[str]) -> tuple[str, bool]:
    """Language and form, looked up before parsing: even a wrong command line is answered so."""
    lang, is_json = default_lang(), False
    for index, word in enumerate(argv):
        if word == "--":
            break
        is_json |= word == "--json"
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang":
            value = argv[index + 1] if index + 1 < len(argv) else ""
        lang = value if value in ("zh", "en") else lang
    return lang, is_json


def _answer(screen: Screen, error: Exception) -> int:
    """Print the error in the form asked for, and give the exit code."""
    if isinstance(error, KamcoreError):
        known = error
    elif isinstance(error, click.ClickException):
        known = _wrong_use(screen, error)
    elif isinstance(error, OSError) and error.filename and error.errno != errno.EPIPE:
        reason = error.strerror or str(error)
        place = Place(file=str(error.filename))
        known = SourceError(CANNOT_OPEN.at(place, error.filename, reason=reason))
    else:
        return _defect(screen, error)
    screen.fail(known)
    return known.exit_code


def _defect(screen: Screen, error: Exception) -> int:
    if os.environ.get("KAMCORE_DEBUG"):
        import traceback

        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}"
    screen.fail(KamcoreError(INTERNAL.at(Place(), said)))
    return DEFECT


def _wrong_use(screen: Screen, error: click.ClickException) -> UsageError:
    """Say what click found in our words, in both languages."""
    ctx = getattr(error, "ctx", None)
    facts: dict[str, object] = {"command": ctx.command_path if ctx else "kamcore"}
    value = error.format_message()
    fault: Fault = WRONG_USE
    if isinstance(error, click.NoSuchOption):
        fault, value = NO_OPTION, error.option_name
        known = [name for p in ctx.command.params for name in p.opts] if ctx else []
        facts["near"] = near(screen.lang, value, known)
    elif isinstance(error, click.MissingParameter):
        fault, value = MISSING, _named(error)
    elif isinstance(error, click.BadOptionUsage):
        fault, value = MISSING, f"{error.option_name} …"
    elif isinstance(error, click.BadParameter):
        fault = BAD_VALUE
        kind = error.param.type if error.param else None
        choices = ", ".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else ""
        facts["parameter"] = _named(error)
        facts["wants"] = f" ({choices})" if choices else ""
        value = _given(value)
    elif surplus := _SURPLUS.search(value):
        fault, value = SURPLUS, surplus[1]
    return UsageError(fault.at(Place(), value, **facts))


def _named(error: click.BadParameter) -> str:
    """The parameter as it is typed: ``--to``, or the name of an argument."""
    if error.param is None:
        return error.param_hint if isinstance(error.param_hint, str) else "?"
    if isinstance(error.param, click.Argument):
        return error.param.human_readable_name.upper()
    return error.param.opts[-1] if error.param.opts else "?"


def _given(message: str) -> str:
    """The offending text out of click's sentence, which quotes it first."""
    quoted = message.partition(": ")[2].split("'")
    return quoted[1] if len(quoted) > 1 else message


def _group() -> click.Group:
    version = Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help="Show the version.",
        help_zh="显示版本",
    )
    return Group(
        "kamcore",
        lazy=COMMANDS,
        params=[version],
        callback=_alone,
        invoke_without_command=True,
        help="Vouchers and auxiliary accounting from any export, proved conversions.",
        help_zh="读任何一种凭证引出文件, 检查, 转换, 逐字段复核",
    )


@click.pass_context
def _alone(ctx: click.Context) -> int:
    if ctx.invoked_subcommand is None:
        if screen_of(ctx).is_json:
            raise UsageError(MISSING.at(Place(), "COMMAND", command="kamcore"))
        show_help(ctx)
    return 0


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or ctx.resilient_parsing:
        return
    screen = screen_of(ctx)
    if screen.is_json:
        screen.emit({})
    else:
        click.echo(f"kamcore {__version__}")
    ctx.exit()
