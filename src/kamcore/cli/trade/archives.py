"""What the commands over the archive and contracts share: options, values, problems."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, money, plain
from kamcore.errors import Fault, Problem, UsageError
from kamcore.forms.party_record import Reader
from kamcore.model.archive import Archive
from kamcore.model.confidential import Secrecy
from kamcore.model.party import Party
from kamcore.pipeline.archive_file import ArchiveRead
from kamcore.place import Place

NO_PARTY = Fault(
    code="U4011",
    zh="档案中没有往来单位「{value}」",
    en="there is no party {value!r} in the archive",
    hint_zh="用编码、外部代码或名称; 档案共 {count} 个单位",
    hint_en="name it by code, outside code or name; the archive has {count} parties",
)

SHOWN = 20
"""How many problems of a kind the screen shows."""

files_argument = click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")

as_of_option = option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="DATE",
    zh="截至哪一天, 如 2026-03-31",
    en="The day that counts, such as 2026-03-31.",
)

cleared_option = option(
    "--cleared",
    default=Secrecy.TOP_SECRET.value,
    type=click.Choice([word.value for word in Secrecy] + [word.zh for word in Secrecy]),
    show_default=True,
    zh="读者可看到的最高密级: 公开, 秘密, 机密, 绝密",
    en="The highest class the reader may see.",
)

mask_option = option(
    "--mask",
    is_flag=True,
    zh="看不到的内容遮盖而不略去",
    en="Mask what the reader may not see instead of leaving it out.",
)

folder_option = option(
    "--folder",
    type=PATH,
    metavar="FOLDER",
    zh="资料文件所在的文件夹: 核对摘要",
    en="Folder the files of documents are in: compares their hashes.",
)


def reader_of(asked: Mapping[str, Any], read: ArchiveRead) -> Reader:
    """Who reads, by ``--cleared`` and ``--mask`` and the classes the company gives its fields."""
    return Reader(cleared=Secrecy(asked["cleared"]), mask=asked["mask"], classes=read.secrecy)


def party_called(archive: Archive, name: str, on: dt.date) -> Party:
    """The party of a code, an outside code, or a name as known on a day.

    Raises:
        UsageError: there is none, or the name is that of several.
    """
    if name in archive.by_code:
        return archive.by_code[name]
    by_code = [party for party in archive.parties if name in {one.code for one in party.codes}]
    found = by_code or [
        party
        for party in archive.parties
        if (now := party.as_of(on)) and name in (now.name, now.short_name)
    ]
    if len(found) != 1:
        raise UsageError(NO_PARTY.at(Place(), name, count=len(archive.parties)))
    return found[0]


def shown(value: Any, lang: str) -> str:
    """A value as the screen shows it."""
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, enum.Enum):
        return str(getattr(value, "zh", value.value)) if lang == "zh" else str(value.value)
    return "" if value is None else str(value)


def as_json(value: Any) -> Any:
    """A value as ``--json`` prints it."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def problems_json(screen: Screen, problems: Sequence[Problem]) -> dict[str, Any]:
    """The problems with their counts, as every one of these commands prints them."""
    return {
        "problems": [one.to_json(screen.lang) for one in problems],
        "counts": dict(sorted(Counter(one.code for one in problems).items())),
    }


def show_problems(screen: Screen, problems: Sequence[Problem]) -> None:
    """Print problems, the worst kinds first."""
    if problems:
        screen.line(f"  有 {len(problems)} 处请看:", f"  {len(problems)} to look at:")
        screen.problems(problems, SHOWN)
