"""The door for forms: kinds, cells, records from TOML, JSON and workbooks, and what is said."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest

from kamcore.errors import Severity, SourceError, UsageError
from kamcore.forms import cell
from kamcore.forms.cell import Mistake
from kamcore.forms.form import Form, kinds
from kamcore.forms.template import as_json, as_toml
from kamcore.model.party import Party, PartyRole
from kamcore.model.party_profile import archive_fields
from kamcore.pipeline.form_file import read_forms
from kamcore.reports.form_template import write_template


def write(folder, name, text):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def workbook(folder, sheets, name="表单.xlsx"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / name
    book.save(path)
    return path


def said(forms):
    return [(one.code, str(attrs_place(one.place))) for one in forms.problems]


def attrs_place(place):
    return place.path or f"{place.sheet}!{place.row}/{place.column}"


def test_every_kind_is_one_class_with_its_own_sheet_names():
    found = kinds()
    assert {"party", "contract", "price", "order", "rebate"} <= found.keys()
    titles = [form.card.zh for form in found.values()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("form", kinds().values(), ids=kinds())
def test_a_form_says_itself_in_both_languages(form):
    def columns(one: type[Form]):
        for column in one.columns():
            yield column
            if column.rows is not None:
                yield from columns(column.rows)

    assert form.card.zh
    assert form.card.en
    assert form.__doc__
    for column in columns(form):
        assert column.zh != column.field, column
    fields = {column.field for column in form.columns()}
    assert set(form.card.key) <= fields


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (cell.as_figure, "１，２３４．５０", Decimal("1234.50")),
        (cell.as_figure, "-0.5", Decimal("-0.5")),
        (cell.as_share, "5%", Decimal("0.05")),
        (cell.as_day, "2026年3月1日", dt.date(2026, 3, 1)),
        (cell.as_day, "20260301", dt.date(2026, 3, 1)),
        (cell.as_day, "2026-03-01 00:00:00", dt.date(2026, 3, 1)),
        (cell.as_flag, "√", True),
        (cell.as_flag, "否", False),
        (cell.as_whole, "12", 12),
    ],
)
def test_cells_as_people_write_them(reader, text, value):
    assert reader(text) == value


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (cell.as_text, 12, "D4101"),
        (cell.as_figure, "12,34", "D4102"),
        (cell.as_figure, True, "D4102"),
        (cell.as_figure, 1.5, "D4103"),
        (cell.as_figure, Decimal("NaN"), "D4102"),
        (cell.as_share, "5", "D4104"),
        (cell.as_share, 0.5, "D4103"),
        (cell.as_day, "2026-02-30", "D4105"),
        (cell.as_day, "2026-03", "D4105"),
        (cell.as_flag, "也许", "D4106"),
        (cell.as_whole, "1.5", "D4107"),
    ],
)
def test_cells_that_cannot_be(reader, text, code):
    with pytest.raises(Mistake) as caught:
        reader(text)
    assert caught.value.fault.code == code


def test_one_record_reads_the_same_from_every_kind_of_file(tmp_path):
    toml = write(
        tmp_path,
        "a.toml",
        '[[party]]\ncode = "0001"\nname = "华联"\nroles = "both"\n'
        "registered_capital = 5000000.10\nfounded = 2003-05-18\n"
        'contacts = [{name = "张三", mobile = "138"}]\n',
    )
    json = write(
        tmp_path,
        "a.json",
        '{"客户档案": [{"编码": "0001", "name": "华联", "身份": "客户和供应商", '
        '"注册资本": 5000000.10, "founded": "2003/5/18", '
        '"contacts": [{"姓名": "张三", "手机": "138"}]}]}',
    )
    xlsx = workbook(
        tmp_path,
        {
            "客户档案": [
                ["客户档案表"],
                ["*客户编码", "名称", "身份", "注册资金", "成立日期"],
                ["0001", "华联", "客户和供应商", 5000000.10, dt.date(2003, 5, 18)],
            ],
            "联系人": [["客户编码", "姓名", "手机"], ["0001", "张三", "138"]],
        },
    )
    found = [read_forms([path]) for path in (toml, json, xlsx)]
    assert [one.problems for one in found] == [(), (), ()]
    parties = [one.of(Party) for one in found]
    assert parties[0] == parties[1] == parties[2]
    assert parties[0][0].roles == frozenset(PartyRole)
    assert parties[0][0].as_of(dt.date(2026, 1, 1)).registered_capital == Decimal("5000000.10")


def test_every_mistake_of_a_data_file_is_named_with_its_path(tmp_path):
    path = write(
        tmp_path,
        "a.toml",
        '[[party]]\ncode = 12\nfoundd = 2003-05-18\nheadcount = "多"\n'
        'review_state = "也许"\naccounts = [{number = "x"}]\n[[partie]]\n[party_class]\n'
        'scheme = "nature"\n',
    )
    assert sorted(said(read_forms([path]))) == [
        ("C4012", "partie"),
        ("D4001", "party_class.code"),
        ("D4001", "party_class.zh"),
        ("D4002", "party.1.foundd"),
        ("D4003", "party.1.review_state"),
        ("D4101", "party.1.code"),
        ("D4107", "party.1.headcount"),
        ("E1021", "party.1.accounts.1.number"),
    ]


def test_every_mistake_of_a_workbook_is_named_with_its_cell(tmp_path):
    path = workbook(
        tmp_path,
        {
            "客户档案": [
                ["编码", "名称", "成立日期", "员工人数", "口味"],
                ["0001", "华联", "2003-13-01", "", "甜"],
                [None, "没有编码", None, None, None],
                ["0001", "重复", None, None, None],
            ],
            "联系人": [["编码", "联系人姓名"], ["0009", "张三"], ["0001", None]],
            "随笔": [["今天"], ["晴"]],
        },
    )
    forms = read_forms([path])
    assert sorted(said(forms)) == sorted(
        [
            ("D4006", "客户档案!None/口味"),
            ("C4001", "随笔!None/None"),
            ("C4002", "联系人!2/编码"),
            ("D4105", "客户档案!2/成立日期"),
            ("D4001", "联系人!3/联系人姓名"),
            ("D4001", "客户档案!3/编码"),
        ]
    )
    assert [party.code for party in forms.of(Party)] == ["0001"]


def test_a_key_that_is_there_twice_names_the_first(tmp_path):
    one = write(tmp_path, "a.toml", '[[party]]\ncode = "0001"\n')
    other = write(tmp_path, "b.toml", '[[party]]\ncode = "0001"\n')
    forms = read_forms([one, other])
    assert [problem.code for problem in forms.problems] == ["D4005"]
    assert "a.toml" in forms.problems[0].message("zh")
    assert len(forms.of(Party)) == 1


def test_a_number_in_json_never_becomes_a_float(tmp_path):
    path = write(
        tmp_path, "a.json", '{"party": {"code": "1", "assets": 0.1, "budget": 1e3, "name": 5}}'
    )
    forms = read_forms([path])
    assert [problem.code for problem in forms.problems] == ["D4101"]
    path = write(tmp_path, "b.json", '{"party": {"code": "1", "assets": 0.1, "budget": 1e3}}')
    now = read_forms([path]).of(Party)[0].as_of(dt.date(2026, 1, 1))
    assert (now.assets, now.budget) == (Decimal("0.1"), Decimal(1000))


def test_a_key_twice_in_one_object_is_a_problem(tmp_path):
    path = write(tmp_path, "a.json", '{"party": [{"code": "1", "code": "2"}]}')
    assert [problem.code for problem in read_forms([path]).problems] == ["G1704", "D4001"]


def test_what_is_no_toml_or_no_file_is_refused(tmp_path):
    with pytest.raises(SourceError) as caught:
        read_forms([write(tmp_path, "a.toml", '[[party]]\ncode = "1"\nname =\n')])
    assert (caught.value.code, caught.value.place.line) == ("C4011", 3)
    with pytest.raises(UsageError):
        read_forms([tmp_path / "none.toml"])


def test_what_is_no_table_is_a_problem(tmp_path):
    path = write(tmp_path, "a.json", '{"party": ["x"]}')
    assert [problem.code for problem in read_forms([path]).problems] == ["C4013"]


def test_a_file_without_records_is_said(tmp_path):
    forms = read_forms([write(tmp_path, "a.toml", "")])
    assert [problem.code for problem in forms.problems] == ["C4015"]


def test_of_a_single_kind_there_is_one_record(tmp_path):
    single = next((form for form in kinds().values() if form.card.single), None)
    if single is None:
        pytest.skip("no kind is single")
    text = as_toml([single])
    paths = [write(tmp_path, name, text) for name in ("a.toml", "b.toml")]
    found = [one.code for one in read_forms(paths).problems]
    assert found == ["C4014"] or "D4001" in found


def test_require_raises_what_was_set_aside(tmp_path):
    with pytest.raises(SourceError):
        read_forms([write(tmp_path, "a.toml", "[[party]]\n")]).require()
    fine = read_forms([write(tmp_path, "b.toml", '[[party]]\ncode = "1"\n')])
    assert fine.require() is fine


def test_a_sheet_of_any_name_is_known_by_its_headings(tmp_path):
    path = workbook(
        tmp_path, {"Sheet1": [["供应商编码", "供应商名称", "税号"], ["01", "西北物资", None]]}
    )
    forms = read_forms([path])
    assert [party.code for party in forms.of(Party)] == ["01"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_workbook_has_lists_notes_and_is_read_as_empty(tmp_path, lang):
    path = tmp_path / "模板.xlsx"
    write_template([kinds()["party"], kinds()["contract"]], path, lang=lang)
    book = openpyxl.load_workbook(path)
    title = "客户档案" if lang == "zh" else "parties"
    sheet = book[title]
    rules = sheet.data_validations.dataValidation
    assert {rule.type for rule in rules} == {"list", "date"}
    assert sheet["A1"].comment is not None
    assert sheet["A1"].value.startswith("*")
    columns = sum(1 for column in kinds()["party"].columns() if column.rows is None)
    assert sheet.max_column == columns
    forms = read_forms([path])
    assert [one for one in forms.problems if one.severity is Severity.ERROR] == []
    assert forms.entries == ()


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_the_templates_of_our_own_forms_are_records(tmp_path, suffix):
    own = [kinds()[kind] for kind in ("party", "contract", "party_class")]
    text = as_toml(own) if suffix == "toml" else as_json(own)
    forms = read_forms([write(tmp_path, f"a.{suffix}", text)])
    assert [one for one in forms.problems if one.severity is Severity.ERROR] == []
    assert {entry.kind for entry in forms.entries} == {"party", "contract", "party_class"}


def test_every_field_of_the_archive_is_a_column():
    columns = {column.field for column in kinds()["party"].columns()}
    assert archive_fields().keys() <= columns
