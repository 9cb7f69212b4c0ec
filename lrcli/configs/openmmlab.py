"""What the configs of mmengine and mmcv share: `_base_` files, class names, and the batches of an epoch."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lrcli.configs.config import Config
from lrcli.configs.draft import Draft
from lrcli.configs.nodes import Unknown, entry_at, mapping_of
from lrcli.configs.syntax.python import read
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Source, refuse

_MOST_BASES = 16
_OF_BASE = re.compile(r"(?:\{\{\s*)?_base_\.([\w.]+)(?:\s*\}\})?")
_DROPPED = ("_delete_", "_base_")
_GROUP_KEYS = ("custom_keys", "bias_lr_mult", "dcn_offset_lr_mult", "layer_decay_rate", "decay_rate", "num_layers")


def take_bases(config: Config) -> None:
    """Put what the file is based on (`_base_`) under its own values, as Config.fromfile merges them."""
    config.root = _merged(config, config.source, config.root, 0)


def _merged(config: Config, source: Source, root: Mapping, depth: int) -> Mapping:
    written = root.get("_base_")
    if written is None or (isinstance(written, Scalar) and not isinstance(written, Unknown) and written.value is None):
        return root
    if depth > _MOST_BASES:
        raise refuse(written.place, "limit", f"more than {_MOST_BASES} files are based on each other")
    base = mapping_of([], source.whole)
    for node in written.items if isinstance(written, Sequence) else (written,):
        if isinstance(node, Unknown):
            help = "give the whole config, as training writes it into work_dirs"
            raise refuse(node.place, node.code, f"_base_: {node.why}", help)
        name = node.value if isinstance(node, Scalar) else None
        if not isinstance(name, str) or not name:
            raise refuse(node.place, "wrong-type", f"_base_ must be the names of files, not {node}")
        found = _base_file(config, source, name, node)
        lower = _merged(config, found, read(found), depth + 1)
        twins = {key.text for key, _ in base.entries} & {key.text for key, _ in lower.entries} - {"_base_"}
        if twins:
            message = f"KeyError: Duplicate key is not allowed among bases. Duplicate keys: {sorted(twins)}"
            raise refuse(node.place, "framework-raises", message)
        base = mapping_of([*base.entries, *lower.entries], source.whole)
    return _over(_filled(root, base), base)


def _base_file(config: Config, source: Source, name: str, node: Node) -> Source:
    try:
        return replace(config, source=source).file_beside(name, node.place)
    except SpecError:
        message = f"FileNotFoundError: the _base_ {name!r} is not there, and may bear on the learning rate"
        help = "put it beside this file, or give the whole config from work_dirs; --set _base_=None does without it"
        raise refuse(node.place, "framework-raises", message, help) from None


def _filled(root: Mapping, base: Mapping) -> Mapping:
    """The mapping with `_base_.a.b` (and `{{_base_.a.b}}`) replaced by what the base holds there."""

    def fill(node: Node) -> Node:
        if isinstance(node, Unknown):
            match = _OF_BASE.fullmatch(node.text)
            found = entry_at(base, match.group(1))[1] if match else None
            return node if found is None else found
        if isinstance(node, Sequence):
            return replace(node, items=tuple(map(fill, node.items)))
        if isinstance(node, Mapping):
            return replace(node, entries=tuple((key, fill(value)) for key, value in node.entries))
        return node

    filled = fill(root)
    assert isinstance(filled, Mapping)
    return filled


def _over(upper: Mapping, lower: Mapping) -> Mapping:
    """A mapping over another one, key by key, unless it says `_delete_`."""
    entries: dict[str, tuple[Scalar, Node]] = {key.text: (key, value) for key, value in lower.entries}
    for key, value in upper.entries:
        below = entries.get(key.text)
        made = value
        if isinstance(value, Mapping):
            deletes = value.get("_delete_")
            alone = isinstance(deletes, Scalar) and deletes.value is True
            under = below[1] if below is not None and not alone else None
            if isinstance(under, Unknown):
                made = under
            elif under is not None and not isinstance(under, Mapping):
                message = f"TypeError: {key.text} is a dict here and {under} in the base: it needs _delete_=True"
                raise refuse(key.place, "framework-raises", message)
            else:
                made = _over(value, under if under is not None else mapping_of([], value.place))
        if key.text not in _DROPPED:
            entries[key.text] = key, made
    return mapping_of(entries.values(), upper.place)


def class_name(config: Config, path: str) -> str | None:
    """The class that a `type` names, without its package or scope: a text, or a class that is imported."""
    node = config.node(path)
    if isinstance(node, Unknown) and node.text.isidentifier():
        return node.text
    name = config.text(path)
    return None if name is None else name.rpartition(".")[2]


@dataclass(frozen=True)
class Batches:
    """The batches of an epoch on one device (None where nothing says), and how they were counted."""

    count: int | None
    how: str = ""


def batches_of(config: Config, loader: str, batch_key: str, sampler: str = "") -> Batches:
    """The batches of an epoch: as given, or counted from the samples.

    loader: where the data loader is configured. batch_key: its key for the samples of a batch. sampler: its class.
    """
    given = config.given
    config.knows(f"{loader}.{batch_key}", f"{loader}.drop_last")
    for name in ("batches_per_epoch", "steps_per_epoch"):
        if getattr(given, name) is not None:
            return Batches(getattr(given, name), given.option(name))
    batch = given.batch_size or config.count(f"{loader}.{batch_key}", at_least=1)
    if given.samples is None:
        return Batches(None)
    if batch is None:
        message = f"--samples {given.samples} needs the samples of a batch, which are not in the file"
        raise config.fail(f"{loader}.{batch_key}", "needs-value", message, "--batch-size N")
    world = 1 if sampler == "InfiniteSampler" else given.world_size or 1  # an infinite one counts all of the samples
    share = -(-given.samples // world)
    drop = config.flag(f"{loader}.drop_last")
    count = share // batch if drop else -(-share // batch)
    if not count:
        raise config.fail(f"{loader}.drop_last", "bad-value", "an epoch has no batch: its only one is dropped")
    part = f"ceil({given.samples} / {world})" if world > 1 else str(given.samples)
    return Batches(count, f"{'floor' if drop else 'ceil'}({part} / {batch}) batches an epoch")


def put_rate(config: Config, draft: Draft, path: str, batch_key: str) -> None:
    """Write the optimizer's rate, scaled where auto_scale_lr is on."""
    rate = config.number(path)
    if rate is None:
        above = config.mapping(path.partition(".")[0])
        several = above is not None and any(
            isinstance(value, Mapping) and (value.get("optimizer") is not None or value.get("lr") is not None)
            for _, value in above.entries
        )
        message = "there are several optimizers" if several else "the optimizer's lr is not in the file"
        raise config.fail(path, "needs-value", message, f"--set {path}=...")
    if rate < 0:
        raise config.raises(path, f"ValueError: Invalid learning rate: {rate}")
    if not config.flag("auto_scale_lr.enable"):
        draft.put("lr", float(rate), at=path)
        return
    base = config.count("auto_scale_lr.base_batch_size", at_least=1)
    batch = config.given.batch_size or config.count(batch_key, at_least=1)
    if base is None or batch is None:
        key = "auto_scale_lr.base_batch_size" if base is None else batch_key
        message = f"auto_scale_lr scales the rate by the batch size: {key} is not in the file"
        raise config.fail("auto_scale_lr", "needs-value", message, "--batch-size N" if base else f"--set {key}=N")
    world = config.given.world_size or 1
    scaled = float(rate) * (float(world * batch) / float(base))
    draft.put("lr", scaled, at=path, why=f"auto_scale_lr: {rate:g} * ({world} * {batch} / {base})")
    if config.given.world_size is None:
        what = f"auto_scale_lr scales the rate by the number of GPUs: with one, lr is {scaled:g}"
        config.remark("auto_scale_lr", "scaled-rate", what, "", "--world-size N", level="note")


def refuse_unknown(node: Node, name: str) -> None:
    """Refuse a value that the file does not give."""
    if isinstance(node, Unknown):
        raise refuse(node.place, node.code, f"{name}: {node.why}", node.help)
    for inner in node.items if isinstance(node, Sequence) else ():
        refuse_unknown(inner, name)


def remark_groups(config: Config, path: str) -> None:
    """Tell of parameters that have another rate than the one shown."""
    node = config.node(path)
    named = isinstance(node, Mapping) and any(
        key.text in _GROUP_KEYS and not (key.text == "custom_keys" and not _scales_a_rate(value))
        for key, value in node.entries
    )
    if named:
        what = "paramwise_cfg gives some parameters another rate than the one shown"
        config.remark(path, "other-groups", what, level="note")


def _scales_a_rate(node: Node) -> bool:
    """Whether some custom key has an lr_mult."""
    inner = [value for _, value in node.entries] if isinstance(node, Mapping) else []
    return any(isinstance(one, Mapping) and one.get("lr_mult") is not None for one in inner)
