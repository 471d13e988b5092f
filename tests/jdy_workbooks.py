"""Small 精斗云 import templates made for tests."""

import openpyxl

HEADINGS = [
    "日期",
    "凭证字",
    "凭证号",
    "附件数",
    "分录序号",
    "摘要",
    "科目代码",
    "科目名称",
    "借方金额",
    "贷方金额",
    "客户",
    "供应商",
    "职员",
    "项目",
    "部门",
    "存货",
    "自定义辅助核算类别",
    "自定义辅助核算编码",
    "自定义辅助核算类别1",
    "自定义辅助核算编码1",
    "数量",
    "单价",
    "原币金额",
    "币别",
    "汇率",
]
DEFAULTS = {
    "日期": "2025-01-02",
    "凭证字": "记",
    "凭证号": 1,
    "附件数": 0,
    "分录序号": 1,
    "摘要": "摘要",
    "科目代码": "1001",
    "科目名称": "库存现金",
    "借方金额": 100,
    "原币金额": 100,
    "币别": "RMB",
    "汇率": 1,
}
"""The values of a plain line."""


def workbook(path, *rows, headings=HEADINGS):
    """Write one sheet: each row is what differs from `DEFAULTS`."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "凭证列表#2025年第1期"
    sheet.append(list(headings))
    for row in rows:
        values = {**DEFAULTS, **row}
        sheet.append([None if values.get(name, "") == "" else values[name] for name in headings])
    book.save(path)
    return path
