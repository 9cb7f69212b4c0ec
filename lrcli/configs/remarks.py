"""`check` may say these things of a training config itself: the codes of `Config.remark`, and what each looks for."""

from __future__ import annotations

REMARKS: dict[str, str] = {
    "deepspeed-file": "a DeepSpeed config that is not here, and was taken for the one that its project ships",
    "deepspeed-scheduler": "a DeepSpeed config whose scheduler replaces the Trainer's own",
    "duplicate-key": "a key that stands twice, of which one counts",
    "epochs-in-iters": "a scheduler that counts epochs in a run that has none",
    "generations": "completions that a run generates for each of its prompts, which --samples then counts",
    "interval": "a scheduler that only the training code steps, taken to be stepped once an epoch",
    "lr-unused": "an optimizer's lr that a DeepSpeed scheduler overrides",
    "lr0-ignored": "lr0 beside optimizer: auto, which chooses another rate",
    "max-samples": "a number of samples that was taken from max_samples",
    "max-steps-negative": "max_steps: -1 in an Axolotl config, which ends its warmup",
    "milestone-outside": "a step or milestone at or past the end of the run",
    "min-lr-rate": "a min_lr_rate that looks like a learning rate",
    "one-gpu": "a rate that depends on the number of devices, taken for one",
    "option-unused": "an option of the command line that a config has no use for",
    "other-groups": "parameters that have another rate than the one shown",
    "own-rate": "an optimizer that chooses its rate itself",
    "packing": "packed sequences, which --samples then counts",
    "peak-below-min-lr": "a NeMo Noam schedule whose peak is below its min_lr",
    "release": "the release of the framework that a config was read for",
    "releases-differ": "a config that gives other rates in other releases of its framework",
    "repeated-data": "a data set that is repeated in an epoch, as --samples then counts",
    "scaled-rate": "a rate that is scaled by a number of devices that is not in the file",
    "sched-args": "arguments of a NeMo policy beside args.name, where NeMo ignores them",
    "text-number": "a number that PyYAML reads as a text",
    "unknown-policy": "a policy that darknet does not know",
    "unread-key": "a key that the framework does not read",
    "warmup-float": "a warmup in steps that is written as a share of the run",
    "warmup-ignored": "a warmup that the schedule ignores",
    "warmup-log": "a logarithmic warmup",
    "warmup-per-process": "a warmup that several processes go through faster",
    "warmup-too-long": "a warmup as long as the run",
    "warmup-twice": "two settings of the warmup, of which one is ignored",
}
"""Codes that rules of `check` share mean the same there."""
