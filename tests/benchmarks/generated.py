"""Large books for measuring: seeded, balanced, with dimensions, red lines and foreign money.

The same size gives the same books.  Four lines a voucher: a receivable (customer, department), a
revenue (department, project), the tax, and a rounding line; every fiftieth voucher is a red one,
every tenth in dollars.
"""

import polars as pl

from kamcore.books import Books, schema
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme

CUSTOMERS, DEPARTMENTS, PROJECTS = 2_000, 30, 200
PERIODS = 12


def large_books(lines: int) -> Books:
    """Books with about `lines` lines (a multiple of four) over twelve periods of 2025."""
    count = lines // 4
    heads = _heads(count)
    rows = pl.concat([_line(heads, number) for number in range(1, 5)]).sort(
        "voucher_id", "line_no"
    )
    return Books(
        Entity(name="量测样例有限公司", scheme=CodeScheme((4, 2, 2), ".")),
        {"vouchers": _vouchers(heads), "lines": rows, **_archives()},
    )


def _heads(count: int) -> pl.DataFrame:
    order = pl.int_range(1, count + 1, dtype=pl.Int64, eager=True).alias("voucher_id")
    period = ((pl.col("voucher_id") - 1) * PERIODS // count + 1).alias("period")
    # A multiplicative generator: spread like chance, the same on every machine.
    chance = (pl.col("voucher_id") * 2_654_435_761 % 4_294_967_296).alias("chance")
    frame = pl.DataFrame({"voucher_id": order}).with_columns(period, chance)
    return frame.with_columns(
        date=pl.date(2025, "period", pl.col("chance") % 28 + 1),
        number=pl.int_range(1, pl.len() + 1).over("period"),
        net=(pl.col("chance") % 9_000_000 + 100)
        * pl.when(pl.col("voucher_id") % 50 == 0).then(-1).otherwise(1),
        foreign=pl.col("voucher_id") % 10 == 0,
        customer=pl.format("KA-{}", (pl.col("chance") % CUSTOMERS).cast(pl.String).str.zfill(5)),
        department=(pl.col("chance") % DEPARTMENTS + 1).cast(pl.String).str.zfill(2),
        project=pl.format("P{}", (pl.col("chance") % PROJECTS).cast(pl.String).str.zfill(3)),
    ).with_columns(tax=pl.col("net") * 13 // 100)


def _money(cents: pl.Expr) -> pl.Expr:
    """Whole cents as an exact amount, by way of text."""
    digits = cents.abs().cast(pl.String).str.zfill(3)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = pl.concat_str(sign, digits.str.head(-2), pl.lit("."), digits.str.tail(2))
    return whole.cast(schema.AMOUNT)


def _line(heads: pl.DataFrame, number: int) -> pl.DataFrame:
    zero = pl.lit(0).cast(schema.AMOUNT)
    blank = pl.lit(None, dtype=schema.TEXT)
    sides = {
        1: ("1122.01", _money(pl.col("net") + pl.col("tax")), zero),
        2: ("6001.01", zero, _money(pl.col("net") - 1)),
        3: ("2221.01.02", zero, _money(pl.col("tax"))),
        4: ("6051.01", zero, pl.lit("0.01").cast(schema.AMOUNT)),
    }
    account, debit, credit = sides[number]
    foreign = pl.col("foreign") if number == 1 else pl.lit(False)
    rate = pl.when(foreign).then(pl.lit("0.5")).otherwise(pl.lit("1")).cast(schema.RATE)
    return heads.select(
        "voucher_id",
        pl.lit(number, dtype=pl.Int64).alias("line_no"),
        pl.lit(1, dtype=pl.Int64).alias("split_no"),
        "date",
        pl.lit(2025, dtype=pl.Int64).alias("year"),
        "period",
        pl.lit(account).alias("account"),
        pl.format("销售产品给客户{}第{}批", "customer", "number").alias("summary"),
        debit.alias("debit"),
        credit.alias("credit"),
        pl.when(foreign).then(pl.lit("USD")).otherwise(pl.lit("CNY")).alias("currency"),
        pl.when(foreign).then(_money((pl.col("net") + pl.col("tax")) * 2)).alias("fx_debit"),
        pl.when(foreign).then(zero).alias("fx_credit"),
        rate.alias("rate"),
        pl.lit("公司汇率").alias("rate_type"),
        (pl.format("XS{}", "voucher_id") if number == 1 else blank).alias("business_number"),
        (pl.col("customer") if number == 1 else blank).alias("aux_customer"),
        (pl.col("department") if number in {1, 2} else blank).alias("aux_department"),
        (pl.col("project") if number == 2 else blank).alias("aux_project"),
    )


def _vouchers(heads: pl.DataFrame) -> pl.DataFrame:
    return heads.select(
        "voucher_id",
        pl.lit(2025, dtype=pl.Int64).alias("year"),
        "period",
        "date",
        pl.lit("记").alias("word"),
        pl.col("number").cast(pl.Int64),
        (pl.col("chance") % 5).cast(pl.Int64).alias("attachments"),
        pl.lit("制单样甲").alias("preparer"),
        pl.lit("审核样乙").alias("reviewer"),
        pl.lit("posted").alias("status"),
        pl.col("date").alias("business_date"),
        pl.col("voucher_id").alias("serial"),
    )


def _archives() -> dict[str, pl.DataFrame]:
    names = {
        "customer": [(f"KA-{n:05d}", f"样例客户{n:05d}有限公司") for n in range(CUSTOMERS)],
        "department": [(f"{n + 1:02d}", f"样例部门{n + 1:02d}") for n in range(DEPARTMENTS)],
        "project": [(f"P{n:03d}", f"样例项目{n:03d}") for n in range(PROJECTS)],
    }
    members = [(kind, *member) for kind, listed in names.items() for member in listed]
    labels = {"customer": "客户", "department": "部门", "project": "项目"}
    accounts = {
        "1122.01": "境内货款",
        "6001.01": "产品销售收入",
        "2221.01.02": "销项税额",
        "6051.01": "尾差",
    }
    return {
        "members": pl.DataFrame(members, schema=["dimension", "code", "name"], orient="row"),
        "dimensions": pl.DataFrame({"id": list(labels), "label": list(labels.values())}),
        "accounts": pl.DataFrame({"code": list(accounts), "name": list(accounts.values())}),
    }
