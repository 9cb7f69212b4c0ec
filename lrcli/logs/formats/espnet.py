"""What ESPnet2 prints: `INFO: 5epoch:train:3376-3750batch: iter_time=0.001, ..., lr_0=0.100`, the last batch counts.

FunASR writes the number of updates behind it, `101-150batch:150num_updates:`, and that goes on from epoch to epoch.
"""

from lrcli.logs.line import NUMBER
from lrcli.logs.text_rows import line_format

FORMAT = line_format(
    "espnet",
    rf"\b(?P<epoch>\d+)epoch:train:\d+-(?:\d+batch:(?=\d+num))?(?P<step>\d+)(?:batch|num_updates): [^\n]*?"
    rf"\b(?:optim\d+_)?lr_?0=(?P<lr>{NUMBER})(?:, (?:optim\d+_)?lr_?1=(?P<lr_1>{NUMBER}))?[^\n]*",
    word="epoch:train:",
    kind=("batch", "lr"),
)
