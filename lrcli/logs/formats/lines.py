"""Programs whose rows are lines of one form, each told by a pattern with named groups."""

from lrcli.logs.formats.text import line_format
from lrcli.logs.line import NUMBER

FORMATS = (
    # 11000: 0.051831, 0.085730 avg loss, 0.001000 rate, 0.886196 seconds, 2816000 images
    line_format(
        "darknet",
        rf"^[ \t]*(?P<step>\d+): [-\w.]+, [-\w.]+ avg(?: loss)?, (?P<lr>{NUMBER}) rate,.*",
        word=" rate,",
        kind=("iteration", "rate"),
    ),
    # ESPnet2: INFO: 5epoch:train:3376-3750batch: iter_time=0.001, ..., lr_0=0.100: the last batch counts.
    # FunASR writes the number of updates behind it, 101-150batch:150num_updates:, which goes on from epoch to epoch.
    line_format(
        "espnet",
        rf"\b(?P<epoch>\d+)epoch:train:\d+-(?:\d+batch:(?=\d+num))?(?P<step>\d+)(?:batch|num_updates): [^\n]*?"
        rf"\b(?:optim\d+_)?lr_?0=(?P<lr>{NUMBER})(?:, (?:optim\d+_)?lr_?1=(?P<lr_1>{NUMBER}))?[^\n]*",
        word="epoch:train:",
        kind=("batch", "lr"),
    ),
    # [TRAIN] epoch: 3, iter: 410/80000, loss: 1.6, lr: 0.009999: 410 steps of the whole run
    line_format(
        "paddleseg",
        rf"\[TRAIN\] epoch: (?P<epoch>\d+), iter: (?P<step>\d+)/\d+, [^\n]*?\blr: (?P<lr>{NUMBER})[^\n]*",
        word="[TRAIN]",
        kind=("iter", "lr"),
    ),
    # DEBUG TRAIN Batch 4/203700 loss 12.646465 ... lr 0.00032621 rank 0: epoch 4, batch 203700
    line_format(
        "wenet",
        rf"\bTRAIN\b[^\n]{{0,80}}? Batch (?P<epoch>\d+)/(?P<step>\d+) [^\n]*?\blr (?P<lr>{NUMBER})"
        r"(?:[^\n]*? rank (?P<rank>\d+))?[^\n]*",
        word="TRAIN",
        kind=("batch", "lr"),
    ),
)
