"""Whose books these are, and which system wrote them."""

import attrs

from kamcore.model.scheme import CodeScheme


@attrs.frozen(kw_only=True)
class Entity:
    """The owner of a set of books (账套) and the system it came from."""

    name: str = ""
    credit_code: str = ""
    base_currency: str = "CNY"
    scheme: CodeScheme | None = None
    system: str = ""
    system_version: str = ""
    first_period: tuple[int, int] | None = None
    last_period: tuple[int, int] | None = None
