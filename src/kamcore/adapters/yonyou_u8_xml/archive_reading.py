"""Read archive documents: customers and vendors as members, codes as accounts."""

import attrs
import polars as pl

from kamcore.adapters.yonyou_u8_xml import archives, layout
from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.grid.words import blank_words, tidy
from kamcore.markup.elements import LINE, OWNER
from kamcore.model.currency import currency_code
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.documents import CNY
from kamcore.vouchers.entries import Entries, Field, read_entries

NO_CODE = Fault(
    code="Y2011",
    zh="档案记录没有编码, 未读入: {value}",
    en="the archive record has no code and was not read: {value}",
)
UNKNOWN_DIRECTION = Fault(
    code="Y2012",
    severity=Severity.WARNING,
    zh="科目性质「{value}」无法识别, 余额方向留空",
    en="the property {value!r} of the account is not known; its direction stays blank",
)
UNKNOWN_CURRENCY = Fault(
    code="Y2013",
    severity=Severity.WARNING,
    zh="科目币种「{value}」无法识别, 按原文保留",
    en="the currency {value!r} of the account is not known; kept as it is",
)

_PARTIES = {"customer": "customer", "vendor": "supplier"}


def read_archive(
    kind: str, frame: pl.DataFrame, file: str, base: str
) -> tuple[Books, tuple[Problem, ...]]:
    """Read the records of one kind: ``customer``, ``vendor`` or ``code``."""
    fields = archives.CODE_FIELDS if kind == "code" else archives.PARTY_FIELDS
    headings = {field.fact: field.heading for field in fields}
    origin = Origin(file=file, by="line", headings=headings)
    grid = Grid(frame=frame.drop(LINE, OWNER), rows=frame[LINE], origin=origin)
    named = f"{'accounts' if kind == 'code' else 'members'}.code"
    entries = read_entries(grid, fields)
    blank = entries.frame[named].is_null()
    problems = [
        NO_CODE.at(grid.place(row, "code"), grid.column("name")[row] or "")
        for row in blank.arg_true()
    ]
    kept = attrs.evolve(entries, grid=grid.filter(~blank), frame=entries.frame.filter(~blank))
    tables, more = _accounts(kept) if kind == "code" else _members(kept, _PARTIES[kind])
    scheme = (
        CodeScheme.detect(tables["accounts"]["code"]) if kind == "code" and len(blank) else None
    )
    entity = Entity(base_currency=base or CNY, system=layout.SYSTEM, scheme=scheme)
    extras = _extras(kept, fields, tables)
    books = Books(entity, {**tables, "extras": extras}, origin)
    return books, (*entries.problems, *problems, *more)


def _members(entries: Entries, dimension: str) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    frame = entries.frame
    members = frame.select(
        *(pl.col(field.fact).alias(field.fact.partition(".")[2]) for field in entries.fields),
        dimension=pl.lit(dimension),
        source_row=pl.lit(entries.grid.rows),
    )
    label = layout.LABELS[dimension]
    dimensions = pl.DataFrame(
        {"id": [dimension], "label": [label]}, schema={"id": schema.TEXT, "label": schema.TEXT}
    )
    return {"members": members, "dimensions": dimensions}, []


def _accounts(entries: Entries) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    problems: list[Problem] = []
    frame = entries.frame
    wanted = [
        pl.when(pl.col(f"flag.{flag}")).then(pl.lit(name)) for flag, name in archives.FLAGS.items()
    ]
    asked = pl.concat_str(wanted, separator=",", ignore_nulls=True)
    accounts = frame.select(
        *(
            pl.col(f"accounts.{name}").alias(name)
            for name in ("code", "name", "category", "unit", "is_leaf")
        ),
        pl.col("accounts.level").alias("level"),
        _directions(entries, problems),
        _currencies(entries, problems),
        (pl.col("flag.cash") | pl.col("flag.bank")).alias("is_cash"),
        (~pl.col("flag.seal")).alias("is_active"),
        pl.when(asked != "").then(asked).alias("dimensions"),
        pl.lit(entries.grid.rows).alias("source_row"),
    )
    used = [
        name
        for flag, name in archives.FLAGS.items()
        if (frame[f"flag.{flag}"].fill_null(value=False)).any()
    ]
    dimensions = pl.DataFrame(
        {"id": used, "label": [layout.LABELS[name] for name in used]},
        schema={"id": schema.TEXT, "label": schema.TEXT},
    )
    return {"accounts": charted(accounts), "dimensions": dimensions}, problems


def charted(accounts: pl.DataFrame) -> pl.DataFrame:
    """Accounts with parent and full name from the codes, and the level where it is not said."""
    codes = accounts["code"].to_list()
    scheme = CodeScheme.detect(codes)
    names = dict(accounts.select("code", "name").iter_rows())
    level = pl.Series([scheme.level(code) for code in codes], dtype=schema.INTEGER)
    paths = [_full_name(code, scheme, names) for code in codes]
    return accounts.with_columns(
        pl.Series("parent", [scheme.parent(code) for code in codes], dtype=schema.TEXT),
        pl.Series("full_name", paths, dtype=schema.TEXT),
        pl.col("level").fill_null(level),
    )


def _full_name(code: str, scheme: CodeScheme, names: dict[str, str | None]) -> str | None:
    """Names of all levels; None where one is missing."""
    parts: list[str] = []
    at: str | None = code
    while at is not None:
        name = names.get(at)
        if name is None:
            return None
        parts.append(name)
        at = scheme.parent(at)
    return "/".join(reversed(parts))


def _directions(entries: Entries, problems: list[Problem]) -> pl.Series:
    texts = entries.frame["side.prop"].str.to_uppercase()
    debit, credit = texts.is_in(list(archives.DEBIT)), texts.is_in(list(archives.CREDIT))
    for row in (~(debit | credit)).fill_null(value=False).arg_true():
        place = entries.grid.place(row, "prop")
        problems.append(UNKNOWN_DIRECTION.at(place, entries.frame["side.prop"][row]))
    return pl.select(
        pl.when(debit).then(pl.lit("debit")).when(credit).then(pl.lit("credit")).alias("direction")
    ).to_series()


def _currencies(entries: Entries, problems: list[Problem]) -> pl.Series:
    texts = entries.frame["accounts.currency"]
    known = {text: currency_code(text) for text in texts.drop_nulls().unique(maintain_order=True)}
    for text in (text for text, code in known.items() if code is None):
        place = entries.grid.place((texts == text).arg_true()[0], "fc_name")
        problems.append(UNKNOWN_CURRENCY.at(place, text))
    codes = [code or text for text, code in known.items()]
    return texts.replace(list(known), codes).alias("currency")


def _extras(
    entries: Entries, fields: tuple[Field, ...], tables: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """Texts without a place in the model, where they say something."""
    table = "accounts" if "accounts" in tables else "members"
    facts = {field.heading for field in fields}
    found = [schema.EXTRAS.empty()]
    usual = usual_texts(tables["accounts"]) if table == "accounts" else {}
    for name in entries.grid.frame.columns:
        own = usual.get(name)
        if name in facts and own is None:
            continue
        texts = tidy(entries.grid.column(name))
        texts = blank_words(texts, set(archives.NOTHING.get(name, ())))
        said = texts.is_not_null()
        if own is not None:
            said &= texts.str.to_uppercase().ne_missing(own.str.to_uppercase())
        spots = said.arg_true()
        found.append(
            pl.select(
                table=pl.lit(table),
                row_id=spots.cast(schema.INTEGER),
                field=pl.lit(name),
                value=texts.gather(spots),
            )
        )
    return pl.concat(found).sort("row_id", maintain_order=True)


def usual_texts(accounts: pl.DataFrame) -> dict[str, pl.Series]:
    """What the elements of an account say that follow from its other facts.

    The number of the record; the style of its ledger, from currency and unit; which kind of cash
    it is, from its code (1001 is cash in hand in every chart).
    """
    cash = pl.col("is_cash")
    on_hand = pl.col("code").str.starts_with("1001")
    foreign, counted = pl.col("currency").is_not_null(), pl.col("unit").is_not_null()
    style = pl.coalesce(
        pl.when((foreign == one) & (counted == two)).then(pl.lit(name))
        for (one, two), name in archives.STYLES.items()
    )
    frame = accounts.select(
        id=pl.int_range(1, pl.len() + 1).cast(schema.TEXT),
        acclist_style=style,
        cash_acc_flag=flag_text(cash & on_hand),
        bank_acc_flag=flag_text(cash & ~on_hand),
    )
    return {name: frame[name] for name in frame.columns}


def flag_text(flag: pl.Expr) -> pl.Expr:
    """How a flag is written: ``True``, ``False``, or nothing where it is not known."""
    return pl.when(flag).then(pl.lit("True")).when(~flag).then(pl.lit("False"))
