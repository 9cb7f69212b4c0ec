"""Configs are recognised by content, their errors stand at their keys, and options say what a file does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lrcli.checks import rules_by_code
from lrcli.configs import all_formats
from lrcli.configs.base import REMARKS
from tests.cli_world import run_cli
from tests.configs.files import writer

written = writer("train.yaml")

HF = "learning_rate: 1.0e-4\nlr_scheduler_type: cosine\nnum_train_epochs: 2\nwarmup_ratio: 0.1\n"
SPEC = "{lr: 0.1, epochs: 4, schedule: {type: cosine}}"


def test_the_number_of_steps_is_asked_for_at_the_key_that_needs_it(tmp_path: Path) -> None:
    path = written(tmp_path, HF)
    outcome = run_cli("at", path, "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.splitlines() == [
        f"{path}:4:1: error: warmup_ratio needs the number of steps, which depends on the data [needs-steps]",
        "    |",
        "  4 | warmup_ratio: 0.1",
        "    | ^^^^^^^^^^^^",
        "    = help: --steps N, or --samples N (1 GPU; --world-size N)",
    ]


def test_recognised_by_content_and_not_by_name(tmp_path: Path) -> None:
    for name in ("x", "x.txt", "x.csv.txt", "x.yaml", "x.json"):
        outcome = run_cli("at", written(tmp_path, HF, name), "20", "--steps", "200")
        assert outcome.stdout == "0.0001\n", outcome.stderr


def test_stdin() -> None:
    assert run_cli("at", "-", "20", "--steps", "200", stdin=HF.encode()).stdout == "0.0001\n"


def test_a_spec_of_ours_wins(tmp_path: Path) -> None:
    text = "learning_rate: 0.1\nepochs: 4\nschedule: {type: constant}\nwarmup_ratio: 0.1\n"
    outcome = run_cli("at", written(tmp_path, text), "0")
    assert "unknown key 'warmup_ratio' at the top level" in outcome.stderr


def test_nothing_is_read_of_a_key_that_means_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, HF)
    outcome = run_cli("at", path, "0", "--steps", "200", "--set", "warmup_rato=0.2")
    assert outcome.stderr.startswith("--set warmup_rato=0.2: error: nothing reads 'warmup_rato'")
    assert "did you mean 'warmup_ratio'?" in outcome.stderr


def test_set_and_sweep_take_the_files_own_keys(tmp_path: Path) -> None:
    path = written(tmp_path, HF)
    assert run_cli("at", path, "20", "--steps", "200", "--set", "learning_rate=2e-4").stdout == "0.0002\n"
    sweep = ("--sweep", "learning_rate=1e-4,2e-4", "--range", "20:21", "-f", "csv")
    swept = run_cli("table", path, "--steps", "200", *sweep)
    assert swept.stdout == "step,learning_rate=1e-4:lr,learning_rate=2e-4:lr\n20,0.0001,0.0002\n"


def test_a_block_takes_what_it_lacks_from_above(tmp_path: Path) -> None:
    inner = "".join(f"    {line}\n" for line in HF.splitlines()[1:])
    path = written(tmp_path, f"run:\n  learning_rate: 1.0e-4\n  args:\n{inner}")
    assert "--block run.args" not in run_cli("at", path, "0").stderr
    assert run_cli("at", path, "20", "--steps", "200", "--block", "run.args").stdout == "0.0001\n"
    assert "there is no mapping at 'run.nothing'" in run_cli("at", path, "0", "--block", "run.nothing").stderr


def test_an_unknown_file_says_what_was_considered(tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, "model: x\nlearning_rate: 1e-3\n"), "0")
    assert outcome.status == 2
    assert "[unknown-format]" in outcome.stderr
    assert "huggingface (misses lr_scheduler_type or" in outcome.stderr
    assert "write the schedule as a call, 'CosineAnnealingLR(T_max=90)' --lr 0.1" in outcome.stderr
    assert "kohya" not in outcome.stderr, "formats that are farther off are not named"
    nested = run_cli("at", written(tmp_path, "a:\n" + "".join(f"  {line}\n" for line in HF.splitlines())), "0")
    assert "a huggingface config stands inside it: --block a" in nested.stderr


def test_a_config_of_ones_own_is_told_the_line_to_write(tmp_path: Path) -> None:
    """It has a spec's keys and other tools' words for them: the words are named, and no formats."""
    text = "optimizer: adamw\nlr: 1e-3\nepochs: 30\nscheduler:\n  name: cosine\n  min_lr: 1e-6\n"
    outcome = run_cli("at", written(tmp_path, text), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "unknown key 'optimizer'" in outcome.stderr
    assert "help: write schedule: {type: cosine, eta_min: 1e-6}" in outcome.stderr


def test_from(tmp_path: Path) -> None:
    path = written(tmp_path, HF)
    assert run_cli("at", path, "20", "--steps", "200", "--from", "huggingface").stdout == "0.0001\n"
    assert "unknown key 'lr_scheduler_type' at the top level" in run_cli("at", path, "0", "--from", "spec").stderr
    assert "did you mean 'huggingface'?" in run_cli("at", path, "0", "--from", "hugingface").stderr
    log = written(tmp_path, "epoch,lr\n0,0.1\n1,0.2\n", "log.yaml")
    assert run_cli("at", log, "1", "--from", "log").stdout == "0.2\n"


def test_a_release_that_was_not_examined_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, HF)
    assert run_cli("at", f"{path}@transformers-4.51", "20", "--steps", "200").stdout == "0.0001\n"
    assert "was not examined" in run_cli("at", f"{path}@transformers-3.0", "0", "--steps", "9").stderr
    refused = run_cli("at", f"{path}@transformers-5.20", "0", "--steps", "9")
    assert "Some keys are not used by the HfArgumentParser: ['warmup_ratio']" in refused.stderr


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--steps-per-epoch", "10"), "steps per epoch   10"),
        (("--samples", "100", "--batch-size", "8"), "steps per epoch     13  "),
        (("--batches-per-epoch", "12"), "steps per epoch   12"),
    ],
)
def test_the_options_say_it_of_a_spec_too(options: tuple[str, ...], expected: str) -> None:
    outcome = run_cli("steps", SPEC, *options)
    assert outcome.status == 0, outcome.stderr
    words = [" ".join(line.split()[:4]) for line in outcome.stdout.splitlines()]
    assert " ".join(expected.split()[:4]) in words


def test_interval_of_a_spec() -> None:
    outcome = run_cli("table", SPEC, "--interval", "step", "--steps-per-epoch", "2", "-f", "csv")
    assert outcome.stdout.splitlines()[0] == "step,lr"
    assert len(outcome.stdout.splitlines()) == 9


def test_check_shows_remarks_at_their_places(tmp_path: Path) -> None:
    text = HF.replace("cosine", "constant")
    path = written(tmp_path, text)
    outcome = run_cli("check", path, "--steps", "200")
    assert outcome.status == 1
    assert f"{path}:4:1: warning: warmup_ratio is ignored" in outcome.stdout
    assert run_cli("check", path, "--steps", "200", "--ignore", "warmup-ignored").status == 0
    silenced = written(tmp_path, text.replace("0.1", "0.1  # lrcli: ignore warmup-ignored"))
    assert run_cli("check", silenced, "--steps", "200").status == 0


def test_every_remark_is_listed(tmp_path: Path) -> None:
    """A code that a format uses stands in the list, unless it is a rule's."""
    folder = Path(__file__).parent.parent.parent / "lrcli" / "configs"
    pattern = re.compile(r'\.remark\(\s*[^,]+,\s*"([a-z0-9-]+)"')
    used = {code for path in folder.rglob("*.py") for code in pattern.findall(path.read_text(encoding="utf-8"))}
    assert used
    assert set() == used - set(REMARKS) - set(rules_by_code())


def test_an_option_that_a_config_has_no_use_for_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "learning_rate = 1e-3\nmax_iters = 100\nwarmup_iters = 10\nlr_decay_iters = 100\n", "x.py")
    outcome = run_cli("at", path, "100", "--epochs", "3", "--world-size", "8")
    assert outcome.status == 0
    for option in ("--epochs 3", "--world-size 8"):
        assert f"{option} is not used: nothing in this nanogpt config depends on it" in outcome.stderr
    assert "not used" not in run_cli("at", path, "100", "--steps", "101").stderr


def test_formats_lists_them_all() -> None:
    lines = run_cli("formats").stdout.splitlines()
    assert [one.name for one in all_formats()] == [line.split()[0] for line in lines[1:]]


def test_nanogpt_of_2023_begins_at_zero(tmp_path: Path) -> None:
    path = written(tmp_path, "learning_rate = 1e-3\nmax_iters = 100\nwarmup_iters = 10\nlr_decay_iters = 100\n", "x.py")
    assert run_cli("at", f"{path}@nanogpt-2023", "0", "5", "10").stdout == "0.0\n0.0005\n0.001\n"
    assert run_cli("at", path, "0").stdout == f"{1e-3 * 1 / 11!r}\n"
    assert "emulate: nanogpt-2023" in run_cli("convert", f"{path}@nanogpt-2023").stdout


def test_versions_of_a_config(tmp_path: Path) -> None:
    path = written(tmp_path, HF)
    lines = run_cli("versions", path, "--samples", "1601", "--set", "gradient_accumulation_steps=4").stdout.splitlines()
    assert lines[0] == "transformers 4.20.1-4.51.3  100 steps"
    assert lines[1].startswith("transformers 4.52.4-5.14    102 steps; differs from the line above at step 1: ")
    assert lines[2].startswith("transformers 5.15-5.24      refuses: ValueError: Some keys are not used")
    found = run_cli("versions", path, "--steps", "100", "-f", "json").stdout
    assert [one.get("steps") for one in json.loads(found)] == [100, None]


def test_the_log_of_the_trainer_follows_its_config(tmp_path: Path) -> None:
    """The Trainer's step i has the rate of update i - 1, and a config knows that."""
    path = written(tmp_path, HF)
    steps = [str(step) for step in range(0, 100, 10)]
    rates = run_cli("at", path, *steps, "--steps", "100").stdout.split()
    rows = [{"step": int(step) + 1, "learning_rate": float(rate)} for step, rate in zip(steps, rates, strict=True)]
    log = written(tmp_path, json.dumps({"log_history": rows}), "trainer_state.json")
    assert run_cli("explain", path, log, "--steps", "100").status == 0
    assert run_cli("explain", path, log, "--steps", "100", "--set", "first_step=0").status == 1


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sft_cosine.yaml", ("--steps", "1000")),
        ("llamafactory_lora.yaml", ("--steps", "1000")),
        ("axolotl_lora.yml", ("--steps", "1000")),
        ("detectron2_coco.yaml", ()),
        ("yolov3.cfg", ()),
        ("lightning_cli.yaml", ()),
        ("kohya_lora.toml", ("--batches-per-epoch", "500")),
        ("llm_foundry.yaml", ()),
        ("torchtune_lora.yaml", ("--samples", "52002")),
    ],
)
def test_check_is_silent_on_sound_configs(name: str, options: tuple[str, ...]) -> None:
    path = Path(__file__).parent.parent.parent / "schedules" / "configs" / name
    outcome = run_cli("check", str(path), *options, "--strict")
    assert (outcome.status, outcome.stdout) == (0, "no findings in 1 spec\n")


def test_a_key_that_the_trainer_does_not_read_is_told(tmp_path: Path) -> None:
    """lr_scheduler: cosine leaves the Trainer at linear."""
    path = written(tmp_path, "learning_rate: 1.0e-4\nlr_scheduler: cosine\nwarmup_steps: 0\nmax_steps: 4\n")
    outcome = run_cli("at", path, "1")
    assert outcome.stdout == "7.500000000000001e-05\n"
    told = "transformers reads lr_scheduler_type, not lr_scheduler: lr_scheduler_type keeps its default"
    assert f"note: {path}:2: {told}" in outcome.stderr.splitlines()
    both = written(tmp_path, HF + "lr_scheduler: other\n", "both.yaml")
    assert "lr_scheduler," not in run_cli("at", both, "1", "--steps", "200").stderr


SHELL = "LR=1e-3\npretrain.py --lr $LR --train-iters ${ITERS} --global-batch-size 8 --lr-decay-style constant\n"


@pytest.mark.parametrize("name", ["ITERS", "$ITERS", "${ITERS}", "train-iters", "--train-iters"])
def test_a_variable_of_a_shell_is_set_by_its_name(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, SHELL, "train.sh")
    outcome = run_cli("at", path, "5", "--set", f"{name}=10", "--set", "$LR=2e-3")
    assert outcome.stdout == "0.002\n", outcome.stderr
    refused = run_cli("at", path, "5", "--set", "ITERS=10", "--set", "ITER=9").stderr
    assert "nothing reads 'ITER' in a megatron config" in refused


def test_a_spec_in_utf_16_is_no_log(tmp_path: Path) -> None:
    for text in (SPEC, HF):
        path = tmp_path / "x.yaml"
        path.write_bytes(text.encode("utf-16"))
        outcome = run_cli("at", str(path), "0")
        assert (outcome.status, outcome.stdout) == (2, "")
        assert "this is UTF-16, a spec is UTF-8 text" in outcome.stderr


def test_a_config_that_fails_is_no_log(tmp_path: Path) -> None:
    """Two rates one below the other look like a log, and so does many a broken config."""
    path = written(tmp_path, f"learning_rate: 1.0e-4\n{HF}max_steps: abc\n")
    assert "max_steps must be a number, not the text 'abc'" in run_cli("at", path, "0").stderr


def test_a_slip_in_a_python_file_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "config.py"
    path.write_text("lr = 0.1\nparam_scheduler = [dict(type='StepLR')\ntrain_cfg = dict()\n", encoding="utf-8")
    outcome = run_cli("at", str(path), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"{path}:2:19: error: this is no Python: " in outcome.stderr


BLOCKS = (
    "seed: 1\nexp:\n  run:\n" + "".join(f"    {line}\n" for line in HF.splitlines()) + "  all:\n    - max_steps: 8\n"
)


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ("", "0.0001\n"),
        ("learning_rate=2e-4", "0.0002\n"),
        ("exp.run.learning_rate=2e-4", "0.0002\n"),
        ("max_steps=100", "0.0001\n"),
    ],
)
def test_set_reaches_into_a_block(sets: str, expected: str, tmp_path: Path) -> None:
    """A key of `--set` is one of the block, whether or not the block's path stands before it."""
    path = written(tmp_path, BLOCKS)
    options = ("--set", sets) if sets else ()
    outcome = run_cli("at", path, "10", "--steps", "100", "--block", "exp.run", *options)
    assert outcome.stdout == expected, outcome.stderr


def test_a_block_of_a_list(tmp_path: Path) -> None:
    path = written(
        tmp_path, "runs:\n  - lr: 1\n  - learning_rate: 0.5\n    lr_scheduler_type: constant\n    max_steps: 9\n"
    )
    assert run_cli("at", path, "5", "--block", "runs.1").stdout == "0.5\n"
    assert "there is no mapping at 'runs.2'" in run_cli("at", path, "5", "--block", "runs.2").stderr
    assert "--block exp.run" in run_cli("at", written(tmp_path, BLOCKS), "5").stderr


@pytest.mark.parametrize("key", ["learning_rate", "learning_rate.value"])
def test_set_reaches_into_the_wrapping_of_wandb(key: str, tmp_path: Path) -> None:
    wrapped = HF.replace(": ", ":\n  desc: null\n  value: ")
    path = written(tmp_path, f"wandb_version: 1\n{wrapped}")
    assert run_cli("at", path, "20", "--steps", "200").stdout == "0.0001\n"
    assert run_cli("at", path, "20", "--steps", "200", "--set", f"{key}=2e-4").stdout == "0.0002\n"


def test_arguments_of_deit_are_none_of_timm(tmp_path: Path) -> None:
    """Its main.py scales lr by the batch size."""
    text = "sched: cosine\nlr: 0.0005\nwarmup_lr: 1.0e-6\nepochs: 300\nbatch_size: 64\nunscale_lr: false\n"
    path = tmp_path / "args.yaml"
    path.write_text(text, encoding="utf-8")
    outcome = run_cli("at", str(path), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "timm (misses arguments of train.py alone (unscale_lr is DeiT's" in outcome.stderr


def test_a_block_is_hinted_at_where_it_can_be_read(tmp_path: Path) -> None:
    """A YAML file holds no DeepSpeed JSON."""
    path = tmp_path / "config.yaml"
    path.write_text("trainer: {max_epochs: 3}\ndata: {train_batch_size: 8}\nrest: {deep: [1]}\n", encoding="utf-8")
    assert "--block" not in run_cli("at", str(path), "0").stderr
