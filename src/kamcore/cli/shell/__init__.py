"""What all commands share: grammar, screen, options, tables, progress, drafts, one run."""
