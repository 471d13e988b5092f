"""From rows to books and back: what the voucher layouts of all systems have in common.

In: a list goes `listing` → `entries` → `numbering` → `making`; documents go `documents`, bodies
of JSON `json_books`.  Out: `outgoing` and `spelling_steps` hold what every writer does, `spelling`
its order for lists, `document_spelling` for documents, `fitting` the texts in bytes.  Only
`ufinterface` knows a vendor: it holds what documents of two products share.
"""
