"""Teachers of arrays: an ONNX file, a network in torch, or several together."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError, UsageError

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
BATCH = 1024


class ArrayTeacher(Protocol):
    """Whoever gives outputs for arrays."""

    @property
    def name(self) -> str:
        """For people and for the lineage."""
        ...

    @property
    def version(self) -> str:
        """What exactly answers: a hash of its weights, 16 hexadecimal digits."""
        ...

    @property
    def terms(self) -> str:
        """Identifier of the terms under which its outputs may be used (`teachers.terms`)."""
        ...

    def logits(self, x: Array, mask: Mask | None = None) -> Array:
        """Return the outputs (example, output).

        Args:
            x: (example, *shape).
            mask: (example, point), which points are real; None where every one is.
        """
        ...


def probabilities(logits: Array, temperature: float = 1.0) -> Array:
    """Return the softmax of logits (example, output) at a temperature above 0: the higher, the more even.

    Raises:
        ValueError: if the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"a temperature of {temperature}")
    scaled = logits.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Array = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


class OnnxTeacher:
    """An ONNX file: its first input is x, its second, if it has one, the mask; its first output the logits.

    Attributes:
        name: For people and for the lineage.
        version: The hash of the file.
        terms: Identifier of the terms.

    Raises:
        SumikaError: if the file cannot be read or run.
    """

    def __init__(self, path: Path, *, terms: str, name: str = "", threads: int = 1, batch: int = BATCH) -> None:
        import onnxruntime

        self.name, self.terms = name or path.stem, terms
        self._path, self._batch = path, batch
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            content = path.read_bytes()
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except OSError as error:
            raise SumikaError(
                f"cannot be read ({error.strerror})", where=str(path), remedy="Name an ONNX file that exists."
            ) from error
        except Exception as error:  # the library's own exceptions have no common base
            raise SumikaError(
                f"no ONNX model that can be run ({_short(error)})", where=str(path), remedy="Export it again."
            ) from error
        self.version = hashlib.sha256(content).hexdigest()[:16]
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        if not 1 <= len(self._inputs) <= 2:
            raise SumikaError(
                f"has {len(self._inputs)} inputs ({', '.join(self._inputs)})",
                where=str(path),
                remedy="Export it with x, and a mask of real points if it needs one.",
            )

    def logits(self, x: Array, mask: Mask | None = None) -> Array:
        """Return the outputs (example, output); as `ArrayTeacher.logits`.

        Raises:
            SumikaError: if the arrays do not fit the model.
        """
        if len(self._inputs) == 2 and mask is None:
            mask = np.ones(x.shape[:2], bool)
        parts = [self._run(x[row : row + self._batch], mask, row) for row in range(0, len(x), self._batch)]
        if not parts:
            raise UsageError("there are no examples", where=str(self._path), remedy="Choose some data.")
        return np.concatenate(parts)

    def _run(self, x: Array, mask: Mask | None, row: int) -> Array:
        feed: dict[str, Any] = {self._inputs[0]: x.astype(np.float32)}
        if len(self._inputs) == 2 and mask is not None:
            feed[self._inputs[1]] = mask[row : row + len(x)]
        try:
            found = np.asarray(self._session.run(None, feed)[0])
        except Exception as error:  # the library's own exceptions have no common base
            raise SumikaError(
                f"does not take arrays of {x.shape[1:]} ({_short(error)})",
                where=str(self._path),
                remedy="Choose data of the shape that the model was trained on.",
            ) from error
        if found.ndim != 2 or len(found) != len(x):
            raise SumikaError(
                f"gives {found.shape} for {len(x)} examples, not (example, output)",
                where=str(self._path),
                remedy="Export the model without its last argmax, one row an example.",
            )
        return found.astype(np.float32)


class NetworkTeacher:
    """A network in torch, called with (x, mask).

    Attributes:
        name: For people and for the lineage.
        version: The hash of its weights.
        terms: Identifier of the terms.
    """

    def __init__(self, network: Any, *, name: str, terms: str = "own", batch: int = BATCH) -> None:
        self.name, self.terms = name, terms
        self._network, self._batch = network, batch
        digest = hashlib.sha256()
        for key, tensor in sorted(network.state_dict().items()):
            digest.update(f"{key} {tuple(tensor.shape)} {tensor.dtype}".encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        self.version = digest.hexdigest()[:16]

    def logits(self, x: Array, mask: Mask | None = None) -> Array:
        """Return the outputs (example, output); as `ArrayTeacher.logits`."""
        import torch

        device = next((parameter.device for parameter in self._network.parameters()), torch.device("cpu"))
        was_training = self._network.training
        self._network.eval()
        try:
            with torch.no_grad():
                parts = []
                for row in range(0, len(x), self._batch):
                    real = None if mask is None else torch.from_numpy(mask[row : row + self._batch]).to(device)
                    part = torch.from_numpy(np.ascontiguousarray(x[row : row + self._batch], np.float32)).to(device)
                    parts.append(self._network(part, real).float().cpu().numpy())
        finally:
            self._network.train(was_training)
        if not parts:
            raise UsageError("there are no examples", where=self.name, remedy="Choose some data.")
        found: Array = np.concatenate(parts)
        return found


class Ensemble:
    """Several teachers together.

    Attributes:
        name: For people and for the lineage.
        version: The hash of their versions.
        terms: Those they share.
        teachers: Its members.
        regression: Their outputs are numbers, averaged as they are; otherwise their probabilities are.

    Raises:
        UsageError: if there is none, or they stand under different terms: then each has to be checked by itself.
    """

    def __init__(self, teachers: Sequence[ArrayTeacher], *, name: str = "", regression: bool = False) -> None:
        terms = {teacher.terms for teacher in teachers}
        if len(terms) != 1:
            found = f"stand under different terms ({', '.join(sorted(terms))})" if terms else "are none"
            raise UsageError(
                f"the teachers of an ensemble {found}",
                where="teacher",
                remedy="Take teachers under the same terms, at least one.",
            )
        self.teachers, self.regression = tuple(teachers), regression
        (self.terms,) = terms
        self.name = name or " + ".join(teacher.name for teacher in teachers)
        versions = "\x00".join(teacher.version for teacher in teachers)
        self.version = hashlib.sha256(versions.encode()).hexdigest()[:16]

    def logits(self, x: Array, mask: Mask | None = None) -> Array:
        """Return the mean outputs, or the logarithm of the mean probabilities: their softmax is that mean.

        Args:
            x: (example, *shape).
            mask: (example, point).

        Raises:
            SumikaError: if they give different numbers of outputs.
        """
        outputs = [teacher.logits(x, mask) for teacher in self.teachers]
        if len({one.shape for one in outputs}) > 1:
            shapes = ", ".join(
                f"{teacher.name} {one.shape[1:]}" for teacher, one in zip(self.teachers, outputs, strict=True)
            )
            raise SumikaError(f"the teachers give different outputs: {shapes}", where=self.name)
        stacked = np.stack(outputs).astype(np.float64)
        if self.regression:
            mean: Array = np.asarray(stacked.mean(axis=0), np.float32)
            return mean
        # In logarithms throughout: a probability too small for a float would become minus infinity.
        logs = stacked - np.logaddexp.reduce(stacked, axis=2, keepdims=True)
        found: Array = (np.logaddexp.reduce(logs, axis=0) - np.log(len(outputs))).astype(np.float32)
        return found


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
