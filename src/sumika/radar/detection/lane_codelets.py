"""Small Fourier transforms and transpositions of sixteen lanes at once, as vector instructions.

Compilers do not vectorise a Fourier transform on their own: they cannot know that its arrays do not overlap. So its
innermost parts are written as LLVM's vector instructions, sixteen float32 wide; for a processor with narrower vectors
LLVM splits them. A lane is one of sixteen transforms done side by side. A row of a buffer holds the real parts of the
sixteen lanes, then their imaginary parts.
"""

import cmath
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 16
ROW = 2 * LANES
"""Numbers in a row of a buffer."""

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INTEGERS = ir.VectorType(ir.IntType(32), LANES)
_FUSE = ("contract",)

Pair = tuple[Any, Any]
"""Real and imaginary part of a complex number in all lanes, as LLVM values."""

Codelet = Callable[..., None]
"""What compiled loops call; plain Python cannot."""


class _Writer:
    """Writes vector instructions at one place of a function."""

    def __init__(self, context: Any, builder: Any) -> None:
        self._context = context
        self.builder = builder

    def pointer(self, kind: Any, array: Any) -> Any:
        """Return the address of an array's first element."""
        return self._context.make_array(kind)(self._context, self.builder, array).data

    def load(self, pointer: Any, place: Any, vector: Any = _FLOATS) -> Any:
        """Return the vector that starts at element `place`."""
        address = self.builder.bitcast(self.builder.gep(pointer, [place]), vector.as_pointer())
        return self.builder.load(address, align=4)

    def store(self, value: Any, pointer: Any, place: Any) -> None:
        """Store a vector from element `place` on."""
        address = self.builder.bitcast(self.builder.gep(pointer, [place]), value.type.as_pointer())
        self.builder.store(value, address, align=4)

    def everywhere(self, pointer: Any, place: Any) -> Any:
        """Return one number of an array in all lanes."""
        number = self.builder.load(self.builder.gep(pointer, [place]))
        single = self.builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
        return self.shuffle(single, single, [0] * LANES)

    def element(self, pointer: Any, number: int) -> Any:
        """Return one element of an array."""
        return self.builder.load(self.builder.gep(pointer, [self.integer(number)]))

    def integer(self, value: int) -> Any:
        """Return a constant for addresses."""
        return ir.Constant(ir.IntType(64), value)

    def constant(self, value: float) -> Any:
        """Return a constant in all lanes."""
        return ir.Constant(_FLOATS, [float(np.float32(value))] * LANES)

    def moved(self, place: Any, step: Any, times: int) -> Any:
        """Return `place + times * step`."""
        return self.builder.add(place, self.builder.mul(step, self.integer(times)))

    def shuffle(self, first: Any, second: Any, lanes: list[int]) -> Any:
        """Return a vector of lanes of two vectors, those of the second counted on."""
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
        return self.builder.shuffle_vector(first, second, mask)

    def sum(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        return self.builder.fadd(a, b, flags=_FUSE)

    def difference(self, a: Any, b: Any) -> Any:
        """Return a - b."""
        return self.builder.fsub(a, b, flags=_FUSE)

    def product(self, a: Any, b: Any) -> Any:
        """Return a * b."""
        return self.builder.fmul(a, b, flags=_FUSE)

    def turned(self, a: Pair, real: Any, imaginary: Any) -> Pair:
        """Return a complex product."""
        return (
            self.difference(self.product(a[0], real), self.product(a[1], imaginary)),
            self.sum(self.product(a[0], imaginary), self.product(a[1], real)),
        )

    def turned_by(self, a: Pair, numerator: int, denominator: int) -> Pair:
        """Return a * exp(-2 pi j numerator / denominator); quarter turns cost nothing, eighths little."""
        eighth, rest = divmod(8 * numerator, denominator)
        eighth %= 8
        if rest:
            factor = cmath.exp(-2j * cmath.pi * numerator / denominator)
            return self.turned(a, self.constant(factor.real), self.constant(factor.imag))
        for _ in range(eighth // 2):
            a = (a[1], self.builder.fneg(a[0]))
        if eighth % 2:
            root = self.constant(np.sqrt(0.5))
            a = (self.product(self.sum(*a), root), self.product(self.difference(a[1], a[0]), root))
        return a

    def turned_by_table(self, a: Pair, turns: Any, at: Any, number: int) -> Pair:
        """Return a * the factor `number` (from 1) of a table of pairs from element `at` on."""
        place = self.builder.add(at, self.integer(2 * (number - 1)))
        real = self.everywhere(turns, place)
        return self.turned(a, real, self.everywhere(turns, self.builder.add(place, self.integer(1))))

    def transform(self, values: list[Pair]) -> list[Pair]:
        """Return the Fourier transform of a few complex numbers (Cooley and Tukey 1965, down to radix 2)."""
        length = len(values)
        if length == 1:
            return values
        if length == 2:
            (a, b), (c, d) = values
            return [(self.sum(a, c), self.sum(b, d)), (self.difference(a, c), self.difference(b, d))]
        first = next((one for one in (4, 2, 3, 5) if length % one == 0 and length > one), 0)
        if not first:
            return self._transform_prime(values) if length != 4 else self._combine(values, 2)
        return self._combine(values, first)

    def _combine(self, values: list[Pair], first: int) -> list[Pair]:
        length = len(values)
        second = length // first
        columns = [self.transform(values[k::second]) for k in range(second)]
        result: list[Pair] = [(None, None)] * length
        for k in range(first):
            row = [self.turned_by(columns[n][k], n * k, length) for n in range(second)]
            for j, value in enumerate(self.transform(row)):
                result[k + first * j] = value
        return result

    def _transform_prime(self, values: list[Pair]) -> list[Pair]:
        length = len(values)
        result = []
        for k in range(length):
            total = values[0]
            for n in range(1, length):
                term = self.turned_by(values[n], n * k % length, length)
                total = (self.sum(total[0], term[0]), self.sum(total[1], term[1]))
            result.append(total)
        return result

    def transpose(self, rows: list[Any]) -> list[Any]:
        """Return sixteen vectors with lane and number exchanged: blocks off the diagonal change places, then halves."""
        half = LANES // 2
        while half:
            near = [lane if not lane & half else LANES + lane - half for lane in range(LANES)]
            far = [lane + half if not lane & half else LANES + lane for lane in range(LANES)]
            for k in range(LANES):
                if not k & half:
                    a, b = rows[k], rows[k + half]
                    rows[k], rows[k + half] = self.shuffle(a, b, near), self.shuffle(a, b, far)
            half //= 2
        return rows


def _transform_codelet(radix: int, *, turned: bool) -> Codelet:
    """Return one butterfly: `radix` rows in, their transform out, each but the first turned by a factor."""

    def codelet(
        typing: Any,
        source: Any,
        start: Any,
        step: Any,
        target: Any,
        to: Any,
        stride: Any,
        apart: Any,
        turns: Any,
        at: Any,
    ) -> Any:
        signature = types.void(source, start, step, target, to, stride, apart, turns, at)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            writer = _Writer(context, builder)
            source, start, step, target, to, stride, apart, turns, at = arguments
            source, target = writer.pointer(signature.args[0], source), writer.pointer(signature.args[3], target)
            turns = writer.pointer(signature.args[7], turns)
            values = []
            for k in range(radix):
                place = writer.moved(start, step, k)
                values.append(
                    (writer.load(source, place), writer.load(source, writer.moved(place, writer.integer(LANES), 1)))
                )
            for k, value in enumerate(writer.transform(values)):
                result = writer.turned_by_table(value, turns, at, k) if turned and k else value
                place = writer.moved(to, stride, k)
                writer.store(result[0], target, place)
                writer.store(result[1], target, builder.add(place, apart))
            return context.get_dummy_value()

        return signature, generate

    result: Codelet = intrinsic(codelet)
    return result


transform_16 = _transform_codelet(16, turned=False)
transform_8 = _transform_codelet(8, turned=False)
transform_5 = _transform_codelet(5, turned=False)
transform_4 = _transform_codelet(4, turned=False)
transform_3 = _transform_codelet(3, turned=False)
transform_2 = _transform_codelet(2, turned=False)
transform_1 = _transform_codelet(1, turned=False)
turned_transform_16 = _transform_codelet(16, turned=True)
turned_transform_8 = _transform_codelet(8, turned=True)
turned_transform_5 = _transform_codelet(5, turned=True)
turned_transform_4 = _transform_codelet(4, turned=True)
turned_transform_3 = _transform_codelet(3, turned=True)
turned_transform_2 = _transform_codelet(2, turned=True)


def _write_statistics(writer: _Writer, values: list[Pair], statistics: Any) -> None:
    """Add sixteen samples of each lane to its sums: I, Q, power, and the largest magnitude of a part."""
    places = [writer.integer(number * LANES) for number in range(4)]
    in_phase, quadrature, power, largest = (writer.load(statistics, place) for place in places)
    builder = writer.builder
    for real, imaginary in values:
        in_phase, quadrature = writer.sum(in_phase, real), writer.sum(quadrature, imaginary)
        power = writer.sum(power, writer.sum(writer.product(real, real), writer.product(imaginary, imaginary)))
        for part in (real, imaginary):
            for size in (part, builder.fneg(part)):
                largest = builder.select(builder.fcmp_ordered(">", size, largest), size, largest)
    for place, value in zip(places, (in_phase, quadrature, power, largest), strict=True):
        writer.store(value, statistics, place)


def _load_codelet(kind: str) -> Codelet:
    """Return the loading of sixteen samples of sixteen chirps, turned so that each chirp is a lane.

    The source is an address, so that frames of any type, read-only ones too, share one compiled loop.
    """

    def codelet(typing: Any, source: Any, offsets: Any, first: Any, target: Any, to: Any, statistics: Any) -> Any:
        signature = types.void(source, offsets, first, target, to, statistics)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            writer = _Writer(context, builder)
            source, offsets, first, target, to, statistics = arguments
            kinds = signature.args
            source = builder.inttoptr(source, ir.FloatType().as_pointer())
            target = writer.pointer(kinds[3], target)
            offsets, statistics = writer.pointer(kinds[1], offsets), writer.pointer(kinds[5], statistics)
            places = [builder.add(writer.element(offsets, lane), first) for lane in range(LANES)]
            values = (
                _unpack_integers(writer, source, places) if kind == "i16" else _unpack_floats(writer, source, places)
            )
            for number, (real, imaginary) in enumerate(values):
                place = builder.add(to, writer.integer(number * ROW))
                writer.store(real, target, place)
                writer.store(imaginary, target, builder.add(place, writer.integer(LANES)))
            _write_statistics(writer, values, statistics)
            return context.get_dummy_value()

        return signature, generate

    result: Codelet = intrinsic(codelet)
    return result


def _unpack_integers(writer: _Writer, source: Any, places: list[Any]) -> list[Pair]:
    """Return I and Q from words that hold I in the low 16 bits and Q in the high ones: transposed as one."""
    words = writer.transpose([writer.load(source, place, _INTEGERS) for place in places])
    shift = ir.Constant(_INTEGERS, [16] * LANES)
    builder = writer.builder
    pairs = []
    for word in words:
        in_phase = builder.ashr(builder.shl(word, shift), shift)
        pairs.append((builder.sitofp(in_phase, _FLOATS), builder.sitofp(builder.ashr(word, shift), _FLOATS)))
    return pairs


def _unpack_floats(writer: _Writer, source: Any, places: list[Any]) -> list[Pair]:
    parts: list[list[Any]] = [[], []]
    for place in places:
        low = writer.load(source, writer.moved(place, place, 1))
        high = writer.load(source, writer.builder.add(writer.moved(place, place, 1), writer.integer(LANES)))
        for number in range(2):
            parts[number].append(writer.shuffle(low, high, list(range(number, ROW, 2))))
    return list(zip(writer.transpose(parts[0]), writer.transpose(parts[1]), strict=True))


load_integers = _load_codelet("i16")
load_floats = _load_codelet("f32")


@intrinsic
def _store_transposed(typing: Any, source: Any, start: Any, target: Any, offsets: Any) -> Any:
    signature = types.void(source, start, target, offsets)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        writer = _Writer(context, builder)
        source, start, target, offsets = arguments
        source, target = writer.pointer(signature.args[0], source), writer.pointer(signature.args[2], target)
        offsets = writer.pointer(signature.args[3], offsets)
        for part in (0, LANES):
            rows = [writer.load(source, builder.add(start, writer.integer(k * ROW + part))) for k in range(LANES)]
            for lane, value in enumerate(writer.transpose(rows)):
                writer.store(value, target, builder.add(writer.element(offsets, lane), writer.integer(part)))
        return context.get_dummy_value()

    return signature, generate


store_transposed: Codelet = _store_transposed
"""Write sixteen rows so that each lane becomes a row, at an offset of its own."""


@intrinsic
def _add_hann_power(typing: Any, source: Any, below: Any, here: Any, above: Any, target: Any, to: Any) -> Any:
    signature = types.void(source, below, here, above, target, to)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        writer = _Writer(context, builder)
        source, *places = arguments[:4]
        source = writer.pointer(signature.args[0], source)
        target, to = writer.pointer(signature.args[4], arguments[4]), arguments[5]
        half, quarter = writer.constant(0.5), writer.constant(0.25)

        def hann(before: Any, middle: Any, after: Any) -> Any:
            return writer.difference(writer.product(half, middle), writer.product(quarter, writer.sum(before, after)))

        def beside(offset: int) -> list[Any]:
            return [writer.load(source, builder.add(place, writer.integer(offset))) for place in places]

        value = hann(*(hann(*beside(offset)) for offset in (-1, 0, 1)))
        power = writer.sum(writer.load(target, to), writer.product(value, value))
        writer.store(power, target, to)
        return context.get_dummy_value()

    return signature, generate


add_hann_power: Codelet = _add_hann_power
"""Add sixteen cells' power under a Hann window over both axes: three rows, each with a neighbour at both ends."""
