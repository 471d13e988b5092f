"""Plug-ins are admitted, set aside or heard; nothing of theirs spoils what others offer."""

import re
import subprocess
import sys
from types import SimpleNamespace

import polars as pl
import pytest

from kamcore.errors import SourceError, UsageError
from kamcore.format import Fact, Format, Guess, Head
from kamcore.plugin import Registry, hookimpl, registry


class Polite(Format):
    """A format with good manners."""

    name = "polite"
    title = "有礼格式"
    suffixes = (".polite",)
    reads = frozenset({Fact("lines", "summary")})

    def __init__(self, name="polite", mark=b"POLITE", guess=Guess.sure):
        self.name = name
        self.mark = mark
        self.guess = guess

    def sniff(self, head):
        if head.start.startswith(self.mark):
            return self.guess("首行有标记", "the first line has the mark")
        return Guess.no("首行没有标记", "the first line lacks the mark")


def offering(*formats):
    class Plugin:
        @hookimpl
        def kamcore_formats(self):
            return formats

    return Plugin()


def house(**plugins):
    return Registry(plugins, with_built_in=False)


def reason(broken):
    return broken.code, broken.message()


def test_a_polite_guest_is_admitted():
    known = house(good=offering(Polite()))
    assert list(known.formats) == ["polite"]
    assert known.format("polite").title == "有礼格式"
    assert [plugin.name for plugin in known.plugins] == ["good"]
    assert not known.broken


def test_built_ins_come_first_and_none_is_broken():
    known = Registry({"good": offering(Polite())})
    assert list(known.formats)[-1] == "polite"
    assert {p.origin for p in known.plugins} == {"kamcore", ""}
    assert not known.broken


def test_the_registry_of_the_process_is_built_once():
    assert registry() is registry()


def test_near_names_are_proposed():
    known = house(good=offering(Polite(), Polite("kingdee-k3")))
    with pytest.raises(UsageError) as caught:
        known.format("kingdee-k2")
    assert caught.value.problem.hint() == "near names are: kingdee-k3"
    assert caught.value.code == "P2001"


def test_a_misspelt_hook_is_an_error():
    class Plugin:
        @hookimpl
        def kamcore_format(self):
            return [Polite()]

    known = house(bad=Plugin(), good=offering(Polite()))
    assert list(known.formats) == ["polite"]
    code, message = reason(known.broken["bad"])
    assert code == "P1002"
    assert "kamcore_format" in message


def test_an_unknown_argument_of_a_hook_is_an_error():
    class Plugin:
        @hookimpl
        def kamcore_formats(self, everything):
            return [Polite()]

    assert house(bad=Plugin()).broken["bad"].code == "P1002"


def test_a_guest_without_hooks_offers_nothing():
    assert house(bad=SimpleNamespace(kamcore_formats=list)).broken["bad"].code == "P1003"


def test_a_raising_hook_is_set_aside_with_its_reason():
    class Plugin:
        @hookimpl
        def kamcore_formats(self):
            raise RuntimeError("no licence\nsecond line")

    assert reason(house(bad=Plugin()).broken["bad"]) == (
        "P1010",
        "kamcore_formats of plug-in bad failed: RuntimeError: no licence",
    )


def test_a_guest_that_ends_the_process_does_not():
    class Plugin:
        @hookimpl
        def kamcore_formats(self):
            sys.exit(3)

    assert house(bad=Plugin()).broken["bad"].code == "P1010"


def test_an_endless_offer_is_cut_off():
    class Plugin:
        @hookimpl
        def kamcore_formats(self):
            while True:
                yield Polite()

    assert house(bad=Plugin()).broken["bad"].code == "P1004"


@pytest.mark.parametrize("offer", [Polite, "polite", None, 7])
def test_something_that_is_no_format_is_refused(offer):
    assert house(bad=offering(offer)).broken["bad"].code == "P1004"


@pytest.mark.parametrize("name", ["Polite", "po lite", "😀", "", "-a", "1a", "a--b", "a_b", None])
def test_names_are_kebab_case(name):
    assert house(bad=offering(Polite(name))).broken["bad"].code == "P1005"


def test_names_clash_first_come_first_served():
    known = house(first=offering(Polite()), second=offering(Polite("other"), Polite()))
    assert list(known.formats) == ["polite"]
    assert reason(known.broken["second"]) == (
        "P1006",
        "the name 'polite' in plug-in second is taken by first",
    )


def test_a_guest_may_not_clash_with_itself():
    assert house(bad=offering(Polite(), Polite())).broken["bad"].code == "P1006"


def _changed(**card):
    return type("Changed", (Polite,), card)()


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"api": 2}, "P1007"),
        ({"title": " "}, "P1008"),
        ({"suffixes": "polite"}, "P1008"),
        ({"suffixes": ("polite",)}, "P1008"),
        ({"forms": {".other": {"form": "text"}}}, "P1008"),
        ({"reads": {"lines.summary"}}, "P1008"),
        ({"evidence": "confirmed"}, "P1008"),
        ({"write": lambda *_: None}, "P1008"),
        ({"sniff": lambda *_: 1 / 0}, "P1009"),
        ({"sniff": lambda *_: True}, "P1009"),
        ({"sniff": lambda *_: Guess(99, "", "")}, "P1009"),
        ({"sniff": lambda *_: Guess.sure("总是", "always")}, "P1009"),
    ],
)
def test_a_card_that_breaks_the_contract_is_refused(card, code):
    known = house(bad=offering(_changed(**card)), good=offering(Polite("good")))
    assert known.broken["bad"].code == code
    assert list(known.formats) == ["good"]


def test_the_surest_wins():
    known = house(
        a=offering(Polite("maybe", b"P", Guess.maybe)),
        b=offering(Polite()),
        c=offering(Polite("x", b"X")),
    )
    found, guess = known.recognise(Head(name="a.polite", start=b"POLITE"))
    assert found.name == "polite"
    assert guess.reason("zh") == "首行有标记"


def test_a_lone_maybe_is_taken():
    known = house(a=offering(Polite("perhaps", b"P", Guess.maybe)))
    assert known.recognise(Head(name="a", start=b"P"))[0].name == "perhaps"


def test_a_tie_names_both():
    known = house(a=offering(Polite()), b=offering(Polite("twin")))
    with pytest.raises(UsageError, match=r"polite \(the first.*twin \(the first") as caught:
        known.recognise(Head(name="a.polite", start=b"POLITE"))
    assert caught.value.code == "P2002"
    assert "twin (首行有标记)" in caught.value.text("zh")


def test_nothing_fits_and_the_nearest_are_listed():
    other = Polite("other")
    other.suffixes = (".xls",)
    known = house(a=offering(Polite()), b=offering(other))
    head = Head(name="a.xls", start=b"?", sheets={"凭证列表": (("a",),)})
    with pytest.raises(SourceError) as caught:
        known.recognise(head)
    assert caught.value.code == "P2003"
    assert caught.value.place.sheet == "凭证列表"
    assert [p.value for p in caught.value.problems] == ["other", "polite"]
    assert "最接近的是有礼格式: 首行没有标记" in caught.value.text("zh")


def test_a_sniff_that_raises_later_is_passed_over():
    class Late(Polite):
        def sniff(self, head):
            if head.suffix == ".polite":
                raise ValueError("boom")
            return Guess.no()

    known = house(bad=offering(Late("late")), good=offering(Polite()))
    assert known.recognise(Head(name="a.polite", start=b"POLITE"))[0].name == "polite"
    assert [(p.code, p.value) for p in known.incidents] == [("P2005", "ValueError: boom")]


class Parts:
    name = "parts"

    def check(self, books):
        return []

    def apply(self, books):
        return books

    def classify(self, measures):
        return pl.Series([], dtype=pl.String)


def test_checks_steps_and_tier_rules_are_collected():
    class Plugin:
        @hookimpl
        def kamcore_checks(self):
            return [Parts()]

        @hookimpl
        def kamcore_steps(self):
            return [Parts()]

        @hookimpl
        def kamcore_tier_rules(self):
            return [Parts()]

    known = house(good=Plugin())
    assert list(known.checks) == list(known.steps) == list(known.tier_rules) == ["parts"]
    assert known.step("parts") is known.plugins[0].steps[0]
    assert known.tier_rule("parts") is known.plugins[0].tier_rules[0]
    with pytest.raises(UsageError, match="no tier rule named 'part'"):
        known.tier_rule("part")


class Group:
    def __init__(self):
        self.commands = {"read": object()}

    def add_command(self, cmd, name=None):
        self.commands[name] = cmd


def test_commands_are_added_and_none_is_replaced():
    class Adds:
        @hookimpl
        def kamcore_commands(self, cli):
            cli.add_command(object(), "mine")

    class Replaces:
        @hookimpl
        def kamcore_commands(self, cli):
            cli.add_command(object(), "also")
            cli.add_command(object(), "read")

        @hookimpl
        def kamcore_formats(self):
            return [Polite()]

    class Fails:
        @hookimpl
        def kamcore_commands(self, cli):
            cli.commands.clear()
            raise KeyError("x")

    known = house(adds=Adds(), replaces=Replaces(), fails=Fails())
    group = Group()
    own = group.commands["read"]
    known.add_commands(group)
    assert set(group.commands) == {"read", "mine"}
    assert group.commands["read"] is own
    assert {name: p.code for name, p in known.broken.items()} == {
        "replaces": "P1011",
        "fails": "P1010",
    }
    assert not known.formats


@pytest.mark.parametrize(("trace", "heard"), [("0", ""), ("1", "hello\n")])
def test_a_guest_cannot_write_to_our_output(monkeypatch, capsys, trace, heard):
    monkeypatch.setenv("KAMCORE_TRACE", trace)

    class Plugin:
        @hookimpl
        def kamcore_formats(self):
            print("hello")
            return [Polite()]

    assert house(loud=Plugin()).formats
    out, err = capsys.readouterr()
    assert out == ""
    assert "".join(re.findall("hello\n", err)) == heard


def test_hook_calls_are_traced_on_demand(monkeypatch, capsys):
    monkeypatch.setenv("KAMCORE_TRACE", "1")
    house(good=offering(Polite()))
    assert re.search(r"^kamcore_formats: good$", capsys.readouterr().err, re.MULTILINE)


def test_loading_can_be_limited_and_missing_names_are_said(monkeypatch):
    monkeypatch.setenv("KAMCORE_PLUGINS", "not-there")
    known = Registry()
    assert list(known.broken) == ["not-there"]
    assert known.broken["not-there"].code == "P1012"
    assert {plugin.origin for plugin in known.plugins} == {"kamcore"}


def test_importing_kamcore_loads_nothing_heavy():
    heavy = ("polars", "pluggy", "lxml", "openpyxl", "pydantic", "click", "pytest")
    code = f"import sys, kamcore; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_importing_the_registry_builds_none():
    card = "n.startswith('kamcore.adapters.')"
    code = f"import sys, kamcore.plugin; print([n for n in sys.modules if {card}])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
