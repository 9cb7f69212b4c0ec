"""Pinned curves: the learning rates that a spec had when it was locked."""
