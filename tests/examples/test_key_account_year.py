"""The worked example of a key account: what it prints and writes, and what its README says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kamcore as kc
from command_line import kamcore

HERE = Path(__file__).parents[2] / "examples" / "key_account_year"


PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("year")
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "KAMCORE_PLUGINS": ""}
    script = HERE / "key_account_year.py"
    done = subprocess.run(
        [sys.executable, script, folder], capture_output=True, env=env, check=True, timeout=120
    )
    return done.stdout.decode("utf-8").replace("\r\n", "\n"), folder


def test_it_prints_what_stands_beside_it(ran, request):
    said, _ = ran
    expected = HERE / "key_account_year.out"
    update = request.config.getoption("--kamcore-update", default=False)
    if update or os.environ.get("KAMCORE_UPDATE"):
        expected.write_bytes(said.encode())
    assert said == expected.read_text("utf-8")


def test_every_figure_it_prints_was_worked_out_by_hand(ran):
    said, _ = ran
    shown = said.split("5 用友 U8")[0] + said.split("6 利润贡献")[1]
    by_hand = (HERE / "README.md").read_text("utf-8").replace("−", "-").replace(",", "")
    figures = set(re.findall(r"-?\d+\.\d\d\b", shown.replace(",", "")))
    missing = {figure for figure in figures if figure.lstrip("-") not in by_hand}
    # Bands print whole thousands; the table of the README writes them without decimals.
    assert missing - {"0.00", "1000.00", "208.00", "184.00", "1479.00"} - volumes(said) == set()


WORKINGS = {"0.40", "0.88", "0.90", "0.92", "0.95", "1.13", "105.00", "106.00"}
"""What the figures are worked out with: discounts, the divisor of tax, limit and wrong price."""


def test_every_figure_of_the_readme_is_printed(ran):
    said, _ = ran
    figure = re.compile(r"\d[\d,]*\.\d\d\b")
    by_hand = (HERE / "README.md").read_text("utf-8").split("## 8")[0]
    shown = {one.replace(",", "") for one in figure.findall(said)}
    worked = {one.replace(",", "") for one in figure.findall(by_hand)}
    assert len(worked) > 40
    assert worked - WORKINGS - shown == set()


def volumes(said):
    """Volumes: whole in the README."""
    return set(re.findall(r"计返 ([\d,]+\.\d\d)", said.replace(",", "")))


def test_the_voucher_of_the_rebate_imports_into_yonyou(ran):
    _, folder = ran
    books = kc.read(folder / "返利凭证U8.txt").books
    totals = books.totals()
    assert (totals.vouchers, totals.lines, totals.debit) == (5, 11, totals.credit)
    assert [problem.text() for problem in kc.check(books) if problem.severity == "error"] == []


def test_the_program_of_the_readme_prints_what_it_says(monkeypatch, capsys):
    (code,) = PYTHON.findall((HERE / "README.md").read_text("utf-8"))
    monkeypatch.chdir(HERE)
    exec(compile(code, "README.md", "exec"), {})
    said = [line.strip() for line in re.findall(r"\)  +# (.*)", code)]
    assert len(said) == 3
    assert capsys.readouterr().out.splitlines() == said


def test_the_commands_of_the_readme_give_the_same(ran):
    _, folder = ran
    form, books = str(HERE / "agreed.toml"), str(folder / "金蝶凭证2025.xls")
    price = kamcore(
        *("price", form, "--customer", "0004", "--item", "A-100"),
        *("--quantity", "600", "--date", "2025-08-11", "--json"),
    ).json
    assert (price["price"], price["amount"]) == ("105.60", "63360.00")
    invoices = kamcore("order", "invoices", form, "--books", books, "--json")
    assert (invoices.code, invoices.json["totals"]) == (1, {"variance": "240.00"})
    rebate = kamcore(
        *("rebate", form, "--contract", "HT-2025-008", "--books", books, "--json"),
        *("--from", "2025-01-01", "--to", "2025-12-31", "--settled", "479"),
    )
    said = rebate.json
    assert (said["volume"], said["entitlement"], said["due"]) == (
        "173950.00",
        "2479.00",
        "2000.00",
    )
    assert said["conditions"][0]["facts"]["late"] == ["FP-2"]
    assert [line["account"] for line in said["drafts"][0]["lines"]] == ["2241", "2221", "1122"]
    year = ("--from", "2025-01-01", "--to", "2025-12-31", "--rate", "6%")
    (left,) = kamcore("order", "profit", form, "--books", books, *year, "--json").json["rows"]
    assert (left["finance"], left["contribution"]) == ("2334.98", "52254.39")
    trail = kamcore("order", "trace", "SO-3", form, "--books", books, "--json").json
    kinds = [step["kind"] for step in trail["steps"]]
    assert kinds == ["order", "delivery", "receipt", "voucher", "voucher"]
