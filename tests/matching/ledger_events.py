"""Facts that two ledgers tell in different ways, and the mistakes that make them differ."""

import datetime as dt

from matching.ledger_truth import END, PURCHASES, SALES, START, Relation, Slip

OTHER = {"ours": "theirs", "theirs": "ours"}
WORDS = {"ours": SALES, "theirs": PURCHASES}


def one_line_for_many(that: Relation):
    """One book has a line for several invoices, the other a line for each."""
    draw, date = that.rng, that.day()
    numbers = [that.number() for _ in range(draw.randrange(2, 6))]
    cents = [that.amount() for _ in numbers]
    one = draw.choice(["ours", "theirs"])
    when = that.later(date, 7)
    text, column = that.business(one, numbers, WORDS[one], draw.choice(["", "汇总", "多笔"]))
    first = that.add(one, when if one == "theirs" else date, sum(cents), text, invoice=column)
    voucher = f"s{that.count}" if draw.random() < 0.5 else None
    each = []
    for number, part in zip(numbers, cents, strict=True):
        text, column = that.business(OTHER[one], [number], WORDS[OTHER[one]])
        day = date if OTHER[one] == "ours" else when
        day = max(day - dt.timedelta(days=0 if voucher else draw.randrange(4)), START)
        each.append(that.add(OTHER[one], day, part, text, invoice=column, voucher=voucher))
    that.pair(*([first], each) if one == "ours" else (each, [first]))


def months_summed_up(that: Relation):
    """One book sums a month's invoices up, often from a day in the month to the next."""
    draw, first = that.rng, START
    one, close = draw.choice(["theirs", "theirs", "ours"]), draw.choice([25, 31, 20])
    for month in range(1, 8):
        last = dt.date(2025, month, min(close, 28 if month == 2 else 30))
        if min(last, END) < first:
            break
        days = sorted(that.day(first, min(last, END)) for _ in range(draw.randrange(2, 9)))
        each = []
        for day in days:
            text, column = that.business(OTHER[one], [that.number()], WORDS[OTHER[one]])
            each.append(that.add(OTHER[one], day, that.amount(), text, invoice=column))
        text = f"{month}月{'采购' if one == 'theirs' else '销售'}货款汇总{len(each)}张"
        text = text if draw.random() < 0.6 else {"ours": "销售收入", "theirs": "采购入库"}[one]
        when = that.later(last, 5) if close < 31 else last
        total = that.add(one, when, sum(entry.cents for entry in each), text)
        that.pair(*([total], each) if one == "ours" else (each, [total]))
        first = last + dt.timedelta(days=1)


def bills(that: Relation):
    """Acceptance bills, each in a line or all in one, by their whole or their last digits."""
    draw, date = that.rng, that.day()
    numbers = [f"{draw.randrange(10**29, 10**30)}" for _ in range(draw.randrange(1, 4))]
    cents = [draw.choice([20, 30, 50, 100, 200]) * 1_000_000 for _ in numbers]
    cents = [part if draw.random() < 0.7 else that.amount() for part in cents]
    when, voucher = that.later(date, 9), f"b{that.count}"
    cut = 0 if draw.random() < 0.5 else -draw.choice([5, 6, 8])
    ours = [
        that.add("ours", when, -part, f"收银行承兑汇票 {number[cut:]}", voucher=voucher)
        for part, number in zip(cents, numbers, strict=True)
    ]
    if len(numbers) > 1 and draw.random() < 0.5:
        text = f"背书转让承兑汇票付货款{len(numbers)}张"
        that.pair(ours, [that.add("theirs", date, -sum(cents), text)])
        return
    for mine, number in zip(ours, numbers, strict=True):
        text = f"{draw.choice(['背书转让', '承兑付款'])} 票号{number[-8:]}"
        that.pair([mine], [that.add("theirs", date, mine.cents, text, voucher=voucher)])


def paid_in_parts_of_a_voucher(that: Relation):
    """A payment with its deduction or its excess: two lines here, one there."""
    draw, date = that.rng, that.day()
    gross, when, voucher = that.amount(), that.later(date, that.pay_lag), f"n{that.count}"
    part = max(100, gross * draw.randrange(5, 60) // 1000)
    word = draw.choice(["返利", "质量扣款", "运费扣款", "现金折扣", "多收部分转预收"])
    account = "2203" if "预收" in word else "1122.01"
    if "预收" in word or draw.random() < 0.5:
        ours = [
            that.add("ours", when, part - gross, "收货款", voucher=voucher),
            that.add("ours", when, -part, word, voucher=voucher, account=account),
        ]
        theirs = [that.add("theirs", date, -gross, "付货款")]
    else:
        ours = [that.add("ours", when, -gross, f"收货款，扣{word}")]
        theirs = [
            that.add("theirs", date, part - gross, "付货款", voucher=voucher),
            that.add("theirs", date, -part, word, voucher=voucher),
        ]
    that.pair(ours, theirs)


def moved_inside(that: Relation):
    """An advance is set off, or goods are estimated and the estimate taken back in red."""
    draw, cents, date, voucher = that.rng, that.amount(), that.day(), f"m{that.count}"
    if draw.random() < 0.5:
        that.add("ours", date, cents, "预收冲应收", account="2203", voucher=voucher)
        that.add("ours", date, -cents, "预收冲应收", voucher=voucher)
        return
    month = draw.randrange(1, 6)
    last, first = dt.date(2025, month, 28), dt.date(2025, month + 1, draw.randrange(1, 4))
    that.add("theirs", last, cents, f"{month}月货到票未到暂估", account="2202.02")
    text = f"红字冲回{month}月暂估"
    that.add("theirs", first, -cents, text, account="2202.02", is_red=True)


def returned(that: Relation):
    """Goods come back, or a rebate is granted: red here, on the other side there."""
    draw, date = that.rng, that.day()
    cents = -(that.amount() // draw.choice([3, 5, 10]))
    mine, other = draw.choice([("销售退回", "采购退货"), ("一季度返利", "供应商返利")])
    number = [that.number()]
    text = f"{mine} {that.named('ours', number)[0]}".strip()
    ours = that.add("ours", date, cents, text, is_red=draw.random() < 0.7)
    text = f"{other} {that.named('theirs', number)[0]}".strip()
    when = that.later(date, that.lag)
    that.pair([ours], [that.add("theirs", when, cents, text, is_red=draw.random() < 0.5)])


def instalments(that: Relation):
    """The same amount every month."""
    draw = that.rng
    cents, day = draw.choice([5_000_000, 1_200_000, 886_600]), draw.randrange(3, 20)
    lag, is_named = draw.randrange(0, 9), draw.random() < 0.5
    for month in range(1, 7):
        date, said = dt.date(2025, month, day), f"{month}月" if is_named else ""
        ours = that.add("ours", date, cents, f"{said}服务费")
        when = date + dt.timedelta(days=lag)
        that.pair([ours], [that.add("theirs", when, cents, f"{said}仓储服务费")])


def booked_again(that: Relation):
    """One side takes a line back in red and books it again, perhaps with another amount."""
    draw = that.rng
    ours, theirs = _one(that)
    mine, other = (ours, theirs) if draw.random() < 0.5 else (theirs, ours)
    cents, when = mine.cents, that.later(mine.date, 19)
    if draw.random() < 0.4:
        mine.cents = round(mine.cents * draw.uniform(1.01, 1.5))
    text = f"冲销{mine.date.month}月{mine.date.day}日凭证 {mine.text}"
    that.add(mine.side, when, -mine.cents, text, is_red=True, account=mine.account)
    again = that.add(mine.side, when, cents, f"订正 {mine.text}", account=mine.account)
    if mine.cents == cents:
        that.alike[again.key] = mine.key
    pair = (again.key, other.key) if mine.side == "ours" else (other.key, again.key)
    that.pairs.add(pair)


def _one(that: Relation):
    """A sale or a payment in the middle of the span, whose pair is still to be said."""
    date = that.day(START + dt.timedelta(days=12), END - dt.timedelta(days=40))
    ours, theirs = that.sale(date) if that.rng.random() < 0.5 else that.payment(date)
    that.pairs.discard((ours.key, theirs.key))
    return ours, theirs


def differing(that: Relation, kind: str, causes: set[str], entries: list):
    """Say why the books differ; lines of both sides still belong together."""
    keys = frozenset(entry.key for entry in entries)
    that.slips.append(Slip(kind=kind, causes=frozenset(causes), keys=keys))
    if len(entries) == 2:
        that.pairs.add((entries[0].key, entries[1].key))
    else:
        that.loose |= keys


def one_misses_it(that: Relation):
    ours, theirs = _one(that)
    gone = that.rng.choice([ours, theirs])
    that.entries.remove(gone)
    left = theirs if gone is ours else ours
    differing(that, "missing", {f"only_{left.side}"}, [left])


def wrong_side(that: Relation):
    ours, theirs = _one(that)
    entry = that.rng.choice([ours, theirs])
    entry.cents = -entry.cents
    differing(that, "wrong_side", {"wrong_side"}, [ours, theirs])


def digits_slip(that: Relation):
    """Two digits change places, or the point moves by one."""
    ours, theirs = _one(that)
    entry, sign = that.rng.choice([ours, theirs]), 1 if ours.cents > 0 else -1
    digits = list(str(abs(entry.cents)))
    places = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1]]
    places = [at for at in places if not (at == 0 and digits[1] == "0")]
    if places and that.rng.random() < 0.7:
        at = that.rng.choice(places)
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
        entry.cents = sign * int("".join(digits))
    else:
        entry.cents *= 10
    differing(that, "digits", {"transposed"}, [ours, theirs])


def other_amount(that: Relation):
    """A digit is misread, the tax left out, or a little more or less is booked."""
    draw = that.rng
    ours, theirs = _one(that)
    entry, sign = draw.choice([ours, theirs]), 1 if ours.cents > 0 else -1
    kind = draw.random()
    if kind < 0.3 and entry.cents > 0:
        entry.cents = round(entry.cents / 1.13)
    elif kind < 0.6:
        digits = list(str(abs(entry.cents)))
        at = draw.randrange(0, max(1, len(digits) - 2))
        digits[at] = draw.choice([digit for digit in "123456789" if digit != digits[at]])
        entry.cents = sign * int("".join(digits))
    else:
        entry.cents += sign * draw.choice([-1, 1]) * draw.randrange(1, 5000)
    ninth = (abs(ours.cents) - abs(theirs.cents)) % 9 == 0
    differing(that, "amount", {"amount", "transposed"} if ninth else {"amount"}, [ours, theirs])


def booked_twice(that: Relation):
    ours, theirs = _one(that)
    that.pairs.add((ours.key, theirs.key))
    entry = that.rng.choice([ours, theirs])
    when = entry.date + dt.timedelta(days=that.rng.choice([0, 1, 3, 8, 15, 25]))
    text = entry.text if that.rng.random() < 0.7 else f"{entry.text}(补)"
    more = {"account": entry.account, "invoice": entry.invoice}
    twin = that.add(entry.side, when, entry.cents, text, **more)
    that.alike[twin.key] = entry.key
    keys = frozenset({twin.key})
    that.slips.append(Slip(kind="duplicate", causes=frozenset({"duplicate"}), keys=keys))


def short_paid(that: Relation):
    """They book what they owed, we what the bank brought."""
    draw, gross = that.rng, that.amount() + 10_000
    word = draw.choice(["手续费", "返利", "质量扣款", "电汇费", "尾差"])
    some = {"手续费": draw.randrange(500, 6000), "电汇费": draw.randrange(500, 6000)}
    some["尾差"] = draw.randrange(1, 99)
    less = some.get(word, gross * draw.randrange(5, 45) // 1000)
    date = that.day(START + dt.timedelta(days=12), END - dt.timedelta(days=40))
    text = f"收货款，{word}{less / 100:.2f}元"
    ours = that.add("ours", that.later(date, that.pay_lag), less - gross, text)
    differing(that, "short", {"amount"}, [ours, that.add("theirs", date, -gross, "付货款")])


def opening_differs(that: Relation):
    cents = that.rng.choice([-1, 1]) * that.amount()
    that.openings["ours"] += cents
    that.slips.append(Slip(kind="opening", causes=frozenset({"opening"}), cents=cents))


SLIPS = (
    one_misses_it, one_misses_it, wrong_side, digits_slip, other_amount, booked_twice, short_paid,
)  # fmt: skip
FACTS = (
    (bills, 4),
    (paid_in_parts_of_a_voucher, 4),
    (moved_inside, 4),
    (returned, 5),
    (booked_again, 2),
)


def drawn(rng, noise: str = "usual") -> Relation:
    """Draw a relation; `noise` is ``clean``, ``usual`` or ``careless``."""
    that = Relation(rng, noise)
    if rng.random() < 0.25:
        months_summed_up(that)
    else:
        for _ in range(rng.randrange(18, 60)):
            that.sale()
        for _ in range(rng.randrange(0, 6)):
            one_line_for_many(that)
    for _ in range(rng.randrange(5, 20)):
        that.payment()
    for event, most in FACTS:
        for _ in range(rng.randrange(0, most + 1)):
            event(that)
    if rng.random() < 0.3:
        instalments(that)
    span = {"clean": (0, 3), "usual": (1, 7), "careless": (4, 13)}[noise]
    for _ in range(rng.randrange(*span)):
        rng.choice(SLIPS)(that)
    if rng.random() < 0.2:
        opening_differs(that)
    kept = [e for e in that.entries if e.date <= END or that.reaches[e.side]]
    that.entries = kept
    keys = {entry.key for entry in kept}
    that.pairs = {pair for pair in that.pairs if keys.issuperset(pair)}
    return that
