"""Commands about forms that people fill in."""
