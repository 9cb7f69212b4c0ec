"""Rows and events: what a table shows."""
