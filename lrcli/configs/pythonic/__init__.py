"""Python files that only assign, read and never run: expressions, and what the names of a file hold."""
