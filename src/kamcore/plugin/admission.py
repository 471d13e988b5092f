"""What a plug-in must be to be let in, and the words for what is wrong with one that is not."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from kamcore.errors import Fault, PluginError, Severity
from kamcore.format import Certainty, Evidence, Fact, Format, Guess, Head, Limits
from kamcore.format.format import API
from kamcore.place import Place
from kamcore.plugin.hookspecs import Check, Step, TierRule

_HINT_ZH = "请联系插件作者; 其余格式不受影响"
_HINT_EN = "ask the author of the plug-in; everything else works without it"


def _fault(code: str, zh: str, en: str, hint: tuple[str, str] = (_HINT_ZH, _HINT_EN)) -> Fault:
    return Fault(code=code, zh=zh, en=en, hint_zh=hint[0], hint_en=hint[1])


CANNOT_LOAD = _fault(
    "P1001", "插件 {plugin} 无法载入: {value}", "plug-in {plugin} cannot be loaded: {value}"
)
UNKNOWN_HOOK = _fault(
    "P1002",
    "插件 {plugin} 的钩子不对: {value}",
    "plug-in {plugin} has a wrong hook: {value}",
    ("{near}钩子有: {known}", "{near}the hooks are {known}"),
)
OFFERS_NOTHING = _fault(
    "P1003",
    "插件 {plugin} 没有实现任何钩子",
    "plug-in {plugin} implements no hook",
    (
        "插件作者: 在函数上方加 @kamcore.plugin.hookimpl; 钩子有: {known}",
        "its author: mark the function with @kamcore.plugin.hookimpl; the hooks are {known}",
    ),
)
WRONG_TYPE = _fault(
    "P1004",
    "插件 {plugin} 的 {hook} 给出 {value}, 应为 {wants}",
    "{hook} of plug-in {plugin} offers {value}, not {wants}",
)
BAD_NAME = _fault(
    "P1005",
    "插件 {plugin} 的名称「{value}」不合规则: 只用小写字母、数字和连字符",
    "the name {value!r} in plug-in {plugin} is not kebab-case",
)
NAME_TAKEN = _fault(
    "P1006",
    "插件 {plugin} 的名称「{value}」已被 {owner} 使用",
    "the name {value!r} in plug-in {plugin} is taken by {owner}",
)
WRONG_API = _fault(
    "P1007",
    "插件 {plugin} 的格式 {format} 用的是接口版本 {value}, 本程序是 {wants}",
    "format {format} of plug-in {plugin} is written for version {value} of the contract, "
    "not {wants}",
    ("{advice_zh}; 其余格式不受影响", "{advice_en}; everything else works without it"),
)
BAD_CARD = _fault(
    "P1008",
    "插件 {plugin} 的格式 {format} 的 {value} 不合约定",
    "{value} of format {format} of plug-in {plugin} is not as agreed",
)
BAD_SNIFF = _fault(
    "P1009",
    "插件 {plugin} 的格式 {format} 不会辨认文件: {value}",
    "format {format} of plug-in {plugin} cannot tell its own files: {value}",
)
HOOK_FAILED = _fault(
    "P1010", "插件 {plugin} 的 {hook} 出错: {value}", "{hook} of plug-in {plugin} failed: {value}"
)
REPLACES_COMMAND = _fault(
    "P1011",
    "插件 {plugin} 想替换已有的命令「{value}」",
    "plug-in {plugin} tries to replace the command {value!r}",
)
NOT_INSTALLED = Fault(
    code="P1012",
    severity=Severity.WARNING,
    zh="KAMCORE_PLUGINS 点名的插件「{value}」没有安装",
    en="KAMCORE_PLUGINS names the plug-in {value!r}, which is not installed",
    hint_zh="检查拼写, 或先安装该插件",
    hint_en="check the spelling, or install it",
)

TOO_SLOW = _fault(
    "P1013",
    "插件 {plugin} 等了 {value} 秒仍无回应, 已停用",
    "plug-in {plugin} gave no answer within {value} s and was set aside",
)
TAKES_LONG = Fault(
    code="P1014",
    severity=Severity.WARNING,
    zh="插件 {plugin} 载入用了 {value} 秒, 拖慢每一次运行",
    en="plug-in {plugin} took {value} s to load and slows every run",
    hint_zh="插件作者: 解析器等放到 reader.py 里, 用到时再导入",
    hint_en="its author: import parsers in reader.py, which is loaded when it is used",
)

MOST = 1000
"""How many things one hook may offer; more is a generator that never ends."""

WANTS: dict[str, type] = {
    "kamcore_formats": Format,
    "kamcore_checks": Check,
    "kamcore_steps": Step,
    "kamcore_tier_rules": TierRule,
}
"""What each hook that is asked at admission must offer."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FINAL = ("write", "options_for", "check_options", "dropped", "refuse")
_PROBES = (Head(name="", container="empty"), Head(name="x.bin", start=b"\x00\xfe\x13\x07" * 64))


def said(error: BaseException) -> str:
    """An exception as one phrase: its class and the first line of its message."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def refuse(fault: Fault, plugin: str, value: object, **facts: object) -> PluginError:
    """The error that keeps a plug-in out."""
    return PluginError(fault.at(Place(), value, plugin=plugin, **facts))


def admit(plugin: str, hook: str, offered: object) -> list[Any]:
    """Check what a hook of a plug-in offers, and give it as a list.

    Raises:
        PluginError: something offered is not as agreed.
    """
    wants = WANTS[hook]
    if isinstance(offered, str | bytes) or not isinstance(offered, Iterable):
        raise refuse(WRONG_TYPE, plugin, repr(offered), hook=hook, wants=f"[{wants.__name__}]")
    things = list(islice(offered, MOST + 1))
    if len(things) > MOST:
        raise refuse(WRONG_TYPE, plugin, f"> {MOST}", hook=hook, wants=f"[{wants.__name__}]")
    for thing in things:
        if isinstance(thing, type) or not isinstance(thing, wants):
            raise refuse(WRONG_TYPE, plugin, repr(thing), hook=hook, wants=wants.__name__)
        name = getattr(thing, "name", None)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise refuse(BAD_NAME, plugin, name)
        if isinstance(thing, Format):
            _check_card(plugin, thing)
            _check_sniff(plugin, thing)
    return things


def _check_card(plugin: str, card: Format) -> None:
    if card.api != API:
        zh, en = _advice(card.api)
        raise refuse(
            WRONG_API, plugin, card.api, format=card.name, wants=API, advice_zh=zh, advice_en=en
        )
    agreed: dict[str, Callable[[Any], bool]] = {
        "title": lambda value: isinstance(value, str) and bool(value.strip()),
        "title_en": lambda value: isinstance(value, str),
        "suffixes": lambda value: (
            isinstance(value, tuple)
            and all(isinstance(suffix, str) and suffix.startswith(".") for suffix in value)
        ),
        "forms": lambda value: _are_forms(value, card),
        "evidence": lambda value: isinstance(value, Evidence),
        "reads": _are_facts,
        "writes": _are_facts,
        "limits": lambda value: isinstance(value, Limits),
    }
    for name, holds in agreed.items():
        if not holds(getattr(card, name, None)):
            raise refuse(BAD_CARD, plugin, name, format=card.name)
    for name in _FINAL:
        if getattr(type(card), name) is not getattr(Format, name):
            raise refuse(BAD_CARD, plugin, name, format=card.name)


def _advice(api: object) -> tuple[str, str]:
    """Which of the two is to be brought up to date, in Chinese and in English."""
    if isinstance(api, int) and api > API:
        return (
            "插件比本程序新: pip install --upgrade kamcore",
            "the plug-in is newer than kamcore: pip install --upgrade kamcore",
        )
    return (
        "插件比本程序旧: 用 pip install --upgrade 升级插件, 或请作者按新接口修改",
        "the plug-in is older than kamcore: upgrade it with pip, or ask its author for a new one",
    )


def _are_facts(value: object) -> bool:
    return isinstance(value, frozenset) and all(isinstance(fact, Fact) for fact in value)


def _are_forms(value: object, card: Format) -> bool:
    """True when every suffix is one of the card's, and stands for options that it has."""
    return (
        isinstance(value, Mapping)
        and value.keys() <= {*card.suffixes}
        and all(isinstance(stands, Mapping) for stands in value.values())
        and all(stands.keys() <= {*card.options} for stands in value.values())
    )


def _check_sniff(plugin: str, card: Format) -> None:
    """A format that is sure of nothing at all, or of noise, would spoil every recognition."""
    for probe in _PROBES:
        guess, fault = sniffed(card, probe)
        if fault:
            raise refuse(BAD_SNIFF, plugin, fault, format=card.name)
        if guess.certainty is Certainty.SURE:
            raise refuse(BAD_SNIFF, plugin, "SURE of noise", format=card.name)


def sniffed(card: Format, head: Head) -> tuple[Guess, str]:
    """Ask a format about a head; when it misbehaves the guess is NO and the text says how."""
    guess: Any
    try:
        guess = card.sniff(head)
    except Exception as error:  # noqa: BLE001  whatever a guest raises stays with the guest
        return Guess.no(), said(error)
    if not isinstance(guess, Guess) or not isinstance(guess.certainty, Certainty):
        return Guess.no(), f"sniff gave {guess!r}"
    return guess, ""
