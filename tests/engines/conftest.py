"""Every engine answers as Polars does: the engines, and one history for all of them."""

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator
from decimal import Decimal

import polars as pl
import pytest

from kamcore.books import Books, schema
from kamcore.model.voucher import Line, Voucher


@pytest.fixture(scope="session")
def spark() -> Iterator[object]:
    pyspark = pytest.importorskip("pyspark.sql")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = pyspark.SparkSession.builder.master("local[2]").appName("kamcore")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.ansi.enabled": "true",
        "spark.driver.memory": "1g",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


class Engine:
    """One engine: how a Polars frame becomes its own, how its own becomes rows, its type."""

    def __init__(self, to: Callable, kind: Callable[[], type], rows: Callable) -> None:
        self.to, self._kind, self._rows = to, kind, rows

    def tables(self, books: Books) -> dict:
        names = ("lines", "vouchers", "balances", "accounts")
        return {name: self.to(books.tables[name]) for name in names}

    def same(self, result: object, expected: pl.DataFrame) -> None:
        """State that a result is of this engine's kind and holds the expected values."""
        assert isinstance(result, self._kind())
        columns, rows = self._rows(result)
        assert columns == expected.columns
        found = sorted([_plain(v) for v in row] for row in rows)
        wanted = sorted([_plain(v) for v in row] for row in expected.rows())
        assert found == wanted


def _plain(value: object) -> str:
    """Values as text: engines differ in how they say a date or nothing, never in an amount."""
    if value is None or value != value:  # noqa: PLR0124
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, dt.datetime):
        return "" if str(value) == "NaT" else value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _polars_rows(frame: pl.DataFrame) -> tuple:
    return frame.columns, frame.rows()


def _polars() -> Engine:
    return Engine(lambda frame: frame, lambda: pl.DataFrame, _polars_rows)


def _lazy() -> Engine:
    return Engine(
        lambda frame: frame.lazy(), lambda: pl.LazyFrame, lambda f: _polars_rows(f.collect())
    )


def _duckdb() -> Engine:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()

    def to(frame: pl.DataFrame) -> object:
        return connection.from_arrow(frame.to_arrow())

    return Engine(to, lambda: duckdb.DuckDBPyRelation, lambda r: (r.columns, r.fetchall()))


def _pandas() -> Engine:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    return Engine(
        lambda frame: frame.to_pandas(),
        lambda: pandas.DataFrame,
        lambda f: (list(f.columns), list(f.itertuples(index=False, name=None))),
    )


def _spark(request: pytest.FixtureRequest) -> Engine:
    if "spark" not in request.config.getoption("-m"):
        pytest.skip("PySpark is asked for by -m spark")
    session = request.getfixturevalue("spark")
    from pyspark.sql import DataFrame, types

    def dtype(found: pl.DataType) -> object:
        if isinstance(found, pl.Decimal):
            return types.DecimalType(found.precision, found.scale)
        known = {
            pl.String: types.StringType,
            pl.Int64: types.LongType,
            pl.Date: types.DateType,
            pl.Boolean: types.BooleanType,
            pl.Float64: types.DoubleType,
        }
        return known[type(found)]()

    def to(frame: pl.DataFrame) -> object:
        fields = [types.StructField(n, dtype(t)) for n, t in frame.schema.items()]
        return session.createDataFrame(frame.rows(), types.StructType(fields))

    return Engine(to, lambda: DataFrame, lambda f: (f.columns, [tuple(r) for r in f.collect()]))


@pytest.fixture(
    params=["polars", "lazy", "duckdb", "pandas", pytest.param("spark", marks=pytest.mark.spark)]
)
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "spark":
        return _spark(request)
    return {"polars": _polars, "lazy": _lazy, "duckdb": _duckdb, "pandas": _pandas}[
        request.param
    ]()


@pytest.fixture(scope="session")
def books() -> Books:
    """Some 200 lines with red ones, void vouchers, two currencies, blanks and an opening."""
    chance = random.Random(7)
    vouchers = []
    for number in range(1, 101):
        amount = Decimal(chance.randint(-20_000, 90_000)) / 100
        side, other = chance.sample(["debit", "credit"], 2)
        day = dt.date(2024, 11, 1) + dt.timedelta(days=chance.randint(0, 200))
        currency = chance.choice([None, "CNY", "USD"])
        aux = {"customer": chance.choice(["0001", "0002", "客户3"])} if number % 9 else {}
        fx = {f"fx_{side}": amount / 10} if currency == "USD" else {}
        main = Line(
            account=chance.choice(["1122.01", "1122.02", "2203"]),
            currency=currency,
            due_date=day + dt.timedelta(days=chance.randint(0, 60)) if number % 3 else None,
            aux=aux,
            summary=f"货款{number}",
            **{side: amount, other: 0},
            **fx,
        )
        counter = Line(account="1002", **{other: amount, side: 0})
        status = chance.choice(["posted", "reviewed", "draft", "void"])
        vouchers.append(
            Voucher(date=day, word="记", number=number, status=status, lines=(main, counter))
        )
    opening = pl.DataFrame(
        {
            "year": [2024] * 3,
            "period": [11] * 3,
            "account": ["1122", "1122.01", "1122.01"],
            "aux_customer": [None, None, "0001"],
            "opening": [Decimal(500)] * 3,
        },
        schema_overrides={"opening": schema.AMOUNT},
    )
    return Books.from_vouchers(vouchers, tables={"balances": opening})
