"""Training array students: exact resuming, whole groups watched, augmentation, folding, integers."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from sumika.distil.networks import layers as kinds
from sumika.distil.networks.augment import Augmentation, augment
from sumika.distil.networks.build import build
from sumika.distil.networks.fake_int8 import rounded_input, rounded_weight
from sumika.distil.networks.fit import FitSettings, fit, outputs_of, watched_rows
from sumika.distil.networks.losses import LossSettings
from sumika.distil.networks.presets import (
    Convolutional,
    Inputs,
    Perceptron,
    Points,
    Preset,
    Recurrent,
    fold_inputs,
    inputs_of,
    is_signal,
    layers_of,
)
from sumika.distil.networks.reference import forward_numpy
from sumika.distil.records import ArraySet
from sumika.schema import SumikaError

TABLE = FitSettings(epochs=6, batch=16, learning_rate=0.02)


def table(examples: int = 96, *, values: bool = False) -> ArraySet:
    random = np.random.default_rng(3)
    x = random.normal(5, 3, (examples, 4)).astype(np.float32)
    side = (x[:, 0] > x[:, 1]).astype(np.int64)
    y = np.stack([100 + 20 * (x[:, 0] - x[:, 1])], axis=1).astype(np.float32)
    group = np.array([f"person {i % 6}" for i in range(examples)])
    return ArraySet(x=x, y=y if values else side, group=group, domain=group, classes=() if values else ("a", "b"))


class Killed(Exception):  # noqa: N818 # a kill is no error
    """Stands for the process' end."""


def killing(at: int) -> "object":
    def progress(done: int, total: int) -> None:
        if done == at:
            raise Killed

    return progress


@pytest.mark.parametrize("killed_at", [5, 6, 17])
def test_killed_run_goes_on_exactly(tmp_path: Path, killed_at: int) -> None:
    arrays = table()
    teacher = np.random.default_rng(0).normal(size=(len(arrays), 2)).astype(np.float32)
    hidden = np.random.default_rng(1).normal(size=(len(arrays), 5)).astype(np.float32)
    settings = msgspec.structs.replace(
        TABLE,
        validation_share=0.3,
        patience=50,
        checkpoint_s=0.0,
        loss=LossSettings(hint_weight=0.1),
        augment=Augmentation(jitter=0.1, stretch=0.1),
        int8_epochs=2,
    )
    layers = layers_of(Perceptron(width=8), 2)
    given = {"seed": 4, "teacher_logits": teacher, "teacher_hidden": hidden}
    whole = build(layers, (4,), 2, seed=1)
    expected = fit(whole, arrays, settings, **given)  # type: ignore[arg-type] # of several types
    with pytest.raises(Killed):
        fit(build(layers, (4,), 2, seed=1), arrays, settings, tmp_path, killing(killed_at), **given)  # type: ignore[arg-type]
    resumed = build(layers, (4,), 2, seed=1)
    steps: list[int] = []
    report = fit(resumed, arrays, settings, tmp_path, lambda done, total: steps.append(done), **given)  # type: ignore[arg-type]
    assert steps[0] == killed_at, "the step that was told but not kept is done again, none is skipped"
    assert report.losses == pytest.approx(expected.losses, abs=1e-6)
    assert report.validation == pytest.approx(expected.validation, abs=1e-6)
    assert (report.kept_epoch, report.steps) == (expected.kept_epoch, expected.steps)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)
