"""Age a group's receivables on Spark: one Parquet folder a company, one call, one Spark frame.

The companies are generated here; in life each folder is what ``kamcore convert --to native``
leaves of a company's export, on any file system Spark can read.  Needs Java 17 and
``pip install 'kamcore[spark]'``.
"""

import datetime as dt
import os
import tempfile
from decimal import Decimal
from pathlib import Path

import polars as pl
from pyspark.sql import SparkSession

import kamcore as kc
from kamcore.books import Books

COMPANIES = ("华东公司", "华南公司", "西南公司")
AS_OF = dt.date(2025, 12, 31)


def write_company(folder: Path, number: int, lines: int = 3_000) -> None:
    """Two years of one company's 应收账款, written as a folder of Parquet tables."""
    row = pl.int_range(lines, eager=True).alias("row")
    frame = pl.DataFrame(row).select(
        voucher_id=pl.col("row") // 2 + 1,
        line_no=pl.col("row") % 2 + 1,
        split_no=pl.lit(1, pl.Int64),
        date=pl.lit(dt.date(2024, 1, 1)) + pl.duration(days=pl.col("row") * 730 // lines),
        account=pl.lit("1122"),
        aux_customer=pl.format("C{}", pl.col("row") * 31 % 4),
        bills=(pl.col("row") % 5).is_in([0, 1, 2]),
        amount=(pl.col("row") * 7919 * (number + 3) % 900_000 + 100).cast(pl.Decimal(18, 4))
        / Decimal(100),
    )
    frame = frame.with_columns(
        year=pl.col("date").dt.year().cast(pl.Int64),
        period=pl.col("date").dt.month().cast(pl.Int64),
        debit=pl.when("bills").then("amount").otherwise(0).cast(pl.Decimal(18, 4)),
        credit=pl.when("bills").then(0).otherwise("amount").cast(pl.Decimal(18, 4)),
    )
    kc.write(Books(tables={"lines": frame.drop("bills", "amount")}), folder, "native")


def main(group: Path) -> None:
    """Write the group's folder, age it on Spark, print the answer and its proof."""
    for number, name in enumerate(COMPANIES):
        write_company(group / f"company={name}", number)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = (
        SparkSession.builder.master("local[2]")
        .appName("ageing of a group")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    files = [str(group / f"company={name}" / "lines.parquet") for name in COMPANIES]
    lines = spark.read.option("basePath", str(group)).parquet(*files)
    aged = kc.ledger.age(
        lines, as_of=AS_OF, by=["company", "customer"], buckets=[30, 60, 90, 180, 365]
    )
    print(type(aged.frame).__module__.split(".")[0], "frame:", *aged.columns)
    rows = aged.frame.orderBy("company", "aux_customer").collect()
    for row in rows:
        print(row["company"], row["aux_customer"], *(f"{row[name]:,.2f}" for name in aged.columns))
    totals = aged.totals()
    balance = lines.selectExpr("sum(debit) - sum(credit)").first()[0]
    print(f"total {totals['total']:,.2f} = balance {balance:,.2f}: {totals['total'] == balance}")
    spark.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(made))
