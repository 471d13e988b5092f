"""Write the import template (formats/kingdee.md section 3b), in as many workbooks as it takes."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from kamcore.adapters.kingdee_xingchen import columns as layout
from kamcore.adapters.kingdee_xingchen.spelling import site_fields, spell
from kamcore.books import Books, schema
from kamcore.errors import Fault, UsageError
from kamcore.format import Losses, Options
from kamcore.grid.cells import SheetOut
from kamcore.grid.workbook_writing import WORKBOOKS, write_workbook
from kamcore.place import Place
from kamcore.vouchers.currencies import product_code, product_name
from kamcore.vouchers.joined import joined, one_side, original_amount, stated
from kamcore.vouchers.making import NAMES

TOO_MANY = Fault(
    code="K4021",
    zh="有 {value} 行, 星辰一次最多引入 {limit} 行, 需要 {count} 个工作簿",
    en="{value} rows need {count} workbooks: the product takes {limit} rows in one import",
    hint_zh="目标名不要带 .xlsx 或 .xls, 将写成一个文件夹, 里面是编号的工作簿",
    hint_en="name a target without such a suffix: it becomes a folder of numbered workbooks",
)

_NOTES = pl.DataFrame(
    {
        "字段": ["记账日期", "凭证字号", "科目.编码", "币别.编码", "汇率", "核算项目"],
        "说明": [
            "必录，格式 yyyy-MM-dd",
            "必录，只填凭证字；凭证号另填一列",
            "必录，只按编码识别",
            "必录",
            "必录，人民币为 1",
            "按编码识别",
        ],
    }
)


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write one workbook where the target is named so, else a folder of them.

    Raises:
        BooksError: vouchers share a number, or a line has no voucher.
        LossRefused: a voucher or an account is beyond a limit of the product, or a value fits no
            cell.
        UsageError: one workbook is asked for and the rows need several.
    """
    spelled = spell(books, losses, options)
    frame = page(spelled)
    pieces = list(_pieces(spelled, frame))
    if target.suffix.lower() in WORKBOOKS:
        if len(pieces) > 1:
            facts = {"count": len(pieces), "limit": layout.ROWS}
            raise UsageError(TOO_MANY.at(Place(), frame.height, **facts))
        _write(pieces[0], target)
        return
    target.mkdir(exist_ok=True)
    for old in target.iterdir():
        if layout.FILES.fullmatch(old.name):
            old.unlink()
    width = max(2, len(str(len(pieces))))
    for number, piece in enumerate(pieces, start=1):
        _write(piece, target / layout.FILE.format(number=str(number).zfill(width)))


def _write(frame: pl.DataFrame, target: Path) -> None:
    header = ((layout.TITLE,), (layout.ADVICE,), tuple(frame.columns))
    sheets = [SheetOut(layout.SHEET, frame, header), SheetOut(layout.NOTES, _NOTES)]
    write_workbook(sheets, target)


def _pieces(books: Books, frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in pieces of whole vouchers, each as long as one import takes."""
    ends = books.lines.group_by("voucher_id", maintain_order=True).len()["len"].cum_sum()
    start = 0
    while start < frame.height:
        end = int(ends.filter(ends <= start + layout.ROWS)[-1])
        yield frame.slice(start, end - start)
        start = end
    if not frame.height:
        yield frame


def page(books: Books) -> pl.DataFrame:
    """The sheet of spelled books under its labels: the head stands on the first line only."""
    rows = joined(books)
    columns = {
        "记账日期": _head(pl.col("vouchers.date").dt.strftime("%Y-%m-%d")),
        "凭证字号": _head(pl.col("vouchers.word")),
        "凭证号": _head(pl.col("vouchers.number")),
        "附件数": _head(pl.col("vouchers.attachments")),
        "参考信息": _head(pl.col("vouchers.reference")),
        "摘要": pl.col("summary"),
        "科目.编码": pl.col("account"),
        "科目.名称": pl.col(NAMES + "account"),
        "币别.编码": product_code(pl.col("currency")),
        "币别.名称": product_name(pl.col("currency")),
        "汇率": pl.col("rate"),
        "计量单位.编码": pl.col("unit"),
        "数量": pl.col("quantity"),
        "单价": pl.col("unit_price"),
        "原币金额": pl.when(stated(books.entity.base_currency)).then(original_amount()),
        "借方": one_side("debit", "credit"),
        "贷方": one_side("credit", "debit"),
    }
    labelled = {layout.label_of(caption): column for caption, column in columns.items()}
    custom = 0
    for name, label in books.dimensions.select("id", "label").rows():
        archive = layout.ITEMS.get(name)
        if archive is None:
            custom += 1
            archive = f"bd_auxinfo_{custom}"
        codes, names = layout.dimension_labels(label, archive)
        labelled[codes] = pl.col(schema.AUX + name)
        labelled[names] = pl.col(NAMES + schema.AUX + name)
    labelled |= _site_columns(books)
    return rows.select(column.alias(label) for label, column in labelled.items())


def _head(value: pl.Expr) -> pl.Expr:
    return pl.when("first").then(value)


def _site_columns(books: Books) -> dict[str, pl.Expr]:
    """The site's own columns as they were read."""
    columns = {}
    for label in site_fields(books):
        own = books.extras.filter(table="lines", field=label)
        blank = pl.Series([None] * books.lines.height, dtype=schema.TEXT)
        columns[label] = pl.lit(blank.scatter(own["row_id"], own["value"]))
    return columns
