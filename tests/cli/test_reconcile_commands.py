"""``reconcile``, ``statement`` and ``offset``: keys, exit codes, files, nothing overwritten."""

import json
from pathlib import Path

import openpyxl
import pytest

import kamcore as kc
from command_line import kamcore
from matching.document_books import documents_of
from matching.histories import AS_OF, drawn
from matching.two_books import two_books
from set_off_books import given

DATE = AS_OF.isoformat()
SIDE = {"opening", "debit", "credit", "closing"}
REF = {"voucher", "line_no", "date", "amount", "text"}
KEYS = {
    "kamcore", "as_of", "policy", "ours", "theirs", "matched", "differences", "table",
    "adjusted", "drafts",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Our books as a K/3 workbook, those of a party that differs as U8 text."""
    place = tmp_path_factory.mktemp("books")
    both = two_books(drawn(4, parties=4))
    name = max(both.theirs, key=lambda one: sum(cause.party == one for cause in both.causes))
    kc.write(both.ours, place / "我方.xlsx", "kingdee-k3")
    kc.write(both.theirs[name], place / "对方.txt", "yonyou-u8-text")
    (place / "name.txt").write_text(name, "utf-8")
    return place


def reconciled(folder, *more):
    name = (folder / "name.txt").read_text("utf-8")
    words = ("reconcile", "我方.xlsx", "对方.txt", "--party", name[:4], "--as-of", DATE)
    return kamcore(*words, *more, cwd=folder)


def test_reconcile_prints_the_contract(folder):
    done = reconciled(folder, "--json")
    said = done.json
    assert done.code == 1
    assert set(said) >= KEYS
    assert set(said["ours"]) == SIDE
    assert set(said["theirs"]) == SIDE | {"mirrored"}
    for one in said["matched"]:
        assert set(one) >= {"ours", "theirs", "amount", "rule"}
    assert said["differences"]
    for one in said["differences"]:
        assert set(one) >= {"cause", "ours", "theirs", "amount", "proof"}
        assert all(set(ref) >= REF for ref in (*one["ours"], *one["theirs"]))
    assert all(set(row) >= {"text", "ours", "theirs"} for row in said["table"])
    assert said["adjusted"]["equal"] is True
    assert said["adjusted"]["ours"] == said["adjusted"]["theirs"]
    for draft in said["drafts"]:
        assert set(draft) >= {"date", "word", "lines", "reason", "rule"}
    assert said["proof"]["zero"] is True


def test_reconcile_writes_what_is_asked_for_and_never_over_a_file(folder, tmp_path):
    book, letter, drafts = (tmp_path / name for name in ("对账.xlsx", "对账函.html", "调整.xlsx"))
    more = (
        "-o",
        str(book),
        "--letter",
        str(letter),
        "--drafts",
        str(drafts),
        "--to",
        "kingdee-k3",
    )
    assert reconciled(folder, *more).code == 1
    assert book.exists()
    assert "对账函" in letter.read_text("utf-8") or "Reconciliation" in letter.read_text("utf-8")
    again = reconciled(folder, *more)
    assert again.code == 2
    assert reconciled(folder, *more, "--force").code == 1


def test_an_unknown_party_is_wrong_use_with_those_there_are(folder):
    done = kamcore(
        "reconcile",
        "我方.xlsx",
        "对方.txt",
        "--party",
        "谁",
        "--as-of",
        DATE,
        "--json",
        cwd=folder,
    )
    assert done.code == 2
    assert done.json["error"]["code"] == "M2301"
    assert "K001" in done.json["error"]["hint"]


def test_statements_of_one_party_and_of_all(folder, tmp_path):
    name = (folder / "name.txt").read_text("utf-8")
    one = kamcore(
        "statement", "我方.xlsx", "--party", name, "--as-of", DATE, "--json", cwd=folder
    ).json
    (found,) = one["statements"]
    assert found["name"] == name
    assert found["rows"][-1]["balance"] == found["closing"]
    out = tmp_path / "信函"
    words = ("statement", "我方.xlsx", "--all", "--as-of", DATE, "--letter", "confirmation")
    done = kamcore(*words, "-o", str(out), "--json", cwd=folder)
    assert done.code == 0
    assert len(list(out.glob("*.html"))) == len(done.json["statements"]) == 4
    assert kamcore("statement", "我方.xlsx", "--as-of", DATE, cwd=folder).code == 2


def test_offset_shows_drafts_and_writes_only_when_asked(tmp_path):
    path = tmp_path / "账.jsonl"
    kc.write(given(), path, "native")
    words = ("offset", str(path), "--kind", "advance-receivable", "--as-of", DATE)
    said = kamcore(*words, "--json").json
    assert [(row["party"], row["amount"]) for row in said["rows"]] == [("C1", "300.00")]
    assert said["drafts"][0]["lines"][0]["aux"] == {"customer": "C1"}
    assert list(tmp_path.iterdir()) == [path]
    out = tmp_path / "对冲.jsonl"
    assert kamcore(*words, "-o", str(out)).code == 0
    assert len(kc.read(out).books.vouchers) == 1
    back = kamcore(*words, "--undo", "--json").json
    assert back["drafts"][0]["lines"][0]["debit"] == "-300.00"
    missing = kamcore("offset", str(path), "--kind", "receivable-transfer", "--as-of", DATE)
    assert missing.code == 2
    bad = kamcore(*words, "--amount", "viel", "--json")
    assert json.loads(bad.out)["error"]["code"] == "U1004"


def test_the_log_says_what_was_sent_and_what_differs_and_who_is_late(folder, tmp_path):
    log = tmp_path / "对账记录.jsonl"
    logged = ("--log", str(log), "--person", "王会计")
    words = ("statement", "我方.xlsx", "--all", "--as-of", DATE)
    sent = kamcore(*words, "-o", str(tmp_path / "信函.xlsx"), *logged, cwd=folder)
    assert sent.code == 0
    assert len(log.read_text("utf-8").splitlines()) == 4
    assert reconciled(folder, *logged).code == 1
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert events[4]["state"] == "differing"
    assert {event["state"] for event in events[5:]} == {"open"}
    before = log.read_bytes()
    assert reconciled(folder, *logged).code == 1
    assert log.read_bytes() == before, "the same once more is no news"
    due = kamcore(*words, "--due", "--log", str(log), "--cycle", "1=7", "--json", cwd=folder)
    assert due.code == 1
    assert {row["cycle"] for row in due.json["due"]} == {7}
    assert kamcore(*words, "--due", "--cycle", "1=90", cwd=folder).code == 2
    code = due.json["due"][0]["party"]
    forms = f"""
[tier_policy]
name = "办法"
[[tier_policy.levels]]
code = "top"
zh = "甲"
[[tier_policy.plans]]
level = "top"
reconcile_days = 10
[[tier_record]]
customer = "{code}"
level = "top"
since = 2020-01-01
"""
    (tmp_path / "tiers.toml").write_text(forms, "utf-8")
    tiers = ("--tiers", str(tmp_path / "tiers.toml"))
    due = kamcore(*words, "--due", "--log", str(log), *tiers, "--json", cwd=folder)
    cycles = {row["party"]: row["cycle"] for row in due.json["due"]}
    assert cycles.pop(code) == 10
    assert set(cycles.values()) == {31}
    log.write_text("{]", "utf-8")
    broken = kamcore(*words, "--due", "--log", str(log), "--json", cwd=folder)
    assert broken.code == 3
    assert broken.json["error"]["code"] == "C6201"


def test_what_came_back_and_what_is_disputed_is_noted_and_listed(folder, tmp_path):
    log = tmp_path / "对账记录.jsonl"
    name = (folder / "name.txt").read_text("utf-8")
    who = ("--log", str(log), "--person", "王会计")
    words = ("statement", "我方.xlsx", "--party", name, "--as-of", DATE)
    early = kamcore(*words, "--mark", "returned", *who, "--json", cwd=folder)
    assert early.json["error"]["code"] == "E2101"
    assert "not sent" in early.json["error"]["message"]
    assert kamcore(*words, "-o", str(tmp_path / "函.html"), *who, cwd=folder).code == 0
    later = ("--dated", "2026-01-09", "--note", "已盖章")
    back = kamcore(*words, "--mark", "returned", *who, *later, "--json", cwd=folder)
    assert [(e["state"], e["on"], e["note"]) for e in back.json["added"]] == [
        ("returned", "2026-01-09", "已盖章")
    ]
    assert reconciled(folder, *who).code == 1
    listed = ("statement", "我方.xlsx", "--as-of", "2026-02-01", "--disputes", "--log", str(log))
    found = kamcore(*listed, "--json", cwd=folder)
    assert found.code == 1
    one = found.json["disputes"][0]
    assert one["party"] == back.json["added"][0]["party"]
    assert (one["state"], one["open"], one["days"]) == ("open", True, 32)
    said = (*words[:2], "--as-of", DATE, "--dispute", f"{one['key'][:8]}=settled", *who, *later)
    assert kamcore(*said, cwd=folder).code == 0
    out = tmp_path / "争议.xlsx"
    again = kamcore(*listed, "-o", str(out), "--json", cwd=folder)
    assert out.exists()
    assert again.json["open"] == found.json["open"] - 1
    assert again.json["disputes"][0]["note"] == "已盖章"
    refused = (("--dispute", "zzzz=settled"), ("--dispute", f"{one['key']}=sold"))
    codes = [kamcore(*words, *more, *who, "--json", cwd=folder) for more in refused]
    assert [done.json["error"]["code"] for done in codes] == ["M2341", "U1004"]
    for bad in (("--mark", "agreed"), ("--disputes",), ("--mark", "agreed", "--log", str(log))):
        assert kamcore(*words, *bad, cwd=folder).code == 2


@pytest.mark.parametrize("name", ["信.html", "信.xlsx", "信"])
def test_letters_of_all_stand_in_one_file_or_in_a_folder(folder, tmp_path, name):
    out = tmp_path / name
    words = ("statement", "我方.xlsx", "--all", "--as-of", DATE, "-o", str(out), "--json")
    done = kamcore(*words, "--reply-to", "海门远山 财务部 王会计", cwd=folder)
    assert done.code == 0
    assert out.is_dir() == (name == "信")
    if name != "信.xlsx":
        text = "".join(Path(one).read_text("utf-8") for one in done.json["output"])
        assert text.count("海门远山 财务部 王会计") == 4
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = kamcore(*words, cwd=folder)
    assert again.json["error"]["code"] == "C1001"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_statements_become_lists_and_due_parties_a_workbook(folder, tmp_path):
    words = ("statement", "我方.xlsx", "--all", "--as-of", DATE)
    text = tmp_path / "对账单.csv"
    assert kamcore(*words, "-o", str(text), cwd=folder).code == 0
    rows = text.read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + sum(
        1 + len(one["rows"]) for one in kamcore(*words, "--json", cwd=folder).json["statements"]
    )
    due = tmp_path / "应对账.xlsx"
    assert kamcore(*words, "--due", "-o", str(due), cwd=folder).code == 1
    (sheet,) = openpyxl.load_workbook(due).worksheets
    assert sheet.max_row == 3 + 4
    for bad in ("对账单.doc", "no/对账单.xlsx"):
        assert kamcore(*words, "-o", str(tmp_path / bad), cwd=folder).code == 2


def test_nothing_is_written_where_the_log_or_the_person_is_missing(folder, tmp_path):
    out = tmp_path / "函.html"
    words = ("statement", "我方.xlsx", "--all", "--as-of", DATE, "-o", str(out))
    for more in (("--log", str(tmp_path / "a.jsonl")), ("--log", "no/a.jsonl", "--person", "甲")):
        assert kamcore(*words, *more, cwd=folder).code == 2
        assert reconciled(folder, "--letter", str(out), *more).code == 2
        assert list(tmp_path.iterdir()) == []


def test_a_list_of_the_other_company_is_reconciled_from_the_command_line(folder, tmp_path):
    name = (folder / "name.txt").read_text("utf-8")
    said = kamcore(
        "statement", "我方.xlsx", "--party", name, "--as-of", DATE, "--json", cwd=folder
    ).json
    (one,) = said["statements"]
    rows = [[row["date"], row["voucher"], row["credit"], row["debit"]] for row in one["rows"]]
    odd = tmp_path / "对方.csv"
    heads = ["到货那天", "票", "我方给", "贵方送"]
    odd.write_text("\n".join(map(",".join, [heads, *rows])), "gb18030")
    words = ("reconcile", "我方.xlsx", str(odd), "--party", name, "--as-of", DATE)
    refused = kamcore(*words, "--json", cwd=folder)
    assert refused.code == 3
    assert refused.json["error"]["code"] == "C5301"
    named = [
        f"--their-column={pair}" for pair in ("date=到货那天", "raised=贵方送", "lowered=我方给")
    ]
    done = kamcore(*words, *named, "--json", cwd=folder)
    assert done.code == 0
    assert done.json["their_list"]["records"] == len(rows)
    assert done.json["ours"]["closing"] == done.json["theirs"]["closing"] == one["closing"]
    shown = kamcore(*words, *named, cwd=folder)
    assert "到货那天" in shown.text


def test_a_side_of_documents_is_reconciled_and_said_to_be_one(folder, tmp_path):
    both = two_books(drawn(4, parties=4))
    name = (folder / "name.txt").read_text("utf-8")
    kc.write(documents_of(both.ours, "customer"), tmp_path / "单据", "native")
    kc.write(both.theirs[name], tmp_path / "对方", "native")
    words = ("reconcile", "单据", "对方", "--party", name[:4], "--as-of", DATE)
    found = kamcore(*words, "--json", cwd=tmp_path)
    wanted = reconciled(folder, "--json").json
    assert found.code == 1
    assert found.json["read_from"] == {"ours": "documents", "theirs": "vouchers"}
    assert wanted["read_from"] == {"ours": "vouchers", "theirs": "vouchers"}
    for key in ("ours", "theirs", "adjusted"):
        assert found.json[key] == wanted[key]
    assert found.json["proof"]["zero"] is True
    shown = kamcore(*words, "--drafts", "草稿", "--to", "native", cwd=tmp_path)
    assert "our side is read from documents" in shown.text
    assert "their side" not in shown.text
    drafted = kc.read(tmp_path / "草稿").books
    assert drafted.vouchers.height == len(found.json["drafts"]) > 0
    assert set(drafted.lines["account"]) >= {"1122"}
