"""What darknet prints: `11000: 0.051831, 0.085730 avg loss, 0.001000 rate, 0.886196 seconds, 2816000 images`."""

from lrcli.logs.line import NUMBER
from lrcli.logs.text_rows import line_format

FORMAT = line_format(
    "darknet",
    rf"^[ \t]*(?P<step>\d+): [-\w.]+, [-\w.]+ avg(?: loss)?, (?P<lr>{NUMBER}) rate,.*",
    word=" rate,",
    kind=("iteration", "rate"),
)
