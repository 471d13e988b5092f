"""The form of sub-accounts (明细科目与核算项目): which accounts below which are which members.

A person writes it as TOML::

    [[rule]]
    account = "1122"          # the account above
    dimension = "客户"
    [rule.members]            # may be left out: all sub-accounts, codes found by themselves
    "1122.01" = "C01"

or as a workbook with the sheet 明细科目对照 and the headings 上级科目, 类别, 明细科目, 项目代码,
项目名称.
"""

import json
import tomllib
from collections.abc import Iterable

import attrs
from pydantic import BaseModel, ConfigDict, ValidationError

from kamcore.errors import Fault, Problem, SourceError
from kamcore.model.dimension import dimension_id, label_of
from kamcore.model.sub_account import Facts, SubAccountRule
from kamcore.place import Place

NOT_RULES = Fault(
    code="D1101",
    zh="明细科目规则不对: {reason}",
    en="the rules for sub-accounts are wrong: {reason}",
    hint_zh='每条写 [[rule]]、account = "1122"、dimension = "客户"',
    hint_en='write [[rule]], account = "1122" and dimension = "客户" for each',
)
NO_PARENT = Fault(
    code="D1102",
    zh="这一行缺上级科目或类别",
    en="this row lacks the account above or the dimension",
)
TWICE = Fault(
    code="D1103",
    zh="明细科目或核算项目「{value}」在规则中出现两次",
    en="sub-account or member {value!r} stands in the rules twice",
)


class _Account(BaseModel):
    """What the list of accounts says of a sub-account, as the table of accounts has it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = None
    full_name: str | None = None
    parent: str | None = None
    level: int | None = None
    category: str | None = None
    direction: str | None = None
    role: str | None = None
    currency: str | None = None
    unit: str | None = None
    is_leaf: bool | None = None
    is_cash: bool | None = None
    is_active: bool | None = None
    dimensions: str | None = None


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    account: str
    dimension: str
    members: dict[str, str] = {}
    names: dict[str, str] = {}
    accounts: dict[str, _Account] = {}
    extras: dict[str, dict[str, str]] = {}


class SubAccountForm(BaseModel):
    """Rules for sub-accounts as a person writes them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rule: list[_Rule]

    def build(self) -> tuple[SubAccountRule, ...]:
        """Make the values of the model."""
        return tuple(
            SubAccountRule(
                account=one.account,
                dimension=dimension_id(one.dimension),
                members=one.members,
                names=one.names,
                accounts={
                    code: known.model_dump(exclude_none=True)
                    for code, known in one.accounts.items()
                },
                extras=one.extras,
            )
            for one in self.rule
        )


@attrs.frozen(kw_only=True)
class RuleRow:
    """One row of the sheet 明细科目对照."""

    parent: str
    dimension: str
    account: str = ""
    member: str = ""
    name: str = ""
    place: Place


def rules_from_toml(text: str, file: str) -> tuple[SubAccountRule, ...]:
    """Read rules from TOML.

    Raises:
        SourceError: the text is no TOML or says no rules, or names something twice.
    """
    place = Place(file=file)
    try:
        rules = SubAccountForm.model_validate(tomllib.loads(text)).build()
    except tomllib.TOMLDecodeError as error:
        raise SourceError(NOT_RULES.at(place, reason=error)) from error
    except ValidationError as error:
        problems = [
            NOT_RULES.at(
                attrs.evolve(place, path=".".join(map(str, one["loc"]))), reason=one["msg"]
            )
            for one in error.errors()
        ]
        raise SourceError(problems[0], problems[1:]) from error
    return _each_once(rules, place)


def rules_from_rows(rows: Iterable[RuleRow]) -> tuple[SubAccountRule, ...]:
    """Build rules from the rows of a workbook.

    Raises:
        SourceError: a row lacks the account above or the dimension, or names something twice.
    """
    problems: list[Problem] = []
    found: dict[tuple[str, str], SubAccountRule] = {}
    place = Place()
    for row in rows:
        place = attrs.evolve(row.place, row=None, column=None)
        if not row.parent or not row.dimension:
            problems.append(NO_PARENT.at(row.place, row.account))
            continue
        key = row.parent, dimension_id(row.dimension)
        rule = found.setdefault(key, SubAccountRule(account=key[0], dimension=key[1]))
        if row.account in rule.members:
            problems.append(TWICE.at(row.place, row.account))
        members = {row.account: row.member} if row.account else {}
        names = {row.account: row.name} if row.account and row.name else {}
        found[key] = attrs.evolve(
            rule, members={**rule.members, **members}, names={**rule.names, **names}
        )
    if problems:
        raise SourceError(problems[0], problems[1:])
    return _each_once(tuple(found.values()), place)


def rules_to_toml(rules: Iterable[SubAccountRule]) -> str:
    """Write rules as the TOML that `rules_from_toml` reads, with all they know of accounts."""
    lines = []
    for rule in rules:
        lines += [
            "[[rule]]",
            f"account = {_quoted(rule.account)}",
            f"dimension = {_quoted(label_of(rule.dimension))}",
            "[rule.members]",
            *_pairs(rule.members),
            "[rule.names]",
            *_pairs(rule.names),
        ]
        for part, known in (("accounts", rule.accounts), ("extras", rule.extras)):
            for code, facts in known.items():
                lines += [f"[rule.{part}.{_quoted(code)}]", *_pairs(facts)]
        lines.append("")
    return "\n".join(lines)


def _pairs(facts: Facts) -> list[str]:
    said = {
        name: _quoted(value) if isinstance(value, str) else json.dumps(value)
        for name, value in facts.items()
    }
    return [f"{_quoted(name)} = {value}" for name, value in said.items()]


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _each_once(rules: tuple[SubAccountRule, ...], place: Place) -> tuple[SubAccountRule, ...]:
    seen: set[tuple[str, ...]] = set()
    problems = []
    for rule in rules:
        for child, member in rule.members.items():
            keys = {(child,), (rule.account, rule.dimension, member)} if member else {(child,)}
            problems += [TWICE.at(place, key[-1]) for key in sorted(keys & seen)]
            seen |= keys
    if problems:
        raise SourceError(problems[0], problems[1:])
    return rules
