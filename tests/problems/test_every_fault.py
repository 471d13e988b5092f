"""Every fault of the package: one code each, said in Chinese and in English, and fillable."""

import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

import kamcore
from kamcore.errors import Fault
from kamcore.place import Place

CHINESE = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile("[a-z]")
TEMPLATES = ("zh", "en", "hint_zh", "hint_en")


class Anything:
    """A fact of no known type: it accepts any way of being said."""

    def __format__(self, spec):
        return "x"

    def __repr__(self):
        return "x"

    __str__ = __repr__


@cache
def modules():
    """Every module, and what kept some from being imported."""
    found, broken = [], {}
    names = [info.name for info in pkgutil.walk_packages(kamcore.__path__, "kamcore.", broken.get)]
    for name in names:
        if name.endswith("__main__"):
            continue
        try:
            found.append(importlib.import_module(name))
        except ImportError as error:
            # A room may need a library that only an extra installs.
            if (error.name or "").startswith("kamcore"):
                broken[name] = str(error)
        except (SyntaxError, NameError, AttributeError, TypeError, ValueError) as error:
            broken[name] = repr(error)
    return found, broken


def faults_in(value: object) -> Iterator[Fault]:
    if isinstance(value, Fault):
        yield value
    elif isinstance(value, Mapping):
        yield from faults_in(tuple(value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from faults_in(part)


@cache
def every_fault() -> tuple[Fault, ...]:
    found = {
        id(fault): fault
        for module in modules()[0]
        for value in list(vars(module).values())
        for fault in faults_in(value)
    }
    return tuple(sorted(found.values(), key=lambda fault: fault.code))


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_module_can_be_imported():
    assert modules()[1] == {}


def test_there_are_faults_from_more_than_one_room():
    assert len({fault.code[0] for fault in every_fault()}) > 2


def test_no_two_faults_share_a_code():
    codes = [fault.code for fault in every_fault()]
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []


@pytest.mark.parametrize("fault", every_fault(), ids=lambda fault: fault.code)
def test_a_fault_is_said_in_both_languages(fault):
    assert CHINESE.search(fault.zh)
    assert bool(fault.hint_zh) == bool(fault.hint_en)
    assert not fault.hint_zh or CHINESE.search(fault.hint_zh)
    for zh, en in ((fault.zh, fault.en), (fault.hint_zh, fault.hint_en)):
        # A word that must stand in the file itself, such as a heading, is the same in both.
        literals = CHINESE.findall(en)
        assert all(literal in zh for literal in literals), literals
        assert len(LATIN.findall(en)) >= len("".join(literals))


@pytest.mark.parametrize("fault", every_fault(), ids=lambda fault: fault.code)
def test_the_sentences_of_a_fault_are_filled_by_its_facts(fault):
    names = set().union(*(fields(getattr(fault, template)) for template in TEMPLATES))
    assert all(name.isidentifier() for name in names), names
    assert not names & {"self", "place"}
    facts = {name: Anything() for name in names - {"value"}}
    problem = fault.at(Place(), "x", **facts)
    for lang in ("zh", "en"):
        assert problem.message(lang).strip()
        assert bool(problem.hint(lang)) == bool(getattr(fault, f"hint_{lang}"))


@pytest.mark.parametrize("fault", every_fault(), ids=lambda fault: fault.code)
def test_a_sentence_has_no_full_stop_and_no_blank_at_its_ends(fault):
    for template in TEMPLATES:
        text = getattr(fault, template)
        assert text == text.strip()
        assert not text.endswith((".", "。"))
