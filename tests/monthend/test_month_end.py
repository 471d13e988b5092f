"""Steps run when they must, fail alone, and tell what needs a person."""

import json
import shutil
from pathlib import Path

import attrs
import polars as pl
import pytest

import kamcore as kc
from kamcore.errors import SourceError, UsageError
from kamcore.model.period import Period
from kamcore.monthend.folder import Settings, look_into
from kamcore.monthend.running import Run, run_steps
from kamcore.monthend.step import Ask, Output, Step, Told
from kamcore.monthend.steps import STEPS
from kamcore.plugin.register import with_files

DEMO = Path(kc.__file__).parent / "cli" / "demo_data" / "vouchers_2025Q1.xls"
MARCH = Period(2025, 3)
CORE = tuple(step for step in STEPS if step.name in ("read", "books", "forms", "check", "age"))


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Books of some vouchers of March, quick to read."""
    books = kc.read(DEMO).books
    heads = books.vouchers.filter(pl.col("period") == 3).head(9)
    lines = books.lines.join(heads.select("voucher_id"), on="voucher_id", how="semi")
    path = tmp_path_factory.mktemp("few") / "凭证.jsonl"
    kc.write(books.replace(vouchers=heads, lines=lines), path, "native")
    return path


@pytest.fixture
def folder(tmp_path, few):
    made = tmp_path / "三月"
    made.mkdir()
    shutil.copyfile(few, made / "凭证.jsonl")
    return made


def _states(found):
    return {step.name: step.status for step in found.steps}


def _run(folder, steps=CORE, **how):
    return run_steps(folder, MARCH, folder / "out", steps, Run(**how))


def _made(name="mine", needs=("books",), text="一", **more):
    """A step that writes one file."""

    def tell(_work, value):
        return Told(outputs=(Output("mine.txt", lambda path: path.write_text(value, "utf-8")),))

    facts = {"zh": "自己的", "en": "own", "make": lambda _work: text, "tell": tell}
    return Step(name=name, needs=needs, **facts, **more)


def test_a_second_run_does_nothing_again(folder):
    first = _run(folder)
    assert set(_states(first).values()) == {"done"}
    written = {path: path.stat().st_mtime_ns for path in (folder / "out").glob("*.xlsx")}
    assert written
    again = _run(folder)
    assert set(_states(again).values()) == {"unchanged"}
    assert written == {path: path.stat().st_mtime_ns for path in written}
    assert [one.outputs for one in again.steps] == [one.outputs for one in first.steps]


def test_only_what_a_changed_file_touches_runs_again(folder):
    forms = folder / "约定.toml"
    forms.write_text('[[item]]\n"存货编码" = "A"\n"存货名称" = "甲"\n', "utf-8")
    _run(folder)
    forms.write_text('[[item]]\n"存货编码" = "B"\n"存货名称" = "乙"\n', "utf-8")
    assert _states(_run(folder)) == {
        "read": "unchanged",
        "books": "unchanged",
        "forms": "done",
        "check": "unchanged",
        "age": "unchanged",
    }


def test_a_lost_file_is_made_again(folder):
    found = _run(folder)
    name = next(name for step in found.steps for name in step.outputs)
    (folder / "out" / name).unlink()
    assert _states(_run(folder))["age"] == "done"
    assert (folder / "out" / name).exists()


def test_a_file_changed_by_hand_is_not_replaced(folder):
    _run(folder, (*CORE, _made()))
    mine = folder / "out" / "mine.txt"
    mine.write_text("改过", "utf-8")
    other = _made(text="二", wants=("age",))
    found = _run(folder, (*CORE, other))
    assert _states(found)["mine"] == "failed"
    assert found.steps[-1].listed[0]["code"] == "C7012"
    assert mine.read_text("utf-8") == "改过"
    assert _states(_run(folder, (*CORE, other), force=True))["mine"] == "done"
    assert mine.read_text("utf-8") == "二"


def test_a_failing_step_stops_only_those_that_need_it(folder):
    def broken(_work):
        raise ZeroDivisionError("none")

    bad = attrs.evolve(_made("bad"), make=broken)
    steps = (bad, _made("after", needs=("bad",)), _made("beside", wants=("bad",)))
    found = _run(folder, (*CORE, *steps), lang="en")
    states = _states(found)
    assert (states["bad"], states["after"], states["beside"]) == ("failed", "skipped", "done")
    assert states["age"] == "done"
    assert [ask.what for ask in found.asks][-1].startswith("own: the step own broke: ZeroDivision")
    assert _states(_run(folder, (*CORE, *steps)))["bad"] == "failed"


def test_a_run_that_was_ended_goes_on(folder):
    def ended(_step, done, _all):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(folder, progress=ended)
    states = _states(_run(folder))
    assert [states[name] for name in ("read", "books", "forms")] == ["unchanged"] * 3
    assert states["check"] == "done"


def test_a_file_no_step_makes_any_more_goes(folder):
    _run(folder, (*CORE, _made()))
    silent = attrs.evolve(_made(wants=("age",)), tell=lambda _work, _value: Told())
    _run(folder, (*CORE, silent))
    assert not (folder / "out" / "mine.txt").exists()


def test_what_stands_in_the_way_is_kept(folder):
    out = folder / "out"
    out.mkdir()
    (out / "人写的.txt").write_text("留", "utf-8")
    with pytest.raises(UsageError) as caught:
        _run(folder)
    assert caught.value.code == "C1001"


def test_asks_of_unchanged_steps_are_told_again(folder):
    asks = (Ask("看一看", "某处", "因为"),)
    told = attrs.evolve(_made(), tell=lambda _work, _value: Told(asks=asks))
    assert _run(folder, (*CORE, told)).asks == asks
    again = _run(folder, (*CORE, told))
    assert again.asks == asks
    assert _states(again)["mine"] == "unchanged"


def test_several_exports_are_joined_and_a_conflict_is_asked(folder, few):
    books = kc.read(few).books
    first = pl.col("voucher_id") == pl.col("voucher_id").min()
    twice = pl.when(first).then(pl.col("debit", "credit") * 2).otherwise(pl.col("debit", "credit"))
    doubled = books.lines.with_columns(twice.cast(books.lines.schema["debit"]))
    kc.write(books.replace(lines=doubled), folder / "另一份.jsonl", "native")
    found = _run(folder)
    assert found.steps[0].said["vouchers"] == 9
    assert any("凭证冲突" in ask.what for ask in found.asks)


def test_every_step_over_a_folder_without_forms(folder, few):
    found = _run(folder, STEPS)
    states = _states(found)
    idle = ("provision", "plan", "price", "rebate", "credit", "tier", "reconcile")
    assert {states[name] for name in idle} == {"nothing"}
    assert {state for name, state in states.items() if name not in idle} == {"done"}
    report = next(one for one in found.steps if one.name == "report")
    owed = kc.read(few).books.lines.filter(pl.col("account").str.starts_with("1122"))
    balance = owed.select(pl.col("debit").sum() - pl.col("credit").sum()).item()
    assert report.said["totals"]["closing"] == f"{balance:.2f}"
    assert json.loads((folder / "out" / "大客户业务月报表.json").read_text("utf-8"))


def test_names_say_whose_a_file_is(folder):
    shutil.copyfile(DEMO, folder / "对方-0002.xls")
    (folder / "theirs").mkdir()
    shutil.copyfile(DEMO, folder / "theirs" / "0003.xls")
    (folder / "说明.docx").write_bytes(b"?")
    found = look_into(folder)
    assert [path.name for path in found.exports] == ["凭证.jsonl"]
    assert {who: path.name for who, path in found.theirs.items()} == {
        "0002": "对方-0002.xls",
        "0003": "0003.xls",
    }
    assert [path.name for path in found.left] == ["说明.docx"]
    told = _run(folder).steps[0]
    assert told.listed[0]["code"] == "C7021"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("buckets = 30", "C7003"),
        ("drafts = 1", "C7003"),
        ("colour = 1", "C7004"),
        ("buckets = [", "C7005"),
        ('[theirs]\n"0002" = "没有.xls"', "C7003"),
    ],
)
def test_settings_that_cannot_be(folder, text, code):
    (folder / "month_end.toml").write_text(text, "utf-8")
    with pytest.raises((UsageError, SourceError)) as caught:
        look_into(folder)
    assert caught.value.code == code


PLUGIN = """
from kamcore.plugin import hookimpl

class Halve:
    name = "first-voucher"

    def apply(self, books):
        return books.replace(lines=books.lines.filter(books.lines["voucher_id"] == 1))

@hookimpl
def kamcore_steps():
    return [Halve()]
"""


def test_a_step_of_a_plugin_joins_by_its_name(folder, few, tmp_path):
    (tmp_path / "halving.py").write_text(PLUGIN, "utf-8")
    whole = _run(folder)
    with with_files([tmp_path / "halving.py"]):
        assert _states(_run(folder))["books"] == "done"
        (folder / "month_end.toml").write_text('steps = ["first-voucher"]\n', "utf-8")
        part = _run(folder)
    lines = [
        next(x for x in one.steps if x.name == "books").said["lines"] for one in (whole, part)
    ]
    assert lines[1] < lines[0]
    lost = _run(folder)
    assert _states(lost)["books"] == "failed"
    assert _states(lost)["age"] == "skipped"
    assert _states(lost)["forms"] == "done"


def test_settings_are_read(folder):
    text = 'buckets = [30, "1y"]\naccount = ["1122"]\nskip = ["age"]\n'
    (folder / "month_end.toml").write_text(text, "utf-8")
    assert look_into(folder).settings == Settings(
        buckets=(30, "1y"), account=("1122",), skip=("age",)
    )
    assert "age" not in _states(_run(folder))


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(UsageError) as caught:
        look_into(tmp_path / "没有")
    assert caught.value.code == "C7001"
    with pytest.raises(SourceError) as missing:
        look_into(tmp_path)
    assert missing.value.code == "C7002"


LINKED = """
[[party]]
code = "KA-1"
name = "双桥样例商贸 (集团)"
credit_limit = 5000000
codes = [{books = "K3", role = "customer", outside = "0004"}]
[[party]]
code = "KA-2"
name = "华东样例联采有限公司"
[[party]]
code = "KA-3"
name = "别名"
[[contract]]
number = "HT-1"
party = "KA-1"
start = 2025-01-01
end = 2025-12-31
annual_plan = [{span = "2025Q1", amount = 900000}]
[[rebate]]
id = "R1"
customer = "KA-1"
contract = "HT-1"
method = "总额"
rate = "1%"
valid_from = 2025-01-01
[[tier_policy]]
name = "五级"
"""


def test_parties_with_codes_of_their_own_meet_the_books(tmp_path):
    made = tmp_path / "三月"
    made.mkdir()
    shutil.copyfile(DEMO, made / "凭证.xls")
    (made / "约定.toml").write_text(LINKED, "utf-8")
    (made / "月结对照.toml").write_text('[members.customer]\n"0002" = "KA-3"\n', "utf-8")
    (made / "month_end.toml").write_text('mapping = "月结对照.toml"\n', "utf-8")
    names = ("read", "books", "forms", "age", "customers", "plan", "rebate", "tier", "credit",
             "drafts", "report")  # fmt: skip
    steps = tuple(step for step in STEPS if step.name in names)
    found = run_steps(made, MARCH, made / "out", steps, Run(lang="zh"))
    assert set(_states(found).values()) == {"done"}
    report = json.loads((made / "out" / "大客户业务月报表.json").read_text("utf-8"))
    rows = {row["customer"]: row for row in report["customers"]}
    assert {"KA-1", "KA-2", "KA-3", "0003"} <= set(rows)
    assert not {"0001", "0002", "0004"} & set(rows)
    one = rows["KA-1"]
    assert (one["sales"], one["plan"], one["limit"]) == ("431911.42", "310000.00", "5000000.00")
    assert one["tier"] == "white_gold"
    assert rows["0003"].get("plan") is None
    # The voucher for the books names the customer as the books do.
    drafts = kc.read(made / "out" / "凭证草稿.jsonl").books
    assert drafts.lines["aux_customer"].drop_nulls().unique().to_list() == ["0004"]
    links = {row["code"]: row for row in _said(found, "customers")["links"]}
    assert (links["0001"]["by"], links["0002"]["by"]) == ("name", "mapping")
    assert links["0003"] == {"code": "0003", "party": "0003", "by": ""}


def _said(found, name):
    return next(step.said for step in found.steps if step.name == name)


def test_a_customer_that_sends_a_list_is_reconciled_too(folder):
    wanted = {"read", "books", "reconcile"}
    steps = tuple(step for step in STEPS if step.name in wanted)
    lines = kc.read(folder / "凭证.jsonl").books.lines
    own = lines.filter(pl.col("aux_customer") == "0001", pl.col("account").str.starts_with("1122"))
    rows = [f"{day},{debit:f},{credit:f}" for day, debit, credit in
            own.select("date", "debit", "credit").iter_rows()]  # fmt: skip
    assert rows
    text = "\n".join(["日期,收货金额,付款金额", *rows, ",7,"])
    (folder / "对方-0001.csv").write_text(text, "utf-8")
    found = _run(folder, steps)
    assert _states(found)["reconcile"] == "done"
    (step,) = [one for one in found.steps if one.name == "reconcile"]
    assert step.problems == 1, "the unnamed total is told"
    (said,) = step.said["parties"]
    assert (said["customer"], said["differences"]) == ("0001", 0)
