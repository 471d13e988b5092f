"""Read a package of GB/T 24589.1-2010 (formats/gbt24589.md)."""

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import archives, layout
from kamcore.adapters.gbt24589.cash import read_flows
from kamcore.adapters.gbt24589.ledger import read_balances, read_lines
from kamcore.adapters.gbt24589.package import Contents, open_contents
from kamcore.adapters.gbt24589.receivables import read_items
from kamcore.adapters.gbt24589.statements import read_statements
from kamcore.books import Books, Origin, schema
from kamcore.format import Detected, Options, Reading, Source


def read_books(source: Source, options: Options) -> Reading:
    """Read a folder, a zip or one file of the standard.

    Raises:
        SourceError: a file is no sound XML, or none is of the standard.
    """
    del options
    contents = open_contents(source)
    problems = list(contents.problems)
    entity, said = archives.entity_of(contents)
    lists = archives.lists_of(contents)
    slots = archives.slots_of(contents, problems)
    members, labels, codes = archives.members_of(contents)
    books = Books(entity, {}, Origin(file=source.name, by="line"))
    extras = [archives.personal_extras(contents, members)]
    lines = contents.grid(layout.LINES)
    if lines is not None:
        ledger = read_lines(lines, slots, lists, entity)
        books = ledger.books
        problems += ledger.problems
    tables = {"members": _members(books, members)}
    chart = archives.accounts_of(contents, entity.scheme, slots)
    if chart.height:
        tables["accounts"] = chart
    tables["dimensions"] = archives.dimensions_of(tables["members"], slots, labels, codes)
    flows, balances = contents.grid(layout.FLOWS), contents.grid(layout.BALANCES)
    if flows is not None and flows.height:
        tables["cash_flows"], odd = read_flows(flows, books, lists.words)
        problems += odd
    if balances is not None and balances.height:
        base = entity.base_currency
        tables["balances"], odd = read_balances(balances, slots, lists, base)
        problems += odd
    found, odd = read_items(contents, lists, books.vouchers, entity.base_currency)
    problems += odd
    if found is not None:
        tables |= {
            "open_items": found.open_items,
            "receipts": found.receipts,
            "applications": found.applications,
        }
        extras.append(found.extras)
    extras.append(read_statements(contents))
    books = _joined(books, tables, extras)
    periods = books.entity.first_period, books.entity.last_period
    entity = attrs.evolve(
        entity,
        scheme=entity.scheme or books.entity.scheme,
        first_period=periods[0],
        last_period=periods[1],
    )
    return Reading(
        books=books.replace(entity=entity, origin=_origin(books, contents)),
        problems=tuple(problems),
        detected=Detected(
            encoding=next(iter(contents.parts.values())).elements.encoding,
            facts={"classes": "、".join(contents.parts), **said},
        ),
    )


def _members(books: Books, archived: pl.DataFrame) -> pl.DataFrame:
    """Members of the archives; for dimensions without one those that lines name."""
    listed = archived["dimension"].unique().implode()
    used = books.members.filter(~pl.col("dimension").is_in(listed))
    return pl.concat([archived, used])


def _joined(books: Books, tables: dict[str, pl.DataFrame], extras: list[pl.DataFrame]) -> Books:
    all_tables = {**books.tables, **tables}
    all_tables["extras"] = pl.concat([books.extras, *extras])
    if books.lines.height:
        # Line numbers of other files would name the wrong lines of this one.
        for name in ("members", "open_items", "receipts"):
            all_tables[name] = all_tables[name].with_columns(
                source_row=pl.lit(None, dtype=schema.INTEGER)
            )
    return Books(books.entity, all_tables, books.origin)


def _origin(books: Books, contents: Contents) -> Origin:
    main = contents.parts.get(layout.LEDGER) or next(iter(contents.parts.values()))
    headings = {"accounts.code": "科目编号", **books.origin.headings}
    return Origin(file=main.file, by="line", headings=headings)
