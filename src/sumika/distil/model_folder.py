"""The folder of a finished model: nobody's own files in it are overwritten or signed, and no earlier model's stay."""

from pathlib import Path

import msgspec

from sumika.distil.about import ABOUT
from sumika.distil.card.render import JSON, MARKDOWN
from sumika.distil.sign import MANIFEST, SIGNATURE, Manifest, digests_of
from sumika.schema import UNREADABLE, UsageError

WEIGHTS = "safetensors/"
"""Below it lie weights and all that their reader needs, under names that a model begun from brings along."""

_TOLD = {MARKDOWN, JSON, ABOUT, "result.json", "report.json", "outcome.json"}
_FORMS = {"json", "int8.json", "onnx", "int8.onnx", "q8_0.gguf", "c", "h"}


def is_written_by_runs(file: str) -> bool:
    """Return whether a run writes a file of this name; whatever else lies in a model's folder is a person's, if signed.

    Args:
        file: Path below the folder, with "/" between parts.
    """
    return file in _TOLD or file.startswith(WEIGHTS) or file in {f"student.{form}" for form in _FORMS}


class _Named(msgspec.Struct):
    """What is read of a card, whatever else one of another version holds."""

    name: str


def check_free(folder: Path, name: str) -> None:
    """Do nothing if a model may be written there: nothing is in it, or a whole model of the same recipe and no more.

    Args:
        folder: Need not exist.
        name: Of the recipe.

    Raises:
        UsageError: if files are there that would be overwritten, or signed as a part of the model.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return
    found, signed = digests_of(folder), _signed(folder)
    own = sorted(file for file, digest in found.items() if signed.get(file) != digest or not is_written_by_runs(file))
    shown = f"{', '.join(own[:3])}{', ...' if len(own) > 3 else ''}"
    if not signed:
        problem = f"something else is there ({shown})" if own else "something else is there"
    elif own:
        problem = f"a model is there, and beside it or changed since it was signed: {shown}"
    elif (model := _model_of(folder)) != name:
        problem = f"the model '{model}' is there, not '{name}'"
    else:
        return
    raise UsageError(problem, where=str(folder), remedy="Name a new or empty folder: --into FOLDER.")


def make_room(folder: Path) -> None:
    """Make the folder if it is not there, and delete the files of the model that was signed in it.

    A person may have signed own files along with it: they stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    signed = _signed(folder)
    if not signed:
        return
    for file in (SIGNATURE, MANIFEST, *filter(is_written_by_runs, signed.keys() & digests_of(folder).keys())):
        (folder / file).unlink(missing_ok=True)


def _signed(folder: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest).files
    except (OSError, *UNREADABLE):
        return {}


def _model_of(folder: Path) -> str:
    try:
        return msgspec.json.decode((folder / JSON).read_bytes(), type=_Named).name
    except (OSError, *UNREADABLE):
        return ""
