"""The version of lrcli, for every room: the package itself imports the rooms."""

__version__ = "0.1.0"
