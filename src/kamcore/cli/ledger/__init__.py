"""Commands about a ledger: balances, ledgers, ageing, provision, closing, corrections."""
