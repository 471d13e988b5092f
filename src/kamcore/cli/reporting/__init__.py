"""Commands that report a month: report, month-end."""
