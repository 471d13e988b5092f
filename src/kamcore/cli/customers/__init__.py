"""Commands about customers: tiers, credit, analyses."""
