"""Zipped workbooks made part by part, to say what no writer would."""

import io
import zipfile

from kamcore.format import Source
from kamcore.grid.workbook import open_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8"?>'

DATE, MOMENT, CLOCK, SPAN, NUMBER = 1, 2, 3, 4, 5
"""Styles of the cells."""

_STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders><cellXfs count="6">'
    + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22, 20, 164, 4))
    + "</cellXfs></styleSheet>"
)


def parts(rows, shared=(), *, is_1904=False, sheet=None):
    """The parts of a workbook with one sheet S; `rows` maps a row to its cells as XML."""
    body = "".join(f'<row r="{row}">{"".join(cells)}</row>' for row, cells in rows.items())
    kinds = "".join(
        f'<Relationship Id="r{i}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(
            (
                ("worksheet", "worksheets/sheet1.xml"),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            )
        )
    )
    overrides = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{TYPE}.{kind}+xml"/>'
        for part, kind in (
            ("workbook.xml", "sheet.main"),
            ("worksheets/sheet1.xml", "worksheet"),
            ("styles.xml", "styles"),
            ("sharedStrings.xml", "sharedStrings"),
        )
    )
    props = '<workbookPr date1904="1"/>' if is_1904 else ""
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="r1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">{props}'
        '<sheets><sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f"{kinds}</Relationships>",
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}">'
        + "".join(f"<si>{item}</si>" for item in shared)
        + "</sst>",
        "xl/worksheets/sheet1.xml": sheet
        or f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>',
    }


def zipped(content):
    """The parts as an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return target.getvalue()


def source(rows, shared=(), **settings):
    """A source of a workbook with one sheet."""
    return Source(data=zipped(parts(rows, shared, **settings)), name="a.xlsx")


def load(rows, shared=(), *, skip=0, **settings):
    """Sheet S of a workbook made from cells."""
    return open_workbook(source(rows, shared, **settings)).load("S", skip=skip)


def number(ref, value, style=0):
    """A number cell."""
    return f'<c r="{ref}" s="{style}"><v>{value}</v></c>'


def text(ref, value):
    """A text cell."""
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
