"""A layout as a person writes it: every mistake with its place."""

from pathlib import Path

import pytest

from kamcore.adapters.tabular import shipped
from kamcore.errors import SourceError, UsageError
from kamcore.format.layout import cell_kind, facts_of, fields, is_field, meaning
from kamcore.pipeline.layout_text import toml_of
from kamcore.pipeline.layouts import layout_of, read_layout

GOOD = """
name = "own-list"
title = "自用凭证列表"
kind = "vouchers"
columns = [
  { headings = ["日期"], field = "vouchers.date" },
  { headings = ["科目"], field = "lines.account", need = true },
  { headings = ["借方"], field = "lines.debit" },
]
"""


def mistakes(tmp_path: Path, text: str):
    path = tmp_path / "我的版式.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError) as caught:
        read_layout(path)
    problems = [caught.value.problem, *caught.value.problems]
    assert {problem.place.file for problem in problems} == {"我的版式.toml"}
    return {problem.place.path: problem for problem in problems}


def test_a_layout_of_ones_own(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(GOOD, "utf-8")
    layout = read_layout(path)
    assert [column.key for column in layout.columns][1:] == ["lines.account", "lines.debit"]


def test_a_file_that_is_not_there():
    with pytest.raises(UsageError, match="C2011"):
        read_layout("nowhere.toml")


def test_a_text_that_is_no_toml(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("name = [", "utf-8")
    with pytest.raises(SourceError, match="D2001"):
        read_layout(path)


def test_all_mistakes_of_shape_are_listed_with_their_places(tmp_path):
    text = GOOD.replace('kind = "vouchers"', 'kind = "list"\ncolour = 1')
    found = mistakes(tmp_path, text.replace("need = true", 'need = "yes"'))
    assert set(found) == {"kind", "colour", "columns.2.need"}
    assert {problem.code for problem in found.values()} == {"D2002"}


def test_an_unknown_field_gives_near_ones(tmp_path):
    problem = mistakes(tmp_path, GOOD.replace("lines.debit", "lines.debt"))["columns.3.field"]
    assert problem.code == "D2003"
    assert "lines.debit" in problem.hint("zh")


def test_a_field_of_two_columns(tmp_path):
    found = mistakes(tmp_path, GOOD.replace("vouchers.date", "lines.account"))
    assert found["columns.2.field"].code == "D2004"
    assert found["columns.2.field"].facts["first"] == 1


def test_an_unknown_kind_of_cells(tmp_path):
    found = mistakes(tmp_path, GOOD.replace("need = true", 'kind = "money"'))
    assert found["columns.2.kind"].code == "D2002"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"lines.account"', '"lines.summary"'),
        ('"lines.debit"', '"lines.quantity"'),
        ('"lines.debit"', '"amount"'),
        ('"vouchers.date"', '"packed"'),
    ],
)
def test_what_a_kind_cannot_do_without(tmp_path, old, new):
    """An account, an amount, the side of an amount, how auxiliaries are packed."""
    assert mistakes(tmp_path, GOOD.replace(old, new))["columns"].code == "D2005"


def test_a_sheet_name_that_is_no_pattern(tmp_path):
    text = GOOD.replace('name = "own-list"', 'name = "own-list"\nsheet = "("')
    assert mistakes(tmp_path, text)["sheet"].code == "D2006"


def test_filling_and_skipping_name_fields_of_the_layout(tmp_path):
    more = 'name = "own-list"\nfill = ["names.account"]'
    text = GOOD.replace('name = "own-list"', more) + '\n[skip]\n"lines.currency" = ["合计"]\n'
    assert set(mistakes(tmp_path, text)) == {"fill", "skip.lines.currency"}


@pytest.mark.parametrize("layout", shipped(), ids=lambda layout: layout.name)
def test_layouts_survive_being_spelled(layout, tmp_path):
    path = tmp_path / "again.toml"
    path.write_text(toml_of(layout), "utf-8")
    assert read_layout(path) == layout


def test_every_field_has_a_kind_and_a_meaning():
    for field in fields():
        name = field.replace("*", "customer")
        assert is_field(name)
        assert cell_kind(name)
        assert meaning(name, "zh")
        assert meaning(name, "en")
    assert not is_field("lines.colour")
    assert not is_field("lines.date")


def test_a_layout_reads_the_facts_of_its_fields():
    (layout,) = [layout for layout in shipped() if layout.name == "kingdee-kis-ledger"]
    facts = set(map(str, facts_of(layout)))
    assert {"lines.debit", "vouchers.number", "balances.opening", "accounts.name"} <= facts
    assert "lines.fx_debit" not in facts


def test_plain_data_is_checked_like_a_file():
    with pytest.raises(SourceError, match="D2002"):
        layout_of({"name": "x"})
