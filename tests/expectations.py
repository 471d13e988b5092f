"""Compare books with the expectation file of a sample, figure by figure.

``compare(books, expect)`` gives a list of what differs, empty when the books are as expected.  It
covers the fields of the voucher samples: totals, accounts, members per account and dimension,
sample lines, difficult texts, foreign amounts, cash flows, the longest voucher.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import attrs
import polars as pl
import pytest

from kamcore.books import Books
from kamcore.model.dimension import dimension_id

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
SAMPLES = SHARED / "samples"

needs_shared = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are absent")


def expectation(sample: str) -> dict:
    """The expectation of a sample such as ``kingdee/k3_gen_a.xls``."""
    return json.loads((SAMPLES / f"{sample}.expect.json").read_text(encoding="utf-8"))


@attrs.frozen(kw_only=True)
class Terms:
    """How an expectation is spelled.

    `column_of` maps a dimension label of the file to the dimension's id; with `by_name` members
    are named by their name; with `line_numbers` a ``line`` is ``line_no`` instead of the place
    within the voucher.
    """

    column_of: Callable[[str], str] = dimension_id
    by_name: bool = False
    line_numbers: bool = False


def compare(books: Books, expect: Mapping, terms: Terms | None = None) -> list[str]:
    """Say every difference between books and an expectation; ``[]`` when there is none."""
    terms = terms or Terms()
    found: list[str] = []
    lines = _live(books)
    _totals(found, books, expect)
    _sums(found, "accounts", _by(lines, "account"), expect.get("accounts") or {})
    _members(found, books, expect, terms)
    for sample in expect.get("sample_lines") or ():
        _line(found, books, sample, terms)
    for text in expect.get("texts") or ():
        line = _find(lines, text, terms)
        _same(found, f"text {text['number']}/{text['line']}", line.get("summary"), text["summary"])
    foreign = {
        currency: sums
        for currency, sums in _by(lines, "currency", "fx_debit", "fx_credit").items()
        if currency != books.entity.base_currency
    }
    if expect.get("foreign") is not None:
        _sums(found, "foreign", foreign, expect["foreign"])
    if expect.get("cash_flow") is not None:
        flows = books.cash_flows.group_by("item").agg(pl.col("amount").sum())
        got = {item: _money(amount) for item, amount in flows.iter_rows()}
        _same(found, "cash_flow", got, dict(expect["cash_flow"]))
    return found


def _live(books: Books) -> pl.DataFrame:
    heads = books.vouchers.filter(pl.col("status").fill_null("draft") != "void")
    heads = heads.select("voucher_id", "word", "number")
    lines = books.lines.join(heads, on="voucher_id", how="inner", maintain_order="left")
    return lines.with_columns(
        _place=pl.int_range(1, pl.len() + 1).over("voucher_id"),
    )


def _totals(found: list[str], books: Books, expect: Mapping) -> None:
    totals = books.totals()
    voided = expect.get("voided") or {}
    got = {
        "vouchers": totals.vouchers,
        "lines": totals.lines,
        "debit": _money(totals.debit),
        "credit": _money(totals.credit),
        "red_lines": totals.red_lines,
        "first_date": str(totals.first_date),
        "last_date": str(totals.last_date),
    }
    for name, value in got.items():
        if name in expect:
            _same(found, name, value, expect[name])
    if "vouchers" in voided:
        _same(found, "voided", totals.void_vouchers, voided["vouchers"])
    if longest := expect.get("longest_voucher"):
        lines = _live(books)
        top = (
            lines.group_by("voucher_id", maintain_order=True)
            .agg(pl.len().alias("lines"), pl.first("date", "word", "number"))
            .sort("lines", descending=True, maintain_order=True)
            .row(0, named=True)
        )
        got = {name: top[name] for name in ("word", "number", "lines")}
        _same(found, "longest_voucher", {"date": str(top["date"]), **got}, longest)


def _by(lines: pl.DataFrame, key: str, debit: str = "debit", credit: str = "credit") -> dict:
    sums = (
        lines.filter(pl.col(key).is_not_null())
        .group_by(key)
        .agg(pl.col(debit).sum(), pl.col(credit).sum())
    )
    return {name: [_money(left), _money(right)] for name, left, right in sums.iter_rows()}


def _members(found: list[str], books: Books, expect: Mapping, terms: Terms) -> None:
    lines = _live(books)
    wanted = expect.get("members") or {}
    labels = {label for dims in wanted.values() for label in dims}
    ids = {label: terms.column_of(label) for label in labels}
    got: dict[str, dict[str, dict]] = {}
    for label, dim in ids.items():
        column = f"aux_{dim}"
        if column not in lines.columns:
            found.append(f"dimension {label} ({column}) is missing")
            continue
        named = _names(books, dim) if terms.by_name else {}
        for (account,), part in lines.group_by("account"):
            sums = {named.get(code, code): pair for code, pair in _by(part, column).items()}
            if sums:
                got.setdefault(account, {})[label] = sums
    for account in sorted({*got, *wanted}):
        for label in sorted({*got.get(account, {}), *wanted.get(account, {})}):
            pairs = got.get(account, {}).get(label, {}), wanted.get(account, {}).get(label, {})
            _sums(found, f"members {account} {label}", *pairs)


def _names(books: Books, dim: str) -> dict:
    members = books.members.filter(dimension=dim)
    return dict(members.select("code", "name").iter_rows())


def _find(lines: pl.DataFrame, spot: Mapping, terms: Terms) -> dict:
    place = "line_no" if terms.line_numbers else "_place"
    rows = lines.filter(
        pl.col("date") == dt.date.fromisoformat(spot["date"]),
        pl.col("word").eq_missing(pl.lit(spot["word"])),
        pl.col("number").eq_missing(pl.lit(spot["number"], dtype=pl.Int64)),
        pl.col(place) == spot["line"],
    )
    if spot["number"] is None and rows.height > 1:
        # Without numbers several vouchers of a day answer; the text tells which is meant.
        rows = rows.sort(pl.col("summary") != spot["summary"], maintain_order=True)
        if spot.get("account"):
            rows = rows.sort(pl.col("account") != spot["account"], maintain_order=True)
    return rows.row(0, named=True) if rows.height else {}


def _line(found: list[str], books: Books, sample: Mapping, terms: Terms) -> None:
    what = f"line {sample['word']}-{sample['number']}/{sample['line']}"
    line = _find(_live(books), sample, terms)
    if not line:
        found.append(f"{what} is missing")
        return
    for name in ("summary", "account", "currency"):
        if sample.get(name) is not None:
            _same(found, f"{what} {name}", line[name], sample[name])
    for name in ("debit", "credit"):
        _same(found, f"{what} {name}", _money(line[name]), sample[name])
    for name, column in (("rate", "rate"), ("quantity", "quantity"), ("price", "unit_price")):
        wanted = sample.get(name)
        if wanted is not None or name != "rate":
            got = line[column]
            _same(found, f"{what} {name}", got, None if wanted is None else Decimal(wanted))
    fx = [line["fx_debit"], line["fx_credit"]]
    if any(value is not None for value in fx) and sample.get("original") is not None:
        original = sum((value or Decimal(0) for value in fx), Decimal(0))
        _same(found, f"{what} original", original, Decimal(sample["original"]))
    for label, code in (sample.get("aux") or {}).items():
        dim = terms.column_of(label)
        got = line.get(f"aux_{dim}")
        named = _names(books, dim)
        _same(found, f"{what} {label}", named.get(got, got) if terms.by_name else got, code)
        name = (sample.get("aux_names") or {}).get(label)
        if name is not None:
            _same(found, f"{what} name of {label}", named.get(got), name)
    filled = {name for name, value in line.items() if name.startswith("aux_") and value}
    wanted = {f"aux_{terms.column_of(label)}" for label in sample.get("aux") or {}}
    _same(found, f"{what} dimensions", filled, wanted)


def _sums(found: list[str], what: str, got: Mapping, wanted: Mapping) -> None:
    for key in sorted({*got, *wanted}, key=str):
        _same(found, f"{what} {key}", got.get(key), wanted.get(key))


def _money(value: Decimal | None) -> str | None:
    """Two decimals as the expectations spell them; more where there are more."""
    if value is None:
        return None
    cents = value.quantize(Decimal("0.01"))
    return str(cents) if cents == value else str(value)


def _same(found: list[str], what: str, got: object, wanted: object) -> None:
    if got != wanted:
        found.append(f"{what}: {got!r}, not {wanted!r}")
