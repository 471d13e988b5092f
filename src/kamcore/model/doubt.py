"""What is wrong or odd about a value, before it is known where the value stands."""

from collections.abc import Mapping

import attrs

from kamcore.errors import Fault, Problem
from kamcore.place import Place


@attrs.frozen
class Doubt:
    """A fault of a value with the text that offends; a reader adds the place."""

    fault: Fault
    value: str = ""
    facts: Mapping[str, object] = attrs.field(factory=dict)

    def at(self, place: Place) -> Problem:
        """The problem this is at a place."""
        return self.fault.at(place, self.value, **self.facts)
