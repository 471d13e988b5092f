"""Which format a file is of: the surest, never a coin toss."""

from collections.abc import Callable, Iterable, Sequence

from kamcore.errors import Fault, Problem, Severity, SourceError, UsageError
from kamcore.format import Certainty, Format, Guess, Head
from kamcore.place import Place
from kamcore.plugin.admission import sniffed

UNDECIDED = Fault(
    code="P2002",
    zh="分不清是哪种格式: {named_zh}",
    en="several formats fit equally well: {named_en}",
    hint_zh="请指明格式",
    hint_en="name the format",
)
UNKNOWN = Fault(
    code="P2003",
    zh="没有哪种格式认得这个文件",
    en="no format recognises this file",
    hint_zh="检查是不是选错了文件; 若是自定义报表, 请提供版式文件",
    hint_en="check that it is the right file; a report of your own needs a layout",
)
NEAREST = Fault(
    code="P2004",
    severity=Severity.INFO,
    zh="最接近的是{title}: {reason_zh}",
    en="near to {value}: {reason_en}",
)
SNIFF_FAILED = Fault(
    code="P2005",
    severity=Severity.WARNING,
    zh="格式 {format} 辨认文件时出错, 已跳过: {value}",
    en="format {format} failed to look at the file and was passed over: {value}",
)

SHOWN = 5
"""How many of the nearest formats are listed."""


def guesses(
    formats: Iterable[Format],
    head: Head,
    ask: Callable[[Format, Head], tuple[Guess, str]] = sniffed,
) -> tuple[list[tuple[Format, Guess]], list[Problem]]:
    """What each format says, surest first, and the problems of those that misbehaved."""
    found, incidents = [], []
    for card in formats:
        guess, fault = ask(card, head)
        if fault:
            incidents.append(SNIFF_FAILED.at(Place(file=head.name), fault, format=card.name))
        found.append((card, guess))
    return sorted(found, key=lambda pair: -pair[1].certainty), incidents


def choose(found: Sequence[tuple[Format, Guess]], head: Head) -> tuple[Format, Guess]:
    """The one format that is surest.

    Raises:
        UsageError: several are equally sure.
        SourceError: none is.
    """
    best = max((guess.certainty for _, guess in found), default=Certainty.NO)
    if best is Certainty.NO:
        raise SourceError(UNKNOWN.at(_place(head), head.name), _nearest(found, head))
    tied = [(card, guess) for card, guess in found if guess.certainty is best]
    if len(tied) > 1:
        named = {
            f"named_{lang}": "; ".join(
                f"{card.name} ({guess.reason(lang)})" for card, guess in tied
            )
            for lang in ("zh", "en")
        }
        raise UsageError(UNDECIDED.at(_place(head), head.name, **named))
    return tied[0]


def _nearest(found: Sequence[tuple[Format, Guess]], head: Head) -> list[Problem]:
    """Formats that gave a reason for their NO; those of the file's suffix first."""
    reasoned = [(card, guess) for card, guess in found if guess.zh or guess.en]
    reasoned.sort(key=lambda pair: head.suffix not in pair[0].suffixes)
    return [
        NEAREST.at(
            _place(head), card.name, title=card.title, reason_zh=guess.zh, reason_en=guess.en
        )
        for card, guess in reasoned[:SHOWN]
    ]


def _place(head: Head) -> Place:
    return Place(file=head.name, sheet=next(iter(head.sheets), None))
