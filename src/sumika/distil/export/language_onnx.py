"""A language student as one ONNX graph with keys and values as inputs and outputs, int8 weights; run without torch."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from sumika.distil.language.decoder import Decoder

OPSET = 17


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def keep(self, name: str, value: NDArray[Any]) -> str:
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def numbers(self, *values: int) -> str:
        return self.keep("n_" + "_".join(map(str, values)), np.array(values, np.int64))

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def norm(self, x: str, weight: str, epsilon: float) -> str:
        mean = self.add("ReduceMean", self.add("Mul", x, x), axes=[-1])
        inverse = self.add("Sqrt", self.add("Add", mean, self.keep("epsilon", np.array(epsilon, np.float32))))
        return self.add("Mul", self.add("Div", x, inverse), weight)

    def rotate(self, x: str, size: int) -> str:
        first = self.add("Slice", x, self.numbers(0), self.numbers(size // 2), self.numbers(3))
        second = self.add("Slice", x, self.numbers(size // 2), self.numbers(size), self.numbers(3))
        turned = self.add("Concat", self.add("Neg", second), first, axis=3)
        return self.add("Add", self.add("Mul", x, "cosine"), self.add("Mul", turned, "sine"))


def build_graph(decoder: "Decoder") -> onnx.ModelProto:
    """Return the graph: token_ids (1, token), cosine and sine (token, head size), mask (token, key), past -> logits."""
    shape, graph = decoder.shape, _Graph()
    weights = {name: weight.detach().float().cpu().numpy() for name, weight in decoder.named_parameters()}
    for name, weight in weights.items():
        projection = weight.ndim == 2 and "embed_tokens" not in name
        graph.keep(name, weight.T if projection else weight)
    x = graph.add("Gather", "model.embed_tokens.weight", "token_ids")
    for layer in range(shape.layers):
        x = _block(graph, x, layer, decoder, weights)
    x = graph.norm(x, "model.norm.weight", shape.norm_epsilon)
    last = graph.add("Gather", x, graph.keep("last", np.array(-1, np.int64)), axis=1)
    head = "lm_head.weight"
    if shape.tied:
        head = graph.keep("head", weights["model.embed_tokens.weight"].T)
    graph.add("MatMul", last, head, name="logits")
    return _model(graph, decoder)


def _block(graph: _Graph, x: str, layer: int, decoder: "Decoder", weights: dict[str, NDArray[Any]]) -> str:
    shape, start = decoder.shape, f"model.layers.{layer}."

    def project(value: str, name: str) -> str:
        made = graph.add("MatMul", value, f"{start}{name}.weight")
        bias = f"{start}{name}.bias"
        return graph.add("Add", made, bias) if bias in weights else made

    def heads(value: str, count: int) -> str:
        cut = graph.add("Reshape", value, graph.numbers(0, 0, count, shape.head_size))
        return graph.add("Transpose", cut, perm=[0, 2, 1, 3])

    kinds, groups, size = shape.key_value_heads, shape.heads // shape.key_value_heads, shape.head_size
    normed = graph.norm(x, f"{start}input_layernorm.weight", shape.norm_epsilon)
    query = graph.rotate(heads(project(normed, "self_attn.q_proj"), shape.heads), size)
    key = graph.rotate(heads(project(normed, "self_attn.k_proj"), kinds), size)
    value = heads(project(normed, "self_attn.v_proj"), kinds)
    keys = graph.add("Concat", f"past_key_{layer}", key, axis=2, name=f"key_{layer}")
    values = graph.add("Concat", f"past_value_{layer}", value, axis=2, name=f"value_{layer}")
    query = graph.add("Reshape", query, graph.numbers(1, kinds, groups, -1, size))
    turned = graph.add("Transpose", keys, perm=[0, 1, 3, 2])
    scores = graph.add("MatMul", query, graph.add("Unsqueeze", turned, graph.numbers(2)))
    scores = graph.add("Mul", scores, graph.keep("scale", np.array(size**-0.5, np.float32)))
    shares = graph.add("Softmax", graph.add("Add", scores, "mask"), axis=-1)
    attended = graph.add("MatMul", shares, graph.add("Unsqueeze", values, graph.numbers(2)))
    attended = graph.add("Reshape", attended, graph.numbers(1, shape.heads, -1, size))
    attended = graph.add("Transpose", attended, perm=[0, 2, 1, 3])
    attended = graph.add("Reshape", attended, graph.numbers(1, -1, shape.query_width))
    x = graph.add("Add", x, project(attended, "self_attn.o_proj"))
    normed = graph.norm(x, f"{start}post_attention_layernorm.weight", shape.norm_epsilon)
    gate = project(normed, "mlp.gate_proj")
    gated = graph.add("Mul", graph.add("Mul", gate, graph.add("Sigmoid", gate)), project(normed, "mlp.up_proj"))
    return graph.add("Add", x, project(gated, "mlp.down_proj"))


def _model(graph: _Graph, decoder: "Decoder") -> onnx.ModelProto:
    shape, real = decoder.shape, TensorProto.FLOAT
    size = shape.head_size
    inputs = [
        helper.make_tensor_value_info("token_ids", TensorProto.INT64, [1, "token"]),
        helper.make_tensor_value_info("cosine", real, ["token", size]),
        helper.make_tensor_value_info("sine", real, ["token", size]),
        helper.make_tensor_value_info("mask", real, ["token", "key"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", real, [1, shape.vocabulary])]
    for layer in range(shape.layers):
        for part in ("key", "value"):
            kinds = shape.key_value_heads
            inputs.append(helper.make_tensor_value_info(f"past_{part}_{layer}", real, [1, kinds, "past", size]))
            outputs.append(helper.make_tensor_value_info(f"{part}_{layer}", real, [1, kinds, "key", size]))
    made = helper.make_graph(graph.nodes, "student", inputs, outputs, list(graph.weights.values()))
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    told = {"rope_base": shape.rope_base, "context": shape.context}
    helper.set_model_props(model, {name: str(value) for name, value in told.items()})
    onnx.checker.check_model(model)
    return model


def export_language_onnx(decoder: "Decoder", path: Path, *, int8: bool = True) -> Path:
    """Write the student; with `int8`, matrices are of 8 bits per output and activations are rounded as they come.

    Low-rank additions must be folded in first (`merge_lora`).
    """
    model = build_graph(decoder)
    # Shapes need not be inferred first: every operator of ours is one that the quantiser knows without them.
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant", **props_of(model)})
    if not int8:
        onnx.save(model, path)
        return path
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "float.onnx"
        onnx.save(model, source)
        # Without a sign: products of signed weights are added in 16 bits, and cut off there, on processors with AVX2
        # that have no instruction of their own for it (logits off by 1.0 instead of 0.07).
        quantize_dynamic(source, path, per_channel=True, weight_type=QuantType.QUInt8, op_types_to_quantize=["MatMul"])
    return path


def props_of(model: onnx.ModelProto) -> dict[str, str]:
    """Return what a model says about itself."""
    return {one.key: one.value for one in model.metadata_props}


class OnnxLanguageStudent:
    """Decodes greedily with ONNX Runtime; needs neither torch nor a tokenizer.

    Attributes:
        context: Tokens at most, prompt and answer together.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        told = self._session.get_modelmeta().custom_metadata_map
        self.context = int(told["context"])
        inputs = {one.name: one.shape for one in self._session.get_inputs()}
        self._past = {name: shape for name, shape in inputs.items() if name.startswith("past_")}
        size = int(inputs["cosine"][1])
        turns = float(told["rope_base"]) ** (-np.arange(0, size, 2) / size)
        angles = np.arange(self.context)[:, None] * np.concatenate([turns, turns])
        self._cosine, self._sine = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        self._outputs = [one.name for one in self._session.get_outputs()]

    def generate(self, token_ids: Sequence[int], stop_ids: Sequence[int], max_tokens: int) -> list[int]:
        """Return the most probable continuation, without the stop token.

        Raises:
            ValueError: if the prompt is empty or fills the context.
        """
        if not 0 < len(token_ids) < self.context:
            raise ValueError(f"a prompt has from 1 to {self.context - 1} tokens")
        past = {name: np.zeros((1, shape[1], 0, shape[3]), np.float32) for name, shape in self._past.items()}
        fed, begun, written = list(token_ids), 0, list[int]()
        while len(written) < max_tokens and begun + len(fed) <= self.context:
            end = begun + len(fed)
            mask = np.triu(np.full((len(fed), end), -1e9, np.float32), k=1 + begun)
            inputs = {"token_ids": np.array([fed], np.int64), "mask": mask}
            inputs |= {"cosine": self._cosine[begun:end], "sine": self._sine[begun:end]}
            made = dict(zip(self._outputs, self._session.run(None, inputs | past), strict=True))
            token = int(np.asarray(made.pop("logits"))[0].argmax())
            if token in stop_ids:
                break
            written.append(token)
            past = {f"past_{name}": np.asarray(value) for name, value in made.items()}
            fed, begun = [token], end
        return written
