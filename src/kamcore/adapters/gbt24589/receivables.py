"""应收应付: the rows of documents as the files say them, and what is odd about them."""

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.adapters.gbt24589.archives import Lists, texts
from kamcore.adapters.gbt24589.package import Contents
from kamcore.adapters.gbt24589.settlements import VOUCHER
from kamcore.adapters.gbt24589.subledger import KEY, REST, Subledger, subledger_of
from kamcore.books import schema
from kamcore.errors import Fault, Problem, Severity
from kamcore.grid.sheet import Grid
from kamcore.grid.words import tidy
from kamcore.model.currency import currency_code
from kamcore.vouchers.entries import INDEX, Field, Kind, read_entries

UNPAIRED = Fault(
    code="S1006",
    severity=Severity.INFO,
    zh="{count} 笔核销的对方单据不在包中, 只知其凭证号; 首笔为「{value}」",
    en="of {count} settlements the other document is not in the package, only the number of its"
    " voucher; the first is of {value!r}",
)
SETTLED_YET_OPEN = Fault(
    code="S1007",
    severity=Severity.WARNING,
    zh="核销标志为已核销, 但本币余额是 {value}; 以余额为准 (共 {count} 行)",
    en="the row is marked as settled, yet {value} of it is open; the balance counts"
    " ({count} rows)",
    hint_zh="核对来源软件的核销记录",
    hint_en="compare the settlements in the product",
)
INCOMPLETE = Fault(
    code="S1008",
    zh="往来单位或本币发生金额是空的, 此行未读入",
    en="the party or the amount is blank; the row was not read",
)
SEVERAL_VOUCHERS = Fault(
    code="S1009",
    severity=Severity.INFO,
    zh="{count} 张单据的各行记在不同凭证, 取首行的; 首张为「{value}」",
    en="rows of {count} documents name different vouchers, the first row's is kept; the first is"
    " {value!r}",
)
_DAYS = ("记账凭证日期", "记账日期", "到期日", "核销日期")
_KINDS = ("单据类型", "交易类型")
_SETTLED = "1"


def fields(code: str) -> tuple[Field, ...]:
    """The elements of a table that have a column; `code` names the party's."""
    return (
        Field(code, "party", Kind.CODE),
        Field("科目编号", "account", Kind.CODE),
        Field("记账凭证日期", "voucher_date", Kind.DAY),
        Field("记账日期", "date", Kind.DAY),
        Field("汇率", "rate", Kind.RATE),
        Field("本币发生金额", "amount", Kind.AMOUNT),
        Field("本币余额", "balance", Kind.AMOUNT),
        Field("原币币种", "currency"),
        Field("原币发生金额", "fx_amount", Kind.AMOUNT),
        Field("原币余额", "fx_balance", Kind.AMOUNT),
        Field("摘要", "summary"),
        Field("到期日", "due_date", Kind.DAY),
        Field("核销凭证编号", "ref"),
        Field("核销日期", "settled_on", Kind.DAY),
        Field("核销标志", "flag"),
        Field("单据编号", "document"),
        Field("发票号", "invoice"),
        Field("合同号", "contract"),
        Field("项目编码", "project"),
    )


def read_items(
    contents: Contents, lists: Lists, vouchers: pl.DataFrame, base: str
) -> tuple[Subledger | None, tuple[Problem, ...]]:
    """Read the tables of receivables and payables; None where the package has none."""
    names = _kind_names(contents)
    frames: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for table, (role, code) in layout.OPEN_ITEMS.items():
        grid = contents.grid(table)
        if grid is None or not grid.height:
            continue
        rows, odd = _rows(grid, role, code, lists)
        rows = rows.with_columns(
            pl.col(f"={name}编码").replace(known) for name, known in names.items()
        )
        problems += [*odd, *_checked(grid, rows)]
        frames.append(rows.drop(INDEX))
    if not frames:
        return None, tuple(problems)
    rows = pl.concat(frames).drop_nulls(["party", "amount"])
    found = subledger_of(rows, vouchers, base)
    return found, (*problems, *_unpaired(contents, found.applications))


def _kind_names(contents: Contents) -> dict[str, dict[str, str]]:
    """The kinds of documents and trades by code, as long as no two share a name."""
    found = {}
    for name in _KINDS:
        known = texts(contents.grid(name), f"{name}编码", f"{name}名称").drop_nulls()
        pairs = known.select(f"{name}编码", f"{name}名称")
        single = not (pairs[:, 1].is_duplicated().any() or pairs[:, 0].is_duplicated().any())
        found[name] = dict(pairs.iter_rows()) if single else {}
    return found


def _rows(
    grid: Grid, role: str, code: str, lists: Lists
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    days = [
        pl.when(pl.col(name).str.strip_chars() != layout.NO_DAY).then(name).alias(name)
        for name in _DAYS
        if name in grid.frame.columns
    ]
    entries = read_entries(attrs.evolve(grid, frame=grid.frame.with_columns(days)), fields(code))
    spellings = entries.frame["currency"].drop_nulls().unique().to_list()
    codes = {text: lists.currencies.get(text) or currency_code(text) or text for text in spellings}
    verbatim = [tidy(grid.column(name)).alias(f"={name}") for name in REST]
    frame = entries.frame.with_columns(
        pl.col("currency").replace(codes),
        *verbatim,
        party_role=pl.lit(role),
        source_row=grid.rows.cast(schema.INTEGER),
    ).with_columns(
        pl.col("=会计期间号").str.replace(r"^0+([0-9])", "$1"),
        pl.col("=记账凭证类型编号").replace(lists.words),
    )
    return frame, entries.problems


def _checked(grid: Grid, rows: pl.DataFrame) -> list[Problem]:
    """What contradicts itself in the rows of a table."""
    found = []
    for index in rows.filter(pl.col("party").is_null() | pl.col("amount").is_null())[INDEX]:
        found.append(INCOMPLETE.at(grid.place(index)))  # noqa: PERF401  a row at a time reads well
    odd = rows.filter((pl.col("flag") == _SETTLED) & (pl.col("balance") != 0))
    if odd.height:
        place = grid.place(odd[INDEX][0], "核销标志")
        found.append(SETTLED_YET_OPEN.at(place, str(odd["balance"][0]), count=odd.height))
    keys = [f"={name}" for name in KEY]
    several = (
        rows.filter(pl.col("document").is_not_null())
        .group_by("party", "account", "document", "currency", "due_date", maintain_order=True)
        .agg(pl.struct(keys).n_unique().alias("vouchers"), pl.first(INDEX))
        .filter(pl.col("vouchers") > 1)
    )
    if several.height:
        place = grid.place(several[INDEX][0], KEY[-1])
        found.append(SEVERAL_VOUCHERS.at(place, several["document"][0], count=several.height))
    return found


def _unpaired(contents: Contents, applications: pl.DataFrame) -> list[Problem]:
    alone = applications.filter(
        pl.any_horizontal(pl.col("item", "receipt").str.starts_with(VOUCHER))
    )
    if not alone.height:
        return []
    item, receipt = alone.select("item", "receipt").row(0)
    place = attrs.evolve(contents.place(layout.RECEIVABLES), path=f"/{layout.RECEIVABLES}")
    known = receipt if item.startswith(VOUCHER) else item
    return [UNPAIRED.at(place, known, count=alone.height)]
