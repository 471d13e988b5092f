"""What books say about a party: control accounts, members, lines, statements."""
