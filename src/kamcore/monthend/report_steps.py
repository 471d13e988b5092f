"""The last step: the monthly key-account report, as workbook, page and JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

import attrs
import polars as pl

from kamcore.ledger.buckets import Buckets
from kamcore.model.tier import TierPolicy
from kamcore.monthend.choosing import chosen, party_codes
from kamcore.monthend.step import Output, Step, Told, Work
from kamcore.pipeline.atomic import whole
from kamcore.pipeline.form_file import Forms
from kamcore.reports.monthly import MonthlyQuestion, MonthlyReport, monthly_report
from kamcore.reports.monthly_sheets import (
    ON_A_PAGE,
    customer_sheet,
    monthly_sheets,
    portfolio_sheets,
)
from kamcore.reports.workbook import sheet_name
from kamcore.reports.writing import write_report

__all__ = ["STEPS"]

_FRAMES = ("plan", "price", "rebate", "provision", "tier", "credit", "reconcile")
"""Steps whose value has a ``frame`` with columns of the report."""


def _report(work: Work) -> MonthlyReport:
    settings = work.folder.settings
    asked = MonthlyQuestion(
        period=work.period,
        account=settings.account,
        buckets=Buckets.of(settings.buckets),
        chosen=chosen(work),
    )
    found = [work.known(name) for name in _FRAMES]
    frames = [made for one in found if (made := _frame(one)) is not None]
    codes = party_codes(work)
    if codes:
        # The report is about parties; books in their own codes are put into those of the archive.
        books, aged = work.value("customers").books, None
        frames = [_by_party(frame, codes) for frame in frames]
    else:
        books, aged = work.value("books"), work.value("age")
    report = monthly_report(books, asked, frames, aged)
    # Many exports do not say whose they are; who writes the letters is known all the same.
    return attrs.evolve(report, entity=report.entity or settings.sender)


def _by_party(frame: pl.DataFrame, codes: Mapping[str, str]) -> pl.DataFrame:
    """A frame by customer with those that are one party added up; texts are the first one's."""
    renamed = frame.with_columns(pl.col("customer").replace(dict(codes)))
    parts = [
        pl.when(pl.col(name).count() > 0).then(pl.col(name).sum())
        if dtype.is_numeric()
        else pl.col(name).drop_nulls().first()
        for name, dtype in frame.schema.items()
        if name != "customer"
    ]
    return renamed.group_by("customer", maintain_order=True).agg(parts)


def _frame(value: object) -> pl.DataFrame | None:
    frame = getattr(value, "monthly", None)
    return frame if isinstance(frame, pl.DataFrame) else None


def words_of(work: Work) -> Mapping[str, str]:
    """What the levels of the company's own scheme are called."""
    forms: Forms | None = work.known("forms")
    policy = None if forms is None else forms.one(TierPolicy)
    levels = () if policy is None else policy.levels
    return {level.code: level.text(work.lang) for level in levels}


def _tell_report(work: Work, report: MonthlyReport) -> Told:
    words, lang = words_of(work), work.lang
    sheets = monthly_sheets(report, lang, words)
    title = work.say("大客户业务月报表", "key-account report")
    outputs = [
        Output(f"{title}.xlsx", lambda path: write_report(sheets, path, lang=lang, force=True)),
        Output(
            f"{title}.html",
            lambda path: write_report(
                portfolio_sheets(report, lang, words, ON_A_PAGE), path, lang=lang, force=True
            ),
        ),
        Output(f"{title}.json", lambda path: _write_json(report, path)),
    ]
    folder = work.say("客户月报", "customers")
    for code in report.chosen:
        sheet = customer_sheet(report, code, lang, words)
        name = sheet_name(f"{code} {report.row(code)['name'] or ''}".strip())

        def write(path: Path, page: object = sheet) -> None:
            write_report([page], path, lang=lang, force=True)  # type: ignore[list-item]

        outputs.append(Output(f"{folder}/{name}.html", write))
    said = report.to_json()
    told = {name: said[name] for name in ("totals", "shares", "planned", "composition", "months")}
    return Told(said=told | {"chosen": list(report.chosen)}, outputs=tuple(outputs))


def _write_json(report: MonthlyReport, path: Path) -> None:
    text = json.dumps(report.to_json(), ensure_ascii=False, indent=1)
    with whole(path, force=True) as temporary:
        temporary.write_text(text + "\n", "utf-8")


STEPS = (
    Step(
        name="report",
        zh="大客户业务月报表",
        en="key-account report",
        needs=("books", "age"),
        wants=("forms", "customers", *_FRAMES),
        make=_report,
        tell=_tell_report,
    ),
)
"""In the order they run."""
