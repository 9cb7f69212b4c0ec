"""darknet's .cfg: the [net] section, as `parser.c` and get_current_rate() of `network.c` read it, in float32."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.reader.nodes import Mapping

_POLICIES = ("constant", "step", "steps", "exp", "poly", "sig", "random", "sgdr")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a darknet network."""
    section = "network" if root.get("network") is not None and root.get("net") is None else "net"
    return lacking(root, "net|network", f"{section}.learning_rate|{section}.policy|{section}.batch")


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a darknet network."""
    net = "net" if config.node("net") is not None else "network"
    policy = config.text(f"{net}.policy", "constant", _POLICIES)
    if policy not in _POLICIES:
        what = f"policy {policy!r} is unknown: darknet says so and trains at a constant rate"
        config.remark(f"{net}.policy", "unknown-policy", what)
        policy = "constant"
    if policy == "random":
        message = "policy random draws its rates: they are not in the file"
        raise config.fail(f"{net}.policy", "needs-value", message)
    rate = config.number(f"{net}.learning_rate", 0.001)
    gpus = config.given.world_size or 1
    steps = config.given.steps or config.count(f"{net}.max_batches", 0)
    if steps < 1:
        raise config.needs_steps(f"{net}.max_batches", ("--steps N",))
    draft.put("lr", rate, at=f"{net}.learning_rate")
    draft.put("steps", steps, at=f"{net}.max_batches", why="" if config.given.steps is None else "--steps")
    draft.put("schedule.type", "darknet.get_current_rate")
    draft.put("schedule.policy", policy, at=f"{net}.policy")
    draft.put("schedule.max_batches", config.count(f"{net}.max_batches", 0), at=f"{net}.max_batches")
    if gpus > 1:
        draft.put("schedule.gpus", gpus, why="detector train multiplies learning_rate by the number of GPUs")
    burn_in = config.count(f"{net}.burn_in", 0, at_least=0)
    if burn_in:
        draft.put("schedule.burn_in", burn_in, at=f"{net}.burn_in")
    if burn_in or policy == "poly":
        why = "" if config.has(f"{net}.power") else "power is not in the file: 4"
        draft.put("schedule.power", config.number(f"{net}.power", 4.0), at=f"{net}.power", why=why)
    _put_policy(config, draft, net, policy, steps)


def _put_policy(config: Config, draft: Draft, net: str, policy: str, steps: int) -> None:
    """Write the keys that a policy reads."""
    if policy == "steps":
        if not (config.has(f"{net}.steps") and config.has(f"{net}.scales")):
            raise config.raises(f"{net}.policy", "STEPS policy must have steps and scales in cfg file")
        at, scales = (_list(config, f"{net}.{name}") for name in ("steps", "scales"))
        if any(one % 1 for one in at):
            raise config.fail(f"{net}.steps", "bad-value", "steps must be whole numbers")
        if len(scales) < len(at):
            message = f"there are {len(at)} steps and {len(scales)} scales: darknet would read past the end"
            raise config.fail(f"{net}.scales", "bad-value", message)
        draft.put("schedule.steps", [int(one) for one in at], at=f"{net}.steps")
        draft.put("schedule.scales", scales[: len(at)], at=f"{net}.scales")
        late = [int(one) for one in at if one > steps]
        if late:
            what = f"step {', '.join(map(str, late))} lies past the run of {steps}"
            config.remark(f"{net}.steps", "milestone-outside", what, "the rate is not lowered there")
        return
    names = {"step": ("step", "scale"), "exp": ("gamma",), "sig": ("gamma", "step"), "sgdr": ()}.get(policy, ())
    defaults = {"step": 1.0, "scale": 1.0, "gamma": 1.0}
    for name in names:
        draft.put(f"schedule.{name}", config.number(f"{net}.{name}", defaults[name]), at=f"{net}.{name}")
    if policy == "sgdr":
        cycle = config.count(f"{net}.sgdr_cycle", config.count(f"{net}.max_batches", 0), at_least=1)
        draft.put("schedule.sgdr_cycle", cycle, at=f"{net}.sgdr_cycle")
        draft.put("schedule.sgdr_mult", config.count(f"{net}.sgdr_mult", 2, at_least=1), at=f"{net}.sgdr_mult")
        least = config.number(f"{net}.learning_rate_min", 1e-5)
        draft.put("schedule.learning_rate_min", least, at=f"{net}.learning_rate_min")


def _list(config: Config, path: str) -> list[float]:
    """Numbers with commas between them."""
    node = config.known(path)
    text = str(getattr(node, "text", ""))
    try:
        return [float(part) for part in text.split(",") if part]
    except ValueError:
        name = path.rpartition(".")[2]
        raise config.fail(path, "wrong-type", f"{name} must be numbers with commas between them, not {node}") from None


FORMAT = Format("darknet", "darknet .cfg", ("ini",), misses, translate)
