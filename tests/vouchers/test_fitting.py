"""Texts cut to bytes of GBK."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamcore.vouchers.fitting import cut


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("收" * 30, "收" * 30),
        ("收" * 31, "收" * 30),
        ("a" + "收" * 30, "a" + "收" * 29),
        ("a" * 61, "a" * 60),
        ("收" * 29 + " 到到", "收" * 29),
        (None, None),
    ],
)
def test_texts_are_cut_at_a_character(text, kept):
    texts = pl.Series("summary", [text], dtype=pl.String)
    assert cut(texts, 60).to_list() == [kept]
    assert cut(texts, 60).name == "summary"


@given(st.lists(st.none() | st.text(st.characters(codec="gbk"), min_size=1), max_size=5))
def test_what_is_kept_fits_the_encoding(texts):
    series = pl.Series(texts, dtype=pl.String)
    for text, kept in zip(texts, cut(series, 7), strict=True):
        assert kept is None or (len(kept.encode("gbk")) <= 7 and kept in text)
