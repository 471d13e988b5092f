"""Limits of a format, as data: writers, laws and the matrix read the same numbers."""

from collections.abc import Mapping

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """What a layout's fields can hold.

    `text_bytes` and `text_chars` map a fact, such as ``lines.summary``, to the longest text its
    field takes, in bytes of `encoding` or in characters; `decimals` maps a fact to its decimal
    places; `forbidden` lists characters that no text may hold, with what replaces each;
    `rows_per_file` and `lines_per_voucher` are limits of the importing product.
    """

    encoding: str | None = None
    text_bytes: Mapping[str, int] = attrs.field(factory=dict)
    text_chars: Mapping[str, int] = attrs.field(factory=dict)
    decimals: Mapping[str, int] = attrs.field(factory=dict)
    forbidden: Mapping[str, str] = attrs.field(factory=dict)
    rows_per_file: int | None = None
    lines_per_voucher: int | None = None
