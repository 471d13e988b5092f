"""Receipts against open items: the rules in their order, and what stays a proposal."""
