"""Nothing outside the folders named at the start is read or written."""

import os

import pytest

from kamcore.errors import UsageError
from kamcore_mcp.calling import call
from kamcore_mcp.folders import Folders


@pytest.fixture
def rooms(tmp_path):
    """An open folder and a closed one beside it, and ways from one into the other."""
    (tmp_path / "open" / "deep").mkdir(parents=True)
    (tmp_path / "openly").mkdir()
    (tmp_path / "closed").mkdir()
    for place in ("open/a.csv", "open/deep/b.csv", "openly/c.csv", "closed/d.csv"):
        (tmp_path / place).write_text("x\n", "utf-8")
    (tmp_path / "open" / "link.csv").symlink_to(tmp_path / "closed" / "d.csv")
    (tmp_path / "open" / "room").symlink_to(tmp_path / "closed", target_is_directory=True)
    (tmp_path / "open" / "near.csv").symlink_to(tmp_path / "open" / "a.csv")
    (tmp_path / "open" / "loop").symlink_to("loop")
    return tmp_path


def code_of(refused):
    return refused.value.problem.code


@pytest.mark.parametrize("given", ["a.csv", "deep/b.csv", "deep/../a.csv", "near.csv", "none.csv"])
def test_what_stands_inside_is_found(rooms, given):
    folders = Folders.of([rooms / "open"])
    assert folders.readable(given).parent in (rooms / "open", rooms / "open" / "deep")


@pytest.mark.parametrize(
    "given",
    [
        "../closed/d.csv",
        "../closed/nothing-there.csv",
        "../openly/c.csv",
        "deep/../../closed/d.csv",
        "link.csv",
        "room/d.csv",
        "room/../closed/d.csv",
        "..",
        "/etc/passwd",
        "/proc/self/environ",
        "~/../../etc/passwd/../../../../../etc/passwd",
        "loop",
        "a\0.csv",
        "x" * 5000,
    ],
)
@pytest.mark.parametrize("can_write", [False, True])
def test_no_way_leads_outside(rooms, given, can_write):
    folders = Folders.of([rooms / "open"], can_write=can_write)
    for ask in (folders.readable, folders.writable):
        with pytest.raises(UsageError) as refused:
            ask(given)
        assert code_of(refused) == "MC0002"


def test_whether_something_stands_outside_is_not_said(rooms):
    folders = Folders.of([rooms / "open"])
    there, nowhere = (
        call("check", {"file": f"../closed/{name}.csv"}, folders).text for name in ("d", "e")
    )
    assert there.replace("d.csv", "e.csv") == nowhere


def test_a_folder_is_read_with_what_its_links_lead_to(rooms):
    folders = Folders.of([rooms / "open"])
    assert folders.readable("deep") == rooms / "open" / "deep"
    with pytest.raises(UsageError) as refused:
        folders.readable(".")
    assert code_of(refused) == "MC0002"


def test_what_stands_beside_a_file_may_not_lead_outside_either(rooms):
    (rooms / "open" / "deep" / "b.map.toml").symlink_to(rooms / "closed" / "d.csv")
    with pytest.raises(UsageError) as refused:
        Folders.of([rooms / "open"]).readable("deep/b.csv")
    assert code_of(refused) == "MC0002"


def test_a_linked_folder_can_be_named_and_both_of_two_are_open(rooms):
    (rooms / "alias").symlink_to(rooms / "open", target_is_directory=True)
    folders = Folders.of([rooms / "alias", rooms / "openly"])
    assert folders.readable("a.csv") == rooms / "open" / "a.csv"
    assert folders.readable(str(rooms / "openly" / "c.csv")) == rooms / "openly" / "c.csv"


def test_a_pipe_is_not_waited_for(rooms):
    os.mkfifo(rooms / "open" / "pipe.csv")
    with pytest.raises(UsageError) as refused:
        Folders.of([rooms / "open"]).readable("pipe.csv")
    assert code_of(refused) == "MC0003"


def test_a_folder_that_is_none_is_refused_at_the_start(rooms):
    with pytest.raises(UsageError) as refused:
        Folders.of([rooms / "open" / "a.csv"])
    assert code_of(refused) == "MC0001"


@pytest.mark.parametrize("name", ["layout", "types", "currencies"])
def test_options_name_no_file_outside(rooms, name):
    folders = Folders.of([rooms / "open"])
    outside = rooms / "closed" / "e.toml"
    outside.write_text("name = 'secret'\n", "utf-8")
    said = call("check", {"file": "a.csv", "options": {name: str(outside)}}, folders)
    assert said.said["error"]["code"] == "MC0002"
    bare = call(
        "check", {"file": "a.csv", "options": {name: str(rooms / "closed/d.csv")}}, folders
    )
    assert bare.said["error"]["code"] == "MC0002"
