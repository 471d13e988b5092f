"""Small EAS voucher workbooks made for tests."""

import datetime as dt

import openpyxl

from kamcore.adapters.kingdee_eas.columns import FLOW_HEADINGS, HEADINGS

DAY = dt.date(2025, 1, 2)
LINE = {
    "公司": "1.01",
    "记账日期": DAY,
    "业务日期": DAY,
    "会计期间": 1,
    "凭证类型": "记",
    "凭证号": "00001",
    "分录号": "1",
    "摘要": "摘要",
    "科目": "1001",
    "科目名称": "库存现金",
    "币种": "BB01",
    "汇率": 1,
    "方向": "1",
    "原币金额": 100,
    "数量": 0,
    "单价": 0,
    "借方金额": 100,
    "制单人": "制单样甲",
    "附件数量": 1,
    "过账标记": False,
    "删除标记": False,
    "凭证序号": "17001--0",
    "现金流量标记": 6,
}
"""The values of a plain line."""
CREDIT = {"分录号": "2", "方向": "0", "借方金额": "", "贷方金额": 100}
FLOW = {
    **{name: LINE[name] for name in ("公司", "记账日期", "会计期间", "凭证类型", "凭证号")},
    "币种": "BB01",
    "分录号": "1",
    "主表信息": "CI1.01.01",
    "原币": 100,
    "本位币": 100,
    "报告币": 0,
    "主表金额系数": "1",
    "附表金额系数": "0",
}
"""A plain cash flow of the plain line."""


def workbook(path, *rows, headings=HEADINGS, flows=()):
    """Write both sheets: each row is what differs from `LINE`, each flow from `FLOW`."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "凭证"
    _fill(sheet, headings, ({**LINE, **row} for row in rows))
    _fill(book.create_sheet("现金流量"), FLOW_HEADINGS, ({**FLOW, **row} for row in flows))
    book.save(path)
    return path


def _fill(sheet, headings, rows):
    sheet.append(list(headings))
    for row in rows:
        sheet.append([None if row.get(name, "") == "" else row[name] for name in headings])
