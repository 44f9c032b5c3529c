"""Floor plans drawn as SVG: polygons, rectangles and paths; whatever moves or turns them is followed."""

import math
import re
from collections.abc import Mapping

from sumika.dashboard.plan_files.outlines import Collected, Drawing, Outline, Place, extent
from sumika.dashboard.plan_files.svg_path import sub_paths
from sumika.dashboard.plan_files.tree import Element, element_tree

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) of SVG: x' = a x + c y + e, y' = b x + d y + f."""

_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(mm|cm|m|in)\s*")
_MOVE = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
_METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254}
_HIDDEN = frozenset({"defs", "clipPath", "mask", "pattern", "symbol", "marker", "metadata", "style", "script"})
SMALLEST_HOME_M, LARGEST_HOME_M = 3.0, 150.0
"""What is drawn to the scale of its paper has units of paper: nobody lives in 21 cm."""


def read_svg(content: bytes) -> Drawing:
    """Return a drawing; up is up, as on a plan and not as in SVG.

    Raises:
        RefusedError: if it is no SVG.
    """
    root = element_tree(content)
    found = Collected()
    _walk(root, _SAME, "", found)
    metres_per_unit = _metres_per_unit(root.attributes)
    size_m = extent(found.outlines) * (metres_per_unit or 0.0)
    believed = metres_per_unit if SMALLEST_HOME_M <= size_m <= LARGEST_HOME_M else None
    return Drawing(outlines=tuple(found.outlines), labels=tuple(found.labels), metres_per_unit=believed)


def _metres_per_unit(attributes: Mapping[str, str]) -> float | None:
    width = _LENGTH.fullmatch(attributes.get("width", ""))
    box = _numbers(attributes.get("viewBox", ""))
    if width is None or len(box) != 4 or not box[2] > 0:
        return None
    return float(width[1]) * _METRES[width[2]] / box[2]


def _walk(element: Element, moved: Matrix, layer: str, found: Collected) -> None:
    attributes = element.attributes
    if element.tag in _HIDDEN or _is_hidden(attributes):
        return
    moved = _times(moved, _matrix(attributes.get("transform", "")))
    if element.tag == "g" and not layer:
        layer = attributes.get("label") or attributes.get("id", "")
    for corners, closed, curved in _drawn(element):
        placed = tuple(_placed(moved, corner) for corner in corners)
        found.add(Outline(corners=placed, closed=closed, curved=curved, name=_name(element), layer=layer))
    if element.tag == "text":
        found.label(element.text, _placed(moved, _text_place(element)))
        return
    for child in element.children:
        _walk(child, moved, layer, found)


def _drawn(element: Element) -> list[tuple[list[Place], bool, bool]]:
    """Return what an element draws: (corners, closed, curved) each."""
    attributes = element.attributes
    if element.tag == "rect":
        x, y, width, height = (_number(attributes.get(name, "0")) for name in ("x", "y", "width", "height"))
        return [([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], True, False)]
    if element.tag in {"polygon", "polyline"}:
        numbers = _numbers(attributes.get("points", ""))
        corners = list(zip(numbers[0::2], numbers[1::2], strict=False))
        return [(corners, element.tag == "polygon", False)]
    if element.tag == "line":
        x, y, to_x, to_y = (_number(attributes.get(name, "0")) for name in ("x1", "y1", "x2", "y2"))
        return [([(x, y), (to_x, to_y)], False, False)]
    if element.tag == "path":
        return [(one.corners, one.closed, one.curved) for one in sub_paths(attributes.get("d", ""))]
    return []


def _name(element: Element) -> str:
    """Return what the drawing calls a shape; what programs number by themselves is no name."""
    title = next((child.text for child in element.children if child.tag == "title"), "")
    for name in (title, element.attributes.get("label", ""), element.attributes.get("id", "")):
        if name.strip() and not re.fullmatch(r"(rect|path|polygon|polyline|shape|g|svg|layer)[\d_\-.]*", name.strip()):
            return name
    return ""


def _text_place(element: Element) -> Place:
    """Return where a text begins; drawing programs put that into its first part."""
    for one in (element, *element.children):
        if "x" in one.attributes and "y" in one.attributes:
            return _number(one.attributes["x"]), _number(one.attributes["y"])
    return 0.0, 0.0


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style", "").replace(" ", "")
    return attributes.get("display") == "none" or "display:none" in style or attributes.get("visibility") == "hidden"


def _placed(moved: Matrix, place: Place) -> Place:
    a, b, c, d, e, f = moved
    x, y = place
    return a * x + c * y + e, -(b * x + d * y + f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def _matrix(text: str) -> Matrix:
    moved = _SAME
    for kind, inside in _MOVE.findall(text):
        moved = _times(moved, _one_matrix(kind, _numbers(inside)))
    return moved


def _one_matrix(kind: str, numbers: list[float]) -> Matrix:
    match kind, numbers:
        case "matrix", [a, b, c, d, e, f]:
            return a, b, c, d, e, f
        case "translate", [x, *rest]:
            return 1.0, 0.0, 0.0, 1.0, x, rest[0] if rest else 0.0
        case "scale", [x, *rest]:
            return x, 0.0, 0.0, rest[0] if rest else x, 0.0, 0.0
        case "rotate", [angle, *rest]:
            turn = math.radians(angle)
            turned = (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), 0.0, 0.0)
            if len(rest) != 2:
                return turned
            x, y = rest
            return _times(_times((1.0, 0.0, 0.0, 1.0, x, y), turned), (1.0, 0.0, 0.0, 1.0, -x, -y))
        case "skewX", [angle]:
            return 1.0, 0.0, math.tan(math.radians(angle)), 1.0, 0.0, 0.0
        case "skewY", [angle]:
            return 1.0, math.tan(math.radians(angle)), 0.0, 1.0, 0.0, 0.0
    return _SAME


def _numbers(text: str) -> list[float]:
    return [float(found) for found in _NUMBER.findall(text)]


def _number(text: str) -> float:
    found = _NUMBER.match(text.strip())
    return float(found[0]) if found else 0.0
