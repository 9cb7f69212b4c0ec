"""What a training loop can read of its learning rate in a release of PyTorch, and what that release documents."""

from __future__ import annotations

from lrcli.frameworks.torch import replay
from lrcli.frameworks.torch.releases import parse
from lrcli.spec import READINGS, Emulation, Spec


def readings_of(emulation: Emulation) -> tuple[str, ...]:
    """The readings that exist: the LR in use, what get_lr() returns, and from 1.4 on what get_last_lr() does.

    The momentum is one where it is asked for.
    """
    readings = READINGS if parse(emulation.release) >= (1, 4) else READINGS[:2]
    return (*readings, "momentum") if emulation.read == "momentum" else readings


def missing_reading(emulation: Emulation) -> tuple[str, str]:
    """Why the release has not the reading that is asked for, and what to read instead; "" where it has."""
    if emulation.read in (None, *readings_of(emulation)):
        return "", ""
    return f"torch {emulation.release} has no {emulation.read}, it first appears in 1.4", "read get_lr or lr"


def documented_reading(emulation: Emulation) -> str:
    """The call that the release documents for printing the learning rate."""
    return "get_lr" if parse(emulation.release) < (1, 4) else "get_last_lr"


def shown_reading(spec: Spec) -> str:
    """The reading that is shown as the curve: the one asked for, else the documented one, else the LR in use."""
    emulation = spec.emulation
    assert emulation is not None
    if emulation.read is not None:
        return emulation.read
    documented = documented_reading(emulation)
    release = parse(emulation.release)
    return documented if all(replay(group.schedule, release).has(documented) for group in spec.groups) else "lr"
