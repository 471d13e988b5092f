"""The books as the import template will say them, and what that loses."""

import polars as pl

from kamcore.adapters.kingdee_jdy import columns as layout
from kamcore.adapters.kingdee_jdy.paths import path_of, split_path
from kamcore.books import Books, schema
from kamcore.format import Losses, LossKind, Options
from kamcore.format.options import chosen
from kamcore.model.currency import decimals_of
from kamcore.model.dimension import label_of
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.spelling import Spelling


def spell(books: Books, losses: Losses, options: Options) -> Books:
    """The books as a template with these options says them; what that loses goes to `losses`.

    Raises:
        UsageError: there is no such variant.
    """
    variant = chosen(options, "columns", tuple(layout.VARIANTS))
    work = Spelling(books, losses)
    work.live((layout.RESTRICTED,) if variant == "24" else ())
    work.heads(numbered=True)
    work.refuse_equal()
    work.codes()
    work.dimensions(_label)
    work.round_to(("debit", "credit"), decimals_of(books.entity.base_currency))
    work.money(str(options.get("currency") or "") or None)
    work.texts(("summary",))
    _cut_members(work, layout.PAIRS_OF[variant])
    _name_paths(work)
    return work.done()


def _label(dimension: str, said: str | None) -> str:
    """What the template calls a dimension: a custom one as the source does."""
    if dimension in layout.LABELS:
        return layout.LABELS[dimension]
    return said if said and said != dimension else label_of(dimension)


def _cut_members(work: Spelling, most: int) -> None:
    """Leave out members of custom dimensions that no pair of columns is left for."""
    lines = work.books.lines
    taken = pl.Series([0] * lines.height, dtype=pl.Int64)
    for name in custom_dimensions(work.books):
        column = schema.AUX + name
        filled = lines[column].is_not_null()
        taken += filled.cast(pl.Int64)
        over = filled & (taken > most)
        work.note(LossKind.CUT, f"lines.{column}", over, lines[column])
        lines = lines.with_columns(pl.when(~over).then(column).alias(column))
    work.books = work.books.replace(lines=lines)


def custom_dimensions(books: Books) -> list[str]:
    """Ids of the dimensions without a column of their own, in the order of their table."""
    return [name for name in books.dimensions["id"] if name not in layout.LABELS]


def _name_paths(work: Spelling) -> None:
    """Give accounts the name and full name that their path reads back as."""
    accounts = work.books.accounts
    used = work.books.lines["account"].drop_nulls().unique().to_list()
    scheme = CodeScheme.detect(used)
    names = {
        code: (name, full)
        for code, name, full in accounts.select("code", "name", "full_name").rows()
    }
    paths = {code: path_of(code, names, scheme) for code in names if code in set(used)}
    said = {
        code: split_path(path, scheme.level(code)) if path else (None, None)
        for code, path in paths.items()
    }
    kept = accounts.filter(pl.col("code").is_in(list(said)))
    work.books = work.books.replace(accounts=kept)
    for column, index in (("name", 0), ("full_name", 1)):
        new = pl.Series(column, [said[code][index] for code in kept["code"]], dtype=schema.TEXT)
        old = kept[column]
        work.note(
            LossKind.REPLACED, f"accounts.{column}", old.is_not_null() & old.ne_missing(new), old
        )
        kept = kept.with_columns(new)
    work.books = work.books.replace(accounts=kept)
