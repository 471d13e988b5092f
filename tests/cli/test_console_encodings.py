"""Consoles that cannot show every character: nothing crashes, and JSON stays UTF-8."""

import json
import shutil

import pytest

from command_line import DEMO, process

EMOJI = "\N{SMILING FACE WITH SMILING EYES}"


@pytest.fixture
def folder(tmp_path):
    shutil.copy(DEMO, tmp_path / f"凭证 {EMOJI}.xls")
    return tmp_path


def test_a_console_in_code_page_936_shows_chinese_and_replaces_the_rest(folder):
    name = f"凭证 {EMOJI}.xls"
    done = process(
        "inspect", name, cwd=folder, KAMCORE_LANG="zh", PYTHONIOENCODING="gbk", PYTHONUTF8="0"
    )
    assert done.code == 0
    said = done.out.decode("gbk")
    assert "凭证 ?.xls" in said
    assert "辅助核算: 客户 10" in said


def test_errors_on_such_a_console_are_shown_too(folder):
    done = process("inspect", f"没有 {EMOJI}.xls", cwd=folder, KAMCORE_LANG="zh",
                   PYTHONIOENCODING="gbk", PYTHONUTF8="0")  # fmt: skip
    assert done.code == 2
    assert "找不到文件 没有 ?.xls" in done.err.decode("gbk")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_locale_without_utf_8_does_not_crash(folder, lang):
    env = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    for words in (("formats",), ("inspect", f"凭证 {EMOJI}.xls")):
        done = process(*words, cwd=folder, KAMCORE_LANG=lang, PYTHONUTF8="0", **env)
        assert done.code in {0, 2}
        assert b"Traceback" not in done.err


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-16"])
def test_json_is_utf_8_on_every_console(folder, encoding):
    done = process("inspect", f"凭证 {EMOJI}.xls", "--json", cwd=folder, KAMCORE_LANG="zh",
                   PYTHONIOENCODING=encoding)  # fmt: skip
    found = json.loads(done.out.decode("utf-8"))
    assert found["file"] == f"凭证 {EMOJI}.xls"


def test_nothing_is_coloured_where_no_terminal_is():
    done = process("konvert", KAMCORE_LANG="zh", FORCE_COLOR="")
    assert b"\x1b" not in done.out + done.err


def test_the_locale_chooses_the_language_when_nothing_else_does():
    done = process("--help", KAMCORE_LANG="", LC_ALL="zh_CN.UTF-8")
    assert done.text.startswith(("用法", "Usage"))
    assert process("--help", KAMCORE_LANG="zh").text.startswith("用法")
    assert process("--help", "--lang", "en", KAMCORE_LANG="zh").text.startswith("Usage")
