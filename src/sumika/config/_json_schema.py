"""The JSON Schema of `house.yaml`, made from the structs and their docstrings, for checking and for editors."""

import re
from functools import cache
from typing import Any

import msgspec

from sumika.schema import alarm_settings, building, house, knowing_settings, living

SCHEMA_ID = "https://sumika.readthedocs.io/schema/house-1.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^(\w+): (.*)$")


@cache
def house_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a house; a shared object, not to be changed."""
    (top,), components = msgspec.json.schema_components([house.House], ref_template="#/$defs/{name}")
    for name, component in components.items():
        _describe(component, _docstring(name))
        component["title"] = _words(name)
        for key, field in component.get("properties", {}).items():
            field.setdefault("title", _words(key))
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA_ID,
        "title": "Sumika house",
        "description": "The description of a house for Sumika: house.yaml",
        **top,
        "$defs": components,
    }


def _docstring(name: str) -> str:
    """Return the docstring of a type of the house's description, wherever it is written down."""
    modules = (house, building, living, alarm_settings, knowing_settings)
    found = next(getattr(module, name) for module in modules if hasattr(module, name))
    return found.__doc__ or ""


def _describe(component: dict[str, Any], docstring: str) -> None:
    """Put a docstring where JSON Schema has it: its summary at the object, its attributes at their fields."""
    summary, _, rest = docstring.partition("Attributes:")
    component["description"] = " ".join(summary.split())
    properties = component.get("properties", {})
    field: dict[str, Any] | None = None
    for line in rest.splitlines():
        match = _ATTRIBUTE.match(line.strip())
        if match and match[1] in properties:
            field = properties[match[1]]
            # What the type says of itself ("lower-case letters ...") stays behind what the field says of itself.
            field["description"] = f"{match[2]} ({field['description']})" if "description" in field else match[2]
        elif field is not None and line.strip():
            field["description"] += " " + line.strip()


def _words(name: str) -> str:
    """Return an identifier as words: RecordingSource, floor_m -> Recording source, Floor (m)."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").capitalize()
    return re.sub(r" (m|deg|bpm)$", r" (\1)", spaced)
