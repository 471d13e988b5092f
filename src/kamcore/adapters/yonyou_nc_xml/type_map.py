"""Type codes of auxiliary items, from a map the caller supplies: each installation has its own.

A map is a TOML file with a table ``[auxiliary_types]`` of code and label, such as
``"0004" = "客商"``, or a mapping of the same.  Beside ``a.xml``, ``a.map.toml`` is picked up.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from kamcore.errors import Fault, Problem, Severity, UsageError
from kamcore.format import Options, Source
from kamcore.place import Place

UNREADABLE_MAP = Fault(
    code="Y4011",
    zh="类型对照表 {path} 无法读取: {value}",
    en="the map of types {path} cannot be read: {value}",
    hint_zh='应是 TOML 文件, 其中有 [auxiliary_types], 每行如 "0004" = "客商"',
    hint_en='it is a TOML file with [auxiliary_types] and lines such as "0004" = "客商"',
)
SKIPPED_MAP = Fault(
    code="Y4012",
    severity=Severity.WARNING,
    zh="旁边的类型对照表 {path} 无法读取, 未采用: {value}",
    en="the map of types beside the file, {path}, cannot be read and is not used: {value}",
    hint_zh='应是 TOML 文件, 其中有 [auxiliary_types], 每行如 "0004" = "客商"',
    hint_en='it is a TOML file with [auxiliary_types] and lines such as "0004" = "客商"',
)

TABLE = "auxiliary_types"
BESIDE = ".map.toml"


@attrs.frozen
class Types:
    """Labels by type code, and where they come from."""

    labels: Mapping[str, str] = attrs.field(factory=dict)
    origin: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def codes(self) -> dict[str, str]:
        """Codes by label; the first of several codes for one label."""
        codes: dict[str, str] = {}
        for code, label in self.labels.items():
            codes.setdefault(label, code)
        return codes


def types_of(options: Options, source: Source | None = None) -> Types:
    """The map of an option ``types``, else the one beside the source, else none.

    Raises:
        UsageError: the option is neither a mapping nor the path of a sound map.
    """
    given = options.get("types")
    if isinstance(given, Mapping):
        return Types(_labels(given), "types")
    if given:
        try:
            return Types(_read(Path(str(given))), str(given))
        except (OSError, ValueError) as error:
            raise UsageError(UNREADABLE_MAP.at(Place(), error, path=given)) from None
    if source is None or source.path is None:
        return Types()
    beside = source.path.with_name(source.path.stem + BESIDE)
    if not beside.is_file():
        return Types()
    try:
        return Types(_read(beside), beside.name)
    except (OSError, ValueError) as error:
        odd = SKIPPED_MAP.at(Place(file=source.name), error, path=beside.name)
        return Types(problems=(odd,))


def _read(path: Path) -> dict[str, str]:
    return _labels(tomllib.loads(path.read_text("utf-8")))


def _labels(table: Mapping[str, Any]) -> dict[str, str]:
    """The labels of a map, whole or only its table of types.

    Raises:
        ValueError: it holds no labels.
    """
    found = table.get(TABLE, table)
    if not isinstance(found, Mapping) or not all(
        isinstance(label, str) for label in found.values()
    ):
        raise ValueError(f"no table [{TABLE}] of code and label")
    return {str(code).strip(): label.strip() for code, label in found.items() if label.strip()}
