"""What accounts are for (科目用途): the roles that ledger rules and checks ask for.

Roles and accounts per family follow the standard charts (`kamcore.model.chart`) and, for
暂估 sub-accounts and tax sub-accounts, the presets of vendors.  Where a role lives below a
first-level account, the words in the name of the sub-account decide.  ASSBE books no allowance:
bad debts go to 营业外支出 when they happen (小企业会计准则 art. 10), exchange gains to 营业外收入
and losses to 财务费用 (arts. 65 and 68).  The role ``rounding`` has no standard account: a site
designates it.
"""

from collections.abc import Mapping

import attrs

from kamcore.model.chart import FAMILIES, first_level


@attrs.frozen
class Role:
    """A role: its id, its Chinese name, where it lives per family, and words of sub-accounts.

    `accounts` maps a family to first-level codes; ASBE counts for ASBE-NEW too unless that is
    named.  With `words`, only sub-accounts (or accounts) whose name holds one of them count.
    """

    id: str
    zh: str
    accounts: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...] = ()

    def codes(self, family: str) -> tuple[str, ...]:
        """First-level accounts under which the role lives in a family."""
        fallback = self.accounts.get("ASBE", ()) if family == "ASBE-NEW" else ()
        return self.accounts.get(family, fallback)


def _role(role: str, zh: str, places: str, words: str = "") -> Role:
    """Read ``ASBE 1122; EAS2001 1131``; ``*`` stands for every family."""
    accounts: dict[str, tuple[str, ...]] = {}
    for part in places.split(";"):
        family, *codes = part.split()
        for name in FAMILIES if family == "*" else (family,):
            accounts[name] = tuple(codes)
    return Role(role, zh, accounts, tuple(words.split()))


ROLES: tuple[Role, ...] = (
    # Roles with words stand first: the sub-account decides before its parent does.
    _role("ar_estimated", "暂估应收", "* 1122; EAS2001 1131", "暂估"),
    _role("ap_estimated", "暂估应付", "* 2202; EAS2001 2121", "暂估"),
    _role("vat_output", "销项税额", "* 2221; EAS2001 2171", "销项"),
    _role("vat_input", "进项税额", "* 2221; EAS2001 2171", "进项"),
    _role(
        "discount_given",
        "销售折扣",
        "* 6001 6603; ASSBE 5001 5603; EAS2001 5101 5503",
        "现金折扣 销售折扣 销售折让 折扣折让 返利",
    ),
    _role("bank_charge", "银行手续费", "* 6603; ASSBE 5603; EAS2001 5503", "手续费 银行费用 汇费"),
    _role("fx_gain", "汇兑收益", "* 6603 6061; ASSBE 5301; EAS2001 5503", "汇兑"),
    _role("fx_loss", "汇兑损失", "* 6603 6061; ASSBE 5603; EAS2001 5503", "汇兑"),
    _role("retained_profit", "未分配利润", "* 4104; ASSBE 3104; EAS2001 3141", "未分配"),
    _role("cash", "库存现金", "* 1001"),
    _role("bank", "银行存款", "* 1002"),
    _role("ar_trade", "应收账款", "* 1122; EAS2001 1131"),
    _role("ar_notes", "应收票据", "* 1121; EAS2001 1111"),
    _role("ar_other", "其他应收款", "* 1221; EAS2001 1133"),
    _role("prepaid_to_supplier", "预付账款", "* 1123; EAS2001 1151"),
    _role("bad_debt_allowance", "坏账准备", "ASBE 1231; EAS2001 1141"),
    _role("contract_asset", "合同资产", "ASBE-NEW 1462"),
    _role("ap_trade", "应付账款", "* 2202; EAS2001 2121"),
    _role("ap_notes", "应付票据", "* 2201; EAS2001 2111"),
    _role("advance_from_customer", "预收账款", "* 2203; EAS2001 2131"),
    _role("contract_liability", "合同负债", "ASBE-NEW 2204"),
    _role("ap_other", "其他应付款", "* 2241; EAS2001 2181"),
    _role("revenue", "营业收入", "* 6001 6051; ASSBE 5001 5051; EAS2001 5101"),
    _role("impairment_loss", "减值损失", "ASBE 6701; ASBE-NEW 6702"),
    _role("write_off_expense", "坏账损失", "ASSBE 5711", "坏账"),
    _role("current_year_profit", "本年利润", "* 4103; ASSBE 3103; EAS2001 3131"),
    _role("rounding", "尾差", "* "),
)
"""Every role, those that need a word in the name first."""

ROLE_IDS = tuple(role.id for role in ROLES)
"""The ids of all roles."""

_BY_ID = {role.id: role for role in ROLES}


def role_of(code: str, name: str | None, family: str) -> str | None:
    """The role of an account, from its code, its own name and the family; None if it has none.

    Exchange gains and losses share an account in every family but ASSBE; it answers ``fx_gain``.

    >>> role_of("1122.02", "暂估应收款", "ASBE"), role_of("112201", "明细应收款", "ASBE")
    ('ar_estimated', 'ar_trade')
    """
    first = first_level(code)
    return next(
        (role.id for role in ROLES if first in role.codes(family) and _named(role, name or "")),
        None,
    )


def accounts_with_role(
    role: str, accounts: Mapping[str, str | None], family: str
) -> tuple[str, ...]:
    """Codes of the accounts, given as code and name, that serve a role, in their own order.

    Raises:
        ValueError: there is no such role.
    """
    if role not in _BY_ID:
        raise ValueError(f"{role!r} is no role: {', '.join(ROLE_IDS)}")
    wanted = _BY_ID[role]
    places = wanted.codes(family)
    return tuple(
        code
        for code, name in accounts.items()
        if first_level(code) in places
        and _named(wanted, name or "")
        and (bool(wanted.words) or role_of(code, name, family) == role)
    )


def standard_accounts(role: str, family: str) -> tuple[str, ...]:
    """First-level accounts under which a role lives in a family; empty where it has none.

    >>> standard_accounts("current_year_profit", "ASSBE"), standard_accounts("rounding", "ASBE")
    (('3103',), ())

    Raises:
        ValueError: there is no such role.
    """
    if role not in _BY_ID:
        raise ValueError(f"{role!r} is no role: {', '.join(ROLE_IDS)}")
    return _BY_ID[role].codes(family)


def _named(role: Role, name: str) -> bool:
    return not role.words or any(word in name for word in role.words)
