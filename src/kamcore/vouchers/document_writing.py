"""Write vouchers with their entries as XML, a stretch of vouchers at a time.

An adapter gives the leaves of heads and of entries, over whole columns; texts of the size of the
file exist only for the stretch that is being written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl

from kamcore.books import Books, schema
from kamcore.markup.element_writing import Leaf, record, sliced

__all__ = [
    "Out",
    "by_line",
    "figure",
    "item_lines",
    "money",
    "on_credit",
    "over",
    "plain",
    "verbatim",
    "where",
    "write_vouchers",
]

_STRETCH = 20_000
"""Entries written at a time; a voucher is never cut."""
_CENTS = pl.Decimal(18, 2)

Part = Leaf | pl.Series | str


@attrs.frozen(kw_only=True)
class Out:
    """A document to write: what stands around the vouchers, and its bytes.

    `head` and `entry` are the parts of a voucher's head and of an entry; `middle` and `close` the
    lines after the head and after the entries of each voucher.
    """

    start: str
    end: str
    encoding: str
    head: Sequence[Part]
    head_indent: str
    entry: Sequence[Part]
    entry_indent: str
    middle: str
    close: str


def write_vouchers(books: Books, target: Path, out: Out) -> None:
    """Write the vouchers of books whose lines stand in the order of their vouchers.

    Characters that the encoding lacks become character references, which any parser reads back.
    """
    heads, lines = books.vouchers, books.lines
    sizes = lines.group_by("voucher_id").len()
    counts = (
        heads.select("voucher_id")
        .join(sizes, on="voucher_id", how="left", maintain_order="left")
        .select(pl.col("len").fill_null(0).cast(schema.INTEGER))
        .to_series()
    )
    ends = counts.cum_sum()
    with target.open("wb") as stream:
        stream.write(_bytes(out.start, out.encoding))
        voucher = line = 0
        while voucher < heads.height:
            wanted = (ends[voucher - 1] if voucher else 0) + _STRETCH
            until = max(int(ends.search_sorted(wanted, side="right")), voucher + 1)
            stop = int(ends[until - 1])
            text = _stretch(out, (voucher, until - voucher), (line, stop - line), counts)
            stream.write(_bytes(text, out.encoding))
            voucher, line = until, stop
        stream.write(_bytes(out.end, out.encoding))


def _stretch(out: Out, heads: tuple[int, int], lines: tuple[int, int], counts: pl.Series) -> str:
    count = counts.slice(*heads)
    head = record(sliced(out.head, *heads), heads[1], out.head_indent)
    entry = record(sliced(out.entry, *lines), lines[1], out.entry_indent)
    owner = pl.select(pl.int_range(heads[1]).repeat_by(pl.lit(count))).to_series().explode()
    bodies = (
        pl.DataFrame({"owner": owner.drop_nulls(), "entry": entry})
        .group_by("owner", maintain_order=True)
        .agg(pl.col("entry").str.join(""))
    )
    whole = (
        pl.DataFrame({"head": head})
        .with_row_index("owner")
        .with_columns(pl.col("owner").cast(pl.Int64))
    )
    joined = whole.join(bodies, on="owner", how="left", maintain_order="left")
    text = pl.concat_str(
        "head", pl.lit(out.middle), pl.col("entry").fill_null(""), pl.lit(out.close)
    )
    return str(joined.select(text.str.join("")).item())


def _bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "xmlcharrefreplace")


def plain(values: pl.Series) -> pl.Series:
    """Texts, whole numbers and dates as text."""
    return values.cast(schema.TEXT)


def money(values: pl.Series) -> pl.Series:
    """Amounts with two decimals, with more where they have more."""
    short = values.cast(_CENTS)
    exact = short.cast(schema.AMOUNT) == values
    return pl.select(
        pl.when(exact).then(short.cast(schema.TEXT)).otherwise(figure(values))
    ).to_series()


def figure(values: pl.Series) -> pl.Series:
    """Decimals without trailing zeros."""
    texts = values.cast(schema.TEXT)
    return texts.str.strip_chars_end("0").str.strip_chars_end(".")


def verbatim(books: Books, table: str, field: str) -> pl.Series | None:
    """The texts kept for a field, by row of the table; None where there are none."""
    kept = books.extras.filter(table=table, field=field)
    if not kept.height:
        return None
    blank = pl.repeat(None, books.tables[table].height, dtype=schema.TEXT, eager=True)
    return blank.scatter(kept["row_id"], kept["value"])


def over(kept: pl.Series | str | None, usual: pl.Series | str | None) -> pl.Series | str | None:
    """What was kept, and where nothing was kept what is usual."""
    if kept is None:
        return usual
    if usual is None or isinstance(kept, str):
        return kept
    other = pl.lit(usual) if isinstance(usual, str) else usual
    return pl.select(pl.coalesce(kept, other)).to_series()


def on_credit(lines: pl.DataFrame) -> pl.Series:
    """True for lines whose amount stands on the credit side."""
    credit, debit = pl.col("credit"), pl.col("debit")
    used = (credit != 0).fill_null(value=False) & (debit == 0).fill_null(value=True)
    return lines.select(used).to_series()


def where(marks: pl.Series, values: pl.Series) -> pl.Series:
    """The values of the marked rows, null elsewhere."""
    return pl.select(pl.when(marks).then(values)).to_series()


def item_lines(items: Mapping[str, pl.Series], template: tuple[str, str, str]) -> pl.Series:
    """Lines of XML for items of each row: one for every key whose value is said.

    `template` is what stands before the key, between key and value, and after the value; keys
    are escaped by the caller.
    """
    before, between, after = template
    parts = [
        pl.concat_str(pl.lit(f"{before}{key}{between}"), pl.lit(values), pl.lit(after))
        for key, values in items.items()
    ]
    joined = pl.concat_str(parts, ignore_nulls=True)
    return pl.select(pl.when(joined != "").then(joined)).to_series()


def by_line(lines: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Texts of `rows` (``voucher_id``, ``line_no``, ``text``), joined by their line."""
    joined = rows.group_by("voucher_id", "line_no", maintain_order=True).agg(
        pl.col("text").str.join("")
    )
    return (
        lines.select("voucher_id", "line_no")
        .join(joined, on=["voucher_id", "line_no"], how="left", maintain_order="left")
        .get_column("text")
    )
