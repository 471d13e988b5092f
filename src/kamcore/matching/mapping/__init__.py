"""Mappings between two charts and lists of members, proposed for a person to decide."""
