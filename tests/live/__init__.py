"""Comparisons with installed frameworks; each module skips itself where its framework is missing."""
