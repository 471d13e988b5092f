"""Bad debts written off (坏账核销) and collected after all (收回), over a set of books.

A write-off takes what a party owes off its receivables, oldest first, against the allowance; a
recovery puts the receivable back and then collects it.  Under 小企业会计准则 the loss is an
expense when it happens and what comes back is other income (arts. 10 and 68).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs
import polars as pl

from kamcore.books import Books
from kamcore.books.schema import AUX
from kamcore.errors import Fault, Severity, UsageError
from kamcore.ledger.ageing import age, open_items
from kamcore.ledger.bad_debts import BadDebt, BadDebtRow, BadDebts, SettledItem
from kamcore.ledger.draft import Draft, DraftLine, rounded
from kamcore.ledger.engine import open_frames
from kamcore.ledger.policy import AgeingPolicy
from kamcore.ledger.provision import ProvisionAccounts, recovery_draft, write_off_draft
from kamcore.ledger.provisioning import accounts_of, allowance_at
from kamcore.ledger.sources import Source, books_of
from kamcore.ledger.tree import AccountTree, account_tree
from kamcore.model.provision_policy import ProvisionPolicy
from kamcore.model.role import standard_accounts
from kamcore.place import Place

__all__ = ["write_off"]

NOT_OWED = Fault(
    code="L1315",
    zh="「{value}」只欠 {owed}, 不能核销 {amount}",
    en="{value!r} owes {owed}, so {amount} cannot be written off",
    hint_zh="核对代码和截止日; 不写金额则核销全部欠款",
    hint_en="look at the code and the date; without an amount all it owes is written off",
)
WHICH_ACCOUNT = Fault(
    code="L1316",
    zh="科目 {value} 有几个下级, 没有说明用哪个: {known}",
    en="account {value} has several below it, and nothing says which to use: {known}",
    hint_zh="在坏账准备政策里写明科目, 银行用 --bank",
    hint_en="name the account in the policy, the bank with --bank",
)
NOT_COVERED = Fault(
    code="L1317",
    severity=Severity.WARNING,
    zh="坏账准备余额 {value}, 本次核销后为借方 {short}",
    en="the allowance stands at {value}; these write-offs leave it {short} on the debit side",
    hint_zh="期末按政策补提",
    hint_en="the charge at the end of the period makes it up",
)
NO_SUCH_PARTY = Fault(
    code="L1318",
    zh="账里没有「{value}」",
    en="the books have no {value!r}",
)

ZERO = Decimal(0)
_ID = ("id", "voucher_id", "line_no", "split_no")


def write_off(  # noqa: PLR0913  the front door spells its choices out (decision 0004)
    source: Source,
    policy: ProvisionPolicy | None = None,
    *,
    as_of: dt.date,
    losses: Iterable[BadDebt] = (),
    recoveries: Iterable[BadDebt] = (),
    bank: str | None = None,
) -> BadDebts:
    """Draft write-offs and recoveries, a voucher each.

    Accounts are those of `policy`, else the standard ones of the books or the one account below
    them.  A foreign debt is written off in its own currency too, at its book rate.  Recoveries
    are in base currency and come in on `bank`.

    Raises:
        BooksError: a column is missing or of another type.
        UsageError: a party owes less, is not in the books, or several accounts would do.
    """
    books = books_of(source)
    run = _Run.of(books, policy or ProvisionPolicy(), as_of)
    written = [run.write_off(one) for one in losses]
    back = [run.recover(one, bank) for one in recoveries]
    allowance = run.accounts.allowance
    found = BadDebts(
        as_of=as_of,
        by=run.by,
        accounts=run.accounts,
        rows=tuple(row for rows, _ in (*written, *back) for row in rows),
        drafts=tuple(draft for _, draft in (*written, *back)),
        before=None if allowance is None else allowance_at(books, allowance, as_of),
    )
    if found.after is None or found.after >= 0 or not written:
        return found
    facts = {"short": f"{-found.after:,.2f}"}
    short = NOT_COVERED.at(Place(), f"{found.before:,.2f}", **facts)
    return attrs.evolve(found, problems=(short,))


@attrs.frozen(kw_only=True)
class _Run:
    """One policy over one set of books at a date."""

    books: Books
    as_of: dt.date
    tree: AccountTree
    accounts: ProvisionAccounts
    receivable: tuple[str, ...]
    by: str
    key: str
    base: str
    asked: Mapping[str, frozenset[str]]
    """The dimensions each account asks for."""

    @classmethod
    def of(cls, books: Books, policy: ProvisionPolicy, as_of: dt.date) -> "_Run":
        frames = open_frames(books)
        tree = account_tree(frames)
        family, named = accounts_of(books, policy)
        accounts = attrs.evolve(
            named,
            allowance=named.allowance and _leaf(tree, named.allowance, "应收账款"),
            expense=_leaf(tree, named.expense, "坏账"),
            recovered=named.recovered and _leaf(tree, named.recovered, "坏账"),
        )
        has = AUX + policy.by in books.lines.columns
        return cls(
            books=books,
            as_of=as_of,
            tree=tree,
            accounts=accounts,
            receivable=policy.receivable or standard_accounts("ar_trade", family),
            by=policy.by if has else "account",
            key=AUX + policy.by if has else "account",
            base=frames.entity.base_currency,
            asked=_asked(books),
        )

    def write_off(self, loss: BadDebt) -> tuple[list[BadDebtRow], Draft]:
        """Take a loss off the party's items, oldest first."""
        owing = self._owing(loss.party)
        owed = _sum(owing["open"])
        wanted = owed if loss.amount is None else loss.amount
        if wanted <= 0 or wanted > owed:
            facts = {"owed": f"{owed:,.2f}", "amount": f"{wanted:,.2f}"}
            raise UsageError(NOT_OWED.at(Place(), loss.party, **facts))
        rows = self._rows(loss.party, _oldest(owing, wanted), owing)
        aux = self._aux(loss.party)
        first = rows[0]
        draft = write_off_draft(wanted, first.account, self.accounts, self.as_of, aux)
        debit = attrs.evolve(draft.lines[0], aux=self._aux(loss.party, draft.lines[0].account))
        lines = [self._credit(row, draft.reason, aux) for row in rows]
        return rows, attrs.evolve(draft, lines=(debit, *lines))

    def recover(self, back: BadDebt, bank: str | None) -> tuple[list[BadDebtRow], Draft]:
        """Put a party's receivable back and collect it."""
        account = self._account_of(back.party)
        amount = back.amount or ZERO
        came = bank or _leaf(self.tree, standard_accounts("bank", self.tree.family or "ASBE")[0])
        aux = self._aux(back.party)
        draft = recovery_draft(amount, (came, account), self.accounts, self.as_of, aux)
        lines = [
            line
            if line.aux or line.account == came
            else attrs.evolve(line, aux=self._aux(back.party, line.account))
            for line in draft.lines
        ]
        row = BadDebtRow(
            kind="recovery", party=back.party, account=account, currency=self.base, amount=amount
        )
        return [row], attrs.evolve(draft, lines=tuple(lines))

    def _owing(self, party: str) -> pl.DataFrame:
        """The party's open items, receipts nothing was applied to with a negative ``open``."""
        keys = [] if self.key == "account" else [self.by]
        found: pl.DataFrame = open_items(
            self.books, as_of=self.as_of, account=self.receivable, by=keys
        )
        order = [name for name in _ID if name in found.columns]
        return found.filter(pl.col(self.key) == party).sort("basis", *order)

    def _rows(self, party: str, taken: pl.DataFrame, owing: pl.DataFrame) -> list[BadDebtRow]:
        rows = []
        for (account, currency), part in taken.group_by(
            "account", "currency", maintain_order=True
        ):
            amount = _sum(part["taken"])
            here = (pl.col("account") == account) & (pl.col("currency") == currency)
            whole = _sum(owing.filter(here)["open"])
            rows.append(
                BadDebtRow(
                    kind="write-off",
                    party=party,
                    account=str(account),
                    currency=str(currency),
                    amount=amount,
                    fx_amount=self._foreign(party, (str(account), str(currency)), amount / whole),
                    items=tuple(_items(part)),
                )
            )
        return rows

    def _foreign(self, party: str, where: tuple[str, str], part: Decimal) -> Decimal | None:
        """That part of what the party owes in a currency that is not the base."""
        account, currency = where
        if currency == self.base:
            return None
        keys = [] if self.key == "account" else [self.by]
        aged = age(
            self.books,
            as_of=self.as_of,
            account=account,
            by=keys,
            policy=AgeingPolicy(measure="fx"),
        )
        mine = (pl.col(self.key) == party) & (pl.col("currency") == currency)
        owed = _sum(aged.to_polars().filter(mine)["total"])
        return rounded(owed * part, currency)

    def _credit(self, row: BadDebtRow, summary: str, aux: Mapping[str, str]) -> DraftLine:
        foreign = row.fx_amount
        return DraftLine(
            account=row.account,
            summary=summary,
            credit=row.amount,
            currency=row.currency,
            fx_amount=foreign,
            rate=round(row.amount / foreign, 10) if foreign else None,
            aux=aux,
        )

    def _aux(self, party: str, account: str | None = None) -> dict[str, str]:
        """The party, on a receivable and on any other account that asks for its dimension."""
        if self.key == "account":
            return {}
        if account is not None and self.by not in self.asked.get(account, ()):
            return {}
        return {self.by: party}

    def _account_of(self, party: str) -> str:
        """The receivable the party was last booked on, in base currency if on any such."""
        if self.key == "account":
            if party not in self.tree.parents:
                raise UsageError(NO_SUCH_PARTY.at(Place(), party))
            return party
        under = {
            code for code in self.tree.parents if set(self.tree.path(code)) & set(self.receivable)
        }
        mine = (pl.col(self.key) == party) & pl.col("account").is_in(sorted(under))
        own = pl.col("currency").fill_null(self.base) == self.base
        last = self.books.lines.filter(mine).sort(own, "date", "account").tail(1)
        if last.height:
            return str(last["account"][0])
        if self.books.members.filter(dimension=self.by, code=party).is_empty():
            raise UsageError(NO_SUCH_PARTY.at(Place(), party))
        return _leaf(self.tree, self.receivable[0])


def _leaf(tree: AccountTree, code: str, word: str = "") -> str:
    """The account itself, or the one below it that has nothing below and `word` in its name.

    Raises:
        UsageError: several would do.
    """
    leaves = sorted(one for one in tree.leaves() if one != code and code in tree.path(one))
    named = [one for one in leaves if word and word in tree.names.get(one, "")]
    if len(named) == 1:
        return named[0]
    if len(leaves) > 1:
        known = ", ".join(f"{one} {tree.names.get(one, '')}".strip() for one in leaves)
        raise UsageError(WHICH_ACCOUNT.at(Place(), code, known=known))
    return leaves[0] if leaves else code


def _sum(amounts: pl.Series) -> Decimal:
    return sum(amounts.drop_nulls().to_list(), ZERO)


def _asked(books: Books) -> dict[str, frozenset[str]]:
    """The dimensions accounts ask for, by code."""
    listed = books.accounts.select("code", "dimensions").iter_rows()
    return {code: frozenset((kinds or "").split(",")) - {""} for code, kinds in listed}


def _oldest(owing: pl.DataFrame, wanted: Decimal) -> pl.DataFrame:
    """The items an amount takes, oldest first, with what is ``taken`` of each.

    A receipt that settles nothing yet lessens what its account can give, youngest item first.
    """
    rows = []
    spare: dict[tuple[str, str], Decimal] = {}
    for row in owing.rows(named=True):
        if row["open"] < 0:
            where = (row["account"], row["currency"])
            spare[where] = spare.get(where, ZERO) - row["open"]
    items = [row for row in owing.rows(named=True) if row["open"] > 0]
    for row in reversed(items):
        where = (row["account"], row["currency"])
        used = min(spare.get(where, ZERO), row["open"])
        spare[where] = spare.get(where, ZERO) - used
        rows.append({**row, "open": row["open"] - used})
    left = wanted
    taken = []
    for row in reversed(rows):
        part = min(left, row["open"])
        left -= part
        taken.append(part)
    frame = owing.filter(pl.col("open") > 0)
    parts = pl.Series("taken", taken, dtype=pl.Decimal(38, 4))
    return frame.with_columns(parts).filter(pl.col("taken") > 0)


def _items(part: pl.DataFrame) -> Iterable[SettledItem]:
    """What is taken of each item, by the id applications name it by."""
    for row in part.rows(named=True):
        yield SettledItem(id=row.get("id") or "", date=row["basis"], amount=row["taken"])
