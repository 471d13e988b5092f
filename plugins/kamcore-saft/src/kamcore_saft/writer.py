"""Write an audit file in the order of the schema."""

from pathlib import Path

import polars as pl

from kamcore import __version__
from kamcore.books import Books, schema
from kamcore.format import Losses, Options
from kamcore.grid.cells import money_text
from kamcore.markup.element_writing import END, Leaf, attribute, declaration, escaped, record
from kamcore.model.dimension import label_of
from kamcore_saft import NAMESPACE, PROGRAM
from kamcore_saft.spelling import BASE, first_period, spell

__all__ = ["write_books"]

_ZERO = pl.lit(0).cast(schema.AMOUNT)
_Pieces = list[Leaf | pl.Series | str]
_LONGEST_CODE = 9
_PARTIES = {"customer": "Customer", "supplier": "Supplier"}


def write_books(books: Books, target: Path, losses: Losses, options: Options) -> None:
    """Write the header, the master files, the ledger and the payments."""
    said = spell(books, losses, options)
    body = [
        declaration("utf-8"),
        f'<AuditFile xmlns="{NAMESPACE}">{END}',
        _header(said, options),
        _master_files(said),
        _ledger(said),
        _payments(said),
        f"</AuditFile>{END}",
    ]
    target.write_bytes("".join(body).encode())


def _leaf(name: str, text: object, indent: str) -> str:
    return "" if text in (None, "") else f"{indent}<{name}>{attribute(str(text))}</{name}>{END}"


def _sum(values: pl.Series) -> str:
    return str(pl.select(money_text(pl.lit(values.sum() or 0).cast(schema.AMOUNT))).item())


def _header(books: Books, options: Options) -> str:
    entity, last = books.entity, books.vouchers["date"].max()
    spans = books.vouchers.select("year", "period").drop_nulls().sort("year", "period")
    first, end = first_period(books), spans.tail(1).rows()
    deep = " " * 6
    period = ""
    if first and end:
        period = (
            _leaf("PeriodStart", first[1], deep)
            + _leaf("PeriodStartYear", first[0], deep)
            + _leaf("PeriodEnd", end[0][1], deep)
            + _leaf("PeriodEndYear", end[0][0], deep)
        )
        period = f"    <SelectionCriteria>{END}{period}    </SelectionCriteria>{END}"
    country = str(options.get("country") or "CN")
    name = entity.name or "-"
    return (
        f"  <Header>{END}"
        + _leaf("AuditFileVersion", "2.00", "    ")
        + _leaf("AuditFileCountry", country, "    ")
        + _leaf("AuditFileDateCreated", options.get("created") or last, "    ")
        + _leaf("SoftwareCompanyName", PROGRAM, "    ")
        + _leaf("SoftwareID", PROGRAM, "    ")
        + _leaf("SoftwareVersion", __version__, "    ")
        + f"    <Company>{END}"
        + _leaf("RegistrationNumber", entity.credit_code or "-", deep)
        + _leaf("Name", name, deep)
        + f"      <Address>{END}        <Country>{country}</Country>{END}      </Address>{END}"
        + f"      <Contact>{END}        <ContactPerson>{END}"
        + f"          <FirstName>-</FirstName>{END}"
        + f"          <LastName>-</LastName>{END}        </ContactPerson>{END}"
        + f"        <Telephone>-</Telephone>{END}      </Contact>{END}    </Company>{END}"
        + _leaf("DefaultCurrencyCode", entity.base_currency or BASE, "    ")
        + period
        + _leaf("TaxAccountingBasis", "Invoice", "    ")
        + f"  </Header>{END}"
    )


def _master_files(books: Books) -> str:
    parts = [_accounts(books)]
    for dimension, tag in _PARTIES.items():
        rows = books.members.filter(dimension=dimension)
        leaves: _Pieces = [
            Leaf("Name", rows["name"]),
            f"        <Address>{END}        </Address>{END}",
            Leaf(f"{tag}ID", rows["code"]),
        ]
        parts.append(_listed(f"{tag}s", tag, record(leaves, rows.height, " " * 8)))
    labels = books.dimensions.select(dimension="id", label="label")
    others = books.members.filter(~pl.col("dimension").is_in(list(_PARTIES)))
    others = others.join(labels, on="dimension", how="left", maintain_order="left")
    analysed: _Pieces = [
        Leaf("AnalysisType", pl.Series(map(_type, others["dimension"]), dtype=schema.TEXT)),
        Leaf("AnalysisTypeDescription", others["label"]),
        Leaf("AnalysisID", others["code"]),
        Leaf("AnalysisIDDescription", others["name"]),
    ]
    made = record(analysed, others.height, " " * 8)
    parts.append(_listed("AnalysisTypeTable", "AnalysisTypeTableEntry", made))
    body = "".join(parts)
    return f"  <MasterFiles>{END}{body}  </MasterFiles>{END}" if body else ""


def _type(dimension: str) -> str:
    """The analysis type of a dimension: a code of the schema has nine characters at most."""
    return dimension if len(dimension) <= _LONGEST_CODE else label_of(dimension)


def _listed(name: str, tag: str, rows: pl.Series) -> str:
    if not rows.len():
        return ""
    items = "".join(f"      <{tag}>{END}{row}      </{tag}>{END}" for row in rows)
    return f"    <{name}>{END}{items}    </{name}>{END}"


def _accounts(books: Books) -> str:
    """The accounts with their openings, and closings that follow from the lines."""
    net = (pl.col("debit") - pl.col("credit")).sum().cast(schema.AMOUNT)
    moved = books.lines.group_by(code="account").agg(moved=net)
    opened = books.balances.select("opening", code="account")
    rows = books.accounts.select("code", "name")
    for more in (opened, moved):
        rows = rows.join(more, on="code", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("opening", "moved").fill_null(_ZERO))
    rows = rows.with_columns(closing=(pl.col("opening") + pl.col("moved")).cast(schema.AMOUNT))
    sides = [
        rows.select(_side(word, pl.col(name))).to_series()
        for word, name in (("Opening", "opening"), ("Closing", "closing"))
    ]
    leaves: _Pieces = [
        Leaf("AccountID", rows["code"]),
        Leaf("AccountDescription", rows["name"]),
        Leaf("AccountType", "GL"),
        *sides,
    ]
    return _listed("GeneralLedgerAccounts", "Account", record(leaves, rows.height, " " * 8))


def _side(word: str, amount: pl.Expr) -> pl.Expr:
    side = pl.when(amount < 0).then(pl.lit("Credit")).otherwise(pl.lit("Debit"))
    tag = pl.concat_str(pl.lit(word), side, pl.lit("Balance"))
    return pl.concat_str(
        pl.lit("        <"), tag, pl.lit(">"), money_text(amount.abs()), pl.lit("</"), tag,
        pl.lit(f">{END}"),
    )  # fmt: skip


def _ledger(books: Books) -> str:
    lines, heads = books.lines, books.vouchers
    bodies = lines.select("voucher_id", line=_line(books)).group_by("voucher_id").agg(
        pl.col("line").str.join("")
    )  # fmt: skip
    firsts = lines.group_by("voucher_id").agg(summary=pl.first("summary"))
    heads = heads.join(firsts, on="voucher_id", how="left", maintain_order="left")
    heads = heads.join(bodies, on="voucher_id", how="left", maintain_order="left")
    entries = heads.select(word=pl.col("word").fill_null("-"), text=_transaction(heads))
    journals = entries.group_by("word", maintain_order=True).agg(pl.col("text").str.join(""))
    said = [
        f"    <Journal>{END}"
        + _leaf("JournalID", word, " " * 6)
        + _leaf("Description", word, " " * 6)
        + _leaf("Type", "GL", " " * 6)
        + f"{text}    </Journal>{END}"
        for word, text in journals.iter_rows()
    ]
    return (
        f"  <GeneralLedgerEntries>{END}"
        + _leaf("NumberOfEntries", heads.height, "    ")
        + _leaf("TotalDebit", _sum(lines["debit"]), "    ")
        + _leaf("TotalCredit", _sum(lines["credit"]), "    ")
        + f"{''.join(said)}  </GeneralLedgerEntries>{END}"
    )


def _transaction(heads: pl.DataFrame) -> pl.Series:
    day = heads["date"].dt.to_string("%Y-%m-%d")
    texts = heads.select(
        pl.concat_str(
            pl.col("year").cast(pl.String).fill_null(""),
            pl.col("period").cast(pl.String).str.zfill(2).fill_null(""),
            pl.col("word").fill_null(""),
            pl.col("number").cast(pl.String).fill_null(""),
            separator="-",
        )
    )
    leaves = [
        Leaf("TransactionID", texts.to_series()),
        Leaf("Period", heads["period"].cast(pl.String), optional=True),
        Leaf("PeriodYear", heads["year"].cast(pl.String), optional=True),
        Leaf("TransactionDate", day, optional=True),
        Leaf("SourceID", heads["preparer"], optional=True),
        Leaf("Description", heads["summary"]),
        Leaf("SystemEntryDate", day, optional=True),
        Leaf("GLPostingDate", day, optional=True),
    ]
    inner = record(leaves, heads.height, " " * 8)
    return pl.select(
        pl.concat_str(
            pl.lit(f"      <Transaction>{END}"), inner, heads["line"],
            pl.lit(f"      </Transaction>{END}"),
        )
    ).to_series()  # fmt: skip


def _line(books: Books) -> pl.Series:
    lines, base = books.lines, books.entity.base_currency or BASE
    pieces: _Pieces = [
        Leaf("RecordID", lines["line_no"].cast(pl.String)),
        Leaf("AccountID", lines["account"], optional=True),
    ]
    named = {f"{schema.AUX}{name}": tag for name, tag in _PARTIES.items()}
    for column in schema.dimension_columns(lines):
        if column not in named:
            kind = attribute(_type(column.removeprefix(schema.AUX)))
            begun = (
                f"          <Analysis>{END}            <AnalysisType>{kind}</AnalysisType>{END}"
            )
            pieces.append(
                pl.select(
                    pl.concat_str(
                        pl.lit(f"{begun}            <AnalysisID>"),
                        escaped(lines[column]),
                        pl.lit(f"</AnalysisID>{END}          </Analysis>{END}"),
                    )
                ).to_series()
            )
    pieces.append(Leaf("SourceDocumentID", lines["invoice"], optional=True))
    for column, tag in named.items():
        if column in lines.columns:
            pieces.append(Leaf(f"{tag}ID", lines[column], optional=True))
    pieces += [Leaf("Description", lines["summary"]), lines.select(_amount(base)).to_series()]
    inner = record(pieces, lines.height, " " * 10)
    opened, closed = f"        <Line>{END}", f"        </Line>{END}"
    return pl.select(pl.concat_str(pl.lit(opened), inner, pl.lit(closed))).to_series()


def _amount(base: str) -> pl.Expr:
    """The amount of the side that is used, and what it was in its own currency."""
    on_credit = (pl.col("debit") == 0) & (pl.col("credit") != 0)
    amount = pl.when(on_credit).then("credit").otherwise("debit")
    paid = pl.when(on_credit).then("fx_credit").otherwise("fx_debit")
    is_home = pl.col("currency") == base
    own = pl.when(is_home & pl.col("rate").is_not_null()).then(amount).otherwise(paid)
    tag = pl.when(on_credit).then(pl.lit("CreditAmount")).otherwise(pl.lit("DebitAmount"))
    named = pl.when(~is_home | pl.col("rate").is_not_null()).then("currency")
    return pl.concat_str(
        pl.lit("          <"), tag, pl.lit(">" + END),
        _element("Amount", money_text(amount)),
        _element("CurrencyCode", named),
        _element("CurrencyAmount", money_text(own)),
        _element("ExchangeRate", money_text(pl.col("rate"))),
        pl.lit("          </"), tag, pl.lit(">" + END),
    )  # fmt: skip


def _element(name: str, value: pl.Expr) -> pl.Expr:
    made = pl.concat_str(pl.lit(f"            <{name}>"), value, pl.lit(f"</{name}>{END}"))
    return made.fill_null("")


def _payments(books: Books) -> str:
    """Receipts, each a payment of one line: the party's side."""
    rows = books.receipts
    if not rows.height:
        return ""
    base = books.entity.base_currency or BASE
    signs = {"customer": "C", "supplier": "D"}
    rows = rows.with_columns(
        sign=pl.col("party_role").replace_strict(signs, default="C"),
        currency=pl.col("currency").fill_null(base),
    )
    head = [
        Leaf("PaymentRefNo", rows["id"]),
        Leaf("TransactionID", rows["document"], optional=True),
        Leaf("TransactionDate", rows["date"].dt.to_string("%Y-%m-%d"), optional=True),
        Leaf("Description", rows["summary"]),
    ]
    parties = {
        tag: rows.select(pl.when(pl.col("party_role") == role).then("party")).to_series()
        for role, tag in _PARTIES.items()
    }
    is_told = (pl.col("currency") != base) | pl.col("rate").is_not_null()
    money = rows.select(
        pl.concat_str(
            pl.lit(f"          <PaymentLineAmount>{END}"),
            _element("Amount", money_text(pl.col("amount"))),
            _element("CurrencyCode", pl.when(is_told).then("currency")),
            _element("CurrencyAmount", money_text(pl.col("fx_amount"))),
            _element("ExchangeRate", money_text(pl.col("rate"))),
            pl.lit(f"          </PaymentLineAmount>{END}"),
        )
    ).to_series()
    line: _Pieces = [
        Leaf("SourceDocumentID", rows["invoice"], optional=True),
        Leaf("AccountID", rows["account"], optional=True),
        *(Leaf(f"{tag}ID", series, optional=True) for tag, series in parties.items()),
        Leaf("DebitCreditIndicator", rows["sign"]),
        money,
    ]
    made = pl.select(
        pl.concat_str(
            record(head, rows.height, " " * 8), pl.lit(f"        <Line>{END}"),
            record(line, rows.height, " " * 10), pl.lit(f"        </Line>{END}"),
        )
    ).to_series()  # fmt: skip
    sums = {sign: _sum(rows.filter(sign=sign)["amount"]) for sign in ("D", "C")}
    totals = (
        _leaf("NumberOfEntries", rows.height, "      ")
        + _leaf("TotalDebit", sums["D"], "      ")
        + _leaf("TotalCredit", sums["C"], "      ")
    )
    items = "".join(f"      <Payment>{END}{row}      </Payment>{END}" for row in made)
    inner = f"    <Payments>{END}{totals}{items}    </Payments>{END}"
    return f"  <SourceDocuments>{END}{inner}  </SourceDocuments>{END}"
