"""Commands about files: look, check, convert, merge, layouts, mappings, formats."""
