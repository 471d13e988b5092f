"""The archive of parties from form files, with what only shows between records."""

import os
from collections.abc import Iterable, Iterator, Mapping

import attrs

from kamcore.errors import Fault, Problem, Severity
from kamcore.model.archive import NO_SUCH_PARTY, Archive
from kamcore.model.confidential import FieldSecrecy, Secrecy
from kamcore.model.party import Party
from kamcore.model.party_class import PartyClass, PartyClasses
from kamcore.model.party_profile import archive_fields
from kamcore.pipeline.form_file import Forms, read_forms
from kamcore.place import Place

NO_SUCH_CLASS = Fault(
    code="C4021",
    severity=Severity.WARNING,
    zh="「{scheme}」没有分类「{value}」",
    en="{scheme} has no class {value!r}",
    hint_zh="可选: {known}; 自己的分类填在「客户分类」",
    hint_en="choose one of: {known}; add classes of your own to the sheet of party classes",
)

__all__ = ["ArchiveRead", "archive_of", "read_archive"]

_SCHEMES = {name: one.scheme for name, one in archive_fields().items() if one.scheme}


@attrs.frozen(kw_only=True)
class ArchiveRead:
    """An archive with the problems of its files and of its records together."""

    archive: Archive
    problems: tuple[Problem, ...]
    between: tuple[Problem, ...] = ()
    """Those of the problems that only show between records."""
    places: Mapping[str, Place]
    """Where each party stands, by code."""
    secrecy: Mapping[str, Secrecy] = attrs.field(factory=dict)
    """Classes of fields by the company, in place of the shipped ones."""


def read_archive(paths: Iterable[str | os.PathLike[str]]) -> ArchiveRead:
    """Read the parties and party classes of form files.

    Raises:
        UsageError: there is no such file.
        SourceError: a file cannot be opened as what it is.
    """
    return archive_of(read_forms(paths))


def archive_of(forms: Forms) -> ArchiveRead:
    """The archive that forms hold, checked as a whole."""
    classes = PartyClasses.shipped().with_own(forms.of(PartyClass))
    archive = Archive(parties=forms.of(Party), classes=classes)
    places = {
        entry.value.code: entry.place for entry in forms.entries if isinstance(entry.value, Party)
    }
    between = list(_of_classes(archive, places))
    for doubt in archive.doubts():
        code = doubt.facts.get("second") or doubt.facts.get("party")
        place = places.get(str(code), Place())
        column = "关联企业编码" if doubt.fault is NO_SUCH_PARTY else "外部代码"
        between.append(doubt.at(attrs.evolve(place, column=column)))
    return ArchiveRead(
        archive=archive,
        problems=(*forms.problems, *between),
        between=tuple(between),
        places=places,
        secrecy={one.field: one.secrecy for one in forms.of(FieldSecrecy)},
    )


def _of_classes(archive: Archive, places: Mapping[str, Place]) -> Iterator[Problem]:
    """Classes nobody knows: those of the company's own are only known when all is read."""
    names = archive_fields()
    known_values = {
        (field, one.code)
        for field, scheme in _SCHEMES.items()
        for one in archive.classes.by_scheme.get(scheme, ())
    }
    for party in archive.parties:
        for statement in party.statements:
            for field in _SCHEMES.keys() & statement.values.keys():
                value = statement.values[field]
                if value is None or (field, value) in known_values:
                    continue
                if archive.classes.find(_SCHEMES[field], value):
                    continue
                known = archive.classes.by_scheme.get(_SCHEMES[field], ())
                place = attrs.evolve(places[party.code], column=names[field].zh)
                listed = ", ".join(one.zh for one in known)
                yield NO_SUCH_CLASS.at(place, value, scheme=names[field].zh, known=listed)
