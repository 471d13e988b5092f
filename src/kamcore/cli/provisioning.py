"""``kamcore provision``: what the allowance for bad debts should be, and the draft of it."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl

from kamcore.cli import grammar
from kamcore.cli.asking import Asked, as_of_option, opened, period_option, shared_options
from kamcore.cli.drafts import Drafting, as_json, drafts_options, ready, save, show
from kamcore.cli.figures import Answer, Table, answer, decimals
from kamcore.cli.grammar import option, screen_of
from kamcore.cli.options import PATH
from kamcore.cli.screen import Screen, money
from kamcore.errors import Fault, SourceError
from kamcore.forms.provision import ProvisionForm
from kamcore.forms.template import as_toml
from kamcore.ledger.balances import span_of
from kamcore.ledger.draft import money_text
from kamcore.ledger.provisioning import Provisioning, provide
from kamcore.model.provision_policy import ProvisionMethod, ProvisionPolicy
from kamcore.pipeline.form_file import read_forms
from kamcore.place import Place
from kamcore.reports.naming import with_names
from kamcore.reports.provision import provision_report

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
    policy: Path
    method: str | None = None
    period: str | None = None
    drafts: Path | None = None
    to: str | None = None
    preparer: str | None = None


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
    zh="坏账准备: 按政策计算应有的准备, 与账面已有的比较, 起草计提或冲回凭证。"
    "小企业会计准则不计提, 会说明如何直接核销。",
    en="Allowance for bad debts: what a policy requires at a date, what the books have, and the "
    "draft of the charge or reversal. The small-enterprise standard has none and says what to do.",
)
@click.argument("file", type=PATH)
@option(
    "--policy",
    required=True,
    type=PATH,
    metavar="FORM",
    zh="坏账准备政策 (TOML, JSON 或工作簿)",
    en="The policy: TOML, JSON or a workbook.",
)
@as_of_option
@option(
    "--method",
    type=click.Choice([str(method) for method in ProvisionMethod]),
    zh="方法; 缺省用政策里写的",
    en="The method; that of the policy when left out.",
)
@period_option
@drafts_options()
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
    policy = _policy(request.policy)
    reading = opened(file, request)
    method = None if request.method is None else ProvisionMethod(request.method)
    found = provide(
        reading.books, policy, as_of=request.as_of.date(), method=method, period=request.period
    )
    written = save(screen, found.drafts, reading.books, drafting)
    chosen = ProvisionMethod(found.provision.method)
    day = found.as_of

    def more(shown: Screen) -> None:
        _sums(shown, found)
        show(shown, found.drafts, reading.books)

    answered = Answer(
        title=(
            f"{file}: 坏账准备, {chosen.zh}, 截至 {day}",
            f"{file}: allowance for bad debts by {chosen.text()}, as of {day}",
        ),
        table=_table(screen, found, reading),
        said={**_as_json(found, policy), **written},
        sheets=lambda: provision_report(reading.books, found, screen.lang),
        more=more,
    )
    return answer(screen, file, reading, request, answered)


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
        "drafts": as_json(found.drafts),
    }
