"""The classes a company gives fields of the archive, in place of the shipped ones."""

import pytest

from command_line import kamcore
from kamcore.model.confidential import FieldSecrecy, Secrecy
from kamcore.pipeline.form_file import read_forms

PARTY = """
[[party]]
code = "0001"
name = "样例公司"
registered_capital = 1000000
own = [{ name = "门店数", text = "12" }]
contacts = [{ name = "张样" }]
accounts = [{ number = "0200001009020123456" }]
"""


def written(folder, *rows):
    lines = [f'[[secrecy]]\nfield = "{field}"\nsecrecy = "{level}"\n' for field, level in rows]
    path = folder / "档案.toml"
    path.write_text(PARTY + "\n".join(lines), "utf-8")
    return str(path)


def shown(path, *words):
    words = ("--party", "0001", "--as-of", "2026-01-01", *words)
    return kamcore("party", "show", path, *words, "--json").json


def test_a_field_is_named_by_any_of_its_headings(tmp_path):
    names = ("注册资金", "联系人", "bank accounts", "own.门店数")
    forms = read_forms([written(tmp_path, *((name, "机密") for name in names))]).require()
    fields = ("registered_capital", "contacts", "accounts", "own.门店数")
    wanted = tuple(FieldSecrecy(name, Secrecy.CONFIDENTIAL) for name in fields)
    assert forms.of(FieldSecrecy) == wanted


def test_a_company_may_hide_what_is_public_and_show_what_is_secret(tmp_path):
    plain = shown(written(tmp_path), "--cleared", "公开")
    assert "registered_capital" in plain["values"]
    assert {"contacts", "accounts", "own"} & plain.keys() == set()
    rows = ("注册资本", "绝密"), ("联系人", "公开"), ("银行账户", "公开"), ("own.门店数", "公开")
    own = shown(written(tmp_path, *rows), "--cleared", "公开")
    assert "registered_capital" not in own["values"]
    assert {"contacts", "accounts", "own"} <= own.keys()
    capital = shown(written(tmp_path, *rows))["values"]["registered_capital"]
    assert capital["secrecy"] == "top_secret"


def test_an_export_follows_the_classes_of_the_company(tmp_path):
    path = written(tmp_path, ("注册资本", "机密"))
    words = ("--as-of", "2026-01-01", "--cleared", "秘密", "-o", str(tmp_path / "out.toml"))
    assert kamcore("party", "export", path, *words).code == 0
    text = (tmp_path / "out.toml").read_text("utf-8")
    assert "样例公司" in text
    assert "registered_capital" not in text


def test_a_field_nobody_knows_is_a_problem_with_its_place(tmp_path):
    forms = read_forms([written(tmp_path, ("不存在", "机密"))])
    assert [(one.code, one.place.path) for one in forms.problems] == [("D8201", "secrecy.1.field")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_forms_list_shows_the_form(lang):
    assert "secrecy" in kamcore("forms", "list", KAMCORE_LANG=lang).text
