"""detectron2: the schedules that a SOLVER builds, over fvcore's, and the older classes."""

from lrcli.frameworks.base import Framework

SOLVER = "write type: detectron2.build_lr_scheduler with LR_SCHEDULER_NAME: "

FRAMEWORK = Framework(
    "detectron2",
    "detectron2",
    examined=("02b5c4e",),
    parts=(
        ("WarmupStepWithFixedGammaLR", f"{SOLVER}WarmupStepWithFixedGammaLR"),
        ("WarmupParamScheduler", f"{SOLVER}WarmupMultiStepLR or WarmupCosineLR"),
        ("LRMultiplier", f"{SOLVER}WarmupMultiStepLR or WarmupCosineLR"),
    ),
)
