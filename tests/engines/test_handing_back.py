"""What was computed on one machine goes back into the engine the question came from."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from kamcore.ledger.engine import open_frames

FOUND = pl.DataFrame(
    {
        "id": [1, 2, 3],
        "party": ["0001", None, "客户3"],
        "amount": [Decimal("-12345678901234567890.1234"), None, Decimal("0.0001")],
        "date": [dt.date(2025, 3, 31), None, dt.date(1999, 1, 1)],
        "certain": [True, None, False],
    },
    schema_overrides={"id": pl.UInt32, "amount": pl.Decimal(38, 4)},
)


def test_a_computed_frame_comes_back_in_the_callers_kind(engine, books) -> None:
    frames = open_frames(engine.tables(books))
    engine.same(frames.hand_back(FOUND), FOUND)
    engine.same(frames.hand_back(FOUND.clear()), FOUND.clear())


def test_arrow_comes_back_as_arrow() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    found = open_frames(pyarrow.table({"account": ["1122"]})).hand_back(FOUND)
    assert isinstance(found, pyarrow.Table)
    assert pl.DataFrame(found).equals(FOUND)


def test_a_relation_joins_with_the_tables_of_its_connection() -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.execute("create table lines as select '0001' party, 5::decimal(18, 4) debit")
    frames = open_frames(connection.table("lines"))
    found = frames.hand_back(FOUND)
    del frames
    joined = found.set_alias("a").join(connection.table("lines").set_alias("b"), "a.party=b.party")
    assert joined.select("id, amount, debit").fetchall() == [
        (1, FOUND["amount"][0], Decimal("5.0000"))
    ]
    assert connection.execute("show tables").fetchall() == [("lines",)]


def test_a_relation_of_a_million_rows_is_no_matter_of_rows() -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    many = pl.DataFrame({"id": pl.int_range(1_000_000, eager=True)})
    many = many.with_columns(amount=pl.col("id").cast(pl.Decimal(18, 4)))
    found = open_frames(duckdb.connect().sql("select 1 id")).hand_back(many)
    assert found.sum("amount").fetchall() == [(Decimal(499999500000),)]


@pytest.mark.spark
def test_a_spark_frame_joins_with_the_tables_of_its_session(spark) -> None:
    lines = spark.createDataFrame([("0001", 5)], "party string, debit long")
    found = open_frames(lines).hand_back(FOUND)
    assert found.schema["amount"].dataType.simpleString() == "decimal(38,4)"
    rows = found.join(lines, on="party").select("id", "amount", "debit").collect()
    assert [tuple(row) for row in rows] == [(1, FOUND["amount"][0], 5)]
