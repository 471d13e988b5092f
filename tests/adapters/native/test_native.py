"""What is written is read back equal; what was tampered with is refused with a code."""

import datetime as dt
import json
from decimal import Decimal

import polars as pl
import pytest

from kamcore.adapters.native import FORMAT
from kamcore.books import Books, schema
from kamcore.errors import SourceError
from kamcore.format import Certainty, Head, Source
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.model.voucher import Line, Voucher

HEADER = '{"format":"kamcore","version":1}\n'
HOSTILE = 'a"b\\c\n\r\t\x00\x7f\u2028\u202e😀,{"row":"lines"}=1+1０１'


def full():
    line = Line(
        account="1122.01",
        summary=HOSTILE,
        debit=Decimal("-12345678901234.5678"),
        currency="USD",
        fx_debit=Decimal("0.0001"),
        rate=Decimal("7.1234567891"),
        quantity=Decimal("123456789012345678.0000000001"),
        due_date=dt.date(2025, 12, 31),
        aux={"customer": "00012", '车"间': " ", "project": ""},
    )
    books = Books.from_vouchers(
        [
            Voucher(date=dt.date(2025, 1, 31), word="记", number=1, lines=(line, line)),
            Voucher(date=None),
        ],
        entity=Entity(
            name="岚桥商贸",
            base_currency="",
            scheme=CodeScheme((4, 3), "."),
            first_period=(2025, 1),
        ),
    )
    return books.replace(
        accounts=pl.DataFrame({"code": ["1122.01"], "is_leaf": [True], "level": [2]}),
        dimensions=pl.DataFrame(
            {"id": ["project", "customer", '车"间'], "label": ["项目", "客户", "车间"]}
        ),
        balances=pl.DataFrame(
            schema={"year": pl.Int64, "period": pl.Int64, "account": pl.String, "aux_x": pl.String}
        ),
        extras=pl.DataFrame(
            {"table": ["lines"], "row_id": [0], "field": ["自定义项1"], "value": ["null"]}
        ),
    )


@pytest.fixture(params=["books.jsonl", "books.kam", "folder"])
def target(request, tmp_path):
    return tmp_path / request.param


def read(path):
    return FORMAT.read(Source(path), {})


def refused(text):
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(data=data, name="a.jsonl"), {})
    return caught.value


@pytest.mark.parametrize("books", [Books(), full()], ids=["empty", "full"])
def test_read_of_write_is_equal(books, target):
    report = FORMAT.write(books, target, allow_loss=False)
    reading = read(target)
    assert not report.losses
    assert reading.books == books
    assert reading.problems == ()
    assert reading.books.dimension_ids == books.dimension_ids
    assert reading.books.balances.columns == books.balances.columns


def test_writing_is_repeatable(target, tmp_path):
    FORMAT.write(full(), target)
    again = tmp_path / f"again{target.suffix}"
    FORMAT.write(full(), again)
    if target.is_dir():
        for path in target.iterdir():
            assert path.read_bytes() == (again / path.name).read_bytes()
    else:
        assert target.read_bytes() == again.read_bytes()


def test_lines_are_readable(tmp_path):
    FORMAT.write(full(), tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").split("\n")
    assert json.loads(lines[0]) == {
        "format": "kamcore",
        "version": 1,
        "entity": {
            "name": "岚桥商贸",
            "base_currency": "",
            "scheme": {"lengths": [4, 3], "separator": "."},
            "first_period": [2025, 1],
        },
        "tables": {
            "accounts": {"rows": 1},
            "dimensions": {"rows": 3},
            "vouchers": {"rows": 2},
            "lines": {"rows": 2, "dimensions": ["customer", "project", '车"间']},
            "balances": {"rows": 0, "dimensions": ["x"]},
            "extras": {"rows": 1},
        },
    }
    assert lines[1] == '{"row":"accounts","code":"1122.01","level":2,"is_leaf":true}'
    assert '"debit":"-12345678901234.5678","credit":"0.00"' in next(
        line for line in lines if line.startswith('{"row":"lines"')
    )


def test_rows_know_their_line(tmp_path):
    FORMAT.write(full(), tmp_path / "a.jsonl")
    books = read(tmp_path / "a.jsonl").books
    assert books.vouchers["source_row"].to_list() == [6, 7]
    assert books.origin.by == "line"


def test_rows_written_by_hand_are_read_strictly_and_in_order():
    text = (
        HEADER + '{"row":"members","dimension":"customer","code":"1"}\n'
        ' {"code": "2", "dimension": "customer", "row": "members", "name": null}\r\n'
        "\n"
        '{"row":"members","dimension":"customer","code":"3"}\n'
        '{"row":"lines","voucher_id":1,"line_no":1,"split_no":1,"debit":"1","aux_new":"x"}'
    )
    reading = FORMAT.read(Source(data=text.encode(), name="a.jsonl"), {})
    assert reading.books.members["code"].to_list() == ["1", "2", "3"]
    assert reading.books.lines["debit"].to_list() == [Decimal(1)]
    assert reading.books.dimension_ids == ("new",)
    assert reading.problems == ()


def test_an_unknown_field_is_a_problem_not_a_loss_in_silence():
    text = HEADER + '{"row":"accounts","code":"1001","colour":1.5}\n'
    reading = FORMAT.read(Source(data=text.encode(), name="a.jsonl"), {})
    assert reading.books.accounts["code"].to_list() == ["1001"]
    (problem,) = reading.problems
    assert problem.text("en") == (
        "a.jsonl: line 2, accounts.colour: "
        "N1007 table accounts has no column 'colour'; passed over: 1.5"
    )
    assert problem.message("zh") == "表 accounts 没有列「colour」, 已略过: 1.5"


LINE = '{"row":"lines","voucher_id":1,"line_no":1,"split_no":1'


@pytest.mark.parametrize(
    ("row", "code", "path"),
    [
        (LINE + ',"debit":1.5}', "N1005", "lines.debit"),
        (LINE + ',"debit":1e400}', "N1005", "lines.debit"),
        (LINE + ',"debit":NaN}', "N1005", "lines.debit"),
        (LINE + ',"debit":-Infinity}', "N1005", "lines.debit"),
        (LINE + ',"debit":1}', "N1008", "lines.debit"),
        (LINE + ',"debit":"1.00005"}', "N1008", "lines.debit"),
        (LINE + ',"debit":"1e3"}', "N1008", "lines.debit"),
        (LINE + ',"debit":"１"}', "N1008", "lines.debit"),
        (LINE + ',"debit":"123456789012345"}', "N1008", "lines.debit"),
        (LINE + ',"account":1122}', "N1008", "lines.account"),
        (LINE + ',"account":["1122"]}', "N1008", "lines.account"),
        (LINE + ',"account":"\\ud800"}', "N1008", "lines.account"),
        (LINE + ',"date":"2025-02-30"}', "N1008", "lines.date"),
        (LINE + ',"date":"2025-2-3"}', "N1008", "lines.date"),
        (LINE + ',"year":true}', "N1008", "lines.year"),
        (LINE + ',"year":2025.0}', "N1008", "lines.year"),
        (LINE + ',"year":99999999999999999999}', "N1008", "lines.year"),
        (LINE + ',"source_row":1,"year":"x"}', "N1008", "lines.year"),
        ('{"row":"accounts","code":"1","is_leaf":1}', "N1008", "accounts.is_leaf"),
        ('{"row":"accounts","name":"x"}', "N1006", "accounts.code"),
        ('{"row":"accounts","code":null}', "N1006", "accounts.code"),
        ('{"row":"accounts"}', "N1006", "accounts.code"),
        ('{"row":"sheep"}', "N1009", "row"),
        ('{"code":"1"}', "N1009", "row"),
        ('{"row":["lines"]}', "N1009", "row"),
        ('{"row":"accounts","code":"1","code":"2"}', "N1004", None),
        ('{"row":"accounts","row":"accounts","code":"1"}', "N1004", None),
        ('{"row":"accounts","code":"1"', "N1003", None),
        ('{"row":"accounts","code":"1"} x', "N1003", None),
        ("[1]", "N1008", None),
        ('{"row":"accounts","code":' + "[" * 100_000, "N1012", None),
        ('{"row":' + '{"a":' * 100_000 + "1" + "}" * 100_001, "N1012", None),
    ],
)
def test_hostile_rows_are_refused_with_line_and_path(row, code, path):
    error = refused(HEADER + '{"row":"accounts","code":"0"}\n' + row + "\n")
    assert (error.code, error.place.line, error.place.path) == (code, 3, path)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "N1001"),
        ("hello", "N1001"),
        ("[]", "N1001"),
        ("{}", "N1001"),
        ('{"format":"kamcore"', "N1001"),
        ('{"format":"kamcore","format":"kamcore","version":1}', "N1001"),
        ('{"format":"kamcore"}', "N1002"),
        ('{"format":"kamcore","version":2}', "N1002"),
        ('{"format":"kamcore","version":true}', "N1002"),
        ('{"format":"kamcore","version":1,"owner":"x"}', "N1008"),
        ('{"format":"kamcore","version":1,"entity":[]}', "N1008"),
        ('{"format":"kamcore","version":1,"entity":{"name":1}}', "N1008"),
        ('{"format":"kamcore","version":1,"entity":{"nickname":"x"}}', "N1008"),
        ('{"format":"kamcore","version":1,"entity":{"first_period":[2025]}}', "N1008"),
        ('{"format":"kamcore","version":1,"entity":{"scheme":{"lengths":[0]}}}', "N1008"),
        ('{"format":"kamcore","version":1,"tables":{"sheep":{}}}', "N1009"),
        ('{"format":"kamcore","version":1,"tables":{"lines":{"rows":-1}}}', "N1008"),
        ('{"format":"kamcore","version":1,"tables":{"lines":{"dimensions":[1]}}}', "N1008"),
        ('{"format":"kamcore","version":1,"tables":{"accounts":{"dimensions":["a"]}}}', "N1008"),
        ('{"format":"kamcore","version":1,"tables":{"lines":{"rows":1}}}', "N1010"),
    ],
)
def test_hostile_headers_are_refused(header, code):
    assert refused(header + "\n").code == code


def test_all_that_is_wrong_is_listed():
    error = refused(HEADER + '{"row":"accounts","code":1}\n' * 3)
    assert [problem.place.line for problem in (error.problem, *error.problems)] == [2, 3, 4]


def test_bytes_that_are_not_utf8_are_refused():
    error = refused(HEADER.encode() + b'{"row":"accounts","code":"\xc4\xe3"}\n')
    assert (error.code, error.place.line) == ("N1011", 2)


def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path):
    FORMAT.write(full(), tmp_path / "a.jsonl")
    content = (tmp_path / "a.jsonl").read_bytes()
    for end in range(0, len(content) - 1, 7):
        assert refused(content[:end]).place.line


@pytest.fixture
def folder(tmp_path):
    FORMAT.write(full(), tmp_path / "a.books")
    return tmp_path / "a.books"


def refused_folder(folder):
    with pytest.raises(SourceError) as caught:
        read(folder)
    return caught.value.code, caught.value.place.path


def test_a_changed_file_is_refused(folder):
    path = folder / "lines.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    assert refused_folder(folder) == ("N1014", "lines.parquet")


def test_a_missing_file_is_refused(folder):
    (folder / "lines.parquet").unlink()
    assert refused_folder(folder) == ("N1013", "lines.parquet")


def test_a_missing_manifest_is_refused(folder):
    (folder / "manifest.json").unlink()
    assert refused_folder(folder) == ("N1013", "manifest.json")


def _exchange(folder, name, content):
    """Put another content under a name, with the hash it has."""
    import hashlib

    (folder / name).write_bytes(content)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    told = manifest["tables"][name.removesuffix(".parquet")]
    told["sha256"] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(manifest), "utf-8")


def test_a_table_under_a_wrong_name_is_refused(folder):
    _exchange(folder, "lines.parquet", (folder / "vouchers.parquet").read_bytes())
    assert refused_folder(folder) == ("N1015", "lines.parquet")


def test_a_file_that_is_no_parquet_is_refused(folder):
    _exchange(folder, "lines.parquet", b"PAR1 and no more PAR1")
    assert refused_folder(folder) == ("N1015", "lines.parquet")


def test_floats_in_a_table_are_refused(folder, tmp_path):
    lines = pl.read_parquet(folder / "lines.parquet")
    lines.with_columns(pl.col("debit").cast(pl.Float64)).write_parquet(tmp_path / "x")
    _exchange(folder, "lines.parquet", (tmp_path / "x").read_bytes())
    assert refused_folder(folder) == ("N1015", "lines.parquet")


def test_a_blank_where_a_value_is_required_is_refused(folder, tmp_path):
    frame = pl.read_parquet(folder / "accounts.parquet")
    frame.with_columns(code=pl.lit(None, dtype=pl.String)).write_parquet(tmp_path / "x")
    _exchange(folder, "accounts.parquet", (tmp_path / "x").read_bytes())
    assert refused_folder(folder) == ("N1006", "accounts.code")


def test_own_files_are_recognised(tmp_path):
    FORMAT.write(full(), tmp_path / "a.jsonl")
    start = (tmp_path / "a.jsonl").read_bytes()
    assert FORMAT.sniff(Head(name="x", start=start)).certainty is Certainty.SURE
    FORMAT.write(full(), tmp_path / "f")
    parts = tuple(path.name for path in (tmp_path / "f").iterdir())
    assert FORMAT.sniff(Head(name="f", parts=parts)).certainty is Certainty.SURE
    assert FORMAT.sniff(Head(name="a.jsonl", start=b"{}")).certainty is Certainty.NO


def test_every_fact_is_read_and_written():
    assert FORMAT.reads == FORMAT.writes
    assert {fact.table for fact in FORMAT.reads} == set(schema.TABLES)


@pytest.mark.parametrize("start", [b"\x1f\x8b\x08", b"x\x9c", b"\x28\xb5\x2f\xfd"])
def test_packed_bytes_are_no_text_and_are_not_unpacked(start):
    with pytest.raises(SourceError) as caught:
        FORMAT.read(Source(data=start + bytes(20), name="a.jsonl"), {})
    assert caught.value.place.line == 1
