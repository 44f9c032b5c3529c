"""One file, of whichever kind, read as a floor plan."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sumika.dashboard.plan_files.dxf import read_dxf
from sumika.dashboard.plan_files.geojson import read_geojson
from sumika.dashboard.plan_files.outlines import Drawing
from sumika.dashboard.plan_files.rooms import PlanRead, rooms_of
from sumika.dashboard.plan_files.svg import read_svg
from sumika.dashboard.problem import refused

LARGEST_FILE_BYTES = 5_000_000
Form = Literal["svg", "geojson", "dxf"]

_READERS: Mapping[str, Callable[[bytes], Drawing]] = MappingProxyType(
    {"svg": read_svg, "geojson": read_geojson, "dxf": read_dxf}
)


class PlanFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that somebody brings.

    Attributes:
        content: Of it; base64 in JSON.
        form: What it is.
        metres_per_unit: Scale, where somebody knows it; 0: as the file has it.
        layer: Which layer the rooms lie on; empty: the one that looks like it, "*": all.
    """

    content: bytes
    form: Form
    metres_per_unit: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    layer: Annotated[str, Meta(max_length=200)] = ""


def read_plan(file: PlanFile) -> PlanRead:
    """Return the rooms in a file.

    Raises:
        RefusedError: if it cannot be read, or holds no room.
    """
    if len(file.content) > LARGEST_FILE_BYTES:
        raise refused(413, "too_large", most=LARGEST_FILE_BYTES)
    return rooms_of(_READERS[file.form](file.content), file.metres_per_unit, file.layer)
