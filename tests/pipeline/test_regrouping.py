"""Sub-accounts to members and back through files: rules, the command line, the proof."""

import openpyxl
import polars as pl
import pytest

from command_line import kamcore
from kamcore.errors import SourceError
from kamcore.forms.sub_accounts import rules_from_toml, rules_to_toml
from kamcore.model.sub_account import SubAccount, rules_of
from kamcore.pipeline import read, write
from kamcore.pipeline.regrouping import read_rules
from matching_books import accounts
from small_books import books, cr, dr, voucher


@pytest.fixture
def folder(tmp_path):
    chart = accounts(
        ("1122", "应收账款"), ("1122.01", "甲样例公司"), ("1122.02", "乙样例公司"),
        ("6001", "收入"),
    )  # fmt: skip
    lines = (dr("1122.01", "10"), dr("1122.02", "20.50"), cr("6001", "30.50"))
    write(books(voucher(1, *lines, preparer="甲"), accounts=chart), tmp_path / "a.jsonl", "native")
    return tmp_path


def convert(folder, src, dst, *more):
    return kamcore("convert", src, dst, "--to", "native", *more, "--json", cwd=folder)


def test_there_by_name_and_back_by_the_saved_rule(folder):
    there = convert(folder, "a.jsonl", "b.jsonl", "--sub-accounts", "to-auxiliary",
                    "--save-rule", "rule.toml")  # fmt: skip
    proof = there.json["proof"]["sub_accounts"]
    assert proof["equal"]
    assert (proof["debit"], proof["credit"]) == ("30.50", "30.50")
    assert [(row["account"], row["member"]) for row in proof["rows"]] == [
        ("1122.01", "01"),
        ("1122.02", "02"),
    ]
    lines = read(folder / "b.jsonl").books.lines
    assert lines["account"].to_list() == ["1122", "1122", "6001"]
    assert lines["aux_customer"].to_list() == ["01", "02", None]
    back = convert(folder, "b.jsonl", "c.jsonl", "--sub-accounts", "to-accounts",
                   "--rule", "rule.toml")  # fmt: skip
    assert back.json["proof"]["sub_accounts"]["equal"]
    first, last = (read(folder / f"{name}.jsonl").books for name in "ac")
    assert last.lines.equals(first.lines)
    assert last.accounts["code"].to_list() == first.accounts["code"].to_list()


def test_the_screen_says_what_was_compared(folder):
    asked = ("convert", "a.jsonl", "b.jsonl", "--to", "native", "--sub-accounts", "to-auxiliary")
    shown = kamcore(*asked, cwd=folder, KAMCORE_LANG="zh").text
    assert "明细科目与核算项目: 2 个对应" in shown


def test_members_to_accounts_without_a_rule_and_back(folder):
    convert(folder, "a.jsonl", "b.jsonl", "--sub-accounts", "to-auxiliary")
    done = convert(folder, "b.jsonl", "c.jsonl", "--sub-accounts", "to-accounts",
                   "--save-rule", "back.toml")  # fmt: skip
    proof = done.json["proof"]["sub_accounts"]
    assert proof["equal"]
    assert [(row["member"], row["account"]) for row in proof["rows"]] == [
        ("01", "112201"),
        ("02", "112202"),
    ]
    convert(folder, "c.jsonl", "d.jsonl", "--sub-accounts", "to-auxiliary", "--rule", "back.toml")
    there, again = (read(folder / f"{name}.jsonl").books for name in "bd")
    assert again == there


def test_an_account_above_comes_back_with_its_name_through_a_file_of_vouchers(folder):
    chart = accounts(("1122.01", "境内货款"), ("6001", "收入"))
    line = dr("1122.01", "10", aux={"customer": "0001"}, currency="CNY")
    made = books(voucher(1, line, cr("6001", "10", currency="CNY"), preparer="甲"), accounts=chart)
    write(made, folder / "k.xls", "kingdee-k3")
    there = ("convert", "k.xls", "l.xls", "--to", "kingdee-k3", "--sub-accounts", "to-accounts")
    assert kamcore(*there, "--save-rule", "up.toml", cwd=folder).code == 0
    gone = read(folder / "l.xls").books.accounts
    assert "境内货款" not in gone["name"].to_list()
    back = ("convert", "l.xls", "m.xls", "--to", "kingdee-k3", "--sub-accounts", "to-auxiliary")
    assert kamcore(*back, "--rule", "up.toml", cwd=folder).code == 0
    first, last = (read(folder / f"{name}.xls").books for name in "km")
    assert last.facts_of("accounts").equals(first.facts_of("accounts"))
    assert last.facts_of("lines").equals(first.facts_of("lines"))


def test_without_parties_there_is_nothing_to_turn_into_accounts(tmp_path):
    write(books(voucher(1, preparer="甲")), tmp_path / "a.jsonl", "native")
    done = convert(tmp_path, "a.jsonl", "b.jsonl", "--sub-accounts", "to-accounts")
    assert (done.code, done.json["error"]["code"]) == (2, "C5102")


def test_all_that_was_known_of_an_account_comes_back_by_the_saved_rule(tmp_path):
    chart = accounts(("1122", "应收账款"), ("1122.01", "甲样例公司"), ("6001", "收入"))
    chart = chart.with_columns(
        unit=pl.when(pl.col("code") == "1122.01").then(pl.lit("件")),
        is_active=pl.when(pl.col("code") == "1122.01").then(pl.lit(value=False)),
        level=pl.col("code").str.contains(".", literal=True).cast(pl.Int64) + 1,
    )
    extras = pl.DataFrame(
        {
            "table": ["accounts", "accounts", "lines"],
            "row_id": [1, 2, 0],
            "field": ["FNote", "FNote", "FNote"],
            "value": ['说"明', "收", "行"],
        }
    )
    lines = (dr("1122.01", "10"), cr("6001", "10"))
    before = books(voucher(1, *lines, preparer="甲"), accounts=chart, extras=extras)
    write(before, tmp_path / "a.jsonl", "native")
    convert(tmp_path, "a.jsonl", "b.jsonl", "--sub-accounts", "to-auxiliary",
            "--save-rule", "rule.toml")  # fmt: skip
    gone = read(tmp_path / "b.jsonl").books
    assert gone.extras["value"].to_list() == ["行", "收"]
    convert(tmp_path, "b.jsonl", "c.jsonl", "--sub-accounts", "to-accounts", "--rule", "rule.toml")
    first, last = (read(tmp_path / f"{name}.jsonl").books for name in "ac")
    assert last.facts_of("accounts").equals(first.facts_of("accounts"))
    key = ["table", "row_id"]
    assert last.extras.sort(key).equals(first.extras.sort(key))


def test_where_nothing_can_be_learned_it_is_said(tmp_path):
    write(books(voucher(1, preparer="甲")), tmp_path / "a.jsonl", "native")
    done = convert(tmp_path, "a.jsonl", "b.jsonl", "--sub-accounts", "to-auxiliary")
    assert (done.code, done.json["error"]["code"]) == (2, "C5101")


def test_a_sum_that_would_change_is_refused(tmp_path):
    chart = accounts(("1122", "应收账款"), ("1122.01", "甲样例公司"), ("6001", "收入"))
    lines = (dr("1122.01", "1"), dr("1122", "5", aux={"customer": "01"}), cr("6001", "6"))
    write(books(voucher(1, *lines, preparer="甲"), accounts=chart), tmp_path / "a.jsonl", "native")
    done = convert(tmp_path, "a.jsonl", "b.jsonl", "--sub-accounts", "to-auxiliary")
    assert (done.code, done.json["error"]["code"]) == (3, "C5103")
    assert not (tmp_path / "b.jsonl").exists()


def test_rules_stand_in_a_workbook_too(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "明细科目对照"
    book.active.append(("上级科目", "类别", "明细科目", "项目代码", "项目名称"))
    book.active.append(("1122", "客户", "1122.01", "C01", "甲公司"))
    book.active.append(("2202", "供应商", None, None, None))
    book.save(tmp_path / "rule.xlsx")
    one, two = read_rules(tmp_path / "rule.xlsx")
    assert (one.account, one.dimension, one.members) == ("1122", "customer", {"1122.01": "C01"})
    assert (two.account, two.dimension, two.members) == ("2202", "supplier", {})
    book.active.title = "别的"
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(SourceError) as caught:
        read_rules(tmp_path / "other.xlsx")
    assert caught.value.code == "C5104"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rule = 1", "D1101"),
        ("[[rule]]\naccount = '1122'", "D1101"),
        ("[[rule", "D1101"),
        ("[[rule]]\naccount='1122'\ndimension='客户'\n[rule.members]\na='1'\nb='1'", "D1103"),
    ],
)
def test_mistakes_in_a_rule_are_said(text, code):
    with pytest.raises(SourceError) as caught:
        rules_from_toml(text, "rule.toml")
    assert caught.value.code == code


def test_a_row_without_its_account_is_said(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "明细科目对照"
    for row in (("上级科目", "类别", "明细科目"), (None, "客户", "1122.01")):
        book.active.append(row)
    book.save(tmp_path / "rule.xlsx")
    with pytest.raises(SourceError) as caught:
        read_rules(tmp_path / "rule.xlsx")
    assert (caught.value.code, caught.value.place.row) == ("D1102", 2)


def test_what_is_written_as_a_rule_reads_back():
    rows = tuple(
        SubAccount(
            account=f"1122.{n}", parent="1122", dimension="customer", member=f"C{n}", name=name
        )
        for n, name in ((1, '甲"公司'), (2, ""))
    )
    [rule] = rules_from_toml(rules_to_toml(rules_of(rows)), "rule.toml")
    assert rule.members == {"1122.1": "C1", "1122.2": "C2"}
    assert rule.names == {"1122.1": '甲"公司'}
