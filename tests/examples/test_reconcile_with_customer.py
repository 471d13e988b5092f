"""The worked example of a customer's list: what it prints, keeps, and says of a wrong balance."""

import os
import subprocess
import sys
from pathlib import Path

import kamcore as kc

HERE = Path(__file__).parents[2] / "examples" / "reconcile_with_customer"
LIST = HERE / "对账清单.csv"


def test_it_prints_what_stands_beside_it_and_keeps_the_letter(tmp_path, request):
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "KAMCORE_PLUGINS": ""}
    script = HERE / "reconcile_with_customer.py"
    ran = subprocess.run(
        [sys.executable, script, str(tmp_path)], capture_output=True, env=env, check=True
    )
    said = ran.stdout.decode("utf-8").replace("\r\n", "\n")
    expected = HERE / "reconcile_with_customer.out"
    update = request.config.getoption("--kamcore-update", default=False)
    if update or os.environ.get("KAMCORE_UPDATE"):
        expected.write_bytes(said.encode())
    assert said == expected.read_text("utf-8")
    letter = (tmp_path / "对账函.html").read_text("utf-8")
    assert "数据证明无误" in letter
    assert "贵方未记" in letter


def test_a_wrong_balance_of_the_list_is_named_with_its_line(tmp_path):
    wrong = tmp_path / "清单.csv"
    wrong.write_text(LIST.read_text("utf-8").replace('"60,244.82"', '"60,224.82"'), "utf-8")
    columns = {"date": "到货/付款日期"}
    (told,) = kc.read_theirs(wrong, columns=columns).problems
    assert (told.code, told.place.line) == ("C5314", 9)
    assert "60,244.82" in told.message("zh")
    assert not kc.read_theirs(LIST, columns=columns).problems
