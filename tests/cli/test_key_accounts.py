"""``kamcore party``, ``contract`` and ``forms``: what they print, write and leave with."""

import openpyxl
import pytest

from command_line import DEMO, kamcore
from kamcore.forms.form import kinds
from kamcore.pipeline.archive_file import read_archive
from kamcore.reports.key_account_form import key_account_forms

PARTIES = """
[[party]]
code = "0001"
name = "华联商厦有限公司"
roles = "both"
credit_code = "91310000MA1TEAT03R"
registered_capital = 5000000
bank_account = "02000010090201234"
hobby = "钓鱼"
ownership = "合资"
filled_on = 2024-01-01
source = "self_reported"
codes = [{books = "K3", role = "customer", outside = "01.4"}]
contacts = [{name = "张三", mobile = "13800000000"}]
[[party.changes]]
on = 2025-03-01
field = "注册资本"
value = 8000000
reason = "增资"
person = "李明"
[[party]]
code = "0002"
name = "华联商厦有限责任公司"
affiliations = [{party = "0001"}]
"""
CONTRACTS = """
[[contract]]
number = "HT-1"
party = "0001"
start = 2025-01-01
end = 2025-12-31
amount = 1000
credit_term = "月结30天"
holiday_shift = "next"
annual_plan = [{span = "2025Q1", amount = 300}]
collection_plan = [{due = 2025-03-31, amount = 600}]
[[contract]]
number = "HT-1"
version = 2
valid_from = 2025-07-01
party = "0001"
start = 2025-01-01
end = 2026-06-30
credit_term = "60天"
[[sale]]
date = 2025-02-10
customer = "0001"
amount = 200
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "parties.toml").write_text(PARTIES, "utf-8")
    (tmp_path / "contracts.toml").write_text(CONTRACTS, "utf-8")
    return tmp_path


def test_a_party_is_shown_as_known_on_a_day(files):
    asked = ("party", "show", "parties.toml", "--party", "01.4", "--json", "--as-of")
    before = kamcore(*asked, "2025-02-28", cwd=files).json
    after = kamcore(*asked, "2025-03-01", cwd=files).json
    assert before["values"]["registered_capital"]["value"] == "5000000.00"
    assert before["changes"] == []
    assert after["values"]["registered_capital"] == {
        "value": "8000000.00",
        "text": "8,000,000.00",
        "source": "visit",
        "verified": False,
        "since": "2025-03-01",
        "person": "李明",
        "reason": "增资",
        "secrecy": "public",
    }
    assert (after["as_of"], after["party"], after["group"]) == ("2025-03-01", "0001", "0001")
    assert after["values"]["ownership"] == {
        **after["values"]["hobby"],
        "value": "joint",
        "text": "joint venture",
        "secrecy": "public",
    }


def test_nothing_a_reader_may_not_see_is_printed_in_any_form(files):
    secret = ("钓鱼", "02000010090201234", "张三", "13800000000")
    for more in ((), ("--mask",), ("--mask", "--explain"), ("--json",), ("--json", "--mask")):
        shown = kamcore(
            *("party", "show", "parties.toml", "--party", "0001", "--as-of", "2025-06-01"),
            *("--cleared", "公开", *more),
            cwd=files,
        )
        assert shown.code == 0
        assert [word for word in secret if word in shown.text] == []
        assert "91310000MA1TEAT03R" in shown.text


@pytest.mark.parametrize("suffix", ["xlsx", "toml", "json"])
def test_an_export_with_its_history_is_read_back_as_it_was(files, suffix):
    out = files / f"out.{suffix}"
    assert kamcore("party", "export", "parties.toml", "-o", str(out), cwd=files).code == 0
    parties = read_archive([files / "parties.toml"]).archive.parties
    assert read_archive([out]).archive.parties == parties
    assert kamcore("party", "export", "parties.toml", "-o", str(out), cwd=files).code == 2


def test_an_export_for_readers_of_a_class_needs_a_day_and_leaves_history_out(files):
    asked = ("party", "export", "parties.toml", "-o", "out.toml", "--cleared", "公开")
    assert kamcore(*asked, cwd=files).code == 2
    assert not (files / "out.toml").exists()
    assert kamcore(*asked, "--as-of", "2025-06-01", cwd=files).code == 0
    text = (files / "out.toml").read_text("utf-8")
    assert "8000000" in text
    assert [word for word in ("钓鱼", "张三", "0200001009", "5000000\n") if word in text] == []


def test_duplicates_are_proposed_and_not_called_certain_by_name(files):
    done = kamcore(
        "party", "duplicates", "parties.toml", "--as-of", "2025-06-01", "--json", cwd=files
    )
    assert done.code == 1
    assert done.json["duplicates"] == [
        {"parties": ["0001", "0002"], "why": "name", "value": "华联商厦有限公司", "certain": False}
    ]


def test_what_is_due_in_an_archive(files):
    done = kamcore("party", "due", "parties.toml", "--as-of", "2025-06-01", "--json", cwd=files)
    assert [one["party"] for one in done.json["reviews"]] == ["0001", "0002"]
    assert {one["kind"] for one in done.json["lacking"]} == {"licence", "ability", "mandate"}
    assert done.json["unverified"][0]["party"] == "0001"
    assert "registered_capital" not in done.json["unverified"][0]["fields"]


def test_a_list_of_customers_is_imported_once(files):
    book = openpyxl.Workbook()
    rows = [
        ["客户编码", "客户名称", "税号", "开户银行", "银行账号", "信用额度", "自由项1"],
        ["0009", "华联商厦有限公司", "91310000MA1TEAT03R", "工行", "02000010090201234", "1", "A"],
        ["0010", "东方百货有限公司", "123", "工行", "6.2E+18", "很多", "B"],
    ]
    for row in rows:
        book.active.append(row)
    book.save(files / "customers.xlsx")
    asked = ("party", "import", "customers.xlsx", "--books", "K3", "--as-of", "2026-01-01")
    told = kamcore(*asked, "--json", "--into", "parties.toml", cwd=files)
    assert told.json["added"] == ["0010"]
    assert told.json["linked"] == [{"party": "0001", "code": "0009"}]
    assert "output" not in told.json
    assert set(told.json["counts"]) == {"E1012", "E1022", "D4102", "C4051"}
    kamcore(*asked, "--into", "parties.toml", "-o", "all.xlsx", cwd=files)
    archive = read_archive([files / "all.xlsx"]).archive
    assert archive.by_code["0010"].statements[0].values["own.信用额度"] == "很多"
    assert archive.by_code["0010"].statements[0].values["own.自由项1"] == "B"
    again = kamcore(*asked, "--json", "--into", "all.xlsx", cwd=files).json
    assert (again["added"], again["linked"], again["changes"]) == ([], [], [])


def test_an_archive_is_checked(files):
    done = kamcore("party", "check", "parties.toml", "--json", cwd=files)
    assert (done.code, done.json["parties"], done.json["problems"]) == (0, 2, [])
    assert done.json["roles"] == {"customer": 2, "supplier": 1}


def test_a_party_nobody_knows_is_wrong_use(files):
    done = kamcore(
        *("party", "show", "parties.toml", "--party", "9", "--as-of", "2025-06-01", "--json"),
        cwd=files,
    )
    assert (done.code, done.json["error"]["code"]) == (2, "U4011")


def test_a_contract_is_shown_by_the_version_in_force(files):
    asked = ("contract", "show", "contracts.toml", "--contract", "HT-1", "--json", "--as-of")
    assert kamcore(*asked, "2025-06-30", cwd=files).json["terms"]["version"] == 1
    shown = kamcore(*asked, "2025-07-01", cwd=files).json
    assert (shown["terms"]["version"], shown["status"], shown["in_force"]) == (2, "active", True)
    ended = kamcore(*asked, "2026-07-01", cwd=files).json
    assert (ended["terms"], ended["status"]) == (None, "expired")


def test_due_dates_follow_the_version_of_the_day(files):
    asked = ("contract", "due", "contracts.toml", "--contract", "HT-1", "--json")
    rows = kamcore(*asked, "--date", "2025-01-10", "--date", "2025-07-01", cwd=files).json["rows"]
    assert [(row["version"], row["due"], row["unmoved"]) for row in rows] == [
        (1, "2025-03-03", "2025-03-02"),
        (2, "2025-08-30", "2025-08-30"),
    ]
    assert "next working day" in rows[0]["text"]
    late = kamcore(*asked, "--date", "2027-01-01", cwd=files)
    assert (late.code, late.json["error"]["code"]) == (2, "U4022")


def test_execution_says_plan_variance_causes_and_collection(files):
    done = kamcore(
        *("contract", "execution", "contracts.toml", "--contract", "HT-1"),
        *("--as-of", "2025-06-30", "--json"),
        cwd=files,
    )
    assert done.code == 1
    line = done.json["lines"][0]
    assert (line["planned"], line["invoiced"], line["variance"]) == ("300.00", "200.00", "-100.00")
    assert line["causes"] == [{"cause": "not_traced", "amount": "-100.00", "text": "not traced"}]
    assert done.json["overdue"] == "600.00"


def test_contracts_that_end_soon_are_listed(files):
    asked = ("contract", "expiring", "contracts.toml", "--json", "--as-of")
    kinds_of = [one["kind"] for one in kamcore(*asked, "2026-06-01", cwd=files).json["reminders"]]
    assert "expiring" in kinds_of
    assert kamcore(*asked, "2026-07-01", cwd=files).json["reminders"][0]["kind"] == "expired"


def test_the_files_of_documents_are_compared_with_what_was_filed(files):
    (files / "scan.pdf").write_bytes(b"%PDF")
    listed = '[[contract.documents]]\nkind = "original"\nfile = "scan.pdf"\n'
    text = CONTRACTS.split('[[contract]]\nnumber = "HT-1"\nversion', maxsplit=1)[0] + listed
    (files / "c.toml").write_text(text, "utf-8")
    asked = ("contract", "check", "c.toml", "--folder", ".", "--json")
    first = kamcore(*asked, cwd=files)
    assert (first.code, list(first.json["counts"])) == (0, ["C4034"])
    (files / "c.toml").write_text(f'{text}sha256 = "{"0" * 64}"\n', "utf-8")
    assert list(kamcore(*asked, cwd=files).json["counts"]) == ["C4033"]
    (files / "scan.pdf").unlink()
    assert list(kamcore(*asked, cwd=files).json["counts"]) == ["C4032"]


def test_a_collection_plan_above_the_contract_is_refused(files):
    (files / "c.toml").write_text(CONTRACTS.replace("amount = 600", "amount = 1000.01"), "utf-8")
    done = kamcore("forms", "check", "c.toml", "--json", cwd=files)
    assert (done.code, done.json["counts"]) == (1, {"E1211": 1})
    assert done.json["problems"][0]["place"]["path"] == "contract.1.amount"


def test_records_that_name_each_other_are_checked_together(files):
    text = CONTRACTS.replace('party = "0001"', 'party = "0007"').replace("[[sale]]", "[[sale]]")
    (files / "c.toml").write_text(text, "utf-8")
    done = kamcore("forms", "check", "c.toml", "parties.toml", "--json", cwd=files)
    assert done.json["counts"] == {"C4031": 1}
    assert done.json["records"] == {"contract": 2, "party": 2, "sale": 1}


def test_forms_are_listed_with_their_columns(tmp_path):
    listed = kamcore("forms", "list", "--json").json["forms"]
    assert [one["kind"] for one in listed] == [*kinds()]
    columns = kamcore("forms", "list", "合同", "--json").json["columns"]
    assert columns[0]["field"] == "number"
    assert kamcore("forms", "list", "nothing").code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_key_account_forms_are_made_blank_and_filled(files, lang):
    blank = kamcore("forms", "fill", "-o", "blank.xlsx", "--lang", lang, "--json", cwd=files)
    assert len(blank.json["sheets"]) == len(key_account_forms()) == 15
    asked = (
        "forms",
        "fill",
        "parties.toml",
        "contracts.toml",
        "-o",
        "filled.html",
        "--lang",
        lang,
    )
    assert kamcore(*asked, cwd=files).code == 2
    done = kamcore(*asked, "--as-of", "2025-06-01", "--cleared", "秘密", cwd=files)
    assert done.code == 0
    page = (files / "filled.html").read_text("utf-8")
    assert "华联商厦有限公司" in page
    assert "张三" in page
    assert "2025Q1" in page
    assert [word for word in ("钓鱼", "02000010090201234") if word in page] == []


def test_forms_take_figures_of_the_books_and_the_forms(files):
    more = """
[[tier_policy]]
weights = [{measure = "sales", points = 60, high = 1000}]
[[item]]
code = "A"
cost = 10
[[sale]]
date = 2025-02-20
customer = "0002"
item = "A"
quantity = 5
amount = 113
[[order]]
number = "SO-1"
customer = "0001"
date = 2025-02-01
lines = [{item = "A", quantity = 3, price = 10}]
[[financials]]
customer = "0001"
year_end = 2024-12-31
current_assets = 50
total_assets = 100
"""
    (files / "more.toml").write_text(more, "utf-8")
    asked = ("forms", "fill", "parties.toml", "contracts.toml", "more.toml", "--party", "0001")
    asked = (*asked, "--as-of", "2025-02-28", "--lang", "zh")
    kamcore(*asked, "-o", "filled.xlsx", cwd=files)
    book = openpyxl.load_workbook(files / "filled.xlsx", data_only=True)

    def cells(name):
        sheet = next(sheet for sheet in book.worksheets if name in sheet.title)
        return [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]

    assert {"0.5", "缺 净利润, 营业收入"} <= set(map(str, cells("信用分析表")))
    assert {200, 300} <= set(cells("销售计划表"))
    assert {"SO-1", 30, "待处理"} <= set(cells("采购控制表"))
    assert {"近一年销售额", 12, "200"} <= set(cells("等级评估表"))
    assert 200 in cells("业务月报表")
    assert "63.90%" in cells("大客户分析表")
    assert {"购买力 ≥ 5; 影响力 ≥ 5; 行业领军企业 ≥ 1"} <= set(cells("分类标准"))
    everybody = (*asked[:5], *asked[7:], "--form", "analysis", "-o", "all.xlsx")
    kamcore(*everybody, cwd=files)
    book = openpyxl.load_workbook(files / "all.xlsx", data_only=True)
    # 113 with tax are 100 without, less 5 at 10; what the other sold has no cost.
    assert cells("大客户分析表").count(50) == 1
    hidden = (*asked, "--cleared", "公开", "-o", "public.xlsx")
    kamcore(*hidden, cwd=files)
    book = openpyxl.load_workbook(files / "public.xlsx", data_only=True)
    assert 200 not in cells("业务月报表")
    assert "SO-1" not in cells("采购控制表")


def test_forms_take_the_month_from_the_books(files):
    party = '[[party]]\ncode = "0004"\nname = "双桥样例商贸 (集团)"\n'
    (files / "one.toml").write_text(party, "utf-8")
    asked = ("forms", "fill", "one.toml", "--books", str(DEMO), "--as-of", "2025-03-31")
    done = kamcore(*asked, "--form", "monthly-report", "-o", "month.html", "--json", cwd=files)
    assert done.json["sheets"]
    page = (files / "month.html").read_text("utf-8")
    for figure in ("431,911.42", "1,289,988.22", "201,494.82", "687,802.18"):
        assert figure in page
