"""What customers really paid, and how a bank statement says it: a second one-sided kit.

Written beside `histories` from the field's rules alone.  Payments name invoices in full, by their
last digits, as a list, or not at all; they cover several, fall short with and without a reason,
come in parts, go beyond, net a return; some are advances, and some invoices are never paid.
"""

import datetime as dt
import random
from decimal import Decimal

import attrs
import polars as pl

from kamcore.matching import Matching, match

START = dt.date(2025, 1, 1)
NAMES = ("双木联采商贸有限公司", "海棠连锁超市股份有限公司", "北麓贸易（上海）有限公司")
NAMED = {"clean": (0.9,), "usual": (0.8, 0.6, 0.4), "careless": (0.4, 0.2, 0.1)}
TYPES = {
    "id": pl.String, "party": pl.String, "party_name": pl.String, "date": pl.Date,
    "due": pl.Date, "amount": pl.Decimal(18, 4), "currency": pl.String,
    "reference": pl.String, "text": pl.String,
}  # fmt: skip


@attrs.define
class Receipts:
    """Open items and receipts, the pairs that are true, and what belongs to nothing."""

    rng: random.Random
    noise: str
    items: list[dict] = attrs.field(factory=list)
    receipts: list[dict] = attrs.field(factory=list)
    pairs: set[tuple[str, str]] = attrs.field(factory=set)
    loose: set[str] = attrs.field(factory=set)

    def matched(self) -> Matching:
        """What the engine makes of both lists, their rows in no order."""
        lists = []
        for rows in (self.items, self.receipts):
            mixed = self.rng.sample(rows, len(rows))
            rows_only = [{name: row.get(name) for name in TYPES} for row in mixed]
            lists.append(pl.DataFrame(rows_only, schema=TYPES))
        return match(lists[0], lists[1])


def receipts(seed: int, noise: str = "usual") -> Receipts:
    """Draw what three customers were billed and what they paid."""
    rng = random.Random(f"receipts {seed}")
    that = Receipts(rng, noise)
    for at, name in enumerate(NAMES):
        _Customer(that, f"C{at + 1:03d}", name).live()
    return that


class _Customer:
    """One customer: its way to write, its term, its invoices."""

    def __init__(self, that: Receipts, code: str, name: str):
        self.that, self.rng, self.code, self.name = that, that.rng, code, name
        self.digits = self.rng.choice([20, 8, 8])
        self.serial = self.rng.randrange(10**7, 9 * 10**7)
        self.named = self.rng.choice(NAMED[that.noise])
        self.term = self.rng.choice([15, 30, 45, 60, 90])
        self.prices = [self.rng.randrange(900, 90000) for _ in range(5)]

    def live(self) -> None:
        """Bill, and pay most of it."""
        draw = self.rng
        bills = sorted(
            (self.invoice() for _ in range(draw.randrange(10, 30))), key=lambda row: row["date"]
        )
        unpaid = 0.12 if self.that.noise != "careless" else 0.22
        left = []
        for bill in bills:
            if draw.random() < unpaid:
                self.that.loose.add(bill["id"])
            else:
                left.append(bill)
        while left:
            few = min(len(left), draw.choice([2, 2, 3, 3, 4, 6]))
            ways = {
                self.whole: 48, self.several: 16, self.short: 10, self.parts: 8,
                self.net_of_return: 6, self.beyond: 5, self.partial: 4,
            }  # fmt: skip
            (way,) = draw.choices([*ways], [*ways.values()])
            taken = left[: few if way == self.several else 1]
            left = left[len(taken) :]
            way(taken)
        for _ in range(draw.randrange(0, 3)):
            day = START + dt.timedelta(days=draw.randrange(0, 250))
            words = draw.choice(["预付款", "预收货款", "定金"])
            self.that.loose.add(self.receipt(day, self.amount(), words)["id"])

    def amount(self) -> int:
        kind = self.rng.random()
        if kind < 0.6:
            return round(self.rng.choice(self.prices) * self.rng.randrange(5, 400) * 1.13)
        if kind < 0.75:
            return self.rng.randrange(1, 60) * 1_000_000
        return int(10 ** self.rng.uniform(4.6, 7.6))

    def row(self, kind: str, day: dt.date, cents: int, **more):
        rows = self.that.items if kind == "I" else self.that.receipts
        row = {"id": f"{kind}{self.code}{len(rows):04d}", "date": day, "currency": "CNY", **more}
        rows.append({**row, "amount": Decimal(cents) / 100})
        return rows[-1]

    def item(self, day: dt.date, cents: int, text: str, number: str | None):
        more = {"party": self.code, "party_name": self.name, "reference": number, "text": text}
        return self.row("I", day, cents, due=day + dt.timedelta(days=self.term), **more)

    def receipt(self, day: dt.date, cents: int, text: str):
        who = self.rng.choice([self.code, self.name, self.name.replace("（", "(")])
        return self.row("R", day, cents, party=who, text=text.strip())

    def number(self) -> str:
        self.serial += self.rng.choice([1, 1, 1, 3, 8, 20])
        return f"25322000{self.serial:012d}" if self.digits == 20 else f"{self.serial:08d}"

    def invoice(self):
        number, words = self.number(), self.rng.choice(["销售商品", "销售家电", "确认收入"])
        day = START + dt.timedelta(days=self.rng.randrange(0, 240))
        if self.rng.random() < 0.8:
            found = self.item(day, self.amount(), words, number)
        else:
            found = self.item(day, self.amount(), f"{words} 发票号{number}", None)
        found["number"] = number
        return found

    def said(self, bills: list[dict]) -> str:
        """How a payment names what it is for, or does not."""
        draw, numbers = self.rng, [bill["number"] for bill in bills]
        if draw.random() > self.named:
            return draw.choice(["", "货款", f"{draw.randrange(1, 9)}月货款"])
        style = draw.choice(["full", "full", "tail", "wide"])
        if self.that.noise == "clean":
            style = "full"
        if style == "tail":
            numbers = [number[-draw.choice([4, 5, 6, 8]) :] for number in numbers]
        text = draw.choice(["、", ",", "/", " "]).join(numbers)
        text = draw.choice(["票尾号", "尾号"] if style == "tail" else ["发票号", "票号:"]) + text
        if style == "wide":
            text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)
        return text

    def pay(self, bills: list[dict], cents: int, words: str = "", later: int = 0) -> None:
        """Pay bills near the day the last falls due."""
        day = max(bill["due"] for bill in bills) + dt.timedelta(days=later)
        if not later:
            day += dt.timedelta(days=self.rng.randrange(-12, 25))
        known = [bill for bill in bills if "number" in bill]
        paid = self.receipt(day, cents, f"{words} {self.said(known)}")
        self.that.pairs |= {(paid["id"], bill["id"]) for bill in bills}

    def whole(self, bills: list[dict]) -> None:
        words = self.rng.choice(["收货款", "转账", "电汇", ""])
        self.pay(bills, sum(_cents(bill) for bill in bills), words)

    def several(self, bills: list[dict]) -> None:
        self.whole(bills)

    def short(self, bills: list[dict]) -> None:
        draw, owed = self.rng, _cents(bills[0])
        word = draw.choice(["手续费", "返利", "质量扣款", "尾差", "现金折扣"])
        some = {"手续费": draw.randrange(500, 6000), "尾差": draw.randrange(1, 99)}
        less = some.get(word, max(100, owed * draw.randrange(5, 40) // 1000))
        said = f" 扣{word}{less / 100:.2f}" if draw.random() < 0.75 else ""
        self.pay(bills, max(owed - less, 1), f"收货款{said}")

    def parts(self, bills: list[dict]) -> None:
        owed = _cents(bills[0])
        first = owed * self.rng.randrange(25, 70) // 100
        self.pay(bills, first, "部分货款")
        self.pay(bills, owed - first, "余款", later=self.rng.randrange(26, 50))

    def partial(self, bills: list[dict]) -> None:
        self.pay(bills, _cents(bills[0]) * self.rng.randrange(20, 80) // 100, "部分货款")

    def beyond(self, bills: list[dict]) -> None:
        owed = _cents(bills[0])
        self.pay(bills, owed + self.rng.randrange(1000, max(2000, owed // 12)), "收货款")

    def net_of_return(self, bills: list[dict]) -> None:
        day = bills[0]["date"] + dt.timedelta(days=self.rng.randrange(1, 12))
        back = -(_cents(bills[0]) * self.rng.randrange(5, 40) // 100)
        text = f"销售退货 原发票号{bills[0]['number']}"
        red = self.item(day, back, text, self.number())
        self.pay([*bills, red], _cents(bills[0]) + back, "收货款")


def _cents(row: dict) -> int:
    return int(row["amount"] * 100)


@attrs.define
class ReceiptScore:
    """Counts over lists; a pair is a receipt with an item it pays."""

    right: int = 0
    wrong: int = 0
    lost: int = 0
    automatic: int = 0
    automatic_wrong: int = 0
    loose: int = 0
    kept: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.lost)

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f} over {self.right + self.lost} pairs; automatic {self.automatic}, "
            f"{self.automatic_wrong} wrong; loose kept {self.kept}/{self.loose}"
        )

    def add(self, that: Receipts) -> None:
        """Match the lists and count."""
        found = that.matched()
        sure, likely = (_pairs(decisions) for decisions in (found.automatic, found.proposed))
        every = sure | likely
        self.right += len(every & that.pairs)
        self.wrong += len(every - that.pairs)
        self.lost += len(that.pairs - every)
        self.automatic += len(sure)
        self.automatic_wrong += len(sure - that.pairs)
        touched = {doc for pair in every for doc in pair}
        self.loose += len(that.loose)
        self.kept += len(that.loose - touched)


def _pairs(decisions) -> set[tuple[str, str]]:
    return {
        (receipt.id, item.id)
        for decision in decisions
        for receipt in decision.receipts
        for item in decision.items
    }
