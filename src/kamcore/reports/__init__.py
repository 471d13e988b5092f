"""Reports people look at: declared once (`sheets`), written as workbook, page or text (`writing`).

A report is a list of `Sheet`, each a column of parts: `Title`, `Line`, `Paragraph`, `Fields`,
`Listing`, `Check` and `Chart`; `write_report` makes the file.
"""
