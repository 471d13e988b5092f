"""Small workbooks of the 73-column U8 template, for tests: texts by heading."""

import polars as pl

from kamcore.adapters.yonyou_u8_sheet.columns import HEADINGS
from kamcore.grid.cells import SheetOut
from kamcore.grid.xlsx_writing import write_xlsx

ROW = {
    "会计期间": "1",
    "凭证类别字": "记",
    "凭证类别排序号": "1",
    "凭证编号": "1",
    "行号": "1",
    "制单日期": "2025-01-31",
    "附单据数": "2",
    "制单人": "甲样",
    "记账标志": "0",
    "摘要": "收款",
    "科目编码": "1001",
    "借方金额": "5.00",
    "贷方金额": "0",
}
"""A row as most are; the other columns are blank."""


def workbook(path, *rows, headings=HEADINGS):
    """Write rows, each a change of `ROW`, and give the path."""
    filled = [ROW | {"行号": str(order)} | row for order, row in enumerate(rows, start=1)]
    columns = {heading: [row.get(heading) or None for row in filled] for heading in headings}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(headings, pl.String))
    write_xlsx([SheetOut("Sheet1", frame)], path)
    return path
