"""Drawn histories: a hidden truth, and the books and lists that two companies make of it.

A truth is what really happened: invoices, credit notes, payments, what each payment settles.
From it come the lists a person would match (`listed`), and the books of both sides with the
mistakes people make (`matching.two_books`).  Everything follows from a seed and from `Noise`.
"""

import datetime as dt
import random
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import schema

ZERO = Decimal(0)
FIRST = dt.date(2025, 1, 3)
AS_OF = dt.date(2025, 12, 31)
CITIES = ("浙江", "苏州", "上海", "青岛", "武汉", "成都", "厦门", "长沙")
WORDS = ("华联", "恒达", "东盛", "明远", "瑞丰", "信和", "百川", "金禾", "天润", "同创")
TRADES = ("商贸", "电器", "食品", "机械", "建材", "纺织", "物流", "百货")
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@attrs.frozen(kw_only=True)
class Noise:
    """How often people do what makes matching hard; every field is a share of the cases."""

    unnamed: float = 0.3
    """Payments whose text names no number."""
    joined: float = 0.35
    """Payments that settle several invoices."""
    parts: float = 0.06
    """Invoices paid in two parts."""
    short: float = 0.06
    """Payments less a rebate, a claim or a bank fee."""
    returned: float = 0.07
    """Invoices with a credit note, taken off the payment."""
    reversed_: float = 0.03
    """Invoices reversed in red, whole."""
    advance: float = 0.04
    """Payments for nothing that is invoiced yet."""
    unpaid: float = 0.12
    """Invoices that stay open although others are paid."""
    mistyped: float = 0.02
    """Numbers with two digits exchanged."""
    unknown_payer: float = 0.03
    """Receipts without a party."""
    fixed: float = 0.12
    """Parties that are invoiced the same round amount every month."""
    renamed: float = 0.1
    """Payers spelled otherwise: full width, blanks."""
    crossed: float = 0.0
    """Joined payments made in two parts that fit no invoice."""
    # What goes wrong between two sets of books.
    late: float = 0.03
    missing: float = 0.02
    wrong_side: float = 0.01
    transposed: float = 0.01
    doubled: float = 0.01


@attrs.frozen(kw_only=True)
class Fact:
    """Something that happened: an invoice, a credit note or a payment; amounts are positive."""

    id: str
    kind: str
    party: str
    date: dt.date
    amount: Decimal
    due: dt.date | None = None
    number: str | None = None
    contract: str | None = None
    text: str = ""
    payer: str | None = None
    deduction: Decimal = ZERO
    """What a payment leaves out, with the payer's reason in `reason`."""
    reason: str | None = None

    @property
    def signed(self) -> Decimal:
        """What it does to the receivable."""
        return self.amount if self.kind == "invoice" else -self.amount


@attrs.frozen(kw_only=True)
class Truth:
    """All facts up to the date, and which of them settle each other."""

    seed: int
    noise: Noise
    facts: tuple[Fact, ...]
    groups: tuple[frozenset[str], ...]
    """Ids of the facts that settle each other; every other fact stays open."""

    @property
    def parties(self) -> list[str]:
        """The names of the parties."""
        return sorted({fact.party for fact in self.facts})

    def pairs(self) -> set[frozenset[str]]:
        """Pairs of facts that settle each other: payment and document, or red and blue."""
        kind = {fact.id: fact for fact in self.facts}
        found = set()
        for group in self.groups:
            paid = [one for one in group if kind[one].kind == "payment"]
            rest = [one for one in group if kind[one].kind != "payment"]
            sides = (paid, rest) if paid else (rest[:1], rest[1:])
            found |= {frozenset((a, b)) for a in sides[0] for b in sides[1]}
        return found

    def loose(self) -> set[str]:
        """Ids of the facts that settle nothing."""
        return {fact.id for fact in self.facts} - set().union(*self.groups, set())


class _Writer:
    """Draws one truth."""

    def __init__(self, seed: int, noise: Noise) -> None:
        self.draw = random.Random(seed)
        self.noise = noise
        self.facts: list[Fact] = []
        self.groups: list[frozenset[str]] = []
        self.number = self.draw.randrange(10_000_000, 60_000_000)
        self.long_numbers = seed % 2 == 1

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def cents(self) -> Decimal:
        value = int(10 ** self.draw.uniform(4.8, 7.3))
        return Decimal(value) / 100

    def invoice_number(self) -> str:
        self.number += self.draw.randrange(1, 4)
        return f"25332000000{self.number:09d}" if self.long_numbers else f"{self.number:08d}"

    def add(self, kind: str, party: str, day: dt.date, amount: Decimal, **more) -> Fact:
        fact = Fact(
            id=f"{kind[0].upper()}{len(self.facts) + 1:05d}",
            kind=kind,
            party=party,
            date=day,
            amount=amount,
            **more,
        )
        self.facts.append(fact)
        return fact

    def party(self, name: str, invoices: int) -> None:
        fixed = Decimal(self.draw.randrange(2, 60) * 1000) if self.chance(self.noise.fixed) else 0
        contract = f"HT-2025-{self.draw.randrange(1, 999):03d}"
        made = []
        for index in range(invoices):
            gap = 340 * index // invoices
            day = FIRST + dt.timedelta(days=gap + self.draw.randrange(0, 12))
            amount = fixed or self.cents()
            made.append(self.invoice(name, day, amount, contract))
        self.pay_all(name, [fact for fact in made if fact is not None])
        for _ in range(invoices):
            if self.chance(self.noise.advance):
                self.advance(name)

    def invoice(self, party: str, day: dt.date, amount: Decimal, contract: str) -> Fact | None:
        number = self.invoice_number()
        due = day + dt.timedelta(days=self.draw.choice((30, 45, 60)))
        more = {"due": due, "number": number, "contract": contract}
        fact = self.add("invoice", party, day, amount, text=f"销售 发票号{number}", **more)
        if not self.chance(self.noise.reversed_):
            return fact
        red_day = day + dt.timedelta(days=self.draw.randrange(1, 20))
        text = f"冲销 发票号{number}"
        red = self.add("credit", party, red_day, amount, number=number, text=text)
        self.groups.append(frozenset((fact.id, red.id)))
        return None

    def pay_all(self, party: str, invoices: list[Fact]) -> None:
        left = [fact for fact in invoices if not self.chance(self.noise.unpaid)]
        while left:
            count = (
                self.draw.choice((2, 2, 2, 3, 3, 4, 6)) if self.chance(self.noise.joined) else 1
            )
            batch, left = left[:count], left[count:]
            self.pay(party, batch)

    def pay(self, party: str, batch: list[Fact]) -> None:
        latest = max(fact.due for fact in batch)
        day = latest + dt.timedelta(days=self.draw.randrange(-8, 35))
        if day > AS_OF - dt.timedelta(days=10):
            return
        documents = [*batch, *self.returns(party, batch)]
        total = sum(fact.signed for fact in documents)
        single = len(batch) == 1 and len(documents) == 1
        if single and total > 2000 and self.chance(self.noise.parts):
            first = (total * self.draw.choice((3, 4, 5)) / 10).quantize(Decimal("0.01"))
            later = day + dt.timedelta(days=self.draw.randrange(5, 30))
            if later <= AS_OF:
                one = self.payment(party, day, first, batch, extra=" 部分货款")
                two = self.payment(party, later, total - first, batch, extra=" 余款")
                self.groups.append(frozenset((one.id, two.id, batch[0].id)))
                return
        # Without this noise nothing is drawn, so that all other histories stay as they are.
        crossed = self.noise.crossed and len(batch) > 1 and total > 2000
        if crossed and self.chance(self.noise.crossed):
            first = (total * self.draw.randrange(30, 70) / 100).quantize(Decimal("0.01"))
            later = min(AS_OF, day + dt.timedelta(days=self.draw.randrange(3, 20)))
            both = [
                self.payment(party, when, amount, [])
                for when, amount in ((day, first), (later, total - first))
            ]
            self.groups.append(frozenset(fact.id for fact in (*both, *documents)))
            return
        reason, deduction, said = self.short(total)
        paid = self.payment(
            party, day, total - deduction, batch, extra=said, deduction=deduction, reason=reason
        )
        self.groups.append(frozenset((paid.id, *(fact.id for fact in documents))))

    def returns(self, party: str, batch: list[Fact]) -> list[Fact]:
        found = []
        for fact in batch:
            if self.chance(self.noise.returned):
                amount = (fact.amount * self.draw.randrange(3, 20) / 100).quantize(Decimal("0.01"))
                day = fact.date + dt.timedelta(days=self.draw.randrange(2, 20))
                number = self.invoice_number()
                text = f"销售退回 原发票号{fact.number}"
                found.append(self.add("credit", party, day, amount, number=number, text=text))
        return found

    def short(self, total: Decimal) -> tuple[str | None, Decimal, str]:
        if not self.chance(self.noise.short):
            return None, ZERO, ""
        reason = self.draw.choice(("返利扣款", "质量扣款", "手续费"))
        if reason == "手续费":
            fee = Decimal(self.draw.choice((15, 25, 50)))
            return reason, fee, self.draw.choice(("", " 扣手续费"))
        amount = (total * self.draw.randrange(1, 4) / 100).quantize(Decimal("0.01"))
        word = {"返利扣款": "扣返利", "质量扣款": "扣质量款"}[reason]
        return reason, amount, self.draw.choice((f" {word}{amount}", f" 已{word}"))

    def payment(
        self, party: str, day: dt.date, amount: Decimal, batch: list[Fact], **more
    ) -> Fact:
        extra = more.pop("extra", "")
        text = self.words(party, batch) + extra
        payer: str | None = party
        if self.chance(self.noise.renamed):
            payer = party.replace("有限公司", " 有限公司").replace("(", "（")
        if self.chance(self.noise.unknown_payer):
            payer = None
        return self.add("payment", party, day, amount, text=text, payer=payer, **more)

    def words(self, party: str, batch: list[Fact]) -> str:
        if not batch or self.chance(self.noise.unnamed):
            return self.draw.choice(("货款", f"收{party}货款", "网银转账", "汇入货款"))
        numbers = [self.typed(fact.number) for fact in batch]
        listed = self.draw.choice(("、", ",", " ", "；")).join(numbers)
        if self.chance(0.1):
            listed = listed.translate(FULL_WIDTH)
        form = self.draw.choice(
            ("货款 发票号{}", "付货款（票号：{}）", "No.{}", "{} 货款", "发票{}款")
        )
        return form.format(listed)

    def typed(self, number: str) -> str:
        if not self.chance(self.noise.mistyped):
            return number
        spot = self.draw.randrange(len(number) - 3, len(number) - 1)
        return number[:spot] + number[spot + 1] + number[spot] + number[spot + 2 :]

    def advance(self, party: str) -> None:
        amount = Decimal(self.draw.randrange(1, 40) * 5000) if self.chance(0.5) else self.cents()
        day = FIRST + dt.timedelta(days=self.draw.randrange(30, 350))
        text = self.draw.choice(("预付货款", "预付款", "货款"))
        self.add("payment", party, day, amount, text=text, payer=party)


def names(count: int, seed: int = 0) -> list[str]:
    """Invented company names."""
    every = [
        f"{city}{word}{trade}有限公司" for city in CITIES for word in WORDS for trade in TRADES
    ]
    return random.Random(seed).sample(every, count)


def drawn(seed: int, parties: int = 12, invoices: int = 14, noise: Noise | None = None) -> Truth:
    """Draw a truth of so many parties with about so many invoices each."""
    writer = _Writer(seed, noise or Noise())
    for name in names(parties, seed):
        writer.party(name, max(1, int(invoices * writer.draw.uniform(0.4, 1.6))))
    return Truth(
        seed=seed, noise=writer.noise, facts=tuple(writer.facts), groups=tuple(writer.groups)
    )


def listed(truth: Truth) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lists of open items and of receipts, with the ids of the facts, in shuffled order."""
    columns = {
        "id": pl.String,
        "party": pl.String,
        "date": pl.Date,
        "due": pl.Date,
        "amount": schema.AMOUNT,
        "currency": pl.String,
        "reference": pl.String,
        "text": pl.String,
    }
    items, receipts = [], []
    for fact in truth.facts:
        if fact.kind == "payment":
            row = (fact.payer, fact.date, None, fact.amount, "CNY", None, fact.text)
            receipts.append((fact.id, *row))
        else:
            row = (fact.party, fact.date, fact.due, fact.signed, "CNY", fact.number, fact.text)
            items.append((fact.id, *row))
    draw = random.Random(truth.seed)
    draw.shuffle(items)
    draw.shuffle(receipts)
    return (
        pl.DataFrame(items, schema=columns, orient="row"),
        pl.DataFrame(receipts, schema=columns, orient="row"),
    )
