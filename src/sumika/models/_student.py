"""One student: a verified folder, asked through ONNX Runtime on one thread."""

import hashlib
import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import ABOUT, About, decoded_about
from sumika.distil.sign import Manifest, SignatureError, verify_folder
from sumika.models._refused import StudentRefused
from sumika.schema import Reason

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

MOST_MISSING = 0.5
"""Share of an input that may be missing (NaN); each missing value counts as the mean of what was learnt from."""
TAKE_AGAIN = "Take the student from its maker again; until then the one before it is used."


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a student says of one input.

    Attributes:
        valid: Whether it may be used: False where the input is out of the student's domain or is no input at all.
        reason: `MEASURED`, or why not: `UNLIKE_LEARNED`, `WRONG_SHAPE`, `NOT_FINITE`, `NO_SIGNAL`.
        probabilities: Calibrated, of the student's classes in their order; None for values, and where not valid.
        values: In their own units; None for classes, and where not valid.
        sigma: Deviation of the likeliest class' probability, or of the values, from one person to the next.
        unlike: How unlike the input is what the student has learnt from; above 1 it abstains.
    """

    valid: bool
    reason: Reason
    probabilities: tuple[float, ...] | None = None
    values: tuple[float, ...] | None = None
    sigma: float = math.inf
    unlike: float = math.inf


class Student:
    """A student of a verified folder; ask `load_student` or `find_student` for one.

    Attributes:
        about: What it says of itself.
        signer: Public key of whoever signed it, hexadecimal.
        passed_over: Why students that would have come before it were refused; for whoever keeps the log.
    """

    def __init__(self, about: About, session: Any, *, signer: str = "", passed_over: tuple[str, ...] = ()) -> None:
        self.about, self.signer, self.passed_over = about, signer, passed_over
        self._session = session
        head = about.personal.head if about.personal else None
        self._weight = None if head is None else np.array(head.weight)
        self._bias = None if head is None else np.array(head.bias)

    @property
    def name(self) -> str:
        """Of the student."""
        return self.about.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its outputs; empty for values."""
        return self.about.classes

    @property
    def features(self) -> str:
        """What its inputs are and in which version."""
        return self.about.features

    def answer(self, x: Array, mask: Mask | None = None) -> Answer:
        """Return what it says of one input.

        Args:
            x: (*shape) of `about.model.shape`, in its own units; NaN where a value is missing.
            mask: (point,), which points are real; None where every one is, or there are none.
        """
        return self.answers(x[None], None if mask is None else mask[None])[0]

    def answers(self, x: Array, mask: Mask | None = None) -> list[Answer]:
        """Return what it says of several inputs (example, *shape), mask (example, point)."""
        wrong = self._wrong(x, mask)
        if wrong is not None:
            return [Answer(valid=False, reason=wrong)] * len(x)
        x = x.astype(np.float32)
        logits, hidden = self._run(x, mask)
        unlike = self.about.domain.unlike(x, hidden, mask)
        usable = _usable(x, mask)
        return [self._told(logits[row], float(unlike[row]), usable[row]) for row in range(len(x))]

    def likeliest(self, answer: Answer) -> str:
        """Return the class that is decided for, as the score of its card decides; "" where the answer is not valid."""
        if answer.probabilities is None:
            return ""
        with np.errstate(divide="ignore"):
            said = np.log(np.array([answer.probabilities]))
        return self.classes[int(self.about.calibration.decide(said)[0])]

    def hidden(self, x: Array, mask: Mask | None = None) -> Array:
        """Return the layer before the outputs (width,) of one input, or (example, width) of several.

        Raises:
            ValueError: if x is not of the student's shape.
        """
        single = x.ndim == len(self.about.model.shape)
        many, masks = (x[None], None if mask is None else mask[None]) if single else (x, mask)
        if self._wrong(many, masks) is not None:
            raise ValueError(f"inputs of {many.shape[1:]}, not {self.about.model.shape}")
        found = self._run(many.astype(np.float32), masks)[1]
        return np.asarray(found[0] if single else found, np.float32)

    def outputs(self, x: Array) -> list[Array]:
        """Return every output of the network as it is, for students whose outputs are more than one layer.

        Args:
            x: (example, *shape); a student of sentences takes any number of places.
        """
        found: list[Array] = self._session.run(None, {"x": x})
        return found

    def _wrong(self, x: Array, mask: Mask | None) -> Reason | None:
        model = self.about.model
        if tuple(x.shape[1:]) != model.shape or (mask is not None and mask.shape != x.shape[:2]):
            return Reason.WRONG_SHAPE
        return None

    def _run(self, x: Array, mask: Mask | None) -> tuple[Array, Array]:
        feed: dict[str, Any] = {"x": x}
        if self.about.model.masked:
            feed["mask"] = np.ones(x.shape[:2], bool) if mask is None else mask
        found = self._session.run(None, feed)
        logits, hidden = found[0], found[1] if len(found) > 1 else found[0][:, :0]
        if self._weight is not None and self._bias is not None:
            logits = (hidden @ self._weight.T + self._bias).astype(np.float32)
        return logits, hidden

    def _told(self, logits: Array, unlike: float, usable: Reason | None) -> Answer:
        if usable is not None:
            return Answer(valid=False, reason=usable, unlike=unlike)
        if not unlike <= 1:
            return Answer(valid=False, reason=Reason.UNLIKE_LEARNED, unlike=unlike)
        if not self.classes:
            values, sigma = tuple(logits.tolist()), self.about.uncertainty.of(None)
            return Answer(valid=True, reason=Reason.MEASURED, values=values, sigma=sigma, unlike=unlike)
        shares = np.exp(self.about.calibration.log_probabilities(logits[None])[0])
        return Answer(
            valid=True,
            reason=Reason.MEASURED,
            probabilities=tuple(shares.tolist()),
            sigma=self.about.uncertainty.of(float(shares.max())),
            unlike=unlike,
        )


def _usable(x: Array, mask: Mask | None) -> list[Reason | None]:
    """Return why each input is none; None where it is one."""
    flat = x.reshape(len(x), -1)
    broken = [bool(np.isinf(row).any() or np.isnan(row).mean() > MOST_MISSING) for row in flat]
    empty = [mask is not None and not mask[row].any() for row in range(len(x))]
    return [Reason.NOT_FINITE if broken[row] else Reason.NO_SIGNAL if empty[row] else None for row in range(len(x))]


def load_student(
    folder: Path,
    public_key: str,
    *,
    name: str = "",
    features: str = "",
    shape: tuple[int, ...] | None = None,
    mend: str = "",
) -> Student:
    """Return the student of a folder that is exactly what its signer signed.

    Args:
        folder: With network, `about.json`, manifest and signature.
        public_key: Of the signer, hexadecimal.
        name: That it must have; "" for any.
        features: Whose inputs it must read, with their version; "" for any.
        shape: Of the inputs that it will be handed, without the example; None for any.
        mend: What to do where the folder is not what was signed; by default what helps whoever makes students.

    Raises:
        StudentRefused: if it is missing, unsigned, altered, signed by another, another student than was asked for, or
            cannot be run.
    """
    about, network = _read(folder, _signed(folder, public_key, mend))
    _check(about, folder, name=name, features=features, shape=shape)
    return Student(about, _session(network, about, folder), signer=public_key.strip().lower())


def network_of(folder: Path, public_key: str) -> str:
    """Return the SHA-256 of the network of a folder that is exactly what its signer signed; it is not run.

    Raises:
        StudentRefused: if it is missing, unsigned, altered or signed by another.
    """
    return _read(folder, _signed(folder, public_key))[0].model.sha256


def _signed(folder: Path, public_key: str, mend: str = "") -> Manifest:
    if not public_key:
        raise StudentRefused("there is no key to verify a student with", where=str(folder), remedy="Name the key.")
    try:
        return verify_folder(folder, public_key)
    except SignatureError as error:
        raise StudentRefused(
            error.problem, where=error.where or str(folder), remedy=mend or error.remedy or TAKE_AGAIN
        ) from error


def _read(folder: Path, manifest: Manifest) -> tuple[About, bytes]:
    """Return what was verified: the very bytes, should somebody change the files meanwhile."""
    said = _verified(folder, ABOUT, manifest)
    try:
        about = decoded_about(said)
    except (ValueError, msgspec.DecodeError) as error:
        raise _says_not(folder / ABOUT, error) from error
    network = _verified(folder, about.model.file, manifest)
    if hashlib.sha256(network).hexdigest() != about.model.sha256:
        raise StudentRefused(
            f"{ABOUT} is that of another network than {about.model.file}", where=str(folder), remedy=TAKE_AGAIN
        )
    return about, network


def _verified(folder: Path, file: str, manifest: Manifest) -> bytes:
    """Return the content of a file that was signed; what the manifest does not name is not even opened."""
    if file not in manifest.files:
        raise _says_not(folder / ABOUT, f"'{file}' is not one of the files that were signed")
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        raise _says_not(folder / file, error) from error
    if manifest.files[file] != hashlib.sha256(content).hexdigest():
        raise StudentRefused("changed while it was read", where=str(folder / file), remedy="Try again.")
    return content


def _says_not(where: Path, why: object) -> StudentRefused:
    return StudentRefused(f"it does not say what it is ({why})", where=str(where), remedy=TAKE_AGAIN)


def _check(about: About, folder: Path, *, name: str, features: str, shape: tuple[int, ...] | None) -> None:
    wanted = {
        "name": (name, about.name),
        "features": (features, about.features),
        "shape of its inputs": (shape or (), about.model.shape),
    }
    for what, (asked, has) in wanted.items():
        if asked and asked != has:
            raise StudentRefused(
                f"another student: its {what} is {has}, not {asked}",
                where=str(folder),
                remedy="Take the student that belongs to this version of Sumika.",
            )
    outputs = about.model.outputs
    personal = about.personal.head if about.personal else None
    head = personal or about.model.head
    fits = head is None or len(head.weight) == len(head.bias) == outputs
    if not fits or (about.classes and len(about.classes) != outputs):
        raise StudentRefused(f"its {ABOUT} contradicts itself", where=str(folder), remedy=TAKE_AGAIN)


def _session(network: bytes, about: About, folder: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise StudentRefused(
            "students need onnxruntime, which is not installed", remedy="Run: python -m pip install onnxruntime"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    model = about.model
    try:
        session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        feed: dict[str, Any] = {"x": np.zeros((1, *model.shape), np.float32)}
        if model.masked:
            feed["mask"] = np.ones((1, model.shape[0]), bool)
        found = session.run(None, feed)
    except Exception as error:  # the library's own exceptions have no common base
        told = " ".join(str(error).split())[:200]
        raise StudentRefused(
            f"its network cannot be run ({told})", where=str(folder / model.file), remedy=TAKE_AGAIN
        ) from error
    width = len(about.personal.head.weight[0]) if about.personal else None
    if found[0].shape != (1, model.outputs) or (width is not None and found[-1].shape != (1, width)):
        raise StudentRefused("its network gives something else than it says", where=str(folder), remedy=TAKE_AGAIN)
    return session
