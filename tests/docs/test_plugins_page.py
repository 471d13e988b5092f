"""Every block of docs/plugins.md runs, in order, and prints what the page says."""

import importlib
import os
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from command_line import kamcore

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Afternoon:
    """One author's afternoon in a folder of his own: commands typed, code run."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.site = folder / "site"
        self.site.mkdir()
        self._patch = monkeypatch

    def run(self, line):
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        if words[0] == "pip":
            self.install()
            return ""
        assert words[0] == "kamcore", line
        done = kamcore(*words[1:], cwd=self.folder, KAMCORE_PLUGINS="inspur-gs")
        assert done.code == 0, done.notes
        return done.text

    def install(self):
        """What pip leaves behind of an editable install, without the network."""
        project = tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))["project"]
        info = self.site / "kamcore_inspur_gs-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        )
        points = project["entry-points"]["kamcore"]
        lines = [f"{name} = {value}" for name, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[kamcore]", *lines]))
        self._patch.syspath_prepend(str(self.site))
        self._patch.syspath_prepend(str(self.folder / "src"))
        importlib.invalidate_caches()


@pytest.fixture
def afternoon(tmp_path, monkeypatch):
    yield Afternoon(tmp_path, monkeypatch)
    for name in [name for name in sys.modules if name.startswith("kamcore_inspur_gs")]:
        del sys.modules[name]


def test_the_page_does_what_it_says(afternoon, monkeypatch, request):
    text = PAGE.read_text("utf-8")
    said = []
    for kind, file, body in BLOCK.findall(text):
        if file:
            (afternoon.folder / file).write_text(body, "utf-8")
        if kind == "console":
            typed = [line[2:] for line in body.splitlines() if line.startswith("$ ")]
            said.append((body, "".join(f"$ {line}\n{afternoon.run(line)}" for line in typed)))
        elif kind == "python":
            monkeypatch.chdir(afternoon.folder)
            exec(compile(body, str(PAGE), "exec"), {"__name__": "page"})
        else:
            assert kind == "toml"
            made = tomllib.loads((afternoon.folder / "pyproject.toml").read_text("utf-8"))
            shown = tomllib.loads(body)["project"]["entry-points"]
            assert shown == made["project"]["entry-points"]
    if request.config.getoption("--kamcore-update") or os.environ.get("KAMCORE_UPDATE") == "1":
        for body, printed in said:
            text = text.replace(body, printed)
        PAGE.write_text(text, "utf-8")
    assert [printed for _, printed in said] == [body for body, _ in said]


def test_every_file_the_page_points_to_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE.read_text("utf-8"))
    assert [link for link in links if not (PAGE.parent / link).exists()] == []
