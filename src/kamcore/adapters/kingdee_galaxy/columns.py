"""The columns of the GL_VOUCHER workbook of 云星空.

Keys, captions and order: formats/kingdee.md section 4a.  Row 1 holds the keys, whose case varies,
row 2 the captions.  What the dimension columns mean is a matter of the site: row 2 names them.
"""

import re

import attrs

from kamcore.vouchers.currencies import CODE, NAME
from kamcore.vouchers.entries import Field, Kind
from kamcore.vouchers.making import NAMES

SHEET = "凭证#单据头(FBillHead)"
"""Name of the sheet as written."""

HEAD, LINE, SPLIT = "FBillHead(GL_VOUCHER)", "FEntity", "*Split*1"
FIRST_HEAD = 10_001
"""Sequence number of the first voucher in exported files."""
BOOK, BOOK_NAME = "FAccountBookID", "FAccountBookID#Name"
ORGANIZATION, ORGANIZATION_NAME = "FACCBOOKORGID", "FACCBOOKORGID#Name"
ADJUSTING = "FISADJUSTVOUCHER"
NOTHING = {ADJUSTING: ("否", "0", "FALSE", "false")}
"""Texts of a field that say no more than a blank."""

AMOUNT = "amount"
SEQUENCE = "head.sequence"


@attrs.frozen
class Coded:
    """A thing the workbook writes as code and name: the fact, its key, the option of its codes.

    `known` gives the codes that are the same everywhere, by name.
    """

    fact: str
    key: str
    option: str
    known: dict[str, str] = attrs.field(factory=dict)

    @property
    def code(self) -> str:
        """Working column of the code."""
        return f"code.{self.key}"

    @property
    def name(self) -> str:
        """Working column of the name."""
        return f"name.{self.key}"

    @property
    def kept(self) -> str:
        """Field of the extras for a code; the bare key is a field of other products too."""
        return f"{self.key}#编码"

    @property
    def fields(self) -> tuple[Field, Field]:
        """The two columns of the workbook."""
        return Field(self.key, self.code), Field(f"{self.key}#Name", self.name)


WORD = Coded("vouchers.word", "FVOUCHERGROUPID", "words", {"记": "PRE001"})
RATE_TYPE = Coded("lines.rate_type", "FEXCHANGERATETYPE", "rate_types", {"固定汇率": "HLTX01_SYS"})
UNIT = Coded("lines.unit", "FUnitId", "units")
SETTLEMENT = Coded("lines.settlement_method", "FSettleTypeID", "settlements")
CURRENCY = Coded("lines.currency", "FCURRENCYID", "currencies", {"CNY": "PRE001", "USD": "PRE007"})
CODED = (WORD, RATE_TYPE, UNIT, SETTLEMENT)
"""What is written as code and name; currencies have codes of their own besides."""

HEADS = (
    Field(HEAD, SEQUENCE),
    Field("FDate", "vouchers.date", Kind.DAY),
    Field("FBUSDATE", "vouchers.business_date", Kind.DAY),
    Field("FYEAR", "vouchers.year", Kind.WHOLE),
    Field("FPERIOD", "vouchers.period", Kind.WHOLE),
    *WORD.fields,
    Field("FVOUCHERGROUPNO", "vouchers.number", Kind.WHOLE),
    Field("FATTACHMENTS", "vouchers.attachments", Kind.WHOLE),
)
HEAD_EXTRAS = (
    BOOK,
    BOOK_NAME,
    ADJUSTING,
    ORGANIZATION,
    ORGANIZATION_NAME,
    "FSourceBillKey",
    "FSourceBillKey#Name",
    "FIMPORTVERSION",
)
"""Head columns that the model has no place for, kept verbatim."""
LINE_EXTRAS = ("FEXPORTENTRYID",)

LINES = (
    Field("FEXPLANATION", "lines.summary"),
    Field("FAccountID", "lines.account", Kind.CODE),
    Field("FAccountID#Name", NAMES + "account"),
    # The name tells a currency better than the code, which differs from site to site.
    Field("FCURRENCYID#Name", CODE),
    Field("FCURRENCYID", NAME),
    *RATE_TYPE.fields,
    Field("FEXCHANGERATE", "lines.rate", Kind.RATE, zero_is_blank=True),
    *UNIT.fields,
    Field("FPrice", "lines.unit_price", Kind.RATE, zero_is_blank=True),
    Field("FQty", "lines.quantity", Kind.RATE, zero_is_blank=True),
    Field("FAMOUNTFOR", AMOUNT, Kind.AMOUNT),
    Field("FDEBIT", "lines.debit", Kind.AMOUNT),
    Field("FCREDIT", "lines.credit", Kind.AMOUNT),
    *SETTLEMENT.fields,
    Field("FSETTLENO", "lines.settlement_number"),
    Field("FBUSNO", "lines.business_number"),
)

CAPTIONS = {
    HEAD: "*单据头(序号)",
    BOOK: "*(单据头)账簿#编码",
    BOOK_NAME: "(单据头)账簿#名称",
    "FDate": "*(单据头)日期",
    "FBUSDATE": "(单据头)业务日期",
    "FYEAR": "(单据头)会计年度",
    "FPERIOD": "(单据头)期间",
    "FVOUCHERGROUPID": "*(单据头)凭证字#编码",
    "FVOUCHERGROUPID#Name": "(单据头)凭证字#名称",
    "FVOUCHERGROUPNO": "*(单据头)凭证号",
    "FATTACHMENTS": "(单据头)附件数",
    ADJUSTING: "(单据头)是否调整期凭证",
    ORGANIZATION: "(单据头)核算组织#编码",
    ORGANIZATION_NAME: "(单据头)核算组织#名称(Null)",
    "FSourceBillKey": "(单据头)业务类型#编码",
    "FSourceBillKey#Name": "(单据头)业务类型#名称(Null)",
    "FIMPORTVERSION": "(单据头)引入版本号",
    SPLIT: "间隔列",
    LINE: "*分录(序号)",
    "FEXPLANATION": "(分录)摘要",
    "FAccountID": "*(分录)科目编码#编码",
    "FAccountID#Name": "(分录)科目编码#名称",
    "FCURRENCYID": "*(分录)币别#编码",
    "FCURRENCYID#Name": "(分录)币别#名称",
    "FEXCHANGERATETYPE": "*(分录)汇率类型#编码",
    "FEXCHANGERATETYPE#Name": "(分录)汇率类型#名称",
    "FEXCHANGERATE": "(分录)汇率",
    "FUnitId": "(分录)单位#编码",
    "FUnitId#Name": "(分录)单位#名称(Null)",
    "FPrice": "(分录)单价",
    "FQty": "(分录)数量",
    "FAMOUNTFOR": "(分录)原币金额",
    "FDEBIT": "(分录)借方金额",
    "FCREDIT": "(分录)贷方金额",
    "FSettleTypeID": "(分录)结算方式#编码",
    "FSettleTypeID#Name": "(分录)结算方式#名称(Null)",
    "FSETTLENO": "(分录)结算号",
    "FBUSNO": "(分录)业务编号",
    "FEXPORTENTRYID": "现金流量#分录ID",
}
"""Key and caption of every column but those of dimensions, in order."""
BEFORE_DIMENSIONS = "FAccountID#Name"
"""The column that those of dimensions follow."""

WANTED = {key: key for key in CAPTIONS}
NEEDED = frozenset(("FDate", "FVOUCHERGROUPNO", "FAccountID", "FDEBIT", "FCREDIT"))
"""Columns without which a workbook is refused."""

SLOTS = {
    "FFLEX4": "供应商",
    "FFLEX5": "部门",
    "FFLEX6": "客户",
    "FFLEX7": "员工",
    "FFLEX8": "物料",
    "FFLEX9": "费用项目",
    "FFLEX10": "资产类别",
    "FFLEX11": "组织机构",
    "FFLEX12": "物料分组",
    "FFLEX13": "客户分组",
    "FFLEX14": "银行",
    "FFLEX15": "银行账号",
    "FFLEX16": "其他往来单位",
}
"""What a slot usually means; the captions of a workbook count before it."""
OWN_SLOT = "FF{}"
FIRST_OWN = 100_001
"""Number of the first slot of a site's own dimensions."""

SLOT = re.compile(r"FF(?:LEX)?[0-9]+", re.IGNORECASE)
DIMENSION = re.compile(r"FDetailID(?:#|__)(?P<slot>F\w+?)(?P<name>#Name)?", re.IGNORECASE)
_DECORATION = re.compile(r"^\*?\s*(?:\((?:单据头|分录|单据体)\))?|\(Null\)$|#(?:编码|名称)$")


def dimension_key(slot: str, *, name: bool = False) -> str:
    """The key of a dimension's column.

    >>> dimension_key("FFLEX6", name=True)
    'FDetailID#FFLEX6#Name'
    """
    return f"FDetailID#{slot}" + ("#Name" if name else "")


def label_in(caption: str) -> str:
    """The name of a dimension in the caption of its column.

    >>> label_in("(分录)客户#编码"), label_in("*（单据体）费用项目#名称(Null)"), label_in("")
    ('客户', '费用项目', '')
    """
    text = caption.replace("（", "(").replace("）", ")").strip()
    while (bare := _DECORATION.sub("", text).strip()) != text:
        text = bare
    return text
