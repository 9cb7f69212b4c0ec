"""mmengine: lists of parameter schedulers, each of which goes on from what the others have left."""

from lrcli.frameworks.base import Framework

NAMES = (
    "StepLR", "MultiStepLR", "ConstantLR", "ExponentialLR", "LinearLR", "CosineAnnealingLR", "PolyLR", "OneCycleLR",
    "CosineRestartLR", "ReduceOnPlateauLR",
)  # fmt: skip

FRAMEWORK = Framework(
    "mmengine",
    "MMEngine",
    examined=("0.10.7",),
    parts=tuple(
        (name, f"write type: mmengine.param_scheduler with schedulers: [{{type: {name}, ...}}]") for name in NAMES
    ),
)
