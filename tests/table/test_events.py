"""What happens in a row, told by the schedule itself."""

from __future__ import annotations

import pytest

from lrcli.reader import parse_text


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("{type: cyclic, base_lr: 0, max_lr: 1, step_size_up: 2}", {2: "peak", 4: "cycle 2", 6: "peak", 8: "cycle 3"}),
        (
            "{type: cyclic, base_lr: 0, max_lr: 1, step_size_up: 1, step_size_down: 3}",
            {1: "peak", 4: "cycle 2", 5: "peak", 8: "cycle 3", 9: "peak"},
        ),
        ("{type: one_cycle, max_lr: 1, total_steps: 10, pct_start: 0.5}", {4: "peak", 9: "cycle ends"}),
        (
            "{type: one_cycle, max_lr: 1, total_steps: 10, pct_start: 0.3, three_phase: true}",
            {2: "peak", 4: "back at the initial LR", 9: "cycle ends"},
        ),
        ("{type: range_test, start: 0.1, end: 1, num_iter: 5}", {4: "ramp ends"}),
        ("{type: warmup_cosine, warmup: 3, T_max: 8}", {3: "warmup ends", 8: "cosine ends"}),
        ("{type: polynomial, total_iters: 4}", {4: "decay ends"}),
        ("{type: cosine, T_max: 5}", {5: "minimum, climbs from here"}),
    ],
)
def test_events(schedule: str, expected: dict[int, str]) -> None:
    """Each event stands at its row, and at no other."""
    (group,) = parse_text(f"{{lr: 0.1, epochs: 10, schedule: {schedule}}}").groups
    assert group.schedule is not None
    assert expected == {t: event for t in range(10) if (event := group.schedule.event_at(t))}
