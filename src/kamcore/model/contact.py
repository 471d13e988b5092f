"""People at a party (联系人): who answers for what, how to reach them, and between which days."""

import datetime as dt

import attrs

from kamcore.model.word import Word


class ContactRole(Word):
    """What a contact answers for."""

    BUSINESS = "business", "业务"
    PAYMENT = "payment", "付款"
    USER = "user", "使用"
    BUYER = "buyer", "采购"
    SUPPORT = "support", "支持"
    TOP = "top", "高层"
    RECIPIENT = "recipient", "收货"
    OTHER = "other", "其他"


@attrs.frozen(kw_only=True)
class Contact:
    """A person at a party."""

    name: str
    role: ContactRole = ContactRole.BUSINESS
    position: str = ""
    department: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    messenger: str = ""
    """WeChat or another messenger."""
    place: str = ""
    """Where business is talked over, or where to collect payment."""
    main: bool = False
    since: dt.date | None = None
    until: dt.date | None = None

    def counts_on(self, day: dt.date) -> bool:
        """Say whether the person is the party's contact on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )
