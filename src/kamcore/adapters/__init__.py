"""Built-in formats, one folder each; every folder offers its card as ``FORMAT``."""
