"""Set-offs between accounts and parties: drafts, booking, undoing, red against blue."""
