"""Commands with help in two languages, loaded when they are used.

``click`` parses; what stands here only picks the language and imports a command when its name is
typed, so that ``kamcore --version`` loads no engine.
"""

from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kamcore.cli.shell.faults import NO_COMMAND, near
from kamcore.cli.shell.screen import Screen
from kamcore.errors import PluginError, UsageError
from kamcore.place import Place

_HEADINGS = {"Options": "选项", "Commands": "命令"}


def screen_of(ctx: click.Context) -> Screen:
    """The screen this run prints to."""
    found = ctx.find_object(Screen)
    return found if found is not None else Screen()


class Writer(click.HelpFormatter):
    """Help text with its headings in the language of the run."""

    lang = "en"

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """See `click.HelpFormatter`."""
        super().write_usage(prog, args, "用法: " if self.lang == "zh" else prefix)

    def write_heading(self, heading: str) -> None:
        """See `click.HelpFormatter`."""
        super().write_heading(_HEADINGS.get(heading, heading) if self.lang == "zh" else heading)


class Context(click.Context):
    """A context whose help is written in the language of the run."""

    def make_formatter(self) -> click.HelpFormatter:
        """See `click.Context`."""
        writer = Writer(width=self.terminal_width, max_width=self.max_content_width)
        writer.lang = screen_of(self).lang
        return writer


class Option(click.Option):
    """An option with a Chinese help text beside the English one."""

    def __init__(self, *names: Any, help_zh: str = "", **more: Any) -> None:
        super().__init__(*names, **more)
        self.help_zh = help_zh

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """See `click.Option`."""
        english = self.help
        try:
            self.help = self.help_zh if screen_of(ctx).lang == "zh" else english
            return super().get_help_record(ctx)
        finally:
            self.help = english


class Command(click.Command):
    """A command with a Chinese help text beside the English one."""

    context_class = Context
    lists_broken = False
    """Whether the command tells about broken plug-ins, and so runs beside one that was named."""

    def __init__(self, *args: Any, help_zh: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.help_zh = help_zh
        self.params += _shared()

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """See `click.Command`."""
        del ctx
        return _help_option()

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See `click.Command`."""
        text = self.help_zh if screen_of(ctx).lang == "zh" else self.help or ""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text)


class Group(Command, click.Group):
    """The group of all commands; each is imported when it is used."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.lazy = lazy
        """By name: the module, and one line of help in Chinese and in English."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See `click.Group`."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See `click.Group`."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(self.lazy[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See `click.Group`; plug-ins are asked for a command that is not our own."""
        if args and args[0] not in self.lazy and not args[0].startswith("-"):
            known = self._with_plugins(ctx)
            if args[0] in known:
                return super().resolve_command(ctx, args)
            likely = near(screen_of(ctx).lang, args[0], known)
            raise UsageError(NO_COMMAND.at(Place(), args[0], near=likely, known=", ".join(known)))
        return super().resolve_command(ctx, args)

    def _with_plugins(self, ctx: click.Context) -> list[str]:
        """Let plug-ins add their commands, and name all there are."""
        from kamcore.plugin import registry

        own = {name: self.get_command(ctx, name) for name in self.lazy}
        self.commands.update((name, found) for name, found in own.items() if found)
        registry().add_commands(self)
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See `click.Group`; no command is imported for its line of help."""
        lang = screen_of(ctx).lang
        rows = [(name, zh if lang == "zh" else en) for name, (_, zh, en) in self.lazy.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _shared() -> list[click.Parameter]:
    """Options every command takes; their values were looked up before parsing."""
    return [
        Option(
            ["--lang"],
            type=click.Choice(["zh", "en"]),
            expose_value=False,
            help="Language of messages; else KAMCORE_LANG, else the locale.",
            help_zh="消息的语言; 缺省看 KAMCORE_LANG, 再看系统区域设置",
        ),
        Option(
            ["--json", "as_json"],
            is_flag=True,
            expose_value=False,
            help="Print one JSON object.",
            help_zh="只输出一个 JSON 对象",
        ),
        Option(
            ["--plugin"],
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            multiple=True,
            expose_value=False,
            callback=_use_plugins,
            metavar="FILE.py",
            help="A plug-in in a single Python file, may be repeated; its code is run.",
            help_zh="单个 Python 文件的插件, 可多次给出; 其中的代码会被执行",
        ),
    ]


def _use_plugins(ctx: click.Context, _parameter: click.Parameter, files: tuple[Path, ...]) -> None:
    """Let plug-ins of a file each in while the command runs; one that is named must be whole."""
    if not files or ctx.resilient_parsing:
        return
    from kamcore.plugin import registry, with_files

    with ExitStack() as added:
        added.enter_context(with_files(files))
        broken = [problem for name, problem in registry().broken.items() if name in _stems(files)]
        if broken and not getattr(ctx.command, "lists_broken", False):
            raise PluginError(broken[0], broken[1:])
        # The root closes whatever happens; a command that is refused while it is parsed does not.
        ctx.find_root().call_on_close(added.pop_all().close)


def _stems(files: tuple[Path, ...]) -> set[str]:
    return {path.stem for path in files}


def _help_option() -> click.Option:
    return Option(
        ["--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_help,
        help="Show this help.",
        help_zh="显示本帮助",
    )


def _show_help(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or ctx.resilient_parsing:
        return
    show_help(ctx)
    ctx.exit()


def show_help(ctx: click.Context) -> None:
    """Print the help of a command, as JSON where that was asked for."""
    screen = screen_of(ctx)
    if screen.is_json:
        screen.emit({"help": ctx.get_help()})
    else:
        click.echo(ctx.get_help())


def option(*names: str, zh: str, en: str, **more: Any) -> Callable[[Any], Any]:
    """Add an option with its help in both languages."""
    return click.option(*names, cls=Option, help=en, help_zh=zh, **more)


def command(name: str, *, zh: str, en: str) -> Callable[[Any], click.Command]:
    """Make a function a command; it takes the `Screen` first and returns the exit code."""

    def wrap(function: Any) -> click.Command:
        made: click.Command = click.command(name, cls=Command, help=en, help_zh=zh)(
            click.pass_obj(function)
        )
        return made

    return wrap
