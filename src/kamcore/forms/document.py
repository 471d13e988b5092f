"""The rows of a document list: what is kept of a party or a contract, in which state."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from kamcore.errors import Fault
from kamcore.forms.cell import Day, Mistake, Text, as_text
from kamcore.forms.form import Form, column
from kamcore.model.document import Document, DocumentKind, DocumentState

BAD_HASH = Fault(
    code="D5011",
    zh="「{value}」不是 SHA-256 摘要",
    en="{value!r} is no SHA-256 hash",
    hint_zh="64 位十六进制; 可用 kamcore contract check 计算",
    hint_en="64 hexadecimal digits; kamcore contract check works it out",
)

_HASH = re.compile(r"[0-9a-f]{64}")


def _hash(value: Any) -> str:
    text = as_text(value).lower()
    if text and not _HASH.fullmatch(text):
        raise Mistake(BAD_HASH, value)
    return text


HashText = Annotated[str, BeforeValidator(_hash)]
"""A SHA-256 hash in hexadecimal digits."""


class DocumentForm(Form):
    """A document of a list."""

    kind: DocumentKind = column("资料种类", "document kind")
    state: DocumentState = column("资料状态", "document state", default=DocumentState.COPY)
    title: Text = column("资料名称", "document title", default="")
    number: Text = column("资料编号", "document number", default="")
    date: Day | None = column("资料日期", "document date", default=None)
    valid_until: Day | None = column("有效期至", "valid until", default=None)
    file: Text = column("文件", "file", default="")
    sha256: HashText = column("文件摘要", "sha256", default="")
    keeper: Text = column("保管人", "keeper", default="")

    def build(self) -> Document:
        """Make the value of the model."""
        return Document(**dict(self))
