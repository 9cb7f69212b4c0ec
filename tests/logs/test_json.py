"""JSON logs in shapes that no tool of the samples writes."""

from __future__ import annotations

import pytest

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs import Log
from lrcli.logs.read import read_log


def read(text: str) -> Log:
    return read_log("-", inputs=Inputs.of(text.encode()))


@pytest.mark.parametrize(
    ("text", "lrs", "others"),
    [
        (
            '{\n "step": 0, "lr": 0.1,\n "train": {"loss": 1}\n}\n{\n "step": 1, "lr": 0.2\n}\n',
            {"lr": [0.1, 0.2]},
            ["train/loss"],
        ),
        (
            '{"step": 0, "optim": {"lr": [0.1, 0.2], "m": {"x": 1}}}\n{"step": 1, "optim": {"lr": [0.3, 0.4]}}\n',
            {"optim/lr/0": [0.1, 0.3], "optim/lr/1": [0.2, 0.4]},
            ["optim/m/x"],
        ),
        ('[{"step": 0, "lr": 0.1}, {"step": 1, "lr": 0.2}]', {"lr": [0.1, 0.2]}, []),
        ('{"epoch": [0, 1], "lr": [0.1, 0.2]}', {"lr": [0.1, 0.2]}, []),
        ('{"params": {}, "history": {"epoch": [0, 1], "lr": [0.1, 0.2]}}\n', {"lr": [0.1, 0.2]}, []),
    ],
)
def test_shapes(text: str, lrs: dict[str, list[float]], others: list[str]) -> None:
    """Objects over several lines, objects in objects, lists of groups, lists of columns."""
    log = read(text)
    assert (lrs, others) == ({name: list(values) for name, values in log.lrs.items()}, list(log.others))


def test_damage_after_objects_of_several_lines() -> None:
    """What stands before the damage is read; an entry that is no object has no learning rate."""
    log = read('{\n"step":0,"lr":0.1\n}\n{\n"step":1,"lr":0.2\n}\n[1]\n{"st')
    assert [0.1, 0.2] == list(log.lrs["lr"])
    assert "the file is cut off or damaged after entry 3; what follows was left out" in log.remarks


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[nonsense", "<stdin>: this is not JSON (line 1)"),
        ('{\n"a": [[1]]\n}', "<stdin>: this is not a log: a JSON document without a log_history"),
    ],
)
def test_no_log(text: str, message: str) -> None:
    """What is no log is told in one message."""
    with pytest.raises(LrcliError) as caught:
        read(text)
    assert message == str(caught.value)


@pytest.mark.parametrize("depth", [10, 100, 500, 900, 985, 995, 100_000])
@pytest.mark.parametrize(
    "form",
    [
        '{"step":0,"lr":1,"x":%s}\n{"step":1,"lr":1}\n',
        '{"log_history":[{"step":0,"lr":1,"x":%s},{"step":1,"lr":1}]}',
        '{\n"step":0,"lr":1,"x":%s}\n{"step":1,\n"lr":1}\n',
    ],
)
def test_nesting(form: str, depth: int) -> None:
    """However deep objects stand in each other, the log is read or refused."""
    try:
        log = read(form % ('{"a":' * depth + "1" + "}" * depth))
    except LrcliError:
        assert depth > 900
    else:
        assert [1, 1] == list(log.lrs["lr"])
