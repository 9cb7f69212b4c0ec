"""fairseq: its LR schedulers, under the names of --lr-scheduler."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework(
    "fairseq",
    "fairseq",
    examined=("0.12.2",),
    parts=(("pass_through", "the optimizer brings its own scheduler: write that one"),),
)
