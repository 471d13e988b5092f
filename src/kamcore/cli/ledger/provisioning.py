"""``kamcore provision``: the allowance for bad debts, write-offs and recoveries, drafts."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.books import Books
from kamcore.cli.ledger import bad_debts as bad_debt
from kamcore.cli.shell import grammar
from kamcore.cli.shell.asking import Asked, as_of_option, opened, period_option, shared_options
from kamcore.cli.shell.drafts import Drafting, as_json, drafts_options, ready, save, show
from kamcore.cli.shell.faults import MISSING
from kamcore.cli.shell.figures import Answer, Table, answer, decimals
from kamcore.cli.shell.grammar import option, screen_of
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money
from kamcore.errors import Fault, SourceError, UsageError
from kamcore.format import Reading
from kamcore.forms.provision import ProvisionForm
from kamcore.forms.template import as_toml
from kamcore.ledger.bad_debts import BadDebts
from kamcore.ledger.balances import span_of
from kamcore.ledger.closing_drafts import with_drafts
from kamcore.ledger.draft import Draft, money_text
from kamcore.ledger.provisioning import Provisioning, provide
from kamcore.ledger.writing_off import write_off
from kamcore.model.provision_policy import ProvisionMethod, ProvisionPolicy
from kamcore.pipeline.atomic import EXISTS
from kamcore.pipeline.form_file import read_forms
from kamcore.place import Place
from kamcore.reports.bad_debts import bad_debt_sheet
from kamcore.reports.naming import with_names
from kamcore.reports.provision import provision_report
from kamcore.reports.sheets import Sheet

NO_POLICY = Fault(
    code="U2101",
    zh="{value} 里没有坏账准备政策",
    en="there is no provision policy in {value}",
    hint_zh="模板: kamcore provision --template",
    hint_en="for a template: kamcore provision --template",
)


@attrs.frozen(kw_only=True)
class Request(Asked):
    """What a provision is asked."""

    as_of: dt.datetime
    policy: Path | None = None
    method: str | None = None
    period: str | None = None
    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None
    write_off: tuple[str, ...] = ()
    recover: tuple[str, ...] = ()
    bank: str | None = None
    booked: Path | None = None


def _show_template(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or ctx.resilient_parsing:
        return
    screen = screen_of(ctx)
    text = as_toml([ProvisionForm], screen.lang)
    if screen.is_json:
        screen.emit({"template": text})
    else:
        click.echo(text, nl=False)
    ctx.exit()


@grammar.command(
    "provision",
    zh="坏账准备: 按政策计算应有的准备, 与账面已有的比较, 起草计提或冲回凭证; "
    "--write-off 核销坏账, --recover 收回已核销的坏账。"
    "只显示凭证草稿, 不改账。小企业会计准则不计提, 直接核销。",
    en="Allowance for bad debts: what a policy requires at a date, what the books have, and the "
    "draft of the charge or reversal; --write-off takes bad debts off, --recover books what came "
    "back. Drafts are only shown. The small-enterprise standard has only write-offs.",
)
@click.argument("file", type=PATH)
@option(
    "--policy",
    type=PATH,
    metavar="FORM",
    zh="坏账准备政策 (TOML, JSON 或工作簿); 只核销或收回时可以不给",
    en="The policy: TOML, JSON or a workbook; not needed only to write off or recover.",
)
@as_of_option
@option(
    "--method",
    type=click.Choice([str(method) for method in ProvisionMethod]),
    zh="方法; 缺省用政策里写的",
    en="The method; that of the policy when left out.",
)
@period_option
@option(
    "--write-off",
    multiple=True,
    metavar="CODE[=AMOUNT]",
    zh="核销这一客户的坏账, 先发生的先核销; 不写金额则核销全部欠款。可多次给出",
    en="Write off what this party owes, oldest first; all of it without an amount. Repeatable.",
)
@option(
    "--recover",
    multiple=True,
    metavar="CODE=AMOUNT",
    zh="收回这一客户已核销的坏账 (本位币)。可多次给出",
    en="What came back of a debt written off, in base currency. Repeatable.",
)
@option(
    "--bank", metavar="ACCOUNT", zh="收回款项记入的科目", en="The account recoveries come in on."
)
@drafts_options()
@option(
    "--books",
    "booked",
    type=PATH,
    metavar="OUT",
    zh="写出记入全部草稿的账套 (kamcore 原生格式)",
    en="Write the books with all drafts booked (native format).",
)
@option(
    "--template",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_template,
    zh="输出政策的 TOML 模板",
    en="Print a template of the policy as TOML.",
)
@shared_options
def command(screen: Screen, file: Path, **asked: Any) -> int:
    """Print a provision."""
    request = Request(**asked)
    drafting = Drafting.of(request)
    ready(drafting)
    if request.period is not None:
        span_of(request.period)
    losses = bad_debt.asked_for(request.write_off, "--write-off", whole=True)
    recoveries = bad_debt.asked_for(request.recover, "--recover", whole=False)
    if request.policy is None and not (losses or recoveries):
        raise UsageError(MISSING.at(Place(), "--policy", command="kamcore provision"))
    if request.booked is not None and request.booked.exists() and not request.force:
        raise UsageError(EXISTS.at(Place(file=str(request.booked)), request.booked))
    policy = None if request.policy is None else _policy(request.policy)
    reading = opened(file, request)
    bad = None
    books = reading.books
    if losses or recoveries:
        bad = write_off(
            books,
            policy,
            as_of=request.as_of.date(),
            losses=losses,
            recoveries=recoveries,
            bank=request.bank,
        )
        reading = attrs.evolve(reading, problems=(*reading.problems, *bad.problems))
        books = with_drafts(books, bad.drafts)
    found = None
    if policy is not None:
        method = None if request.method is None else ProvisionMethod(request.method)
        day = request.as_of.date()
        found = provide(books, policy, as_of=day, method=method, period=request.period)
        if bad is not None and found.provision.charge > 0 > (bad.after or 0):
            # The charge makes up what the write-offs take too much.
            reading = attrs.evolve(reading, problems=reading.problems[: -len(bad.problems)])
    return _answer(screen, file, reading, request, _Result(policy, found, bad))


@attrs.frozen
class _Result:
    """A provision by a policy, bad debts, or both."""

    policy: ProvisionPolicy | None
    found: Provisioning | None
    bad: BadDebts | None

    @property
    def charge(self) -> Decimal | None:
        """What is charged by the policy."""
        return None if self.found is None else self.found.provision.charge

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Those of bad debts first."""
        made = () if self.bad is None else self.bad.drafts
        return (*made, *(() if self.found is None else self.found.drafts))

    def as_json(self) -> dict[str, Any]:
        """The keys of ``--json``."""
        said: dict[str, Any] = {}
        if self.found is not None and self.policy is not None:
            said = _as_json(self.found, self.policy)
        if self.bad is not None:
            said = {"as_of": self.bad.as_of.isoformat(), **said}
            said |= bad_debt.as_json(self.bad, self.charge)
        return {**said, "drafts": as_json(self.drafts)}

    def sheets(self, books: Books, lang: str) -> tuple[Sheet, ...]:
        """A sheet for each of the two."""
        made: tuple[Sheet, ...] = ()
        if self.found is not None:
            made = provision_report(books, self.found, lang)
        if self.bad is not None:
            made = (*made, bad_debt_sheet(books, self.bad, self.charge, lang))
        return made


def _answer(
    screen: Screen, file: Path, reading: Reading, request: Request, result: _Result
) -> int:
    """Write what is asked for and print the rest."""
    found, bad, drafting = result.found, result.bad, Drafting.of(request)
    books = reading.books
    written = save(screen, result.drafts, books, drafting)
    if request.booked is not None:
        bad_debt.write_books(books, bad, result.drafts, request.booked, drafting)
        written |= {"books": str(request.booked)}
        screen.note(f"  已写 {request.booked}", f"  wrote {request.booked}")

    def more(shown: Screen) -> None:
        if found is not None:
            _sums(shown, found)
        if bad is not None:
            if found is not None:
                bad_debt.show(shown, books, bad)
            bad_debt.show_allowance(shown, bad, result.charge)
        show(shown, result.drafts, books)

    answered = Answer(
        title=_title(file, request, result),
        table=_table(screen, found, reading) if found else bad_debt.table(screen, books, bad),
        said={**result.as_json(), **written},
        sheets=lambda: result.sheets(books, screen.lang),
        more=more,
    )
    return answer(screen, file, reading, request, answered)


def _title(file: Path, request: Request, result: _Result) -> tuple[str, str]:
    day = request.as_of.date()
    if result.found is None:
        return (
            f"{file}: 坏账核销与收回, {day}",
            f"{file}: bad debts written off and recovered, {day}",
        )
    chosen = ProvisionMethod(result.found.provision.method)
    return (
        f"{file}: 坏账准备, {chosen.zh}, 截至 {day}",
        f"{file}: allowance for bad debts by {chosen.text()}, as of {day}",
    )


def _policy(path: Path) -> ProvisionPolicy:
    """The policy of a file.

    Raises:
        SourceError: a record is wrong, or none is a policy.
    """
    found = read_forms([path]).require().one(ProvisionPolicy)
    if found is None:
        raise SourceError(NO_POLICY.at(Place(file=str(path)), path.name))
    return found


def _table(screen: Screen, found: Provisioning, reading: Any) -> Table:
    rows = found.provision.rows
    dims = sorted({name for row in rows for name in row.member})
    exact = pl.Decimal(38, 4)
    frame = pl.DataFrame(
        {
            **{f"aux_{name}": [row.member.get(name) for row in rows] for name in dims},
            "base": [row.base for row in rows],
            "rate": [f"{100 * row.rate:.2f}%" for row in rows],
            "required": [round(row.required, 2) for row in rows],
        },
        schema={
            **{f"aux_{name}": pl.String() for name in dims},
            "base": exact,
            "rate": pl.String(),
            "required": exact,
        },
    )
    said = {
        "base": ("计提基数", "base"),
        "rate": ("比例", "rate"),
        "required": ("应计提", "required"),
    }
    named = with_names(frame, [f"aux_{name}" for name in dims], reading.books)
    order = [part for name in dims for part in (f"aux_{name}", f"aux_{name}_name")]
    return Table(
        frame=named.select(*order, *said),
        headings={name: screen.say(*words) for name, words in said.items()},
        decimals=decimals(reading),
    )


def _sums(screen: Screen, found: Provisioning) -> None:
    provision = found.provision
    if found.migration is not None:
        rows = found.bucket_rows(screen.lang)
        rates = ", ".join(f"{name} {100 * rate:.4f}%" for name, _, rate in rows)
        screen.line(f"  损失率: {rates}", f"  loss rates: {rates}")
    screen.line(
        f"  应有 {money(provision.required)}, 账面已有 {money(provision.existing)}, "
        f"本期{'计提' if provision.charge >= 0 else '冲回'} {money(abs(provision.charge))}",
        f"  required {money(provision.required)}, existing {money(provision.existing)}, "
        f"to {'charge' if provision.charge >= 0 else 'reverse'} {money(abs(provision.charge))}",
    )


def _as_json(found: Provisioning, policy: ProvisionPolicy) -> dict[str, Any]:
    buckets = [
        {"bucket": label, "amount": money_text(amount), "rate": f"{rate:f}"}
        for label, amount, rate in found.bucket_rows()
    ]
    return {
        "as_of": found.as_of.isoformat(),
        "policy": {
            "method": found.provision.method,
            "receivable": list(found.receivable),
            "allowance": found.accounts.allowance,
            "expense": found.accounts.expense,
            "by": policy.by,
            "basis": str(policy.basis),
            "forward": f"{policy.forward:f}",
        },
        **found.provision.to_json(),
        "buckets": buckets,
    }
