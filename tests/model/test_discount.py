"""Trade discounts as people write them: one value however said, refused when it is not clear."""

from decimal import Decimal

import pytest

from kamcore.errors import UsageError
from kamcore.model.discount import discount_text, paid_share

NINE_FIVE = (
    "九五折",
    "95折",
    "9.5折",
    "0.95",
    "5% off",
    "减5%",
    "打九五折",
    "９.５ 折",
    "让利 5%",
    "付95%",
)


@pytest.mark.parametrize("text", NINE_FIVE)
def test_one_discount_however_it_is_written(text):
    assert paid_share(text) == Decimal("0.95")


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("九折", "0.9"),
        ("八八折", "0.88"),
        ("9.2 折", "0.92"),
        ("九点二折", "0.92"),
        ("九二五折", "0.925"),
        ("92.5折", "0.925"),
        ("一折", "0.1"),
        ("对折", "0.5"),
        ("不打折", "1"),
        ("17.5% off", "0.825"),
        ("1", "1"),
    ],
)
def test_what_a_discount_means(text, share):
    assert paid_share(text) == Decimal(share)


@pytest.mark.parametrize(
    "text", ["5%", "10折", "0.95折", "105折", "95", "折", "", "-0.1", "九十折", "5"]
)
def test_what_is_not_clear_is_refused(text):
    with pytest.raises(UsageError) as caught:
        paid_share(text)
    assert caught.value.code == "Q1001"


@pytest.mark.parametrize("hundredths", range(1, 100))
def test_a_discount_reads_back_as_it_is_said(hundredths):
    share = Decimal(hundredths) / 100
    # A share under a tenth is said as 0.5 折, which is not read: nobody writes it.
    if share >= Decimal("0.1"):
        assert paid_share(discount_text(share)) == share
    assert paid_share(discount_text(share, "en")) == share
