"""What a conversion shows while it works, and what it leaves when it is stopped."""

import os
import shutil
import subprocess
import sys

import pytest

from command_line import DEMO, kamcore
from kamcore.cli.files import converting
from kamcore.cli.shell import running

U8 = ("--to", "yonyou-u8-text")


@pytest.fixture
def folder(tmp_path):
    shutil.copy(DEMO, tmp_path / "凭证2025Q1.xls")
    return tmp_path


@pytest.mark.parametrize("step", ["read", "write", "check"])
def test_an_interrupt_leaves_no_file(folder, monkeypatch, step, capsys):
    import contextlib

    @contextlib.contextmanager
    def stopped(_screen):
        def report(at, _done, _whole):
            if at == step:
                raise KeyboardInterrupt

        yield report

    monkeypatch.setattr(converting, "progress", stopped)
    monkeypatch.chdir(folder)
    words = ["convert", "凭证2025Q1.xls", "U8.txt", *U8, "--lang", "zh"]
    assert running.run(words) == 130
    assert capsys.readouterr().err.strip() == "已中断, 没有留下文件"
    assert [path.name for path in folder.iterdir()] == ["凭证2025Q1.xls"]


def test_blanks_and_chinese_in_paths(folder):
    (folder / "一月 资料").mkdir()
    done = kamcore("convert", "凭证2025Q1.xls", "一月 资料/U8 导入.txt", *U8, cwd=folder)
    assert done.code == 0
    made = sorted(path.name for path in (folder / "一月 资料").iterdir())
    assert made == ["U8 导入.txt", "U8 导入.损失.xlsx"]


def test_a_missing_folder_is_named_and_nothing_is_written(folder):
    done = kamcore("convert", "凭证2025Q1.xls", "没有/U8.txt", *U8, "--json", cwd=folder)
    assert (done.code, done.json["error"]["code"]) == (2, "C1002")


def test_bad_vouchers_are_refused_left_out_or_kept(folder):
    words = ("convert", "凭证2025Q1.xls", "账.jsonl", "--to", "native")
    assert kamcore(*words, cwd=folder).code == 0
    path = folder / "账.jsonl"
    text = path.read_text("utf-8").replace('"debit":"86000.00', '"debit":"86000.01', 1)
    path.write_text(text, "utf-8")
    to_k3 = ("convert", "账.jsonl", "K3.xlsx", "--to", "kingdee-k3", "--json")
    refused = kamcore(*to_k3, cwd=folder)
    assert (refused.code, refused.json["error"]["code"]) == (3, "C3002")
    assert not (folder / "K3.xlsx").exists()
    kept = kamcore(*to_k3, "--bad", "keep", cwd=folder)
    assert kept.code == 1
    assert kept.json["target"]["vouchers"] == 86
    assert kept.json["target"]["debit"] != kept.json["target"]["credit"]


def _on_a_terminal(folder, *words, **env):
    """Run with standard error, or both streams, on a pseudo terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kamcore", *words],
        cwd=folder,
        env={**os.environ, "KAMCORE_LANG": "zh", "KAMCORE_PLUGINS": "", "TERM": "xterm", **env},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:
        pass  # Linux says so when the other end is closed.
    finally:
        os.close(ours)
    assert process.wait(timeout=60) is not None
    return process.returncode, shown.decode("utf-8", "replace")


def test_reading_is_shown_on_a_terminal_and_leaves_no_trace_elsewhere(folder):
    for command in ("inspect", "check"):
        code, shown = _on_a_terminal(folder, command, "凭证2025Q1.xls")
        assert code == 0
        assert "读取中" in shown
        assert "读取中" not in kamcore(command, "凭证2025Q1.xls", cwd=folder).notes


def test_three_bars_on_a_terminal(folder):
    code, shown = _on_a_terminal(folder, "convert", "凭证2025Q1.xls", "U8.txt", *U8)
    assert code == 0
    last = shown[: shown.index("已写")]
    assert last.count("229/229") >= 3
    assert "复核" in last


def test_colour_on_a_terminal_unless_asked_not_to(folder):
    assert "\x1b[31m" in _on_a_terminal(folder, "konvert")[1]
    assert "\x1b[" not in _on_a_terminal(folder, "konvert", NO_COLOR="1")[1]
