"""Running the steps of a month's end: each when it must, on its own, with a manifest.

The manifest keeps for every step the hash of what it was made of: its files, the period, the
settings, the version, and the hashes of the steps it takes values from.  A step whose hash is the
same and whose files are still there is not run again.  The manifest is written after every step,
so that a run that was ended goes on where it stopped.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from kamcore import __version__
from kamcore.errors import LISTED, Fault, KamcoreError, PluginError, UsageError
from kamcore.model.period import Period
from kamcore.monthend.folder import MANIFEST, digest, look_into
from kamcore.monthend.step import Ask, Output, Step, Told, Work
from kamcore.pipeline.atomic import EXISTS, whole
from kamcore.place import Place
from kamcore.plugin import registry

__all__ = ["Done", "MonthEnd", "run_steps"]

BROKE = Fault(
    code="C7011",
    zh="步骤 {value} 出错: {reason}",
    en="the step {value} broke: {reason}",
    hint_zh="其他步骤不受影响; 若是插件的步骤, 请告知插件作者",
    hint_en="other steps stand; if it is a plug-in's, tell its author",
)
CHANGED = Fault(
    code="C7012",
    zh="{value} 写出后被人改过, 不会覆盖",
    en="{value} was changed by hand since it was written and is not replaced",
    hint_zh="移走这个文件, 或加 --force",
    hint_en="move it away, or say --force",
)

Progress = Callable[[str, int, int], None]
_STATES = ("done", "unchanged", "nothing", "skipped", "failed")


@attrs.frozen(kw_only=True)
class Done:
    """What became of a step.

    `status`: ``done``; ``unchanged``, not run again; ``nothing`` to do; ``skipped``, because a
    step it needs failed or had nothing; ``failed``.
    """

    name: str
    title: str
    status: str
    key: str = ""
    seconds: float = 0.0
    outputs: Mapping[str, str] = attrs.field(factory=dict)
    """Files below the folder of the outputs, with their SHA-256."""
    problems: int = 0
    listed: tuple[Mapping[str, Any], ...] = ()
    """The first of the problems, as ``--json`` says them."""
    asks: tuple[Ask, ...] = ()
    said: Mapping[str, Any] = attrs.field(factory=dict)
    why: str = ""
    """Why nothing was done."""

    def to_json(self) -> dict[str, Any]:
        """A step under ``--json``."""
        return {
            "name": self.name,
            "title": self.title,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "outputs": sorted(self.outputs),
            "problems": self.problems,
            "why": self.why,
            "listed": list(self.listed),
            "said": dict(self.said),
        }


@attrs.frozen(kw_only=True)
class MonthEnd:
    """What a month's end did, step by step."""

    period: Period
    output: Path
    steps: tuple[Done, ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Everything that needs a person, in the order of the steps."""
        return tuple(ask for step in self.steps for ask in step.asks)

    def to_json(self) -> dict[str, Any]:
        """The object ``month-end --json`` prints."""
        return {
            "period": str(self.period),
            "as_of": self.period.last_day.isoformat(),
            "policy": {"sales": "debit", "receipts": "credit", "ageing": "fifo"},
            "output": str(self.output),
            "steps": [step.to_json() for step in self.steps],
            "needs_a_person": [ask.to_json() for ask in self.asks],
        }


@attrs.frozen(kw_only=True)
class Run:
    """How a run is made: its language, what may be replaced, who hears of it.

    `stopwatch` gives seconds from any start; without one every step takes none.
    """

    lang: str = "zh"
    force: bool = False
    stopwatch: Callable[[], float] = lambda: 0.0
    progress: Progress = lambda _step, _done, _all: None


def run_steps(
    folder: Path, period: Period, output: Path, steps: Sequence[Step], how: Run | None = None
) -> MonthEnd:
    """Run the steps over a folder and write what they make into `output`.

    Raises:
        UsageError: the folder or a setting is wrong, or `output` holds files of others.
        SourceError: no file of the folder is an export.
    """
    how = how or Run()
    found = look_into(folder)
    wanted = [step for step in steps if step.name not in found.settings.skip]
    work = Work(found, period, wanted, how.lang)
    before = _manifest(output, force=how.force)
    runner = _Runner(work, output, before, how)
    for number, step in enumerate(wanted):
        how.progress(step.title(how.lang), number, len(wanted))
        runner.step(step)
        runner.save()
    how.progress("", len(wanted), len(wanted))
    return MonthEnd(period=period, output=output, steps=tuple(runner.done.values()))


def _manifest(output: Path, *, force: bool) -> Mapping[str, Any]:
    """What the last run left; nothing where there was none."""
    path = output / MANIFEST
    if not path.exists():
        if output.exists() and any(output.iterdir()) and not force:
            raise UsageError(EXISTS.at(Place(file=str(output)), output))
        output.mkdir(parents=True, exist_ok=True)
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
        steps: Mapping[str, Any] = {one["name"]: one for one in data["steps"]}
    except (ValueError, KeyError, TypeError):
        return {}
    return steps


class _Runner:
    """One run: what was done before and what is done now."""

    def __init__(self, work: Work, output: Path, before: Mapping[str, Any], how: Run) -> None:
        self.work = work
        self.output = output
        self.before = before
        self.how = how
        self.done: dict[str, Done] = {}
        settings = sorted(map(repr, attrs.asdict(work.folder.settings).items()))
        guests = sorted(f"{one.name} {one.origin}" for one in registry().plugins)
        self._base = [__version__, str(work.period), how.lang, settings, guests]
        self._digests: dict[str, str] = {}

    def step(self, step: Step) -> None:
        """Do one step, or say why not."""
        named: dict[str, Any] = {"name": step.name, "title": step.title(self.how.lang)}
        lacking = [name for name in step.needs if not self._stands(name)]
        if lacking:
            self.work.failed.add(step.name)
            titles = ", ".join(self.work.steps[name].title(self.how.lang) for name in lacking)
            why = self.work.say(f"需要先完成: {titles}", f"needs {titles}")
            status = "skipped"
            if all(self.done[name].status == "nothing" for name in lacking):
                status, why = "nothing", self.done[lacking[0]].why
            self.done[step.name] = Done(**named, status=status, why=why)
            return
        key = self._key(step)
        kept = self._kept(step, key)
        if kept is not None:
            self.done[step.name] = kept
            if kept.status == "nothing":
                self.work.failed.add(step.name)
            return
        begun = self.how.stopwatch()
        made = self._made(step)
        seconds = self.how.stopwatch() - begun
        self.done[step.name] = attrs.evolve(made, key=key, seconds=seconds)
        if made.status in ("nothing", "failed"):
            self.work.failed.add(step.name)

    def _stands(self, name: str) -> bool:
        return name in self.done and self.done[name].status in ("done", "unchanged")

    def _key(self, step: Step) -> str:
        """The hash of everything the step is made of."""
        for group in step.uses:
            if group not in self._digests:
                self._digests[group] = digest(self.work.folder.files(group))
        files = [self._digests[group] for group in step.uses]
        others = [
            self.done[name].key if self._stands(name) else "-"
            for name in (*step.needs, *step.wants)
            if name in self.done
        ]
        said = json.dumps([self._base, step.name, files, others], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    def _kept(self, step: Step, key: str) -> Done | None:
        """What the last run found, where nothing it was made of changed."""
        old = self.before.get(step.name)
        if old is None or old.get("key") != key or old["status"] not in _STATES[:3]:
            return None
        if not all((self.output / name).exists() for name in old["outputs"]):
            return None
        return Done(
            name=step.name,
            title=step.title(self.how.lang),
            status="nothing" if old["status"] == "nothing" else "unchanged",
            key=key,
            outputs=old["outputs"],
            problems=old["problems"],
            listed=tuple(old["listed"]),
            asks=tuple(Ask(**ask) for ask in old["asks"]),
            said=old["said"],
            why=old["why"],
        )

    def _made(self, step: Step) -> Done:
        named: dict[str, Any] = {"name": step.name, "title": step.title(self.how.lang)}
        try:
            idle = step.idle(self.work)
            if idle is not None:
                return Done(**named, status="nothing", why=self.work.say(*idle))
            told = step.tell(self.work, self.work.value(step.name))
            outputs = self._written(step, told)
        except KamcoreError as error:
            return self._failed(named, error)
        except Exception as error:  # noqa: BLE001  the other steps go on whatever one does
            reason = f"{type(error).__name__}: {error}"
            problem = BROKE.at(Place(), named["title"], reason=reason)
            return self._failed(named, PluginError(problem))
        listed = [problem.to_json(self.how.lang) for problem in told.problems[:LISTED]]
        return Done(
            **named,
            status="done",
            outputs=outputs,
            problems=len(told.problems),
            listed=tuple(listed),
            asks=told.asks,
            said=told.said,
        )

    def _failed(self, named: Mapping[str, Any], error: KamcoreError) -> Done:
        lang = self.how.lang
        where = error.place.text(lang) or named["title"]
        what = f"{named['title']}: {error.problem.message(lang)}"
        return Done(
            **named,
            status="failed",
            problems=1 + len(error.problems) + error.more,
            listed=tuple(one.to_json(lang) for one in (error.problem, *error.problems)),
            asks=(Ask(what, where, error.problem.hint(lang)),),
            why=error.problem.message(lang),
        )

    def _written(self, step: Step, told: Told) -> dict[str, str]:
        """Write the files of a step; those it no longer makes go, unless somebody changed them."""
        old = dict(self.before.get(step.name, {}).get("outputs", {}))
        for output in told.outputs:
            self._may_write(output, old.get(output.name))
        found = {}
        for output in told.outputs:
            path = self.output / output.name
            path.parent.mkdir(parents=True, exist_ok=True)
            output.write(path)
            found[output.name] = digest([path])
        for name in old.keys() - found.keys():
            path = self.output / name
            if path.is_file() and digest([path]) == old[name]:
                path.unlink()
        return found

    def _may_write(self, output: Output, known: str | None) -> None:
        path = self.output / output.name
        if self.how.force or not path.exists() or digest([path]) == known:
            return
        raise UsageError(CHANGED.at(Place(file=str(path)), output.name))

    def save(self) -> None:
        """Keep what is done so far; steps not reached yet keep what they had."""
        names = dict.fromkeys([*self.done, *self.before])
        steps = [
            attrs.asdict(self.done[name]) if name in self.done else self.before[name]
            for name in names
        ]
        data = {"kamcore": __version__, "period": str(self.work.period), "steps": steps}
        text = json.dumps(data, ensure_ascii=False, indent=1)
        with whole(self.output / MANIFEST, force=True) as temporary:
            temporary.write_text(text + "\n", "utf-8")
