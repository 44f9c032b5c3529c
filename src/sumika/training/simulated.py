"""What all sources have in common of which nothing is read: this project simulates them anew from their code."""

import hashlib
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from sumika.schema import UsageError

Options = TypeVar("Options", bound=msgspec.Struct)


class Simulated:
    """A source of examples that nobody recorded.

    Attributes:
        name: In recipes.
        features: What the inputs are, with their version.
        code: Modules that decide the examples, beside the source's own.
    """

    name: str
    features: str
    code: tuple[str, ...]
    licence = "Apache-2.0"
    cite = "Simulated by this project"
    evidence: Literal["simulation"] = "simulation"

    def fingerprint(self) -> str:
        """Return a hash of the code that makes the examples."""
        digest = hashlib.sha256()
        for name in (type(self).__module__, *self.code):
            digest.update(Path(str(importlib.import_module(name).__file__)).read_bytes())
        return digest.hexdigest()

    def wanted(self, options: Mapping[str, object], kind: type[Options]) -> Options:
        """Return a recipe's options as a struct of this source.

        Raises:
            UsageError: if one is unknown or impossible.
        """
        try:
            return msgspec.convert(dict(options), kind)
        except msgspec.ValidationError as error:
            known = ", ".join(field.name for field in msgspec.structs.fields(kind))
            raise UsageError(f"options of '{self.name}': {error}", remedy=f"Known: {known}.") from error
