"""The learning rates of YOLOv5's train.py."""

from __future__ import annotations

from functools import cached_property

from lrcli.frameworks.ultralytics._batches import Batches, Factor, Trained, endless_line, half_cosine
from lrcli.schedules import count, dataclass, flag, number


@dataclass(frozen=True)
class YOLOv5(Trained):
    """Follow a line or half a cosine from lr0 to lr0 * lrf by epoch, under a warmup by batch.

    With nb batches an epoch, e = t // nb and W = max(round(warmup_epochs * nb), warmup_minimum):

    lr(t) = first + t * (lr0 * f(e) - first) / W                for t < W
            lr0 * f(e)                                          in the rest of the epoch in which the warmup ends
            lr0 * f(e - 1)                                      in the epochs after that
    f(e)  = (1 - e / epochs) * (1 - lrf) + lrf
            (1 - cos(pi * e / epochs)) / 2 * (lrf - 1) + 1      with cos_lr

    first is warmup_bias_lr in the group of biases and 0 in the others. With linear_lr, the key of the releases up to
    6.0, f is half a cosine or, where it is true, a line over epochs - 1; their warmup_minimum is 1000.

    >>> schedule = YOLOv5(lr0=0.5, lrf=0.5, epochs=4, warmup_epochs=1)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 50, 99, 100, 200, 300)]
    [0.0, 0.25, 0.495, 0.4375, 0.4375, 0.375]

    Source: github.com/ultralytics/yolov5, train.py, 5.0 to 7.0 (read).
    """

    name = "ultralytics.yolov5"

    lr0: float | None = number(None, doc="the learning rate; left out: lr, else 0.01", optional=True)
    lrf: float = number(0.01, doc="the share of it at the end")
    epochs: float = count(100, doc="epochs of the run", at_least=1)
    cos_lr: bool = flag(False, doc="half a cosine instead of a line (6.1 and later)")
    linear_lr: bool | None = flag(None, doc="a line instead of half a cosine (up to 6.0)", optional=True)
    warmup_epochs: float = number(3.0, doc="epochs of the warmup")
    warmup_bias_lr: float = number(0.1, doc="the biases' learning rate at the start")
    warmup_minimum: float | None = count(
        None, doc="the least batches of the warmup; left out: 100, with linear_lr 1000 as up to 6.1", optional=True
    )
    momentum: float = number(0.937, doc="the momentum after the warmup")
    warmup_momentum: float = number(0.8, doc="the momentum at the start")
    weight_decay: float = number(0.0005, doc="the weight decay", momentum=True)

    @cached_property
    def batches(self) -> Batches:
        least = self.warmup_minimum
        if least is None:
            least = 100 if self.linear_lr is None else 1000
        warmup = int(max(round(self.warmup_epochs * self.per_epoch), least))
        first = self.warmup_bias_lr if self.setting and self.setting.own_group == "bias" else 0.0
        return Batches(self.top, self._factor(), self.per_epoch, warmup or -1, first, late=True)

    def _factor(self) -> Factor:
        if self.linear_lr:
            return endless_line(self.epochs - 1, self.lrf)
        cosine = self.cos_lr if self.linear_lr is None else True
        return half_cosine(self.epochs, self.lrf) if cosine else endless_line(self.epochs, self.lrf)
