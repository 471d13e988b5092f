"""Write docs/formats/ and docs/errors/ from the code: cards of formats, and faults.

In the READMEs the text between ``<!-- transcript NAME N … -->`` and ``<!-- end -->`` is replaced
by commands N of ``tests/console/NAME.console``, counted from 1, as a tested run printed them.

python docs/generate.py           write the pages
python docs/generate.py --check   leave with 1 when a page is stale
"""

import pkgutil
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

import kamcore
from kamcore.books import schema
from kamcore.cli.files.card import EVIDENCE_ZH
from kamcore.cli.files.formats import droppable
from kamcore.errors import Fault
from kamcore.format import Evidence, Fact, Format
from kamcore.format.fact import ANY_DIMENSION
from kamcore.plugin import Registry

DOCS = Path(__file__).parent
READMES = (DOCS.parent / "README.md", DOCS.parent / "README.zh-CN.md")
TRANSCRIPTS = DOCS.parent / "tests" / "console"
SHOWN = re.compile(r"<!-- transcript (\S+) ([\d ]+) -->\n.*?<!-- end -->", re.DOTALL)
NOT_LISTED = ("kamcore-daybook", "kamcore-hostile")
MADE = "<!-- Written by docs/generate.py; edit the code, not this page. -->"

EVIDENCE = {
    Evidence.CONFIRMED: "seen in a real file, in the vendor's documents, or in code talking to "
    "the product",
    Evidence.CORROBORATED: "several independent programs agree; no real file seen",
    Evidence.REPORTED: "one program, tutorial or forum page says so",
    Evidence.GUESSED: "by inference; test on a real file first",
}
KINDS = {
    "B": "the books (账套)",
    "C": "conversion and files (转换)",
    "D": "forms written by hand (表单)",
    "E": "parties and contracts (往来单位与合同)",
    "F": "the contract of a format (格式约定)",
    "G": "sheets, text and values (表格与取值)",
    "K": "Kingdee layouts (金蝶版式)",
    "L": "the ledger (账簿)",
    "M": "chart of accounts, matching and reconciliation (科目体系, 核销与对账)",
    "N": "the native format (原生格式)",
    "P": "plug-ins and recognition (插件与识别)",
    "Q": "prices, orders and rebates (价格, 订单与返利)",
    "R": "tiers, credit and month end (分级, 信用与月结)",
    "S": "the national standard (国家标准)",
    "T": "reports through layouts (版式报表)",
    "U": "the command line (命令行)",
    "Y": "Yonyou layouts (用友版式)",
}


def pages() -> dict[Path, str]:
    """Every page, by path."""
    formats = list(Registry(_own_plugins()).formats.values())
    found = {DOCS / "formats" / "README.md": _formats_index(formats)}
    for card in formats:
        found[DOCS / "formats" / f"{card.name}.md"] = _format_page(card, formats)
    known = faults()
    found[DOCS / "errors" / "README.md"] = _errors_index(known)
    for code, (fault, module) in known.items():
        found[DOCS / "errors" / f"{code}.md"] = _error_page(fault, module)
    return found | {path: _with_transcripts(path.read_text("utf-8")) for path in READMES}


def _own_plugins() -> dict[str, EntryPoint]:
    """The plug-ins kept beside the core, whatever else is installed here.

    Those with bad manners and the example are no formats anyone has files of.
    """
    found = {}
    for path in sorted(DOCS.parent.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text("utf-8"))["project"]
        if project["name"] not in NOT_LISTED:
            points = project.get("entry-points", {}).get("kamcore", {})
            found |= {name: EntryPoint(name, value, "kamcore") for name, value in points.items()}
    return found


def _with_transcripts(text: str) -> str:
    return SHOWN.sub(lambda found: _transcript(found[1], found[2]), text)


def _transcript(name: str, numbers: str) -> str:
    """Commands of a transcript with what they print to standard output."""
    played = (TRANSCRIPTS / f"{name}.console").read_text("utf-8")
    runs = [run for run in re.split(r"(?m)^(?=> )", played) if run.startswith("> ")]
    said = []
    for number in numbers.split():
        lines = runs[int(number) - 1].splitlines()
        kept = [line for line in lines if not re.match(r"! |\[\d+\]$", line)]
        said.append("\n".join(kept).rstrip() + "\n")
    body = "\n".join(said)
    return f"<!-- transcript {name} {numbers} -->\n```console\n{body}```\n<!-- end -->"


def stale() -> list[str]:
    """Pages that differ from what the code says, and pages of nothing."""
    wanted = pages()
    differing = [p for p, text in wanted.items() if not p.exists() or p.read_text("utf-8") != text]
    return sorted(
        path.relative_to(DOCS.parent).as_posix() for path in [*differing, *_orphans(wanted)]
    )


def main() -> int:
    if "--check" in sys.argv:
        found = stale()
        print("\n".join(found))
        return int(bool(found))
    wanted = pages()
    for path in _orphans(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    print(f"{len(wanted)} pages")
    return 0


def _orphans(wanted: Iterable[Path]) -> list[Path]:
    known = set(wanted)
    there = [page for folder in ("formats", "errors") for page in (DOCS / folder).glob("*.md")]
    return [path for path in there if path not in known]


def faults() -> dict[str, tuple[Fault, str]]:
    """Every fault of the package by code, with the module that defines it."""
    found: dict[str, tuple[Fault, str]] = {}
    for module in _modules():
        for thing in vars(import_module(module)).values():
            # A fault imported elsewhere is listed where it is defined: names sort downward.
            if isinstance(thing, Fault) and _defines(module, thing):
                found[thing.code] = (thing, module)
    return dict(sorted(found.items()))


def _modules() -> Iterator[str]:
    for info in pkgutil.walk_packages(kamcore.__path__, "kamcore."):
        if not info.name.startswith("kamcore.testing"):
            yield info.name


def _defines(module: str, fault: Fault) -> bool:
    source = Path(str(import_module(module).__file__)).read_text("utf-8")
    return f'"{fault.code}"' in source


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in row) + " |" for row in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _page(*parts: str) -> str:
    return "\n".join([MADE, "", *(part.rstrip("\n") + "\n" for part in parts if part)])


def _formats_index(formats: list[Format]) -> str:
    rows = [
        (
            f"[{card.name}]({card.name}.md)",
            f"{card.title} / {card.title_en or card.title}",
            f"{card.evidence} {EVIDENCE_ZH[str(card.evidence)]}",
            " ".join(f"`{suffix}`" for suffix in card.suffixes),
            str(len(card.reads)),
            str(len(card.writes)) if card.is_writable else "-",
        )
        for card in formats
    ]
    marks = [f"- **{mark}** ({EVIDENCE_ZH[mark]}): {text}" for mark, text in EVIDENCE.items()]
    return _page(
        "# Formats (格式)",
        _table(("name", "title", "evidence", "suffixes", "facts read", "facts written"), rows),
        "How well a layout is known:\n\n" + "\n".join(marks),
        "## What a conversion drops (转换时放弃的内容)",
        "Facts that the source can say and the target cannot; the page of the source names them. "
        "A conversion lists those that the file really states.",
        _matrix(formats),
    )


def _matrix(formats: list[Format]) -> str:
    targets = [card for card in formats if card.is_writable]
    rows = [
        (
            card.name,
            *(
                str(len(droppable(card, target))) if target is not card else "·"
                for target in targets
            ),
        )
        for card in formats
    ]
    return _table(("from \\ to", *(card.name for card in targets)), rows)


def _format_page(card: Format, formats: list[Format]) -> str:
    mark = card.evidence
    about = [
        ("name (名称)", f"`{card.name}`"),
        ("vendor (厂商)", card.vendor or "-"),
        ("suffixes (后缀)", " ".join(f"`{suffix}`" for suffix in card.suffixes)),
        ("evidence (依据)", f"{mark} {EVIDENCE_ZH[str(mark)]}: {EVIDENCE[mark]}"),
        ("what was seen", card.evidence_note or "-"),
        ("layout (版式出处)", card.spec or "-"),
        ("next step (下一步)", " / ".join(text for text in card.next_step if text) or "-"),
    ]
    options = [(f"`{name}`", said) for name, said in card.options.items()]
    return _page(
        f"# {card.title} / {card.title_en or card.title}",
        _table(("", ""), about),
        ("## Options (选项)\n\n" + _table(("option", "meaning"), options)) if options else "",
        _limits(card),
        "## Facts (内容)\n\n" + _facts(card),
        _drops(card, formats),
    )


def _limits(card: Format) -> str:
    limits = card.limits
    encoding = limits.encoding or "UTF-8"
    rows = [(f"`{f}`", f"{n} bytes of {encoding}") for f, n in limits.text_bytes.items()]
    rows += [(f"`{fact}`", f"{n} characters") for fact, n in limits.text_chars.items()]
    rows += [(f"`{fact}`", f"{n} decimals") for fact, n in limits.decimals.items()]
    rows += [(f"character {mark!r}", f"becomes {to!r}") for mark, to in limits.forbidden.items()]
    if limits.rows_per_file:
        rows.append(("rows of a file", f"{limits.rows_per_file:,}"))
    if limits.lines_per_voucher:
        rows.append(("lines of a voucher", f"{limits.lines_per_voucher:,}"))
    return "## Limits (限制)\n\n" + _table(("what", "limit"), rows) if rows else ""


def _facts(card: Format) -> str:
    writes = card.writes if card.is_writable else frozenset()
    rows = [
        (f"`{fact}`", _title(fact), _mark(fact, card.reads), _mark(fact, writes))
        for fact in _in_order(card.reads | writes)
    ]
    return _table(("fact", "内容", "reads", "writes"), rows)


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    tables = list(schema.TABLES)

    def key(fact: Fact) -> tuple[int, int, str]:
        names = schema.TABLES[fact.table].names
        known = fact.column in names
        return (tables.index(fact.table), names.index(fact.column) if known else 999, fact.column)

    return sorted(facts, key=key)


def _title(fact: Fact) -> str:
    if fact.column == ANY_DIMENSION:
        return f"{schema.TABLES[fact.table].zh}·任一核算维度"
    return fact.title("zh")


def _mark(fact: Fact, facts: Iterable[Fact]) -> str:
    return "yes" if fact.within(facts) else "-"


def _drops(card: Format, formats: list[Format]) -> str:
    parts = []
    for target in formats:
        if target is card or not target.is_writable:
            continue
        dropped = ", ".join(f"`{fact}`" for fact in _in_order(droppable(card, target)))
        parts.append(f"- to [{target.name}]({target.name}.md): {dropped or 'nothing'}")
    if not parts:
        return ""
    return "## What a conversion drops (转换时放弃的内容)\n\n" + "\n".join(parts)


def _errors_index(known: dict[str, tuple[Fault, str]]) -> str:
    parts = ["# Codes (代码)", "Every fault has a stable code. `kamcore check FILE` lists them."]
    for letter in sorted({code[0] for code in known}):
        rows = [
            (f"[{code}]({code}.md)", str(fault.severity), f"`{fault.zh}`", f"`{fault.en}`")
            for code, (fault, _) in known.items()
            if code[0] == letter
        ]
        parts.append(f"## {letter}: {KINDS.get(letter, letter)}")
        parts.append(_table(("code", "severity", "中文", "English"), rows))
    return _page(*parts)


def _error_page(fault: Fault, module: str) -> str:
    rows = [("message (消息)", fault.zh, fault.en)]
    if fault.hint_zh or fault.hint_en:
        rows.append(("hint (提示)", fault.hint_zh, fault.hint_en))
    return _page(
        f"# {fault.code}",
        f"Severity {fault.severity}; found by `{module}`. Words in braces are filled in.",
        _table(("", "中文", "English"), [(a, f"`{b}`", f"`{c}`") for a, b, c in rows]),
    )


if __name__ == "__main__":
    sys.exit(main())
