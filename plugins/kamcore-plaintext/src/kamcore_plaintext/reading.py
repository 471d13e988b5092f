"""Read a plain-text journal: dated transactions with postings and tags below them."""

from urllib.parse import unquote

import polars as pl

from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, SourceError
from kamcore.format import Detected, Reading, Source
from kamcore.grid.fields import split_lines
from kamcore.grid.text import decode
from kamcore.model.entity import Entity
from kamcore.place import Place
from kamcore_plaintext.dialect import Dialect
from kamcore_plaintext.writing import BASE

__all__ = ["read_journal"]

NO_TRANSACTION = Fault(
    code="PT0001",
    zh="没有一笔带日期的分录, 也没有科目",
    en="there is no dated transaction and no account",
)
BAD_DATE = Fault(code="PT0002", zh="「{value}」不是日期", en="{value!r} is not a date")
NO_AMOUNT = Fault(
    code="PT0003",
    zh="分录「{value}」的金额读不出来",
    en="no amount can be read from the posting {value!r}",
    hint_zh="成本 {{…}} 和一笔里多处省略的金额读不出来",
    hint_en="costs {{…}}, and more than one amount left out of a transaction, cannot be read",
)
NO_PRICE = Fault(
    code="PT0004",
    zh="{value} 的分录没有折成 {base} 的价格",
    en="the posting in {value} has no price in {base}",
    hint_zh="加上 @ 或 @@ 价格",
    hint_en="add a price with @ or @@",
)

_DATE = r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
_HEAD = _DATE + r"(?:=\S+)?\s+(?:txn\b|[*!](?:\s|$)|\"|\(|[^\s*!a-z])"
_CURRENCY = r'([A-Za-z$€£¥][A-Za-z0-9\'._-]*|"[^"]+")'
_NUMBER = r"([+-]?\s?[\d,]*\.?\d+)"
_AMOUNT = rf"\s+{_NUMBER}\s+{_CURRENCY}"
_PRICE = rf"(?:\s+(@@?)\s+{_NUMBER}\s+{_CURRENCY})?"
_TEXTS = ("word", "number", "code", "summary", "currency", "rate", "aux")
_SIDES = ("debit", "credit", "fx_debit", "fx_credit")


def read_journal(source: Source, dialect: Dialect, base: str = "") -> Reading:
    """Read every transaction; the base currency is the one named, stated or used most.

    Raises:
        SourceError: the bytes are no text, or there is no transaction.
    """
    decoded = decode(source, "utf-8")
    lines = split_lines(decoded.text, separator="\x00").frame.select(
        number=pl.col("number").cast(pl.Int64), text=pl.col("line").fill_null("")
    )
    lines = _sorted_out(lines, dialect)
    if not lines["is_head"].any() and not lines["opened"].count():
        raise SourceError(NO_TRANSACTION.at(Place(file=source.name)))
    base = base or _base_of(decoded.text, lines)
    origin = Origin(file=source.name, by="line")
    heads, problems = _heads(lines, source.name, dialect)
    postings, odd = _postings(lines, base, dialect, source.name)
    accounts = _accounts(lines, dialect)
    return Reading(
        books=Books(Entity(base_currency=base), _tables(heads, postings, accounts), origin),
        problems=(*decoded.problems, *problems, *odd),
        detected=Detected(encoding=decoded.encoding),
    )


def _base_of(text: str, lines: pl.DataFrame) -> str:
    """The currency that is stated, else the one of most postings."""
    stated = pl.Series([text]).str.extract(
        r'(?m)^(?:option "operating_currency" "|; base: )([A-Z]+)'
    )[0]
    if stated:
        return str(stated)
    used = lines.filter("is_posting")["text"].str.extract(_AMOUNT, 2).drop_nulls().mode().sort()
    return str(used[0]).strip('"') if used.len() else BASE


def _sorted_out(lines: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    """Each line with what it is, the block it is in and the posting it belongs to."""
    text = pl.col("text")
    starts = text.str.contains(r"^\S") & ~text.str.contains(r"^[;#]")
    is_tag = text.str.contains(dialect.tag)
    opens = r"\s+open\s+(\S+)" if dialect.quotes else r"^account\s+(\S+)"
    marked = lines.with_columns(
        block=starts.cum_sum(),
        is_head=text.str.contains(_HEAD),
        is_tag=is_tag,
        opened=pl.when(starts).then(text.str.extract(opens)),
    )
    in_entry = pl.col("is_head").any().over("block")
    name = r"[A-Z]\S*:\S" if dialect.quotes else r"[^;\s]"
    is_posting = text.str.contains(rf"^\s+(?:[*!]\s+)?{name}") & ~is_tag & in_entry
    return marked.with_columns(is_posting=is_posting).with_columns(
        posting=pl.col("is_posting").cum_sum().over("block"),
        voucher_id=pl.col("is_head").cum_sum().cast(pl.Int64),
        in_entry=in_entry,
    )


def _tags(lines: pl.DataFrame, dialect: Dialect, keys: list[str]) -> pl.DataFrame:
    """The tags of each key, a column a name; of a name given twice the first counts."""
    value = pl.coalesce(
        pl.col("text").str.extract(dialect.tag, 2), pl.col("text").str.extract(dialect.tag, 3)
    )
    if dialect.quotes:
        value = value.str.replace_all(r"\\(.)", "$1")
    found = lines.filter("is_tag").select(
        *keys,
        name=pl.col("text").str.extract(dialect.tag, 1).str.replace_all("-", "_"),
        value=value,
    )
    wide = found.unique([*keys, "name"], keep="first", maintain_order=True)
    named = [*_TEXTS, *_SIDES, "name", "listed"]
    return wide.group_by(keys, maintain_order=True).agg(
        pl.col("value").filter(pl.col("name") == name).first().alias(f"tag_{name}")
        for name in named
    )


def _heads(lines: pl.DataFrame, file: str, dialect: Dialect) -> tuple[pl.DataFrame, list[Problem]]:
    heads = lines.filter("is_head").select(
        "voucher_id", "text", source_row="number", said=pl.col("text").str.extract(_DATE)
    )
    parts = pl.col("said").str.extract_groups(r"(\d+)[-/.](\d+)[-/.](\d+)")
    iso = pl.concat_str(
        parts.struct[0], parts.struct[1].str.zfill(2), parts.struct[2].str.zfill(2), separator="-"
    )
    heads = heads.with_columns(date=iso.str.to_date("%Y-%m-%d", strict=False))
    wrong = heads.filter(pl.col("date").is_null())
    problems = [
        BAD_DATE.at(Place(file=file, line=row), value)
        for row, value in wrong.select("source_row", "said").iter_rows()
    ]
    quoted = pl.col("text").str.extract_all(r'"(?:[^"\\]|\\.)*"').list.last().str.strip_chars('"')
    plain = pl.col("text").str.replace(_DATE + r"(?:=\S+)?\s*[*!]?\s*(?:\([^)]*\))?\s*", "")
    title = quoted if dialect.quotes else plain.str.replace(r"\s*;.*$", "")
    own = _tags(
        lines.filter(pl.col("in_entry") & (pl.col("posting") == 0)), dialect, ["voucher_id"]
    )
    joined = heads.with_columns(title=title.replace("", None)).join(
        own, on="voucher_id", how="left", maintain_order="left"
    )
    return joined.with_columns(
        word=pl.col("tag_word"),
        number=pl.col("tag_number").cast(pl.Int64, strict=False),
        year=pl.col("date").dt.year().cast(pl.Int64),
        period=pl.col("date").dt.month().cast(pl.Int64),
    ), problems


def _number(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    plain = value.str.replace_all(r"[\s,+]", "")
    # More decimals than the books hold would be rounded in silence.
    scale = dtype.scale if isinstance(dtype, pl.Decimal) else 0
    fits = plain.str.contains(rf"^-?\d{{0,13}}(\.\d{{0,{scale}}}0*)?$")
    return pl.when(fits).then(plain.str.to_decimal(scale=scale).cast(dtype, strict=False))


def _postings(
    lines: pl.DataFrame, base: str, dialect: Dialect, file: str
) -> tuple[pl.DataFrame, list[Problem]]:
    """A row a posting: its account, its sides, and its tags."""
    keys = ["voucher_id", "posting"]
    text = pl.col("text")
    bare = text.str.replace(r"\s+;.*$", "")
    gap = r"\s+" if dialect.quotes else r"(?:\s{2,}|\t)"
    label = rf"^\s+(?:[*!]\s+)?(.+?)(?:{gap}.*)?$"
    figure = r"\s[+-]?[\d,.]*\d\s" if dialect.quotes else rf"{gap}\S*\d"
    rows = lines.filter("is_posting").with_columns(bare=bare).select(
        *keys,
        "text",
        source_row="number",
        label=pl.col("bare").str.extract(label),
        units=_number(pl.col("bare").str.extract(_AMOUNT, 1), schema.AMOUNT),
        unit=pl.col("bare").str.extract(_AMOUNT, 2).str.strip_chars('"'),
        at=pl.col("bare").str.extract(_AMOUNT + _PRICE, 3),
        price=_number(pl.col("bare").str.extract(_AMOUNT + _PRICE, 4), schema.RATE),
        is_bare=~pl.col("bare").str.contains(figure),
        has_cost=pl.col("bare").str.contains("{", literal=True),
    )  # fmt: skip
    rows = rows.join(
        _tags(lines.filter(pl.col("in_entry") & (pl.col("posting") > 0)), dialect, keys),
        on=keys,
        how="left",
        maintain_order="left",
    )
    total = pl.col("price").cast(schema.AMOUNT, strict=False) * pl.col("units").sign()
    each = (pl.col("units") * pl.col("price")).round(2)
    net = (
        pl.when(pl.col("has_cost"))
        .then(None)
        .when(pl.col("at") == "@@")
        .then(total)
        .when(pl.col("at") == "@")
        .then(each)
        .when(pl.col("unit") == base)
        .then(pl.col("units"))
    )
    rows = rows.with_columns(net=net.cast(schema.AMOUNT))
    rest = -pl.col("net").sum().over("voucher_id")
    alone = (pl.col("is_bare").sum().over("voucher_id") == 1) & pl.col("is_bare")
    rows = rows.with_columns(net=pl.when(alone).then(rest).otherwise("net"))
    named = rows.with_columns(account=_code("label"))
    return _with_sides(named, base), _odd(rows, base, file)


def _odd(rows: pl.DataFrame, base: str, file: str) -> list[Problem]:
    """A problem for each posting without an amount in base currency."""
    problems = []
    for row in rows.filter(pl.col("net").is_null()).iter_rows(named=True):
        place = Place(file=file, line=row["source_row"])
        is_abroad = row["unit"] and row["unit"] != base and row["units"] is not None
        if is_abroad and not row["at"] and not row["has_cost"]:
            problems.append(NO_PRICE.at(place, row["unit"], base=base))
        else:
            problems.append(NO_AMOUNT.at(place, row["text"].strip()))
    return problems


def _with_sides(rows: pl.DataFrame, base: str) -> pl.DataFrame:
    """Debit and credit from the signed amount, unless tags say them."""
    zero = pl.lit(0).cast(schema.AMOUNT)
    paid = pl.when(pl.col("unit") != base).then(pl.col("units"))

    def side(tag: str, value: pl.Expr) -> pl.Expr:
        told = _number(pl.col(f"tag_{tag}"), schema.AMOUNT)
        filled = pl.when(value.is_not_null()).then(pl.max_horizontal(value, zero))
        return pl.coalesce(told, filled).cast(schema.AMOUNT).alias(tag)

    return rows.with_columns(
        side("debit", pl.col("net")),
        side("credit", -pl.col("net")),
        side("fx_debit", paid),
        side("fx_credit", -paid),
        currency=pl.coalesce("tag_currency", "unit", pl.lit(base)),
        rate=_number(pl.col("tag_rate"), schema.RATE),
    )


def _code(label: str) -> pl.Expr:
    """The account of a posting or directive: its tag, else the label."""
    return pl.coalesce("tag_code", label).replace({"unknown": None, "-": None})


def _accounts(lines: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    """The accounts that directives open and do not mark as unlisted."""
    opened = lines.filter(pl.col("opened").is_not_null()).select("block", "opened")
    tags = _tags(lines.filter(~pl.col("in_entry")), dialect, ["block"])
    found = opened.join(tags, on="block", how="left", maintain_order="left")
    found = found.filter(pl.col("tag_listed").is_null())
    return found.select(code=_code("opened"), name="tag_name").filter(
        pl.col("code").is_not_null()
    ).unique("code", keep="first", maintain_order=True)  # fmt: skip


def _tables(
    heads: pl.DataFrame, postings: pl.DataFrame, accounts: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    shared = heads.select("voucher_id", "date", "year", "period", "title")
    lines = postings.join(shared, on="voucher_id", how="left", maintain_order="left")
    lines = lines.select(
        "voucher_id",
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id").alias("line_no"),
        pl.lit(1, dtype=pl.Int64).alias("split_no"),
        "date",
        "year",
        "period",
        "account",
        pl.coalesce("tag_summary", "title").alias("summary"),
        "debit",
        "credit",
        "currency",
        "fx_debit",
        "fx_credit",
        "rate",
        "source_row",
        *_dimensions(lines["tag_aux"]),
    )
    return {
        "accounts": accounts,
        "vouchers": heads.select(
            "voucher_id", "date", "year", "period", "word", "number", "source_row"
        ),
        "lines": lines,
    }


def _dimensions(tags: pl.Series) -> list[pl.Series]:
    """A column a dimension from tags such as ``customer=00012&department=01``."""
    pairs = tags.str.split("&")
    names = sorted({part.partition("=")[0] for part in pairs.explode().drop_nulls().unique()})
    found = []
    for name in names:
        if not name or not unquote(name):
            continue
        begins = pairs.list.eval(
            pl.element().filter(pl.element().str.starts_with(f"{name}="))
        ).list.first()
        codes = begins.str.slice(len(name) + 1)
        plain = {code: unquote(code) for code in codes.drop_nulls().unique()}
        column = codes.replace_strict(plain, default=None, return_dtype=pl.String)
        found.append(column.alias(schema.AUX + unquote(name)))
    return found
