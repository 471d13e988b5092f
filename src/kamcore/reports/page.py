"""The same reports as a page: one HTML file without scripts, pictures or anything from outside."""

import datetime as dt
import html
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import attrs

from kamcore.pipeline.atomic import whole
from kamcore.reports.chart import chart_svg
from kamcore.reports.sheets import (
    Boxes,
    Chart,
    Check,
    Column,
    Fields,
    Line,
    Listing,
    Paragraph,
    Part,
    Sheet,
    Title,
    Value,
)

__all__ = ["page_text", "write_page"]

_STYLE = """
body{font:14px/1.5 "Noto Sans SC","Microsoft YaHei","PingFang SC",sans-serif;margin:2em}
h1{text-align:center;font-size:1.5em}
p.line{display:flex;justify-content:space-between;margin:.2em}
table{border-collapse:collapse;margin:.6em 0;width:100%}
th,td{border:1px solid #b0b0b0;padding:.2em .5em}
th{background:#dde6f0}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.r{color:#c00}tr.sum td,tr.head td{font-weight:bold;background:#f3f6fa}
tr.opening td{font-style:italic}
tfoot td{font-weight:bold;border-top:3px double #555}
figure{margin:.8em 0;break-inside:avoid}figcaption{font-weight:bold;margin-bottom:.3em}
figure svg{width:100%;max-width:1000px;height:auto;font-size:12px}
figure text{paint-order:stroke;stroke:#fff;stroke-width:3px}
div.boxes{display:flex;gap:1em;break-inside:avoid}
div.boxes div{flex:1;border:1px solid #555;padding:.6em;min-height:8em}
div.wide{overflow-x:auto}td:not(.n){min-width:4.5em}
@media print{@page{size:A4 landscape;margin:1cm}thead{display:table-header-group}}
"""


def write_page(
    sheets: Sequence[Sheet], path: Path, *, lang: str = "zh", force: bool = False
) -> None:
    """Write sheets to one HTML file, whole or not at all.

    Raises:
        UsageError: the file exists and `force` is false, or cannot be written.
    """
    with whole(path, force=force) as temporary:
        temporary.write_text(page_text(sheets, lang), "utf-8", newline="\n")


def page_text(sheets: Sequence[Sheet], lang: str = "zh") -> str:
    """The sheets as the text of an HTML page."""
    titles = [part.text for sheet in sheets for part in sheet.parts if isinstance(part, Title)]
    body = "\n".join(_sheet(sheet, f"s{at}") for at, sheet in enumerate(sheets))
    name = html.escape(titles[0] if titles else sheets[0].name)
    tongue = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}"><head><meta charset="utf-8">'
        f"<title>{name}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _sheet(sheet: Sheet, mark: str) -> str:
    said: list[str] = []
    last: Listing | None = None
    for number, part in enumerate(sheet.parts):
        said.append(_part(part, last, f"{mark}p{number}x"))
        last = part if isinstance(part, Listing) else last
    return "<section>\n" + "\n".join(said) + "\n</section>"


def _part(part: Part, last: Listing | None, mark: str) -> str:
    if isinstance(part, Title):
        return f"<h1>{html.escape(part.text)}</h1>"
    if isinstance(part, Line):
        right = html.escape(part.right)
        return f'<p class="line"><span>{html.escape(part.text)}</span><span>{right}</span></p>'
    if isinstance(part, Paragraph):
        text = html.escape(part.text).replace("\n", "<br>")
        return f"<p>{f'<b>{text}</b>' if part.bold else text}</p>"
    if isinstance(part, Fields):
        return _fields(part)
    if isinstance(part, Boxes):
        texts = (html.escape(text).replace("\n", "<br>") for text in part.texts)
        return f'<div class="boxes">{"".join(f"<div>{text}</div>" for text in texts)}</div>'
    if isinstance(part, Check):
        return f'<p class="line"><i>{html.escape(part.text)}: {_plain(part.value, 2)}</i></p>'
    if isinstance(part, Chart):
        return "" if last is None else chart_svg(part, last, mark)
    return _listing(part)


def _fields(part: Fields) -> str:
    rows = []
    for start in range(0, len(part.pairs), part.across):
        pairs = part.pairs[start : start + part.across]
        cells = "".join(f"<th>{html.escape(name)}</th>{_cell(value)}" for name, value in pairs)
        rows.append(f"<tr>{cells}</tr>")
    return "<table>" + "".join(rows) + "</table>"


def _listing(listing: Listing) -> str:
    styles = (
        [None] * listing.frame.height
        if listing.style is None
        else listing.frame[listing.style].to_list()
    )
    rows = [f'<div class="wide"><table><thead>{_headings(listing.columns)}</thead><tbody>']
    for style, values in zip(styles, listing.values().iter_rows(), strict=True):
        cells = zip(values, listing.columns, strict=True)
        unsigned = style == "adjust"
        said = "".join(_cell(_shown(value, unsigned), column) for value, column in cells)
        rows.append(f'<tr class="{style}">{said}</tr>' if style else f"<tr>{said}</tr>")
    rows.append("</tbody>")
    rows.append(f"<tfoot>{''.join(_feet(listing))}</tfoot>")
    return "\n".join(rows) + "</table></div>"


def _feet(listing: Listing) -> Iterator[str]:
    """The total row and those below it."""
    columns = listing.columns
    if listing.total is not None:
        sums = [listing.total_of(column) for column in columns]
        sums[0] = listing.total if sums[0] is None else sums[0]
        said = "".join(_cell(value, one) for value, one in zip(sums, columns, strict=True))
        yield f"<tr>{said}</tr>"
    for footer in listing.footers:
        looks = [attrs.evolve(c, kind=footer.kind, decimals=footer.decimals) for c in columns]
        values: list[Value] = [footer.values.get(column.name) for column in columns]
        values[0] = footer.text if values[0] is None else values[0]
        said = "".join(_cell(value, one) for value, one in zip(values, looks, strict=True))
        yield f"<tr>{said}</tr>"


def _headings(columns: Sequence[Column]) -> str:
    if not any(column.group for column in columns):
        return "<tr>" + "".join(f"<th>{html.escape(c.heading)}</th>" for c in columns) + "</tr>"
    top, low, at = [], [], 0
    while at < len(columns):
        group, end = columns[at].group, at + 1
        while group and end < len(columns) and columns[end].group == group:
            end += 1
        if group:
            top.append(f'<th colspan="{end - at}">{html.escape(group)}</th>')
            low += [f"<th>{html.escape(column.heading)}</th>" for column in columns[at:end]]
        else:
            top.append(f'<th rowspan="2">{html.escape(columns[at].heading)}</th>')
        at = end
    return f"<tr>{''.join(top)}</tr><tr>{''.join(low)}</tr>"


def _cell(value: Value, column: Column | None = None) -> str:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return f"<td>{html.escape(_plain(value, 2))}</td>"
    if column is not None and column.blank_zero and not value:
        return '<td class="n"></td>'
    places = 2 if column is None else column.decimals
    if column is not None and column.kind == "percent" and isinstance(value, Decimal):
        said = f"{_plain(value * 100, places)}%"
    elif column is not None and column.kind == "number" and isinstance(value, Decimal):
        said = f"{value.normalize():f}"
    else:
        said = _plain(value, places)
    return f'<td class="n{" r" if value < 0 else ""}">{said}</td>'


def _shown(value: Value, unsigned: bool) -> Value:  # noqa: FBT001
    """An amount without its sign where the text of its row says it."""
    return abs(value) if unsigned and isinstance(value, Decimal) else value


def _plain(value: Value, places: int) -> str:
    if isinstance(value, Decimal):
        exact = value == round(value, places)
        return f"{value:,.{places}f}" if exact else f"{value.normalize():,f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value)
