"""Small GL_VOUCHER workbooks of 云星空 made for tests."""

import openpyxl

KEYS = {
    "FBillHead(GL_VOUCHER)": "*单据头(序号)",
    "FAccountBookID": "*(单据头)账簿#编码",
    "FAccountBookID#Name": "(单据头)账簿#名称",
    "FDate": "*(单据头)日期",
    "FYEAR": "(单据头)会计年度",
    "FPERIOD": "(单据头)期间",
    "FVOUCHERGROUPID": "*(单据头)凭证字#编码",
    "FVOUCHERGROUPID#Name": "(单据头)凭证字#名称",
    "FVOUCHERGROUPNO": "*(单据头)凭证号",
    "FATTACHMENTS": "(单据头)附件数",
    "FISADJUSTVOUCHER": "(单据头)是否调整期凭证",
    "*Split*1": "间隔列",
    "FEntity": "*分录(序号)",
    "FEXPLANATION": "(分录)摘要",
    "FAccountID": "*(分录)科目编码#编码",
    "FAccountID#Name": "(分录)科目编码#名称",
    "FDetailID#FFLEX6": "(分录)客户#编码",
    "FDetailID#FFLEX6#Name": "(分录)客户#名称(Null)",
    "FDetailID#FF100005": "(分录)销售渠道#编码",
    "FDetailID#FF100005#Name": "(分录)销售渠道#名称(Null)",
    "FCURRENCYID": "*(分录)币别#编码",
    "FCURRENCYID#Name": "(分录)币别#名称",
    "FEXCHANGERATETYPE": "*(分录)汇率类型#编码",
    "FEXCHANGERATETYPE#Name": "(分录)汇率类型#名称",
    "FEXCHANGERATE": "(分录)汇率",
    "FUnitId": "(分录)单位#编码",
    "FUnitId#Name": "(分录)单位#名称(Null)",
    "FPrice": "(分录)单价",
    "FQty": "(分录)数量",
    "FAMOUNTFOR": "(分录)原币金额",
    "FDEBIT": "(分录)借方金额",
    "FCREDIT": "(分录)贷方金额",
    "FEXPORTENTRYID": "现金流量#分录ID",
}
HEAD = {
    "FBillHead(GL_VOUCHER)": 10001,
    "FAccountBookID": "001",
    "FAccountBookID#Name": "样例账簿",
    "FDate": "2025-01-02",
    "FYEAR": 2025,
    "FPERIOD": 1,
    "FVOUCHERGROUPID": "PRE001",
    "FVOUCHERGROUPID#Name": "记",
    "FVOUCHERGROUPNO": 1,
    "FATTACHMENTS": 2,
    "FISADJUSTVOUCHER": "否",
}
"""The head of a plain voucher; it belongs on its first line."""
LINE = {
    "FEntity": 1,
    "FEXPLANATION": "摘要",
    "FAccountID": "1001",
    "FAccountID#Name": "库存现金",
    "FCURRENCYID": "PRE001",
    "FCURRENCYID#Name": "人民币",
    "FEXCHANGERATETYPE": "HLTX01_SYS",
    "FEXCHANGERATETYPE#Name": "固定汇率",
    "FEXCHANGERATE": 1,
    "FDEBIT": 100,
}
CREDIT = {"FDEBIT": "", "FCREDIT": 100, "FEntity": 2}
"""What makes a line the credit of a plain voucher."""


def workbook(path, *rows, keys=KEYS, captions=True):
    """Write one sheet: each row is what differs from `LINE`; `HEAD` is added by ``**HEAD``."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "凭证"
    sheet.append(list(keys))
    if captions:
        sheet.append(list(keys.values()))
    for row in rows:
        values = {**LINE, **row}
        sheet.append([None if values.get(key, "") == "" else values[key] for key in keys])
    book.save(path)
    return path
