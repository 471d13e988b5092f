"""Workbooks for people about what was done."""
