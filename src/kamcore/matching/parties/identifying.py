"""Which company of theirs is which of ours (往来单位识别), across two sets of books.

Books rarely say the other side's codes.  In this order a party is found by the credit code
(统一社会信用代码), by a mapping a person made, by its name as `kamcore.model.company_name` folds
it, by a code that both books use with names that do not contradict, and, where only one party is
asked for, by the amounts both sides booked.  The last is evidence, not certainty, and is said so.
"""

from collections.abc import Mapping
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, UsageError
from kamcore.matching.parties.sides import Side, members_in_use, signed_lines
from kamcore.model.company_name import Aliases, CompanyName, normalised
from kamcore.place import Place

__all__ = ["HOW", "Links", "link_all", "link_one", "members_like", "named_by"]

NO_PARTY = Fault(
    code="M2301",
    zh="我方账中找不到往来单位「{value}」",
    en="our books have no party {value!r}",
    hint_zh="可用: {known}",
    hint_en="they have {known}",
)
SEVERAL_PARTIES = Fault(
    code="M2302",
    zh="「{value}」对应多个往来单位",
    en="{value!r} means several parties",
    hint_zh="请写代码或全称: {known}",
    hint_en="give the code or the full name: {known}",
)
NOT_FOUND_THERE = Fault(
    code="M2303",
    zh="对方账中认不出哪个往来单位是我方",
    en="nothing in their books says which party is us",
    hint_zh="请指明我方在对方账中的代码或名称; 可用: {known}",
    hint_en="name our code or name in their books; they have {known}",
)
NOTHING_LINKED = Fault(
    code="M2304",
    zh="两边的往来单位一个也对不上",
    en="no party of ours is found in their books",
    hint_zh="请指明往来单位, 或给出往来单位对照",
    hint_en="name the party, or give a mapping of parties",
)

HOW = {
    "credit_code": ("统一社会信用代码相同", "same credit code"),
    "mapping": ("按对照表", "by the mapping"),
    "alias": ("按别名表", "by the table of other names"),
    "name": ("名称相同", "same name"),
    "code": ("代码相同", "same code"),
    "given": ("由使用者指定", "named by the caller"),
    "single": ("对方账中只有这一个往来单位", "the only party in their books"),
    "amounts": ("按两边相同的金额推断", "inferred from amounts both booked"),
}
"""How a party was found, in Chinese and in English."""

_LISTED = 12
_ENOUGH = 2
_MARGIN = 2


@attrs.frozen(kw_only=True)
class Links:
    """Which members of both books are one party.

    `frame` has the columns ``party`` (our code, blank when our lines name none), ``name``,
    ``how`` (a key of `HOW`), ``ours_dimension``, ``ours_member``, ``theirs_dimension``,
    ``theirs_member``.  `loose_ours` and `loose_theirs` are the members nobody was found for.
    """

    frame: pl.DataFrame
    loose_ours: pl.DataFrame = attrs.field(repr=False)
    loose_theirs: pl.DataFrame = attrs.field(repr=False)

    def of_ours(self) -> pl.DataFrame:
        """The links as `kamcore.matching.parties.sides.lay_out` takes them, for our books."""
        return self._of("ours")

    def of_theirs(self) -> pl.DataFrame:
        """The same for their books."""
        return self._of("theirs")

    def _of(self, side: str) -> pl.DataFrame:
        chosen = self.frame.select(
            pl.col(f"{side}_dimension").alias("dimension"),
            pl.col(f"{side}_member").alias("member"),
            "party",
        )
        return chosen.unique(["dimension", "member"], keep="first", maintain_order=True)


def members_like(members: pl.DataFrame, text: str) -> pl.DataFrame:
    """The members a text means: by code, by name, by folded name, else by a part of the name.

    `members` is as `members_in_use` gives it; of these four the first that finds any counts.
    """
    wanted = normalised(text)
    name, short = pl.col("name").fill_null(""), pl.col("short_name").fill_null("")
    rows = [(row["name"] or "", row["short_name"] or "") for row in members.iter_rows(named=True)]
    folded = pl.Series([bool(wanted) and wanted in map(normalised, row) for row in rows])
    part = pl.Series([bool(wanted) and any(wanted in normalised(n) for n in row) for row in rows])
    steps: tuple[Any, ...] = (
        pl.col("member") == text,
        (name == text) | (short == text) | (pl.col("credit_code") == text),
        folded,
        part,
    )
    for step in steps:
        found = members.filter(step) if members.height else members
        if found.height:
            return found
    return members.clear()


def named_by(members: pl.DataFrame, text: str) -> pl.DataFrame:
    """The rows of one member that a text means: its dimensions, one row each.

    Raises:
        UsageError: no member or several members are meant.
    """
    found = members_like(members, text)
    companies = {
        normalised(row["name"]) if row["name"] else row["member"]
        for row in found.iter_rows(named=True)
    }
    if not companies:
        raise UsageError(NO_PARTY.at(Place(), text, known=_known(members)))
    if len(companies) > 1:
        raise UsageError(SEVERAL_PARTIES.at(Place(), text, known=_known(found)))
    return found


def _known(members: pl.DataFrame) -> str:
    rows = members.filter(pl.col("member").is_not_null()).head(_LISTED)
    said = [f"{row['member']} {row['name'] or ''}".strip() for row in rows.iter_rows(named=True)]
    return ", ".join(said) or "-"


def link_one(ours: Side, theirs: Side, party: str | None, us: str | None = None) -> Links:
    """Link one party of ours with the member that stands for us in their books.

    `party` and `us` are a code, a name or a part of a name; without `party` our books must have
    one party only.  Without `us` our own name and credit code are looked for, then a party that
    is alone in their books, then the amounts.

    Raises:
        UsageError: a text means nothing or several, or nothing says who we are there.
    """
    here, there = members_in_use(ours), members_in_use(theirs)
    mine = here if party is None else named_by(here, party)
    if us is not None:
        found, how = named_by(there, us), "given"
    else:
        found, how = _us_in(there, ours)
    if found.is_empty():
        found, how = _by_amounts(ours, theirs, mine, there)
    code = mine["member"].drop_nulls()
    known = mine["name"].drop_nulls()
    name = known[0] if known.len() else None
    frame = mine.select(
        party=pl.lit(code[0] if code.len() else ""),
        name=pl.lit(name, dtype=pl.String),
        how=pl.lit(how),
        ours_dimension="dimension",
        ours_member="member",
    ).join(
        found.select(
            pl.col("dimension").alias("theirs_dimension"), pl.col("member").alias("theirs_member")
        ),
        how="cross",
    )
    return Links(frame=frame, loose_ours=here.clear(), loose_theirs=there.clear())


def _us_in(there: pl.DataFrame, ours: Side) -> tuple[pl.DataFrame, str]:
    """The member of their books that carries our credit code or name, or stands alone."""
    entity = ours.frames.entity
    if entity.credit_code:
        found = there.filter(pl.col("credit_code") == entity.credit_code)
        if found.height:
            return found, "credit_code"
    if entity.name:
        wanted = normalised(entity.name)
        same = [row["name"] and normalised(row["name"]) == wanted for row in _rows(there)]
        found = there.filter(pl.Series(same, dtype=pl.Boolean)) if same else there
        if found.height:
            return found, "name"
    if there["member"].n_unique() == 1:
        return there, "single"
    return there.clear(), ""


def _by_amounts(
    ours: Side, theirs: Side, mine: pl.DataFrame, there: pl.DataFrame
) -> tuple[pl.DataFrame, str]:
    """The member of theirs that booked most of the amounts we booked, if it stands out."""
    links = mine.select("dimension", "member", party=pl.lit(""))
    amounts = signed_lines(ours, links).select("currency", "amount").unique()
    wanted = ours.frames.fetch(amounts).with_columns(pl.col("amount").cast(schema.AMOUNT))
    every = there.with_row_index("row").with_columns(party=pl.col("row").cast(pl.String))
    booked = signed_lines(theirs, every.select("dimension", "member", "party"))
    booked = booked.join(
        theirs.frames.bring(wanted.collect()), on=["currency", "amount"], how="semi"
    )
    shared = booked.select("party", "currency", "amount").unique()
    counted = shared.group_by("party").agg(nw.len().alias("same"))
    counts = theirs.frames.fetch(counted).sort("same", "party").collect()
    best = counts["same"].to_list()
    clear = best and best[-1] >= _ENOUGH and (len(best) == 1 or best[-1] >= _MARGIN * best[-2])
    if not clear:
        raise UsageError(NOT_FOUND_THERE.at(Place(), "", known=_known(there)))
    return there[int(counts["party"][-1])], "amounts"


def link_all(
    ours: Side,
    theirs: Side,
    mapping: Mapping[str, str] | None = None,
    aliases: Aliases | None = None,
) -> Links:
    """Link every party that both books have.

    `mapping` leads from our member codes to theirs.  A name links only when it is the name of
    one member on either side; a branch is never its head office.

    Raises:
        UsageError: no party is found in both books.
    """
    here, there = members_in_use(ours), members_in_use(theirs)
    steps = (
        ("mapping", lambda a, b: _joined(a, b, _mapped(mapping or {}))),
        ("credit_code", lambda a, b: _same(a, b, "credit_code")),
        ("alias", lambda a, b: _joined(a, b, _aliased(b, aliases))),
        ("name", lambda a, b: _same(_folded(a), _folded(b), "folded")),
        ("code", _same_code),
    )
    found: list[pl.DataFrame] = []
    loose_a, loose_b = (frame.filter(pl.col("member").is_not_null()) for frame in (here, there))
    for how, step in steps:
        pairs = step(loose_a, loose_b).with_columns(how=pl.lit(how))
        found.append(pairs)
        loose_a = _without(loose_a, pairs, "ours")
        loose_b = _without(loose_b, pairs, "theirs")
    frame = pl.concat(found).sort("party", "ours_dimension", "theirs_dimension")
    if frame.is_empty():
        raise UsageError(NOTHING_LINKED.at(Place()))
    return Links(frame=frame, loose_ours=loose_a, loose_theirs=loose_b)


def _without(members: pl.DataFrame, pairs: pl.DataFrame, side: str) -> pl.DataFrame:
    keys = [f"{side}_dimension", f"{side}_member"]
    return members.join(pairs, left_on=["dimension", "member"], right_on=keys, how="anti")


_THERE = tuple(pl.col(name).alias(f"{name}_there") for name in ("dimension", "member", "name"))


def _paired(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select(
        pl.col("member").alias("party"),
        pl.coalesce("name", "name_there").alias("name"),
        pl.col("dimension").alias("ours_dimension"),
        pl.col("member").alias("ours_member"),
        pl.col("dimension_there").alias("theirs_dimension"),
        pl.col("member_there").alias("theirs_member"),
    )


def _same(here: pl.DataFrame, there: pl.DataFrame, key: str) -> pl.DataFrame:
    """Members with one key, where it is the key of one member on either side."""
    a, b = (frame.filter(pl.col(key).is_not_null()) for frame in (here, there))
    a = a.filter(pl.col("member").n_unique().over(key) == 1)
    b = b.filter(pl.col("member").n_unique().over(key) == 1)
    return _paired(a.join(b.select(key, *_THERE), on=key, how="inner"))


def _folded(members: pl.DataFrame) -> pl.DataFrame:
    names = [row["name"] and normalised(row["name"]) for row in _rows(members)]
    return members.with_columns(folded=pl.Series(names, dtype=pl.String))


def _same_code(here: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """One code on both sides, unless the names say that two companies are meant."""
    pairs = here.join(there.select("member", *_THERE), on="member", how="inner")
    agree = [
        not (row["name"] and row["name_there"]) or _may_be_one(row["name"], row["name_there"])
        for row in _rows(pairs)
    ]
    return _paired(pairs.filter(pl.Series(agree, dtype=pl.Boolean)))


def _may_be_one(one: str, other: str) -> bool:
    first, second = CompanyName.of(one), CompanyName.of(other)
    return not first.is_other_branch(second) and first.core == second.core


def _mapped(mapping: Mapping[str, str]) -> pl.DataFrame:
    types = {"member": pl.String, "member_there": pl.String}
    return pl.DataFrame(list(mapping.items()), schema=types, orient="row")


def _aliased(there: pl.DataFrame, aliases: Aliases | None) -> pl.DataFrame:
    """Members of theirs whose name is another name of a party of ours."""
    if aliases is None:
        return _mapped({})
    found = {}
    for row in _rows(there):
        party = aliases.party(row["name"]) if row["name"] else None
        if party is not None and party not in found:
            found[party] = row["member"]
    return _mapped(found)


def _joined(here: pl.DataFrame, there: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    return _paired(here.join(codes, on="member").join(there.select(*_THERE), on="member_there"))


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dicts()
