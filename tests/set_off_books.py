"""Books of a company that is customer and supplier, for set-offs."""

import polars as pl

from small_books import books, cr, dr, voucher

C1, C2, S9 = {"customer": "C1"}, {"customer": "C2"}, {"supplier": "S9"}
MEMBERS = pl.DataFrame(
    {
        "dimension": ["customer", "customer", "supplier"],
        "code": ["C1", "C2", "S9"],
        "name": ["海宁样例贸易有限公司", "长兴样例百货有限公司", "海宁样例贸易有限责任公司"],
    }
)
ACCOUNTS = pl.DataFrame(
    {
        "code": ["1002", "1122", "1123", "1405", "2202", "2203", "6001"],
        "name": [
            "银行存款",
            "应收账款",
            "预付账款",
            "库存商品",
            "应付账款",
            "预收账款",
            "主营业务收入",
        ],
    }
)


def given():
    return books(
        voucher(1, dr("1122", "1000", aux=C1), cr("6001", "1000")),
        voucher(2, dr("1002", "300"), cr("2203", "300", aux=C1)),
        voucher(3, dr("1405", "450"), cr("2202", "450", aux=S9)),
        voucher(4, dr("1123", "80", aux=S9), cr("1002", "80")),
        voucher(5, dr("1122", "60", aux=C2), cr("6001", "60")),
        members=MEMBERS,
        accounts=ACCOUNTS,
    )
