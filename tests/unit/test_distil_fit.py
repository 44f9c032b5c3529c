"""Training array students: exact resuming, whole groups watched, augmentation, folding, integers."""

from collections.abc import Callable
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

pytestmark = pytest.mark.slow

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


def killing(at: int) -> Callable[[int, int], None]:
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
        fit(build(layers, (4,), 2, seed=1), arrays, settings, tmp_path, killing(killed_at), **given)  # type: ignore[arg-type] # as above
    resumed = build(layers, (4,), 2, seed=1)
    steps: list[int] = []
    report = fit(resumed, arrays, settings, tmp_path, lambda done, total: steps.append(done), **given)  # type: ignore[arg-type] # as above
    assert steps[0] == killed_at, "the step that was told but not kept is done again, none is skipped"
    assert report.losses == pytest.approx(expected.losses, abs=1e-6)
    assert report.validation == pytest.approx(expected.validation, abs=1e-6)
    assert (report.kept_epoch, report.steps) == (expected.kept_epoch, expected.steps)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


def test_checkpoint_of_other_data_is_not_taken_up(tmp_path: Path) -> None:
    layers = layers_of(Perceptron(width=8), 2)
    fit(build(layers, (4,), 2, seed=1), table(), TABLE, tmp_path, seed=0)
    steps: list[int] = []
    fit(build(layers, (4,), 2, seed=1), table(90), TABLE, tmp_path, lambda done, total: steps.append(done), seed=0)
    assert steps[0] == 1


@pytest.mark.parametrize("share", [0.01, 0.34, 0.99])
def test_no_person_is_both_learnt_from_and_watched(share: float) -> None:
    arrays = table()
    watched = watched_rows(arrays, share, seed=0)
    inside, outside = set(arrays.group[watched]), set(arrays.group[~watched])
    assert inside
    assert outside
    assert not inside & outside
    with pytest.raises(SumikaError, match="one group"):
        watched_rows(arrays.take(arrays.group == "person 0"), share, seed=0)


def test_patience_keeps_the_best_epoch() -> None:
    random = np.random.default_rng(0)
    noise = table()
    noise = msgspec.structs.replace(noise, y=random.integers(0, 2, len(noise)))
    settings = msgspec.structs.replace(TABLE, epochs=40, validation_share=0.5, patience=3, learning_rate=0.05)
    network = build(layers_of(Perceptron(width=32), 2), (4,), 2, seed=1)
    report = fit(network, noise, settings, seed=0)
    assert len(report.validation) == report.kept_epoch + 3 < 40, "labels at random cannot be foretold for long"
    watched = noise.take(watched_rows(noise, 0.5, 0))
    logits, _ = outputs_of(network, watched.x, None, report.inputs)
    loss = torch.nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(watched.y))
    assert float(loss) == pytest.approx(min(report.validation), rel=1e-5)


def test_values_come_out_in_their_own_units_and_teacher_is_followed() -> None:
    arrays = table(values=True)
    settings = msgspec.structs.replace(TABLE, epochs=60, loss=LossSettings(soft_weight=1.0))
    network = build(layers_of(Perceptron(width=16), 1), (4,), 1, seed=1)
    report = fit(network, arrays, settings, seed=0, teacher_logits=np.asarray(arrays.y * 2, np.float32))
    found, _ = outputs_of(network, arrays.x, None, report.inputs)
    error = np.abs(found - 2 * arrays.y).mean()
    assert error < 0.05 * (2 * arrays.y).std(), "the teacher's actions, not the labels, are what it does"


def test_teacher_teaches_where_labels_are_missing() -> None:
    arrays = table()
    teacher = np.where(arrays.y[:, None] == np.arange(2), 4.0, -4.0).astype(np.float32)
    unlabelled = msgspec.structs.replace(arrays, y=np.full(len(arrays), -1))
    settings = msgspec.structs.replace(TABLE, epochs=30)
    network = build(layers_of(Perceptron(width=16), 2), (4,), 2, seed=1)
    report = fit(network, unlabelled, settings, seed=0, teacher_logits=teacher)
    logits, _ = outputs_of(network, arrays.x, None, report.inputs)
    assert (logits.argmax(axis=1) == arrays.y).mean() > 0.9


@pytest.mark.parametrize(
    ("preset", "shape"),
    [
        (Convolutional(width=6, depth=2), (3, 24)),
        (Convolutional(width=6, depth=2, stride=1), (3, 24)),
        (Recurrent(width=5, depth=2), (3, 12)),
        (Points(width=6, depth=2), (7, 3)),
        (Points(width=6, depth=1, over="mean"), (7, 3)),
        (Perceptron(width=6), (3,)),
    ],
)
def test_presets_learn_and_fold_their_inputs_exactly(preset: Preset, shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    x = random.normal(0, 1, (48, *shape)).astype(np.float32)
    features = np.array([100, -3, 0.02], np.float32) if shape[-1] == 3 else np.array([[100], [-3], [0.02]], np.float32)
    y = random.integers(0, 2, 48)
    x[y == 1] += 1
    x = x * np.abs(features) + features
    mask = random.random((48, shape[0])) < 0.7 if len(shape) == 2 and isinstance(preset, Points) else None
    group = np.array([f"room {i % 4}" for i in range(48)])
    arrays = ArraySet(x=x, y=y, group=group, domain=group, classes=("no", "yes"), mask=mask)
    layers = layers_of(preset, 2)
    network = build(layers, shape, 2, seed=0)
    report = fit(network, arrays, FitSettings(epochs=15, batch=8, learning_rate=0.01), seed=0)
    assert report.losses[-1] < 0.7 * report.losses[0]
    assert report.parameters == kinds.parameters(layers, shape)
    logits, _ = outputs_of(network, x, mask, report.inputs)
    plain = forward_numpy(layers, fold_inputs(layers, network.weights(), report.inputs), x, mask)
    np.testing.assert_allclose(plain, logits, atol=2e-3)
    normalised = report.inputs.apply(x, signal=is_signal(layers))
    np.testing.assert_allclose(forward_numpy(layers, network.weights(), normalised, mask), logits, atol=1e-4)


def test_inputs_of_points_leave_padding_out_and_broken_values_are_refused() -> None:
    x = np.zeros((2, 3, 1), np.float32)
    x[0, 0], x[1, 0] = 4, 8
    mask = np.array([[True, False, False], [True, False, False]])
    name = np.array(["a", "b"])
    arrays = ArraySet(x=x, y=np.array([0, 1]), group=name, domain=name, mask=mask)
    assert inputs_of(arrays, signal=False) == Inputs(mean=(6.0,), scale=(2.0,))
    x[0, 1] = np.nan
    assert inputs_of(arrays, signal=False).mean == (6.0,), "what is no point may be anything"
    x[0, 0] = np.nan
    with pytest.raises(SumikaError, match="NaN"):
        inputs_of(arrays, signal=False)


def test_padding_first_layer_does_not_fold() -> None:
    layers = (kinds.Convolution(channels=2, kernel=3), kinds.MeanOverTime())
    network = build(layers, (2, 8), 2, seed=0)
    with pytest.raises(SumikaError, match="folded"):
        fold_inputs(layers, network.weights(), Inputs(mean=(0.0, 0.0), scale=(1.0, 1.0)))


def test_turned_points_keep_distance_and_height_and_lost_ones_leave_one() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(20, 9, 4)).astype(np.float32)
    mask = random.random((20, 9)) < 0.5
    mask[:, 0] = True
    settings = Augmentation(turn_deg=40, drop_points=0.9, horizontal=(0, 1))
    found, kept = augment(x, mask, np.ones(4, np.float32), settings, np.random.default_rng(1), "points")
    assert kept is not None
    np.testing.assert_allclose(np.hypot(found[..., 0], found[..., 1]), np.hypot(x[..., 0], x[..., 1]), rtol=1e-4)
    np.testing.assert_array_equal(found[..., 2:], x[..., 2:])
    turned = np.angle((found[..., 0] + 1j * found[..., 1]) / (x[..., 0] + 1j * x[..., 1]), deg=True)
    assert np.abs(turned).max() <= 40.01
    assert np.ptp(turned[:, 0]) > 10, "every set is turned by its own angle"
    assert np.ptp(turned, axis=1).max() < 1e-2, "all points of a set by the same"
    assert kept.any(axis=1).all()
    assert not (kept & ~mask).any()
    assert kept.sum() < 0.5 * mask.sum()


def test_shift_moves_a_set_as_one_and_mirror_changes_one_sign() -> None:
    x = np.random.default_rng(0).normal(size=(30, 5, 3)).astype(np.float32)
    moved, _ = augment(x, None, np.ones(3, np.float32), Augmentation(shift_m=0.5), np.random.default_rng(1), "points")
    change = moved - x
    assert np.ptp(change, axis=1).max() < 1e-5
    assert 0.3 < change[:, 0, :2].std() < 0.7
    np.testing.assert_array_equal(moved[..., 2], x[..., 2])
    mirrored, _ = augment(x, None, np.ones(3, np.float32), Augmentation(mirror=1), np.random.default_rng(1), "points")
    signs = mirrored[..., 1] / x[..., 1]
    assert set(np.unique(np.round(signs, 4))) == {-1.0, 1.0}
    np.testing.assert_array_equal(mirrored[..., [0, 2]], x[..., [0, 2]])


def test_noise_is_measured_in_each_channels_own_deviation() -> None:
    x = np.zeros((50, 2, 40), np.float32)
    scale = np.array([10.0, 0.1], np.float32)
    found, _ = augment(x, None, scale, Augmentation(jitter=0.3), np.random.default_rng(0), "signal")
    np.testing.assert_allclose(found.std(axis=(0, 2)), 0.3 * scale, rtol=0.05)
    ones, _ = augment(x + 1, None, scale, Augmentation(stretch=0.2), np.random.default_rng(0), "signal")
    assert np.ptp(ones, axis=(1, 2)).max() == 0
    assert 0.1 < ones[:, 0, 0].std() < 0.3


def test_rounding_to_int8_has_256_levels_and_a_straight_gradient() -> None:
    weight = torch.randn(3, 400, requires_grad=True)
    rounded = rounded_weight(weight)
    assert all(len(np.unique(row)) <= 255 for row in rounded.detach().numpy())
    step = weight.detach().abs().amax(dim=1) / 127
    assert bool(((rounded - weight).detach().abs() <= step[:, None] / 2 + 1e-6).all())
    rounded.sum().backward()  # type: ignore[no-untyped-call] # untyped in torch
    torch.testing.assert_close(weight.grad, torch.ones_like(weight))
    x = torch.rand(2000) * 9 - 2
    found = rounded_input(x)
    assert len(np.unique(found.numpy())) <= 256
    assert float((found - x).abs().max()) <= 9 / 255
    assert float(rounded_input(torch.tensor([0.0, 5.0]))[0]) == 0, "zero stays zero: padding is zero"


def test_only_the_last_epochs_are_trained_against_rounding() -> None:
    arrays = table()
    settings = msgspec.structs.replace(TABLE, epochs=30)
    losses = []
    for int8_epochs in (0, 15):
        network = build(layers_of(Perceptron(width=8), 2), (4,), 2, seed=1)
        report = fit(network, arrays, msgspec.structs.replace(settings, int8_epochs=int8_epochs), seed=0)
        logits, _ = outputs_of(network, arrays.x, None, report.inputs)
        assert (logits.argmax(axis=1) == arrays.y).mean() > 0.9
        losses.append(report.losses)
    assert losses[0][:15] == losses[1][:15]
    assert losses[0][15] != losses[1][15]


@pytest.mark.parametrize("over", [Recurrent(width=4), Convolutional(width=4, depth=1), Points(width=4)])
def test_every_kind_of_network_trains_against_rounding(over: Preset) -> None:
    random = np.random.default_rng(0)
    name = np.array([f"person {i % 3}" for i in range(12)])
    x = random.normal(size=(12, 3, 8)).astype(np.float32)
    arrays = ArraySet(x=x, y=np.arange(12) % 2, group=name, domain=name)
    network = build(layers_of(over, 2), (3, 8), 2, seed=0)
    before = [weight.detach().clone() for weight in network.parameters()]
    report = fit(network, arrays, FitSettings(epochs=2, batch=4, int8_epochs=2), seed=0)
    assert np.isfinite(report.losses).all()
    changed = [not torch.equal(one, other) for one, other in zip(before, network.parameters(), strict=True)]
    assert all(changed)


def test_what_does_not_fit_is_refused() -> None:
    arrays = table()
    network = build(layers_of(Perceptron(width=8), 2), (4,), 2, seed=1)
    with pytest.raises(SumikaError, match="shape"):
        fit(network, arrays, TABLE, seed=0, teacher_logits=np.zeros((3, 2), np.float32))
    with pytest.raises(SumikaError, match="hidden"):
        fit(network, arrays, msgspec.structs.replace(TABLE, loss=LossSettings(hint_weight=1.0)), seed=0)
    with pytest.raises(SumikaError, match="nothing"):
        fit(network, arrays.take(np.zeros(0, np.int64)), TABLE, seed=0)
    wild = msgspec.structs.replace(TABLE, learning_rate=1e30, clip_norm=0.0)
    with pytest.raises(SumikaError, match="learning_rate"):
        fit(network, arrays, wild, seed=0)
    with pytest.raises(ValueError, match="patience"):
        FitSettings(patience=3)
