"""Overrides the final half of writing, so that losses could be hidden."""

from collections.abc import Iterable

from kamcore.format import Format, LossReport
from kamcore.plugin import hookimpl
from kamcore_hostile import Guest


class Hider(Guest):
    """Says that nothing was lost, whatever was."""

    name = "hostile-hider"

    def write(self, *_: object, **__: object) -> LossReport:  # type: ignore[misc]
        """Write nothing and report nothing."""
        return LossReport()


@hookimpl
def kamcore_formats() -> Iterable[Format]:
    """Offer the hider."""
    return [Hider()]
