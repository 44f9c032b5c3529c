"""Examples of an array student in the store, as one stage leaves them to the next."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.distil.stages import StageContext, StageResult, Stages


def put_arrays(context: StageContext, arrays: ArraySet) -> dict[str, str]:
    """Write examples; their digest is "arrays"."""
    parts: dict[str, NDArray[Any]] = {
        "x": arrays.x,
        "y": arrays.y,
        "group": arrays.group,
        "domain": arrays.domain,
        "classes": np.array(arrays.classes, np.str_),
    }
    if arrays.mask is not None:
        parts["mask"] = arrays.mask
    return {"arrays": context.store.put_arrays(parts)}


def kept_arrays(stages: Stages, result: StageResult) -> ArraySet:
    """Return the examples that a stage has written with `put_arrays`."""
    parts = stages.store.get_arrays(result.outputs["arrays"])
    return ArraySet(
        x=parts["x"],
        y=parts["y"],
        group=parts["group"],
        domain=parts["domain"],
        classes=tuple(parts["classes"].tolist()),
        mask=parts.get("mask"),
    )
