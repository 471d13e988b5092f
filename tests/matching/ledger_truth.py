"""What two companies really did with each other, and how their two ledgers say it.

Written from the field's rules alone, beside `histories`, so that the rules of matching have a
second examiner.  A `Relation` is one seller and one buyer over half a year: sales, lists of
invoices in one line, months summed up, payments, bills, returns, rebates, instalments, estimates.
Each fact knows which lines of the two books belong together.
"""

import datetime as dt
import random
from itertools import pairwise

import attrs

START, END = dt.date(2025, 1, 1), dt.date(2025, 6, 30)
NEAR_END = END - dt.timedelta(days=10)
MARKS = ("发票号", "发票", "票号:", "FP", "No.", "发票号码：", "增值税票")
TAIL_MARKS = ("票尾号", "发票", "尾号", "发票号后几位")
SALES = ("销售产品", "销售商品", "确认销售收入", "销售空调", "应收货款", "销售小家电一批")
PURCHASES = ("采购商品", "购入货物", "采购入库", "应付货款", "购空调一批", "收到发票")
RECEIPTS = ("收货款", "收到货款", "收回货款", "回款", "收销货款")
PAYMENTS = ("付货款", "支付货款", "付启明货款", "支付采购款", "付材料款")


@attrs.define(eq=False)
class Entry:
    """A line of one book: `cents` are positive when they raise what the buyer owes."""

    key: str
    side: str
    date: dt.date
    cents: int
    text: str
    account: str
    voucher: str
    is_red: bool = False
    invoice: str | None = None


@attrs.frozen(kw_only=True)
class Slip:
    """What makes the books differ: the causes that are right, and the lines it is about."""

    kind: str
    causes: frozenset[str]
    keys: frozenset[str] = frozenset()
    cents: int = 0


@attrs.define(slots=False)
class Relation:
    """One seller (``ours``) and one buyer (``theirs``), drawn fact by fact.

    `pairs` are lines of both that belong together, `loose` lines that belong to none; `alike`
    are lines that stand for each other (booked twice, or taken back and booked again).
    """

    rng: random.Random
    noise: str
    entries: list[Entry] = attrs.field(factory=list)
    pairs: set[tuple[str, str]] = attrs.field(factory=set)
    slips: list[Slip] = attrs.field(factory=list)
    loose: set[str] = attrs.field(factory=set)
    alike: dict[str, str] = attrs.field(factory=dict)
    openings: dict[str, int] = attrs.field(factory=dict)
    count: int = 0

    def __attrs_post_init__(self):
        draw = self.rng
        styles = ["full", "tail", "none", "mixed", "column"]
        clean = self.noise == "clean"
        self.styles = {
            "ours": "full" if clean else draw.choice([*styles, "full"]),
            "theirs": "full" if clean else draw.choice([*styles, "mixed"]),
        }
        self.digits = draw.choice([20, 8, 10, 20])
        self.serial = draw.randrange(10**7, 9 * 10**7)
        self.lag = 5 if clean else draw.choice([3, 7, 12, 20, 35])
        self.pay_lag = draw.choice([1, 3, 6])
        self.is_wide = draw.random() < 0.3
        self.prices = [draw.randrange(800, 90000) for _ in range(6)]
        self.currency = "USD" if draw.random() < 0.12 else "CNY"
        self.reaches = {"ours": draw.random() < 0.3, "theirs": draw.random() < 0.4}
        opening = draw.randrange(10**6, 5 * 10**7)
        self.openings = {"ours": opening, "theirs": opening}

    def day(self, first=START, last=END):
        return first + dt.timedelta(days=self.rng.randrange((last - first).days + 1))

    def later(self, day, most):
        return day + dt.timedelta(days=self.rng.randrange(0, most + 1))

    def amount(self):
        kind = self.rng.random()
        if kind < 0.45:
            return round(self.rng.choice(self.prices) * self.rng.randrange(5, 400) * 1.13)
        if kind < 0.6:
            return self.rng.randrange(1, 60) * 1_000_000
        if kind < 0.7:
            return self.rng.choice([500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000])
        return int(10 ** self.rng.uniform(4.5, 7.6))

    def number(self):
        self.serial += self.rng.choice([1, 1, 1, 2, 5, 17])
        heads = {20: f"25322000{0:04d}", 10: "11", 8: ""}
        return f"{heads[self.digits]}{self.serial:08d}"

    def named(self, side, numbers):
        """How a text names invoices, and what stands in the column for them."""
        draw, style = self.rng, self.styles[side]
        if style == "mixed":
            typo = "typo" if self.noise == "careless" else "full"
            style = draw.choice(["full", "tail", "none", "full", typo])
        if style == "none" or not numbers:
            return "", None
        if style == "column":
            return "", ",".join(numbers) if len(numbers) < 3 else None
        said = list(numbers)
        if style == "typo":
            digits, at = list(said[0]), len(said[0]) - draw.randrange(3, 6)
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
            said[0] = "".join(digits)
        if style == "tail":
            width = draw.choice([4, 5, 6, 8])
            said = [number[-width:] for number in said]
        return self._spelled(said, TAIL_MARKS if style == "tail" else MARKS), None

    def _spelled(self, numbers, marks):
        draw = self.rng
        in_row = all(int(b) - int(a) == 1 for a, b in pairwise(numbers))
        if len(numbers) > 2 and in_row and draw.random() < 0.7:
            last = numbers[-1][-2:] if draw.random() < 0.5 else numbers[-1]
            text = f"{numbers[0]}{draw.choice(['-', '~', '至', '—'])}{last}"
        else:
            text = draw.choice(["、", ",", "/", " ", "；"]).join(numbers)
        text = draw.choice(marks) + text
        if self.is_wide and draw.random() < 0.4:
            text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)
        return text

    def add(self, side, date, cents, text, **more):
        """Book a line; lines of one `voucher` stand in one."""
        self.count += 1
        own = {"ours": "1122.01", "theirs": "2202.01"}[side]
        voucher = more.pop("voucher", None) or f"v{self.count}"
        account = more.pop("account", own)
        key = f"{side}{self.count}"
        entry = Entry(key, side, date, cents, text, account, f"{side}{voucher}", **more)
        self.entries.append(entry)
        return entry

    def pair(self, ours, theirs):
        """Both sides' lines of one fact; what only one has by the end is on its way."""
        every = [*ours, *theirs]
        inside = [entry for entry in every if START <= entry.date <= END]
        both = {(a.key, b.key) for a in ours for b in theirs}
        if len(inside) == len(every):
            self.pairs |= both
        elif inside:
            seen = any(self.reaches[e.side] for e in every if e.date > END)
            causes = {"timing"}
            if not seen and min(e.date for e in inside) <= NEAR_END:
                causes.add(f"only_{inside[0].side}")
            keys = frozenset(entry.key for entry in inside)
            self.slips.append(Slip(kind="cutoff", causes=frozenset(causes), keys=keys))
            if seen:
                self.pairs |= both
            elif len({entry.side for entry in inside}) == 1:
                self.loose |= keys

    def business(self, side, numbers, words, more=""):
        name = {"ours": ("海棠", "双木"), "theirs": ("启明", "启明电器")}[side]
        said, column = self.named(side, numbers)
        text = self.rng.choice(["", "", *name]) + self.rng.choice(words) + more
        return f"{text} {said}".strip(), column

    def sale(self, date=None):
        date, cents, number = date or self.day(), self.amount(), [self.number()]
        text, column = self.business("ours", number, SALES)
        ours = self.add("ours", date, cents, text, invoice=column)
        text, column = self.business("theirs", number, PURCHASES)
        theirs = self.add("theirs", self.later(date, self.lag), cents, text, invoice=column)
        self.pair([ours], [theirs])
        return ours, theirs

    def payment(self, date=None):
        date, cents = date or self.day(), self.amount()
        numbers = [self.number() for _ in range(self.rng.randrange(0, 3))]
        month = f"{date.month}月" if self.rng.random() < 0.3 else ""
        text = f"{month}{self.business('ours', numbers, RECEIPTS)[0]}"
        account = "2203" if self.rng.random() < 0.12 else "1122.01"
        when = self.later(date, self.pay_lag)
        ours = self.add("ours", when, -cents, text, account=account)
        text = f"{month}{self.business('theirs', numbers, PAYMENTS)[0]}"
        account = "1123" if self.rng.random() < 0.1 else "2202.01"
        theirs = self.add("theirs", date, -cents, text, account=account)
        self.pair([ours], [theirs])
        return ours, theirs
