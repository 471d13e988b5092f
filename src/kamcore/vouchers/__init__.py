"""From rows to books and back: what the voucher layouts of all systems have in common.

A voucher list goes `entries` → `numbering` → `making`; documents go `documents`; books go out
through `outgoing`, `settling`, `fitting` and `cutting`.  Nothing here knows a vendor.
"""
