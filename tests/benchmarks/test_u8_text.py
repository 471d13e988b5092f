"""Speed of U8 voucher text, as ratios within one run.

Processor time is compared, not time on the clock: it hardly depends on what else runs.
"""

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from kamcore.adapters.yonyou_u8_text import FORMAT, layout
from kamcore.format import Source
from kamcore.grid.text import decode_bytes

pytestmark = pytest.mark.benchmark

VOUCHERS = 100_000
TAIL = ",".join(layout.TAIL)
ROUNDS = 3


def file_of(vouchers: int) -> bytes:
    """A file of three lines a voucher."""
    parts = ["填制凭证,V800\r\n"]
    for number in range(vouchers):
        head = f"2025-{number % 12 + 1:02}-15,{'收付转'[number % 3]},{number},{number % 4},"
        one, two = f"{number % 9973}.17", f"{number % 97}.40"
        total = f"{number % 9973 + number % 97}.57"
        made, text = ",制单样甲,,,,", f"销售产品给样例{number % 5003}"
        rows = (
            f"{text},112201,{total},0,0,0,0{made}03,,{number % 800:04},,,,",
            f"{text},600101,0,{one},12.5,0,0{made}03,,,,,P01,",
            f"销项税,22210102,0,{two},0,0,0{made},,,,,,",
        )
        parts.extend(f"{head}{row}{TAIL}\r\n" for row in rows)
    return "".join(parts).encode("gbk")


def processor(work: Callable[[], object]) -> float:
    """The least processor seconds of a few rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def test_decoding_takes_little_more_than_the_codec() -> None:
    data = file_of(VOUCHERS)
    codec = processor(lambda: data.decode("gb18030"))
    ours = processor(lambda: decode_bytes(data))
    print(f"decode {len(data) / 1e6:.0f} MB: codec {codec:.2f} s, ours {ours:.2f} s")
    assert ours < 1.8 * codec


def test_reading_and_writing_keep_up_with_the_parser(tmp_path: Path) -> None:
    data = file_of(VOUCHERS)
    text = decode_bytes(data).text
    plain = text.encode()

    def parse() -> pl.DataFrame:
        return pl.read_csv(
            plain, has_header=False, skip_rows=1, quote_char=None, infer_schema=False
        )

    lines = parse().height
    books = FORMAT.read(Source(data=data), {}).books
    assert books.lines.height == lines
    target = tmp_path / "a.txt"
    bare = processor(parse)
    decoding = processor(lambda: decode_bytes(data))
    reading = processor(lambda: FORMAT.read(Source(data=data), {}))
    writing = processor(lambda: FORMAT.write(books, target))
    assert target.read_bytes() == data
    print(
        f"{lines} lines: parse {bare:.2f} s, decode {decoding:.2f} s, read {reading:.2f} s "
        f"({lines / reading:,.0f}/s), write {writing:.2f} s ({lines / writing:,.0f}/s)"
    )
    assert reading - decoding < 4 * bare
    assert writing < 4 * bare
