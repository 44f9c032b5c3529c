"""Real recordings as sources of the distillation works: where they lie, what they are, what to do without them."""

import hashlib
import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

import msgspec

from sumika.config import recordings_folder
from sumika.distil.records import ArraySet
from sumika.schema import SumikaError, UsageError

Options = TypeVar("Options", bound=msgspec.Struct)


class RecordingsError(SumikaError):
    """Recordings are missing or not what they should be."""


@dataclass(frozen=True, kw_only=True)
class Recordings(Generic[Options]):
    """A folder of real recordings that a recipe may name.

    Attributes:
        name: In recipes.
        folder_name: Below SUMIKA_DATA.
        files: What must be there.
        options: What a recipe may say about them; a struct that forbids unknown fields.
        make: Makes examples of the folder.
        licence: SPDX identifier, or the licence's name where there is none.
        cite: Who made them, and where they come from.
        evidence: "real recording" or "simulation".
        features: Name and version of what the students read ("gestures/1"); "" where none is named.
        code: Modules besides that of `make` that decide the examples, such as `sumika.models.features.points`.
    """

    name: str
    folder_name: str
    files: tuple[str, ...]
    options: type[Options]
    make: Callable[[Path, Options], ArraySet]
    licence: str
    cite: str
    evidence: Literal["real recording", "simulation"] = "real recording"
    features: str = ""
    code: tuple[str, ...] = ()

    def folder(self, environ: Mapping[str, str] = os.environ) -> Path:
        """Return where they lie.

        Raises:
            RecordingsError: if they, or some of the files, are not there; says what and where.
        """
        data = recordings_folder(environ)
        whose = f"{self.cite}; licence: {self.licence}"
        remedy = f"Get them ({whose}) and set SUMIKA_DATA to the folder that holds '{self.folder_name}'."
        if data is None:
            raise RecordingsError(f"the recordings '{self.name}' are not here: no SUMIKA_DATA is set", remedy=remedy)
        folder = data / self.folder_name
        missing = [name for name in self.files if not (folder / name).is_file()]
        if missing:
            raise RecordingsError(
                f"the recordings '{self.name}' are not here: {', '.join(missing)} missing",
                where=str(folder),
                remedy=remedy,
            )
        return folder

    def fingerprint(self) -> str:
        """Return a hash of the files and of the code that makes examples of them: new features are new data.

        Raises:
            RecordingsError: if they are not there.
        """
        folder = self.folder()
        digest = hashlib.sha256(Path(self.make.__code__.co_filename).read_bytes())
        for name in self.code:
            digest.update(Path(str(importlib.import_module(name).__file__)).read_bytes())
        for name in self.files:
            digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
        return digest.hexdigest()

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the examples.

        Args:
            options: As a recipe says them.

        Raises:
            RecordingsError: if the recordings are not there, or not what they should be.
            UsageError: if an option is unknown or impossible.
        """
        try:
            wanted = msgspec.convert(dict(options), self.options)
        except msgspec.ValidationError as error:
            known = ", ".join(field.name for field in msgspec.structs.fields(self.options))
            raise UsageError(f"options of '{self.name}': {error}", remedy=f"Known: {known}.") from error
        folder = self.folder()
        try:
            return self.make(folder, wanted)
        except (OSError, ValueError, KeyError) as error:
            raise RecordingsError(
                f"cannot be read: {error}", where=str(folder), remedy="Copy the recordings again: they are damaged."
            ) from error
