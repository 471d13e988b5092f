"""Plug-ins as pip leaves them: found by entry point, imported when asked, and quick to start."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kamcore.testing.scaffold import scaffold

MANY = 30
MOST_MS = 30.0


def install(site, name, files):
    """Lay a distribution out as a wheel does: its package, and its metadata beside it."""
    module = "kamcore_" + name.replace("-", "_")
    for path, data in files.items():
        target = site / module / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    info = site / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: kamcore-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[kamcore]\n{name} = {module}\n")


def python(site, *words, **env):
    # Installed packages are compiled once, as pip does.
    other = ("KAMCORE", "PYTHONDONTWRITEBYTECODE")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(other)}
    ran = subprocess.run(
        [sys.executable, *words],
        env={**inherited, "PYTHONPATH": str(site), "KAMCORE_LANG": "en", **env},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@pytest.fixture
def fresh(tmp_path):
    """A folder of installed packages with one plug-in no file of kamcore knows."""
    source = "src/kamcore_brand_new/"
    made = scaffold("brand-new", "json")
    files = {path.removeprefix(source): data for path, data in made.items() if source in path}
    install(tmp_path / "site", "brand-new", files)
    sample = tmp_path / "january.json"
    sample.write_bytes(made["tests/samples/january.json"])
    return tmp_path / "site", sample


def test_a_format_is_added_without_an_edit(fresh, tmp_path):
    site, sample = fresh
    only = {"KAMCORE_PLUGINS": "brand-new"}
    listed = json.loads(python(site, "-m", "kamcore", "formats", "--json", **only))["formats"]
    assert "brand-new" in {card["name"] for card in listed}
    matrix = json.loads(python(site, "-m", "kamcore", "formats", "--matrix", "--json", **only))
    assert matrix["matrix"]["brand-new"]["native"] == 0
    assert matrix["matrix"]["native"]["brand-new"] > 0
    converted = tmp_path / "january.jsonl"
    words = ["-m", "kamcore", "convert", str(sample), str(converted), "--to", "native", "--json"]
    done = json.loads(python(site, *words, **only))
    assert done["source"]["format"] == "brand-new"
    assert done["proof"]["equal"]
    assert done["target"]["debit"] == done["source"]["debit"] == "1617.00"


MARKED = textwrap.dedent('''
    """A plug-in that leaves a mark when it is imported."""

    import os
    from pathlib import Path

    from kamcore.format import Fact, Format, Guess
    from kamcore.plugin import hookimpl

    if "MARKS" in os.environ:
        (Path(os.environ["MARKS"]) / __name__).touch()


    class Light(Format):
        """A card like any other."""

        name = __name__.removeprefix("kamcore_").replace("_", "-")
        title = "轻"
        suffixes = (".light",)
        reads = frozenset({Fact("lines", "summary")})

        def sniff(self, head):
            return Guess.no()


    @hookimpl
    def kamcore_formats():
        return [Light()]
''').encode()


@pytest.fixture
def many(tmp_path):
    for number in range(MANY):
        install(tmp_path / "site", f"light-{number}", {"__init__.py": MARKED})
    (tmp_path / "marks").mkdir()
    return tmp_path / "site", tmp_path / "marks"


UNASKED = """
import contextlib, io, sys
import kamcore, kamcore.plugin
from kamcore.cli.shell.running import run
with contextlib.redirect_stdout(io.StringIO()):
    for words in (["--version"], ["--help"], ["convert", "--help"], ["plugin", "--help"]):
        assert run(words) == 0, words
"""


def test_no_plugin_is_imported_before_it_is_asked(many):
    site, marks = many
    python(site, "-c", UNASKED, MARKS=str(marks))
    assert list(marks.iterdir()) == []
    listed = python(
        site, "-m", "kamcore", "formats", "--json", MARKS=str(marks), KAMCORE_PLUGINS="light-7"
    )
    assert "light-7" in {card["name"] for card in json.loads(listed)["formats"]}
    assert [path.name for path in marks.iterdir()] == ["kamcore_light_7"]


TIMED = """
import os, sys, time
from kamcore.plugin import Registry
def timed():
    begun = time.process_time()
    found = Registry()
    return (time.process_time() - begun) * 1000, len(found.plugins)
timed()
none, few = timed()
os.environ["KAMCORE_PLUGINS"] = sys.argv[1]
every, more = timed()
print(every - none, more - few)
"""


@pytest.mark.benchmark
def test_thirty_plugins_cost_little_at_the_start(many):
    """Built-in formats are loaded beforehand: they cost the same without.  Seen: 15 to 25 ms."""
    site, _ = many
    wanted = ",".join(f"light-{number}" for number in range(MANY))
    runs = [python(site, "-c", TIMED, wanted, KAMCORE_PLUGINS="").split() for _ in range(5)]
    assert {int(added) for _, added in runs} == {MANY}
    taken = min(float(milliseconds) for milliseconds, _ in runs)
    print(f"{taken:.1f} ms more for {MANY} plug-ins")
    assert taken <= MOST_MS


def test_the_folder_of_plugins_is_whole():
    """Every distribution beside the core has tests, a README and an entry point."""
    folders = [p.parent for p in (Path(__file__).parents[2] / "plugins").glob("*/pyproject.toml")]
    assert len(folders) >= 3
    for folder in folders:
        assert (folder / "README.md").is_file(), folder.name
        assert "entry-points.kamcore" in (folder / "pyproject.toml").read_text("utf-8")
        if folder.name != "kamcore-hostile":
            assert list(folder.glob("tests/test_*.py")), folder.name
