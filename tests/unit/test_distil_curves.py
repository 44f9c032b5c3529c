"""Curves over columns: knots from what is learnt from, bends that a line has not, exact resuming, the same rounded."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.export.integer import CurvesStep, forward_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.augment import Augmentation
from sumika.distil.networks.build import build
from sumika.distil.networks.curves import CurvesPart, knots_of
from sumika.distil.networks.fit import FitSettings, fit, outputs_of
from sumika.distil.networks.kept import keep_model, kept_model, model_of, network_of
from sumika.distil.networks.losses import LossSettings
from sumika.distil.networks.presets import Curved, Inputs, Perceptron, Preset, fold_inputs, layers_of
from sumika.distil.networks.reference import forward_numpy
from sumika.distil.records import ArraySet
from sumika.distil.store import Store
from sumika.schema import SumikaError

CURVED = Curved(pieces=4, width=5)
SETTINGS = FitSettings(epochs=5, batch=16, learning_rate=0.02)


def table(examples: int = 160) -> ArraySet:
    """Return columns of very different units; class 1 where the second lies in the middle of its range."""
    random = np.random.default_rng(3)
    x = random.normal([1013, 0.5, -20], [40, 0.01, 3], (examples, 3)).astype(np.float32)
    y = (np.abs(x[:, 1] - 0.5) < 0.007).astype(np.int64)
    group = np.array([f"person {i % 4}" for i in range(examples)])
    return ArraySet(x=x, y=y, group=group, domain=group, classes=("no", "yes"))


def test_a_fresh_curve_is_the_column_between_its_ends() -> None:
    part = CurvesPart(2, 3)
    x = torch.tensor([[0.0, -1.5], [1.9, 0.3], [-80.0, 80.0]])
    ends = part.knots[:, [0, -1]].detach()
    torch.testing.assert_close(part(x).detach(), torch.maximum(torch.minimum(x, ends[:, 1]), ends[:, 0]))


def test_knots_leave_as_many_examples_in_every_piece() -> None:
    x = (np.random.default_rng(0).gamma(1.0, size=(5000, 2)) * [1, -7]).astype(np.float32)
    knots = knots_of(x, 4)
    assert knots.shape == (2, 5)
    assert (np.diff(knots, axis=1) > 0).all()
    for column in (0, 1):
        inside, _ = np.histogram(x[:, column], knots[column])
        np.testing.assert_allclose(inside / len(x), 0.24, atol=0.001)


def test_knots_are_those_of_the_people_learnt_from_and_stay() -> None:
    arrays = table()
    settings = msgspec.structs.replace(SETTINGS, validation_share=0.5, patience=50)
    network = build(layers_of(CURVED, 2), (3,), 2, seed=1)
    report = fit(network, arrays, settings, seed=0)
    learnt = arrays.take(~np.isin(arrays.group, report.watched_groups))
    expected = knots_of(report.inputs.apply(learnt.x, signal=False), 4)
    np.testing.assert_array_equal(network.weights()[0]["knots"], expected)
    assert not np.array_equal(expected, knots_of(report.inputs.apply(arrays.x, signal=False), 4))
    assert not np.array_equal(network.weights()[0]["weight"], np.ones((3, 4)))


def right(preset: Preset) -> float:
    arrays = table(1200)
    known, asked = arrays.take(np.arange(800)), arrays.take(np.arange(800, 1200))
    network = build(layers_of(preset, 2), (3,), 2, seed=1)
    report = fit(network, known, msgspec.structs.replace(SETTINGS, epochs=20, batch=32), seed=0)
    logits, _ = outputs_of(network, asked.x, None, report.inputs)
    return float((logits.argmax(axis=1) == asked.y).mean())


def test_a_curve_tells_the_middle_from_both_sides_with_one_unit() -> None:
    # One unit over straight columns knows one side from the other only.
    assert right(Curved(pieces=6, width=1)) > right(Perceptron(width=1, depth=1)) + 0.1


class KilledError(Exception):
    """Stands for the process' end."""


@pytest.mark.parametrize("int8_epochs", [0, 2])
def test_killed_run_goes_on_exactly(tmp_path: Path, int8_epochs: int) -> None:
    arrays, layers = table(), layers_of(CURVED, 2)
    teacher = np.random.default_rng(0).normal(size=(len(arrays), 2)).astype(np.float32)
    settings = msgspec.structs.replace(
        SETTINGS, checkpoint_s=0.0, int8_epochs=int8_epochs, loss=LossSettings(), augment=Augmentation(jitter=0.1)
    )

    def killing(done: int, total: int) -> None:
        if done == 17:
            raise KilledError

    whole = build(layers, (3,), 2, seed=1)
    fit(whole, arrays, settings, seed=4, teacher_logits=teacher)
    with pytest.raises(KilledError):
        fit(build(layers, (3,), 2, seed=1), arrays, settings, tmp_path, killing, seed=4, teacher_logits=teacher)
    resumed = build(layers, (3,), 2, seed=1)
    steps: list[int] = []
    fit(resumed, arrays, settings, tmp_path, lambda done, _: steps.append(done), seed=4, teacher_logits=teacher)
    assert steps[0] == 17
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


def test_kept_rounded_and_counted_it_is_the_same_network(tmp_path: Path) -> None:
    arrays, layers = table(400), layers_of(CURVED, 2)
    network = build(layers, (3,), 2, seed=1)
    report = fit(network, arrays, SETTINGS, seed=0)
    model = model_of(network, (3,), report.inputs, arrays.classes)
    assert report.parameters == model.parameters == 3 * (4 + 5) + (3 * 5 + 5) + (5 * 2 + 2)
    store = Store(tmp_path)
    found = kept_model(store, keep_model(store, model)["model"])
    expected, _ = outputs_of(network, arrays.x, None, report.inputs)
    np.testing.assert_allclose(found.outputs_of(arrays.x), expected, atol=1e-4)
    for one, other in zip(network.parameters(), network_of(found).parameters(), strict=True):
        assert one.equal(other)
    whole = quantise(layers, model.weights, arrays.x[:200], inputs=report.inputs)
    first = whole.steps[0]
    assert isinstance(first, CurvesStep)
    assert first.knots.dtype == np.uint8
    error = forward_int8(whole, arrays.x) - expected
    assert np.sqrt(np.mean(error**2)) < 0.05 * expected.std()


def test_a_column_at_its_mean_says_nothing_even_where_no_knot_is_near() -> None:
    layers = (kinds.Curves(pieces=3), kinds.Dense(outputs=2))
    weights = build(layers, (2,), 2, seed=1).weights()
    weights[0]["knots"] = np.array([[0.5, 0.6, 0.8, 2.0], [-3.0, -2.0, -1.0, -0.5]], np.float32)
    zero = np.zeros((1, 2), np.float32)
    np.testing.assert_allclose(forward_numpy(layers, weights, zero)[0], weights[1]["bias"], atol=1e-6)
    x = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    np.testing.assert_allclose(forward_int8(quantise(layers, weights, x), zero)[0], weights[1]["bias"], atol=0.01)


def test_what_makes_no_curve_is_refused_before_anything_is_trained() -> None:
    for slip in ({"pieces": 0}, {"pieces": 17}, {"width": 0}, {"knots": 3}):
        stated = {
            "name": "mine",
            "data": {"from": "source", "name": "made"},
            "teacher": {"from": "boosting"},
            "student": {"kind": "curved"} | slip,
        }
        with pytest.raises(msgspec.ValidationError, match=next(iter(slip))):
            msgspec.convert(stated, ArrayRecipe)
    layers, inputs = layers_of(CURVED, 2), Inputs(mean=(0.0,) * 3, scale=(2.0,) * 3)
    weights = build(layers, (3,), 2, seed=0).weights()
    with pytest.raises(SumikaError, match="cannot be folded"):
        fold_inputs(layers, weights, inputs)
