"""Voucher words and numbers: complete, used once, without gaps.

A series is a year, a period and a word; its numbers run on (会计基础工作规范 art. 51(2)) and start
again every month.  A void voucher keeps its number, so it fills a gap and can be a duplicate.
"""

from collections.abc import Iterator

import polars as pl

from kamcore.books.check.finding import Finding
from kamcore.books.check.subject import Subject
from kamcore.errors import Fault, Severity

GAP = Fault(
    code="B2201",
    severity=Severity.WARNING,
    zh="{series} 断号: 缺 {missing}, 共 {count} 个",
    en="{series}: numbers missing: {missing} ({count} in all)",
    hint_zh="若只导出了部分凭证可不理会; 否则查明缺号凭证, 或在原系统整理断号",
    hint_en="harmless in a partial export; otherwise find the vouchers or renumber at the source",
)
DUPLICATE = Fault(
    code="B2202",
    zh="凭证号重复: {first_date} 已有一张同号凭证, 本张日期为 {date}",
    en="number used twice: a voucher of {first_date} has it already, this one is of {date}",
    hint_zh="看是否重复导出, 或把其中一张改号",
    hint_en="see whether one was exported twice; otherwise renumber one of them",
)
NO_NUMBER = Fault(
    code="B2203",
    zh="凭证没有凭证号",
    en="the voucher has no number",
)
NO_WORD = Fault(
    code="B2204",
    zh="凭证没有凭证字",
    en="the voucher has no word",
)
NUMBERS_UNKNOWN = Fault(
    code="B2205",
    severity=Severity.INFO,
    zh="全部 {value} 张凭证都没有凭证号, 不能检查断号和重号",
    en="none of the {value} vouchers has a number: gaps and duplicates cannot be checked",
)

_SERIES = ("year", "period", "word")
_RANGES = 20
"""How many ranges of missing numbers a message lists."""


def gaps(subject: Subject) -> Iterator[Finding]:
    """Find series with numbers missing; one finding a series, placed behind the first gap."""
    number = pl.col("number")
    before = number.shift(1).over(_SERIES)
    if subject.settings.first_number is not None:
        before = before.fill_null(subject.settings.first_number - 1)
    holes = (
        _numbered(subject)
        .unique([*_SERIES, "number"], keep="first", maintain_order=True)
        .sort(*_SERIES, "number")
        .with_columns(_before=before)
        .filter(number - pl.col("_before") > 1)
        .with_columns(_from=pl.col("_before") + 1, _to=number - 1)
    )
    span = (
        pl.when(pl.col("_from") == pl.col("_to"))
        .then(pl.col("_from").cast(pl.String))
        .otherwise(pl.format("{}-{}", "_from", "_to"))
    )
    month = pl.format("{}-{} {}", "year", pl.col("period").cast(pl.String).str.zfill(2), "word")
    rows = holes.group_by(_SERIES, maintain_order=True).agg(
        pl.col("voucher_id").first(),
        pl.col("source_row").first(),
        series=month.first().str.strip_chars_end(),
        missing=span.head(_RANGES).str.join(", ")
        + pl.when(pl.len() > _RANGES).then(pl.lit(", …")).otherwise(pl.lit("")),
        count=(pl.col("_to") - pl.col("_from") + 1).sum(),
    )
    rows = rows.select("voucher_id", "source_row", "series", "missing", "count", value="missing")
    yield Finding(fault=GAP, rows=rows, column="vouchers.number")


def duplicates(subject: Subject) -> Iterator[Finding]:
    """Find vouchers whose number another voucher of the series had before them."""
    key = [*_SERIES, "number"]
    numbered = _numbered(subject)
    twice = numbered.filter(numbered.select(key).is_duplicated())
    later = twice.with_columns(
        first_date=pl.col("date").first().over(key),
        first_row=pl.col("source_row").first().over(key),
        _rank=pl.int_range(pl.len()).over(key),
    ).filter(pl.col("_rank") > 0)
    rows = later.select(
        "voucher_id", "source_row", "date", "first_date", "first_row", value="number"
    )
    yield Finding(fault=DUPLICATE, rows=rows, column="vouchers.number")


def unnumbered(subject: Subject) -> Iterator[Finding]:
    """Find vouchers without number or word, where others have them.

    A layout without voucher words is no fault; one without numbers is said once.
    """
    vouchers = subject.vouchers
    if not vouchers.height:
        return
    place = ("voucher_id", "source_row")
    if vouchers["number"].null_count() == vouchers.height:
        rows = pl.DataFrame({"value": [vouchers.height]})
        yield Finding(fault=NUMBERS_UNKNOWN, rows=rows)
    else:
        none = vouchers.filter(pl.col("number").is_null())
        yield Finding(fault=NO_NUMBER, rows=none.select(place), column="vouchers.number")
    blank = pl.col("word").is_null() | (pl.col("word") == "")
    wordless = vouchers.filter(blank)
    if wordless.height < vouchers.height:
        yield Finding(fault=NO_WORD, rows=wordless.select(place), column="vouchers.word")


def _numbered(subject: Subject) -> pl.DataFrame:
    """Vouchers whose place in a series is known, void ones too."""
    return subject.all_vouchers.select(
        "voucher_id",
        "source_row",
        "year",
        "period",
        "date",
        pl.col("word").fill_null(""),
        "number",
    ).drop_nulls(["year", "period", "number"])
