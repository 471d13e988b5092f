"""From typed rows, named by facts, to the tables of the books.

Whatever column of the frame is a fact of a table lands there; what has no fact is kept verbatim
among the extras.  The rules that hold for every voucher list stand here, once.
"""

from collections.abc import Mapping

import attrs
import polars as pl

from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.model.dimension import label_of
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.entries import INDEX, Entries
from kamcore.vouchers.numbering import Numbered, label

DISAGREE = Fault(
    code="G1511",
    severity=Severity.WARNING,
    zh="同一凭证各分录的「{caption}」不一致 ({count} 行), 取第一行的值",
    en="lines of one voucher disagree about {caption} ({count} rows); the first line's is taken",
)
TWO_NAMES = Fault(
    code="G1512",
    severity=Severity.INFO,
    zh="{kind}「{value}」有不同名称: {names}; 取第一个",
    en="{kind} {value!r} has several names: {names}; the first is taken",
)
ORIGINAL_DIFFERS = Fault(
    code="G1513",
    severity=Severity.WARNING,
    zh="本位币分录的原币金额 {value} 与金额 {amount} 不一致 (共 {count} 行), 原币金额未采用",
    en="the original amount {value} of a line in base currency is not its amount {amount} ({count}"
    " lines in all); it is not used",
    hint_zh="核对币别和金额",
    hint_en="compare currency and amount",
)

_KEYS = frozenset({"lines.line_no", "lines.split_no"})
"""Columns a field may read the source's numbering into; the books have their own."""
_HEAD_KEYS = ("date", "year", "period")
_DATE = "vouchers.date"
NAMES = "names."
"""Prefix of columns that hold the names beside codes: ``names.account``, ``names.aux_<id>``."""
_NAME = NAMES + "account"


@attrs.frozen(kw_only=True)
class Making:
    """What the adapter knows beside the rows.

    `labels` gives the source's word for a dimension id; `system` and `entity_name` describe the
    entity; `scheme` is found from the codes when it is left out.  `headings` says for facts that
    no field carries, such as ``lines.fx_debit``, what the source calls their column.
    """

    system: str
    base_currency: str = "CNY"
    entity_name: str = ""
    scheme: CodeScheme | None = None
    labels: Mapping[str, str] = attrs.field(factory=dict)
    headings: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Made:
    """The books and the problems met in making them."""

    books: Books
    problems: tuple[Problem, ...] = ()


def sides(frame: pl.DataFrame, lost_debit: pl.Series, lost_credit: pl.Series) -> pl.DataFrame:
    """Put 0 on the unused side of ``lines.debit`` and ``lines.credit``.

    Both stay null where the line has no figure, or where the only one could not be read (`lost_…`
    by row of the grid): a blank is never a zero by accident.
    """
    debit, credit = pl.col("lines.debit"), pl.col("lines.credit")
    lost = frame.select(INDEX).with_columns(
        _debit=lost_debit.gather(frame[INDEX]), _credit=lost_credit.gather(frame[INDEX])
    )
    nothing = (
        (debit.is_null() & credit.is_null())
        | (pl.lit(lost["_debit"]) & (credit.fill_null(0) == 0))
        | (pl.lit(lost["_credit"]) & (debit.fill_null(0) == 0))
    )
    return frame.with_columns(
        *(
            pl.when(~nothing).then(side.fill_null(0)).cast(schema.AMOUNT).alias(f"lines.{name}")
            for name, side in (("debit", debit), ("credit", credit))
        )
    )


def original(frame: pl.DataFrame, amount: str, base: str) -> pl.DataFrame:
    """Lay one column of original amounts on the side of the line's amount.

    Lines in the base currency, or without a currency and with no other original amount than
    their own, have none.  A null currency beside another original amount is foreign.
    """
    given = pl.col(amount)
    own = pl.col("lines.debit").fill_null(0) + pl.col("lines.credit").fill_null(0)
    local = (pl.col("lines.currency") == base).fill_null(
        given.is_null() | (given == 0) | (given == own)
    )
    on_credit = (pl.col("lines.debit").fill_null(0) == 0) & (
        pl.col("lines.credit").fill_null(0) != 0
    )
    foreign = ~local & given.is_not_null()
    zero = pl.lit(0).cast(schema.AMOUNT)
    return frame.with_columns(
        pl.when(foreign & on_credit)
        .then(zero)
        .when(foreign)
        .then(given)
        .cast(schema.AMOUNT)
        .alias("lines.fx_debit"),
        pl.when(foreign & on_credit)
        .then(given)
        .when(foreign)
        .then(zero)
        .cast(schema.AMOUNT)
        .alias("lines.fx_credit"),
    )


def unlike_originals(
    frame: pl.DataFrame, entries: Entries, amount: str, base: str
) -> tuple[Problem, ...]:
    """Say where the original amount of a line in base currency is not its amount.

    `original` drops such a figure; a blank and a 0 say nothing.
    """
    own = pl.col("lines.debit") + pl.col("lines.credit")
    one_side = (pl.col("lines.debit") == 0) | (pl.col("lines.credit") == 0)
    unlike = frame.select(
        INDEX,
        own=own,
        differs=(pl.col("lines.currency") == base)
        & (pl.col(amount) != 0)
        & (pl.col(amount) != own)
        & one_side,
    ).filter("differs")
    if not unlike.height:
        return ()
    index, said, _ = unlike.row(0)
    heading = entries.heading(amount)
    place = entries.grid.place(index, heading)
    value = entries.grid.column(heading)[index]
    return (ORIGINAL_DIFFERS.at(place, value, amount=said, count=unlike.height),)


def make_books(numbered: Numbered, entries: Entries, making: Making) -> Made:
    """Make the tables from numbered rows.

    The frame may hold any facts of ``lines`` and ``vouchers``, dimension columns with member
    codes, and name columns.  Date, year and period of a voucher are those of its lines.
    """
    frame = _with_heads(numbered.frame)
    rows = entries.grid.rows.gather(frame[INDEX]).cast(pl.Int64)
    frame = frame.with_columns(source_row=rows)
    problems: list[Problem] = []
    heads = _heads(frame, entries, problems)
    lines = frame.select(
        "voucher_id",
        "line_no",
        "split_no",
        "source_row",
        *(pl.col(f"vouchers.{name}").alias(name) for name in _HEAD_KEYS),
        *(
            pl.col(name).alias(name.removeprefix("lines."))
            for name in frame.columns
            if name.startswith("lines.") and name not in _KEYS
        ),
    )
    dims = [name.removeprefix(schema.AUX) for name in schema.dimension_columns(lines)]
    scheme = making.scheme or CodeScheme.detect(lines["account"].drop_nulls().unique().to_list())
    tables = {
        "vouchers": heads,
        "lines": lines,
        "accounts": _accounts(frame, scheme, entries, problems),
        "dimensions": pl.DataFrame(
            {
                "id": dims,
                "label": [making.labels.get(name, label_of(name, name)) for name in dims],
            },
            schema={"id": schema.TEXT, "label": schema.TEXT},
        ),
        "members": _members(frame, dims, entries, problems),
        "extras": _extras(frame, entries),
    }
    periods = heads.select("year", "period").drop_nulls().unique().sort(pl.all()).rows()
    entity = Entity(
        name=making.entity_name,
        base_currency=making.base_currency,
        scheme=scheme if lines.height else None,
        system=making.system,
        first_period=(*periods[0],) if periods else None,
        last_period=(*periods[-1],) if periods else None,
    )
    origin = _origin(entries, making.headings)
    return Made(Books(entity, tables, origin), (*numbered.problems, *problems))


def _with_heads(frame: pl.DataFrame) -> pl.DataFrame:
    """Year and period of each row: those the source says, else those of the date."""
    for name, dtype in (
        ("date", schema.DAY),
        ("year", schema.INTEGER),
        ("period", schema.INTEGER),
    ):
        if f"vouchers.{name}" not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=dtype).alias(f"vouchers.{name}"))
    day = pl.col("vouchers.date")
    return frame.with_columns(
        pl.col("vouchers.year").fill_null(day.dt.year()).cast(pl.Int64),
        pl.col("vouchers.period").fill_null(day.dt.month()).cast(pl.Int64),
    )


def _heads(frame: pl.DataFrame, entries: Entries, problems: list[Problem]) -> pl.DataFrame:
    names = [name for name in frame.columns if name.startswith("vouchers.")]
    first = frame.group_by("voucher_id").agg(_first_filled(name) for name in names)
    for name in names:
        if name.removeprefix("vouchers.") in _HEAD_KEYS:
            continue
        said = _first_filled(name).over("voucher_id")
        unlike = frame.select(
            pl.col(name).is_not_null() & pl.col(name).ne_missing(said)
        ).to_series()
        if unlike.any():
            row = unlike.arg_max() or 0
            caption = entries.caption(name)
            place = attrs.evolve(
                entries.grid.place(frame[INDEX][row]), column=caption, voucher=label(frame, row)
            )
            value = frame[name][row]
            problems.append(DISAGREE.at(place, value, caption=caption, count=int(unlike.sum())))
    rows = frame.group_by("voucher_id").agg(pl.col("source_row").min())
    return (
        first.join(rows, on="voucher_id")
        .sort("voucher_id")
        .rename(lambda name: name.removeprefix("vouchers."))
    )


def _first_filled(name: str) -> pl.Expr:
    """The value of a voucher: that of the first line that says one."""
    return pl.col(name).drop_nulls().first()


def _named(
    frame: pl.DataFrame, code: str, name: str, entries: Entries, problems: list[Problem]
) -> pl.DataFrame:
    """Codes in use with the first name each bears."""
    if name not in frame.columns:
        return (
            frame.select(code=code)
            .drop_nulls()
            .unique()
            .sort("code")
            .with_columns(name=pl.lit(None, dtype=schema.TEXT))
        )
    pairs = frame.select(INDEX, code=code, name=name).drop_nulls("code")
    known = pairs.group_by("code").agg(
        pl.col("name").drop_nulls().unique(maintain_order=True), pl.col(INDEX).min()
    )
    for one, names, index in known.filter(pl.col("name").list.len() > 1).sort("code").iter_rows():
        place = entries.grid.place(index, entries.heading(name))
        facts = {"kind": entries.caption(code), "names": ", ".join(names)}
        problems.append(TWO_NAMES.at(place, one, **facts))
    return known.select("code", pl.col("name").list.first()).sort("code")


def _accounts(
    frame: pl.DataFrame, scheme: CodeScheme, entries: Entries, problems: list[Problem]
) -> pl.DataFrame:
    known = _named(frame, "lines.account", _NAME, entries, problems)
    codes = known["code"].to_list()
    full = NAMES + "account_full"
    if full in frame.columns:
        paths = frame.select(code="lines.account", full_name=full).drop_nulls()
        known = known.join(paths.unique("code", keep="first"), on="code", how="left")
    return known.with_columns(
        parent=pl.Series([scheme.parent(code) for code in codes], dtype=schema.TEXT),
        level=pl.Series([scheme.level(code) for code in codes], dtype=schema.INTEGER),
    )


def _members(
    frame: pl.DataFrame, dims: list[str], entries: Entries, problems: list[Problem]
) -> pl.DataFrame:
    found = [schema.MEMBERS.empty().select("dimension", "code", "name")]
    for name in dims:
        column = schema.AUX + name
        known = _named(frame, f"lines.{column}", NAMES + column, entries, problems)
        found.append(known.select(dimension=pl.lit(name), code="code", name="name"))
    return pl.concat(found)


def _extras(frame: pl.DataFrame, entries: Entries) -> pl.DataFrame:
    """Texts of the columns without a fact, by row of the books."""
    facts = {field.heading for field in entries.fields if field.fact}
    kept = [field.heading for field in entries.fields if not field.fact]
    listed = {field.heading for field in entries.fields}
    kept += [name for name in entries.grid.frame.columns if name not in listed]
    found = [schema.EXTRAS.empty()]
    for heading in kept:
        if heading in facts or heading not in entries.grid.frame.columns:
            continue
        texts = entries.grid.column(heading).gather(frame[INDEX])
        spots = texts.is_not_null().arg_true()
        found.append(
            pl.DataFrame(
                {
                    "table": ["lines"] * spots.len(),
                    "row_id": spots.cast(pl.Int64),
                    "field": [heading] * spots.len(),
                    "value": texts.gather(spots),
                },
                schema={column.name: column.dtype for column in schema.EXTRAS.columns},
            )
        )
    return pl.concat(found)


def _origin(entries: Entries, more: Mapping[str, str]) -> Origin:
    said = entries.grid.origin.headings
    headings = {field.fact: entries.caption(field.fact) for field in entries.fields if field.fact}
    day = headings.get(_DATE, "date")
    for name in _HEAD_KEYS:
        # Year and period that no column holds come from the date.
        headings.setdefault(f"vouchers.{name}", day)
        headings[f"lines.{name}"] = headings[f"vouchers.{name}"]
    for fact, heading in more.items():
        headings[fact] = said.get(heading, heading)
    for fact, source in (("accounts.code", "lines.account"), ("accounts.name", _NAME)):
        if source in headings:
            headings.setdefault(fact, headings[source])
    return attrs.evolve(entries.grid.origin, headings=headings)
