"""The books of both sides of drawn relations, and the place of each line in them."""

import random
from decimal import Decimal
from pathlib import Path

import attrs
import polars as pl

import kamcore as kc
from kamcore.books import Books, schema
from kamcore.model.entity import Entity
from matching.ledger_events import drawn
from matching.ledger_truth import Relation

SELLER, SELLER_BEFORE = "启明电器制造有限公司", "启明电器厂有限公司"
BUYERS = (
    "双木联采商贸有限公司", "海棠连锁超市股份有限公司", "赤峰岭家电有限公司",
    "云栖百货集团有限公司", "北麓贸易(上海)有限公司", "石桥头五金有限公司",
)  # fmt: skip
OTHERS = ("启明机电有限公司", "启华电器制造有限公司", "宏图纸业有限公司")
CHARTS = {
    "ours": {
        "1002": "银行存款", "1122": "应收账款", "1122.01": "明细应收款",
        "2203": "预收账款", "6001": "主营业务收入",
    },
    "theirs": {
        "1002": "银行存款", "1123": "预付账款", "1403": "原材料", "2202": "应付账款",
        "2202.01": "明细应付款", "2202.02": "暂估应付款",
    },
}  # fmt: skip
DIMENSIONS = {"ours": ("customer", "客户"), "theirs": ("supplier", "供应商")}
RATES = {"ours": Decimal("7.1"), "theirs": Decimal("7.08")}

Place = tuple[int, int, int]
"""Month, number of the voucher and line: what every format keeps."""


@attrs.define
class Ledgers:
    """Our books and those of each buyer, with the key of every drawn line by its place."""

    relations: dict[str, Relation]
    ours: Books
    our_keys: dict[Place, str]
    theirs: dict[str, tuple[Books, dict[Place, str]]]
    called: dict[str, str | None]
    """The code we have in a buyer's books, where it knows us by an old name."""


def ledgers(seed: int, noise: str = "usual", parties: int = 3) -> Ledgers:
    """Draw our books with several buyers, and the books of each."""
    rng = random.Random(f"ledgers {seed}")
    names = rng.sample(BUYERS, parties)
    relations = {name: drawn(random.Random(f"{seed} {name}"), noise) for name in names}
    states_openings = rng.random() < 0.7
    if not states_openings:
        for that in relations.values():
            that.slips = [slip for slip in that.slips if slip.kind != "opening"]
    codes = {name: f"{at + 1:04d}" for at, name in enumerate(names)}
    parts = [(codes[name], that) for name, that in relations.items()]
    ours, our_keys = _books("ours", parts, SELLER, {codes[name]: name for name in names})
    found = Ledgers(relations, ours, our_keys, {}, {})
    for name, that in relations.items():
        is_old = rng.random() < 0.15
        known = {f"S{at + 2:03d}": other for at, other in enumerate(OTHERS)}
        known["S001"] = SELLER_BEFORE if is_old else SELLER
        found.theirs[name] = _books("theirs", [("S001", that)], name, known)
        found.called[name] = "S001" if is_old else None
    if not states_openings:
        found.ours = found.ours.replace(balances=schema.BALANCES.empty())
        for name, (books, keys) in found.theirs.items():
            found.theirs[name] = (books.replace(balances=schema.BALANCES.empty()), keys)
    return found


def through(books: Books, target: str, path: Path) -> Books:
    """The books as another system's file has them."""
    kc.write(books, path, target, force=True)
    return kc.read(path).books


def _books(side: str, parts: list, owner: str, members: dict[str, str]):
    dimension, label = DIMENSIONS[side]
    vouchers: dict[tuple[str, str], list] = {}
    for code, that in parts:
        for entry in that.entries:
            if entry.side == side:
                key = (entry.voucher, code)
                vouchers.setdefault(key, []).append((entry, code, that.currency))
    ordered = sorted(vouchers.items(), key=lambda item: (item[1][0][0].date, item[0]))
    heads, lines, keys = [], [], {}
    numbers: dict[int, int] = {}
    for at, (_, rows) in enumerate(ordered, 1):
        day = rows[0][0].date
        numbers[day.month] = number = numbers.get(day.month, 0) + 1
        period = {"voucher_id": at, "year": day.year, "period": day.month, "date": day}
        heads.append({**period, "word": "记", "number": number, "status": "posted"})
        made = [_line(side, *row) for row in rows]
        made.append(_counter(side, made, rows[0][0]))
        for no, line in enumerate(made, 1):
            lines.append({**period, "line_no": no, "split_no": 1, **line})
            if no <= len(rows):
                keys[day.month, number, no] = rows[no - 1][0].key
    accounts = [{"code": code, "name": name} for code, name in CHARTS[side].items()]
    tables = {
        "vouchers": _frame(schema.VOUCHERS, heads),
        "lines": _frame(schema.LINES, lines, dimension),
        "accounts": _frame(schema.ACCOUNTS, accounts),
        "dimensions": _frame(schema.DIMENSIONS, [{"id": dimension, "label": label}]),
        "members": _frame(
            schema.MEMBERS,
            [
                {"dimension": dimension, "code": code, "name": name}
                for code, name in members.items()
            ],
        ),
        "balances": _frame(schema.BALANCES, [_opening(side, *part) for part in parts], dimension),
    }
    return Books(Entity(name=owner, first_period=(2025, 1)), tables), keys


def _line(side: str, entry, code: str, currency: str):
    own = Decimal(entry.cents) / 100
    base = own if currency == "CNY" else (own * RATES[side]).quantize(Decimal("0.01"))
    sign = -1 if entry.is_red else 1
    on_debit = ((entry.cents > 0) == (side == "ours")) != entry.is_red
    filled = "debit" if on_debit else "credit"
    line = {"debit": Decimal(0), "credit": Decimal(0), filled: sign * abs(base)}
    if currency != "CNY":
        line |= {"fx_debit": Decimal(0), "fx_credit": Decimal(0), "rate": RATES[side]}
        line[f"fx_{filled}"] = sign * abs(own)
    names = {"account": entry.account, "summary": entry.text, "invoice": entry.invoice}
    return {**line, **names, "currency": currency, f"aux_{DIMENSIONS[side][0]}": code}


def _counter(side: str, made: list, first):
    open_ = sum(line["debit"] - line["credit"] for line in made)
    own = {"ours": "6001", "theirs": "1403"}[side]
    account = "1002" if first.cents < 0 and "款" in first.text else own
    amounts = {"debit": max(-open_, Decimal(0)), "credit": max(open_, Decimal(0))}
    return {**amounts, "account": account, "summary": first.text, "currency": "CNY"}


def _opening(side: str, code: str, that: Relation):
    own = Decimal(that.openings[side]) / 100 * (1 if side == "ours" else -1)
    is_base = that.currency == "CNY"
    base = own if is_base else (own * RATES[side]).quantize(Decimal("0.01"))
    account = {"ours": "1122.01", "theirs": "2202.01"}[side]
    return {
        "year": 2025, "period": 1, "account": account, "currency": that.currency,
        "opening": base, "fx_opening": None if is_base else own,
        f"aux_{DIMENSIONS[side][0]}": code,
    }  # fmt: skip


def _frame(table: schema.Table, rows: list, dimension: str | None = None):
    types = {column.name: column.dtype for column in table.columns}
    if dimension:
        types[f"aux_{dimension}"] = schema.TEXT
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)
