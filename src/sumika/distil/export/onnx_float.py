"""An array student as ONNX in floating point: inputs "x" (and "mask" for sets of points), output "logits"."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx

from sumika.distil.export.onnx_graph import LOGITS, MASK, Graph, X, save
from sumika.distil.export.quantise import check_classes, inner_weights, takes_mask
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.presets import Inputs, is_signal
from sumika.distil.networks.reference import Array, Weights
from sumika.schema import SumikaError


def export_onnx_float(
    layers: Sequence[kinds.Layer],
    weights: Sequence[Weights],
    shape: kinds.Shape,
    path: Path,
    *,
    inputs: Inputs | None = None,
    classes: Sequence[str] = (),
) -> Path:
    """Write the network in float32 (opset 17) and return the path.

    Args:
        layers: Of the student.
        weights: One dict per layer.
        shape: Of an input, without the example.
        path: Of the file.
        inputs: What inputs are normalised with; the export then takes them in their own units.
        classes: Names of the outputs, for the metadata.

    Raises:
        SumikaError: if a layer has no form in ONNX, or the classes are not as many as the outputs.
    """
    after = kinds.shapes(layers, shape)[-1]
    check_classes(classes, after[0])
    graph = Graph()
    x = X if inputs is None else _normalised(graph, inputs, signal=is_signal(layers))
    last = _walk(graph, layers, weights, x, shape)
    graph.add("Identity", last, name=LOGITS)
    return save(
        graph,
        path,
        shape=shape,
        outputs=after[0],
        masked=takes_mask(layers),
        classes=classes,
        about={"arithmetic": "float32"},
    )


def _normalised(graph: Graph, inputs: Inputs, *, signal: bool) -> str:
    spread = (-1, 1) if signal else (-1,)
    mean, scale = (np.array(values, np.float32).reshape(spread) for values in (inputs.mean, inputs.scale))
    return graph.add("Div", graph.add("Sub", X, graph.keep(mean)), graph.keep(scale))


def _walk(graph: Graph, layers: Sequence[kinds.Layer], weights: Sequence[Weights], x: str, shape: kinds.Shape) -> str:
    found = kinds.shapes(layers, shape)
    for layer, values, before in zip(layers, weights, found, strict=False):
        make = _MAKERS.get(type(layer))
        if make is None:
            raise SumikaError(
                f"{type(layer).__name__} has no form in ONNX",
                where="export",
                remedy="Use the layers of sumika.distil.networks.layers.",
            )
        x = make(graph, layer, values, x, before)
    return x


def _dense(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    return graph.add("Add", graph.add("MatMul", x, graph.keep(weights["weight"].T)), graph.keep(weights["bias"]))


def _curves(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    low, high = weights["knots"][:, :-1], weights["knots"][:, 1:]
    column = graph.add("Unsqueeze", x, graph.numbers(2))
    reached = graph.add("Max", graph.add("Min", column, graph.keep(high)), graph.keep(low))
    moved = graph.add("Sub", reached, graph.keep(np.clip(np.zeros_like(low), low, high)))
    weighted = graph.add("Mul", moved, graph.keep(weights["weight"]))
    return graph.add("ReduceSum", weighted, graph.numbers(2), keepdims=0)


def _convolution(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    assert isinstance(layer, kinds.Convolution)
    return graph.add(
        "Conv",
        x,
        graph.keep(weights["weight"]),
        graph.keep(weights["bias"]),
        pads=list(kinds.padding_of(layer, shape[1])),
        strides=[layer.stride],
        group=layer.groups,
    )


def _relu(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    return graph.add("Relu", x)


def _mean_over_time(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    return graph.add("ReduceMean", x, axes=[2], keepdims=0)


def _max_over_time(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    return graph.add("ReduceMax", x, axes=[2], keepdims=0)


def _recurrent(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    assert isinstance(layer, kinds.GatedRecurrent)

    def turned(values: Array) -> Array:
        # torch has reset, update, new; ONNX update, reset, hidden.
        reset, update, new = np.split(values, 3)
        return np.concatenate([update, reset, new])

    bias = np.concatenate([turned(weights["bias_ih"]), turned(weights["bias_hh"])])
    parts = (turned(weights["weight_ih"])[None], turned(weights["weight_hh"])[None], bias[None])
    by_time = graph.add("Transpose", x, perm=[2, 0, 1])
    state = f"state{len(graph.nodes)}"
    graph.nodes.append(_gru(by_time, [graph.keep(part) for part in parts], state, layer.units))
    return graph.add("Squeeze", state, graph.numbers(0))


def _gru(x: str, parts: list[str], state: str, units: int) -> onnx.NodeProto:
    return onnx.helper.make_node("GRU", [x, *parts], ["", state], hidden_size=units, linear_before_reset=1)


def _real(graph: Graph) -> str:
    return graph.add("Unsqueeze", MASK, graph.numbers(2))


def _max_over_points(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    lowest = graph.number(-np.inf, np.float32)
    largest = graph.add("ReduceMax", graph.choose(_real(graph), x, lowest), axes=[1], keepdims=0)
    empty = graph.add("IsInf", largest, detect_positive=0)
    return graph.choose(empty, graph.number(0, np.float32), largest)


def _mean_over_points(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    real = _real(graph)
    total = graph.add("ReduceSum", graph.choose(real, x, graph.number(0, np.float32)), graph.numbers(1), keepdims=0)
    count = graph.add("ReduceSum", graph.cast(real, onnx.TensorProto.FLOAT), graph.numbers(1), keepdims=0)
    return graph.add("Div", total, graph.add("Max", count, graph.number(1, np.float32)))


def _residual(graph: Graph, layer: kinds.Layer, weights: Weights, x: str, shape: kinds.Shape) -> str:
    assert isinstance(layer, kinds.Residual)
    return graph.add("Add", x, _walk(graph, layer.layers, inner_weights(layer, weights), x, shape))


_MAKERS: dict[type, Callable[[Graph, kinds.Layer, Weights, str, kinds.Shape], str]] = {
    kinds.Dense: _dense,
    kinds.PerPoint: _dense,
    kinds.Curves: _curves,
    kinds.Convolution: _convolution,
    kinds.Relu: _relu,
    kinds.MeanOverTime: _mean_over_time,
    kinds.MaxOverTime: _max_over_time,
    kinds.GatedRecurrent: _recurrent,
    kinds.MaxOverPoints: _max_over_points,
    kinds.MeanOverPoints: _mean_over_points,
    kinds.Residual: _residual,
}
