"""Red against blue (红票对冲): applications without vouchers, and their undoing."""

from typing import Any

import polars as pl

from kamcore.books import Books
from kamcore.cli.matching.offset_asking import (
    NOTHING_BOOKED,
    Request,
    as_rows,
    parties_of,
    write_books,
)
from kamcore.cli.matching.told import line_names
from kamcore.cli.shell.screen import Screen, money
from kamcore.errors import UsageError
from kamcore.matching.offsets.set_off_booking import red_applications, with_red_offsets
from kamcore.matching.offsets.set_off_undoing import RED, live_reds, undone_books
from kamcore.place import Place

__all__ = ["offset_reds"]


def offset_reds(screen: Screen, request: Request, books: Books) -> int:
    """Show red against blue, or its undoing, and write the books where they are asked for.

    Raises:
        UsageError: nothing is there to take back.
    """
    as_of, parties = request.as_of.date(), parties_of(books, request)
    person = request.preparer
    if request.undone:
        found = live_reds(books, as_of, parties=parties, **request.which)
        if found.is_empty():
            raise UsageError(NOTHING_BOOKED.at(Place(), "红票对冲", kind="red against blue"))
    else:
        found = red_applications(books, as_of, parties=parties, person=person)
    rows = as_rows(found)
    said: dict[str, Any] = {"as_of": as_of.isoformat(), "kind": RED, "rows": rows}
    if not screen.is_json:
        _show_red(screen, books, found, request)
    if request.books is not None:
        after = (
            undone_books(books, RED, as_of, parties=parties, person=person, **request.which)
            if request.undone
            else with_red_offsets(books, as_of, parties=parties, person=person)
        )
        write_books(screen, after, request)
        said["books"] = str(request.books)
    if screen.is_json:
        screen.emit({**said, "applications": rows, "drafts": []})
    return 0


def _show_red(screen: Screen, books: Books, found: pl.DataFrame, request: Request) -> None:
    many = found.height
    if request.undone:
        screen.line(f"撤回红票对冲: {many} 笔", f"taking back red against blue: {many}", bold=True)
    else:
        screen.line(
            f"红票对冲: {many} 笔, 同一科目同一往来单位, 不需要凭证",
            f"red against blue: {many}, on one account and party; no voucher is needed",
            bold=True,
        )
    told = line_names(books)
    rows = []
    for row in found.sort("id").iter_rows(named=True):
        red, blue = row["receipt"], row["item"]
        if not row["id"].startswith(f"red {red}-"):
            red, blue = blue, red
        verb = screen.say("冲", "takes back")
        rows.append([told.get(red, red), verb, told.get(blue, blue), money(row["amount"])])
    if rows:
        screen.table(rows)
    if request.books is None and rows:
        screen.line("  加 --books 写入账套", "  --books writes them into the books")
