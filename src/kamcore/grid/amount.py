"""Amounts, rates and quantities: text to exact decimals, never by way of a float.

Plain figures, with or without separators of thousands, are read by column expressions.  A lone
dash is how reports draw an empty amount: it is blank, not zero.  Whatever has more than one
meaning (``1.234,56``), or none, is a problem with its reason and a null, never a guess.

A number cell holds a binary fraction of 15 significant digits; what lies beyond them is residue
of arithmetic (17569.809999999998), shown by every spreadsheet as 17569.81.
"""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal

import attrs
import polars as pl

from kamcore.books import schema
from kamcore.errors import Fault, Severity
from kamcore.grid.parsed import BLANKS, Finding, Parsed, mend, unusual
from kamcore.grid.sheet import Grid

UNREADABLE_AMOUNT = Fault(
    code="G2003",
    zh="「{value}」不是可读的金额或数值: {reason_zh}",
    en="{value!r} is not a readable amount: {reason_en}",
    hint_zh="在来源文件中改为普通数字, 例如 1234.56",
    hint_en="write it as a plain figure in the source, such as 1234.56",
)
DECIMALS = Fault(
    code="G2004",
    zh="「{value}」的小数超过 {scale} 位, 不作舍入",
    en="{value!r} has more than {scale} decimals and is not rounded",
)
TOO_LARGE = Fault(
    code="G2005",
    zh="「{value}」过大, 整数部分最多 {digits} 位",
    en="{value!r} is too large: at most {digits} digits stand before the point",
)
NOT_EXACT = Fault(
    code="G2006",
    zh="数值单元格「{value}」超过 15 位有效数字, 无法精确表示金额",
    en="the number cell {value!r} has more than 15 significant digits and cannot be exact",
    hint_zh="在来源文件中以文本格式保存该数值",
    hint_en="store the figure as text in the source",
)
RESIDUE = Fault(
    code="G2007",
    severity=Severity.WARNING,
    zh="数值单元格「{value}」带有二进制尾差, 按表格软件显示的 {read} 读取",
    en="the number cell {value!r} carries binary residue; read as {read}, as spreadsheets show it",
)

CELL_DIGITS = 15
"""Significant digits that a number cell holds exactly."""


@attrs.frozen
class _Kind:
    """Room of a type of figure; `residue` is how few decimals a mended number cell must have."""

    dtype: pl.DataType
    digits: int
    scale: int
    residue: int

    @property
    def plain(self) -> str:
        return rf"^-?[0-9]{{1,{self.digits}}}(?:\.[0-9]{{1,{self.scale}}}0*)?$"

    @property
    def grouped(self) -> str:
        return rf"^-?[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}}(?:\.[0-9]{{1,{self.scale}}})?$"


_AMOUNT = _Kind(schema.AMOUNT, digits=14, scale=4, residue=2)
_RATE = _Kind(schema.RATE, digits=18, scale=10, residue=6)

_DASHES = re.compile(r"[-\u2010-\u2015\u2212\u2500\ufe63\uff0d]+")
_RED = re.compile(r"^(?:[(\[]红字?[)\]]|红字)[::]?|[(\[]红字?[)\]]$")
_WIDE_RED = re.compile(r"（红字?）[:：]?")
_CURRENCY = r"(?:RMB|CNY|USD|US\$|[¥¥$])"
_MARKS = re.compile(rf"^([-+]?){_CURRENCY}\s*|\s*(?:{_CURRENCY}|元)$", re.IGNORECASE)
_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_FIGURE = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_EXCEL_ERROR = re.compile(
    r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)", re.IGNORECASE
)
_IN_WORDS = re.compile(r"[〇零一二三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟万萬亿億兩两]")
_FIFTEEN = Context(prec=CELL_DIGITS, rounding=ROUND_HALF_EVEN)


def read_amounts(grid: Grid, heading: str) -> Parsed:
    """Read a column of money as ``Decimal(18, 4)``; a blank and a lone dash are null.

    >>> from kamcore.books import Origin
    >>> frame = pl.DataFrame({"借方": ["1,200.50", "(3.00)", "1.234,56", None]})
    >>> grid = Grid(frame=frame, rows=pl.Series([2, 3, 4, 5]), origin=Origin())
    >>> parsed = read_amounts(grid, "借方")
    >>> [str(value) for value in parsed.values]
    ['1200.5000', '-3.0000', 'None', 'None']
    >>> print(parsed.problems[0])
    row 4, column 借方: G2003 '1.234,56' is not a readable amount: point and comma are ambiguous
    """
    return _read(grid, heading, _AMOUNT)


def read_rates(grid: Grid, heading: str) -> Parsed:
    """Read a column of rates, quantities or unit prices as ``Decimal(28, 10)``."""
    return _read(grid, heading, _RATE)


def _read(grid: Grid, heading: str, kind: _Kind) -> Parsed:
    texts = grid.column(heading)
    plain = texts.str.contains(kind.plain)
    if grid.numbers.get(heading, False) is not False:
        # Sign and point leave room for at least 15 digits: only longer cells need a closer look.
        plain &= ~(grid.number_cells(heading) & (texts.str.len_bytes() > CELL_DIGITS))
    if not plain.all():
        grouped = texts.str.contains(kind.grouped) & ~plain
        if grouped.any():
            pure = texts.str.replace_all(",", "", literal=True)
            texts = pl.select(pl.when(grouped).then(pure).otherwise(texts)).to_series()
            grid = attrs.evolve(grid, frame=grid.frame.with_columns(texts.alias(heading)))
            plain |= grouped
    mended = mend(grid, heading, ~plain, _Explainer(kind))
    values = mended.values.cast(kind.dtype).alias(heading)
    return Parsed(values, mended.problems)


@attrs.frozen
class _Explainer:
    """Reads one odd figure of a kind."""

    kind: _Kind

    def __call__(self, text: str, is_number: bool) -> Finding:  # noqa: FBT001
        bare = text.replace("_x000D_", "").strip(BLANKS)
        if not bare or _DASHES.fullmatch(bare):
            return Finding()
        if is_number:
            return self._cell(bare)
        folded = unicodedata.normalize("NFKC", bare).replace("\u2212", "-").strip(BLANKS)
        figure = _figure(folded)
        if isinstance(figure, Finding):
            return figure
        finding = self._room(Decimal(figure))
        if (
            finding.fault is None
            and finding.value is not None
            and _is_wide(_WIDE_RED.sub("", bare))
        ):
            return unusual(finding.value, "全角字符", "full-width characters")
        return finding

    def _room(self, value: Decimal) -> Finding:
        if value and value.adjusted() >= self.kind.digits:
            return Finding(None, TOO_LARGE, {"digits": self.kind.digits})
        if _decimals(value) > self.kind.scale:
            return Finding(None, DECIMALS, {"scale": self.kind.scale})
        return Finding(format(value, "f"))

    def _cell(self, text: str) -> Finding:
        if not re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text, re.ASCII):
            return _unreadable("不是数字", "not a number")
        value = Decimal(text)
        if len(_trimmed(value).as_tuple().digits) <= CELL_DIGITS:
            return self._room(value)
        shown = _trimmed(_FIFTEEN.plus(value))
        if value.adjusted() >= CELL_DIGITS - 2 or _decimals(shown) > self.kind.residue:
            return Finding(None, NOT_EXACT)
        finding = self._room(shown)
        if finding.fault is not None or finding.value is None:
            return finding
        return Finding(finding.value, RESIDUE, {"read": finding.value})


def _figure(text: str) -> str | Finding:
    """The plain figure a folded text means, or why it means none."""
    red = _RED.search(text)
    bare = _RED.sub("", text, count=1).strip(BLANKS) if red else text
    bare = _MARKS.sub(r"\1", bare)
    bare = _MARKS.sub(r"\1", bare).strip(BLANKS)
    brackets = bare.startswith("(") and bare.endswith(")")
    if brackets:
        bare = _MARKS.sub(r"\1", bare[1:-1].strip(BLANKS)).strip(BLANKS)
    leading, trailing = bare[:1] in "+-", bare[-1:] == "-"
    minus = bare[:1] == "-" or trailing
    if sum((bool(red), brackets, leading, trailing)) > 1:
        return _unreadable("正负号重复", "its sign is given twice")
    body = bare[leading : len(bare) - trailing].strip(BLANKS)
    if _GROUPS.fullmatch(body):
        body = body.replace(",", "")
    if not _FIGURE.fullmatch(body):
        return _reason(text, body)
    return ("-" if red or brackets or minus else "") + body


def _reason(text: str, body: str) -> Finding:
    """Why a text is no figure, as exactly as its looks allow."""
    if _EXCEL_ERROR.fullmatch(text):
        return _unreadable("是表格软件的错误值", "a spreadsheet error, not an amount")
    if re.fullmatch(r"[\d.,]*\d[eE][-+]?\d+", body):
        return _unreadable("文本形式的科学记数法", "scientific notation as text")
    if re.fullmatch(r"[-+]?(?:nan|inf|infinity|∞)", text, re.IGNORECASE):
        return _unreadable("不是有限数值", "not a finite number")
    if re.fullmatch(r"[\d.,]*[oOlIQS][\d.,oOlIQS]*", body) and re.search(r"\d", body):
        letter = next(mark for mark in body if mark.isalpha())
        return _unreadable(
            f"数字中混有字母 {letter}", f"a letter {letter} stands among the digits"
        )
    if re.fullmatch(r"[\d.,]+", body):
        return _separators(body)
    if _IN_WORDS.search(text):
        return _unreadable("是大写或带单位的金额", "an amount in words")
    if text.startswith("="):
        return _unreadable("是公式文本", "the text of a formula")
    return _unreadable("不是金额", "not an amount")


def _separators(body: str) -> Finding:
    if "," not in body and body.count(".") > 1:
        return _unreadable("有两个小数点", "two decimal points")
    if re.fullmatch(r"\d+,\d{1,2}|\d{1,3}(?:\.\d{3})+,\d+", body):
        return _unreadable("小数点与逗号含义不明", "point and comma are ambiguous")
    if "," in body:
        return _unreadable("逗号不是千位分隔", "commas do not group thousands")
    return _unreadable("只有小数点", "nothing but a point")


def _unreadable(reason_zh: str, reason_en: str) -> Finding:
    return Finding(None, UNREADABLE_AMOUNT, {"reason_zh": reason_zh, "reason_en": reason_en})


def _trimmed(value: Decimal) -> Decimal:
    return value.normalize(Context(prec=60))


def _decimals(value: Decimal) -> int:
    """Decimals of a finite value without trailing zeros."""
    exponent = _trimmed(value).as_tuple().exponent
    return max(0, -int(exponent))


def _is_wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(mark) == "F" and mark != "￥" for mark in text)
