"""Small K/3 workbooks made for tests."""

import xlwt

DEFAULTS = {
    "FDate": "2025-01-02",
    "FYear": 2025,
    "FPeriod": 1,
    "FGroupID": "记",
    "FNumber": 1,
    "FAccountNum": "1001",
    "FAccountName": "库存现金",
    "FCurrencyNum": "RMB",
    "FCurrencyName": "人民币",
    "FAmountFor": 100,
    "FDebit": 100,
    "FCredit": 0,
    "FPreparerID": "甲",
    "FCheckerID": "NONE",
    "FExplanation": "摘要",
    "FQuantity": 0,
    "FMeasureUnitID": "*",
    "FUnitPrice": 0,
    "FSettleTypeID": "*",
    "FReference": "",
    "FExchangeRate": 1,
    "FEntryID": 0,
    "FItem": "",
    "FPosted": 0,
    **dict.fromkeys(
        [
            "FApproveID",
            "FCashierID",
            "FHandler",
            "FSettleNo",
            "FTransDate",
            "FTransNo",
            "FAttachments",
            "FSerialNum",
            "FObjectName",
            "FParameter",
            "FInternalInd",
            "FCashFlow",
        ],
        "",
    ),
}
"""Every column of generation A, with the values of a plain line."""


def workbook(path, *rows, drop=(), extra=()):
    """Write one sheet Page1: each row is what differs from `DEFAULTS`."""
    keys = [key for key in dict.fromkeys([*DEFAULTS, *extra]) if key not in drop]
    book = xlwt.Workbook()
    sheet = book.add_sheet("Page1")
    for column, key in enumerate(keys):
        sheet.write(0, column, key)
    for number, row in enumerate(rows, start=1):
        values = {**DEFAULTS, **row}
        for column, key in enumerate(keys):
            if values.get(key, "") != "":
                sheet.write(number, column, values[key])
    book.save(str(path))
    return path
