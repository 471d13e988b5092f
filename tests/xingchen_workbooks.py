"""Small 星辰 import templates made for tests."""

import openpyxl

from kamcore.adapters.kingdee_xingchen.columns import FIELDS, SHEET, TITLE, label_of

LABELS = {field.heading: label_of(field.heading) for field in FIELDS}
"""The label of each column that every template has, by its caption."""
HEAD = {"记账日期": "2025-01-02", "凭证字号": "记", "凭证号": 1}
LINE = {
    "摘要": "摘要",
    "科目.编码": "1001",
    "科目.名称": "库存现金",
    "币别.编码": "RMB",
    "币别.名称": "人民币",
    "汇率": 1,
    "原币金额": 100,
    "借方": 100,
}


def head(number=1, **values):
    """The cells of a first line: the head and a plain line."""
    return {**HEAD, "凭证号": number, **LINE, **values}


def line(**values):
    """The cells of a further line, without a head."""
    return {**LINE, **values}


def workbook(path, *rows, labels=None, more=()):
    """Write the sheet: rows of cells by caption, under `labels` and the labels in `more`."""
    labels = dict(labels or LABELS) | {label: label for label in more}
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append([TITLE])
    sheet.append(["红色为必录项"])
    sheet.append(list(labels.values()))
    for row in rows:
        values = [row.get(caption) for caption in labels]
        sheet.append([None if value == "" else value for value in values])
    book.create_sheet("模板说明").append(["字段", "说明"])
    book.save(path)
    return path
