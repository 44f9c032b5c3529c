"""What 8 bits cost three array students, and whether C and ONNX answer alike: `export_loss` and `c_mismatch`.

The tasks are made here, by seed: five kinds of noisy signals and five kinds of noisy point clouds, hard enough that
the students err. Every figure is over inputs that neither training nor calibration has seen.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sumika.distil.export.c import export_c, run_c
from sumika.distil.export.integer import forward_int8
from sumika.distil.export.onnx_float import export_onnx_float
from sumika.distil.export.onnx_int8 import export_onnx_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.presets import Convolutional, Inputs, Points, Preset, Recurrent, is_signal, layers_of
from sumika.distil.networks.reference import Weights, forward_numpy
from sumika.distil.records import ArraySet
from sumika.evaluate.figure import Evidence, Figure

Array = NDArray[np.float32]
CLASSES = ("first", "second", "third", "fourth", "fifth")
SIZES = ("c_flash_bytes", "c_ram_bytes", "onnx_int8_bytes", "onnx_float_bytes")
TRAINED, UNSEEN, CALIBRATION = 8000, 12_000, 500
CHANNELS, TIME = 3, 48
POINTS = 24


class Student(msgspec.Struct, frozen=True):
    """A trained student and what its inputs are normalised with."""

    layers: tuple[kinds.Layer, ...]
    weights: list[dict[str, Array]]
    inputs: Inputs

    def answers(self, data: ArraySet) -> NDArray[np.int64]:
        """Return the classes that it gives in floating point."""
        plain: list[Weights] = list(self.weights)
        x = self.inputs.apply(data.x, signal=is_signal(self.layers))
        parts = [
            forward_numpy(self.layers, plain, x[rows], None if data.mask is None else data.mask[rows]).argmax(axis=1)
            for rows in np.array_split(np.arange(len(x)), max(len(x) // 500, 1))
        ]
        return np.concatenate(parts)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One student before and after.

    Attributes:
        float_accuracy: Share of unseen inputs that it classes right in floating point.
        int8_accuracy: And in 8 bits, as compiled C.
        lost: Inputs that only floating point has right.
        won: Inputs that only 8 bits have right.
        mismatches: Inputs whose answer or logits differ in a bit between C, ONNX Runtime and numpy.
        c_flash_bytes: Weights and tables in C.
        c_ram_bytes: Static memory in C.
        onnx_int8_bytes: Size of the file.
        onnx_float_bytes: Size of the file.
    """

    float_accuracy: float
    int8_accuracy: float
    lost: int
    won: int
    mismatches: int
    c_flash_bytes: int
    c_ram_bytes: int
    onnx_int8_bytes: int
    onnx_float_bytes: int

    @property
    def points(self) -> float:
        """Points of accuracy lost; negative where 8 bits do better."""
        return 100 * (self.float_accuracy - self.int8_accuracy)


def _labelled(x: NDArray[np.float64], y: NDArray[np.int64], mask: NDArray[np.bool_] | None = None) -> ArraySet:
    nobody = np.full(len(x), "")
    return ArraySet(x=x.astype(np.float32), y=y, group=nobody, domain=nobody, classes=CLASSES, mask=mask)


def signals(count: int, seed: int) -> ArraySet:
    """Return three channels that see one source late and weakly: rising, falling, steady, swelling, and bursts."""
    random = np.random.default_rng(seed)
    y = random.integers(0, len(CLASSES), count)
    time = np.linspace(-0.5, 0.5, TIME)
    start, bend, swell = (random.uniform(low, high, (count, 1)) for low, high in ((4, 9), (1.5, 6), (0.4, 1)))
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    slope = np.choose(y, [1, -1, 0, 0, 0])[:, None] * bend
    rhythm = np.sin(2 * np.pi * random.uniform(1, 2.5, (count, 1)) * time + phase * 3)
    size = np.where((y == 3)[:, None], 1 + swell * rhythm, np.where((y == 4)[:, None], rhythm > 0.5, 1.0))
    delay = np.arange(CHANNELS)[:, None] * 0.02 * random.uniform(-1, 1, (count, 1, 1))
    late = time + delay
    wave = np.sin(2 * np.pi * (start[:, None] * late + slope[:, None] * late**2) + phase[:, None])
    gain = random.uniform(0.4, 1.6, (count, CHANNELS, 1))
    noise = random.normal(size=(count, CHANNELS, TIME)) * random.uniform(0.1, 0.6, (count, 1, 1))
    return _labelled(gain * size[:, None] * wave + noise, y)


def clouds(count: int, seed: int) -> ArraySet:
    """Return 8 to 24 points (x, y, z, speed): a ball's skin, a ring, a rod, a disc, or two heaps; turned, noisy."""
    random = np.random.default_rng(seed)
    y = random.integers(0, len(CLASSES), count)
    raw = random.normal(size=(count, POINTS, 3))
    ball = raw / np.linalg.norm(raw, axis=2, keepdims=True)
    flat = raw * (1, 1, 0)
    ring = flat / np.linalg.norm(flat, axis=2, keepdims=True)
    disc = ring * np.sqrt(random.random((count, POINTS, 1)))
    rod = random.uniform(-1, 1, (count, POINTS, 1)) * np.array([0.0, 0.0, 1.0])
    heaps = 0.3 * raw + np.where(random.random((count, POINTS, 1)) < 0.5, 1, -1) * np.array([0.7, 0.0, 0.0])
    clean = np.choose(y[:, None, None], [ball, ring, rod, disc, heaps])
    turn, _ = np.linalg.qr(random.normal(size=(count, 3, 3)))
    placed = clean @ turn * random.uniform(0.6, 1.4, (count, 1, 1)) + random.normal(0, 0.15, (count, 1, 3))
    placed += random.normal(0, 0.08, placed.shape)
    speed = placed[:, :, :1] * random.normal(0, 0.5, (count, 1, 1)) + random.normal(0, 0.3, (count, POINTS, 1))
    mask = np.arange(POINTS) < random.integers(8, POINTS + 1, (count, 1))
    return _labelled(np.concatenate([placed, speed], axis=2), y, mask)


STUDENTS: dict[str, tuple[Preset, Callable[[int, int], ArraySet], int]] = {
    "convolutional": (Convolutional(width=24, depth=3), signals, 10),
    "recurrent": (Recurrent(width=24), signals, 8),
    "set": (Points(width=32, depth=2), clouds, 10),
}
"""Kind of student: its preset, its task, epochs of training."""


def train(preset: Preset, data: ArraySet, epochs: int, *, seed: int = 0) -> Student:
    """Return the student of a preset, trained on the labels alone."""
    import torch

    from sumika.distil.networks.build import build
    from sumika.distil.networks.fit import FitSettings, fit

    layers = layers_of(preset, len(CLASSES))
    network = build(layers, data.x.shape[1:], len(CLASSES), seed)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for networks this small, threads that wait for each other cost far more than they bring
    try:
        report = fit(network, data, FitSettings(epochs=epochs), seed=seed)
    finally:
        torch.set_num_threads(threads)
    return Student(layers, network.weights(), report.inputs)


def onnx_logits(path: Path, data: ArraySet) -> Array:
    """Return what ONNX Runtime gives on one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feed = {"x": data.x} if data.mask is None else {"x": data.x, "mask": data.mask}
    logits: Array = np.asarray(session.run(["logits"], feed)[0])
    return logits


def compare(student: Student, seen: ArraySet, unseen: ArraySet) -> Loss:
    """Export a student in every form and count what differs.

    Args:
        student: In floating point.
        seen: Its first `CALIBRATION` inputs calibrate.
        unseen: What is counted on.
    """
    layers, weights, inputs = student.layers, student.weights, student.inputs
    few = seen.take(np.arange(min(CALIBRATION, len(seen))))
    network = quantise(layers, weights, few.x, few.mask, inputs=inputs)
    with tempfile.TemporaryDirectory(prefix="sumika-exports-") as name:
        folder = Path(name)
        source = export_c(network, "student", folder)
        whole = export_onnx_int8(network, folder / "int8.onnx")
        real = export_onnx_float(layers, weights, seen.x.shape[1:], folder / "float.onnx", inputs=inputs)
        c_logits, c_answers = run_c(source, unseen.x, unseen.mask)
        from_onnx = onnx_logits(whole, unseen)
        sizes = (whole.stat().st_size, real.stat().st_size)
    reference = forward_int8(network, unseen.x, unseen.mask)
    float_right = student.answers(unseen) == unseen.y
    int8_right = c_answers == unseen.y
    unlike = (c_logits != from_onnx) | (c_logits != reference)
    return Loss(
        float_accuracy=float(float_right.mean()),
        int8_accuracy=float(int8_right.mean()),
        lost=int((float_right & ~int8_right).sum()),
        won=int((int8_right & ~float_right).sum()),
        mismatches=int((unlike.any(axis=1) | (c_answers != from_onnx.argmax(axis=1))).sum()),
        c_flash_bytes=source.flash_bytes,
        c_ram_bytes=source.ram_bytes,
        onnx_int8_bytes=sizes[0],
        onnx_float_bytes=sizes[1],
    )


def measure(full: bool) -> dict[str, Figure]:
    """Return `export_loss` and `c_mismatch`; only when `full`, as three students are trained.

    Raises:
        SumikaError: if there is no C compiler.
    """
    if not full:
        return {}
    return figures(TRAINED, UNSEEN, 1.0)


def figures(trained: int, unseen: int, epochs_factor: float) -> dict[str, Figure]:
    """Train, export and compare the three students.

    Args:
        trained: Examples that each is trained on.
        unseen: Examples that it is scored on.
        epochs_factor: Of the usual epochs.
    """
    losses: dict[str, Loss] = {}
    for kind, (preset, task, epochs) in STUDENTS.items():
        seen = task(trained, 1)
        student = train(preset, seen, max(round(epochs * epochs_factor), 1))
        losses[kind] = compare(student, seen, task(unseen, 2))
    detail: dict[str, float | str] = {"unseen": float(unseen)}
    for kind, loss in losses.items():
        detail[f"{kind}_loss_points"] = round(loss.points, 3)
        # Both are scored on the same inputs, so that only those answered differently say how sure the difference is.
        detail[f"{kind}_standard_error_points"] = round(100 * float(np.sqrt(loss.lost + loss.won)) / unseen, 3)
        for name in ("float_accuracy", "int8_accuracy", "lost", "won", *SIZES):
            detail[f"{kind}_{name}"] = round(float(getattr(loss, name)), 4)
    worst = max(loss.points for loss in losses.values())
    mismatches = sum(loss.mismatches for loss in losses.values())
    compared: dict[str, float | str] = {"inputs_each": float(unseen)}
    compared |= {kind: float(loss.mismatches) for kind, loss in losses.items()}
    return {
        "export_loss": Figure(value=round(worst, 3), unit="points", evidence=Evidence.SIMULATION, detail=detail),
        "c_mismatch": Figure(
            value=float(mismatches),
            unit="inputs",
            evidence=Evidence.MEASURED,
            detail=compared,
        ),
    }
