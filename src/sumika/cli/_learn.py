"""Learns from a log what moves in an empty house; apart from the command so that its help costs no heavy import."""

from pathlib import Path

from sumika.schema import UsageError

_LEAST_FRAMES = 200


def learned_from_log(log: Path, *, skip_s: float, seconds: float) -> str:
    """Return the lines for house.yaml.

    Args:
        log: A run's folder or one segment, written while nobody was there.
        skip_s: How much of its beginning is left out: somebody went out of the door.
        seconds: How much is taken after that.

    Raises:
        UsageError: if there is no log, or it holds too few points, or no house.
        SumikaError: if it cannot be read.
    """
    from sumika.config import parse_house
    from sumika.log import LogReader
    from sumika.perception.empty_house import learn_house
    from sumika.perception.storeys import Storeys
    from sumika.radar.tracking import HousePoints, mounting_of
    from sumika.schema import PointCloud

    reader = LogReader(log, topics=["points"])
    house = parse_house(reader.run.config_text, log).house
    mountings = {radar.id: mounting_of(radar) for radar in house.radars}
    frames: dict[str, list[HousePoints]] = {}
    begin_ns: int | None = None
    for logged in reader:
        cloud = logged.message
        if not isinstance(cloud, PointCloud) or not cloud.usable or cloud.radar not in mountings:
            continue
        begin_ns = cloud.stamp.monotonic_ns if begin_ns is None else begin_ns
        if skip_s <= (cloud.stamp.monotonic_ns - begin_ns) * 1e-9 <= skip_s + seconds:
            frames.setdefault(cloud.radar, []).append(mountings[cloud.radar].points(cloud.array()))
    count = sum(map(len, frames.values()))
    if count < _LEAST_FRAMES:
        raise UsageError(
            f"only {count} frames with points in that time; {_LEAST_FRAMES} are needed",
            where=str(log),
            remedy="Let `sumika run` run for some minutes with nobody at home, with a radar that tells directions",
        )
    found = learn_house(frames, Storeys.of(house.rooms, house.radars))
    if not found.movers:
        return f"# Nothing moved in {found.frames} frames: nothing to add.\n"
    lines = [f"# Learned from {found.frames} frames of an empty house; put it into house.yaml.", "known_movers:"]
    for mover in found.movers:
        rows = ", ".join("[" + ", ".join(f"{number:.4f}" for number in row) + "]" for row in mover.covariance_m2)
        lines += [
            f"  - name: {mover.name}",
            "    middle_m: [" + ", ".join(f"{number:.2f}" for number in mover.middle_m) + "]",
            f"    covariance_m2: [{rows}]",
            f"    points_per_frame: {mover.points_per_frame:.3f}",
            *([] if mover.storey is None else [f"    storey: {mover.storey}"]),
        ]
    return "\n".join(lines) + "\n"
