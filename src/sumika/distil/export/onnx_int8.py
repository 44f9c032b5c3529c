"""An array student in whole numbers as ONNX: the very integers of `integer.forward_int8`, in any ONNX Runtime.

Only operators whose result is fixed are used: products of uint8 by MatMulInteger and ConvInteger, of the 16-bit states
by MatMul of int32, then sums, products and floored divisions of int64. QLinear operators round in floating point, and
products of signed weights saturate on processors without VNNI; so weights are stored as uint8 around 128.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import GraphProto, TensorProto, helper

from sumika.distil.export import integer
from sumika.distil.export.integer import IntegerNetwork, Linear, Rescale
from sumika.distil.export.onnx_graph import HIDDEN, LOGITS, MASK, Graph, X, save
from sumika.distil.export.quantise import check_classes

WEIGHT_ZERO = 128
LIFT_BITS = 62  # 2**62 is added before a division and taken away after it: division then floors


def export_onnx_int8(network: IntegerNetwork, path: Path, *, classes: Sequence[str] = ()) -> Path:
    """Write the network (opset 17) and return the path.

    Its first output are the logits, its second, "hidden", the layer before them in whole steps from its zero: a head of
    one's own can be put on it (`integer.head_of` is the network's).

    Args:
        network: From `quantise`.
        path: Of the file.
        classes: Names of the outputs, for the metadata.

    Raises:
        SumikaError: if the classes are not as many as the outputs.
    """
    outputs = len(network.output_scale)
    check_classes(classes, outputs)
    graph = Graph()
    tensors = {0: _round_input(graph, network)}
    for step in network.steps:
        tensors[step.target] = _take(graph, step, tensors)
    last = graph.add("Sub", graph.cast(tensors[network.output], TensorProto.INT32), _int32(graph, network.zero_out))
    real = graph.cast(last, TensorProto.FLOAT)
    graph.add("Mul", real, graph.keep(network.output_scale), name=LOGITS)
    hidden = _hidden(graph, network, tensors)
    return save(
        graph,
        path,
        shape=network.shapes[0],
        outputs=outputs,
        masked=network.masked,
        classes=classes,
        about={"arithmetic": "int8"},
        hidden=hidden,
    )


def _hidden(graph: Graph, network: IntegerNetwork, tensors: dict[int, str]) -> int:
    """Add the layer before the logits as an output and return its width; nothing and 0 where there is none."""
    head, width = network.steps[-1], integer.hidden_width(network)
    if isinstance(head, integer.DenseStep) and width:
        steps = graph.add("Sub", graph.cast(tensors[head.source], TensorProto.INT32), _int32(graph, head.zero_in))
        graph.nodes.append(helper.make_node("Cast", [steps], [HIDDEN], to=TensorProto.FLOAT))
    return width


def _int32(graph: Graph, value: int) -> str:
    return graph.number(value, np.int32)


def _zero(graph: Graph, value: int) -> str:
    return graph.number(value, np.uint8)


def _round_input(graph: Graph, network: IntegerNetwork) -> str:
    scaled = graph.add("Mul", graph.add("Sub", X, graph.keep(network.mean)), graph.keep(network.inverse_scale))
    known = graph.choose(graph.add("IsNaN", scaled), graph.number(0, np.float32), scaled)
    low, high = (graph.number(bound - network.zero_in, np.float32) for bound in (0, integer.LEVELS))
    whole = graph.cast(graph.add("Round", graph.add("Clip", known, low, high)), TensorProto.INT32)
    return graph.cast(graph.add("Add", whole, _int32(graph, network.zero_in)), TensorProto.UINT8)


def _shift(graph: Graph, x: str, shift: int, zero: int = 0) -> str:
    """Return floor(x / 2**shift + 1/2) + zero, of int64 x within ±2**61."""
    lifted = graph.add("Add", x, graph.number(2**LIFT_BITS + (1 << (shift - 1))))
    divided = graph.add("Div", lifted, graph.number(1 << shift))
    return graph.add("Sub", divided, graph.number(2 ** (LIFT_BITS - shift) - zero))


def _rescale(graph: Graph, sums: str, by: Rescale, zero: int = 0) -> str:
    """Return `integer.rescale` of int32 sums, plus a zero, as int64."""
    multiplier = graph.cast(graph.keep(by.multiplier.astype(np.int32)), TensorProto.INT64)
    product = graph.add("Mul", graph.cast(sums, TensorProto.INT64), multiplier)
    return _shift(graph, product, by.shift, zero)


def _limit(graph: Graph, x: str) -> str:
    limited = graph.add("Clip", x, graph.number(0), graph.number(integer.LEVELS))
    return graph.cast(limited, TensorProto.UINT8)


def _finish(graph: Graph, sums: str, by: Rescale | None, zero: int) -> str:
    return sums if by is None else _limit(graph, _rescale(graph, sums, by, zero))


def _take(graph: Graph, step: integer.Step, tensors: dict[int, str]) -> str:
    x = tensors[step.source]
    match step:
        case integer.DenseStep():
            sums = _row_sums(graph, x, step.linear, step.zero_in)
            return _finish(graph, sums, step.linear.rescale, step.zero_out)
        case integer.CurvesStep():
            return _curves(graph, step, x)
        case integer.ConvolutionStep():
            return _convolve(graph, step, x)
        case integer.RecurrentStep():
            state = _recur(graph, step, x)
            return _finish(graph, state, step.rescale, step.zero_out)
        case integer.ReluStep():
            floor = graph.number(step.zero_in, np.uint8)
            return graph.add("Max", x, floor)
        case integer.LargestStep():
            return _largest(graph, step, x)
        case integer.MeanStep():
            return _mean(graph, step, x)
        case integer.AddStep():
            return _sum(graph, step, x, tensors[step.other])


def _row_sums(graph: Graph, x: str, linear: Linear, zero: int) -> str:
    weight = graph.keep((linear.weight.T.astype(np.int16) + WEIGHT_ZERO).astype(np.uint8))
    products = graph.add("MatMulInteger", x, weight, _zero(graph, zero), _zero(graph, WEIGHT_ZERO))
    return graph.add("Add", products, graph.keep(linear.bias.astype(np.int32)))


def _curves(graph: Graph, step: integer.CurvesStep, x: str) -> str:
    column = graph.add("Unsqueeze", x, graph.numbers(2))
    below = graph.add("Min", column, graph.keep(step.knots[:, 1:]))
    reached = graph.cast(graph.add("Max", below, graph.keep(step.knots[:, :-1])), TensorProto.INT32)
    weighted = graph.add("Mul", reached, graph.cast(graph.keep(step.linear.weight), TensorProto.INT32))
    products = graph.add("ReduceSum", weighted, graph.numbers(2), keepdims=0)
    sums = graph.add("Add", products, graph.keep(step.linear.bias.astype(np.int32)))
    return _finish(graph, sums, step.linear.rescale, step.zero_out)


def _convolve(graph: Graph, step: integer.ConvolutionStep, x: str) -> str:
    weight = graph.keep((step.linear.weight.astype(np.int16) + WEIGHT_ZERO).astype(np.uint8))
    products = graph.add(
        "ConvInteger",
        x,
        weight,
        _zero(graph, step.zero_in),
        _zero(graph, WEIGHT_ZERO),
        pads=list(step.padding),
        strides=[step.stride],
        group=step.groups,
    )
    sums = graph.add("Add", products, graph.keep(step.linear.bias.astype(np.int32)[:, None]))
    return _finish(graph, sums, integer.along_channels(step.linear.rescale), step.zero_out)


def _gates(graph: Graph, sums: str, linear: Linear) -> str:
    assert linear.rescale is not None
    bounds = (graph.number(bound) for bound in (-integer.GATE_LIMIT, integer.GATE_LIMIT))
    return graph.add("Clip", _rescale(graph, sums, linear.rescale), *bounds)


def _recur(graph: Graph, step: integer.RecurrentStep, x: str) -> str:
    """Return the last state, int32: a Scan over time, whose body knows the table and the weights of the state."""
    units = len(step.from_state.bias) // 3
    by_time = graph.add("Transpose", x, perm=[2, 0, 1])
    from_input = _gates(graph, _row_sums(graph, by_time, step.from_input, step.zero_in), step.from_input)
    count = graph.add("Gather", graph.add("Shape", x), graph.numbers(0))
    start = graph.add("Expand", _int32(graph, 0), graph.add("Concat", count, graph.numbers(units), axis=0))
    body = _Cell(f"g{len(graph.nodes)}_", step.from_state)
    return graph.add("Scan", start, from_input, body=body.graph(units), num_scan_inputs=1)


class _Cell(Graph):
    """One time step of a GRU."""

    def __init__(self, prefix: str, from_state: Linear) -> None:
        super().__init__(prefix)
        self._linear = from_state
        self._table = self.cast(self.keep(integer.sigmoid_table().astype(np.int16)), TensorProto.INT64)
        self._state, self._input = f"{prefix}state", f"{prefix}input"

    def graph(self, units: int) -> GraphProto:
        """Return the body: (state, gates' input) to the next state."""
        weight = self.cast(self.keep(self._linear.weight.T), TensorProto.INT32)
        sums = self.add("MatMul", self._state, weight)
        sums = self.add("Add", sums, self.keep(self._linear.bias.astype(np.int32)))
        gates_h, new_h = self._split(_gates(self, sums, self._linear), 2 * units, units)
        gates_x, new_x = self._split(self._input, 2 * units, units)
        # Both gates go through the table together: a small network's time is the number of its operators.
        reset, update = self._split(self._sigmoid(self.add("Add", gates_x, gates_h)), units, units)
        new = self._tanh(self.add("Add", new_x, self._scaled(self.add("Mul", reset, new_h))))
        change = self.add("Sub", self.cast(self._state, TensorProto.INT64), new)
        state = self.add("Add", new, self._scaled(self.add("Mul", update, change)))
        made = self.cast(state, TensorProto.INT32)
        ends = [
            helper.make_tensor_value_info(name, kind, ["example", width])
            for name, kind, width in (
                (self._state, TensorProto.INT32, units),
                (self._input, TensorProto.INT64, 3 * units),
                (made, TensorProto.INT32, units),
            )
        ]
        return helper.make_graph(self.nodes, "cell", ends[:2], ends[2:], list(self.constants.values()))

    def _split(self, x: str, *sizes: int) -> list[str]:
        names = [f"{x}_{part}" for part in range(len(sizes))]
        self.nodes.append(helper.make_node("Split", [x, self.numbers(*sizes)], names, axis=-1))
        return names

    def _scaled(self, product: str) -> str:
        return _shift(self, product, integer.STATE_BITS)

    def _sigmoid(self, x: str) -> str:
        size = self.add("Min", self.add("Abs", x), self.number(integer.TABLE_END - 1))
        step = self.number(1 << integer.TABLE_BITS)
        knot, rest = self.add("Div", size, step), self.add("Mod", size, step)
        low = self.add("Gather", self._table, knot)
        high = self.add("Gather", self._table, self.add("Add", knot, self.number(1)))
        climb = self.add("Mul", self.add("Sub", high, low), rest)
        rounded = self.add("Add", climb, self.number(1 << (integer.TABLE_BITS - 1)))
        y = self.add("Add", low, self.add("Div", rounded, step))
        turned = self.add("Sub", self.number(1 << integer.STATE_BITS), y)
        return self.choose(self.add("Less", x, self.number(0)), turned, y)

    def _tanh(self, x: str) -> str:
        doubled = self._sigmoid(self.add("Mul", x, self.number(2)))
        return self.add("Sub", self.add("Mul", doubled, self.number(2)), self.number(1 << integer.STATE_BITS))


def _real(graph: Graph) -> str:
    return graph.add("Unsqueeze", MASK, graph.numbers(2))


def _largest(graph: Graph, step: integer.LargestStep, x: str) -> str:
    wide = graph.cast(x, TensorProto.INT32)
    if not step.points:
        return graph.cast(graph.add("ReduceMax", wide, axes=[2], keepdims=0), TensorProto.UINT8)
    found = graph.add("ReduceMax", graph.choose(_real(graph), wide, _int32(graph, -1)), axes=[1], keepdims=0)
    none = graph.add("Less", found, _int32(graph, 0))
    return graph.cast(graph.choose(none, _int32(graph, step.zero_in), found), TensorProto.UINT8)


def _mean(graph: Graph, step: integer.MeanStep, x: str) -> str:
    moved = graph.add("Sub", graph.cast(x, TensorProto.INT32), _int32(graph, step.zero_in))
    if not step.points:
        total = graph.add("ReduceSum", moved, graph.numbers(2), keepdims=0)
        return _finish(graph, total, step.rescale, step.zero_out)
    real = graph.choose(_real(graph), moved, _int32(graph, 0))
    total = graph.cast(graph.add("ReduceSum", real, graph.numbers(1), keepdims=0), TensorProto.INT64)
    count = graph.add("ReduceSum", graph.cast(MASK, TensorProto.INT64), graph.numbers(1), keepdims=1)
    row = graph.add("Sub", graph.add("Max", count, graph.number(1)), graph.number(1))
    multipliers = graph.keep(step.rescale.multiplier.astype(np.int32))
    multiplier = graph.cast(graph.add("Gather", multipliers, row), TensorProto.INT64)
    return _limit(graph, _shift(graph, graph.add("Mul", total, multiplier), step.rescale.shift, step.zero_out))


def _sum(graph: Graph, step: integer.AddStep, x: str, other: str) -> str:
    parts = []
    for name, zero, multiplier in zip((x, other), step.zeros_in, step.rescale.multiplier.tolist(), strict=True):
        moved = graph.add("Sub", graph.cast(name, TensorProto.INT64), graph.number(zero))
        parts.append(graph.add("Mul", moved, graph.number(multiplier)))
    return _limit(graph, _shift(graph, graph.add("Add", *parts), step.rescale.shift, step.zero_out))
