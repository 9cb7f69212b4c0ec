"""Curves in the words of Ultralytics: a decay by epoch, under a warmup that counts batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 1

_OLDER = "8.3.228"
"""The newest release whose warmup has at least 100 batches and begins the biases at warmup_bias_lr."""


def spell_sampled(shape: Shape) -> Iterator[Words]:
    """Its trainer, with and without the automatic optimizer, and YOLOv5's, which is an epoch late after the warmup."""
    if shape.decay not in ("line", "cosine") or shape.begin > 1:
        return
    keys: dict[str, Any] = {"epochs": shape.end - shape.begin, "lrf": float(f"{shape.floor / shape.lr:.9g}")}
    if shape.decay == "cosine":
        keys["cos_lr"] = True
    for epochs in (3, 5, 1, 2, 4, 10):
        if epochs != 3:
            keys["warmup_epochs"] = float(epochs)
        if shape.begin:
            yield Words("ultralytics.yolov5", {"lr0": shape.lr, **keys})
            continue
        classes = round(0.01 / shape.lr) - 4
        for release in ("", _OLDER):
            if classes > 0 and round(0.01 / (4 + classes), 6) == shape.lr:
                yield Words("ultralytics.trainer", {"nc": classes, **keys}, release=release)
            yield Words("ultralytics.trainer", {"lr0": shape.lr, "optimizer": "SGD", **keys}, release=release)
            adam = {"lr0": shape.lr, "optimizer": "AdamW", "warmup_bias_lr": 0.0}
            yield Words("ultralytics.trainer", {**adam, **keys}, release=release)
