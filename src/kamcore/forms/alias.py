"""The form of other names (别名, 曾用名): a name, the party it means, and between which days."""

from typing import ClassVar

from kamcore.errors import Fault
from kamcore.forms.cell import Day, Mistake, Text
from kamcore.forms.form import Card, Form, column
from kamcore.model.company_name import Alias

TURNED = Fault(
    code="D8101",
    zh="别名的终止日 {value} 早于起始日",
    en="the last day of the alias, {value}, is before its first",
)


class AliasForm(Form):
    """Another name of a party."""

    card: ClassVar[Card] = Card(
        kind="alias",
        zh="别名",
        en="aliases",
        key=("name", "party", "since"),
        note_zh="每行一个别名或曾用名及其所指单位的编码; 起止日都包含在内, 留空表示不限。",
        note_en="One other name a row, with the code of the party; both days are included.",
    )
    name: Text = column("别名|曾用名", "name", example="华东一百")
    party: Text = column("单位编码|编码", "party", example="C001")
    since: Day | None = column("起始日", "since", default=None, example="2024-01-01")
    until: Day | None = column("终止日", "until", default=None, example="2025-06-30")

    def build(self) -> Alias:
        """Make the value of the model.

        Raises:
            Mistake: the last day is before the first.
        """
        if self.since and self.until and self.until < self.since:
            raise Mistake(TURNED, self.until, "until")
        return Alias(**dict(self))
