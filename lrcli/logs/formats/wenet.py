"""What WeNet prints: `DEBUG TRAIN Batch 4/203700 loss 12.646465 ... lr 0.00032621 rank 0`, epoch 4, batch 203700."""

from lrcli.logs.line import NUMBER
from lrcli.logs.text_rows import line_format

FORMAT = line_format(
    "wenet",
    rf"\bTRAIN\b[^\n]{{0,80}}? Batch (?P<epoch>\d+)/(?P<step>\d+) [^\n]*?\blr (?P<lr>{NUMBER})"
    r"(?:[^\n]*? rank (?P<rank>\d+))?[^\n]*",
    word="TRAIN",
    kind=("batch", "lr"),
)
