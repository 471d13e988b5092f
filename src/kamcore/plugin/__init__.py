"""Who offers what: the hooks of a plug-in, and the registry that admits plug-ins.

A plug-in is a module or object named by an entry point of the group ``kamcore``.  It marks its
functions with `hookimpl`; the built-in formats come in through the same door.
"""

from kamcore.plugin.hookspecs import Check, Commands, Step, TierRule, hookimpl
from kamcore.plugin.register import Plugin, Registry, registry, with_files

__all__ = [
    "Check",
    "Commands",
    "Plugin",
    "Registry",
    "Step",
    "TierRule",
    "hookimpl",
    "registry",
    "with_files",
]
