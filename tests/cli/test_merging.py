"""``kamcore merge`` on files: what is told, refused, written and proved."""

import datetime as dt

import pytest

from command_line import kamcore
from kamcore.pipeline import read, write
from small_books import books, cr, dr, voucher


def sale(number, amount, **more):
    return voucher(number, dr("1122", amount), cr("6001", amount), poster="甲", **more)


@pytest.fixture
def folder(tmp_path):
    april = dt.date(2025, 4, 2)
    sets = {
        "a": books(sale(1, "10"), sale(2, "20")),
        "b": books(sale(2, "20"), sale(4, "40"), sale(1, "1", date=april)),
        "c": books(sale(1, "11")),
    }
    for name, made in sets.items():
        write(made, tmp_path / f"{name}.jsonl", "native")
    return tmp_path


def test_two_months_become_one_file(folder):
    asked = ("merge", "a.jsonl", "b.jsonl", "-o", "all.jsonl", "--to", "native", "--json")
    done = kamcore(*asked, cwd=folder)
    said = done.json
    assert done.code == 1
    assert [(one["vouchers"], one["kept"]) for one in said["sources"]] == [(2, 2), (3, 2)]
    assert [one["voucher"] for one in said["repeats"]] == ["2025-01 记-2"]
    gaps = [(gap["year"], gap["period"], gap["first"]) for gap in said["gaps"]]
    assert gaps == [(2025, 1, 3), (2025, 2, None), (2025, 3, None)]
    assert said["conflicts"] == said["changed"] == []
    assert said["proof"]["equal"]
    assert said["target"]["vouchers"] == 4
    assert read(folder / "all.jsonl").books.vouchers.height == 4


def test_a_conflict_is_refused_and_told(folder):
    asked = ("merge", "a.jsonl", "c.jsonl", "-o", "all.jsonl", "--to", "native")
    done = kamcore(*asked, "--json", cwd=folder)
    assert done.code == 4
    assert not (folder / "all.jsonl").exists()
    assert done.json["error"]["code"] == "C5201"
    [conflict] = done.json["conflicts"]
    assert conflict["fields"] == ["lines.debit", "lines.credit"]
    assert done.json["changed"] == [conflict]
    shown = kamcore(*asked, cwd=folder, KAMCORE_LANG="zh")
    assert "2025-01 记-1" in shown.text
    assert "借方" in shown.text


@pytest.mark.parametrize(
    ("keep", "debit"), [("first", "30.00"), ("last", "31.00"), ("both", "41.00")]
)
def test_keep_decides(folder, keep, debit):
    asked = ("merge", "a.jsonl", "c.jsonl", "-o", "all.jsonl", "--to", "native", "--keep", keep)
    done = kamcore(*asked, "--json", cwd=folder)
    assert done.json["target"]["debit"] == debit


def test_without_a_target_nothing_is_written(folder):
    before = sorted(folder.iterdir())
    done = kamcore("merge", "a.jsonl", "c.jsonl", cwd=folder)
    assert done.code == 1
    assert sorted(folder.iterdir()) == before


def test_companies_are_told_apart(folder):
    asked = ("merge", "a.jsonl", "c.jsonl", "-o", "all.jsonl", "--to", "native", "--json")
    done = kamcore(*asked, "--companies", "甲,乙", cwd=folder)
    assert done.json["conflicts"] == []
    lines = read(folder / "all.jsonl").books.lines
    assert lines["aux_company"].to_list() == ["甲"] * 4 + ["乙"] * 2
    assert kamcore(*asked[:3], "--companies", "甲", cwd=folder).code == 2


def test_wrong_use(folder):
    assert kamcore("merge", "a.jsonl", "-o", "x.jsonl", cwd=folder).code == 2
    assert kamcore("merge", cwd=folder).code == 2
    same = ("merge", "a.jsonl", "-o", "a.jsonl", "--to", "native", "--force")
    assert kamcore(*same, cwd=folder).code == 2
    kept = ("merge", "a.jsonl", "-o", "b.jsonl", "--to", "native")
    assert kamcore(*kept, cwd=folder).code == 2
