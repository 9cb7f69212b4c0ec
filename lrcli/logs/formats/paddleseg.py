"""What PaddleSeg prints: `[TRAIN] epoch: 3, iter: 410/80000, loss: 1.6, lr: 0.009999`, 410 steps of the whole run."""

from lrcli.logs.line import NUMBER
from lrcli.logs.text_rows import line_format

FORMAT = line_format(
    "paddleseg",
    rf"\[TRAIN\] epoch: (?P<epoch>\d+), iter: (?P<step>\d+)/\d+, [^\n]*?\blr: (?P<lr>{NUMBER})[^\n]*",
    word="[TRAIN]",
    kind=("iter", "lr"),
)
