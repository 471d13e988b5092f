"""What headings usually mean: the layouts that come along, and words that captions hold.

A caption that a known layout has is taken by its name; any other by the first rule whose words
it holds.  Each guess comes with its reason.
"""

import re
from collections.abc import Iterable, Mapping

import attrs

from kamcore.format import Format
from kamcore.grid.header import fold
from kamcore.model.dimension import dimension_id, is_known
from kamcore.model.layout import DIMENSION, Layout, LayoutColumn, LayoutKind

__all__ = ["Known", "Meaning", "known_headings", "rule_for"]


@attrs.frozen
class Meaning:
    """What a caption means, and why, in Chinese and in English."""

    field: str
    zh: str
    en: str
    template: LayoutColumn | None = None


Known = Mapping[str, tuple[Meaning, ...]]
"""Meanings by folded caption, in the order in which columns of that caption take them."""

_RULES: tuple[tuple[str, str, str], ...] = (
    # Pattern over the folded caption, field in lists and ledgers, field in tables of balances.
    (r"业务日期", "vouchers.business_date", ""),
    (r"到期日", "lines.due_date", ""),
    (r"日期|date", "vouchers.date", ""),
    (r"凭证.*字.*号|凭证编号|凭证号数|voucher", "voucher", ""),
    (r"凭证.*字|凭证类[别型]", "vouchers.word", ""),
    (r"凭证.*号|凭单号", "voucher", ""),
    (r"会计年度|年度|^年$|year", "year", "year"),
    (r"会计期间|期间|period", "period", "period"),
    (r"^月份?$|month", "month", "month"),
    (r"^日$|^day$", "day", ""),
    (r"分录号|分录序号|行号", "lines.line_no", ""),
    (r"摘要|说明|用途|summary|description|explanation", "lines.summary", ""),
    (
        r"科目.*(编码|代码|编号)|^科目号$|accountcode|accountno",
        "{table}.account",
        "{table}.account",
    ),
    (r"科目.*名|accountname", "names.account", "names.account"),
    (r"^(会计)?科目$|^account$", "{table}.account", "{table}.account"),
    (r"借方.*(原币|外币)|(原币|外币).*借方", "lines.fx_debit", "balances.fx_debit"),
    (r"贷方.*(原币|外币)|(原币|外币).*贷方", "lines.fx_credit", "balances.fx_credit"),
    (r"年初.*借", "", "balances.year_opening_debit"),
    (r"年初.*贷", "", "balances.year_opening_credit"),
    (r"期初.*借", "", "balances.opening_debit"),
    (r"期初.*贷", "", "balances.opening_credit"),
    (r"期末.*借", "", "balances.closing_debit"),
    (r"期末.*贷", "", "balances.closing_credit"),
    (r"期初.*方向", "", "balances.opening_direction"),
    (r"期末.*方向", "", "balances.closing_direction"),
    (r"(本年|累计).*借", "", "balances.ytd_debit"),
    (r"(本年|累计).*贷", "", "balances.ytd_credit"),
    (r"期初", "", "balances.opening"),
    (r"期末", "", "balances.closing"),
    (r"借|debit", "lines.debit", "balances.debit"),
    (r"贷|credit", "lines.credit", "balances.credit"),
    (r"余额.*方向", "balance_direction", "balances.closing_direction"),
    (r"方向|借贷", "direction", "balances.closing_direction"),
    (r"余额|结余|balance", "balance", "balances.closing"),
    (r"原币|外币", "fx_amount", ""),
    (r"币别|币种|货币|currency", "{table}.currency", "{table}.currency"),
    (r"汇率|rate", "lines.rate", ""),
    (r"数量|quantity|qty", "lines.quantity", ""),
    (r"单价|price", "lines.unit_price", ""),
    (r"计量单位|^单位$|unit", "lines.unit", ""),
    (r"附件|附单据", "vouchers.attachments", ""),
    (r"制单|填制|录入", "vouchers.preparer", ""),
    (r"审核|复核", "vouchers.reviewer", ""),
    (r"记账|过账", "vouchers.poster", ""),
    (r"出纳", "vouchers.cashier", ""),
    (r"结算方式", "lines.settlement_method", ""),
    (r"结算号|票据号|支票号", "lines.settlement_number", ""),
    (r"发票", "lines.invoice", ""),
    (r"合同", "lines.contract", ""),
    (r"订单", "lines.order_number", ""),
    (r"业务编号|往来业务", "lines.business_number", ""),
    (r"业务员|salesperson", "lines.salesperson", ""),
    (r"金额|发生额|amount", "amount", ""),
)
_DIMENSION = re.compile(r"(.+?)(编码|代码|编号|名称)?")


def known_headings(formats: Iterable[Format], kind: LayoutKind) -> Known:
    """The captions of the layouts of a kind that formats carry."""
    found: dict[str, tuple[Meaning, ...]] = {}
    for card in formats:
        layout = getattr(card, "layout", None)
        if not isinstance(layout, Layout) or layout.kind is not kind:
            continue
        for column in layout.columns:
            for heading in column.headings:
                if DIMENSION not in heading and column.field:
                    meaning = Meaning(
                        column.field,
                        f"与「{card.title}」的列名相同",
                        f"a heading of {card.title_en or card.title}",
                        column,
                    )
                    known = found.get(fold(heading), ())
                    if column.field not in {one.field for one in known}:
                        found[fold(heading)] = (*known, meaning)
    return found


def rule_for(caption: str, kind: LayoutKind) -> Meaning | None:
    """What the words in a caption say; None when they say nothing."""
    folded = fold(caption)
    table = "balances" if kind is LayoutKind.BALANCES else "lines"
    if dimension := _of_dimension(folded, table):
        return dimension
    for pattern, in_lists, in_balances in _RULES:
        field = in_balances if kind is LayoutKind.BALANCES else in_lists
        hit = re.search(pattern, folded)
        if hit and field:
            said = hit[0]
            return Meaning(
                field.format(table=table), f"列名里有「{said}」", f"the caption holds {said!r}"
            )
    return None


def _of_dimension(folded: str, table: str) -> Meaning | None:
    found = _DIMENSION.fullmatch(folded)
    if found is None or not is_known(found[1]):
        return None
    name = f"aux_{dimension_id(found[1])}"
    field = f"names.{name}" if found[2] == "名称" else f"{table}.{name}"
    return Meaning(field, f"「{found[1]}」是辅助核算", f"{found[1]} is a dimension")
