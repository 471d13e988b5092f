"""The mapping form: TOML and rows, with every mistake reported at its place."""

import pytest

from kamcore.errors import SourceError
from kamcore.forms.mapping import Pair, from_pairs, from_toml
from kamcore.place import Place


def test_toml_builds_a_mapping() -> None:
    text = '[accounts]\n"1122.01" = "112201"\n[members."客户"]\n"0004" = "C04"\n'
    code_map = from_toml(text, "map.toml")
    assert code_map.accounts == {"1122.01": "112201"}
    assert code_map.members == {"customer": {"0004": "C04"}}
    assert not code_map.keep_unlisted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[accounts", "D1001"),
        ("[accounts]\na = 1\n", "D1002"),
        ("[acounts]\na = '1'\n", "D1002"),
        ("[accounts]\na = ' '\n", "D1004"),
    ],
)
def test_a_wrong_form_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        from_toml(text, "map.toml")
    assert caught.value.code == code
    assert caught.value.place.file == "map.toml"


def test_every_mistake_in_rows_is_listed() -> None:
    def pair(row: int, source: str, target: str) -> Pair:
        return Pair("accounts", source, target, Place(file="m.xlsx", sheet="科目对照", row=row))

    with pytest.raises(SourceError) as caught:
        from_pairs([pair(2, "1", "A"), pair(3, "1", "B"), pair(4, "2", ""), pair(5, "", "C")])
    error = caught.value
    assert (error.code, error.place.row) == ("D1003", 3)
    assert error.problem.message("zh") == "源代码「1」对照到两个目标: A, B"
    assert [(p.code, p.place.row) for p in error.problems] == [("D1004", 4), ("D1005", 5)]
