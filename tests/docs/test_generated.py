"""The generated pages say what the code says, and the README shows what really happens."""

import contextlib
import importlib.util
import io
import os
import re
import shutil
from pathlib import Path

import pytest

from command_line import DEMO

ROOT = Path(__file__).parents[2]


def _generate():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_page_is_stale():
    assert _generate().stale() == [], "run `make docs`"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_python_of_the_readme_prints_what_it_says(name, tmp_path, monkeypatch, request):
    page = ROOT / name
    text = page.read_text("utf-8")
    blocks = re.search(r"```python\n(.*?)```\n.*?```text\n(.*?)```", text, re.DOTALL)
    code, printed = blocks.groups()
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    shutil.copy(DEMO, tmp_path / "凭证2025Q1.xls")
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, name, "exec"), {})
    update = request.config.getoption("--kamcore-update", default=False)
    if update or os.environ.get("KAMCORE_UPDATE"):
        page.write_bytes(text.replace(blocks[2], said.getvalue()).encode())
    assert said.getvalue() == printed


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CHANGELOG.md"])
def test_every_file_a_page_points_to_is_there(name):
    text = (ROOT / name).read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_both_readmes_have_the_same_shape():
    pages = [(ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")]
    shapes = [re.findall(r"^(#+) |^(```\w*)", page, re.MULTILINE) for page in pages]
    assert shapes[0] == shapes[1]


def test_a_stale_page_is_found(monkeypatch):
    made = _generate()
    page = made.DOCS / "errors" / "U1001.md"
    pages = made.pages()
    monkeypatch.setattr(made, "pages", lambda: {**pages, page: "changed"})
    assert "docs/errors/U1001.md" in made.stale()
