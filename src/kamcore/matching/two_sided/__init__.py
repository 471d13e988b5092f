"""Our books against theirs: pairs, findings, causes, the table and the adjustments."""
