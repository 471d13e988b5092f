"""Read NC exchange documents into books.

In NC6 a line names only its own side; in NC5 the other side holds zeros.  Original amounts stand
on every line, also where they only repeat the amount in base currency.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_nc_xml import layout
from kamcore.adapters.yonyou_nc_xml.type_map import Types, types_of
from kamcore.books import Books, schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.grid.sheet import Grid
from kamcore.grid.words import tidy
from kamcore.markup.elements import LINE, Elements, read_elements
from kamcore.model.dimension import dimension_id
from kamcore.place import Place
from kamcore.vouchers.documents import Document, Terms, lay_out, make_document, without_usual
from kamcore.vouchers.entries import Field, Kind, read_entries
from kamcore.vouchers.ufinterface import ROOT, sound_flows

NO_DOCUMENT = Fault(
    code="Y4001",
    zh="不是 NC 交换文档: 根元素是「{value}」, 其中没有凭证",
    en="no exchange document of NC: the root is {value!r} and it holds no voucher",
    hint_zh="请确认文件来自 NC 的外部交换平台",
    hint_en="check that the file comes from the exchange platform of NC",
)
UNKNOWN_TYPE = Fault(
    code="Y4002",
    zh="辅助核算类型「{value}」不在类型对照表中 ({count} 行), 以代码作为维度名称",
    en="the auxiliary type {value} is not in the map ({count} lines); the code names it",
    hint_zh="用选项 types 给出本系统的类型对照表, 或在文件旁放置 {map}",
    hint_en="give the map of this installation in the option types, or put {map} beside the file",
)
TWO_TYPES = Fault(
    code="Y4003",
    severity=Severity.WARNING,
    zh="类型「{value}」与「{other}」指同一个核算维度, 分开读取",
    en="the types {value} and {other} mean one dimension; they are read apart",
)


def read_books(source: Source, options: Options) -> Reading:
    """Read a document of vouchers in either dialect.

    Raises:
        SourceError: the file is no sound XML or holds no vouchers of NC.
        UsageError: the map of types in option ``types`` cannot be read.
    """
    elements = read_elements(source, layout.SHAPES, "voucher")
    known = types_of(options, source)
    dialect, elements = _dialect(elements)
    if elements.root != ROOT or not (
        elements.tables["voucher"].height or elements.attributes.get("billtype")
    ):
        raise SourceError(NO_DOCUMENT.at(Place(file=source.name), elements.root))
    document = _plain(lay_out(elements, source.name), dialect)
    kinds = _kinds(document.entries, known, source)
    terms = Terms(
        heads=layout.HEADS[dialect],
        entries=(*layout.ENTRIES[dialect], *kinds.fields),
        system=layout.SYSTEM[dialect],
        base_currency=str(options.get("base_currency") or ""),
        nothing=layout.NOTHING,
        void=layout.VOID[dialect],
        labels=kinds.labels,
    )
    laid = make_document(document, terms)
    books = laid.books.replace(dimensions=_with_codes(laid.books.dimensions, kinds))
    table, extras, odd = _flows(elements, document, books)
    books = books.replace(cash_flows=table, extras=pl.concat([books.extras, extras]))
    facts = {"dialect": dialect, "types": known.origin}
    facts |= {f"root.{name}": value for name, value in elements.attributes.items() if value}
    return Reading(
        books=books,
        problems=(*elements.problems, *known.problems, *laid.problems, *kinds.problems, *odd),
        detected=Detected(
            encoding=elements.encoding,
            facts={name: value for name, value in facts.items() if value},
        ),
    )


def _dialect(elements: Elements) -> tuple[str, Elements]:
    """The dialect of a document, and its entries under one name."""
    tables = dict(elements.tables)
    mixed = tables["mixed"]
    if layout.MIXED_ACCOUNT in mixed.columns and "pk_accasoa" not in mixed.columns:
        mixed = mixed.rename({layout.MIXED_ACCOUNT: "pk_accasoa"})
    dialect = "nc5"
    entries = tables["nc5"]
    for found in (tables["nc6"], mixed):
        if found.height and not entries.height:
            dialect, entries = "nc6", found
    if not entries.height and elements.attributes.get("billtype") == "vouchergl":
        dialect = "nc6"
    return dialect, attrs.evolve(elements, tables={**tables, "entry": entries})


def _plain(document: Document, dialect: str) -> Document:
    """The document without what follows from its other fields."""
    heads, entries = document.heads, document.entries
    flag, signer = layout.SIGNED[dialect]
    signed = tidy(heads.column(signer)).is_not_null()
    usual = {flag: pl.select(pl.when(signed).then(pl.lit("Y")).otherwise(pl.lit("N"))).to_series()}
    usual["pk_org_v"] = tidy(heads.column("pk_org"))
    days = tidy(heads.column("prepareddate")).str.head(10).gather(document.owner)
    same = {"verifydate": days}
    for side in ("debit", "credit"):
        for level in ("group", "global"):
            same[f"{level}{side}amount"] = tidy(entries.column(f"local{side}amount"))
    return attrs.evolve(
        document, heads=without_usual(heads, usual), entries=without_usual(entries, same)
    )


@attrs.frozen
class _Kinds:
    """The dimensions of a document: a field for each, labels and source codes by id."""

    fields: tuple[Field, ...]
    labels: dict[str, str]
    codes: dict[str, str]
    problems: tuple[Problem, ...]


def _kinds(entries: Grid, known: Types, source: Source) -> _Kinds:
    fields: list[Field] = []
    labels: dict[str, str] = {}
    codes: dict[str, str] = {}
    problems: list[Problem] = []
    for name in entries.frame.columns:
        container, _, key = name.partition("/")
        if container not in (layout.ASS, layout.ITEMS):
            continue
        label = known.labels.get(key, key)
        if container == layout.ASS and key not in known.labels and key.isascii():
            rows = tidy(entries.column(name)).is_not_null().arg_true()
            place = attrs.evolve(entries.place(rows[0]), column="pk_Checktype")
            beside = f"{source.name.rpartition('.')[0]}.map.toml"
            problems.append(UNKNOWN_TYPE.at(place, key, count=rows.len(), map=beside))
        wanted = dimension_id(label)
        if wanted in labels:
            place = entries.place(entries.column(name).is_not_null().arg_true()[0])
            problems.append(TWO_TYPES.at(place, label, other=labels[wanted]))
            wanted = label if label not in labels else f"{label} ({key})"
        labels[wanted] = label
        if container == layout.ASS and label != key:
            codes[wanted] = key
        fields.append(Field(name, f"lines.{schema.AUX}{wanted}", Kind.CODE))
    return _Kinds(tuple(fields), labels, codes, tuple(problems))


def _with_codes(dimensions: pl.DataFrame, kinds: _Kinds) -> pl.DataFrame:
    codes = [kinds.codes.get(name) for name in dimensions["id"]]
    return dimensions.with_columns(source_code=pl.Series(codes, dtype=schema.TEXT))


def _flows(
    elements: Elements, document: Document, books: Books
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Problem, ...]]:
    """Cash flows: an inflow on the debit side of a line, an outflow on its credit side."""
    listing = elements.tables["cash_flow"]
    grid = Grid(frame=listing, rows=listing[LINE], origin=books.origin)
    read = read_entries(
        grid,
        (
            Field("pk_cashflow", kind=Kind.CODE),
            Field("moneymain", kind=Kind.AMOUNT),
            Field("money", kind=Kind.AMOUNT),
        ),
    )
    main = pl.coalesce("moneymain", "money")
    lost = pl.lit(read.lost("moneymain"))
    listing = listing.with_columns(
        read.frame.select(item="pk_cashflow", amount=pl.when(~lost).then(main))
    )
    found, problems = sound_flows(document, listing, books, "cashFlow")
    sides = books.lines.select(
        "voucher_id", "line_no", "currency", out=(pl.col("credit") != 0) & (pl.col("debit") == 0)
    )
    good = found.join(sides, on=["voucher_id", "line_no"], how="left", maintain_order="left")
    signed = pl.when("out").then(-pl.col("amount")).otherwise("amount")
    table = good.select(
        "voucher_id", "line_no", "item", signed.cast(schema.AMOUNT).alias("amount")
    )
    extras = _flow_extras(good)
    return table, extras, (*read.problems, *problems)


def _flow_extras(flows: pl.DataFrame) -> pl.DataFrame:
    """Fields of cash flows without a place in the model, unless they repeat another."""
    blank = pl.Series([None] * flows.height, dtype=schema.TEXT)
    main = tidy(flows["moneymain"]) if "moneymain" in flows.columns else blank
    usual = {"m_pk_currtype": flows["currency"]}
    usual |= dict.fromkeys(("money", "moneyglobal", "moneygroup"), main)
    used = {*flows.columns[:1], "item", "amount", "moneymain", "pk_cashflow", "currency", "out"}
    used |= {"voucher_id", "line_no", "source_row"}
    found = [schema.EXTRAS.empty()]
    for name in flows.columns:
        if name in used or name[0] == "#":
            continue
        texts = tidy(flows[name])
        told = texts.is_not_null() & texts.ne_missing(usual.get(name, blank))
        found.append(
            flows.filter(told).select(
                table=pl.lit("cash_flows"),
                row_id=pl.col("row_id").cast(schema.INTEGER),
                field=pl.lit(name),
                value=texts.filter(told),
            )
        )
    return pl.concat(found)
