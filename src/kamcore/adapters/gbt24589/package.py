"""The files of a package: a folder, a zip or one file, each file a class of the standard."""

from collections.abc import Iterator

import attrs
import polars as pl

from kamcore.adapters.gbt24589 import layout
from kamcore.books import Origin, schema
from kamcore.errors import Fault, Problem, Severity, SourceError
from kamcore.format import Source
from kamcore.grid.archive import open_package
from kamcore.grid.container import detect
from kamcore.grid.sheet import Grid
from kamcore.markup.elements import LINE, OWNER, Elements, Shape, read_elements
from kamcore.place import Place

NO_CLASS = Fault(
    code="S1001",
    zh="没有 GB/T 24589.1-2010 的文件 (公共档案、总账、应收应付)",
    en="there is no file of GB/T 24589.1-2010 (公共档案, 总账, 应收应付)",
)
OTHER_FILE = Fault(
    code="S1002",
    severity=Severity.WARNING,
    zh="根元素是「{value}」的文件未读入",
    en="a file with the root {value} was not read",
)
TWICE = Fault(
    code="S1003",
    zh="包中有两个「{value}」文件",
    en="there are two files of the class {value} in the package",
    hint_zh="每个包只放一个会计年度的一套文件",
    hint_en="put one set of files, of one fiscal year, into a package",
)
SCHEMA = Fault(
    code="S1004",
    severity=Severity.WARNING,
    zh="文件不符合标准的架构: {what_zh}",
    en="the document does not follow the schema: {what_en}",
    hint_zh="内容已按名称读取; 提交审计前请由来源软件重新生成",
    hint_en="its content was read by name; have the product export it again before an audit",
)


@attrs.frozen
class Part:
    """One file of the package."""

    name: str
    file: str
    elements: Elements

    def grid(self, table: str) -> Grid:
        """A table of the file as a grid, without rows of zeros that only fill a required table."""
        frame = self.elements.tables[table]
        rows = frame[LINE].cast(schema.INTEGER)
        fields = frame.drop(LINE, OWNER)
        grid = Grid(
            frame=fields if fields.width else pl.DataFrame({"_": [None] * rows.len()}),
            rows=rows,
            origin=Origin(file=self.file, by="line"),
        )
        known = next(one for one in layout.tables()[self.name] if one.name == table)
        if not grid.height:
            return grid
        says = []
        for element in known.elements:
            if element.name in fields.columns:
                text = pl.col(element.name).str.strip_chars()
                said = text.is_not_null()
                says.append(said & (text != element.zero) if element.required else said)
        if not says:
            return grid.filter(pl.repeat(False, grid.height, dtype=pl.Boolean, eager=True))
        return grid.filter(
            fields.select(pl.any_horizontal(says).fill_null(value=False)).to_series()
        )


@attrs.frozen
class Contents:
    """The files by class, and what was odd about them."""

    parts: dict[str, Part]
    problems: tuple[Problem, ...]

    def place(self, name: str) -> Place:
        """The file of a class."""
        return Place(file=self.parts[name].file)

    def grid(self, table: str) -> Grid | None:
        """A table of whichever file has it; None when no file of its class is there."""
        for name, part in self.parts.items():
            if any(one.name == table for one in layout.tables()[name]):
                return part.grid(table)
        return None


def open_contents(source: Source) -> Contents:
    """Read every file of a package.

    Raises:
        SourceError: a file is no sound XML, or none is of the standard.
    """
    parts: dict[str, Part] = {}
    problems: list[Problem] = []
    for file in _files(source):
        elements = read_elements(file, _SHAPES)
        problems += elements.problems
        name = elements.root
        if name not in layout.CLASSES:
            problems.append(OTHER_FILE.at(Place(file=file.name), name))
        elif name in parts:
            raise SourceError(TWICE.at(Place(file=file.name), name))
        else:
            parts[name] = Part(name, file.name, elements)
            problems += _schema_problems(parts[name])
    if not parts:
        raise SourceError(NO_CLASS.at(Place(file=source.name)), problems)
    return Contents({name: parts[name] for name in layout.CLASSES if name in parts}, (*problems,))


def _shapes() -> dict[str, Shape]:
    names = [table.name for name in layout.CLASSES for table in layout.tables()[name]]
    return {name: Shape(tags=(name,), within=_class_of(name)) for name in names}


def _class_of(table: str) -> str:
    return next(
        name for name in layout.CLASSES if any(t.name == table for t in layout.tables()[name])
    )


def _files(source: Source) -> Iterator[Source]:
    if source.path is not None and source.is_folder:
        for path in sorted(source.path.rglob("*")):
            if path.suffix.lower() == ".xml":
                yield Source(path)
    elif detect(source) == "zip":
        package = open_package(source)
        for name in package.names:
            if name.lower().endswith(".xml"):
                yield Source(data=package.read(name), name=f"{source.name}/{name}")
    else:
        yield source


def _schema_problems(part: Part) -> list[Problem]:
    """Say which tables stand out of order or are missing; they are read by name all the same."""
    known = layout.tables()[part.name]
    first = {t.name: part.elements.tables[t.name][LINE].min() for t in known}
    missing = [table.name for table in known if table.needed and first[table.name] is None]
    late, behind = [], 0
    for table in reversed(known):
        line = first[table.name]
        if isinstance(line, int):
            if behind and line > behind:
                late.append(table.name)
            behind = min(behind, line) if behind else line
    what_zh, what_en = [], []
    if late:
        names = "、".join(reversed(late))
        what_zh.append(f"{names} 排在其后的表之后")
        what_en.append(f"{names} comes after tables that follow it")
    if missing:
        names = "、".join(missing)
        what_zh.append(f"缺少 {names}")
        what_en.append(f"{names} is missing")
    if not what_zh:
        return []
    place = Place(file=part.file, path=f"/{part.name}")
    said = {"what_zh": "; ".join(what_zh), "what_en": "; ".join(what_en)}
    return [SCHEMA.at(place, part.name, **said)]


_SHAPES = _shapes()
