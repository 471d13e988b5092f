"""From typed rows to the tables of the books."""

from collections.abc import Collection, Mapping

import attrs
import polars as pl

from kamcore.adapters.kingdee_k3 import charting, items, money
from kamcore.adapters.kingdee_k3.cells import Cells
from kamcore.adapters.kingdee_k3.columns import (
    COLUMNS,
    LINE_TEXTS,
    SYSTEM,
    VERBATIM,
    VOUCHER_COLUMNS,
)
from kamcore.adapters.kingdee_k3.grouping import DISAGREE, disagreeing
from kamcore.books import Books, Origin, schema
from kamcore.errors import Problem
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.place import Place


@attrs.frozen(kw_only=True)
class Assembled:
    """Books, the problems met on the way, and what was found out."""

    books: Books
    problems: tuple[Problem, ...]
    facts: Mapping[str, str]


@attrs.define
class _Work:
    """The rows being assembled: `frame` is in the order of the books."""

    frame: pl.DataFrame
    cells: Cells
    base: str
    categories: Collection[str]
    problems: list[Problem] = attrs.field(factory=list)
    extras: list[pl.DataFrame] = attrs.field(factory=list)

    def raw(self, key: str) -> pl.Series:
        """The texts of a column as the sheet has them, in the order of the books."""
        return self.cells.grid.column(key).gather(self.frame["_index"])

    def keep(self, key: str, rows: pl.Series) -> None:
        """Keep the texts of a column verbatim where `rows` is true; a blank as an empty text."""
        if key not in self.cells.grid.frame.columns or not rows.any():
            return
        spots = rows.fill_null(value=False).arg_true()
        texts = self.raw(key).gather(spots).fill_null("")
        self.extras.append(
            pl.DataFrame(
                {"table": "lines", "row_id": spots.cast(pl.Int64), "field": key, "value": texts}
            )
        )

    def at(self, row: int, key: str) -> Place:
        """The place of a row of the books."""
        return self.cells.grid.place(self.frame["_index"][row], key)


def assemble(
    frame: pl.DataFrame, cells: Cells, settings: tuple[str, Collection[str]]
) -> Assembled:
    """Build the tables from rows that are grouped by voucher; `settings`: base, categories."""
    work = _Work(frame, cells, *settings)
    _money(work)
    packing = _items(work)
    ids = items.dimension_ids(packing.labels)
    dimensions, members = _members(work, packing, ids)
    codes = frame["FAccountNum"].drop_nulls().unique(maintain_order=True).to_list()
    scheme = CodeScheme.detect(codes)
    tables = {
        "accounts": _accounts(work, scheme, frozenset(members["code"])),
        "dimensions": dimensions,
        "members": members,
        "vouchers": _vouchers(work),
        "lines": _lines(work),
    }
    _verbatim(work)
    tables["extras"] = pl.concat([schema.EXTRAS.empty(), *work.extras])
    first, last = _span(work)
    entity = Entity(
        base_currency=work.base,
        scheme=scheme if codes else None,
        system=SYSTEM,
        first_period=first,
        last_period=last,
    )
    facts = {"joiner": packing.joiner} if packing.labels else {}
    books = Books(entity, tables, _origin(work))
    return Assembled(books=books, problems=tuple(work.problems), facts=facts)


def _span(work: _Work) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    periods = work.frame.select("FYear", "FPeriod").drop_nulls().unique().sort(pl.all()).rows()
    return ((*periods[0],), (*periods[-1],)) if periods else (None, None)


def _origin(work: _Work) -> Origin:
    """The origin with the headings of the sheet by fact."""
    said = work.cells.grid.origin.headings
    facts = {column.fact: key for key, column in COLUMNS.items() if column.fact} | {
        "vouchers.date": "FDate",
        "vouchers.year": "FYear",
        "vouchers.period": "FPeriod",
        "vouchers.status": "FPosted",
        "lines.currency": "FCurrencyNum",
        "lines.fx_debit": "FAmountFor",
        "lines.fx_credit": "FAmountFor",
        "lines.line_no": "FEntryID",
        "lines.aux_*": "FItem",
        "accounts.code": "FAccountNum",
        "accounts.name": "FAccountName",
    }
    facts |= {f"lines.{name}": "FItem" for name in work.frame.columns if name.startswith("aux_")}
    headings = {fact: said.get(key, key) for fact, key in facts.items()}
    return attrs.evolve(work.cells.grid.origin, headings=headings)


def _money(work: _Work) -> None:
    """Add ``debit``, ``credit``, ``currency`` and the original amounts."""
    order = work.frame["_index"]
    lost = {key: work.cells.lost(key).gather(order) for key in ("FDebit", "FCredit")}
    frame = money.sides(work.frame, lost).with_columns(amount_for=pl.col("FAmountFor"))
    pairs = frame.select("FCurrencyNum", "FCurrencyName").unique(maintain_order=True)
    codes = pairs.with_columns(
        currency=pl.Series(
            [money.iso_code(*pair) for pair in pairs.iter_rows()], dtype=schema.TEXT
        )
    )
    keys = ["FCurrencyNum", "FCurrencyName"]
    frame = frame.join(codes, on=keys, how="left", nulls_equal=True, maintain_order="left")
    work.base = work.base or money.base_of(frame)
    work.frame = money.original(frame, work.base)
    for code in codes["currency"].drop_nulls().unique(maintain_order=True):
        if money.product_name(code) is None:
            rows = (work.frame["currency"] == code).fill_null(value=False)
            place = work.at(rows.arg_max() or 0, "FCurrencyNum")
            work.problems.append(money.UNKNOWN_CURRENCY.at(place, code, count=int(rows.sum())))
    differs = work.frame["_differs"]
    for row in differs.arg_true():
        amount = work.frame["debit"][row] + work.frame["credit"][row]
        said = work.raw("FAmountFor")[row]
        place = work.at(row, "FAmountFor")
        work.problems.append(money.ORIGINAL_DIFFERS.at(place, said, amount=amount))
    work.keep("FAmountFor", differs)
    usual = {code: money.product_code(code) for code in codes["currency"].drop_nulls()}
    names = {code: money.product_name(code) for code in usual}
    said = work.frame["currency"]
    work.keep("FCurrencyNum", _unlike(work.frame["FCurrencyNum"], said, usual))
    work.keep("FCurrencyName", _unlike(work.frame["FCurrencyName"], said, names))


def _unlike(texts: pl.Series, keys: pl.Series, usual: Mapping[str, str | None]) -> pl.Series:
    """True where a text is not what is usual for its key."""
    if not usual:
        return texts.is_not_null()
    return texts.ne_missing(
        keys.replace_strict(dict(usual), default=None, return_dtype=schema.TEXT)
    )


def _items(work: _Work) -> items.Packing:
    """Add a column ``aux_<id>`` per dimension, and say what is wrong with the items."""
    texts = work.frame["FItem"].drop_nulls().unique(maintain_order=True).to_list()
    packing = items.Packing.of(texts, work.categories)
    ids = items.dimension_ids(packing.labels)
    cells = {text: packing.split(text) for text in texts}
    rows = [
        {"FItem": text} | {f"aux_{ids[item.label]}": item.code for item in cell.items}
        for text, cell in cells.items()
    ]
    types = dict.fromkeys(["FItem", *(f"aux_{name}" for name in ids.values())], schema.TEXT)
    known = pl.DataFrame(rows, schema=types)
    work.frame = work.frame.join(known, on="FItem", how="left", maintain_order="left")
    bad = [text for text, cell in cells.items() if cell.faults]
    for row in work.frame["FItem"].is_in(bad).fill_null(value=False).arg_true() if bad else ():
        for fault, piece, label in cells[work.frame["FItem"][row]].faults:
            work.problems.append(fault.at(work.at(row, "FItem"), piece, category=label))
    for label in items.unknown(packing.labels, work.categories):
        used = work.frame[f"aux_{ids[label]}"].is_not_null()
        row = used.arg_max() or 0
        place = work.at(row, "FItem")
        text = work.frame["FItem"][row]
        count = int(used.sum())
        work.problems.append(items.UNKNOWN_CATEGORY.at(place, text, category=label, count=count))
    return packing


def _members(
    work: _Work, packing: items.Packing, ids: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Dimensions and members; cells that cannot be made from them again are kept verbatim."""
    texts = work.frame["FItem"].drop_nulls().unique(maintain_order=True).to_list()
    names = packing.names(texts)
    for (label, code), several in names.items():
        if len(several) > 1:
            rows = (work.frame[f"aux_{ids[label]}"] == code).fill_null(value=False)
            place = work.at(rows.arg_max() or 0, "FItem")
            facts = {"category": label, "code": code, "names": ", ".join(several)}
            work.problems.append(items.TWO_NAMES.at(place, code, **facts))
    chosen = {key: several[0] if several else None for key, several in names.items()}
    rank = {label: order for order, label in enumerate(packing.labels)}
    odd = [text for text in texts if packing.spell(text, chosen) != text]
    work.keep("FItem", work.frame["FItem"].is_in(odd))
    members = sorted(chosen, key=lambda key: (rank[key[0]], key[1]))
    return (
        pl.DataFrame(
            {"id": [ids[label] for label in packing.labels], "label": list(packing.labels)},
            schema={"id": schema.TEXT, "label": schema.TEXT},
        ),
        pl.DataFrame(
            {
                "dimension": [ids[label] for label, _ in members],
                "code": [code for _, code in members],
                "name": [chosen[key] for key in members],
            },
            schema=dict.fromkeys(("dimension", "code", "name"), schema.TEXT),
        ),
    )


def _accounts(work: _Work, scheme: CodeScheme, members: Collection[str]) -> pl.DataFrame:
    frame = work.frame.select(code="FAccountNum", raw="FAccountName").drop_nulls("code")
    pairs = frame.unique(maintain_order=True).drop_nulls()
    plain = {
        (code, raw): charting.plain_name(raw, scheme.level(code), members)
        for code, raw in pairs.iter_rows()
    }
    names: dict[str, list[tuple[str, str | None]]] = {}
    for (code, _), name in plain.items():
        known = names.setdefault(code, [])
        if name not in known:
            known.append(name)
    for code, several in names.items():
        if len({name for name, _ in several}) > 1:
            rows = (work.frame["FAccountNum"] == code).fill_null(value=False)
            place = work.at(rows.arg_max() or 0, "FAccountName")
            said = ", ".join(dict.fromkeys(name for name, _ in several))
            work.problems.append(charting.TWO_NAMES.at(place, code, names=said))
    chosen = {code: several[0] for code, several in names.items()}
    usual = {code: name for code, (name, _) in chosen.items()}
    odd = _unlike(work.frame["FAccountName"], work.frame["FAccountNum"], usual)
    work.keep("FAccountName", odd)
    codes = sorted(frame["code"].unique())
    table = pl.DataFrame(
        {
            "code": codes,
            "name": [chosen.get(code, (None, None))[0] for code in codes],
            "full_name": [chosen.get(code, (None, None))[1] for code in codes],
        },
        schema=dict.fromkeys(("code", "name", "full_name"), schema.TEXT),
    )
    return charting.account_frame(table, scheme)


def _vouchers(work: _Work) -> pl.DataFrame:
    for column in VOUCHER_COLUMNS:
        rows = disagreeing(work.frame, column.key)
        if rows.any():
            place = work.at(rows.arg_max() or 0, column.key)
            facts = {"caption": column.caption, "count": int(rows.sum())}
            work.problems.append(DISAGREE.at(place, "", **facts))
            work.keep(column.key, rows)
    heads = work.frame.unique("voucher_id", keep="first", maintain_order=True)
    posted = pl.col("FPosted") != 0
    return heads.select(
        "voucher_id",
        year="FYear",
        period="FPeriod",
        date="FDate",
        source_row=work.cells.grid.rows.gather(heads["_index"]).cast(pl.Int64),
        status=pl.when(posted)
        .then(pl.lit("posted"))
        .when(pl.col("FCheckerID").is_not_null())
        .then(pl.lit("reviewed"))
        .when(pl.col("FPosted").is_not_null())
        .then(pl.lit("draft")),
        **{column.fact.partition(".")[2]: column.key for column in VOUCHER_COLUMNS},
    )


def _lines(work: _Work) -> pl.DataFrame:
    rows = work.cells.grid.rows.gather(work.frame["_index"]).cast(pl.Int64)
    return work.frame.select(
        "voucher_id",
        "line_no",
        pl.col("debit").cast(schema.AMOUNT),
        pl.col("credit").cast(schema.AMOUNT),
        "currency",
        pl.col("fx_debit").cast(schema.AMOUNT),
        pl.col("fx_credit").cast(schema.AMOUNT),
        *(name for name in work.frame.columns if name.startswith(schema.AUX)),
        split_no=pl.lit(1, dtype=pl.Int64),
        date="FDate",
        year="FYear",
        period="FPeriod",
        account="FAccountNum",
        source_row=rows,
        rate=pl.when(pl.col("FExchangeRate") != 0).then("FExchangeRate"),
        quantity=pl.when(pl.col("FQuantity") != 0).then("FQuantity"),
        unit_price=pl.when(pl.col("FUnitPrice") != 0).then("FUnitPrice"),
        **{column.fact.partition(".")[2]: column.key for column in LINE_TEXTS},
    )


def _verbatim(work: _Work) -> None:
    strange = [name for name in work.cells.grid.frame.columns if name not in COLUMNS]
    for key in (*VERBATIM, *strange):
        work.keep(key, work.raw(key).is_not_null())
