"""What the ONNX exports of array students share: a graph in the making, its inputs, and its metadata."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from sumika.distil.networks.layers import Shape

OPSET = 17
IR_VERSION = 9
X, MASK, LOGITS, HIDDEN = "x", "mask", "logits", "hidden"


class Graph:
    """A graph in the making; tensors go by their names.

    Attributes:
        nodes: So far.
        constants: By name.
    """

    def __init__(self, prefix: str = "") -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._prefix = prefix
        self._kept: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def keep(self, value: NDArray[Any]) -> str:
        """Return the name of a constant; equal ones are kept once."""
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self._kept:
            name = self._kept[key] = f"{self._prefix}c{len(self.constants)}"
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name)
        return self._kept[key]

    def number(self, value: float, kind: type[np.generic] = np.int64) -> str:
        """Return the name of a single number."""
        return self.keep(np.array(value, kind))

    def numbers(self, *values: int) -> str:
        """Return the name of a list of int64: axes, shapes, bounds."""
        return self.keep(np.array(values, np.int64))

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node and return the name of its first output."""
        name = name or f"{self._prefix}t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def cast(self, x: str, kind: int) -> str:
        """Return x as another kind of number (`TensorProto.INT64`, ...)."""
        return self.add("Cast", x, to=kind)

    def choose(self, condition: str, x: str, other: str) -> str:
        """Return x where the condition holds, else the other."""
        return self.add("Where", condition, x, other)


def save(
    graph: Graph,
    path: Path,
    *,
    shape: Shape,
    outputs: int,
    masked: bool,
    classes: Sequence[str],
    about: dict[str, str],
    hidden: int = 0,
) -> Path:
    """Check the graph and write it.

    Args:
        graph: From inputs "x" and "mask" to "logits".
        path: Of the file.
        shape: Of an input, without the example.
        outputs: Number of logits.
        masked: Whether there is a mask.
        classes: Names of the outputs, for the metadata; may be empty.
        about: What else the metadata says.
        hidden: Width of "hidden", the layer before the logits, as a second output; 0 where there is none.
    """
    inputs = [helper.make_tensor_value_info(X, TensorProto.FLOAT, ["example", *shape])]
    if masked:
        inputs.append(helper.make_tensor_value_info(MASK, TensorProto.BOOL, ["example", shape[0]]))
    widths = {LOGITS: outputs} | ({HIDDEN: hidden} if hidden else {})
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["example", size]) for name, size in widths.items()]
    made = helper.make_graph(graph.nodes, "student", inputs, ends, list(graph.constants.values()))
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="sumika"
    )
    helper.set_model_props(model, {"classes": msgspec.json.encode(list(classes)).decode(), **about})
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path
