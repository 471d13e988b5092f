"""Sheets of cells with places: what every tabular format needs, once.

Opening workbooks and texts safely, finding headers, filling down, reading amounts, dates and
codes as column expressions with a problem for every cell that cannot be read, and writing
workbooks without ever passing through a float.
"""
