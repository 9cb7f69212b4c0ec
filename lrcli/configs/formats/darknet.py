"""darknet's .cfg: the [net] section, as `parser.c` and get_current_rate() of `network.c` read it, in float32."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.counts import Length
from lrcli.configs.draft import defaults_of
from lrcli.reader.nodes import Mapping

_POLICIES = ("constant", "step", "steps", "exp", "poly", "sig", "random", "sgdr")


_FIELDS = {
    "step": ("step", "scale"),
    "exp": ("gamma",),
    "sig": ("gamma", "step"),
    "sgdr": ("sgdr_mult", "learning_rate_min"),
}
"""The keys that a policy reads."""


def _lacks(root: Mapping) -> tuple[str, ...]:
    section = "network" if root.get("network") is not None and root.get("net") is None else "net"
    return lacking(root, "net|network", f"{section}.learning_rate|{section}.policy|{section}.batch")


def translate(config: Config, draft: Draft) -> None:
    net = "net" if config.node("net") is not None else "network"
    policy = config.text(f"{net}.policy", "constant", _POLICIES)
    if policy not in _POLICIES:
        what = f"policy {policy!r} is unknown: darknet says so and trains at a constant rate"
        config.remark(f"{net}.policy", "unknown-policy", what)
        policy = "constant"
    if policy == "random":
        raise config.fail(f"{net}.policy", "needs-value", "policy random draws its rates: they are not in the file")
    most = config.count(f"{net}.max_batches", 0)
    if (config.given.steps or most) < 1:
        raise config.needs_steps(f"{net}.max_batches", ("--steps N",))
    draft.put("lr", config.number(f"{net}.learning_rate", 0.001), at=f"{net}.learning_rate")
    draft.put_length(Length(most, at=f"{net}.max_batches"))
    draft.put("schedule.type", "darknet.get_current_rate")
    draft.put("schedule.policy", policy, at=f"{net}.policy")
    draft.put("schedule.max_batches", most, at=f"{net}.max_batches")
    gpus = config.given.world_size or 1
    if gpus > 1:
        draft.put("schedule.gpus", gpus, why="detector train multiplies learning_rate by the number of GPUs")
    burn_in = config.count(f"{net}.burn_in", 0, at_least=0)
    if burn_in:
        draft.put("schedule.burn_in", burn_in, at=f"{net}.burn_in")
    if burn_in or policy == "poly":
        draft.put_fields({"power": 4.0}, net, why="power is not in the file: 4")
    if policy == "steps":
        _put_steps(config, draft, net, config.given.steps or most)
    if policy == "sgdr":
        cycle = config.count(f"{net}.sgdr_cycle", most, at_least=1)
        draft.put("schedule.sgdr_cycle", cycle, at=f"{net}.sgdr_cycle")
    defaults = defaults_of("darknet.get_current_rate")
    draft.put_fields({key: defaults[key] for key in _FIELDS.get(policy, ())}, net)


def _put_steps(config: Config, draft: Draft, net: str, end: int) -> None:
    if not (config.has(f"{net}.steps") and config.has(f"{net}.scales")):
        raise config.raises(f"{net}.policy", "STEPS policy must have steps and scales in cfg file")
    steps, scales = (_list(config, f"{net}.{name}") for name in ("steps", "scales"))
    if any(step % 1 for step in steps):
        raise config.fail(f"{net}.steps", "bad-value", "steps must be whole numbers")
    if len(scales) < len(steps):
        message = f"there are {len(steps)} steps and {len(scales)} scales: darknet would read past the end"
        raise config.fail(f"{net}.scales", "bad-value", message)
    draft.put("schedule.steps", list(map(int, steps)), at=f"{net}.steps")
    draft.put("schedule.scales", scales[: len(steps)], at=f"{net}.scales")
    config.remark_late(f"{net}.steps", steps, end + 1, f"the run has {end} batches")


def _list(config: Config, path: str) -> list[float]:
    node = config.known(path)
    text = str(getattr(node, "text", ""))
    try:
        return [float(part) for part in text.split(",") if part]
    except ValueError:
        name = path.rpartition(".")[2]
        raise config.fail(path, "wrong-type", f"{name} must be numbers with commas between them, not {node}") from None


FORMAT = Format("darknet", "darknet .cfg", ("ini",), translate, lacks=_lacks)
