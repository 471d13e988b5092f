"""Read U8 voucher text into books.

A voucher is the lines with the same date, word and number; they stand together.  A figure of 0 in
quantity, foreign amount or rate means none, except a foreign amount of 0 beside a rate: that is a
revaluation.  The period is that of the date, unless a longer line names its month.
"""

from collections.abc import Callable, Iterator

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_text import layout
from kamcore.adapters.yonyou_u8_text.rows import Rows, is_tidy, read_rows
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity, SourceError, UsageError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.amount import read_amounts, read_rates
from kamcore.grid.date import read_dates
from kamcore.grid.number import read_integers
from kamcore.grid.parsed import Parsed
from kamcore.grid.refusal import EMPTY_FILE
from kamcore.grid.sheet import Grid
from kamcore.grid.text import decode
from kamcore.grid.words import read_codes, read_texts
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.place import Place

STANDS_APART = Fault(
    code="Y1011",
    zh="凭证 {value} 的分录不连续: 此行属于该凭证, 却与其他分录隔开",
    en="voucher {value}: this line belongs to it but stands apart from its other lines",
    hint_zh="已并入该凭证; 总账工具要求同一凭证的分录相邻, 引入前请把它们排在一起",
    hint_en="it was put with them; the tool wants the lines of a voucher side by side",
)
HEAD_DIFFERS = Fault(
    code="Y1012",
    severity=Severity.WARNING,
    zh="凭证 {voucher} 各行的{column}不一致: 首行是「{kept}」, 此行是「{value}」, 以首行为准",
    en="voucher {voucher}: this line says {value!r}, the first line {kept!r}; the first counts",
)
NUMBER_IS_TEXT = Fault(
    code="Y1013",
    severity=Severity.WARNING,
    zh="业务号「{value}」不是数字, 按原文保留, 凭证号留空",
    en="the number {value!r} is no figure: kept as it is, the voucher has no number",
)
BAD_SCHEME = Fault(
    code="Y1014",
    zh="选项 scheme「{value}」不是科目级次, 应如 4-2-2",
    en="option scheme: {value!r} is not a code scheme such as 4-2-2",
)

_KEY = ("制单日期", "凭证类别字", "业务号")
_SHARED = {"附单据数": "attachments", "制单人": "preparer"}
_MONTHS = 12


def read_books(source: Source, options: Options) -> Reading:
    """Read a voucher text.

    Raises:
        SourceError: the file is empty, its bytes are no text, or it has no state line.
        UsageError: option ``scheme`` is no code scheme.
    """
    decoded = decode(source, layout.LIMITS.encoding or "")
    if not decoded.text.strip():
        raise SourceError(EMPTY_FILE.at(Place(file=source.name)))
    rows = read_rows(decoded.text, source.name)
    reader = _Reader(rows.grid, is_tidy(decoded.text))
    values = reader.values()
    order = _vouchers(rows.grid)
    lines = _lines(values, order, rows.grid.rows)
    heads, said = _heads(rows.grid, values, order)
    named = _named(reader.problems, rows.grid, order, heads)
    problems = (*rows.problems, *named, *said, *_apart(rows.grid, order, heads))
    wide = f"/{rows.usual}" if rows.usual > layout.FULL else ""
    entity = Entity(
        scheme=_scheme(lines, options), system=layout.SYSTEM, system_version=rows.version + wide
    )
    tables = {
        "vouchers": heads.drop("_raw"),
        "lines": lines,
        "extras": _extras(rows, heads, values),
        **_masters(lines),
    }
    return Reading(
        books=Books(entity, tables, rows.grid.origin),
        problems=(*decoded.problems, *sorted(problems, key=lambda one: one.place.line or 0)),
        detected=Detected(
            encoding=decoded.encoding,
            facts={"state": rows.state, "version": rows.version, "fields": str(rows.usual)},
        ),
    )


@attrs.define
class _Reader:
    """Reads the columns of a grid and gathers what was odd."""

    grid: Grid
    is_tidy: bool
    """True when no field begins or ends with a blank, so that texts need no trimming."""
    problems: list[Problem] = attrs.field(factory=list)

    def values(self) -> pl.DataFrame:
        """Every field as a typed column named as the books name it, figures not yet settled."""
        days = ("制单日期", "票号发生日期")
        figures = ("金额借方", "金额贷方", "外币")
        rates = ("数量", "汇率", f"field_{layout.PRICE}")
        texts = ("凭证类别字", "摘要", "制单人", "结算方式", "票号", "业务员")
        codes = ("科目编码", "部门编码", "个人编码", "客户编码", "供应商编码", "项目编码")
        named = {
            **{name: self._of(read_dates(self.grid, name, short_years=True)) for name in days},
            **{name: self._of(read_amounts(self.grid, name)) for name in figures},
            **{name: self._of(read_rates(self.grid, name)) for name in rates},
            **{name: self._text(name, read_texts) for name in texts},
            **{name: self._text(name, read_codes) for name in codes},
            "附单据数": self._of(read_integers(self.grid, "附单据数")),
            "业务号": self.grid.column("业务号"),
            "month": self.grid.column(f"field_{layout.MONTH}"),
        }
        facts = {
            field.caption: field.fact.partition(".")[2] for field in layout.FIELDS if field.fact
        }
        facts |= {"外币": "fx", f"field_{layout.PRICE}": "unit_price"}
        columns = [column.alias(facts.get(name, name)) for name, column in named.items()]
        return pl.DataFrame(columns).with_columns(_month())

    def _text(self, name: str, read: Callable[[Grid, str], Parsed]) -> pl.Series:
        return self.grid.column(name) if self.is_tidy else self._of(read(self.grid, name))

    def _of(self, parsed: Parsed) -> pl.Series:
        self.problems.extend(parsed.problems)
        return parsed.values


def _month() -> pl.Expr:
    """The month a longer line names; null where it names none."""
    month = pl.col("month").str.strip_chars().cast(schema.INTEGER, strict=False)
    return pl.when(month.is_between(1, _MONTHS)).then(month).alias("month")


def _vouchers(grid: Grid) -> pl.DataFrame:
    """For each line: its voucher, its number there, and whether it opens a run that stands apart.

    Vouchers are numbered in the order of their first lines.
    """
    keys = grid.frame.select(_KEY)
    opens = keys.select(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in _KEY)
        | (pl.int_range(pl.len()) == 0)
    ).to_series()
    runs = opens.cum_sum().cast(pl.UInt32) - 1
    starts = opens.arg_true()
    first = keys[starts]
    known = first.unique(_KEY, maintain_order=True).select(
        *_KEY, voucher_id=pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER)
    )
    if first.height == known.height:
        ids = (runs.cast(schema.INTEGER) + 1).alias("voucher_id")
        rows = pl.int_range(keys.height, dtype=schema.INTEGER, eager=True)
        order = rows - starts.cast(schema.INTEGER).gather(runs) + 1
        return pl.DataFrame([ids, order.alias("line_no")]).with_columns(apart=pl.lit(value=False))
    found = first.join(known, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    ids = found["voucher_id"].gather(runs)
    apart = (opens & ~ids.is_first_distinct()).alias("apart")
    return pl.DataFrame([ids, apart]).with_columns(
        line_no=pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER).over("voucher_id")
    )


def _lines(values: pl.DataFrame, order: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """The table ``lines``: sides, foreign amounts and blanks settled."""
    debit, credit = pl.col("debit"), pl.col("credit")
    on_credit = (credit != 0).fill_null(value=False) & (debit == 0).fill_null(value=True)
    has_fx = (pl.col("fx") != 0) | (pl.col("rate") != 0)
    fx = pl.when(has_fx).then(pl.col("fx"))
    zero = pl.when(fx.is_not_null()).then(pl.lit(0, dtype=schema.AMOUNT))
    date = pl.col("date")
    settled = values.select(
        date,
        date.dt.year().cast(schema.INTEGER).alias("year"),
        pl.coalesce("month", date.dt.month().cast(schema.INTEGER)).alias("period"),
        *(name for name in ("account", *layout.LINE_TEXTS, "settlement_date")),
        *(_side(one, other) for one, other in (("debit", "credit"), ("credit", "debit"))),
        pl.when(on_credit).then(zero).otherwise(fx).alias("fx_debit"),
        pl.when(on_credit).then(fx).otherwise(zero).alias("fx_credit"),
        *(
            pl.when(pl.col(name) != 0).then(pl.col(name)).alias(name)
            for name in ("rate", "quantity", "unit_price")
        ),
        *(name for name in layout.CODES[1:] if values[name].null_count() < values.height),
    )
    return settled.with_columns(
        order["voucher_id"],
        order["line_no"],
        pl.lit(1, dtype=schema.INTEGER).alias("split_no"),
        numbers.alias("source_row"),
    )


def _side(name: str, other: str) -> pl.Expr:
    """An amount; 0 on the blank side of a line whose other side is filled."""
    zero = pl.when(pl.col(other).is_not_null()).then(pl.lit(0, dtype=schema.AMOUNT))
    return pl.coalesce(name, zero).alias(name)


def _heads(
    grid: Grid, values: pl.DataFrame, order: pl.DataFrame
) -> tuple[pl.DataFrame, list[Problem]]:
    """The table ``vouchers`` from the first line of each, and what its other lines say else."""
    date = pl.col("date")
    raw = pl.col("number")
    number = pl.when(raw.str.contains(r"^-?[0-9]{1,18}$")).then(raw)
    first = values.with_columns(order["voucher_id"], grid.rows.alias("source_row")).unique(
        "voucher_id", keep="first", maintain_order=True
    )
    heads = first.select(
        "voucher_id",
        date.dt.year().cast(schema.INTEGER).alias("year"),
        pl.coalesce("month", date.dt.month().cast(schema.INTEGER)).alias("period"),
        "date",
        "word",
        number.cast(schema.INTEGER, strict=False),
        "attachments",
        "preparer",
        "source_row",
        raw.alias("_raw"),
    )
    odd = heads.filter(pl.col("_raw").is_not_null() & pl.col("number").is_null())
    problems = [
        NUMBER_IS_TEXT.at(grid.origin.place(line, "vouchers.number"), text)
        for line, text in odd.select("source_row", "_raw").iter_rows()
    ]
    return heads, [*problems, *_differing(grid, values, order, heads)]


def _differing(
    grid: Grid, values: pl.DataFrame, order: pl.DataFrame, heads: pl.DataFrame
) -> Iterator[Problem]:
    rows = (order["voucher_id"] - 1).cast(pl.UInt32)
    for caption, name in _SHARED.items():
        kept = heads[name].gather(rows)
        for index in (values[name].ne_missing(kept)).arg_true():
            voucher = _voucher(heads, int(rows[index]))
            place = attrs.evolve(grid.place(index, caption), voucher=voucher)
            said, first = values[name][index], kept[index]
            yield HEAD_DIFFERS.at(
                place,
                "" if said is None else said,
                kept="" if first is None else first,
                voucher=voucher,
                column=caption,
            )


def _apart(grid: Grid, order: pl.DataFrame, heads: pl.DataFrame) -> Iterator[Problem]:
    for index in order["apart"].arg_true():
        voucher = _voucher(heads, order["voucher_id"][index] - 1)
        yield STANDS_APART.at(attrs.evolve(grid.place(index), voucher=voucher), voucher)


def _named(
    problems: list[Problem], grid: Grid, order: pl.DataFrame, heads: pl.DataFrame
) -> Iterator[Problem]:
    """The problems with the voucher each belongs to."""
    for problem in problems:
        index = grid.rows.search_sorted(problem.place.line or 0)
        voucher = _voucher(heads, order["voucher_id"][index] - 1)
        yield attrs.evolve(problem, place=attrs.evolve(problem.place, voucher=voucher))


def _voucher(heads: pl.DataFrame, row: int) -> str:
    head = heads.row(row, named=True)
    period = f"{head['year']}-{head['period']:02} " if head["year"] else ""
    return f"{period}{head['word'] or ''}-{head['_raw'] or ''}"


def _extras(rows: Rows, heads: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Fields without a place in the model, where they say something."""
    frame = rows.grid.frame.with_row_index("row_id")
    found = []
    for position in rows.beyond:
        name = f"field_{position}"
        usual = layout.TAIL[position - layout.USED - 1] if position <= layout.FULL else ""
        told = pl.col(name).is_not_null() & (pl.col(name) != usual)
        if position == layout.PRICE or frame[name].null_count() == frame.height:
            continue
        if position == layout.MONTH:
            told &= pl.lit(values["month"].is_null())
        found.append(_kept(frame.filter(told), "lines", name, name))
    number = pl.col("number").cast(schema.TEXT)
    spelled = heads.with_row_index("row_id").filter(pl.col("_raw").ne_missing(number))
    found.append(
        _kept(spelled.filter(pl.col("_raw").is_not_null()), "vouchers", "field_3", "_raw")
    )
    return pl.concat(found).sort("table", "row_id", maintain_order=True)


def _kept(frame: pl.DataFrame, table: str, field: str, column: str) -> pl.DataFrame:
    return frame.select(
        table=pl.lit(table),
        row_id=pl.col("row_id").cast(schema.INTEGER),
        field=pl.lit(field),
        value=pl.col(column),
    )


def _scheme(lines: pl.DataFrame, options: Options) -> CodeScheme | None:
    if text := options.get("scheme"):
        try:
            return CodeScheme.parse(text)
        except ValueError:
            raise UsageError(BAD_SCHEME.at(Place(), text)) from None
    codes = lines["account"].drop_nulls().unique().sort().to_list()
    return CodeScheme.detect(codes) if codes else None


def _masters(lines: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Accounts, dimensions and members as far as the lines name them: codes without names."""
    used = [name for name in layout.LABELS if f"{schema.AUX}{name}" in lines.columns]
    labels = [layout.LABELS[name] for name in used]
    members = [_codes(lines, name) for name in used]
    return {
        "accounts": lines.select(code="account").drop_nulls().unique(maintain_order=True),
        "dimensions": pl.DataFrame(
            {"id": used, "label": labels}, schema={"id": schema.TEXT, "label": schema.TEXT}
        ),
        "members": pl.concat([_no_members(), *members]),
    }


def _codes(lines: pl.DataFrame, name: str) -> pl.DataFrame:
    codes = lines.select(code=f"{schema.AUX}{name}").drop_nulls().unique(maintain_order=True)
    return codes.select(dimension=pl.lit(name), code="code")


def _no_members() -> pl.DataFrame:
    return pl.DataFrame(schema={"dimension": schema.TEXT, "code": schema.TEXT})
