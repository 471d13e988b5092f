"""Sub-accounts turned into auxiliary members and back, with a proof of equal balances.

Only names change place: ``1122.01`` of a line becomes ``1122`` with a member, or the other way
round.  No amount is touched.  Openings and balances, documents, accounts and members move along.
"""

from collections.abc import Iterable, Sequence

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.books.books import Books
from kamcore.books.sub_account_pairs import new_accounts, new_members, parent_members
from kamcore.books.sub_account_proof import SubAccountProof, prove_sub_accounts
from kamcore.errors import BooksError, Fault
from kamcore.model.dimension import label_of
from kamcore.model.sub_account import SubAccount, SubAccountRule, rules_of

HAS_MEMBER = Fault(
    code="B3001",
    zh="科目 {value} 的分录已有核算项目「{member}」, 不能再把明细科目转成同一类别",
    en="a line of account {value} already has the member {member!r} of that dimension",
    hint_zh="换一个核算类别, 或在规则中去掉这个科目",
    hint_en="choose another dimension or leave this account out of the rule",
)
NO_MEMBER = Fault(
    code="B3002",
    zh="科目 {value} 的分录没有核算项目, 转成明细科目后无处可记",
    en="a line of account {value} has no member, so no sub-account takes it",
    hint_zh="先补上核算项目",
    hint_en="fill the member in first",
)

_TABLES = ("lines", "balances", "open_items", "receipts", "adjustments")


@attrs.frozen(kw_only=True)
class Regrouped:
    """Books kept the other way, the pairs that lead back, and the proof."""

    books: Books
    rows: tuple[SubAccount, ...]
    """Every sub-account with its member: with `rules_of` these lead back."""
    proof: SubAccountProof
    removed: pl.DataFrame = attrs.field(factory=schema.ACCOUNTS.empty, eq=False, repr=False)
    """Accounts that went away; `to_accounts` takes them to restore every column."""
    extras: pl.DataFrame = attrs.field(factory=schema.EXTRAS.empty, eq=False, repr=False)
    """Extras of accounts that went away; ``row_id`` is the row of `removed`."""

    parents: pl.DataFrame = attrs.field(factory=schema.ACCOUNTS.empty, eq=False, repr=False)
    """The accounts above as the books list them: a file of vouchers may not name them again."""

    @property
    def rules(self) -> tuple[SubAccountRule, ...]:
        """The rules that lead back, with all that was known of accounts that went away."""
        codes = self.removed["code"].to_list()
        named = [name for name in schema.ACCOUNTS.names if not schema.ACCOUNTS[name].provenance]
        facts = {
            row.pop("code"): {name: value for name, value in row.items() if value is not None}
            for row in pl.concat([self.removed, self.parents]).select(named).iter_rows(named=True)
        }
        more: dict[str, dict[str, str]] = {}
        for row_id, field, value in self.extras.select("row_id", "field", "value").iter_rows():
            more.setdefault(codes[row_id], {})[field] = value
        return tuple(
            attrs.evolve(
                rule,
                accounts={
                    code: facts[code] for code in (rule.account, *rule.members) if code in facts
                },
                extras={code: more[code] for code in rule.members if code in more},
            )
            for rule in rules_of(self.rows)
        )


def to_auxiliary(books: Books, rules: Iterable[SubAccountRule]) -> Regrouped:
    """Turn sub-accounts into members of a dimension on the account above them.

    Members that the books list under the same name keep their code; others get the last part of
    the sub-account's code, or all of it where that is taken.

    Raises:
        BooksError: a line of such a sub-account already has a member of that dimension.
    """
    rules = tuple(rules)
    rows = new_members(books, rules)
    pairs = _pairs(rows)
    tables = dict(books.tables)
    for name in _TABLES:
        tables[name] = _lifted(books, name, pairs)
    accounts, removed = _accounts_above(books, rows, rules)
    tables["accounts"] = accounts
    tables["dimensions"] = _with_dimensions(books, rows)
    tables["members"] = _with_members(books, rows)
    tables["extras"] = _extras_moved(books, tables)
    after = Books(books.entity, tables, books.origin)
    proof = prove_sub_accounts(accounts=books, members=after, rows=rows)
    extras = _extras_of(books, removed)
    return Regrouped(
        books=after,
        rows=rows,
        proof=proof,
        removed=removed,
        extras=extras,
        parents=_parents(books, rows),
    )


def to_accounts(
    books: Books, rules: Iterable[SubAccountRule], known: pl.DataFrame | None = None
) -> Regrouped:
    """Turn members of a dimension into sub-accounts of the account that has them.

    New codes follow the scheme of the books; a numeric member code that fits the level is kept.
    `known` are rows of the table ``accounts`` for sub-accounts that existed before; without them
    what the rules know of accounts and their extras counts.  Members that nothing else uses and
    that say no more than a sub-account can are taken out.

    Raises:
        BooksError: a line of such an account has no member, so that it would have nowhere to go.
    """
    rules = tuple(rules)
    _require_members(books, rules)
    rows = parent_members(books, rules)
    pairs = _pairs(rows)
    tables = dict(books.tables)
    for name in _TABLES:
        tables[name] = _lowered(books, name, pairs)
    tables["accounts"] = new_accounts(books, rows, _known(rules) if known is None else known)
    tables["members"] = _members_left(books, tables, rows)
    tables["dimensions"] = _dimensions_left(tables, rows)
    tables["extras"] = _with_extras(_extras_moved(books, tables), books, tables, rules)
    after = Books(books.entity, tables, books.origin)
    proof = prove_sub_accounts(accounts=after, members=books, rows=rows)
    return Regrouped(books=after, rows=rows, proof=proof, parents=_parents(books, rows))


def _pairs(rows: Sequence[SubAccount]) -> pl.DataFrame:
    data = [(row.account, row.parent, schema.AUX + row.dimension, row.member) for row in rows]
    names = ("_child", "_parent", "_column", "_member")
    return pl.DataFrame(data, schema=dict.fromkeys(names, pl.String()), orient="row")


def _lifted(books: Books, name: str, pairs: pl.DataFrame) -> pl.DataFrame:
    frame = books.tables[name]
    joined = frame.join(
        pairs, left_on="account", right_on="_child", how="left", maintain_order="left"
    )
    hit = pl.col("_parent").is_not_null()
    for column in joined["_column"].drop_nulls().unique().sort():
        if column not in frame.columns:
            joined = joined.with_columns(pl.lit(None, dtype=schema.TEXT).alias(column))
        here = pl.col("_column").eq_missing(column)
        taken = joined.filter(here & pl.col(column).is_not_null())
        if taken.height:
            row = taken.row(0, named=True)
            place = books.origin.place(row["source_row"], f"{name}.account")
            raise BooksError(HAS_MEMBER.at(place, row["account"], member=row[column]))
        value = pl.when(here).then(pl.col("_member")).otherwise(pl.col(column))
        joined = joined.with_columns(value.alias(column))
    account = pl.when(hit).then(pl.col("_parent")).otherwise(pl.col("account"))
    return joined.with_columns(account.alias("account")).drop("_parent", "_column", "_member")


def _lowered(books: Books, name: str, pairs: pl.DataFrame) -> pl.DataFrame:
    frame = books.tables[name]
    for (column,), group in pairs.group_by("_column", maintain_order=True):
        wanted = group.select("_child", "_parent", "_member")
        if str(column) not in frame.columns:
            continue
        joined = frame.join(
            wanted,
            left_on=["account", str(column)],
            right_on=["_parent", "_member"],
            how="left",
            maintain_order="left",
        )
        hit = pl.col("_child").is_not_null()
        frame = joined.with_columns(
            pl.when(hit).then(None).otherwise(pl.col(str(column))).alias(str(column)),
            account=pl.when(hit).then(pl.col("_child")).otherwise(pl.col("account")),
        ).drop("_child")
        if frame[str(column)].null_count() == frame.height:
            frame = frame.drop(str(column))
    return frame


def _require_members(books: Books, rules: Sequence[SubAccountRule]) -> None:
    """A balance without a member is the account's total; a line without one would be lost."""
    by_account: dict[str, list[str]] = {}
    for rule in rules:
        by_account.setdefault(rule.account, []).append(schema.AUX + rule.dimension)
    lines = books.lines
    problems = []
    for account, columns in sorted(by_account.items()):
        present = [name for name in columns if name in lines.columns]
        mine = pl.col("account") == account
        bare = pl.all_horizontal(pl.lit(True), *(pl.col(name).is_null() for name in present))
        for row in lines.filter(mine & bare)["source_row"]:
            place = books.origin.place(row, "lines.account")
            problems.append(NO_MEMBER.at(place, account))
    if problems:
        raise BooksError(problems[0], problems[1:])


def _accounts_above(
    books: Books, rows: Sequence[SubAccount], rules: Sequence[SubAccountRule]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts without the sub-accounts, and those that went away."""
    gone = {row.account for row in rows}
    accounts = books.accounts
    is_gone = pl.col("code").is_in(list(gone))
    kept, removed = accounts.filter(~is_gone), accounts.filter(is_gone)
    kept = _with_parents(kept, rules)
    with_others = set(kept["parent"].drop_nulls())
    dimensions: dict[str, list[str]] = {}
    for row in rows:
        listed = dimensions.setdefault(row.parent, [])
        listed += [] if row.dimension in listed else [row.dimension]
    for parent, ids in sorted(dimensions.items()):
        mine = pl.col("code") == parent
        had = kept.filter(mine)["dimensions"]
        known = [one for one in (had[0] or "").split(",") if one] if had.len() else []
        every = ",".join([*known, *(one for one in ids if one not in known)])
        kept = kept.with_columns(
            dimensions=pl.when(mine).then(pl.lit(every)).otherwise(pl.col("dimensions")),
            is_leaf=pl.when(mine & pl.col("is_leaf").is_not_null())
            .then(pl.lit(parent not in with_others))
            .otherwise(pl.col("is_leaf")),
        )
    return kept, removed


def _extras_moved(books: Books, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Extras of accounts, dimensions and members under their new rows.

    What was kept for a row that went away goes with it.
    """
    extras = books.extras
    if not extras.height:
        return extras
    moved = ("accounts", "dimensions", "members")
    parts = [extras.filter(~pl.col("table").is_in(moved))]
    for name in moved:
        key = list(schema.TABLES[name].key)
        old = books.tables[name].select(key).with_row_index("_old")
        new = tables[name].select(key).with_row_index("_new").unique(key, keep="first")
        rows = old.join(new, on=key).select(pl.col("_old", "_new").cast(pl.Int64))
        here = extras.filter(table=name).join(
            rows, left_on="row_id", right_on="_old", how="inner", maintain_order="left"
        )
        parts.append(here.with_columns(row_id=pl.col("_new")).drop("_new"))
    return pl.concat(parts)


def _parents(books: Books, rows: Sequence[SubAccount]) -> pl.DataFrame:
    codes = sorted({row.parent for row in rows})
    return books.accounts.filter(pl.col("code").is_in(codes))


def _with_parents(accounts: pl.DataFrame, rules: Sequence[SubAccountRule]) -> pl.DataFrame:
    """The accounts with what rules know of those above, where the books say nothing."""
    known = _known(rules).filter(pl.col("code").is_in([rule.account for rule in rules]))
    told = [name for name in accounts.columns if name not in ("code", "dimensions", "is_leaf")]
    joined = accounts.join(
        known.select("code", *told), on="code", how="left", suffix="_known", maintain_order="left"
    )
    filled = joined.with_columns(pl.coalesce(name, f"{name}_known").alias(name) for name in told)
    missing = known.join(accounts, on="code", how="anti")
    return pl.concat([filled.select(accounts.columns), missing.select(accounts.columns)])


def _extras_of(books: Books, removed: pl.DataFrame) -> pl.DataFrame:
    """The extras of accounts that went away, by their rows in `removed`."""
    old = books.accounts.select("code").with_row_index("_old")
    new = removed.select("code").with_row_index("_new")
    rows = old.join(new, on="code").select(pl.col("_old", "_new").cast(pl.Int64))
    here = books.extras.filter(table="accounts").join(
        rows, left_on="row_id", right_on="_old", maintain_order="left"
    )
    return here.with_columns(row_id=pl.col("_new")).drop("_new")


def _known(rules: Iterable[SubAccountRule]) -> pl.DataFrame:
    """What rules know of sub-accounts, as rows of the table ``accounts``."""
    rows = [{"code": code, **facts} for rule in rules for code, facts in rule.accounts.items()]
    types = {column.name: column.dtype for column in schema.ACCOUNTS.columns}
    return pl.DataFrame(rows, schema=types).unique("code", keep="first", maintain_order=True)


def _with_extras(
    extras: pl.DataFrame,
    books: Books,
    tables: dict[str, pl.DataFrame],
    rules: Iterable[SubAccountRule],
) -> pl.DataFrame:
    """The extras with those the rules know of accounts that came back."""
    there = set(books.accounts["code"])
    places = {code: at for at, code in enumerate(tables["accounts"]["code"])}
    rows = [
        ("accounts", places[code], field, value)
        for rule in rules
        for code, known in rule.extras.items()
        if code in places and code not in there
        for field, value in known.items()
    ]
    return pl.concat([extras, pl.DataFrame(rows, schema=extras.schema, orient="row")])


def _with_dimensions(books: Books, rows: Sequence[SubAccount]) -> pl.DataFrame:
    known = set(books.dimensions["id"])
    ids = sorted({row.dimension for row in rows} - known)
    added = pl.DataFrame({"id": ids, "label": [label_of(one) for one in ids]}, schema_overrides={
        "id": schema.TEXT, "label": schema.TEXT})  # fmt: skip
    return pl.concat([books.dimensions, added], how="diagonal")


def _with_members(books: Books, rows: Sequence[SubAccount]) -> pl.DataFrame:
    known = set(books.members.select("dimension", "code").iter_rows())
    wanted = {(row.dimension, row.member): row.name or None for row in rows}
    added = [(*key, name) for key, name in wanted.items() if key not in known]
    names = ("dimension", "code", "name")
    frame = pl.DataFrame(added, schema=dict.fromkeys(names, pl.String()), orient="row")
    return pl.concat([books.members, frame], how="diagonal")


def _members_left(
    books: Books, tables: dict[str, pl.DataFrame], rows: Sequence[SubAccount]
) -> pl.DataFrame:
    """Members without those that became sub-accounts, are used no more and say no more."""
    members = books.members
    used = {
        (column.removeprefix(schema.AUX), code)
        for frame in tables.values()
        for column in schema.dimension_columns(frame)
        for code in frame[column].drop_nulls().unique()
    }
    gone = [(r.dimension, r.member) for r in rows if (r.dimension, r.member) not in used]
    frame = pl.DataFrame(
        gone, schema={"dimension": schema.TEXT, "code": schema.TEXT}, orient="row"
    ).with_columns(_gone=pl.lit(True))
    told = books.extras.filter(table="members")["row_id"]
    joined = members.with_columns(
        _told=pl.int_range(pl.len(), dtype=pl.Int64).is_in(told.implode())
    ).join(frame.unique(), on=["dimension", "code"], how="left", maintain_order="left")
    plain = pl.all_horizontal(
        pl.col(name).is_null() for name in ("short_name", "parent", "is_valid", "credit_code")
    )
    gone_now = pl.col("_gone").fill_null(False) & plain & ~pl.col("_told")
    return joined.filter(~gone_now).drop("_gone", "_told")


def _dimensions_left(tables: dict[str, pl.DataFrame], rows: Sequence[SubAccount]) -> pl.DataFrame:
    """Dimensions without those that have neither members nor a column any more."""
    columns = {one for frame in tables.values() for one in schema.dimension_columns(frame)}
    left = {*tables["members"]["dimension"], *(one.removeprefix(schema.AUX) for one in columns)}
    gone = sorted({row.dimension for row in rows} - left)
    return tables["dimensions"].filter(~pl.col("id").is_in(gone))
