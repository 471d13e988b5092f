"""The year of a list whose columns name only month and day.

It is asked of the option, then of a column 年, then of the name of the file
(formats/yonyou.md section 3b: the year is only in the file name).
"""

import re

from kamcore.errors import Fault, SourceError, UsageError
from kamcore.format import Options
from kamcore.place import Place

NO_YEAR = Fault(
    code="Y6001",
    zh="文件里没有年度, 文件名「{value}」也没有写明",
    en="no column says the year, nor does the name {value!r}",
    hint_zh="用选项 year 指定年度 (如 year=2025), 或把年度写进文件名, 如「凭证明细-2025年.csv」",
    hint_en="give it by the option year (such as year=2025), or put it into the name of the file",
)
SEVERAL_YEARS = Fault(
    code="Y6002",
    zh="文件名「{value}」里有不止一个年度: {years}",
    en="the name {value!r} holds more than one year: {years}",
    hint_zh="用选项 year 指定年度, 如 year=2025",
    hint_en="give it by the option year, such as year=2025",
)
BAD_YEAR = Fault(
    code="Y6003",
    zh="选项 year「{value}」不是年度, 应如 2025",
    en="option year: {value!r} is no year such as 2025",
)

_NAMED = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年")
_BARE = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d{2}")
COLUMN = r"^\s*((?:19|20)[0-9]{2})(?:\.0+)?\s*年?度?\s*$"
"""How a cell of the column 年 looks, such as ``2025`` or ``2025年``."""


def asked_year(options: Options) -> int | None:
    """The year of the option; None where it is not given.

    Raises:
        UsageError: the option is no year.
    """
    text = str(options.get("year") or "").strip()
    if not text:
        return None
    if not _YEAR.fullmatch(text):
        raise UsageError(BAD_YEAR.at(Place(), text))
    return int(text)


def year_of_name(name: str) -> int:
    """The year in the name of a file: a number with 年 behind it, else one that stands alone.

    Raises:
        SourceError: the name holds none, or several.
    """
    found = dict.fromkeys(_NAMED.findall(name)) or dict.fromkeys(_BARE.findall(name))
    if not found:
        raise SourceError(NO_YEAR.at(Place(file=name), name))
    if len(found) > 1:
        raise SourceError(SEVERAL_YEARS.at(Place(file=name), name, years=", ".join(found)))
    return int(next(iter(found)))
