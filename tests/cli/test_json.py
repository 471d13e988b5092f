"""The keys of every command with ``--json``: one object on standard output, whatever happens."""

import hashlib
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from command_line import DEMO, kamcore

PLACE = {"file", "sheet", "row", "column", "line", "path", "voucher"}
SIDE = {"format", "path", "vouchers", "lines", "debit", "credit", "sha256"}
INSPECT = {
    "kamcore", "format", "title", "evidence", "reason", "encoding", "sheets", "vouchers",
    "lines", "debit", "credit", "first_date", "last_date", "accounts", "dimensions", "problems",
}  # fmt: skip
U8 = ("--to", "yonyou-u8-text", "--option", "unmappable=replace")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(DEMO, tmp_path / "凭证2025Q1.xls")
    return tmp_path


def test_inspect(folder):
    done = kamcore("inspect", "凭证2025Q1.xls", "--json", cwd=folder)
    assert done.code == 0
    found = done.json
    assert set(found) >= INSPECT
    assert found["format"] == "kingdee-k3"
    assert found["debit"] == found["credit"] == "7093894.71"
    assert (found["first_date"], found["last_date"]) == ("2025-01-03", "2025-03-31")
    assert found["chart"]["family"] in {"ASBE", "ASBE-NEW"}
    assert found["chart"]["scheme"] == "4-2-2"
    assert {d["id"]: d["members"] for d in found["dimensions"]}["customer"] == 10
    assert all(set(d) == {"id", "label", "members"} for d in found["dimensions"])


def test_check_counts_by_code_and_gives_every_place(folder):
    path = folder / "改.jsonl"
    assert kamcore("convert", "凭证2025Q1.xls", path.name, "--to", "native", cwd=folder).code == 0
    text = path.read_text("utf-8")
    path.write_text(text.replace('"debit":"18333.33', '"debit":"18333.34'), "utf-8")
    done = kamcore("check", path.name, "--json", cwd=folder)
    assert done.code == 1
    found = done.json
    assert set(found) >= {"kamcore", "format", "problems", "counts"}
    assert found["counts"] == {problem["code"]: 3 for problem in found["problems"]}
    assert len(found["problems"]) == 3
    for problem in found["problems"]:
        assert set(problem) == {"code", "severity", "place", "value", "message", "hint"}
        assert set(problem["place"]) == PLACE
        assert problem["severity"] in {"error", "warning", "info"}


def test_convert_says_both_sides_the_losses_and_the_proof(folder):
    done = kamcore("convert", "凭证2025Q1.xls", "U8.txt", *U8, "--json", cwd=folder)
    assert done.code == 0
    found = done.json
    assert set(found) >= {"kamcore", "source", "target", "losses", "proof", "mapping"}
    for side, file in (("source", "凭证2025Q1.xls"), ("target", "U8.txt")):
        assert set(found[side]) >= SIDE
        digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        assert found[side]["sha256"] == digest
    assert found["source"]["debit"] == found["target"]["debit"] == "7093894.71"
    assert found["proof"]["equal"] is True
    assert found["proof"]["differences"] == []
    assert "lines.debit" in found["proof"]["fields_compared"]
    assert found["mapping"] == {
        "used": False, "unmapped": [], "merged": [], "balances_equal": True,
    }  # fmt: skip
    kinds = {(loss["kind"], loss["fact"]) for loss in found["losses"]}
    assert ("cut", "lines.summary") in kinds
    assert ("dropped", "lines.aux_bank_account") in kinds
    for loss in found["losses"]:
        assert set(loss) >= {"kind", "fact", "count", "first"}
        assert set(loss["first"]["place"]) == PLACE
    assert b"write" in done.err


def test_the_workbook_of_losses_lists_what_json_lists(folder):
    done = kamcore("convert", "凭证2025Q1.xls", "U8.txt", *U8, "--json", cwd=folder)
    path = folder / done.json["loss_report"]
    assert path.name == "U8.损失.xlsx"
    sheet = openpyxl.load_workbook(path).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [(row[2], row[3]) for row in rows] == [
        (loss["fact"], loss["count"]) for loss in done.json["losses"]
    ]


def test_the_workbook_of_losses_can_be_left_out_and_is_never_overwritten(folder):
    words = ("convert", "凭证2025Q1.xls", "U8.txt", *U8)
    left_out = kamcore(*words, "--no-loss-report", "--json", cwd=folder)
    assert left_out.json["loss_report"] is None
    assert not (folder / "U8.损失.xlsx").exists()
    (folder / "U8.txt").unlink()
    (folder / "U8.损失.xlsx").write_text("mine")
    numbered = kamcore(*words, "--json", cwd=folder)
    assert numbered.json["loss_report"] == "U8.损失(2).xlsx"
    assert (folder / "U8.损失.xlsx").read_text() == "mine"
    forced = kamcore(*words, "--force", "--json", cwd=folder)
    assert forced.json["loss_report"] == "U8.损失.xlsx"
    assert (folder / "U8.损失.xlsx").read_bytes()[:2] == b"PK"


def test_a_loss_is_refused_where_none_is_allowed(folder):
    done = kamcore("convert", "凭证2025Q1.xls", "U8.txt", *U8, "--no-loss", "--json", cwd=folder)
    assert done.code == 4
    assert done.json["error"]["kind"] == "loss"
    assert not (folder / "U8.txt").exists()


def test_an_incomplete_mapping_writes_nothing_and_proposes_each_row(folder):
    (folder / "对照.toml").write_text('[accounts]\n"1002.01" = "100201"\n', "utf-8")
    words = ("convert", "凭证2025Q1.xls", "U8.txt", *U8, "--mapping", "对照.toml")
    done = kamcore(*words, "--json", cwd=folder)
    assert done.code == 4
    assert done.json["error"]["code"] == "C3003"
    rows = {row["code"]: row for row in done.json["mapping"]["unmapped"]}
    assert rows["1122.01"]["proposal"] == "112201"
    assert rows["1122.01"]["part"] == "accounts"
    assert rows["1122.01"]["lines"] > 30
    assert not list(folder.glob("U8*"))
    said = kamcore(*words, cwd=folder, KAMCORE_LANG="zh")
    assert "没有写出任何文件" in said.text
    assert "112201" in said.text


def test_the_source_is_never_its_own_target(folder):
    before = (folder / "凭证2025Q1.xls").read_bytes()
    words = ("convert", "凭证2025Q1.xls", "凭证2025Q1.xls", "--to", "native", "--force", "--json")
    done = kamcore(*words, cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (2, "U1007")
    assert (folder / "凭证2025Q1.xls").read_bytes() == before


def test_an_option_is_a_pair_and_known_to_its_format(folder):
    words = ("convert", "凭证2025Q1.xls", "U8.txt", "--to", "yonyou-u8-text", "--json")
    for option, code in (("unmappable", "U1006"), ("=x", "U1006"), ("colour=red", "F1001")):
        done = kamcore(*words, "--option", option, cwd=folder)
        assert (done.code, done.json["error"]["code"]) == (2, code)
    done = kamcore("inspect", "凭证2025Q1.xls", "--option", "colour=red", "--json", cwd=folder)
    assert done.json["error"]["code"] == "F1001"


def test_a_file_nobody_knows_is_an_unreadable_source(folder):
    (folder / "x.bin").write_bytes(b"\x00\x01\x02" * 99)
    for words in (("inspect", "x.bin"), ("check", "x.bin"), ("convert", "x.bin", "y", *U8)):
        done = kamcore(*words, "--json", cwd=folder)
        assert (done.code, done.json["error"]["kind"]) == (3, "source")
        assert done.json["error"]["place"]["file"] == "x.bin"


def test_formats(folder):
    found = kamcore("formats", "--json", cwd=folder).json["formats"]
    for card in found:
        assert set(card) >= {
            "name", "title", "vendor", "evidence", "reads", "writes", "suffixes",
        }  # fmt: skip
    assert {"kingdee-k3", "yonyou-u8-text", "native"} <= {card["name"] for card in found}
    one = kamcore("formats", "native", "--json", cwd=folder).json["formats"]
    assert [card["name"] for card in one] == ["native"]


def test_plugins_lists_the_built_in_ones():
    found = kamcore("plugins", "--json").json["plugins"]
    assert all(row["loaded"] for row in found)
    assert {name for row in found for name in row["formats"]} >= {"native", "kingdee-k3"}


def test_a_broken_plugin_is_listed_and_exit_code_5_only_when_asked_for():
    listed = kamcore("plugins", "--json", KAMCORE_PLUGINS="no-such-guest")
    assert listed.code == 0
    broken = [row for row in listed.json["plugins"] if not row["loaded"]]
    assert [row["name"] for row in broken] == ["no-such-guest"]
    assert broken[0]["problem"]["code"] == "P1012"
    asked = kamcore("plugins", "no-such-guest", "--json", KAMCORE_PLUGINS="no-such-guest")
    assert (asked.code, asked.json["error"]["kind"]) == (5, "plugin")
    assert "no-such-guest" in kamcore("plugins", KAMCORE_PLUGINS="no-such-guest").text


def test_demo_proves_both_conversions(folder):
    done = kamcore("demo", "--output", "演示 文件", "--json", cwd=folder)
    assert done.code == 0
    inspected, there, back, report = done.json["steps"]
    assert there["proof"]["equal"]
    assert back["proof"]["equal"]
    sums = [Decimal(step["target"]["debit"]) for step in (there, back)]
    assert sums == [Decimal(inspected["debit"])] * 2
    totals = {name: Decimal(amount) for name, amount in report["totals"].items()}
    left = totals["opening"] + totals["sales"] - totals["receipts"]
    assert left == totals["closing"] != 0
    assert len(list((folder / "演示 文件").iterdir())) >= 4
