"""One file per command. A command is found by its file's name; only the one that is asked for is imported."""
