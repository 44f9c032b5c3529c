"""Teachers of arrays: an ONNX file gives what the network gave, an ensemble the mean of its probabilities."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from scipy.special import softmax

from sumika.distil.networks import layers as kinds
from sumika.distil.networks.build import build
from sumika.distil.networks.reference import forward_numpy
from sumika.distil.teachers.arrays import Ensemble, NetworkTeacher, OnnxTeacher, probabilities
from sumika.schema import SumikaError, UsageError

WEIGHT = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)
X = np.random.default_rng(2).normal(size=(10, 4)).astype(np.float32)
POINTS = np.random.default_rng(3).normal(size=(7, 5, 3)).astype(np.float32)
REAL = np.random.default_rng(4).random((7, 5)) < 0.6


def onnx_file(path: Path, weight: np.ndarray = WEIGHT) -> Path:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    shape = ["n", weight.shape[1]]
    graph = helper.make_graph(
        [node],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", weight.shape[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [helper.make_tensor("w", TensorProto.FLOAT, weight.shape, weight.ravel())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(path))
    return path


def masked_file(path: Path) -> Path:
    """Sums the real points."""
    nodes = [
        helper.make_node("Cast", ["mask"], ["share"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["share", "last"], ["wide"]),
        helper.make_node("Mul", ["x", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "first"], ["y"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "sum",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 5, 3]),
            helper.make_tensor_value_info("mask", TensorProto.BOOL, ["n", 5]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
        [
            helper.make_tensor("last", TensorProto.INT64, [1], [2]),
            helper.make_tensor("first", TensorProto.INT64, [1], [1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(path))
    return path


def test_an_onnx_file_gives_its_logits_in_batches_of_any_size(tmp_path: Path) -> None:
    path = onnx_file(tmp_path / "m.onnx")
    for batch in (1, 3, 100):
        found = OnnxTeacher(path, terms="own", batch=batch).logits(X)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, X @ WEIGHT, rtol=1e-5, atol=1e-6)
    assert OnnxTeacher(path, terms="own").version == OnnxTeacher(path, terms="mit", name="x").version
    other = onnx_file(tmp_path / "other.onnx", WEIGHT + 1)
    assert OnnxTeacher(path, terms="own").version != OnnxTeacher(other, terms="own").version


def test_a_second_input_gets_the_mask_and_every_point_is_real_without_one(tmp_path: Path) -> None:
    teacher = OnnxTeacher(masked_file(tmp_path / "m.onnx"), terms="own", batch=3)
    wanted = (POINTS * REAL[:, :, None]).sum(axis=1)
    np.testing.assert_allclose(teacher.logits(POINTS, REAL), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(teacher.logits(POINTS), POINTS.sum(axis=1), rtol=1e-5, atol=1e-6)


def test_files_that_are_no_models_and_arrays_that_do_not_fit_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SumikaError, match="cannot be read"):
        OnnxTeacher(tmp_path / "none.onnx", terms="own")
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(SumikaError, match="no ONNX model that can be run"):
        OnnxTeacher(tmp_path / "bad.onnx", terms="own")
    teacher = OnnxTeacher(onnx_file(tmp_path / "m.onnx"), terms="own")
    with pytest.raises(SumikaError, match=r"does not take arrays of \(5, 3\)"):
        teacher.logits(POINTS)
    with pytest.raises(UsageError, match="there are no examples"):
        teacher.logits(X[:0])


def test_a_network_is_asked_as_it_is_evaluated_and_left_as_it_was() -> None:
    layers = (kinds.PerPoint(outputs=8), kinds.Relu(), kinds.MaxOverPoints(), kinds.Dense(outputs=2))
    network = build(layers, (5, 3), 2, seed=1)
    network.train()
    teacher = NetworkTeacher(network, name="points", batch=3)
    wanted = forward_numpy(layers, network.weights(), POINTS, REAL)
    np.testing.assert_allclose(teacher.logits(POINTS, REAL), wanted, rtol=1e-5, atol=1e-6)
    assert network.training
    assert teacher.version == NetworkTeacher(build(layers, (5, 3), 2, seed=1), name="x").version
    assert teacher.version != NetworkTeacher(build(layers, (5, 3), 2, seed=2), name="x").version


def test_an_ensemble_is_the_mean_of_probabilities_even_of_very_small_ones(tmp_path: Path) -> None:
    members = [OnnxTeacher(onnx_file(tmp_path / f"{i}.onnx", WEIGHT * i), terms="own") for i in (1, 2, 300)]
    together = Ensemble(members)
    wanted = np.mean([softmax(one.logits(X).astype(np.float64), axis=1) for one in members], axis=0)
    found = together.logits(X)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(probabilities(found), wanted, rtol=1e-4, atol=1e-7)
    number = Ensemble(members, regression=True).logits(X)
    np.testing.assert_allclose(number, np.mean([one.logits(X) for one in members], axis=0), rtol=1e-5, atol=1e-4)
    assert together.version != Ensemble(members[:2]).version
    assert together.name == "1 + 2 + 300"


def test_an_ensemble_of_nobody_of_different_terms_or_of_different_outputs_is_refused(tmp_path: Path) -> None:
    first = OnnxTeacher(onnx_file(tmp_path / "a.onnx"), terms="own")
    with pytest.raises(UsageError, match=r"different terms \(mit, own\)"):
        Ensemble([first, OnnxTeacher(onnx_file(tmp_path / "b.onnx"), terms="mit")])
    with pytest.raises(UsageError, match="are none"):
        Ensemble([])
    narrow = OnnxTeacher(onnx_file(tmp_path / "c.onnx", WEIGHT[:, :2]), terms="own")
    with pytest.raises(SumikaError, match=r"different outputs: a \(3,\), c \(2,\)"):
        Ensemble([first, narrow]).logits(X)


def test_a_higher_temperature_is_more_even() -> None:
    logits = np.array([[1000.0, 998.0, -1000.0]], np.float32)
    np.testing.assert_allclose(probabilities(logits, 2.0)[0], softmax([500.0, 499.0, -500.0]), rtol=1e-6, atol=1e-12)
    assert probabilities(logits, 100.0).max() < probabilities(logits).max()
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="a temperature of"):
            probabilities(logits, wrong)
