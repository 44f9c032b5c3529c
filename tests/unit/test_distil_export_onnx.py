"""Array students as ONNX: in floats what numpy gives, in whole numbers the very same bits."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from sumika.distil.export.integer import forward_int8
from sumika.distil.export.onnx_float import export_onnx_float
from sumika.distil.export.onnx_int8 import export_onnx_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.build import build
from sumika.distil.networks.presets import Inputs, is_signal
from sumika.distil.networks.reference import forward_numpy
from sumika.schema import SumikaError

RELU, DENSE = kinds.Relu(), kinds.Dense(outputs=3)
GROUPED = kinds.Convolution(channels=8, kernel=5, stride=2, groups=2)
DEPTHWISE = kinds.Convolution(channels=4, kernel=9, stride=3, groups=4)
KEEPING = kinds.Residual(layers=(kinds.Convolution(channels=8, kernel=4), RELU))
NETWORKS: list[tuple[tuple[kinds.Layer, ...], tuple[int, ...]]] = [
    ((GROUPED, RELU, KEEPING, RELU, kinds.MeanOverTime(), DENSE), (4, 11)),
    ((DEPTHWISE, kinds.MaxOverTime(), RELU, DENSE), (4, 40)),
    ((kinds.Convolution(channels=3, kernel=7), RELU, kinds.MeanOverTime()), (1, 5)),
    ((kinds.GatedRecurrent(units=10), DENSE), (4, 30)),
    ((kinds.Convolution(channels=6, kernel=3), RELU, kinds.GatedRecurrent(units=3)), (2, 9)),
    ((kinds.PerPoint(outputs=7), RELU, kinds.PerPoint(outputs=5), kinds.MaxOverPoints(), DENSE), (6, 4)),
    ((kinds.PerPoint(outputs=7), kinds.MeanOverPoints(), RELU, DENSE, RELU), (6, 4)),
    ((kinds.Residual(layers=(kinds.Residual(layers=(RELU,)), kinds.Dense(outputs=6))), DENSE), (6,)),
    ((kinds.Curves(pieces=4), kinds.Dense(outputs=7), RELU, DENSE), (6,)),
]


def inputs(shape: tuple[int, ...], count: int = 400) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    random = np.random.default_rng(sum(shape))
    mask = random.random((count, shape[0])) < 0.5
    mask[0] = False
    return random.normal(size=(count, *shape)).astype(np.float32), mask


def answers(
    path: Path, x: NDArray[np.float32], mask: NDArray[np.bool_] | None, *, threads: int = 1, optimised: bool = True
) -> NDArray[np.float32]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feed: dict[str, NDArray[np.float32] | NDArray[np.bool_]] = {"x": x}
    if len(session.get_inputs()) == 2:
        assert mask is not None
        feed["mask"] = mask
    logits: NDArray[np.float32] = np.asarray(session.run(["logits"], feed)[0])
    return logits


@pytest.mark.parametrize(("layers", "shape"), NETWORKS)
def test_float_model_gives_what_numpy_gives(
    tmp_path: Path, layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]
) -> None:
    x, mask = inputs(shape)
    weights = build(layers, shape, 3, seed=1).weights()
    made = answers(export_onnx_float(layers, weights, shape, tmp_path / "float.onnx"), x, mask)
    np.testing.assert_allclose(made, forward_numpy(layers, weights, x, mask), atol=1e-5)


@pytest.mark.parametrize(("layers", "shape"), NETWORKS)
def test_int8_model_gives_the_same_bits_as_numpy(
    tmp_path: Path, layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]
) -> None:
    x, mask = inputs(shape)
    weights = build(layers, shape, 3, seed=1).weights()
    network = quantise(layers, weights, x[:50], mask[:50])
    path = export_onnx_int8(network, tmp_path / "int8.onnx")
    x[1], x[2], x[3] = 1e30, -np.inf, np.nan
    x[4:] *= np.geomspace(0.01, 100, len(x) - 4, dtype=np.float32).reshape(-1, *[1] * len(shape))
    expected = forward_int8(network, x, mask)
    assert len(np.unique(expected)) > 100
    np.testing.assert_array_equal(answers(path, x, mask), expected)
    np.testing.assert_array_equal(answers(path, x, mask, threads=2, optimised=False), expected)
    np.testing.assert_array_equal(answers(path, x[7:8], mask[7:8]), expected[7:8])


@pytest.mark.parametrize(("layers", "shape"), [NETWORKS[0], NETWORKS[6], NETWORKS[7]], ids=["signal", "set", "table"])
def test_raw_inputs_are_normalised_within(
    tmp_path: Path, layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]
) -> None:
    x, mask = inputs(shape)
    signal = is_signal(layers)
    width = shape[0] if signal else shape[-1]
    told = Inputs(mean=tuple(np.linspace(-5, 50, width)), scale=tuple(np.geomspace(0.1, 30, width)))
    mean, scale = (np.array(one).reshape((-1, 1) if signal else -1) for one in (told.mean, told.scale))
    raw = (x * scale + mean).astype(np.float32)
    weights = build(layers, shape, 3, seed=1).weights()
    real = answers(export_onnx_float(layers, weights, shape, tmp_path / "float.onnx", inputs=told), raw, mask)
    np.testing.assert_allclose(real, forward_numpy(layers, weights, told.apply(raw, signal=signal), mask), atol=1e-5)
    network = quantise(layers, weights, raw, mask, inputs=told)
    raw[1, 0] = np.nan
    whole = answers(export_onnx_int8(network, tmp_path / "int8.onnx"), raw, mask)
    np.testing.assert_array_equal(whole, forward_int8(network, raw, mask))


def test_weights_of_an_int8_model_are_stored_in_bytes(tmp_path: Path) -> None:
    layers = (kinds.Dense(outputs=200), RELU, DENSE)
    x = np.random.default_rng(0).normal(size=(50, 300)).astype(np.float32)
    weights = build(layers, (300,), 3, seed=1).weights()
    whole = export_onnx_int8(quantise(layers, weights, x), tmp_path / "int8.onnx")
    real = export_onnx_float(layers, weights, (300,), tmp_path / "float.onnx")
    assert whole.stat().st_size < 0.31 * real.stat().st_size


def test_metadata_names_the_classes(tmp_path: Path) -> None:
    x, _ = inputs((4,))
    weights = build((DENSE,), (4,), 3, seed=1).weights()
    classes = ("still", "walking", "眠り")
    paths = (
        export_onnx_int8(quantise((DENSE,), weights, x), tmp_path / "int8.onnx", classes=classes),
        export_onnx_float((DENSE,), weights, (4,), tmp_path / "float.onnx", classes=classes),
    )
    for path, arithmetic in zip(paths, ("int8", "float32"), strict=True):
        told = onnxruntime.InferenceSession(str(path)).get_modelmeta().custom_metadata_map
        assert told == {"classes": '["still","walking","眠り"]', "arithmetic": arithmetic}
        assert [one.version for one in onnx.load(path).opset_import] == [17]


class Unknown(kinds.Relu, frozen=True, kw_only=True, tag="unknown"):
    """A layer that no export has heard of."""


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    x, _ = inputs((4,))
    weights = list(build((DENSE,), (4,), 3, seed=1).weights())
    with pytest.raises(SumikaError, match="2 names"):
        export_onnx_int8(quantise((DENSE,), weights, x), tmp_path / "a.onnx", classes=("a", "b"))
    with pytest.raises(SumikaError, match="2 names"):
        export_onnx_float((DENSE,), weights, (4,), tmp_path / "a.onnx", classes=("a", "b"))
    with pytest.raises(SumikaError, match="Unknown has no form"):
        export_onnx_float((DENSE, Unknown()), [*weights, {}], (4,), tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())
