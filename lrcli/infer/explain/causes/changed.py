"""Causes that lie in the spec: its keys have other values, or count in another unit, than the run's."""

from __future__ import annotations

from lrcli.infer.explain.causes.base import Cause

CAUSES = (
    Cause(
        "changed",
        "changed key",
        "the run had other values than the spec",
        "the arguments that the scheduler was built with",
        "With these values instead of the spec's own the spec gives the log: the run was started with another "
        "configuration, an argument was ignored and its default taken, or a length was counted in another unit.",
        "Print the arguments of the run's scheduler and compare; with --set the spec follows the log.",
        ("axolotl #2897", "transformers #22751"),
    ),
    Cause(
        "unused",
        "changed key",
        "the config was not used: these are its framework's defaults",
        "the arguments that the run was started with",
        "With none of its keys the config gives the log: the run was started without the file, or what parses it "
        "ignored all of it, and every value of the learning rate is the framework's default.",
        "Print the arguments of the run, and look at how the file is handed to the script.",
    ),
    Cause(
        "unused-keys",
        "changed key",
        "several keys of the config were not used, but their defaults",
        "the arguments that the run was started with",
        "Without these keys, each at its framework's default, the config gives the log: a part of the file was not "
        "read (another section, a misspelt name, a class that does not know them).",
        "Print the arguments of the run, and look for the warnings about keys that nothing reads.",
    ),
    Cause(
        "unit",
        "changed key",
        "positions meant in epochs are counted in iterations, or the reverse",
        "the by_epoch of each scheduler, and what its milestones count",
        "The log is that of a schedule whose lengths and milestones count the other unit: epochs where the run has "
        "iterations (milestones that no run reaches), or iterations where it has epochs (all of them in the first).",
        "Say in which unit the milestones are meant (by_epoch), or give them in the unit that is counted.",
    ),
)
