"""``kamcore forms fill``: the key-account forms, blank or filled from the archive."""

from pathlib import Path
from typing import Any

import click

from kamcore.cli.customers.customers import Asked, books_option, mapping_option, opened
from kamcore.cli.forms.forms_choosing import NO_FORM
from kamcore.cli.shell import grammar
from kamcore.cli.shell.faults import MISSING, near
from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.cli.shell.screen import Screen, needs_a_look
from kamcore.cli.trade.archives import cleared_option, mask_option, party_called, reader_of
from kamcore.cli.trade.trading import SHOWN, problems_json
from kamcore.errors import Problem, UsageError
from kamcore.pipeline.archive_file import archive_of
from kamcore.pipeline.customer_facts import Customers
from kamcore.place import Place
from kamcore.reports.key_account_facts import known_facts
from kamcore.reports.key_account_form import (
    Filling,
    KeyAccountForm,
    blank_sheet,
    filled_sheets,
    key_account_forms,
)
from kamcore.reports.sheets import Sheet
from kamcore.reports.writing import write_report


@grammar.command(
    "fill",
    zh="生成大客户管理表格 (档案表, 信用分析表, 等级评估表等 15 种)。不给文件时为空白表; "
    "给出档案等表单和 --as-of 时填好, 按 --cleared 略去或遮盖。"
    "销售, 回款, 逾期取自 --books 的账套。",
    en="Make the fifteen key-account forms. Without files they are blank; with the archive and "
    "other forms and --as-of they are filled in, less what --cleared hides.  Sales, receipts and "
    "what is overdue come from the books of --books.",
)
@click.argument("files", nargs=-1, type=PATH, metavar="[FILE...]")
@option(
    "--form",
    "names",
    multiple=True,
    metavar="NAME",
    zh="哪种表, 可多次给出, 如 card 或 大客户档案表; 缺省全部",
    en="Which form, may be repeated; all of them when left out.",
)
@option(
    "--party",
    "chosen",
    multiple=True,
    metavar="CODE",
    zh="哪些单位, 可多次给出; 缺省全部",
    en="Which parties, may be repeated; all of them when left out.",
)
@option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    zh="截至哪一天; 有文件时必填",
    en="The day that counts; needed with files.",
)
@books_option
@mapping_option
@cleared_option
@mask_option
@option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    zh="写到哪里: .xlsx 或 .html",
    en="Where to write: .xlsx or .html.",
)
@option("--force", is_flag=True, zh="覆盖已有的文件", en="Replace an existing file.")
def command(screen: Screen, files: tuple[Path, ...], **asked: Any) -> int:
    """Write key-account forms."""
    forms = [_called(name, screen.lang) for name in asked["names"]]
    forms = forms or [*key_account_forms().values()]
    problems: tuple[Problem, ...] = ()
    if not files:
        sheets = [blank_sheet(form, screen.lang) for form in forms]
    else:
        if asked["as_of"] is None:
            path = click.get_current_context().command_path
            raise UsageError(MISSING.at(Place(), "--as-of", command=path))
        held = opened(
            files, Asked(**{name: asked[name] for name in ("as_of", "books", "mapping")})
        )
        problems = held.problems
        sheets = _filled(forms, held.customers, asked, screen.lang)
    output = asked["output"]
    write_report(sheets, output, lang=screen.lang, force=asked["force"])
    if screen.is_json:
        names = [sheet.name for sheet in sheets]
        said = {"forms": [form.id for form in forms], "sheets": names, "output": str(output)}
        screen.emit({**said, **problems_json(screen, problems)})
    else:
        screen.line(
            f"  已写 {output}: {len(sheets)} 张表", f"  wrote {output}: {len(sheets)} sheets"
        )
        screen.problems(problems, SHOWN)
    return int(needs_a_look(problems))


def _filled(
    forms: list[KeyAccountForm], customers: Customers, asked: dict[str, Any], lang: str
) -> list[Sheet]:
    archive, on = customers.archive, customers.as_of
    wanted = [party_called(archive, name, on) for name in asked["chosen"]]
    parties = wanted or list(archive.parties)
    known = known_facts(customers, parties, lang)
    filling = Filling(
        archive=archive,
        on=on,
        reader=reader_of(asked, archive_of(customers.forms)),
        contracts=customers.contracts,
        facts=known.facts,
        tables=known.tables,
    )
    return [sheet for form in forms for sheet in filled_sheets(form, filling, parties, lang)]


def _called(name: str, lang: str) -> KeyAccountForm:
    known = key_account_forms()
    for form in known.values():
        if name.strip().casefold() in (form.id, form.zh, form.en.casefold()):
            return form
    likely = near(lang, name, [*known])
    raise UsageError(NO_FORM.at(Place(), name, near=likely, known=", ".join(known)))
