"""Writes the header and the source of a network of whole numbers."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from importlib import resources
from math import prod
from pathlib import Path

import msgspec
import numpy as np

from sumika.distil.export import integer
from sumika.distil.export.c._arena import place
from sumika.distil.export.integer import IntegerNetwork, Linear, Rescale
from sumika.distil.export.quantise import check_classes
from sumika.schema import SumikaError

LINEAR_BYTES = 16  # of a layer's three pointers to tables and its shift, on a processor of 32 bits
SECTION = re.compile(r"^/\* == (\w+)(?:: ([\w, ]+))? == \*/\n", re.MULTILINE)
HEADER = """\
/* {name}: a small network in whole numbers, written by Sumika. C99; needs neither malloc nor a maths library.
 *
 * Flash for weights and tables: {flash} bytes on a processor of 32 bits; the code comes on top.
 * RAM, all of it static: {ram} bytes.
 *
 * Compile {name}.c with any C99 compiler whose int has 32 bits, with -O2 -ffp-contract=off and without -ffast-math:
 * then the logits are those of the ONNX model to the bit. A processor without floating point only needs the compiler's
 * own routines: two operations per input and one per logit are in floating point.
 *
 *     #include "{name}.h"
 *     static float x[{upper}_INPUTS], logits[{upper}_OUTPUTS];  (fill x {input_use})
 *     int answer = {name}_predict(x, {mask_use}logits);
 *
 * It keeps its tensors in static memory: not for two threads, or a thread and an interrupt, at the same time.
 */
#ifndef {upper}_H
#define {upper}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#define {upper}_INPUTS {inputs} /* {shape} */
{points}#define {upper}_OUTPUTS {outputs}
#define {upper}_FLASH_BYTES {flash}
#define {upper}_RAM_BYTES {ram}
{classes}
/* Fills logits and returns the number of the largest, the first of equals.{mask_contract} */
int {name}_predict(const float *x, {mask_type}float *logits);

#ifdef __cplusplus
}}
#endif

#endif
"""
SOURCE = """\
/* {name}: see {name}.h. Kernels first, then the tables, then the network itself. */
#include "{name}.h"

#include <stddef.h>
#include <string.h>

{kernels}
{tables}
static uint8_t arena[{arena}]; /* tensors that are never needed together share their place */
{state}
int {name}_predict(const float *x, {mask_type}float *logits)
{{
{calls}
    int largest = 0;
    for (int i = 1; i < {outputs}; i++)
        largest = logits[i] > logits[largest] ? i : largest;
    return largest;
}}
"""


class CExport(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Attributes:
        header: The .h file.
        source: The .c file.
        flash_bytes: Of weights and tables, with pointers of 32 bits.
        ram_bytes: Of static memory.
    """

    header: Path
    source: Path
    flash_bytes: int
    ram_bytes: int


def export_c(network: IntegerNetwork, name: str, folder: Path, *, classes: Sequence[str] = ()) -> CExport:
    """Write `<name>.h` and `<name>.c`; `<name>_predict` gives the logits of `integer.forward_int8` to the bit.

    Args:
        network: From `quantise`.
        name: Of files and function.
        folder: Where they go; it exists.
        classes: Names of the outputs, for a comment.

    Raises:
        SumikaError: if the name is no C identifier or the classes are not as many as the outputs.
    """
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is None:
        raise SumikaError(
            f"'{name}' is no name in C",
            where="export",
            remedy="Use letters, digits and underscores, a letter first.",
        )
    check_classes(classes, len(network.output_scale))
    source = _Source(network)
    ram_bytes = source.arena_bytes + 2 * source.state_length
    told = _told(network, name, classes) | {"flash": source.flash_bytes, "ram": ram_bytes}
    header = HEADER.format(**told)
    body = SOURCE.format(
        **told,
        kernels=source.kernels(),
        tables="\n".join(source.tables),
        arena=source.arena_bytes,
        state=f"static int16_t state[{source.state_length}];\n" if source.state_length else "",
        calls=textwrap.indent("\n".join(source.calls), "    "),
    )
    paths = (folder / f"{name}.h", folder / f"{name}.c")
    for path, text in zip(paths, (header, body), strict=True):
        path.write_text(text, encoding="utf-8")
    return CExport(header=paths[0], source=paths[1], flash_bytes=source.flash_bytes, ram_bytes=ram_bytes)


def _told(network: IntegerNetwork, name: str, classes: Sequence[str]) -> dict[str, object]:
    shape, upper = network.shapes[0], name.upper()
    lines = [f" * {place}: {_comment(said)}\n" for place, said in enumerate(classes)]
    contract = " mask has\n * 1 for a real point and 0 for none; NULL says that all are real."
    return {
        "name": name,
        "upper": upper,
        "inputs": prod(shape),
        "shape": " x ".join(map(str, shape)) + ", the last index runs fastest",
        "outputs": len(network.output_scale),
        "input_use": "as in training, normalised" if network.mean.size == 1 else "with values in their own units",
        "points": f"#define {upper}_POINTS {shape[0]}\n" if network.masked else "",
        "mask_use": "NULL, " if network.masked else "",
        "mask_type": "const uint8_t *mask, " if network.masked else "",
        "mask_contract": contract if network.masked else "",
        "classes": "".join(["\n/* Logits:\n", *lines, " */\n"]) if lines else "",
    }


def _comment(text: str) -> str:
    """Return text that can neither end a comment nor a line, nor begin a comment."""
    return re.sub(r"[\x00-\x1f\\]", " ", text).replace("*/", "* /").replace("/*", "/ *")


def _float(value: np.float32) -> str:
    """Return a literal that reads back as the same float32."""
    return f"{float(value):.9e}f"


def _wrapped(values: Iterable[object]) -> str:
    text = textwrap.fill(", ".join(map(str, values)), 116, break_on_hyphens=False, break_long_words=False)
    return textwrap.indent(text, "    ")


class _Source:
    """The parts of the source.

    Attributes:
        tables: Definitions of weights and tables.
        calls: Statements, one per step.
        offsets: Of the tensors in the arena.
        arena_bytes: Size of the arena.
        state_length: 16-bit numbers that recurrent steps need.
        flash_bytes: Of the tables.
    """

    def __init__(self, network: IntegerNetwork) -> None:
        self.offsets, self.arena_bytes = place(network)
        self.tables: list[str] = []
        self.calls: list[str] = []
        self.state_length = 0
        self.flash_bytes = 0
        self._used: set[str] = {"base"}
        self._network = network
        self._scale = self._table("float", "logit_scale", [_float(value) for value in network.output_scale], 4)
        self._defines = ""
        self._round_input()
        for place_, step in enumerate(network.steps):
            self._step(place_, step)
        if network.output in self.offsets:
            count = prod(network.shapes[network.output])
            self._call("to_logits", self._at(network.output), count, network.zero_out, self._scale, "logits")

    def kernels(self) -> str:
        """Return the kernels that are called, in the order of the file."""
        text = resources.files(__package__).joinpath("kernels.c").read_text(encoding="utf-8")
        pieces = SECTION.split(text)[1:]
        named = {pieces[i]: (pieces[i + 1], pieces[i + 2]) for i in range(0, len(pieces), 3)}
        wanted, todo = set[str](), list(self._used)
        while todo:
            section = todo.pop()
            wanted.add(section)
            todo += re.findall(r"\w+", named[section][0] or "")
        return self._defines + "".join(named[section][1] for section in named if section in wanted).rstrip() + "\n"

    def _table(self, kind: str, name: str, values: Sequence[object], size: int) -> str:
        self.tables.append(f"static const {kind} {name}[{len(values)}] = {{\n{_wrapped(values)},\n}};\n")
        self.flash_bytes += size * len(values)
        return name

    def _call(self, kernel: str, *arguments: object) -> None:
        self._used.add({"round_input": "base", "to_logits": "logits"}.get(kernel, kernel))
        self.calls.append(textwrap.fill(f"{kernel}({', '.join(map(str, arguments))});", 112, subsequent_indent="    "))

    def _at(self, number: int) -> str:
        return f"arena + {self.offsets[number]}"

    def _multipliers(self, name: str, by: Rescale) -> str:
        return self._table("int32_t", f"{name}_multiplier", by.multiplier.tolist(), 4)

    def _linear(self, name: str, linear: Linear) -> str:
        """Define the tables of a linear step and return a pointer to them."""
        weight = self._table("int8_t", f"{name}_weight", linear.weight.ravel().tolist(), 1)
        bias = self._table("int32_t", f"{name}_bias", linear.bias.tolist(), 4)
        by = linear.rescale
        factors = "NULL, 0" if by is None else f"{self._multipliers(name, by)}, {by.shift}"
        self.tables.append(f"static const linear_t {name} = {{{weight}, {bias}, {factors}}};\n")
        self.flash_bytes += LINEAR_BYTES
        return f"&{name}"

    def _round_input(self) -> None:
        network = self._network
        mean = self._table("float", "input_mean", [_float(value) for value in network.mean.ravel()], 4)
        inverse = [_float(value) for value in network.inverse_scale.ravel()]
        inverse_scale = self._table("float", "input_inverse_scale", inverse, 4)
        shape = network.shapes[0]
        run = shape[1] if network.mean.ndim == 2 else 1
        settings = (prod(shape), run, network.mean.size, mean, inverse_scale, network.zero_in)
        self._call("round_input", "x", *settings, self._at(0))

    def _step(self, number: int, step: integer.Step) -> None:
        shape, after = self._network.shapes[step.source], self._network.shapes[step.target]
        x = self._at(step.source)
        y = "logits" if step.target not in self.offsets else self._at(step.target)
        match step:
            case integer.DenseStep():
                linear = self._linear(f"dense_{number}", step.linear)
                if step.linear.rescale is None:
                    self._call("dense_logits", x, shape[0], step.zero_in, linear, after[0], self._scale, y)
                else:
                    rows = prod(shape[:-1])
                    self._call("dense", x, rows, shape[-1], step.zero_in, linear, after[-1], step.zero_out, y)
            case integer.CurvesStep():
                knots = self._table("uint8_t", f"curves_{number}_knots", step.knots.ravel().tolist(), 1)
                linear = self._linear(f"curves_{number}", step.linear)
                pieces = step.linear.weight.shape[1]
                self._call("curves", x, shape[0], pieces, knots, linear, step.zero_out, y)
            case integer.ConvolutionStep():
                self._convolution(step, x, y, f"convolution_{number}")
            case integer.RecurrentStep():
                self._recurrent(step, x, y, f"recurrent_{number}")
            case integer.ReluStep():
                self._call("relu", x, prod(shape), step.zero_in, y)
            case integer.AddStep():
                by = step.rescale
                settings = (*step.zeros_in, *by.multiplier.tolist(), by.shift, step.zero_out)
                self._call("add", x, self._at(step.other), prod(shape), *settings, y)
            case _:
                self._pool(step, x, y, f"mean_{number}")

    def _convolution(self, step: integer.ConvolutionStep, x: str, y: str, name: str) -> None:
        shape, after = self._network.shapes[step.source], self._network.shapes[step.target]
        _, inputs, kernel = step.linear.weight.shape
        source = (step.groups, inputs, shape[1], step.zero_in, self._linear(name, step.linear))
        target = (after[0] // step.groups, after[1], step.zero_out)
        self._call("convolution", x, *source, kernel, step.stride, step.padding[0], *target, y)

    def _recurrent(self, step: integer.RecurrentStep, x: str, y: str, name: str) -> None:
        channels, time = self._network.shapes[step.source]
        units = len(step.from_state.bias) // 3
        self.state_length = max(self.state_length, 2 * units)
        self._need_sigmoid()
        linear = (self._linear(f"{name}_input", step.from_input), self._linear(f"{name}_state", step.from_state))
        factor = (int(step.rescale.multiplier[0]), step.rescale.shift, step.zero_out)
        self._call("recurrent", x, channels, time, step.zero_in, *linear, units, *factor, "state", y)

    def _need_sigmoid(self) -> None:
        if self._defines:
            return
        table = integer.sigmoid_table().tolist()
        self._defines = (
            "/* Numbers in a GRU: gates go in as multiples of 1 / 4096, come out as multiples of 1 / STATE_ONE. */\n"
            f"#define STATE_BITS {integer.STATE_BITS}\n#define STATE_ONE (1 << STATE_BITS)\n"
            f"#define GATE_LIMIT {integer.GATE_LIMIT}\n"
            f"#define TABLE_STEP {1 << integer.TABLE_BITS}\n#define TABLE_END {integer.TABLE_END}\n"
            f"static const int16_t sigmoid_table[{len(table)}] = {{\n{_wrapped(table)},\n}};\n\n"
        )
        self.flash_bytes += 2 * len(table)

    def _pool(self, step: integer.LargestStep | integer.MeanStep, x: str, y: str, name: str) -> None:
        shape = self._network.shapes[step.source]
        if isinstance(step, integer.LargestStep):
            if step.points:
                self._call("largest_over_points", x, "mask", *shape, step.zero_in, y)
            else:
                self._call("largest_over_time", x, *shape, y)
        elif step.points:
            factors = (self._multipliers(name, step.rescale), step.rescale.shift)
            self._call("mean_over_points", x, "mask", *shape, step.zero_in, *factors, step.zero_out, y)
        else:
            factor = (int(step.rescale.multiplier[0]), step.rescale.shift)
            self._call("mean_over_time", x, *shape, step.zero_in, *factor, step.zero_out, y)
