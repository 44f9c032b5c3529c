"""What a radar's frames will be, before the first one is there."""

from sumika.schema._origin import Origin
from sumika.schema.house import DemoSource, Radar, RecordingSource, WorldSource


def expected_origin(radar: Radar) -> Origin:
    """Return the origin that a radar's frames will have: what is said of it before them must not pass for live."""
    if isinstance(radar.source, RecordingSource):
        return Origin.RECORDED
    return Origin.SIMULATED if isinstance(radar.source, DemoSource | WorldSource) else Origin.LIVE
