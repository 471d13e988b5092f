"""The steps over our own books: read and join, check, balance, age, match, provide."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.books.check import CheckSettings, check
from kamcore.books.merging import Export, Merging, merge
from kamcore.errors import Fault, Problem, Severity
from kamcore.format import Reading
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx
from kamcore.ledger.ageing import Ageing, age
from kamcore.ledger.balances import balances
from kamcore.ledger.buckets import Buckets
from kamcore.ledger.draft import money_text
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.provisioning import Provisioning, provide
from kamcore.matching.one_sided.matching import match
from kamcore.matching.one_sided.result import Matching
from kamcore.matching.policy import MatchPolicy
from kamcore.matching.settlement.positions import open_lists
from kamcore.model.provision_policy import ProvisionPolicy
from kamcore.monthend.step import Ask, Output, Step, Told, Work
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.form_file import Forms, read_forms
from kamcore.pipeline.reading import read
from kamcore.place import Place
from kamcore.plugin import registry
from kamcore.reports.ageing import AgeingQuestion, ageing_report
from kamcore.reports.balances import BalanceQuestion, balance_report
from kamcore.reports.monthly import receivables
from kamcore.reports.provision import provision_report
from kamcore.reports.writing import write_report

__all__ = ["STEPS", "Opened", "Provided"]

LEFT = Fault(
    code="C7021",
    severity=Severity.WARNING,
    zh="文件 {value} 既不是账套也不是表单, 没有用到",
    en="the file {value} is neither an export nor a form and was not used",
    hint_zh="移出文件夹; 若是引出文件, 用 kamcore inspect 看原因",
    hint_en="move it away; if it is an export, ask kamcore inspect",
)

CENT = Decimal("0.01")
_SHOWN = 5


@attrs.frozen(kw_only=True)
class Opened:
    """Our books, joined from all exports, with how each was read."""

    books: Books
    readings: tuple[Reading, ...]
    merging: Merging | None = None


def _read(work: Work) -> Opened:
    """Read every export; several are joined, the first of a voucher in conflict is kept."""
    readings = [read(path, checked=False) for path in work.folder.exports]
    if len(readings) == 1:
        return Opened(books=readings[0].books, readings=tuple(readings))
    names = [work.folder.name_of(path) for path in work.folder.exports]
    exports = [Export(name, one.books) for name, one in zip(names, readings, strict=True)]
    merging = merge(exports, keep="first")
    return Opened(books=merging.books, readings=tuple(readings), merging=merging)


def _tell_read(work: Work, opened: Opened) -> Told:
    problems = [problem for one in opened.readings for problem in one.problems]
    problems += [
        LEFT.at(Place(file=work.folder.name_of(path)), path.name) for path in work.folder.left
    ]
    asks = list(work.worst(problems, work.folder.path.name))
    names = [work.folder.name_of(path) for path in work.folder.exports]
    if opened.merging is not None:
        asks += _clashes(work, opened.merging, names)
    totals = opened.books.totals()
    said = {
        "sources": [
            {"file": name, "format": one.format, "reason": one.reason[work.lang != "zh"]}
            for name, one in zip(names, opened.readings, strict=True)
        ],
        "vouchers": totals.vouchers,
        "lines": totals.lines,
        "debit": money_text(totals.debit),
        "credit": money_text(totals.credit),
    }
    return Told(said=said, problems=tuple(problems), asks=tuple(asks))


def _clashes(work: Work, found: Merging, names: list[str]) -> list[Ask]:
    why = work.say(
        "两个文件中同号凭证内容不同, 已取先列的文件; 查明以哪个为准",
        "two files say different things under one number; the first file was taken",
    )
    asks = [
        Ask(
            work.say("凭证冲突 ", "voucher in conflict ") + clash.voucher.text(),
            f"{names[clash.first]} / {names[clash.other]}",
            f"{why} ({', '.join(clash.fields)})",
        )
        for clash in found.conflicts[:_SHOWN]
    ]
    if len(found.conflicts) > _SHOWN:
        rest = len(found.conflicts) - _SHOWN
        what = work.say(f"另有 {rest} 张凭证冲突", f"{rest} more vouchers in conflict")
        asks.append(Ask(what, work.folder.path.name, why))
    return asks


def _check(work: Work) -> list[Problem]:
    opened: Opened = work.value("read")
    skip = frozenset(name for one in opened.readings for name in one.unchecked)
    books: Books = work.value("books")
    found = list(check(books, CheckSettings(skip=skip)))  # type: ignore[arg-type]  # a converter
    for one in registry().checks.values():
        found += one.check(books)
    return found


def _tell_check(work: Work, problems: list[Problem]) -> Told:
    counts = dict(sorted(Counter(problem.code for problem in problems).items()))
    asks = work.worst(problems, work.folder.path.name)
    return Told(said={"counts": counts}, problems=tuple(problems), asks=asks)


def _books(work: Work) -> Books:
    """The books after the plug-in steps that the settings name, in their order."""
    opened: Opened = work.value("read")
    books = opened.books
    for name in work.folder.settings.steps:
        books = registry().step(name).apply(books)
    return books


def _tell_books(work: Work, books: Books) -> Told:
    said = {"steps": list(work.folder.settings.steps), "lines": books.lines.height}
    return Told(said=said)


def _forms(work: Work) -> Forms:
    return read_forms(work.folder.forms)


def _tell_forms(work: Work, forms: Forms) -> Told:
    counts = dict(sorted(Counter(entry.kind for entry in forms.entries).items()))
    asks = work.worst(forms.problems, work.folder.path.name)
    return Told(said={"records": counts}, problems=forms.problems, asks=asks)


def _balance(work: Work) -> pl.DataFrame:
    found: pl.DataFrame = balances(work.value("books"), period=work.period)
    return found


def _tell_balance(work: Work, found: pl.DataFrame) -> Told:
    books: Books = work.value("books")
    names = ("opening", "debit", "credit", "closing")
    sums = found.select(pl.col(names).sum()).row(0, named=True)
    by = BalanceQuestion(period=str(work.period), account=_account(work), by=("customer",))

    def write(path: Path) -> None:
        sheets = [*balance_report(books, BalanceQuestion(period=str(work.period)), work.lang)]
        if "aux_customer" in books.lines.columns:
            sheets += balance_report(books, by, work.lang)
        write_report(sheets, path, lang=work.lang, force=True)

    name = work.say("余额表.xlsx", "balances.xlsx")
    said = {"totals": {one: money_text(value) for one, value in sums.items()}}
    return Told(said=said, outputs=(Output(name, write),))


def _account(work: Work) -> tuple[str, ...]:
    return work.folder.settings.account or receivables(work.value("books"))


def _age(work: Work) -> Ageing:
    return age(
        work.value("books"),
        as_of=work.as_of,
        account=_account(work),
        by="customer",
        buckets=work.folder.settings.buckets,
    )


def _tell_age(work: Work, found: Ageing) -> Told:
    asked = AgeingQuestion(
        account=_account(work),
        as_of=work.as_of,
        by=("customer",),
        buckets=Buckets.of(work.folder.settings.buckets),
        policy=AgeingPolicy(),
    )

    def write(path: Path) -> None:
        sheets = ageing_report(work.value("books"), asked, work.lang)
        write_report(sheets, path, lang=work.lang, force=True)

    totals = {name: money_text(value) for name, value in found.totals().items()}
    name = work.say("账龄分析表.xlsx", "ageing.xlsx")
    said = {"as_of": work.as_of.isoformat(), "buckets": list(found.labels), "totals": totals}
    return Told(said=said, outputs=(Output(name, write),))


def _match(work: Work) -> Matching:
    books: Books = work.value("books")
    account = work.folder.settings.account or None
    items, receipts = open_lists(books, work.as_of, "customer", accounts=account)
    return match(items, receipts, MatchPolicy(), base_currency=books.entity.base_currency)


def _tell_match(work: Work, found: Matching) -> Told:
    def write(path: Path) -> None:
        tiers = ("automatic", "proposed")
        frames = [found.frame(one).select(pl.lit(one).alias("tier"), pl.all()) for one in tiers]
        frame = pl.concat(frames)
        sheet = SheetOut(work.say("核销", "matching"), frame, (tuple(frame.columns),))
        with whole(path, force=True) as temporary:
            write_xlsx([sheet], temporary)

    many = len(found.proposed)
    asks = []
    name = work.say("核销.xlsx", "matching.xlsx")
    if many:
        asks.append(
            Ask(
                work.say(f"{many} 组核销建议", f"{many} proposed matches"),
                name,
                work.say("不是唯一解, 需要确认", "not certain; to be confirmed"),
            )
        )
    if found.undecided:
        count = len(found.undecided)
        why = work.say("组合太多, 未能判定", "too many groups, not decided")
        asks.append(Ask(work.say(f"{count} 笔收款", f"{count} receipts"), name, why))
    totals = found.totals()
    counts = {
        side: {tier: told["count"] for tier, told in tiers.items()}
        for side, tiers in totals.items()
    }
    said = {"automatic": len(found.automatic), "proposed": many, "counts": counts}
    return Told(said=said, outputs=(Output(name, write),), asks=tuple(asks))


def _no_policy(work: Work) -> tuple[str, str] | None:
    forms: Forms = work.value("forms")
    if forms.one(ProvisionPolicy) is None:
        return "没有坏账准备政策表单", "there is no provision policy among the forms"
    return None


@attrs.frozen(kw_only=True, eq=False)
class Provided:
    """The allowance, and what every customer requires of it."""

    found: Provisioning
    monthly: pl.DataFrame = attrs.field(repr=False)


def _provision(work: Work) -> Provided:
    forms: Forms = work.value("forms")
    policy = forms.one(ProvisionPolicy)
    if policy is None:
        raise LookupError("idle")
    found = provide(work.value("books"), policy, as_of=work.as_of, period=str(work.period))
    rows = [
        (row.member["customer"], row.required.quantize(CENT, ROUND_HALF_UP))
        for row in found.provision.rows
        if row.member.get("customer")
    ]
    names: dict[str, Any] = {"customer": pl.String, "provision": pl.Decimal(38, 4)}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    monthly = frame.group_by("customer").agg(pl.col("provision").sum()).sort("customer")
    return Provided(found=found, monthly=monthly if rows else frame.select("customer"))


def _tell_provision(work: Work, provided: Provided) -> Told:
    found = provided.found

    def write(path: Path) -> None:
        sheets = provision_report(work.value("books"), found, work.lang)
        write_report(sheets, path, lang=work.lang, force=True)

    name = work.say("坏账准备计提表.xlsx", "allowance.xlsx")
    said: dict[str, Any] = {
        key: found.provision.to_json()[key] for key in ("required", "existing", "charge")
    }
    return Told(said=said | {"drafts": len(found.drafts)}, outputs=(Output(name, write),))


STEPS = (
    Step(name="read", zh="读取账套", en="read", uses=("exports",), make=_read, tell=_tell_read),
    Step(
        name="books", zh="账套整理", en="prepare the books", needs=("read",), make=_books,
        tell=_tell_books,
    ),
    Step(
        name="forms", zh="读取表单", en="read the forms", uses=("forms",), make=_forms,
        tell=_tell_forms,
    ),
    Step(
        name="check", zh="检查", en="check", needs=("read", "books"), make=_check,
        tell=_tell_check,
    ),
    Step(
        name="balance", zh="余额表", en="balances", needs=("books",), make=_balance,
        tell=_tell_balance,
    ),
    Step(name="age", zh="账龄", en="ageing", needs=("books",), make=_age, tell=_tell_age),
    Step(name="match", zh="核销", en="matching", needs=("books",), make=_match, tell=_tell_match),
    Step(
        name="provision", zh="坏账准备", en="allowance for bad debts", needs=("books", "forms"),
        make=_provision, tell=_tell_provision, idle=_no_policy,
    ),
)  # fmt: skip
"""In the order they run."""
