"""Losses add up, and one found while writing is refused like one the card foretells."""

import pytest

from kamcore.adapters.native import Native
from kamcore.errors import LossRefused
from kamcore.format import Losses, LossKind
from kamcore.place import Place
from small_books import books, cr, dr, voucher

BOOKS = books(voucher(1, dr("1122", "9.99"), cr("6001", "9.99")))


class Cutting(Native):
    """Notes while writing that texts were cut, in two steps."""

    def render(self, given, target, losses, options):
        super().render(given, target, losses, options)
        losses.note(LossKind.CUT, "lines.summary", 2, Place(row=3), "长")
        losses.note(LossKind.CUT, "lines.summary", 1, Place(row=9), "短")


def test_losses_of_one_fact_add_up_and_keep_the_first_place():
    losses = Losses()
    losses.note(LossKind.CUT, "lines.summary", 0, Place(row=1))
    losses.note(LossKind.CUT, "lines.summary", 2, Place(row=3), "长")
    losses.note(LossKind.CUT, "lines.summary", 1, Place(row=9), "短")
    losses.note(LossKind.ROUNDED, "lines.debit", 1, Place(row=9))
    found = [(loss.kind, loss.count, loss.first.row, loss.example) for loss in losses]
    assert found == [("cut", 3, 3, "长"), ("rounded", 1, 9, "")]


def test_a_loss_found_while_writing_is_refused_and_nothing_is_left(tmp_path):
    target = tmp_path / "a.jsonl"
    with pytest.raises(LossRefused) as caught:
        Cutting().write(BOOKS, target, allow_loss=False)
    assert caught.value.code == "F2001"
    assert not target.exists()
    report = Cutting().write(BOOKS, target)
    assert [loss.count for loss in report] == [3]
    assert target.exists()
