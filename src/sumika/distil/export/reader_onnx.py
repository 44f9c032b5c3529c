"""A reader of sentences as ONNX, in floating point or with weights and products in 8 bits, for sentences of any length.

Input "x" (example, place, channel) are codes as whole numbers in float32, zeros where nothing stands; outputs are
"logits" (example, intent), "hidden" before them, "statistics", and "marks" (example, place, mark).

Several readers that answer together are one file: "logits", "statistics" and "marks" are then the means of their
logarithms of probabilities, and "hidden" stands one after the other.

In 8 bits the table has one scale per row and each matrix one per output; what a matrix reads is rounded by its own
range each time. Weights are stored as uint8 around 128: products of signed weights saturate on processors without VNNI.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from sumika.distil.export.onnx_graph import HIDDEN, IR_VERSION, LOGITS, OPSET, Graph, X
from sumika.distil.networks.reader import BAG, Outputs, ReaderShape

STATISTICS, MARKS = "statistics", "marks"
ENDS = (LOGITS, HIDDEN, STATISTICS, MARKS)
WEIGHT_ZERO, LARGEST = 128, 127
FAR = 1e4
Array = NDArray[np.float32]
Weights = Mapping[str, Array]


def export_reader(members: Sequence[Weights], shape: ReaderShape, outputs: Outputs, path: Path, *, int8: bool) -> Path:
    """Write a reader (opset 17) and return the path.

    Args:
        members: Weights of each that answers, by name, as `Reader.state_dict` names them.
        shape: Of each.
        outputs: How many of each.
        path: Of the file.
        int8: In 8 bits instead of float32.
    """
    made = Graph()
    if len(members) == 1:
        _Maker(members[0], shape, made, int8=int8).whole(*ENDS)
    else:
        _together(made, [_Maker(one, shape, made, int8=int8).whole() for one in members])
    hidden = len(members) * shape.width
    widths = {LOGITS: [outputs.intents], HIDDEN: [hidden], STATISTICS: [outputs.statistics]}
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["example", *size]) for name, size in widths.items()]
    ends.append(helper.make_tensor_value_info(MARKS, TensorProto.FLOAT, ["example", "place", outputs.marks]))
    entry = helper.make_tensor_value_info(X, TensorProto.FLOAT, ["example", "place", "channel"])
    graph = helper.make_graph(made.nodes, "reader", [entry], ends, list(made.constants.values()))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="sumika"
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def _together(graph: Graph, said: Sequence[tuple[str, ...]]) -> None:
    """Write the four outputs of several readers as one reader's; `said` are each one's, in the order of `ENDS`."""
    for name, parts in zip(ENDS, zip(*said, strict=True), strict=True):
        if name == HIDDEN:
            graph.add("Concat", *parts, name=name, axis=1)
        else:
            graph.add("Mean", *(graph.add("LogSoftmax", one, axis=-1) for one in parts), name=name)


class _Maker:
    """Writes the layers of a reader as nodes."""

    def __init__(self, weights: Weights, shape: ReaderShape, graph: Graph, *, int8: bool) -> None:
        self.weights, self.shape, self.int8, self.graph = weights, shape, int8, graph

    def _number(self, value: float) -> str:
        return self.graph.number(value, np.float32)

    def whole(self, logits: str = "", hidden: str = "", statistics: str = "", marks: str = "") -> tuple[str, ...]:
        """Write everything from codes to the four outputs, and return their names: those given, or any."""
        graph = self.graph
        codes = graph.cast(X, TensorProto.INT64)
        first = graph.add("Slice", X, graph.numbers(0), graph.numbers(1), graph.numbers(2))
        real = graph.cast(graph.add("Greater", first, self._number(0)), TensorProto.FLOAT)
        entry = self._looked_up(codes)
        x = graph.add("Mul", self._dense("enter", entry), real)
        for number in range(self.shape.blocks):
            x = self._block(f"before.{number}", x, real)
        x = self._attention(x, real)
        for number in range(self.shape.blocks):
            x = self._block(f"after.{number}", x, real)
        x = graph.add("Mul", self._norm("norm", x), real)
        hidden = graph.add("Relu", self._dense("gather", self._pooled(x, entry, real)), name=hidden)
        logits = self._dense("intents", hidden, name=logits)
        statistics = self._dense("statistics", hidden, name=statistics)
        whole = graph.add("Unsqueeze", hidden, graph.numbers(1))
        spread = graph.add("Add", whole, graph.add("Mul", x, self._number(0)))
        marked = graph.add("Relu", self._dense("mark", graph.add("Concat", x, spread, axis=2)))
        return logits, hidden, statistics, self._dense("marks", marked, name=marks)

    def _looked_up(self, codes: str) -> str:
        """Return the sum of the table's rows of each place."""
        graph, table = self.graph, self.weights["table.weight"]
        if not self.int8:
            rows = graph.add("Gather", graph.keep(table), codes)
        else:
            scale = (np.abs(table).max(axis=1) / LARGEST).clip(1e-12).astype(np.float32)
            whole = np.round(table / scale[:, None]).astype(np.int8)
            taken = graph.cast(graph.add("Gather", graph.keep(whole), codes), TensorProto.FLOAT)
            scales = graph.add("Gather", graph.keep(scale[:, None]), codes)
            rows = graph.add("Mul", taken, scales)
        return graph.add("ReduceSum", rows, graph.numbers(2), keepdims=0)

    def _dense(self, of: str, x: str, name: str = "") -> str:
        graph, weight, bias = self.graph, self.weights[f"{of}.weight"], self.weights[f"{of}.bias"]
        if not self.int8:
            return graph.add("Add", graph.add("MatMul", x, graph.keep(weight.T)), graph.keep(bias), name=name)
        scale = (np.abs(weight).max(axis=1) / LARGEST).clip(1e-12).astype(np.float32)
        whole = (np.round(weight / scale[:, None]) + WEIGHT_ZERO).astype(np.uint8)
        rounded, step, zero = (f"{of}.{part}.{len(graph.nodes)}" for part in ("rounded", "step", "zero"))
        graph.nodes.append(helper.make_node("DynamicQuantizeLinear", [x], [rounded, step, zero]))
        middle = graph.number(WEIGHT_ZERO, np.uint8)
        sums = graph.add("MatMulInteger", rounded, graph.keep(whole.T), zero, middle)
        real = graph.add("Mul", graph.cast(sums, TensorProto.FLOAT), graph.add("Mul", step, graph.keep(scale)))
        return graph.add("Add", real, graph.keep(bias), name=name)

    def _norm(self, of: str, x: str) -> str:
        weight, bias = (self.graph.keep(self.weights[f"{of}.{part}"]) for part in ("weight", "bias"))
        return self.graph.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-5)

    def _block(self, of: str, x: str, real: str) -> str:
        graph, half = self.graph, self.shape.kernel // 2
        weight, bias = (graph.keep(self.weights[f"{of}.near.{part}"]) for part in ("weight", "bias"))
        entry = graph.add("Transpose", graph.add("Mul", self._norm(f"{of}.norm", x), real), perm=[0, 2, 1])
        near = graph.add("Conv", entry, weight, bias, pads=[half, half], group=self.shape.width)
        wide = graph.add("Relu", self._dense(f"{of}.widen", graph.add("Transpose", near, perm=[0, 2, 1])))
        return graph.add("Add", x, graph.add("Mul", self._dense(f"{of}.narrow", wide), real))

    def _attention(self, x: str, real: str) -> str:
        graph, heads, width = self.graph, self.shape.heads, self.shape.width
        each = width // heads
        asked = self._dense("attention.ask", self._norm("attention.norm", x))
        split = graph.add("Reshape", asked, graph.numbers(0, 0, 3 * heads, each))
        turned = graph.add("Transpose", split, perm=[0, 2, 1, 3])
        query, key, value = (
            graph.add("Slice", turned, graph.numbers(part * heads), graph.numbers((part + 1) * heads), graph.numbers(1))
            for part in range(3)
        )
        score = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
        score = graph.add("Mul", score, self._number(1 / np.sqrt(each)))
        absent = graph.add("Mul", graph.add("Sub", real, self._number(1)), self._number(FAR))
        absent = graph.add("Unsqueeze", graph.add("Transpose", absent, perm=[0, 2, 1]), graph.numbers(1))
        shares = graph.add("Softmax", graph.add("Add", score, absent), axis=3)
        mixed = graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3])
        joined = graph.add("Reshape", mixed, graph.numbers(0, 0, width))
        return graph.add("Add", x, graph.add("Mul", self._dense("attention.narrow", joined), real))

    def _pooled(self, x: str, entry: str, real: str) -> str:
        graph = self.graph
        count = graph.add("Max", graph.add("ReduceSum", real, graph.numbers(1), keepdims=0), self._number(1))
        mean, bag = (
            graph.add("Div", graph.add("ReduceSum", one, graph.numbers(1), keepdims=0), count)
            for one in (x, graph.add("Mul", entry, real))
        )
        absent = graph.add("Mul", graph.add("Sub", real, self._number(1)), self._number(FAR))
        highest = graph.add("ReduceMax", graph.add("Add", x, absent), axes=[1], keepdims=0)
        highest = graph.add("Max", highest, self._number(-1e3))
        return graph.add("Concat", mean, highest, graph.add("Mul", bag, self._number(BAG)), axis=1)
