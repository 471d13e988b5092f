"""``kamcore layout``: drafting a layout and trying it."""

from pathlib import Path

import pytest

from command_line import kamcore

SAMPLES = Path(__file__).parents[1] / "adapters" / "tabular" / "samples"
LIST = str(SAMPLES / "yonyou-u8-journal.csv")


def test_learn_then_test(tmp_path):
    done = kamcore("layout", "learn", LIST, "-o", "u8.toml", "--json", cwd=tmp_path)
    assert done.code == 0
    found = done.json
    assert (found["header_row"], found["kind"]) == (1, "vouchers")
    assert found["layout"] == (tmp_path / "u8.toml").read_text("utf-8")
    first = found["columns"][0]
    assert set(first) == {"letter", "heading", "field", "meaning", "reason", "examples"}
    assert first["field"] == "vouchers.date"
    done = kamcore("layout", "test", "u8.toml", LIST, "--json", cwd=tmp_path)
    assert done.code == 0
    found = done.json
    assert (found["vouchers"], found["lines"], found["debit"]) == (3, 6, "5707.00")
    assert found["missing"] == []
    assert found["rows"]["lines"][0]["debit"] == "5000.00"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_for_a_person(tmp_path, lang):
    done = kamcore("layout", "learn", LIST, "--lang", lang, cwd=tmp_path)
    assert done.code == 0
    assert 'field = "vouchers.date"' in done.text
    assert ("表头在第 1 行" if lang == "zh" else "headings in row 1") in done.text
    (tmp_path / "own.toml").write_text(done.text[done.text.index("name = ") :], "utf-8")
    done = kamcore("layout", "test", "own.toml", LIST, "--lang", lang, cwd=tmp_path)
    assert done.code == 0
    assert ("没有发现问题" if lang == "zh" else "no problems found") in done.text


def test_a_layout_that_does_not_fit_leaves_columns_over(tmp_path):
    learned = kamcore("layout", "learn", LIST, "-o", "own.toml", cwd=tmp_path)
    assert learned.code == 0
    text = (tmp_path / "own.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(text.replace('"摘要"', '"备注"'), "utf-8")
    found = kamcore("layout", "test", "own.toml", LIST, "--json", cwd=tmp_path).json
    assert found["missing"] == ["备注"]
    assert found["verbatim"] == ["摘要"]


def test_a_file_there_is_not_replaced_unasked(tmp_path):
    (tmp_path / "own.toml").write_text("mine", "utf-8")
    assert kamcore("layout", "learn", LIST, "-o", "own.toml", cwd=tmp_path).code == 2
    assert (tmp_path / "own.toml").read_text("utf-8") == "mine"
    assert kamcore("layout", "learn", LIST, "-o", "own.toml", "--force", cwd=tmp_path).code == 0


def test_wrong_use():
    assert kamcore("layout", "teach").code == 2
    assert kamcore("layout", "--json").json["error"]["kind"] == "usage"
    assert kamcore("layout").code == 0
    assert kamcore("layout", "test", "nowhere.toml", LIST).code == 2


def test_other_commands_take_a_layout(tmp_path):
    kamcore("layout", "learn", LIST, "-o", "own.toml", cwd=tmp_path)
    done = kamcore("inspect", LIST, "--option", "layout=own.toml", "--json", cwd=tmp_path)
    assert done.code == 0
    assert (done.json["format"], done.json["lines"]) == ("tabular", 6)
