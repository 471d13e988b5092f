"""The columns of the table GL_accvouch, in the order of its dump.

Order: formats/yonyou.md section 1b; meanings and lengths: section 7.1.  Newer versions add iyear
and iYPeriod.
"""

import attrs

from kamcore.vouchers.currencies import NAME
from kamcore.vouchers.entries import Field, Kind

SYSTEM = "yonyou-u8"
TABLE = "GL_accvouch"
"""Name of the table, and of the sheet of a workbook."""

FORMS = ("text", "workbook")
ENCODINGS = ("utf-8-sig", "gbk")
YES = ("1", "-1")
"""Values of the options of a writing, the usual one first; Access writes -1 for yes."""

OPENING_ITEMS = 0
"""Period of opening items of customers, suppliers and persons (期初往来明细)."""
BANK = (20, 21)
"""Periods of bank reconciliation: the balance before adjustment, opening unreconciled items."""
NOT_VOUCHERS = (OPENING_ITEMS, *BANK)

RAW = "raw."
"""Prefix of working columns that the model has no place for and that need a closer look."""
LINE = "lines.line_no"
POSTED, FLAG = "posted", "flag"
"""Working columns of ibook and iflag."""
DEBIT_QUANTITY, CREDIT_QUANTITY = "quantity.debit", "quantity.credit"
OPPOSITE, CLASS, RANK = "ccode_equal", "citem_class", "isignseq"
VOID, FAULTY = 1, 2
"""Values of iflag: 作废 and 有错."""

NULL = "NULL"
"""How some dumps spell a blank cell."""

LABELS = {
    "department": "部门",
    "employee": "个人",
    "customer": "客户",
    "supplier": "供应商",
    "project": "项目",
}
"""What the product calls the dimensions it has a column for."""


@attrs.frozen
class Column:
    """A column: its field, its longest text in bytes, what it holds when it says nothing."""

    field: Field
    size: int | None = None
    usual: str = ""

    @property
    def key(self) -> str:
        """Name of the column."""
        return self.field.heading


def _of(
    key: str, fact: str = "", kind: Kind = Kind.TEXT, size: int | None = None, usual: str = ""
) -> Column:
    return Column(Field(key, fact, kind, zero_is_blank=kind is Kind.RATE), size, usual)


def _flags(names: str, usual: str) -> tuple[Column, ...]:
    return tuple(_of(name, usual=usual) for name in names.split())


_HEAD = (
    _of("iperiod", "vouchers.period", Kind.WHOLE),
    _of("csign", "vouchers.word", size=8),
    _of(RANK, RAW + RANK),
    _of("ino_id", "vouchers.number", Kind.WHOLE),
    _of("inid", LINE, Kind.WHOLE),
    _of("dbill_date", "vouchers.date", Kind.DAY),
    _of("idoc", "vouchers.attachments", Kind.WHOLE),
    _of("cbill", "vouchers.preparer", size=20),
    _of("ccheck", "vouchers.reviewer", size=20),
    _of("cbook", "vouchers.poster", size=20),
    _of("ibook", POSTED, Kind.FLAG),
    _of("ccashier", "vouchers.cashier", size=20),
    _of("iflag", FLAG, Kind.WHOLE),
    _of("ctext1", RAW + "ctext1", size=10),
    _of("ctext2", RAW + "ctext2", size=10),
)
_LINE = (
    _of("cdigest", "lines.summary", size=60),
    _of("ccode", "lines.account", Kind.CODE, 15),
    _of("cexch_name", NAME, size=8),
    _of("md", "lines.debit", Kind.AMOUNT),
    _of("mc", "lines.credit", Kind.AMOUNT),
    _of("md_f", "lines.fx_debit", Kind.AMOUNT),
    _of("mc_f", "lines.fx_credit", Kind.AMOUNT),
    _of("nfrat", "lines.rate", Kind.RATE),
    _of("nd_s", DEBIT_QUANTITY, Kind.RATE),
    _of("nc_s", CREDIT_QUANTITY, Kind.RATE),
    _of("csettle", "lines.settlement_method", size=3),
    _of("cn_id", "lines.settlement_number", size=30),
    _of("dt_date", "lines.settlement_date", Kind.DAY),
    _of("cdept_id", "lines.aux_department", Kind.CODE, 12),
    _of("cperson_id", "lines.aux_employee", Kind.CODE, 20),
    _of("ccus_id", "lines.aux_customer", Kind.CODE, 20),
    _of("csup_id", "lines.aux_supplier", Kind.CODE, 20),
    _of("citem_id", "lines.aux_project", Kind.CODE, 20),
    _of(CLASS, RAW + CLASS, size=2),
    _of("cname", "lines.salesperson", size=20),
    _of(OPPOSITE, RAW + OPPOSITE, size=50),
)
_REST = (
    *_flags("iflagbank iflagPerson", ""),
    *_flags("bdelete", "0"),
    *_flags("coutaccset ioutyear coutsysname coutsysver doutbilldate ioutperiod coutsign", ""),
    *_flags("coutno_id doutdate coutbillsign coutid", ""),
    *_flags("bvouchedit", "1"),
    *_flags("bvouchAddordele bvouchmoneyhold", "0"),
    *_flags("bvalueedit bcodeedit", "1"),
    *_flags("ccodecontrol", ""),
    *_flags("bPCSedit bDeptedit bItemedit", "1"),
    *_flags("bCusSupInput", "0"),
    *(_of(f"cDefine{number}") for number in range(1, 17)),
    *_flags("dReceive cWLDZFlag dWLDZTime", ""),
    *_flags("bFlagOut", "0"),
)

COLUMNS = {column.key: column for column in (*_HEAD, *_LINE, *_REST)}
"""The 80 columns, in order."""

NEWER = (Field("iyear", "vouchers.year", Kind.WHOLE), Field("iYPeriod", "key.month", Kind.WHOLE))
"""Columns of newer versions: the year, and year and month in one figure."""

WANTED = {name: name for name in (*COLUMNS, *(field.heading for field in NEWER))}

FIELDS = (*(column.field for column in COLUMNS.values() if column.field.fact), *NEWER)
"""Columns that carry a fact or take part in one."""

NEEDED = frozenset(("iperiod", "csign", "ino_id", "dbill_date", "cdigest", "ccode", "md", "mc"))
"""Columns without which a dump is refused."""

BOOLEANS = {column.key: column.usual for column in COLUMNS.values() if column.usual in ("0", "1")}
"""Columns of yes and no that say nothing in their usual value."""

DAYS = tuple(c.key for c in COLUMNS.values() if c.field.kind is Kind.DAY)

OF_VOUCHER = (RANK, "ctext1", "ctext2")
"""Columns without a fact that say something of the voucher, not of the line."""

TEXTS = {
    column.field.fact: column
    for column in COLUMNS.values()
    if column.size
    and column.field.kind is Kind.TEXT
    and column.field.fact.startswith(("vouchers.", "lines."))
}
"""Columns that hold a text of the voucher or the line, by fact."""

WHOLE = frozenset({"vouchers.word", "lines.settlement_method"})
"""Texts that are codes: cut short they would name something else."""

VERBATIM = tuple(column.key for column in COLUMNS.values() if not column.field.fact)
"""Columns that the model has no place for, kept as they are where they say something."""

SIZES = {
    column.field.fact.removeprefix("lines."): column.size
    for column in COLUMNS.values()
    if column.field.kind is Kind.CODE and column.size
}
"""The longest codes, in bytes."""

TEXT_BYTES = {
    fact: column.size for fact, column in TEXTS.items() if column.size and fact not in WHOLE
}
"""The longest texts, in bytes of GBK."""
