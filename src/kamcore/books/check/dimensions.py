"""Auxiliary members (辅助核算): given where the account requires them, and known."""

from collections.abc import Iterator

import polars as pl

from kamcore.books import schema
from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity
from kamcore.model.dimension import label_of

NO_MEMBER = Fault(
    code="B2801",
    severity=Severity.WARNING,
    zh="科目 {account} 要求辅助核算「{dimension}」, 此行未填",
    en="account {account} requires {dimension_id}, and the line has none",
    hint_zh="在原系统补录该辅助核算项目",
    hint_en="add the member at the source",
)
UNKNOWN_MEMBER = Fault(
    code="B2802",
    severity=Severity.WARNING,
    zh="「{dimension}」档案中没有「{value}」, 共 {count} 行用到",
    en="no {dimension_id} has the code {value!r}; lines that use it: {count}",
    hint_zh="补入档案, 或更正代码",
    hint_en="add it to the list of members or mend the code",
)


def missing(subject: Subject) -> Iterator[Finding]:
    """Find lines without a member that the list of accounts requires."""
    required = (
        subject.books.accounts.select("code", pl.col("dimensions").str.split(","))
        .explode("dimensions")
        .with_columns(pl.col("dimensions").str.strip_chars())
        .filter(pl.col("dimensions").fill_null("") != "")
        .group_by("dimensions", maintain_order=True)
        .agg("code")
    )
    for dimension, codes in required.iter_rows():
        name = schema.AUX + dimension
        lines = subject.lines.filter(pl.col("account").is_in(codes))
        if name in lines.columns:
            lines = lines.filter(pl.col(name).fill_null("") == "")
        rows = lines.select("voucher_id", "source_row", "account", *_named(subject, dimension))
        yield Finding(fault=NO_MEMBER, rows=rows, column=f"lines.{name}")


def unknown(subject: Subject) -> Iterator[Finding]:
    """Find members that a list does not hold; one finding each, where it is used first.

    A list made from the lines themselves proves nothing: only a list with a member that no line
    uses counts, unless the settings say that the lists are complete.
    """
    complete = subject.settings.lists_complete
    if complete is False:
        return
    for name in schema.dimension_columns(subject.lines):
        dimension = name.removeprefix(schema.AUX)
        codes = subject.books.members.filter(pl.col("dimension") == dimension)["code"]
        if not codes.len():
            continue
        used = subject.lines.filter(pl.col(name).fill_null("") != "")
        bad = used.filter(~pl.col(name).is_in(codes.implode()))
        if not bad.height or not (complete or set(codes) - set(used[name].unique())):
            continue
        rows = bad.group_by(name, maintain_order=True).agg(
            pl.col("voucher_id").first(), pl.col("source_row").first(), count=pl.len()
        )
        rows = rows.rename({name: "value"}).with_columns(*_named(subject, dimension))
        yield Finding(fault=UNKNOWN_MEMBER, rows=rows, column=f"lines.{name}")


def _named(subject: Subject, dimension: str) -> tuple[pl.Expr, pl.Expr]:
    """The dimension as a fact: what the source calls it, and its id."""
    known = subject.books.dimensions.filter(id=dimension)["label"]
    said = known[0] if known.len() else dimension
    label = label_of(dimension) if said == dimension else said
    return pl.lit(label).alias("dimension"), pl.lit(dimension).alias("dimension_id")
