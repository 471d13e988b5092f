"""Read the 凭证明细 list (formats/yonyou.md section 3b).

A voucher is the lines with the same month and 凭证号; the number is the digits behind the last
hyphen, however many there are.  Auxiliary values are names and stand for their codes.
"""

import attrs
import polars as pl

from kamcore.adapters.yonyou_nc_detail import columns as layout
from kamcore.adapters.yonyou_nc_detail.years import COLUMN, asked_year, year_of_name
from kamcore.books import schema
from kamcore.errors import Fault, Problem, SourceError
from kamcore.format import Options, Reading, Source
from kamcore.grid.csv_reading import WRONG_NUMBER_OF_CELLS
from kamcore.model.scheme import CodeScheme
from kamcore.place import Place
from kamcore.vouchers.currencies import iso_currencies
from kamcore.vouchers.entries import INDEX, Entries, Field, read_entries
from kamcore.vouchers.labels import dimension_ids
from kamcore.vouchers.listing import Listing, read_listing
from kamcore.vouchers.making import NAMES, Making, make_books, sides
from kamcore.vouchers.numbering import by_key, label
from kamcore.vouchers.packed import unpack

SEVERAL_BOOKS = Fault(
    code="Y6004",
    zh="文件里有 {count} 个核算账簿: {books}",
    en="the file holds {count} accounting books: {books}",
    hint_zh="各账簿的凭证号互不相干, 请用选项 book 指定其中一个",
    hint_en="each numbers its own vouchers: choose one by the option book",
)
NO_BOOK = Fault(
    code="Y6005",
    zh="文件里没有核算账簿「{value}」",
    en="the file holds no accounting book {value!r}",
    hint_zh="文件里有: {books}",
    hint_en="it holds {books}",
)
NO_DAY = Fault(
    code="Y6006",
    zh="{value} 不是日期",
    en="{value} is no date",
    hint_zh="核对月、日以及年度",
    hint_en="compare month, day and year",
)
NO_NUMBER = Fault(
    code="Y6007",
    zh="凭证号「{value}」没有编号, 应如 记-0001",
    en="the voucher number {value!r} has no digits; it should be like 记-0001",
)

SYSTEM = "yonyou-nc"
BASE = "CNY"

_NUMBER = r"(?:^|[^0-9])([0-9]{1,18})$"
_DIGITS, _HYPHENS = "0123456789", " -－—"
_KEY = ("vouchers.year", layout.MONTH, layout.VOUCHER)


def read_books(source: Source, options: Options) -> Reading:
    """Read a list.

    Raises:
        SourceError: it is no list, a needed column is missing, nothing says the year, or it holds
            several accounting books and none was chosen.
        UsageError: option ``year`` is no year.
    """
    year = asked_year(options)
    listing = _whole_rows(
        read_listing(source, layout.WANTED, layout.NEEDED, str(options.get("sheet") or ""))
    )
    book, listing = _one_book(listing, str(options.get("book") or ""))
    entries = read_entries(listing.grid, layout.FIELDS)
    problems: list[Problem] = []
    frame = _dated(entries, year, source.name)
    frame = sides(frame, entries.lost("lines.debit"), entries.lost("lines.credit"))
    frame = _numbers(frame).with_columns(_verbatim(entries))
    problems += _odd_heads(frame, entries)
    frame, strange = iso_currencies(frame, entries)
    frame, labels, unclear = _members(frame, entries)
    frame, scheme = _accounts(frame)
    numbered = by_key(frame, listing.grid, _KEY, line=layout.LINE)
    making = Making(
        system=SYSTEM,
        base_currency=str(options.get("base_currency") or BASE),
        entity_name=book,
        scheme=scheme,
        labels=labels,
        headings=_headings(labels),
    )
    made = make_books(numbered, _leaving(entries, frame), making)
    problems += [*listing.problems, *entries.problems, *strange, *unclear, *made.problems]
    years = ", ".join(map(str, frame["vouchers.year"].drop_nulls().unique().sort()))
    return Reading(
        books=made.books,
        problems=tuple(sorted(problems, key=_row)),
        detected=listing.detected(year=years, book=book),
    )


def _row(problem: Problem) -> int:
    return problem.place.line or problem.place.row or 0


def _whole_rows(listing: Listing) -> Listing:
    """The list without lines of a text that have a cell too many: what follows it is shifted.

    Their fault is told where the text was cut, with the whole line.
    """
    known = len(listing.header.columns) + len(listing.header.unknown)
    broken = [
        problem.place.line
        for problem in listing.problems
        if problem.fault is WRONG_NUMBER_OF_CELLS and int(str(problem.facts["found"])) > known
    ]
    if not broken:
        return listing
    grid = listing.grid.filter(~listing.grid.rows.is_in(broken))
    empty = [name for name in grid.frame.columns if grid.frame[name].null_count() == grid.height]
    beyond = [name for name in empty if name not in listing.header.columns]
    return attrs.evolve(listing, grid=attrs.evolve(grid, frame=grid.frame.drop(beyond)))


def _one_book(listing: Listing, asked: str) -> tuple[str, Listing]:
    """The name of the accounting book, and its rows.

    Raises:
        SourceError: there are several and none was asked for, or not the one asked for.
    """
    heading = "核算账簿名称"
    names = listing.grid.column(heading).str.strip_chars()
    known = names.drop_nulls().unique(maintain_order=True).to_list()
    place = attrs.evolve(listing.header.place, column=listing.header.captions.get(heading))
    listed = ", ".join(known)
    if asked and asked not in known:
        raise SourceError(NO_BOOK.at(place, asked, books=listed or "-"))
    if len(known) > 1:
        if not asked:
            raise SourceError(SEVERAL_BOOKS.at(place, known[0], count=len(known), books=listed))
        own = (names == asked).fill_null(value=False)
        return asked, attrs.evolve(listing, grid=listing.grid.filter(own))
    return (known[0] if known else ""), listing


def _dated(entries: Entries, asked: int | None, name: str) -> pl.DataFrame:
    """Add ``vouchers.year`` and ``vouchers.date``."""
    frame = entries.frame
    stated = frame[layout.YEAR].str.extract(COLUMN, 1).cast(schema.INTEGER)
    stated = stated.forward_fill().backward_fill()
    if asked is not None:
        stated = pl.repeat(asked, frame.height, dtype=schema.INTEGER, eager=True)
    elif stated.null_count():
        stated = stated.fill_null(year_of_name(name))
    frame = frame.with_columns(stated.alias("vouchers.year"))
    day = pl.format("{}-{}-{}", "vouchers.year", layout.MONTH, layout.DAY)
    return frame.with_columns(day.str.to_date("%Y-%m-%d", strict=False).alias("vouchers.date"))


def _numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Add word and number from texts such as ``银收-0001``."""
    text = pl.col(layout.VOUCHER)
    number = text.str.extract(_NUMBER).cast(schema.INTEGER)
    bare = text.str.strip_chars_end(_DIGITS).str.strip_chars_end(_HYPHENS)
    word = pl.when(number.is_not_null()).then(bare).otherwise(text)
    return frame.with_columns(
        word.replace("", None).alias("vouchers.word"), number.alias("vouchers.number")
    )


def _verbatim(entries: Entries) -> pl.Series:
    """Summaries with the blanks before them, which a report keeps."""
    trimmed = entries.frame["lines.summary"]
    raw = entries.grid.column("摘要").str.strip_chars_end()
    return pl.select(pl.when(trimmed.is_not_null()).then(raw)).to_series().alias("lines.summary")


def _odd_heads(frame: pl.DataFrame, entries: Entries) -> list[Problem]:
    """Days that are no days of the month, and numbers without digits."""
    found = []
    told = pl.col(layout.MONTH).is_not_null() & pl.col(layout.DAY).is_not_null()
    for row in frame.filter(told & pl.col("vouchers.date").is_null()).iter_rows(named=True):
        said = f"{row['vouchers.year']}-{row[layout.MONTH]:02}-{row[layout.DAY]:02}"
        found.append(NO_DAY.at(_place(frame, entries, row[INDEX], layout.DAY), said))
    unread = pl.col(layout.VOUCHER).is_not_null() & pl.col("vouchers.number").is_null()
    for index, text in frame.filter(unread).select(INDEX, layout.VOUCHER).iter_rows():
        found.append(NO_NUMBER.at(_place(frame, entries, index, layout.VOUCHER), text))
    return found


def _place(frame: pl.DataFrame, entries: Entries, index: int, name: str) -> Place:
    place = entries.grid.place(index, entries.heading(name))
    return attrs.evolve(place, voucher=label(frame, index))


def _members(
    frame: pl.DataFrame, entries: Entries
) -> tuple[pl.DataFrame, dict[str, str], list[Problem]]:
    """Add a column per type of the packed texts; a value is the code and the name of a member."""
    unpacked = unpack(frame[layout.PACKED], layout.PACKING)
    items = unpacked.items
    used = items["label"].unique(maintain_order=True).to_list()
    ids = dimension_ids(used)
    columns = []
    for one in used:
        own = items.filter(pl.col("label") == one)
        coded = own["code"].str.contains("\\", literal=True).all()
        parts = own["code"].str.splitn("\\", 2) if coded else None
        # Sites that show codes write code\name in every value of a type (reported, not seen).
        codes = own["code"] if parts is None else parts.struct.field("field_0")
        names = own["code"] if parts is None else parts.struct.field("field_1")
        for prefix, values in (("lines.", codes), (NAMES, names)):
            found = pl.col(layout.PACKED).replace_strict(
                own["text"], values, default=None, return_dtype=schema.TEXT
            )
            columns.append(found.alias(f"{prefix}{schema.AUX}{ids[one]}"))
    problems = []
    unclear = pl.col(layout.PACKED).is_in(list(unpacked.faults)).fill_null(value=False)
    columns.append(unclear.alias("_unclear"))
    if unpacked.faults:
        broken = frame.filter(unclear)
        for index, text in broken.select(INDEX, layout.PACKED).iter_rows():
            place = _place(frame, entries, index, layout.PACKED)
            problems.append(unpacked.faults[text].at(place, text))
    return frame.with_columns(columns), {ids[one]: one for one in used}, problems


def _accounts(frame: pl.DataFrame) -> tuple[pl.DataFrame, CodeScheme]:
    r"""Add name and full name from paths such as ``100201\银行存款\基本存款户``."""
    pairs = frame.select("lines.account", layout.PATH).unique(maintain_order=True).drop_nulls()
    scheme = CodeScheme.detect(frame["lines.account"].drop_nulls().unique().to_list())
    names, paths = [], []
    for code, text in pairs.iter_rows():
        parts = [part.strip() for part in text.removeprefix(f"{code}\\").split("\\")]
        known = [part for part in parts if part]
        names.append(known[-1] if known else None)
        paths.append("/".join(known) or None)
    found = pairs.with_columns(
        pl.Series(NAMES + "account", names, dtype=schema.TEXT),
        pl.Series(NAMES + "account_full", paths, dtype=schema.TEXT),
    )
    keys = ["lines.account", layout.PATH]
    return frame.join(found, on=keys, how="left", maintain_order="left"), scheme


def _leaving(entries: Entries, frame: pl.DataFrame) -> Entries:
    """The entries with the texts that were not read whole left among the columns without a fact.

    That is packed texts with a fault, and voucher numbers without digits.
    """
    number = pl.when(pl.col("vouchers.number").is_null()).then(layout.VOUCHER)
    packed = pl.when("_unclear").then(layout.PACKED)
    kept = frame.select(number.alias("凭证号"), packed.alias("辅助项"))
    fields = tuple(
        Field(field.heading) if field.heading in kept.columns else field
        for field in entries.fields
    )
    grid = attrs.evolve(entries.grid, frame=entries.grid.frame.with_columns(kept))
    return attrs.evolve(entries, grid=grid, fields=fields)


def _headings(labels: dict[str, str]) -> dict[str, str]:
    """What the source calls the columns of facts that the reader works out."""
    dims = {f"lines.{schema.AUX}{name}": "辅助项" for name in labels}
    return {
        "vouchers.date": "日",
        "lines.date": "日",
        "vouchers.word": "凭证号",
        "vouchers.number": "凭证号",
        "lines.currency": "币种",
        "accounts.name": "科目名称",
        "members.code": "辅助项",
        **dims,
    }
