"""Who settled what, and whose figure is right: references, pairs, groups, set-off, two sides."""
