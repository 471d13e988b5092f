"""Which price and why, from dated and ordered sources; rebates by contract."""
