"""Explore learning-rate schedules: tables, plots, diffs, and bit-exact replays of what PyTorch really computes."""

__version__ = "0.1.0"
