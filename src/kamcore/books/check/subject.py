"""What the checks look at: the books without void vouchers, and what several checks ask."""

import functools

import attrs
import polars as pl

from kamcore.books.books import Books
from kamcore.books.check.settings import CheckSettings
from kamcore.model.chart import ChartAccount, detect_family, first_level, lookup
from kamcore.model.scheme import CodeScheme


@attrs.define(eq=False, slots=False)
class Subject:
    """Books under check.

    `vouchers` and `lines` leave out void vouchers: they keep their number and nothing else
    (作废凭证只占号).  A voucher without a source row has the first one of its lines.
    """

    books: Books
    settings: CheckSettings
    all_vouchers: pl.DataFrame
    vouchers: pl.DataFrame
    lines: pl.DataFrame

    @classmethod
    def of(cls, books: Books, settings: CheckSettings) -> "Subject":
        """Lay out the books for the checks."""
        lines = books.lines
        everything = _with_rows(books.vouchers, lines)
        void = pl.col("status").eq_missing("void")
        voided = everything.filter(void)
        if voided.height:
            lines = lines.join(voided.select("voucher_id"), on="voucher_id", how="anti")
        return cls(books, settings, everything, everything.filter(~void), lines)

    @functools.cached_property
    def used_accounts(self) -> list[str]:
        """Account codes of the lines, sorted."""
        used = self.lines["account"].drop_nulls().unique().sort().to_list()
        return [code for code in used if code]

    @functools.cached_property
    def account_names(self) -> dict[str, str | None]:
        """Name of every account, listed or used; with the first-level names full names tell."""
        names: dict[str, str | None] = dict.fromkeys(self.used_accounts)
        listed = self.books.accounts.select("code", "name", "full_name").rows()
        for code, _, full in listed:
            if full and first_level(code) != code:
                names.setdefault(first_level(code), full.split("/")[0])
        return names | {code: name or full for code, name, full in listed}

    @functools.cached_property
    def scheme(self) -> CodeScheme:
        """The code scheme stated by the source, or found in its codes."""
        return self.books.entity.scheme or CodeScheme.detect(self.account_names)

    @functools.cached_property
    def family(self) -> str | None:
        """The standard chart the books follow, if one is recognised."""
        return detect_family(self.account_names).family

    def standard(self, code: str) -> ChartAccount | None:
        """The standard account a code belongs to; None where no family is recognised."""
        return lookup(code, self.family) if self.family else None


def _with_rows(vouchers: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    if not vouchers["source_row"].null_count() or lines["source_row"].null_count() == lines.height:
        return vouchers
    first = lines.group_by("voucher_id").agg(_first=pl.col("source_row").min())
    return (
        vouchers.join(first, on="voucher_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("source_row", "_first").alias("source_row"))
        .drop("_first")
    )
