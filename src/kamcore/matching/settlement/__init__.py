"""From decisions to facts: open lists, applications, vouchers, decisions saved and replayed."""
