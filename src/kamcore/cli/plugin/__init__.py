"""Commands about plug-ins: made, checked, listed."""
