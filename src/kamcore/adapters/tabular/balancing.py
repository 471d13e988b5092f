"""Tables of balances (余额表): rows to stated balances, signed with debit positive."""

import attrs
import polars as pl

from kamcore.adapters.tabular import deriving
from kamcore.adapters.tabular.adding import Figure, total_problems
from kamcore.adapters.tabular.faults import BALANCE_DISAGREES, NO_ACCOUNT, NO_PERIOD, SPAN
from kamcore.adapters.tabular.marking import MARK
from kamcore.adapters.tabular.opening import span_option
from kamcore.adapters.tabular.periods import Span
from kamcore.adapters.tabular.rows import Rows
from kamcore.books import Books, Origin, schema
from kamcore.errors import Problem
from kamcore.format import Options
from kamcore.model.dimension import label_of
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.currencies import CODE
from kamcore.vouchers.entries import INDEX
from kamcore.vouchers.making import NAMES

__all__ = ["balance_books"]

_FIGURES = ("opening", "debit", "credit", "ytd_debit", "ytd_credit", "closing")
_SIGNED = ("opening", "closing")
_ACCOUNT = "balances.account"


def balance_books(rows: Rows, options: Options) -> tuple[Books, list[Problem]]:
    """The balances of a table; totals, and openings with movements, are compared."""
    frame, problems = _figures(rows)
    frame, found = _periods(rows, frame, options)
    problems += found
    scheme = CodeScheme.detect(frame[_ACCOUNT].drop_nulls().unique().sort().to_list())
    frame = _with_levels(frame, scheme)
    problems += _wrong_totals(attrs.evolve(rows, frame=frame))
    data = frame.filter(pl.col(MARK).is_null())
    lost = data.filter(pl.col(_ACCOUNT).is_null())[INDEX]
    problems += [NO_ACCOUNT.at(rows.entries.grid.place(index, _ACCOUNT)) for index in lost]
    data = data.filter(pl.col(_ACCOUNT).is_not_null())
    problems += _wrong_rows(rows, data)
    balances, spans = _spread(rows, data)
    problems += spans
    tables = {
        "balances": balances,
        "accounts": _accounts(data, scheme),
        **_masters(rows, data),
        "extras": _extras(rows, data, balances),
    }
    entity = _entity(rows, balances, scheme, options)
    origin = _origin(rows)
    return Books(entity, tables, origin), problems


def _wrong_totals(rows: Rows) -> list[Problem]:
    """Totals that disagree with the leaves, the first level and all rows alike."""
    figures = [
        Figure(column, column)
        for name in _FIGURES
        for column in (f"balances.{name}_debit", f"balances.{name}_credit", f"balances.{name}")
        if column in rows.opened
    ]
    parts = {"leaves": pl.col("_leaf"), "top": pl.col("_top"), "all": pl.lit(value=True)}
    return total_problems(rows, figures, parts)


def _figures(rows: Rows) -> tuple[pl.DataFrame, list[Problem]]:
    """Opening and closing as one signed figure each, from whatever columns say them."""
    frame, problems = rows.frame, []
    for name in _SIGNED:
        figure = f"balances.{name}"
        pair = [f"{figure}_debit", f"{figure}_credit"]
        if figure in rows.opened and f"{figure}_direction" in rows.opened:
            frame, found = deriving.signed(frame, rows.entries, figure, f"{figure}_direction")
            problems += found
        elif any(column in rows.opened for column in pair):
            frame = frame.with_columns(
                pl.lit(None, dtype=schema.AMOUNT).alias(column)
                for column in pair
                if column not in frame.columns
            )
            debit, credit = (pl.col(column).fill_null(0) for column in pair)
            # In a table with two columns a side, two blanks are a balance of nothing.
            frame = frame.with_columns((debit - credit).cast(schema.AMOUNT).alias(figure))
    for name in _FIGURES:
        figure = f"balances.{name}"
        if figure not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=schema.AMOUNT).alias(figure))
        elif name not in _SIGNED:
            frame = frame.with_columns(pl.col(figure).fill_null(0).cast(schema.AMOUNT))
    return frame, problems


def _periods(
    rows: Rows, frame: pl.DataFrame, options: Options
) -> tuple[pl.DataFrame, list[Problem]]:
    """First and last period of each row: its own, the option's, the title's."""
    given: Span | None = span_option(options) or rows.opened.titles.span
    columns = {
        "_last_year": ("vouchers.year", "balances.year", given.last[0] if given else None),
        "_last_period": ("vouchers.period", "balances.period", given.last[1] if given else None),
        "_first_year": ("_first_year", "_last_year", given.first[0] if given else None),
        "_first_period": ("_first_period", "_last_period", given.first[1] if given else None),
    }
    for name, (own, other, default) in columns.items():
        known = [pl.col(column) for column in (own, other) if column in frame.columns]
        if name.startswith("_first") and own not in frame.columns and given is not None:
            known = []
        said = pl.coalesce([*known, pl.lit(default, dtype=pl.Int64)])
        frame = frame.with_columns(said.alias(name))
    unsaid = pl.col("_last_year").is_null() | pl.col("_last_period").is_null()
    data = frame.filter(pl.col(MARK).is_null())
    problems = []
    if data.select(unsaid.any()).item():
        place = rows.entries.grid.place(data.filter(unsaid)[INDEX][0])
        problems.append(NO_PERIOD.at(place))
    return frame.with_columns(pl.col(name).fill_null(0) for name in columns), problems


def _with_levels(frame: pl.DataFrame, scheme: CodeScheme) -> pl.DataFrame:
    """Mark the rows of leaf accounts, and those of accounts no other stands above."""
    codes = frame.filter(pl.col(MARK).is_null())[_ACCOUNT].drop_nulls().unique().to_list()
    parents = {code: scheme.parent(code) for code in codes}
    above = {parent for parent in parents.values() if parent is not None}
    tops = [code for code in codes if not _has_ancestor(code, scheme, set(codes))]
    return frame.with_columns(
        _leaf=~pl.col(_ACCOUNT).is_in(sorted(above)), _top=pl.col(_ACCOUNT).is_in(tops)
    )


def _has_ancestor(code: str, scheme: CodeScheme, codes: set[str]) -> bool:
    parent = scheme.parent(code)
    while parent is not None and parent not in codes:
        parent = scheme.parent(parent)
    return parent is not None


def _wrong_rows(rows: Rows, data: pl.DataFrame) -> list[Problem]:
    """Rows whose closing is not their opening and what moved."""
    names = [f"balances.{name}" for name in ("opening", "debit", "credit", "closing")]
    if not all(data[name].null_count() < data.height for name in names if data.height):
        return []
    opening, debit, credit, closing = map(pl.col, names)
    off = data.with_columns(_computed=opening + debit - credit).filter(
        pl.col("_computed") != closing
    )
    heading = rows.heading("balances.closing", "balances.closing_debit", "balances.closing_credit")
    return [
        BALANCE_DISAGREES.at(
            rows.entries.grid.place(row[INDEX], heading),
            stated=f"{row[names[3]]:.2f}",
            computed=f"{row['_computed']:.2f}",
        )
        for row in off.iter_rows(named=True)
    ]


def _spread(rows: Rows, data: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    """Rows of one period as they are; of a span, its opening and its closing apart.

    What moved in a span from the first period on is what moved in the year so far.
    """
    dims = [c for c in data.columns if c.startswith(f"balances.{schema.AUX}")]
    more = [pl.col("lines.currency").alias("currency")] if CODE in data.columns else []
    table = data.select(
        *(pl.col(f"_{edge}_{part}") for edge in ("first", "last") for part in ("year", "period")),
        pl.col(_ACCOUNT).alias("account"),
        *more,
        *(pl.col(f"balances.{name}").alias(name) for name in _FIGURES),
        *(pl.col(name).alias(name.removeprefix("balances.")) for name in dims),
        *(
            pl.col(name).alias(name.removeprefix("balances."))
            for name in data.columns
            if name.startswith(("balances.fx_", "balances.quantity_"))
        ),
        source_row=rows.entries.grid.rows.gather(data[INDEX]).cast(pl.Int64),
    )
    single = (pl.col("_first_year") == pl.col("_last_year")) & (
        pl.col("_first_period") == pl.col("_last_period")
    )
    long = table.filter(~single)
    ended = {"year": pl.col("_last_year"), "period": pl.col("_last_period")}
    begun = {"year": pl.col("_first_year"), "period": pl.col("_first_period")}
    plain = table.filter(single).with_columns(**ended)
    nothing = pl.lit(None, dtype=schema.AMOUNT)
    of_year = (pl.col("_first_period") == 1) & (pl.col("_first_year") == pl.col("_last_year"))
    first = long.with_columns(**begun, **{name: nothing for name in _FIGURES if name != "opening"})
    last = long.with_columns(
        **ended,
        opening=nothing,
        ytd_debit=pl.when(of_year).then(pl.col("debit")).otherwise("ytd_debit"),
        ytd_credit=pl.when(of_year).then(pl.col("credit")).otherwise("ytd_credit"),
        debit=nothing,
        credit=nothing,
    )
    spread = pl.concat([plain, first, last])
    problems = []
    if long.height:
        span = Span(
            (long["_first_year"][0], long["_first_period"][0]),
            (long["_last_year"][0], long["_last_period"][0]),
        )
        whole = bool(long.select(of_year.all()).item())
        place = rows.opened.header.place
        zh = "发生额记作本年累计" if whole else "发生额没有地方可记"
        en = "movements are those of the year so far" if whole else "movements have no place"
        problems.append(SPAN.at(place, str(span), what_zh=zh, what_en=en))
    return spread.select(name for name in spread.columns if not name.startswith("_")), problems


def _accounts(data: pl.DataFrame, scheme: CodeScheme) -> pl.DataFrame:
    named = {"name": f"{NAMES}account", "full_name": f"{NAMES}account_full"}
    found = (
        data.select(
            code=_ACCOUNT,
            is_leaf="_leaf",
            **{
                to: pl.col(name) if name in data.columns else pl.lit(None, dtype=schema.TEXT)
                for to, name in named.items()
            },
        )
        .unique("code", keep="first", maintain_order=True)
        .sort("code")
    )
    codes = found["code"].to_list()
    return found.with_columns(
        parent=pl.Series([scheme.parent(code) for code in codes], dtype=schema.TEXT),
        level=pl.Series([scheme.level(code) for code in codes], dtype=schema.INTEGER),
    )


def _masters(rows: Rows, data: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The dimensions that the columns name, and their members."""
    prefix = f"balances.{schema.AUX}"
    dims = [name.removeprefix(prefix) for name in data.columns if name.startswith(prefix)]
    members = [schema.MEMBERS.empty().select("dimension", "code", "name")]
    for dim in dims:
        name = f"{NAMES}{schema.AUX}{dim}"
        members.append(
            data.select(
                dimension=pl.lit(dim),
                code=f"{prefix}{dim}",
                name=pl.col(name) if name in data.columns else pl.lit(None, dtype=schema.TEXT),
            )
            .drop_nulls("code")
            .unique("code", keep="first", maintain_order=True)
            .sort("code")
        )
    labels = [rows.labels.get(dim, label_of(dim, dim)) for dim in dims]
    return {
        "members": pl.concat(members),
        "dimensions": pl.DataFrame(
            {"id": dims, "label": labels}, schema={"id": schema.TEXT, "label": schema.TEXT}
        ),
    }


def _extras(rows: Rows, data: pl.DataFrame, balances: pl.DataFrame) -> pl.DataFrame:
    """Texts of columns without a field, at the first balance of their row."""
    grid = rows.entries.grid
    fields = {column.key for column in rows.opened.columns if column.field}
    spots = balances.with_row_index("_id").group_by("source_row").agg(pl.col("_id").min())
    ids = data.select(INDEX, source_row=grid.rows.gather(data[INDEX]).cast(pl.Int64))
    ids = ids.join(spots, on="source_row", maintain_order="left")
    found = [schema.EXTRAS.empty()]
    for heading in grid.frame.columns:
        if heading in fields and heading not in _KEPT:
            continue
        texts = grid.column(heading).gather(ids[INDEX])
        caption = grid.origin.headings.get(heading, heading)
        found.append(
            ids.select(
                table=pl.lit("balances"),
                row_id=pl.col("_id").cast(pl.Int64),
                field=pl.lit(caption),
                value=texts,
            ).drop_nulls("value")
        )
    return pl.concat(found)


_KEPT = tuple(f"balances.year_opening{part}" for part in ("", "_debit", "_credit", "_direction"))
"""Fields that no column of the books holds."""


def _entity(rows: Rows, balances: pl.DataFrame, scheme: CodeScheme, options: Options) -> Entity:
    spots = (
        balances.select("year", "period").filter(pl.col("year") > 0).unique().sort(pl.all()).rows()
    )
    base = str(options.get("base_currency") or rows.opened.layout.base_currency or "CNY")
    return Entity(
        name=rows.opened.titles.company,
        base_currency=base,
        scheme=scheme if balances.height else None,
        system=rows.opened.layout.name,
        first_period=(*spots[0],) if spots else None,
        last_period=(*spots[-1],) if spots else None,
    )


def _origin(rows: Rows) -> Origin:
    entries = rows.entries
    headings = {f.fact: entries.caption(f.fact) for f in entries.fields if f.fact}
    return attrs.evolve(entries.grid.origin, headings=headings)
