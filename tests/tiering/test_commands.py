"""``kamcore tier | credit | analyse``: the keys of --json, exit codes, reports, records."""

from pathlib import Path

import openpyxl
import pytest

from command_line import DEMO, kamcore

FORMS = """
[tier_policy]
name = "测试办法"
[[tier_policy.levels]]
code = "top"
zh = "甲"
[[tier_policy.levels]]
code = "rest"
zh = "乙"
[[tier_policy.conditions]]
of = "top"
measure = "sales"
value = 300000
[[tier_policy.conditions]]
of = "S9"
measure = "influence"
value = 4
[[tier_policy.criteria]]
code = "S9"
zh = "影响力"
[[tier_policy.plans]]
level = "top"
price_grade = "VIP"
credit_factor = "1.5"

[credit_policy]
warn_share = "90%"
hold_days = 60
[[credit_limit]]
customer = "0004"
amount = 700000
valid_from = 2025-01-01
[[credit_release]]
customer = "0007"
person = "李明"
since = 2025-03-01
until = 2025-03-31

[[customer_fact]]
customer = "0004"
measure = "influence"
value = 5
on = 2025-01-01
evidence = "行业协会"
[[tier_record]]
customer = "0008"
level = "top"
since = 2024-01-01
[[financials]]
customer = "0004"
year_end = 2024-12-31
current_assets = 400
total_assets = 1000
revenue = 2000
net_profit = 100
[[forecast]]
customer = "0004"
sales = 100000
margin = "20%"
staff = 5000
[[party]]
"编码" = "0004"
"地区" = "华东"
"注册资本" = 5000000
"""
DAY = ("--as-of", "2025-03-31", "--books", str(DEMO))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "表单.toml").write_text(FORMS, "utf-8")
    return tmp_path


def test_tiers_have_the_keys_of_the_contract(folder):
    done = kamcore("tier", "表单.toml", *DAY, "--json", cwd=folder)
    said = done.json
    assert done.code == 1  # 0008 is watched
    assert said["as_of"] == "2025-03-31"
    assert said["policy"]["levels"][0]["conditions"] == "sales of the last months ≥ 300000"
    rows = {row["customer"]: row for row in said["rows"]}
    assert set(rows["0004"]) >= {"tier", "previous", "since", "criteria", "reason"}
    (criterion,) = rows["0004"]["criteria"]
    assert (criterion["id"], criterion["met"]) == ("S9", True)
    assert criterion["evidence"].endswith("[行业协会, 2025-01-01]")
    assert rows["0012"]["criteria"][0]["met"] is None
    assert (rows["0004"]["tier"], rows["0012"]["tier"]) == ("top", "rest")
    watched = rows["0008"]
    assert (watched["previous"], watched["tier"], watched["computed"]) == ("top", "top", "rest")
    assert watched["watched_since"] == "2025-03-31"
    assert said["changes"]["watched"] == ["0008"]
    assert said["abc"][0]["customer"] == "0004"
    assert said["abc"][0]["class"] == "A"
    assert set(said["pareto"]) >= {"top20_share", "smallest_set_80", "concentration"}
    plan = next(row for row in said["plans"] if row["customer"] == "0004")
    assert (plan["price_grade"], plan["credit_factor"]) == ("VIP", "1.5")


def test_tiers_that_were_kept_are_given_again(folder):
    words = ("tier", "表单.toml", *DAY, "--records", "记录.toml", "-o", "等级.xlsx")
    done = kamcore(*words, cwd=folder)
    assert "0004" in done.text
    book = openpyxl.load_workbook(folder / "等级.xlsx")
    assert book.sheetnames == ["tiers", "customers by tier", "ABC", "plans"]
    assert book["ABC"]._charts
    again = FORMS[: FORMS.index("[[tier_record]]")] + FORMS[FORMS.index("[[financials]]") :]
    (folder / "二.toml").write_text(again, "utf-8")
    later = ("tier", "二.toml", "记录.toml", "--as-of", "2025-04-30", "--books", str(DEMO))
    rows = {row["customer"]: row for row in kamcore(*later, "--json", cwd=folder).json["rows"]}
    assert (rows["0004"]["change"], rows["0004"]["since"]) == ("kept", "2025-03-31")
    assert kamcore(*words, cwd=folder).code == 2


def test_a_credit_decision_has_the_keys_of_the_contract(folder):
    words = ("credit", "表单.toml", *DAY, "--customer", "0004", "--order", "20000")
    done = kamcore(*words, "--json", cwd=folder)
    said = done.json
    assert done.code == 1
    assert (said["decision"], said["rule"], said["limit"]) == ("hold", "over_limit", "700000.00")
    exposure = said["exposure"]
    assert set(exposure) == {"orders", "deliveries", "invoices", "notes", "advances", "total"}
    assert exposure["invoices"] == exposure["total"] == "687802.18"
    assert set(said["overdue"]) == {"amount", "oldest_days"}
    ratio = {part["ratio"]: part for part in said["score"]["parts"]}
    assert (ratio["net_margin"]["value"], ratio["net_margin"]["points"]) == ("0.05", "7.50")
    assert ratio["collection_days"]["missing"] == ["receivables"]
    assert set(said["suggestion"]) >= {"limit", "terms", "formula"}
    assert said["forecast"]["break_even"] == "25000.00"
    less = kamcore(*words[:-1], "10000", "--json", cwd=folder).json
    # The policy leaves the bounds of overdue amounts blank, so only the limit is near.
    assert (less["decision"], less["rule"]) == ("warn", "near_limit")


def test_the_credit_of_all_ties_to_its_totals(folder):
    done = kamcore("credit", "表单.toml", *DAY, "--json", "-o", "信用.html", cwd=folder)
    rows = {row["customer"]: row for row in done.json["rows"]}
    assert (rows["0007"]["decision"], rows["0007"]["person"]) == ("approve", "李明")
    total = sum(round(float(row["total"]) * 100) for row in rows.values())
    assert done.json["totals"]["total"] == f"{total / 100:.2f}"
    assert "released by a person" in (folder / "信用.html").read_text("utf-8")


def test_an_analysis_ties_to_the_sales(folder):
    done = kamcore("analyse", "表单.toml", *DAY, "--json", "-o", "分析.xlsx", cwd=folder)
    said = done.json
    for name in ("tier", "item", "region", "salesperson", "credit"):
        parts = said["composition"][name]
        cents = sum(round(float(part["amount"]) * 100) for part in parts)
        assert f"{cents / 100:.2f}" == said["sales"], name
    region = {part["region"]: part["customers"] for part in said["composition"]["region"]}
    assert region["华东"] == 1
    assert set(said) >= {"rfm", "repeat", "rhythm", "growing", "cohorts", "classes", "pareto"}
    book = openpyxl.load_workbook(folder / "分析.xlsx")
    assert all(sheet._charts for sheet in book.worksheets[:5])


def test_a_wrong_level_is_told_with_its_place(folder):
    (folder / "错.toml").write_text(
        FORMS.replace('level = "top"\nprice', 'level = "x"\nprice'), "utf-8"
    )
    done = kamcore("tier", "错.toml", *DAY, "--json", cwd=folder)
    assert done.code == 3
    assert (done.json["error"]["code"], done.json["error"]["value"]) == ("D9101", "x")


def test_without_sales_nothing_is_ranked(tmp_path):
    (tmp_path / "空.toml").write_text('[[customer_fact]]\ncustomer = "a"\nmeasure = "influence"\n'
                                      "value = 5\non = 2025-01-01\n", "utf-8")  # fmt: skip
    done = kamcore("tier", "空.toml", "--as-of", "2025-03-31", "--json", cwd=tmp_path)
    assert (done.code, done.json["abc"], done.json["pareto"]["top20_share"]) == (0, [], None)
    assert done.json["rows"][0]["key_account"] is True
    credit = kamcore("credit", "空.toml", "--as-of", "2025-03-31", "--json", cwd=tmp_path)
    assert (credit.code, credit.json["rows"]) == (0, [])
    shown = kamcore("analyse", "空.toml", "--as-of", "2025-03-31", cwd=tmp_path)
    assert shown.code == 0


def test_another_policy_is_run_over_the_past(folder):
    other = FORMS[: FORMS.index("[credit_policy]")].replace("value = 300000", "value = 9000000")
    (folder / "另.toml").write_text(other, "utf-8")
    words = ("tier", "表单.toml", *DAY, "--against", "另.toml", "--past", "2")
    found = kamcore(*words, "--json", cwd=folder).json["simulation"]
    differing = {row["customer"]: (row["ours"], row["other"]) for row in found["differing"]}
    assert differing["0004"] == ("top", "rest")
    assert {row["date"] for row in found["moves"]} == {"2025-02-28", "2025-03-31"}
    assert "0004  top -> rest" in kamcore(*words, cwd=folder).text
    none = kamcore(*words[:-3], "表单二.toml", cwd=folder)
    assert none.code == 2


def test_a_criterion_without_conditions_is_a_mistake(folder):
    wrong = FORMS.replace('of = "S9"', 'of = "top"').replace("value = 300000", 'value = "300000"')
    (folder / "错.toml").write_text(
        wrong.replace("value = 4", 'relation = ">="\nvalue = 4'), "utf-8"
    )
    done = kamcore("tier", "错.toml", *DAY, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (3, "D9104")


def test_an_export_among_the_forms_is_the_books(tmp_path):
    (tmp_path / "forms.toml").write_text(FORMS, "utf-8")
    words = ("tier", "forms.toml", "--as-of", "2025-03-31", "--json")
    named = kamcore(*words, "--books", str(DEMO), cwd=tmp_path)
    beside = kamcore(words[0], str(DEMO), *words[1:], cwd=tmp_path)
    assert beside.json["rows"] == named.json["rows"] != []
    assert beside.code == named.code


def test_a_scorecard_has_its_keys_and_its_page(folder):
    words = ("tier", "表单.toml", *DAY, "--scorecard", "--customer", "0004")
    said = kamcore(*words, "--json", "-o", "评估.html", cwd=folder).json
    assert {row["customer"] for row in said["assessments"]} == {
        row["customer"]
        for row in kamcore("tier", "表单.toml", *DAY, "--json", cwd=folder).json["rows"]
    }
    (card,) = said["scorecards"]
    assert set(card) >= {"customer", "tier", "points", "next", "plan", "history"}
    assert sum(row["customers"] for row in said["service_plans"]) == len(said["assessments"])
    page = (folder / "评估.html").read_text("utf-8")
    assert "Assessment of tiers" in page
    assert "Service plans" in page


def test_customers_of_the_books_are_linked_to_parties(tmp_path):
    party = '[[party]]\ncode = "KA-1"\nname = "双桥样例商贸 (集团)"\ncredit_limit = 9000000\n'
    (tmp_path / "档案.toml").write_text(party, "utf-8")
    (tmp_path / "对照.toml").write_text('[members.customer]\n"0001" = "KA-1"\n', "utf-8")
    words = ("credit", "档案.toml", "--books", str(DEMO), "--as-of", "2025-03-31", "--json")
    said = kamcore(*words, cwd=tmp_path).json
    rows = {row["customer"]: row for row in said["rows"]}
    assert (rows["KA-1"]["invoices"], rows["KA-1"]["limit"]) == ("687802.18", "9000000.00")
    assert "0001" in rows
    links = {one["code"]: one["by"] for one in said["links"]}
    assert (links["0004"], links["0001"]) == ("name", "")
    (told,) = [one for one in said["problems"] if one["code"] == "B3101"]
    assert (told["severity"], "0001" in told["value"]) == ("info", True)
    both = kamcore(*words, "--mapping", "对照.toml", cwd=tmp_path).json
    joined = {row["customer"]: row for row in both["rows"]}["KA-1"]
    assert joined["invoices"] == "960385.30"
    assert both["totals"] == said["totals"]
    tiers = kamcore("tier", *words[1:], cwd=tmp_path).json
    assert "KA-1" in {row["customer"] for row in tiers["rows"]}
