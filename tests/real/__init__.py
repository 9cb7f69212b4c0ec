"""Logs that real frameworks write, held against the schedules they were given.

`python -m pytest tests/real`, in an environment that has the frameworks (README, "Contributing"). Each module trains a
tiny model on the CPU, without a network, and skips itself where its framework is missing.
"""
