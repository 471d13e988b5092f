"""Accounts as the layout knows them: a code and a name on every line, and no chart."""

import re
from collections.abc import Collection

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, Severity
from kamcore.model.scheme import CodeScheme

TWO_NAMES = Fault(
    code="K2031",
    severity=Severity.INFO,
    zh="科目 {value} 有不同名称: {names}; 取第一个",
    en="account {value} has several names: {names}; the first is taken",
)

LEVELS = " - "
"""What one producer puts between the levels of an account name."""

_ITEM = re.compile(r"(.+?)/([^/\s]+) - [^/]+")


def plain_name(raw: str, level: int, members: Collection[str] = ()) -> tuple[str, str | None]:
    """The name of the last level and, where the source gives all levels, the full name.

    One producer writes all levels (``银行存款 - 基本存款户``), and even the line's item behind
    them (``…/B01 - 一支行``).

    >>> plain_name("银行存款 - 基本存款户", 2)
    ('基本存款户', '银行存款/基本存款户')
    >>> plain_name("应收 - 关联方", 1), plain_name("应收账款/0004 - 某公司", 1, {"0004"})
    (('应收 - 关联方', None), ('应收账款', None))
    """
    found = _ITEM.fullmatch(raw)
    if found and found[2] in members:
        raw = found[1]
    parts = [part.strip() for part in raw.split(LEVELS)]
    if level > 1 and len(parts) == level and all(parts):
        return parts[-1], "/".join(parts)
    return raw, None


def account_frame(names: pl.DataFrame, scheme: CodeScheme) -> pl.DataFrame:
    """The table ``accounts`` from code, name and full_name: level and parent by the scheme."""
    codes = names["code"].to_list()
    return names.with_columns(
        parent=pl.Series([scheme.parent(code) for code in codes], dtype=schema.TEXT),
        level=pl.Series([scheme.level(code) for code in codes], dtype=schema.INTEGER),
    )


def dotted(codes: Collection[str], scheme: CodeScheme | None) -> dict[str, str]:
    """The spelling with dots of every code, as the product demands; codes off the scheme stay."""
    scheme = scheme or CodeScheme.detect(codes)
    with_dots = attrs.evolve(scheme, separator=".")
    return {
        code: code if "." in code or not scheme.fits(code) else with_dots.spell(code)
        for code in codes
    }
