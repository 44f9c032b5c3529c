"""An array student in its model folder: as it was trained, in whole numbers, and every form that either can take.

Both descriptions are plain JSON of plain numbers. With them a finished student takes any form without its data: what
calibrated the whole numbers may be somebody's recordings, which never go into a model folder.
"""

from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.export import integer
from sumika.distil.export.c import CExport, export_c
from sumika.distil.export.integer import IntegerNetwork
from sumika.distil.export.onnx_float import export_onnx_float
from sumika.distil.export.onnx_int8 import export_onnx_int8
from sumika.distil.networks.kept import ArrayModel
from sumika.distil.store import write_whole
from sumika.schema import SumikaError, UsageError

Form = Literal["onnx", "onnx-int8", "c"]
FORMS: tuple[Form, ...] = get_args(Form)
STUDENT, WHOLE = "student.json", "student.int8.json"
NAMES: dict[Form, str] = {"onnx": "student.onnx", "onnx-int8": "student.int8.onnx", "c": "student.c"}
"""File of each form in a model folder; C has its header beside it."""
_STEPS: dict[str, type[integer.Step]] = {kind.__name__: kind for kind in get_args(integer.Step)}


class _Step(msgspec.Struct, frozen=True):
    kind: str
    values: dict[str, Any]


class _Whole(msgspec.Struct, frozen=True):
    network: dict[str, Any]
    steps: tuple[_Step, ...]
    classes: tuple[str, ...]


class WholeStudent(msgspec.Struct, frozen=True, kw_only=True):
    """A student in whole numbers.

    Attributes:
        network: From `quantise`.
        classes: Names of its outputs; empty for values.
    """

    network: IntegerNetwork
    classes: tuple[str, ...] = ()


def write_student(folder: Path, model: ArrayModel, whole: WholeStudent) -> None:
    """Write both descriptions of a student.

    Raises:
        StoreError: if they cannot be written.
    """
    write_whole(folder / STUDENT, msgspec.json.encode(model, enc_hook=_plain))
    network = whole.network
    fields = {name: getattr(network, name) for name in network.__struct_fields__ if name != "steps"}
    steps = tuple(_Step(type(one).__name__, msgspec.to_builtins(one, enc_hook=_plain)) for one in network.steps)
    described = _Whole(fields, steps, whole.classes)
    write_whole(folder / WHOLE, msgspec.json.encode(described, enc_hook=_plain))


def read_student(folder: Path) -> ArrayModel:
    """Return the student of a model folder as it was trained.

    Raises:
        UsageError: if there is none.
        SumikaError: if the file is damaged.
    """
    content = _content(folder / STUDENT)
    try:
        return msgspec.json.decode(content, type=ArrayModel, dec_hook=_array)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise _damaged(folder / STUDENT, error) from error


def read_whole(folder: Path) -> WholeStudent:
    """Return the student of a model folder in whole numbers, the same to the bit.

    Raises:
        UsageError: if there is none.
        SumikaError: if the file is damaged.
    """
    content = _content(folder / WHOLE)
    try:
        found = msgspec.json.decode(content, type=_Whole)
        steps = tuple(msgspec.convert(one.values, _STEPS[one.kind], dec_hook=_array) for one in found.steps)
        fields = {
            field.name: msgspec.convert(found.network[field.name], field.type, dec_hook=_array)
            for field in msgspec.structs.fields(IntegerNetwork)
            if field.name != "steps"
        }
    except (msgspec.DecodeError, ValueError, TypeError, KeyError) as error:
        raise _damaged(folder / WHOLE, error) from error
    return WholeStudent(network=IntegerNetwork(steps=steps, **fields), classes=found.classes)


def write_form(form: Form, path: Path, model: ArrayModel, whole: WholeStudent) -> CExport | None:
    """Write a student in one form.

    Args:
        form: Which.
        path: The file; for C the source, whose name also names the function and the header beside it.
        model: The student as it was trained.
        whole: The same in whole numbers.

    Returns:
        What is known of the C one; None for the others.

    Raises:
        SumikaError: if the student cannot take the form.
    """
    if form == "onnx":
        export_onnx_float(model.layers, model.weights, model.shape, path, inputs=model.inputs, classes=model.classes)
    elif form == "onnx-int8":
        export_onnx_int8(whole.network, path, classes=whole.classes)
    else:
        return export_c(whole.network, path.stem, path.parent, classes=whole.classes)
    return None


def export_form(folder: Path, form: str, target: Path) -> Path:
    """Write the student of a finished model folder in another form.

    Args:
        folder: Of the model.
        form: One of `FORMS`.
        target: The file; for C the source, whose name also names the function and the header beside it.

    Raises:
        UsageError: if it is no form of an array student, or the folder has no array student.
        SumikaError: if the student cannot take the form, or the file cannot be written.
    """
    for known in FORMS:
        if form == known:
            model, whole = read_student(folder), read_whole(folder)
            return _written(known, target, model, whole)
    raise UsageError(f"an array student has no form '{form}'", remedy=f"Choose one of: {', '.join(FORMS)}.")


def _written(form: Form, target: Path, model: ArrayModel, whole: WholeStudent) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source = write_form(form, target, model, whole)
    except OSError as error:
        raise SumikaError(f"cannot be written ({error.strerror})", where=str(target)) from error
    return target if source is None else source.source


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"no array student here ({error.strerror})",
            where=str(path),
            remedy="Name a finished run of a recipe for array students, or its model folder.",
        ) from error


def _damaged(path: Path, error: Exception) -> SumikaError:
    return SumikaError(
        f"this describes no array student ({error})", where=str(path), remedy="Take the model from its maker again."
    )


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise NotImplementedError(f"{type(value).__name__} has no plain form")


def _array(kind: Any, value: Any) -> NDArray[Any]:
    number = get_args(get_args(kind)[1])[0]  # NDArray[np.int8] is ndarray[shape, dtype[int8]]
    return np.array(value, number)
