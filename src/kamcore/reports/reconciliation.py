"""The workbook of a reconciliation: summary, table of each party, differences, what agrees."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from kamcore.matching.parties.identifying import HOW
from kamcore.matching.two_sided.explaining import CAUSES
from kamcore.matching.two_sided.party_view import RULES, PartyView, views
from kamcore.matching.two_sided.reconciliation_table import reconciliation_table
from kamcore.matching.two_sided.reconciling import Reconciliation
from kamcore.reports.sheets import SUM, Column, Line, Listing, Paragraph, Part, Sheet, Title

__all__ = ["reconciliation_report", "table_parts"]

_MONEY = pl.Decimal(38, 4)
_FIGURES = ("opening", "debit", "credit", "closing")
_WORDS = {
    "opening": ("期初", "opening"),
    "debit": ("增加", "raised"),
    "credit": ("减少", "lowered"),
    "closing": ("期末", "closing"),
}
_CLOSING = "{{{side}_opening}}+{{{side}_debit}}-{{{side}_credit}}"
_SIGNED = ("编制人: __________    复核人: __________    日期: __________",
           "prepared: __________    reviewed: __________    date: __________")  # fmt: skip
_PAIRED = {
    "voucher": ("凭证", "voucher"),
    "date": ("日期", "date"),
    "text": ("摘要", "text"),
    "amount": ("金额", "amount"),
}


def reconciliation_report(
    result: Reconciliation, lang: str = "zh", chosen: Sequence[PartyView] | None = None
) -> tuple[Sheet, ...]:
    """Four sheets: summary of the parties, tables of those that differ, differences, matches.

    `chosen` limits the tables to some parties; by default every party with a difference has one.
    Both adjusted balances stand in every table; the summary sums what it lists per currency.
    """
    zh = lang == "zh"
    keys = ["party", "currency"]
    if chosen is None:
        differing = result.workings.differences.select(keys).unique(maintain_order=True)
        chosen = list(views(result, differing.rows()))
    tables = [part for view in chosen for part in table_parts(view, lang)]
    return (
        _summary(result, lang),
        Sheet(
            name="余额调节表" if zh else "Tables",
            parts=tuple(tables or [Title("余额调节表" if zh else "Tables"), _none(zh=zh)]),
        ),
        _differences(result, lang),
        _matches(result, lang),
    )


def _none(*, zh: bool) -> Paragraph:
    return Paragraph("没有差异, 双方余额一致" if zh else "no differences: both balances agree")


def _small(result: Reconciliation, lang: str) -> Line:
    words = ("我方", "对方") if lang == "zh" else ("our books", "their books")
    ours, theirs = (owner.name or word for owner, word in zip(result.entities, words, strict=True))
    if lang == "zh":
        return Line(f"{ours} 与 {theirs}", f"{result.since} 至 {result.as_of}")
    return Line(f"{ours} and {theirs}", f"{result.since} to {result.as_of}")


def _summary(result: Reconciliation, lang: str) -> Sheet:
    at = 0 if lang == "zh" else 1
    one = result.workings.parties["currency"].n_unique() <= 1
    total = SUM if one else None
    how = pl.col("how").replace_strict({k: v[at] for k, v in HOW.items()}, default=pl.col("how"))
    frame = result.workings.parties.with_columns(name=pl.coalesce("name", "party"), how=how)
    groups = {"ours": ("我方", "ours")[at], "theirs": ("对方(按我方方向)", "theirs, mirrored")[at]}
    frame = frame.with_columns(
        **{f"_{side}": pl.lit(_CLOSING.format(side=side)) for side in groups},
        _gap=pl.lit("{ours_closing}-{theirs_closing}"),
    )
    figures = [
        Column(
            f"{side}_{name}",
            _WORDS[name][at],
            group=group,
            total=total,
            formula=f"_{side}" if name == "closing" else None,
        )
        for side, group in groups.items()
        for name in _FIGURES
    ]
    columns = (
        Column("party", ("代码", "code")[at], kind="text"),
        Column("name", ("往来单位", "party")[at]),
        *_currency(result, at),
        *figures,
        Column("difference", ("差额", "difference")[at], total=total, formula="_gap"),
        Column("matched", ("已核对", "agreed")[at], total=SUM),
        Column("open", ("差异项", "differences")[at], total=SUM),
        Column("how", ("认定依据", "found by")[at]),
    )
    title = ("对账汇总", "Reconciliation")[at]
    listing = Listing(columns=columns, frame=frame, total=("合计", "total")[at], keep=2)
    return Sheet(name=title, parts=(Title(title), _small(result, lang), listing))


def table_parts(view: PartyView, lang: str = "zh") -> tuple[Part, ...]:
    """The table of reconciliation of one party, as it stands in the workbook and in a letter."""
    zh = lang == "zh"
    table = reconciliation_table(view)
    last = len(table.rows) - 1
    rows = [
        {
            "text": row.text[0 if zh else 1],
            "ours": row.ours,
            "theirs": row.theirs,
            "style": "sum" if at in (0, last) else "adjust",
            "formula": f"SUM({{*@0:{last - 1}}})" if at == last else None,
        }
        for at, row in enumerate(table.rows)
    ]
    shape: Any = {
        "text": pl.String,
        "ours": _MONEY,
        "theirs": _MONEY,
        "style": pl.String,
        "formula": pl.String,
    }
    columns = (
        Column("text", "项目" if zh else "item", width=60.0, wrap=True),
        Column("ours", "我方" if zh else "ours", formula="formula"),
        Column("theirs", "对方" if zh else "theirs", formula="formula"),
    )
    verdict = ("调节后双方一致", "both adjusted balances agree")
    if not table.equal:
        verdict = ("调节后仍不一致", "the adjusted balances still differ")
    title = f"{'余额调节表' if zh else 'Reconciliation'}  {view.name}"
    unit = f"{'币别' if zh else 'currency'} {view.currency}"
    return (
        Title(title),
        Line(f"{'截至' if zh else 'as of'} {view.as_of}", unit),
        Listing(columns=columns, frame=pl.DataFrame(rows, schema=shape), style="style"),
        Line(verdict[0 if zh else 1]),
        Line(_SIGNED[0 if zh else 1]),
    )


def _sides(result: Reconciliation, findings: pl.DataFrame) -> pl.DataFrame:
    """Voucher, date, text and amount of both sides of each finding, one row each.

    Where a finding has several lines of a side the texts are joined and the amounts summed.
    """
    members = result.workings.members.join(findings.select("finding"), on="finding", how="semi")
    rows = findings
    for side, lines in (("ours", result.workings.ours), ("theirs", result.workings.theirs)):
        mine = members.filter(side=side).join(lines, on="id").sort("finding", "date", "id")
        joined = mine.group_by("finding", maintain_order=True).agg(
            pl.col("voucher").fill_null("").unique(maintain_order=True).str.join(", "),
            pl.col("date").min(),
            pl.col("text").unique(maintain_order=True).str.join("; "),
            pl.col("amount").cast(_MONEY).sum(),
        )
        named = joined.rename({name: f"{side}_{name}" for name in _PAIRED})
        rows = rows.join(named, on="finding", how="left", maintain_order="left")
    return rows


def _paired(lang: str) -> list[Column]:
    at = 0 if lang == "zh" else 1
    groups = {"ours": ("我方", "ours")[at], "theirs": ("对方(按我方方向)", "theirs, mirrored")[at]}
    return [
        Column(f"{side}_{name}", words[at], group=group, **_shape(name))
        for side, group in groups.items()
        for name, words in _PAIRED.items()
    ]


def _shape(name: str) -> dict[str, Any]:
    """Summaries run over several lines; of the rest nothing is long."""
    return {"width": 17.0, "wrap": True} if name == "text" else {}


def _currency(result: Reconciliation, at: int) -> list[Column]:
    """A column of currencies where there are several."""
    several = result.workings.parties["currency"].n_unique() > 1
    return [Column("currency", ("币别", "currency")[at])] if several else []


def _named(result: Reconciliation, rows: pl.DataFrame) -> pl.DataFrame:
    names = result.workings.parties.select("party", "currency", name=pl.coalesce("name", "party"))
    return rows.join(names, on=["party", "currency"], how="left", maintain_order="left")


def _said(column: str, words: dict[str, tuple[str, str]], at: int) -> pl.Expr:
    spoken = {key: pair[at] for key, pair in words.items()}
    return pl.col(column).replace_strict(spoken, default=pl.col(column))


def _differences(result: Reconciliation, lang: str) -> Sheet:
    at = 0 if lang == "zh" else 1
    rows = _named(result, _sides(result, result.workings.differences))
    fault = {"ours": ("我方", "ours"), "theirs": ("对方", "theirs")}
    rows = rows.with_columns(
        cause=_said("cause", CAUSES, at),
        fault=_said("fault", fault, at),
        proof=pl.col("proof_zh" if at == 0 else "proof_en"),
    )
    several = _currency(result, at)
    columns = (
        Column("name", ("往来单位", "party")[at], width=20.0, wrap=True),
        *several,
        Column("cause", ("原因", "cause")[at], width=15.0, wrap=True),
        *_paired(lang),
        # Amounts of several currencies make no sum.
        Column("amount", ("差额", "difference")[at], total=None if several else SUM),
        Column("fault", ("应调整方", "to be mended by")[at]),
        Column("proof", ("依据", "proof")[at], width=30.0, wrap=True),
    )
    title = ("差异明细", "Differences")[at]
    total = None if several else ("合计", "total")[at]
    listing = Listing(columns=columns, frame=rows, total=total, keep=2)
    return Sheet(name=title, parts=(Title(title), _small(result, lang), listing))


def _matches(result: Reconciliation, lang: str) -> Sheet:
    at = 0 if lang == "zh" else 1
    tiers = {"automatic": ("自动", "automatic"), "proposed": ("待确认", "proposed")}
    rows = _named(result, _sides(result, result.workings.matches))
    rows = rows.with_columns(rule=_said("rule", RULES, at), tier=_said("tier", tiers, at))
    columns = (
        Column("name", ("往来单位", "party")[at]),
        *_currency(result, at),
        *_paired(lang),
        Column("rule", ("核对规则", "rule")[at]),
        Column("tier", ("确定程度", "certainty")[at]),
    )
    title = ("已核对", "Agreed")[at]
    listing = Listing(columns=columns, frame=rows, keep=1)
    return Sheet(name=title, parts=(Title(title), _small(result, lang), listing))
