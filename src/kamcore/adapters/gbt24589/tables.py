"""The tables of a package from spelled books: a frame of texts for each, by element."""

import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.outgoing_items import item_tables
from kamcore.adapters.gbt24589.statements import statement_tables
from kamcore.books import Books, schema
from kamcore.grid.cells import number_text
from kamcore.model.currency import currencies
from kamcore.model.scheme import CodeScheme

_SIDE_WORDS = {"debit": "借", "credit": "贷"}
_FIGURES = {"opening": "期初", "debit": "借方", "credit": "贷方", "closing": "期末"}
_CENTS = 2
_MONTHS = 12


def all_tables(books: Books) -> dict[str, pl.DataFrame]:
    """Every table that the books can fill."""
    slots = slots_of_books(books)
    return {
        "电子账簿": _book(books),
        "会计期间": _periods(books),
        **_lists(books),
        **_archives(books),
        "总账基础信息": _basis(books),
        "会计科目": _chart(books),
        "科目辅助核算": slots.select(
            科目编号="account",
            辅助项编号=pl.col("slot").cast(schema.TEXT),
            辅助项名称="label",
            对应档案=pl.col("id").replace_strict(
                {name: table for name, (table, _, _) in layout.MEMBERS.items()},
                default=pl.col("label"),
            ),
        ),
        layout.LINES: _lines(books, slots),
        layout.BALANCES: _balances(books, slots),
        **_flows(books),
        **item_tables(books),
        **statement_tables(books.extras),
    }


def money(amount: pl.Expr, least: int = _CENTS) -> pl.Expr:
    """A figure with at least two decimals and no idle zeros beyond."""
    text = amount.cast(schema.TEXT)
    return text.str.replace(rf"(\.\d{{{least}}}\d*?)0+$", "$1")


def _book(books: Books) -> pl.DataFrame:
    entity = books.entity
    base = currencies().get(entity.base_currency)
    years = books.vouchers["year"].drop_nulls()
    return pl.DataFrame(
        {
            "会计核算单位": [entity.name],
            "电子账簿名称": [entity.name],
            "组织机构代码": [entity.credit_code[:20]],
            "单位性质": ["企业单位"],
            "开发单位": ["kamcore"],
            "本位币": [base.zh if base else entity.base_currency],
            "会计年度": [str(years.min()) if years.len() else None],
            "标准版本号": [layout.EDITION],
        },
        schema_overrides={"会计年度": schema.TEXT},
    )


def _periods(books: Books) -> pl.DataFrame:
    """The calendar months of every year in use."""
    years = books.vouchers["year"].drop_nulls().unique().sort()
    years = years.filter((years > 0) & (years < 10_000))  # noqa: PLR2004  four digits
    first = [pl.date(year, month, 1) for year in years for month in range(1, _MONTHS + 1)]
    if not first:
        return pl.DataFrame()
    days = pl.DataFrame({"day": pl.concat([pl.select(day).to_series() for day in first])})
    day = pl.col("day")
    return days.select(
        会计年度=day.dt.strftime("%Y"),
        会计期间号=day.dt.month().cast(schema.TEXT),
        会计期间起始日期=day.dt.strftime("%Y%m%d"),
        会计期间结束日期=day.dt.month_end().dt.strftime("%Y%m%d"),
    )


def _lists(books: Books) -> dict[str, pl.DataFrame]:
    """Code lists in which a code is its own name."""
    words = _used(books.vouchers["word"])
    rates = _used(books.lines["rate_type"])
    ways = _used(books.lines["settlement_method"])
    known = currencies()
    codes = pl.concat([_used(books.lines["currency"]), _used(books.balances["currency"])])
    codes = pl.concat([pl.Series([books.entity.base_currency]), codes]).unique(maintain_order=True)
    names = [known[code].zh if code in known else code for code in codes]
    return {
        "记账凭证类型": pl.DataFrame(
            {
                "记账凭证类型编号": words,
                "记账凭证类型名称": words,
                "记账凭证类型简称": words.str.slice(0, 20),
            }
        ),
        "汇率类型": pl.DataFrame({"汇率类型编号": rates, "汇率类型名称": rates}),
        "币种": pl.DataFrame({"币种编码": codes, "币种名称": names}),
        "结算方式": pl.DataFrame({"结算方式编码": ways, "结算方式名称": ways}),
    }


def _used(texts: pl.Series) -> pl.Series:
    return texts.drop_nulls().unique().sort()


def _archives(books: Books) -> dict[str, pl.DataFrame]:
    """Members: those of the standard's own tables, the others as 自定义档案."""
    found = {}
    personal = _verbatim(books, "members", layout.PERSONAL)
    members = books.members.with_columns(personal)
    for dimension, (table, code, name) in layout.MEMBERS.items():
        own = members.filter(dimension=dimension)
        found[table] = own.select(
            pl.col("code").alias(code),
            pl.col("name").alias(name),
            pl.col("short_name").alias(f"{table.removesuffix('档案')}简称"),
            *(pl.col(texts.name) for texts in personal if dimension == "employee"),
            上级部门编码="parent",
        )
    apart = [*layout.MEMBERS, layout.FLOW_ITEMS]
    kinds = books.dimensions.filter(~pl.col("id").is_in(apart))
    values = books.members.filter(~pl.col("dimension").is_in(apart))
    has_parent = values.filter(pl.col("parent").is_not_null())["dimension"].unique()
    layered = pl.col("id").is_in(has_parent.implode())
    found[layout.SITE_KINDS] = kinds.select(
        档案编码="id",
        档案名称="label",
        是否有层级特征=pl.when(layered).then(pl.lit("1")).otherwise(pl.lit("0")),
    )
    levels = ["1" if parent is None else "2" for parent in values["parent"]]
    found[layout.SITE_VALUES] = values.select(
        档案编码="dimension",
        档案值编码="code",
        档案值名称="name",
        档案值父节点="parent",
        档案值级次=pl.Series(levels, dtype=schema.TEXT),
    )
    return found


def _basis(books: Books) -> pl.DataFrame:
    scheme = books.entity.scheme or CodeScheme.detect(books.accounts["code"].to_list())
    return pl.DataFrame(
        {"结构分隔符": ["-"], "会计科目编号规则": [str(scheme)], "现金流量项目编码规则": ["2"]}
    )


def _chart(books: Books) -> pl.DataFrame:
    return books.accounts.select(
        科目编号="code",
        科目名称="name",
        科目级次=pl.col("level").cast(schema.TEXT),
        科目类型="category",
        余额方向=pl.col("direction").replace_strict(_SIDE_WORDS, default=None),
    )


def slots_of_books(books: Books) -> pl.DataFrame:
    """Which slot of an account holds which dimension: those it requires, then those it has."""
    order = {name: rank for rank, name in enumerate(books.dimensions["id"])}
    required = books.accounts.select(
        account="code", id=pl.col("dimensions").str.split(",")
    ).explode("id")
    used = [
        frame.filter(pl.col(name).is_not_null())
        .select("account", id=pl.lit(name.removeprefix(schema.AUX)))
        .unique()
        .sort("account")
        for frame in (books.lines, books.balances)
        for name in schema.dimension_columns(frame)
    ]
    pairs = pl.concat([required, *used]).drop_nulls().filter(pl.col("id").is_in(list(order)))
    labels = dict(books.dimensions.select("id", "label").iter_rows())
    return (
        pairs.unique(maintain_order=True)
        .with_columns(
            slot=pl.int_range(1, pl.len() + 1, dtype=schema.INTEGER).over("account"),
            label=pl.col("id").replace_strict(labels, default=None, return_dtype=schema.TEXT),
        )
        .filter(pl.col("slot") <= layout.SLOTS)
        .sort("account", "slot", maintain_order=True)
    )


def _in_slots(frame: pl.DataFrame, slots: pl.DataFrame) -> list[pl.Series]:
    """The slot columns of a frame with ``account`` and dimension columns."""
    found = []
    accounts = frame.select("account")
    for number in slots["slot"].unique().sort():
        own = slots.filter(slot=number).select("account", "id")
        which = accounts.join(own, on="account", how="left", maintain_order="left")["id"]
        value: pl.Expr = pl.lit(None, dtype=schema.TEXT)
        for name in own["id"].unique(maintain_order=True):
            if schema.AUX + name in frame.columns:
                value = pl.when(pl.lit(which == name)).then(schema.AUX + name).otherwise(value)
        found.append(frame.select(value.alias(layout.slot(number))).to_series())
    return found


def _lines(books: Books, slots: pl.DataFrame) -> pl.DataFrame:
    """记账凭证: one row a line, the head repeated."""
    heads = books.vouchers.drop("source_row", "date", "year", "period").rename(
        lambda name: name if name == "voucher_id" else f"head.{name}"
    )
    rows = books.lines.join(heads, on="voucher_id", how="left", maintain_order="left")
    credit = (pl.col("credit") != 0) & (pl.col("debit") == 0)
    local = pl.col("fx_debit").is_null() & pl.col("fx_credit").is_null()
    own = local & (pl.col("currency") == books.entity.base_currency).fill_null(value=True)
    quantity = number_text(pl.col("quantity"), schema.RATE)
    return rows.select(
        记账凭证日期=pl.col("date").dt.strftime("%Y%m%d"),
        会计年度=pl.col("year").cast(schema.TEXT).str.zfill(4),
        会计期间号=pl.col("period").cast(schema.TEXT),
        记账凭证类型编号="head.word",
        记账凭证编号=pl.col("head.number").cast(schema.TEXT),
        记账凭证行号=pl.int_range(1, pl.len() + 1).over("voucher_id").cast(schema.TEXT),
        记账凭证摘要="summary",
        科目编号="account",
        币种编码="currency",
        计量单位="unit",
        借方数量=pl.when(~credit).then(quantity),
        借方原币金额=money(pl.when(own).then("debit").otherwise("fx_debit")),
        借方本币金额=money(pl.col("debit")),
        贷方数量=pl.when(credit).then(quantity),
        贷方原币金额=money(pl.when(own).then("credit").otherwise("fx_credit")),
        贷方本币金额=money(pl.col("credit")),
        汇率类型编号="rate_type",
        汇率=number_text(pl.col("rate"), schema.RATE),
        单价=number_text(pl.col("unit_price"), schema.RATE),
        结算方式编码="settlement_method",
        票据号="settlement_number",
        票据日期=pl.col("settlement_date").dt.strftime("%Y%m%d"),
        附件数=pl.col("head.attachments").cast(schema.TEXT),
        制单人="head.preparer",
        审核人="head.reviewer",
        记账人="head.poster",
        记账标志=pl.when(pl.col("head.status") == "posted")
        .then(pl.lit("1"))
        .otherwise(pl.lit("0")),
        作废标志=pl.when(pl.col("head.status") == "void").then(pl.lit("1")).otherwise(pl.lit("0")),
        凭证来源系统="head.source_module",
    ).with_columns(*_in_slots(rows, slots), *_verbatim(books, "lines", layout.LINE_EXTRAS))


def _verbatim(books: Books, table: str, fields: tuple[str, ...]) -> list[pl.Series]:
    """A column for each field that the extras of a table fill."""
    found = []
    for field in fields:
        own = books.extras.filter(pl.col("table") == table, pl.col("field") == field)
        if own.height:
            height = books.tables[table].height
            blank = pl.Series(field, [None] * height, dtype=schema.TEXT)
            found.append(blank.scatter(own["row_id"], own["value"]))
    return found


def _balances(books: Books, slots: pl.DataFrame) -> pl.DataFrame:
    """科目余额及发生额: amounts without sign beside the direction they have."""
    frame = books.balances
    if not frame.height:
        return pl.DataFrame()
    own = pl.all_horizontal(pl.col(f"fx_{name}").is_null() for name in _FIGURES)
    columns = {}
    for name, zh in _FIGURES.items():
        ends = name in ("opening", "closing")
        tail = "余额" if ends else "金额"
        negative = (pl.col(name) < 0).fill_null(value=False)
        sign = pl.when(negative).then(pl.lit(-1)).otherwise(pl.lit(1)) if ends else pl.lit(1)
        if ends:
            columns[f"{zh}余额方向"] = pl.when(negative).then(pl.lit("贷")).otherwise(pl.lit("借"))
        base = (pl.col(name) * sign).cast(schema.AMOUNT)
        fx = (pl.col(f"fx_{name}") * sign).cast(schema.AMOUNT)
        quantity = (pl.col(f"quantity_{name}") * sign).cast(schema.RATE)
        columns[f"{zh}本币{tail}"] = money(base)
        columns[f"{zh}原币{tail}"] = money(pl.when(own).then(base).otherwise(fx))
        columns[f"{zh}数量"] = number_text(quantity, schema.RATE)
    return frame.select(
        科目编号="account",
        币种编码=pl.col("currency").fill_null(books.entity.base_currency),
        会计年度=pl.col("year").cast(schema.TEXT).str.zfill(4),
        会计期间号=pl.col("period").cast(schema.TEXT),
        **columns,
    ).with_columns(_in_slots(frame, slots))


def _flows(books: Books) -> dict[str, pl.DataFrame]:
    """Cash-flow items and rows; the row number says voucher and line, which no element does."""
    known = dict(
        books.members.filter(dimension=layout.FLOW_ITEMS).select("code", "name").iter_rows()
    )
    flows = books.cash_flows.with_row_index("_row")
    order = books.vouchers.select(
        "voucher_id", "word", "number", _order=pl.int_range(1, pl.len() + 1)
    )
    lines = books.lines.select(
        "voucher_id",
        "line_no",
        "currency",
        "summary",
        _line=pl.int_range(1, pl.len() + 1).over("voucher_id"),
    ).unique(["voucher_id", "line_no"], keep="first", maintain_order=True)
    joined = flows.join(order, on="voucher_id", how="inner", maintain_order="left").join(
        lines, on=["voucher_id", "line_no"], how="inner", maintain_order="left"
    )
    flow = pl.when(pl.col("amount") < 0).then(pl.lit("0")).otherwise(pl.lit("1"))
    amount = money(pl.col("amount").abs().cast(schema.AMOUNT))
    items = list(dict.fromkeys([*known, *joined["item"].unique(maintain_order=True)]))
    rows = joined.select(
        记账凭证类型编号="word",
        记账凭证编号=pl.col("number").cast(schema.TEXT),
        币种编码=pl.lit(books.entity.base_currency),
        现金流量行号=pl.format("{}-{}", "_order", "_line"),
        现金流量摘要="summary",
        现金流量项目编码="item",
        现金流量项目属性=flow,
        现金流量原币金额=amount,
        现金流量本币金额=amount,
    )
    table = pl.DataFrame(
        {
            "现金流量项目编码": items,
            "现金流量项目名称": [known.get(item) or item for item in items],
            "是否末级": ["1"] * len(items),
            "现金流量项目级次": ["1"] * len(items),
            "现金流量数据来源": ["1"] * len(items),
            "现金流量项目属性": ["2"] * len(items),
        },
        schema_overrides={"现金流量项目编码": schema.TEXT},
    )
    return {layout.FLOW_ITEMS: table, layout.FLOWS: rows}
