"""Read an audit file: one pass over the XML, then columns."""

import polars as pl

from kamcore.books import Books, Origin, schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Detected, Options, Reading, Source
from kamcore.markup.nested_elements import Nested, read_nested
from kamcore.model.dimension import dimension_id, is_known, label_of
from kamcore.model.entity import Entity
from kamcore.place import Place
from kamcore_saft import PROGRAM
from kamcore_saft.columns import Columns
from kamcore_saft.payments import loose_lines, receipts_of
from kamcore_saft.totals import check_totals

__all__ = ["read_books"]

OTHER_ROOT = Fault(
    code="SF0001",
    zh="根元素是「{value}」, 应为 SAF-T 2.0 的 AuditFile",
    en="the root element is {value!r}, not AuditFile of SAF-T 2.0",
    hint_zh="SAF-T 1.x (如葡萄牙的文件) 结构不同, 读不了",
    hint_en="SAF-T 1.x, such as that of Portugal, is built otherwise and cannot be read",
)
NOT_READ = Fault(
    code="SF0002",
    severity=Severity.INFO,
    zh="未读入「{value}」, 共 {count} 处",
    en="{value} is not read ({count} times)",
)
_RECORDS = {
    "GeneralLedgerAccounts/Account": "account",
    "Customers/Customer": "customer",
    "Suppliers/Supplier": "supplier",
    "AnalysisTypeTable/AnalysisTypeTableEntry": "analysis_entry",
    "GeneralLedgerEntries/Journal": "journal",
    "Journal/Transaction": "transaction",
    "Transaction/Line": "line",
    "Transaction/TransactionLine": "line",
    "Line/Analysis": "analysis",
    "TransactionLine/Analysis": "analysis",
    "Payments/Payment": "payment",
    "Payment/Line": "payment_line",
    "Payment/PaymentLine": "payment_line",
}
_SKIPS = (
    *("Taxonomies", "TaxTable", "UOMTable", "MovementTypeTable", "Products", "PhysicalStock"),
    *("Owners", "Assets", "SalesInvoices", "PurchaseInvoices", "MovementOfGoods"),
    *("AssetTransactions", "TaxInformation", "Address", "Contact", "TaxRegistration"),
    *("BankAccount", "PartyInfo", "Settlement", "DocumentTotals"),
)
"""Parts that are passed over, and counted."""
_UNSAID = {"Address", "Contact"}
"""What the schema demands of every party, and this package writes empty."""
_PARTIES = {"customer": "CustomerID", "supplier": "SupplierID"}


def read_books(source: Source, options: Options) -> Reading:
    """Read the master files, the ledger and the payments; check the stated totals.

    Raises:
        SourceError: the file is no XML that can be read, or no audit file of version 2.
    """
    del options
    found = read_nested(source, _RECORDS, _SKIPS)
    is_old = found.namespace.startswith("urn:OECD:StandardAuditFile-Tax:")
    if found.root != "AuditFile" or is_old:
        raise SourceError(OTHER_ROOT.at(Place(file=source.name), found.root))
    origin = Origin(file=source.name, by="line")
    tables = {kind: Columns(frame, origin) for kind, frame in found.tables.items()}
    header = _header(found)
    entity = Entity(
        name=header.get("Company/Name", "").strip("-"),
        credit_code=header.get("Company/RegistrationNumber", "").strip("-"),
        base_currency=header.get("DefaultCurrencyCode", "CNY"),
    )
    own = header.get("SoftwareID") == PROGRAM
    kinds = _kinds(tables["analysis_entry"], own=own)
    dimensions, members = _archives(tables, kinds)
    heads = _vouchers(tables, own=own)
    accounts, balances = _accounts(tables["account"], header, heads)
    books = Books(
        entity,
        {
            "accounts": accounts,
            "balances": balances,
            "dimensions": dimensions,
            "members": members,
            "vouchers": heads,
            "lines": _lines(tables, heads, kinds, entity.base_currency),
            "receipts": receipts_of(tables, entity.base_currency),
        },
        origin,
    )
    closings = _closings(tables["account"])
    odd = [problem for table in tables.values() for problem in table.problems]
    problems = (*found.problems, *odd, *_unread(found, source.name), *loose_lines(tables, origin))
    totals = check_totals(books, found.outside, closings)
    return Reading(
        books=books,
        problems=(*problems, *totals),
        detected=Detected(encoding=found.encoding),
    )


def _header(found: Nested) -> dict[str, str]:
    begun = "Header/"
    return {
        name.removeprefix(begun): text.strip()
        for name, text in found.outside.items()
        if name.startswith(begun)
    }


def _unread(found: Nested, file: str) -> list[Problem]:
    return [
        NOT_READ.at(Place(file=file, line=line), name, count=count)
        for name, (line, count) in found.skipped.items()
        if name not in _UNSAID
    ]


def _kinds(entries: Columns, *, own: bool) -> dict[str, str]:
    """The dimension of each analysis type: by its code or its description where one is known."""
    pairs = pl.DataFrame(
        {
            "code": entries.text("AnalysisType"),
            "label": entries.text("AnalysisTypeDescription"),
        }
    )
    found: dict[str, str] = {}
    for code, label in pairs.unique(maintain_order=True).drop_nulls("code").iter_rows():
        known = label is not None and is_known(label) and not own
        found.setdefault(code, dimension_id(label) if known else _dimension(code))
    return found


def _dimension(code: str) -> str:
    return dimension_id(code) if is_known(code) else code


def _archives(
    tables: dict[str, Columns], kinds: dict[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Dimensions and their members: customers, suppliers, and the analysis table."""
    entries = tables["analysis_entry"]
    kind = entries.text("AnalysisType").replace_strict(kinds, default=None, return_dtype=pl.String)
    label = entries.text("AnalysisTypeDescription")
    parts = [
        pl.DataFrame(
            {
                "dimension": pl.Series([role] * tables[role].frame.height, dtype=schema.TEXT),
                "code": tables[role].text(heading),
                "name": tables[role].text("Name"),
                "label": pl.Series([label_of(role)] * tables[role].frame.height, dtype=pl.String),
                "source_row": tables[role].rows,
            }
        )
        for role, heading in _PARTIES.items()
    ]
    parts.append(
        pl.DataFrame(
            {
                "dimension": kind,
                "code": entries.text("AnalysisID"),
                "name": entries.text("AnalysisIDDescription"),
                "label": label,
                "source_row": entries.rows,
            }
        )
    )
    rows = pl.concat(parts).drop_nulls(["dimension", "code"])
    usual = pl.col("dimension").map_elements(label_of, return_dtype=pl.String)
    named = rows.unique("dimension", keep="first", maintain_order=True)
    dimensions = named.select(id="dimension", label=pl.col("label").fill_null(usual))
    return dimensions, rows.drop("label")


def _vouchers(tables: dict[str, Columns], *, own: bool) -> pl.DataFrame:
    heads, journals = tables["transaction"], tables["journal"]
    name = journals.text("JournalID").replace("-", None)
    words = pl.DataFrame({"journal": pl.int_range(name.len(), eager=True), "word": name})
    code = heads.text("TransactionID")
    day = heads.date("TransactionDate")
    frame = pl.DataFrame(
        {
            "voucher_id": pl.int_range(1, heads.frame.height + 1, dtype=pl.Int64, eager=True),
            "journal": heads.around("journal"),
            "date": day,
            "year": heads.integer("PeriodYear"),
            "period": heads.integer("Period"),
            # The digits at the end, such as 7 of 2025-01-记-7.
            "number": code.str.extract(r"(\d{1,18})$").cast(pl.Int64),
            "preparer": heads.text("SourceID"),
            "reference": pl.Series([None] * code.len(), dtype=pl.String) if own else code,
            "source_row": heads.rows,
        }
    )
    frame = frame.join(words, on="journal", how="left", maintain_order="left")
    return frame.drop("journal")


def _lines(
    tables: dict[str, Columns], heads: pl.DataFrame, kinds: dict[str, str], base: str
) -> pl.DataFrame:
    lines = tables["line"]
    sides = {side: lines.amount(f"{side}Amount/Amount") for side in ("Debit", "Credit")}
    money = {}
    for part in ("CurrencyCode", "CurrencyAmount", "ExchangeRate"):
        read = {"CurrencyCode": lines.text, "CurrencyAmount": lines.amount}.get(part, lines.rate)
        money[part] = [read(f"{side}Amount/{part}") for side in sides]
    frame = pl.DataFrame(
        {
            "voucher_id": lines.around("transaction") + 1,
            "account": lines.text("AccountID"),
            "summary": lines.text("Description"),
            "invoice": lines.text("SourceDocumentID"),
            "debit": sides["Debit"],
            "credit": sides["Credit"],
            "currency": pl.select(pl.coalesce(*money["CurrencyCode"], pl.lit(base))).to_series(),
            "fx_debit": money["CurrencyAmount"][0],
            "fx_credit": money["CurrencyAmount"][1],
            "rate": pl.select(pl.coalesce(*money["ExchangeRate"])).to_series(),
            **{f"aux_{role}": lines.text(tag) for role, tag in _PARTIES.items()},
            "source_row": lines.rows,
        }
    ).with_columns(_analysed(tables["analysis"], lines.frame.height, kinds))
    filled = frame.with_columns(
        _filled("debit", "credit"),
        _filled("credit", "debit"),
        # In the base currency the amount is said already.
        *(pl.when(pl.col("currency") != base).then(f"fx_{side}") for side in ("debit", "credit")),
    ).with_columns(_filled("fx_debit", "fx_credit"), _filled("fx_credit", "fx_debit"))
    dims = [name for name in schema.dimension_columns(filled) if filled[name].null_count()]
    empty = [name for name in dims if filled[name].null_count() == filled.height]
    dated = filled.drop(empty).join(
        heads.select("voucher_id", "date", "year", "period"),
        on="voucher_id",
        how="left",
        maintain_order="left",
    )
    return dated.with_columns(
        line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("voucher_id"),
        split_no=pl.lit(1, dtype=pl.Int64),
    )


def _filled(own: str, other: str) -> pl.Expr:
    """A side that is not used is zero where the other is."""
    unused = pl.col(own).is_null() & pl.col(other).is_not_null()
    return pl.when(unused).then(pl.lit(0).cast(schema.AMOUNT)).otherwise(own).alias(own)


def _analysed(found: Columns, height: int, kinds: dict[str, str]) -> list[pl.Series]:
    """A column for every analysis type, the first of a kind on each line."""
    rows = pl.DataFrame(
        {
            "line": found.around("line"),
            "kind": found.text("AnalysisType"),
            "code": found.text("AnalysisID"),
        }
    ).drop_nulls()
    columns = []
    for kind in rows["kind"].unique(maintain_order=True):
        own = rows.filter(kind=kind).unique("line", keep="first", maintain_order=True)
        every = pl.DataFrame({"line": pl.int_range(height, eager=True)})
        joined = every.join(own, on="line", how="left", maintain_order="left")
        name = kinds.get(kind, _dimension(kind))
        columns.append(joined["code"].alias(f"{schema.AUX}{name}"))
    return columns


def _signed(accounts: Columns, word: str) -> pl.Series:
    debit, credit = (accounts.amount(f"{word}{side}Balance") for side in ("Debit", "Credit"))
    both = pl.DataFrame({"debit": debit, "credit": credit})
    is_told = pl.col("debit").is_not_null() | pl.col("credit").is_not_null()
    net = pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)
    return both.select(pl.when(is_told).then(net).cast(schema.AMOUNT)).to_series()


def _accounts(
    accounts: Columns, header: dict[str, str], heads: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The chart, and the openings that are not zero, in the first period of the file."""
    code = accounts.text("AccountID")
    chart = pl.DataFrame(
        {"code": code, "name": accounts.text("AccountDescription"), "source_row": accounts.rows}
    ).drop_nulls("code")
    start = header.get("SelectionCriteria/SelectionStartDate", "")
    told = [header.get(f"SelectionCriteria/PeriodStart{part}", "") for part in ("Year", "")]
    if not all(text.isdecimal() for text in told):
        told = [start[:4], start[5:7]]
    if not all(text.isdecimal() for text in told):
        first = heads.select("year", "period").drop_nulls().sort("year", "period").head(1).rows()
        told = [str(number) for number in first[0]] if first else ["1", "1"]
    opening = _signed(accounts, "Opening")
    rows = pl.DataFrame({"account": code, "opening": opening, "source_row": accounts.rows})
    balances = rows.drop_nulls().filter(pl.col("opening") != 0)
    year, period = (pl.lit(int(text), dtype=pl.Int64) for text in told)
    return chart, balances.with_columns(year=year, period=period)


def _closings(accounts: Columns) -> pl.DataFrame:
    """What the file says every account closes at."""
    return pl.DataFrame(
        {
            "account": accounts.text("AccountID"),
            "opening": _signed(accounts, "Opening"),
            "closing": _signed(accounts, "Closing"),
            "source_row": accounts.rows,
        }
    )
