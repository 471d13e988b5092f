"""Account codes with dots, whatever the source writes."""

import pytest

from kamcore.books import Books
from kamcore.model.entity import Entity
from kamcore.model.scheme import CodeScheme
from kamcore.vouchers.dotted import with_dots
from small_books import books, dr, voucher


@pytest.mark.parametrize(
    ("code", "spelled"),
    [("66020101", "6602.01.01"), ("1001", "1001"), ("6602.01", "6602.01"), ("66021", "66021")],
)
def test_levels_get_dots_and_odd_codes_stay(code, spelled):
    given = Books(Entity(scheme=CodeScheme((4, 2))))
    assert with_dots(given)(code) == spelled


def test_without_a_scheme_the_codes_in_use_tell_it():
    given = books(voucher(1, dr("1001001", "1"), dr("1001", "1")))
    assert with_dots(given)("1122001") == "1122.001"
