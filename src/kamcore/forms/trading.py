"""What the forms of prices, orders and rebates share: discounts, bands, lists in one cell."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator

from kamcore.errors import UsageError
from kamcore.forms.cell import Figure, Flag, Mistake, as_figure, as_text
from kamcore.forms.contract import Discount
from kamcore.forms.form import Form, column
from kamcore.model.band import Band
from kamcore.model.price import Rounding, RoundingMode

__all__ = ["BandForm", "Level", "Names", "built", "rounding_of"]

T = TypeVar("T")

HUNDRED = Decimal(100)


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(as_text(one) for one in value)
    words = as_text(value).replace("，", ",").replace("、", ",").replace(";", ",")
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _level(value: Any) -> Decimal:
    percent = isinstance(value, str) and value.strip().endswith(("%", "％"))
    return as_figure(value.strip()[:-1]) / HUNDRED if percent else as_figure(value)


Level = Annotated[Decimal, BeforeValidator(_level)]
"""A figure, or a share with its percent sign."""
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""Several codes in one cell, with commas between."""


def built(make: Callable[..., T], **facts: Any) -> T:
    """Make a value of the model; what it refuses is a mistake of the record.

    Raises:
        Mistake: the model refuses the value.
    """
    try:
        return make(**facts)
    except UsageError as error:
        problem = error.problem
        facts_of: dict[str, Any] = dict(problem.facts)
        raise Mistake(problem.fault, problem.value, **facts_of) from error


def rounding_of(place: Decimal | None, mode: RoundingMode | None) -> Rounding | None:
    """The rounding two cells state, or None when they state none."""
    if place is None and mode is None:
        return None
    return Rounding(place or Decimal("0.01"), mode or RoundingMode.HALF_UP)


class BandForm(Form):
    """A band of quantity or amount; one of price and discount."""

    start: Figure = column("从", "from", default=Decimal(0), example="500")
    end: Figure | None = column("至", "to", default=None, note=("空白为以上", "blank: no end"))
    start_in: Flag = column("含起点", "from included", default=True)
    end_in: Flag = column("含终点", "to included", default=False)
    price: Figure | None = column("档价格", "band price", default=None)
    discount: Discount | None = column("档折扣", "band discount", default=None, example="9.2折")

    def build(self) -> Band:
        """Make the value of the model."""
        return Band(**dict(self))
