"""Commands about parties, contracts, prices, orders and rebates."""
