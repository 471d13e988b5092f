"""Any sheet through a layout: the reports and lists of products, and a site's own.

`Tabular` reads with the layout it is given; the layouts in ``layouts/`` are formats of their own,
each a file of data.  Another ``.toml`` there is another format.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import ClassVar

from kamcore.books import schema
from kamcore.format import Evidence, Fact, Format, Guess, Head, Options, Reading, Source
from kamcore.format.layout import facts_of
from kamcore.model.layout import Layout

__all__ = ["FORMATS", "Report", "Tabular", "report", "shipped"]

_TABLES = ("vouchers", "lines", "balances", "accounts", "dimensions", "members", "extras")
_OPTIONS = {
    "sheet": "name of the sheet to read, when it is not the one that fits",
    "period": "period of balances that the sheet does not say, such as 2025.01-2025.03",
    "year": "year of dates, where the sheet says month and day only",
    "base_currency": "ISO code of the base currency; else CNY or the one kept at rate 1",
}


class Report(Format):
    """A report or list that a product prints or exports, read through the layout of its card."""

    layout: ClassVar[Layout]
    options: ClassVar[dict[str, str]] = _OPTIONS

    def sniff(self, head: Head) -> Guess:
        """See `Format.sniff`."""
        from kamcore.adapters.tabular.fitting import guess

        return guess(self.layout, head)

    def read(self, source: Source, options: Options) -> Reading:
        """See `Format.read`."""
        from kamcore.adapters.tabular.reader import read_books

        return read_books(source, self.layout, options)


class Tabular(Format):
    """Any sheet, read through a layout of the caller's."""

    name = "tabular"
    title = "任意表格 (按版式文件读取)"
    title_en = "Any sheet, through a layout"
    suffixes = (".xlsx", ".xls", ".csv")
    evidence = Evidence.GUESSED
    evidence_note = "the layout is the caller's own"
    spec = "the layout given with option layout; see kamcore.model.layout"
    reads = frozenset(
        Fact(name, column.name)
        for name in (
            "vouchers",
            "lines",
            "balances",
            "accounts",
            "dimensions",
            "members",
            "extras",
        )
        for column in schema.TABLES[name].columns
        if not column.provenance
    ) | {Fact("lines", "aux_*"), Fact("balances", "aux_*")}
    options: ClassVar[dict[str, str]] = {
        "layout": "the layout: a TOML file, or a value of kamcore.model.layout",
        **_OPTIONS,
    }

    def sniff(self, head: Head) -> Guess:
        """Say no: a sheet of a site's own is read when its layout is given."""
        del head
        return Guess.no()

    def read(self, source: Source, options: Options) -> Reading:
        """Read through ``options["layout"]``.

        Raises:
            UsageError: there is no layout; a file of one is read by `kamcore.read`.
            SourceError: see `Report.read`.
        """
        from kamcore.adapters.tabular.faults import NO_LAYOUT
        from kamcore.adapters.tabular.reader import read_books
        from kamcore.errors import UsageError
        from kamcore.place import Place

        layout = options.get("layout")
        if not isinstance(layout, Layout):
            raise UsageError(NO_LAYOUT.at(Place(file=source.name)))
        return read_books(source, layout, options)


def report(layout: Layout) -> Report:
    """The format of a layout."""
    card = {
        "__doc__": layout.title_en or layout.title,
        "layout": layout,
        "name": layout.name,
        "title": layout.title,
        "title_en": layout.title_en,
        "vendor": layout.vendor,
        "suffixes": layout.suffixes,
        "evidence": Evidence(layout.evidence),
        "evidence_note": layout.evidence_note,
        "spec": layout.spec,
        "reads": facts_of(layout),
    }
    made: Report = type(layout.name.title().replace("-", ""), (Report,), card)()
    return made


@cache
def shipped() -> tuple[Layout, ...]:
    """The layouts that come along, in the order of their names."""
    folder = files("kamcore.adapters.tabular").joinpath("layouts")
    texts = (file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".toml"))
    found = (Layout.of(tomllib.loads(text)) for text in texts)
    return tuple(sorted(found, key=lambda layout: layout.name))


FORMATS = (Tabular(), *(report(layout) for layout in shipped()))
