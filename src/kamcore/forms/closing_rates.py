"""The form of closing rates (期末汇率): one currency and period a row."""

from typing import ClassVar

from kamcore.errors import Fault
from kamcore.forms.cell import Figure, Flag, Mistake, Text
from kamcore.forms.form import Card, Form, column
from kamcore.model.closing_rate import ClosingRate

NOT_POSITIVE = Fault(
    code="D8011",
    zh="汇率必须大于零, 不能是 {value}",
    en="a rate is more than zero, not {value}",
)


class ClosingRateForm(Form):
    """The closing rate of a currency."""

    card: ClassVar[Card] = Card(
        kind="closing_rate",
        zh="期末汇率",
        en="closing rates",
        key=("currency", "period"),
        note_zh="每行一种外币; 直接标价为 1 外币折合本位币, 间接标价为 1 本位币折合外币。",
        note_en="One currency a row: base currency per unit, or units per base where indirect.",
    )
    currency: Text = column("币种", "currency", example="USD")
    rate: Figure = column("汇率", "rate", example="7.1890")
    period: Text = column("会计期间", "period", default="", example="2026-03")
    indirect: Flag = column("间接标价", "indirect", default=False, example="false")

    def build(self) -> ClosingRate:
        """Make the value of the model.

        Raises:
            Mistake: the rate is not more than zero.
        """
        if self.rate <= 0:
            raise Mistake(NOT_POSITIVE, self.rate, "rate")
        return ClosingRate(**dict(self))
