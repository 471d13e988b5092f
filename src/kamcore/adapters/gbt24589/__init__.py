"""GB/T 24589.1-2010 会计核算软件数据接口: 公共档案, 总账 and 应收应付 as one package.

A package is a folder or a zip of XML files, one a class, or a single such file.  Names, order and
types are those of the standard; no file of a product was seen.  The edition of 2024 would be a
second layout and a second writer beside these.
"""

from typing import ClassVar

from kamcore.adapters.gbt24589 import layout
from kamcore.format import Evidence, Format, Guess, Head

__all__ = ["FORMAT", "Gbt24589"]


class Gbt24589(Format):
    """公共档案, 总账 and 应收应付 of the national standard."""

    name = "gbt24589"
    title = "国标会计核算软件数据接口 GB/T 24589.1-2010"
    title_en = "national standard GB/T 24589.1-2010, common archives, ledger and receivables"
    vendor = "国家标准"
    suffixes = (".zip", ".xml")
    evidence = Evidence.CONFIRMED
    evidence_note = "names, order and types read in the standard; no file of a product seen"
    spec = "formats/gbt24589.md section 1: GB/T 24589.1-2010"
    reads = layout.READS
    writes = layout.WRITES
    limits = layout.LIMITS
    options: ClassVar[dict[str, str]] = {
        "strict": "yes (the default) fills a table that must not be empty with one row of zeros,"
        " no leaves such tables out",
    }

    next_step = (
        "把整个包交给审计或数据接收方; 会计软件一般不导入此格式",
        "hand the whole package to the auditor; ledger products do not import it as a rule",
    )

    def sniff(self, head: Head) -> Guess:
        """Look for the namespace of the standard, or for files of its classes."""
        if head.container == "xml" and layout.NAMESPACE in head.text:
            root = next((name for name in layout.CLASSES if f"<{name}" in head.text), "")
            if root:
                return Guess.sure(
                    f"XML 的命名空间是 GB/T 24589.1-2010, 根元素是「{root}」",
                    f"the XML is in the namespace of GB/T 24589.1-2010, its root is {root}",
                )
            return Guess.maybe(
                "XML 的命名空间是 GB/T 24589.1-2010, 但根元素不是已知的三类",
                "the XML is in the namespace of GB/T 24589.1-2010, but of another class",
            )
        if head.container in ("folder", "zip"):
            found = [
                name for name in layout.CLASSES if any(_is(name, part) for part in head.parts)
            ]
            if found:
                said = "、".join(found)
                return Guess.sure(f"包中有 {said} 的文件", f"the package holds files named {said}")
        return Guess.no("没有 GB/T 24589 的命名空间", "no namespace of GB/T 24589")


def _is(name: str, part: str) -> bool:
    file = part.rpartition("/")[2]
    return file.startswith(name) and file.lower().endswith(".xml")


FORMAT = Gbt24589()
