"""The laws without pytest: what ``kamcore plugin check`` runs, one verdict a law."""
