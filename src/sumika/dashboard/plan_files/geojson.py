"""Floor plans as GeoJSON (RFC 7946): polygons in metres, or in degrees, which are unrolled around where they lie."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from sumika.dashboard.plan_files.outlines import Collected, Drawing, Outline, Place
from sumika.dashboard.problem import refused

_NAMES = ("name", "name:ja", "name:en", "Name", "NAME", "room", "title", "label", "id")
_LAYERS = ("layer", "level", "storey")
LARGEST_HOME_DEGREES = 0.01
"""A kilometre: what is smaller and written with fractions of degrees cannot be metres."""

EQUATOR_M, ECCENTRICITY_SQUARED = 6_378_137.0, 0.006_694_379_990_14
"""Of the WGS 84 ellipsoid."""


def read_geojson(content: bytes) -> Drawing:
    """Return a drawing.

    Raises:
        RefusedError: if it is no GeoJSON.
    """
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise refused(422, "plan_json", why=str(error)[:200]) from error
    found = Collected()
    try:
        for geometry, properties in _geometries(told):
            for rings in _polygons(geometry):
                found.add(_outline(rings, properties))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise refused(422, "plan_json", why="it is JSON, but no GeoJSON") from error
    outlines = found.outlines
    return Drawing(outlines=tuple(_unrolled(outlines) if _are_degrees(outlines) else outlines), metres_per_unit=1.0)


def _geometries(told: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    if told["type"] == "FeatureCollection":
        for feature in told["features"]:
            yield from _geometries(feature)
    elif told["type"] == "Feature":
        if told["geometry"]:
            yield told["geometry"], {"id": told.get("id"), **(told.get("properties") or {})}
    else:
        yield told, {}


def _polygons(geometry: dict[str, Any]) -> list[list[Any]]:
    """Return polygons, each its rings: the outer one first."""
    kind = geometry["type"]
    if kind == "Polygon":
        return [geometry["coordinates"]]
    if kind == "MultiPolygon":
        return list(geometry["coordinates"])
    if kind == "GeometryCollection":
        return [rings for one in geometry["geometries"] if one["type"] == "Polygon" for rings in _polygons(one)]
    return [[geometry["coordinates"]]] if kind == "LineString" else []


def _outline(rings: list[Any], properties: dict[str, Any]) -> Outline:
    corners = tuple((float(place[0]), float(place[1])) for place in rings[0])
    return Outline(
        corners=corners,
        closed=corners[0] == corners[-1],
        name=_said(properties, _NAMES),
        layer=_said(properties, _LAYERS),
        holed=len(rings) > 1,
    )


def _said(properties: dict[str, Any], names: tuple[str, ...]) -> str:
    values = (properties.get(name) for name in names)
    return next((str(value) for value in values if isinstance(value, str | int) and str(value).strip()), "")


def _are_degrees(outlines: list[Outline]) -> bool:
    xs = [x for outline in outlines for x, _ in outline.corners]
    ys = [y for outline in outlines for _, y in outline.corners]
    if not xs or max(map(abs, xs)) > 180 or max(map(abs, ys)) > 90:
        return False
    return max(max(xs) - min(xs), max(ys) - min(ys)) < LARGEST_HOME_DEGREES


def _unrolled(outlines: list[Outline]) -> list[Outline]:
    """Return outlines in metres: by the radii of curvature of the ellipsoid along the meridian and across it."""
    corners = [corner for outline in outlines for corner in outline.corners]
    west, south = min(x for x, _ in corners), min(y for _, y in corners)
    bulge = 1.0 - ECCENTRICITY_SQUARED * math.sin(math.radians(south)) ** 2
    along_m = math.radians(EQUATOR_M * (1.0 - ECCENTRICITY_SQUARED) / bulge**1.5)
    across_m = math.radians(EQUATOR_M / math.sqrt(bulge) * math.cos(math.radians(south)))

    def unrolled(corner: Place) -> Place:
        return (corner[0] - west) * across_m, (corner[1] - south) * along_m

    return [replace(outline, corners=tuple(map(unrolled, outline.corners))) for outline in outlines]
