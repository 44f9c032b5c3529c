"""A small student in a signed folder, made in a second without any training: for whoever needs one to ask."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.distil.about import ABOUT, FORMAT, About, Head, Model, Paid, Shown, about_json
from sumika.distil.calibration import Calibration
from sumika.distil.compare import Interval
from sumika.distil.domain import Kind, distances, domain_of, reference_of, summary
from sumika.distil.export.integer import head_of
from sumika.distil.export.onnx_int8 import export_onnx_int8
from sumika.distil.export.quantise import quantise
from sumika.distil.networks.build import build
from sumika.distil.networks.presets import Points, Preset, inputs_of, is_signal, layers_of
from sumika.distil.own_shift import OwnShift
from sumika.distil.records import ArraySet
from sumika.distil.sign import sign_folder
from sumika.distil.uncertain import Uncertainty

SURE = Interval(value=0.9, low=0.8, high=0.95)
SHOWN = Shown(
    metric="accuracy", teacher=SURE, student=SURE, int8=SURE, plain=SURE, kept=SURE, gained=SURE, int8_lost=SURE
)
PAID = Paid(student_core_minutes=1.0, student_eur=0.001, all_in_core_minutes=2.0, all_in_eur=0.003, core_hour_eur=0.1)


def inputs(shape: tuple[int, ...], count: int, seed: int = 0) -> np.ndarray:
    """Return inputs like those that the student knows (example, *shape)."""
    return np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)


def make_student(
    folder: Path,
    *,
    key: Ed25519PrivateKey | None,
    name: str = "trial-tiny",
    features: str = "trial/1",
    classes: tuple[str, ...] = ("low", "high"),
    outputs: int = 2,
    shape: tuple[int, ...] = (8, 3),
    preset: Preset | None = None,
    seed: int = 1,
) -> About:
    """Write an untrained student of points (or of a preset) into a folder and sign it; no key leaves it unsigned."""
    layers = layers_of(preset or Points(width=4, depth=1, head=4), outputs)
    x = inputs(shape, 200)
    none = np.full(len(x), "", np.str_)
    arrays = ArraySet(x=x, y=np.zeros(len(x), np.int64), group=none, domain=none)
    normal = inputs_of(arrays, signal=is_signal(layers))
    network = quantise(layers, build(layers, shape, outputs, seed).weights(), x, inputs=normal)
    folder.mkdir(parents=True, exist_ok=True)
    path = export_onnx_int8(network, folder / "student.int8.onnx", classes=classes)
    kind: Kind = "signal" if is_signal(layers) else "points" if len(shape) == 2 else "table"
    hidden = _hidden(path, x, masked=network.masked)
    reference = reference_of(x, hidden, None, kind)
    weight, bias = head_of(network)
    about = About(
        format=FORMAT,
        name=name,
        about="Tells high from low.",
        features=features,
        classes=classes,
        model=Model(
            file=path.name,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            shape=shape,
            masked=network.masked,
            outputs=outputs,
            parameters=1,
            size_bytes=path.stat().st_size,
            latency_s=1e-5,
            head=Head(weight=tuple(tuple(row) for row in weight.tolist()), bias=tuple(bias.tolist())),
        ),
        calibration=Calibration(temperature=2.0, shift=(0.0,) * outputs) if classes else Calibration(),
        domain=domain_of(kind, reference, distances(summary(x, None, kind), hidden, reference)),
        uncertainty=Uncertainty(sure=(0.5, 1.0), off=(0.2, 0.1)) if classes else Uncertainty(values=0.3),
        shown=SHOWN,
        paid=PAID,
        own=OwnShift(shift=0.25, tried=0.25, gained=SURE, groups=9),
    )
    (folder / ABOUT).write_bytes(about_json(about))
    if key is not None:
        sign_folder(folder, key)
    return about


APART = 1.0
"""How far each of two classes lies off the middle in every hidden number, in deviations, for who is `decided`."""


def decided(made: About) -> About:
    """Return a student of two classes that lie `APART` on either side of the middle, right as often as can be."""
    head, reference = made.model.head, made.domain.reference
    if head is None:
        raise ValueError("this student has no plain last layer")
    centre, spread = (np.array(one)[-reference.hidden :] for one in (reference.centre, reference.spread))
    weight = made.calibration.temperature * APART / spread * np.array([[-1.0], [1.0]])
    best = Head(weight=tuple(tuple(row) for row in weight.tolist()), bias=tuple((-weight @ centre).tolist()))
    return msgspec.structs.replace(made, model=msgspec.structs.replace(made.model, head=best))


def two_classes(made: About, label: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return hidden layers (example, width) of two classes, as `decided` has them, by somebody who lies off nobody."""
    reference = made.domain.reference
    centre, spread = (np.array(one)[-reference.hidden :] for one in (reference.centre, reference.spread))
    off = random.normal(size=(len(label), reference.hidden)) + APART * (2 * label[:, None] - 1)
    return np.asarray(centre + spread * off, np.float32)


def _hidden(path: Path, x: np.ndarray, *, masked: bool) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    feed = {"x": x} | ({"mask": np.ones(x.shape[:2], bool)} if masked else {})
    return np.asarray(session.run(["hidden"], feed)[0])
