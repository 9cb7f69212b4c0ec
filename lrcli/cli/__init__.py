"""The command line: parses, asks the library for values, prints. Nothing outside this package prints."""
