"""What a party's archive holds (客户档案), field by field: typed, optional, each with its rules.

The fields are those of the customer card of the trade's handbooks: registration, finance, invoice,
features, business and transaction status, approvals.  `Profile` is the one list of them: forms,
templates and exports are made from it.
"""

import datetime as dt
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import attrs

from kamcore.model.confidential import Secrecy
from kamcore.model.word import Word

_KEY = "kamcore"


class Reason(Word):
    """When a change of a field must say its reason."""

    NEVER = "never", "不需要"
    ALWAYS = "always", "必须"
    CLEARLY = "clearly", "明显变化时必须"


class InvoiceType(Word):
    """What kind of invoice a party is given (开票类型)."""

    SPECIAL = "special", "增值税专用发票"
    ORDINARY = "ordinary", "增值税普通发票"
    DIGITAL_SPECIAL = "digital_special", "数电票 (专用)"
    DIGITAL_ORDINARY = "digital_ordinary", "数电票 (普通)"
    NONE = "none", "不开票"


class ReviewState(Word):
    """How far the review of a party's data has come (审核)."""

    PENDING = "pending", "待审核"
    PASSED = "passed", "已通过"
    REFUSED = "refused", "已退回"


class Premises(Word):
    """Whose premises a party works in."""

    OWN = "own", "自有"
    RENTED = "rented", "租用"


@attrs.frozen(kw_only=True)
class ArchiveField:
    """A field of the archive: its names, the type of its values, and its rules."""

    name: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    type: type
    group: str
    """The part of the card it stands in, in Chinese."""
    secrecy: Secrecy
    reason: Reason
    scheme: str
    """The classes its values come from, or nothing."""


def _item(
    zh: str, en: str, *, secrecy: Secrecy = Secrecy.PUBLIC, reason: Reason = Reason.NEVER, of: str
) -> Any:
    scheme = of.removeprefix("class:") if of.startswith("class:") else ""
    (zh, *aliases) = zh.split("|")
    facts = {"zh": zh, "aliases": tuple(aliases), "en": en, "secrecy": secrecy}
    facts |= {"reason": reason, "scheme": scheme, "group": "分类" if scheme else of}
    return attrs.field(default=None, metadata={_KEY: facts})


_SECRET, _CLOSE, _TOP = Secrecy.SECRET, Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET
_ALWAYS, _CLEARLY = Reason.ALWAYS, Reason.CLEARLY
_BASE, _MONEY, _TRAIT, _DEAL, _CARD = "基础资料", "财务开票", "客户特征", "业务交易", "卡片管理"
_NAME = "名称|客户名称|供应商名称|单位名称|往来单位名称|全称|客户全称|供应商全称"
_TAX = "纳税人识别号|税号|纳税号|纳税登记号|税务登记号|企业税号"
_BUDGET = "预算|采购预算"


@attrs.frozen(kw_only=True)
class Profile:
    """The archive of a party as known on a day; a blank is None.

    Money is in the currency of the archive, areas in square metres.
    """

    name: str | None = _item(_NAME, "name", of=_BASE)
    short_name: str | None = _item("简称|客户简称|供应商简称", "short name", of=_BASE)
    english_name: str | None = _item("英文名称|外文名称", "english name", of=_BASE)
    credit_code: str | None = _item(
        "统一社会信用代码|信用代码|社会信用代码", "credit code", of=_BASE
    )
    tax_number: str | None = _item(_TAX, "tax number", of=_BASE)
    category: str | None = _item(
        "分类编码|所属分类码|客户分类|供应商分类|分类", "category", of=_BASE
    )
    region: str | None = _item("地区|所属地区|地区编码|区域", "region", of=_BASE)
    industry: str | None = _item("所属行业|行业", "industry", of=_BASE)
    organisation_form: str | None = _item("组织形式|公司类型", "form of organisation", of=_BASE)
    legal_person: str | None = _item("法定代表人|法人|法人代表|企业法人", "legal person", of=_BASE)
    founded: dt.date | None = _item("成立日期|成立时间|创业时间", "founded", of=_BASE)
    registered_on: dt.date | None = _item("登记日期|注册日期", "registered on", of=_BASE)
    registered_capital: Decimal | None = _item(
        "注册资本|注册资金|资本金", "registered capital", reason=_ALWAYS, of=_BASE
    )
    address: str | None = _item("地址|单位地址|通讯地址|联系地址|详细地址", "address", of=_BASE)
    phone: str | None = _item("电话|联系电话|单位电话|办公电话", "phone", of=_BASE)
    email: str | None = _item("电子邮件|邮箱|email地址", "e-mail", of=_BASE)
    website: str | None = _item("网址", "website", of=_BASE)
    owner: str | None = _item("所有者|企业主|负责人", "owner", reason=_ALWAYS, of=_BASE)
    manager: str | None = _item("经营管理者|总经理|经理", "manager", reason=_ALWAYS, of=_BASE)
    source_channel: str | None = _item("来源渠道|客户来源", "source channel", of=_BASE)
    company_member: bool | None = _item("企业会员", "company member", of=_BASE)
    real_name_checked: bool | None = _item("实名认证", "real name checked", of=_BASE)
    review_state: ReviewState | None = _item("审核状态", "review", of=_BASE)
    group: str | None = _item("所属集团|集团", "group", of=_BASE)
    salesperson: str | None = _item("专管业务员|业务员|分管人员|销售员", "salesperson", of=_BASE)
    department: str | None = _item("分管部门|销售部门", "department", of=_BASE)

    invoice_type: InvoiceType | None = _item("开票类型|发票类型", "invoice type", of=_MONEY)
    invoice_title: str | None = _item("发票抬头|开票名称", "invoice title", of=_MONEY)
    invoice_address: str | None = _item("开票地址电话|开票地址", "invoice address", of=_MONEY)
    assets: Decimal | None = _item("资产|资产总额", "assets", secrecy=_SECRET, of=_MONEY)
    credit_limit: Decimal | None = _item(
        "信用额度|信用限额|授信额度", "credit limit", secrecy=_CLOSE, reason=_ALWAYS, of=_MONEY
    )
    payment_terms: str | None = _item(
        "付款条件|收款条件|收付款条件|支付条件", "payment terms", reason=_ALWAYS, of=_MONEY
    )
    credit_term: str | None = _item(
        "账期|信用期限|信用期", "credit term", reason=_ALWAYS, of=_MONEY
    )
    banks_dealt: str | None = _item("往来银行", "banks dealt with", secrecy=_SECRET, of=_MONEY)
    guarantor: str | None = _item("保证人|担保人", "guarantor", secrecy=_SECRET, of=_MONEY)
    guarantor_ability: str | None = _item(
        "保证能力|担保能力", "guarantor's ability", secrecy=_CLOSE, of=_MONEY
    )

    operating_state: str | None = _item("经营状态", "operating state", of=_TRAIT)
    purchase_demand: str | None = _item("采购需求", "purchase demand", of=_TRAIT)
    budget: Decimal | None = _item(_BUDGET, "budget", secrecy=_SECRET, of=_TRAIT)
    line_of_trade: str | None = _item("业种|经营范围", "line of trade", of=_TRAIT)
    service_area: str | None = _item("服务区域", "service area", of=_TRAIT)
    sales_ability: str | None = _item("销售能力", "sales ability", secrecy=_SECRET, of=_TRAIT)
    potential: str | None = _item("发展潜力", "potential", secrecy=_SECRET, of=_TRAIT)
    business_idea: str | None = _item("经营观念", "business idea", of=_TRAIT)
    business_policy: str | None = _item("经营方针|经营政策", "business policy", of=_TRAIT)
    headcount: int | None = _item("员工人数|职工人数|企业规模", "headcount", of=_TRAIT)
    annual_sales: Decimal | None = _item(
        "年销售额|销售业绩", "annual sales", secrecy=_SECRET, reason=_CLEARLY, of=_TRAIT
    )
    past_sales: Decimal | None = _item("上年销售额", "sales of the year before", of=_TRAIT)
    management_traits: str | None = _item("经营管理特点", "management traits", of=_TRAIT)
    staff_quality: str | None = _item("人员素质", "quality of staff", secrecy=_SECRET, of=_TRAIT)
    premises: Premises | None = _item("营业场所", "premises", of=_TRAIT)
    floor_area: Decimal | None = _item("面积|建筑面积", "floor area", of=_TRAIT)
    vehicles: int | None = _item("车辆", "vehicles", of=_TRAIT)
    goods: str | None = _item("经营品种|经营商品", "goods", of=_TRAIT)
    brands: str | None = _item("经营品牌|品牌", "brands", of=_TRAIT)
    staff: int | None = _item("店员人数", "staff", of=_TRAIT)
    layout_grade: str | None = _item("店面陈列等级", "layout grade", of=_TRAIT)
    pop_grade: str | None = _item("POP 等级", "POP grade", of=_TRAIT)
    signboard: str | None = _item("招牌", "signboard", of=_TRAIT)
    associations: str | None = _item("加入团体", "associations", of=_TRAIT)
    operator: str | None = _item("经营者", "operator", of=_TRAIT)
    operator_birth: dt.date | None = _item(
        "经营者出生日期", "operator born", secrecy=_TOP, of=_TRAIT
    )
    operator_diligence: str | None = _item(
        "经营者勤勉程度", "operator's diligence", secrecy=_CLOSE, of=_TRAIT
    )
    legal_person_birth: dt.date | None = _item(
        "法定代表人出生日期", "legal person born", secrecy=_TOP, of=_TRAIT
    )
    legal_person_marital: str | None = _item(
        "法定代表人婚姻状况", "legal person's marital status", secrecy=_TOP, of=_TRAIT
    )
    hobby: str | None = _item("爱好", "hobby", secrecy=_TOP, of=_TRAIT)

    first_dealing: dt.date | None = _item(
        "首次交易日期|交易时间|交易日期|发展日期", "first dealing", of=_DEAL
    )
    trade_volume: Decimal | None = _item(
        "年交易额", "yearly trade with us", secrecy=_SECRET, reason=_CLEARLY, of=_DEAL
    )
    sales_target: Decimal | None = _item("销售目标", "sales target", secrecy=_SECRET, of=_DEAL)
    competitor_relations: str | None = _item(
        "与竞争者关系", "relation with competitors", secrecy=_CLOSE, of=_DEAL
    )
    relation: str | None = _item("与本公司关系", "relation with us", secrecy=_SECRET, of=_DEAL)
    attitude: str | None = _item("合作态度", "attitude", secrecy=_SECRET, of=_DEAL)
    cohesion: str | None = _item("向心力", "cohesion", secrecy=_SECRET, of=_DEAL)
    sales_strength: str | None = _item("销售力", "sales strength", secrecy=_SECRET, of=_DEAL)
    overall_rating: str | None = _item("综合评价", "overall rating", secrecy=_SECRET, of=_DEAL)
    sales_activity: str | None = _item("销售活动现状", "sales activity", of=_DEAL)
    problems: str | None = _item("存在问题", "problems", secrecy=_SECRET, of=_DEAL)
    advantages: str | None = _item("保持的优势", "advantages kept", of=_DEAL)
    future_policy: str | None = _item("未来对策", "future policy", secrecy=_CLOSE, of=_DEAL)
    reputation: str | None = _item("企业信誉形象|企业信誉", "reputation", of=_DEAL)
    credit_status: str | None = _item("信用状况", "credit status", secrecy=_CLOSE, of=_DEAL)
    credit_grade: str | None = _item("信用等级", "credit grade", secrecy=_CLOSE, of=_DEAL)
    trading_terms: str | None = _item("交易条件", "trading terms", reason=_ALWAYS, of=_DEAL)
    past_credit_problems: str | None = _item(
        "以往信用问题", "past credit problems", secrecy=_CLOSE, of=_DEAL
    )
    analysis_owner: str | None = _item(
        "分析: 经营者", "analysis: owner or operator", secrecy=_CLOSE, of=_DEAL
    )
    analysis_finance: str | None = _item(
        "分析: 财务", "analysis: finance", secrecy=_CLOSE, of=_DEAL
    )
    analysis_sales: str | None = _item(
        "分析: 销售力", "analysis: sales strength", secrecy=_CLOSE, of=_DEAL
    )
    analysis_position: str | None = _item(
        "分析: 同业地位", "analysis: position among peers", secrecy=_CLOSE, of=_DEAL
    )
    analysis_other: str | None = _item("分析: 其他", "analysis: other", secrecy=_CLOSE, of=_DEAL)

    importance: str | None = _item("重要性分类", "importance", of="class:importance")
    position: str | None = _item("主次分类", "position", of="class:position")
    time_class: str | None = _item("时间分类", "time class", of="class:time")
    stage: str | None = _item("交易阶段", "stage", of="class:stage")
    nature: str | None = _item("客户性质|企业性质", "nature", of="class:nature")
    directness: str | None = _item("直接间接", "directness", of="class:directness")
    ownership: str | None = _item("所有制", "ownership", of="class:ownership")
    trade_form: str | None = _item("商业形态", "trade form", of="class:trade_form")
    location: str | None = _item("地段类型", "location", of="class:location")

    card_number: str | None = _item("卡片编号|档案编号", "card number", of=_CARD)
    keeper: str | None = _item("档案专管人", "keeper", of=_CARD)
    reviewed_on: dt.date | None = _item("上次整理日期", "archive reviewed on", of=_CARD)
    review_months: int | None = _item("整理周期(月)", "review every (months)", of=_CARD)
    decided_by: str | None = _item("核定", "decided by", of=_CARD)
    supervisor: str | None = _item("主管", "supervisor", of=_CARD)
    sales_by: str | None = _item("业务", "sales", of=_CARD)
    filled_by: str | None = _item("填卡", "filled by", of=_CARD)
    stopped_on: dt.date | None = _item("停用日期", "out of use since", of=_CARD)
    note: str | None = _item("备注", "note", of=_CARD)
    own: Mapping[str, str] = attrs.field(factory=dict)
    """Fields of the company's own, by name."""


@cache
def archive_fields() -> dict[str, ArchiveField]:
    """Every field of the archive by name, in the order of the card.

    >>> archive_fields()["registered_capital"].zh, archive_fields()["hobby"].secrecy.zh
    ('注册资本', '绝密')
    """
    return {
        one.name: ArchiveField(name=one.name, type=_plain(one.type), **one.metadata[_KEY])
        for one in attrs.fields(Profile)
        if _KEY in one.metadata
    }


def _plain(annotation: Any) -> type:
    """The type of a value that may be None."""
    given: type = next(one for one in typing.get_args(annotation) if one is not types.NoneType)
    return given


@cache
def field_called(name: str) -> ArchiveField | None:
    """The field somebody calls by its name or by one of its headings.

    >>> field_called("注册资金").name
    'registered_capital'
    """
    wanted = name.strip().casefold()
    for one in archive_fields().values():
        if wanted in {word.casefold() for word in (one.name, one.zh, one.en, *one.aliases)}:
            return one
    return None
