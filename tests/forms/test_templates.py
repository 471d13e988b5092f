"""Templates as they are made: every example of every kind checks clean."""

import openpyxl
import pytest

from kamcore.forms.form import kinds
from kamcore.forms.party import PartyForm
from kamcore.forms.party_record import whole_record
from kamcore.forms.template import as_json, as_toml
from kamcore.model.party import Party
from kamcore.pipeline.archive_file import archive_of
from kamcore.pipeline.contract_file import contracts_of
from kamcore.pipeline.form_file import read_forms
from kamcore.pipeline.form_writing import write_forms
from kamcore.reports.form_template import write_template

PRICE_ROWS = {
    "价格": [["规则编号", "价格种类", "存货编码", "单价"], ["LP-1", "零售价", "A-100", "95"]],
    "价格档": [["规则编号", "版本", "从", "档折扣"], ["LP-1", "1", "500", "9.2折"]],
}


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def problems_of(path):
    forms = read_forms([path])
    found = (*forms.problems, *archive_of(forms).between, *contracts_of(forms).between)
    return len(forms.entries), [problem.text("en") for problem in found]


@pytest.mark.parametrize("form", kinds().values(), ids=kinds())
def test_the_example_of_a_template_checks_clean_as_it_is(tmp_path, form):
    for lang in ("zh", "en"):
        path = tmp_path / f"{lang}.toml"
        path.write_text(as_toml([form], lang), "utf-8")
        assert problems_of(path) == (1, [])
    path = tmp_path / "form.json"
    path.write_text(as_json([form]), "utf-8")
    assert problems_of(path) == (1, [])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_examples_of_a_workbook_check_clean_as_they_are(tmp_path, lang):
    path = tmp_path / "all.xlsx"
    write_template([*kinds().values()], path, lang=lang, example=True)
    assert problems_of(path) == (len(kinds()), [])


@pytest.mark.parametrize("version", ["1", ""])
def test_a_row_below_finds_its_record_where_the_key_is_left_to_its_default(tmp_path, version):
    rows = {name: [list(row) for row in table] for name, table in PRICE_ROWS.items()}
    rows["价格档"][1][1] = version
    (rule,) = read_forms([workbook(tmp_path / "价格.xlsx", rows)]).require().kind("price")
    assert [(band.start, band.discount) for band in rule.bands] == [(500, rule.bands[0].discount)]
    assert rule.bands[0].discount is not None


def test_a_row_below_of_another_version_is_still_refused(tmp_path):
    rows = {name: [list(row) for row in table] for name, table in PRICE_ROWS.items()}
    rows["价格档"][1][1] = "2"
    forms = read_forms([workbook(tmp_path / "价格.xlsx", rows)])
    assert [problem.code for problem in forms.problems] == ["C4002"]


def test_the_reason_of_the_first_statement_survives_an_export(tmp_path):
    path = tmp_path / "party.toml"
    lines = ('code = "0001"', 'name = "样例公司"', "filled_on = 2026-01-05", 'reason = "新开户"')
    path.write_text("\n".join(["[[party]]", *lines]), "utf-8")
    (party,) = read_forms([path]).require().of(Party)
    assert party.statements[0].reason == "新开户"
    for name in ("again.toml", "again.xlsx", "again.json"):
        again = tmp_path / name
        write_forms({PartyForm: [whole_record(party)]}, again)
        assert read_forms([again]).require().of(Party) == (party,)
