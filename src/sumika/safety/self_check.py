"""What must hold of the table of limits and of the house's own devices before anything is passed at all."""

import math
from collections.abc import Iterator, Mapping

from sumika.safety._kinds import KIND_LIMITS, Limit
from sumika.safety.limits import DeviceLimits
from sumika.safety.shaping import in_range
from sumika.schema import DEVICE_KINDS


def problems(limits: Mapping[str, DeviceLimits]) -> tuple[str, ...]:
    """Return what is wrong, one line each; empty where all is well."""
    return (*_of_table(), *(each for device, limit in limits.items() for each in _of_device(device, limit)))


def _of_table() -> Iterator[str]:
    for kind, described in DEVICE_KINDS.items():
        for setting, known in described.settings.items():
            row = KIND_LIMITS[kind].settings.get(setting)
            if row is None:
                yield f"{kind}.{setting} has no limits"
            elif not (known.low <= row.low <= row.high <= known.high):
                yield f"{kind}.{setting}: {row.low:g} to {row.high:g} is no part of {known.low:g} to {known.high:g}"


def _of_device(device: str, limits: DeviceLimits) -> Iterator[str]:
    for setting, limit in limits.settings.items():
        where = f"{device}.{setting}"
        if not limit.low <= limit.high:
            yield f"{where}: {limit.low:g} to {limit.high:g} is no range"
        elif not _says_no(limit):
            yield f"{where}: takes what is no number, or out of range"
    for setting, value in limits.fail_safe.items():
        limit = limits.settings[setting]
        if not limit.low <= value <= limit.high:
            yield f"{device}.{setting}: the fail-safe {value:g} is out of range"


def _says_no(limit: Limit) -> bool:
    wild = [math.nan]
    if math.isfinite(limit.widest_low):
        span = limit.widest_high - limit.widest_low
        wild += [math.inf, -math.inf, limit.widest_high + span + 1.0, limit.widest_low - span - 1.0]
    return all(in_range(value, limit)[0] is None for value in wild)
