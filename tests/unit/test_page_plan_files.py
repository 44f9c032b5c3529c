"""Floor plans from files: what drawing programs write becomes rooms, and what is wrong is named."""

import json
from pathlib import Path

import pytest

from sumika.dashboard import RefusedError
from sumika.dashboard.plan_files import PlanFile, PlanRead, read_plan
from sumika.dashboard.plan_files.names import is_size, room_id
from sumika.dashboard.plan_files.read import Form
from sumika.dashboard.plan_files.svg_path import sub_paths
from sumika.runtime.page_aside import read_plan_aside
from sumika.text import LANGUAGES

INKSCAPE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
     width="800cm" height="600cm" viewBox="0 0 800 600">
  <defs><rect id="hidden" width="800" height="600"/></defs>
  <g inkscape:groupmode="layer" inkscape:label="Furniture"><rect x="20" y="20" width="200" height="90"/></g>
  <g inkscape:groupmode="layer" inkscape:label="Rooms" transform="translate(100,0)">
    <rect id="rect12" x="0" y="0" width="400" height="300"/>
    <text><tspan x="100" y="100">LDK</tspan></text><text x="100" y="160">7.4畳</text>
    <path inkscape:label="寝室" d="m 400,0 h 200 v 300 h -200 z"/>
    <polygon points="0,300 600,300 600,600 0,600"><title>Hall</title></polygon>
  </g>
</svg>"""


MANY_ROOMS = b"<svg>%s</svg>" % b"".join(b"<rect x='%d' width='1' height='1'/>" % at for at in range(300))


def svg(inside: str, head: str = 'width="10m" viewBox="0 0 10 10"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{inside}</svg>'.encode()


def read(content: bytes, form: Form = "svg", *, metres_per_unit: float = 0.0, layer: str = "") -> PlanRead:
    return read_plan(PlanFile(content=content, form=form, metres_per_unit=metres_per_unit, layer=layer))


def told(plan: PlanRead, grave: bool = True) -> str:
    return " / ".join(one.problem for one in plan.problems if one.grave is grave)


def test_rooms_of_a_drawing_program_lie_as_they_are_drawn_in_metres() -> None:
    plan = read(INKSCAPE.encode())
    assert plan.layer == "Rooms"
    assert {(layer.name, layer.outlines) for layer in plan.layers} == {("Furniture", 1), ("Rooms", 3)}
    rooms = {room.id: room for room in plan.rooms}
    assert {identifier: room.name for identifier, room in rooms.items()} == {
        "living": "LDK",
        "bedroom": "寝室",
        "hall": "Hall",
    }
    # 1 cm a unit; SVG's y points down, a plan's up.
    assert set(rooms["living"].floor_m) == {(0.0, 3.0), (4.0, 3.0), (4.0, 6.0), (0.0, 6.0)}
    assert set(rooms["bedroom"].floor_m) == {(4.0, 3.0), (6.0, 3.0), (6.0, 6.0), (4.0, 6.0)}
    assert set(rooms["hall"].floor_m) == {(0.0, 0.0), (6.0, 0.0), (6.0, 3.0), (0.0, 3.0)}
    assert (plan.metres_per_unit, plan.scale_known, plan.problems) == (0.01, True, [])
    assert [room.id for room in read(INKSCAPE.encode(), layer="*").rooms if not room.usable] == ["living_2"]


@pytest.mark.parametrize(
    ("transform", "corner"),
    [
        ("translate(3 4)", (5.0, -5.0)),
        ("scale(2,3)", (4.0, -3.0)),
        ("matrix(1 0 0 1 3 4)", (5.0, -5.0)),
        ("rotate(90)", (-1.0, -2.0)),
        ("rotate(90 2 1)", (2.0, -1.0)),
        ("translate(1,0) scale(2)", (5.0, -2.0)),
    ],
)
def test_what_moves_a_shape_is_followed(transform: str, corner: tuple[float, float]) -> None:
    # By SVG 2, the point (2, 1) goes there; the two other shapes say where everything lies.
    fixed = '<path d="M-20-20h3v3z"/><path d="M20 20h-3v-3z"/>'
    plan = read(svg(f'{fixed}<g transform="{transform}"><path d="M2 1 l 0.0001 0 L2 4 L5 4z"/></g>', 'width="1m"'))
    scale = plan.metres_per_unit
    x, y = corner
    moved = ((x + 20) * scale, (y + 20) * scale)
    assert any(abs(a - moved[0]) < 0.011 and abs(b - moved[1]) < 0.011 for a, b in plan.rooms[-1].floor_m)


def test_paths_are_read_as_svg_writes_them() -> None:
    (first, second) = sub_paths("M1,1 3,1 3 3zm5-5l1 0-.5.5 1e1,0")
    assert (first.corners, first.closed) == ([(1, 1), (3, 1), (3, 3)], True)
    assert (second.corners, second.closed) == ([(6, -4), (7, -4), (6.5, -3.5), (16.5, -3.5)], False)
    (bent,) = sub_paths("M0 0 C 1 1 2 2 3 0 V 5 H 0 Z")
    assert (bent.corners, bent.curved) == ([(0, 0), (3, 0), (3, 5), (0, 5)], True)
    assert sub_paths("L 1 1")[0].corners == [(0, 0), (1, 1)]
    assert sub_paths("nonsense 5 5") == []


def test_scale_is_asked_for_where_the_file_has_none_and_taken_from_who_knows() -> None:
    paper = svg('<rect width="100" height="80"/>', 'width="210mm" viewBox="0 0 210 297"')
    plan = read(paper)
    assert not plan.scale_known
    assert "scale" in told(plan, grave=False)
    known = read(paper, metres_per_unit=0.1)
    assert (known.width_m, known.depth_m, known.scale_known, known.problems) == (10.0, 8.0, True, [])


def test_everything_wrong_with_shapes_is_named_in_both_languages() -> None:
    plan = read(
        svg(
            '<polygon id="bow" points="0,0 4,3 4,0 0,3"/>'
            '<rect id="wide" x="5" width="3" height="3"/><rect id="over" x="7" width="2" height="3"/>'
            '<rect id="tiny" y="4" width="0.5" height="0.5"/>'
            '<polyline id="open" points="0,8 3,8 3,9 0,9"/><path id="bay" d="M5 5 h3 v2 q -1 1 -3 0 z"/>'
        )
    )
    assert {room.id for room in plan.rooms if not room.usable} == {"bow", "over", "tiny"}
    for word in ("bow: its walls cross", "wide and over overlap by 3.00", "tiny: 0.25 m² is too small"):
        assert word in told(plan)
    assert "1 lines are not closed and were left out (open)" in told(plan, grave=False)
    assert "bay: round walls" in told(plan, grave=False)
    assert any("交差" in one.problem_ja for one in plan.problems)


def test_the_outline_of_the_house_is_no_room_and_what_is_drawn_twice_is_one() -> None:
    rooms = '<rect id="a" width="4" height="3"/><rect id="b" x="4" width="4" height="3"/>'
    plan = read(svg(f'<rect id="edge" width="8" height="3"/>{rooms}{rooms}'))
    assert [(room.id, room.usable) for room in plan.rooms] == [("edge", False), ("a", True), ("b", True)]
    assert "other rooms lie within" in told(plan)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "plan_entities"),
        (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><title>&x;</title></svg>', "plan_entities"),
        (b'<!DOCTYPE svg [<!ENTITY % p SYSTEM "http://a.example/x">%p;]><svg/>', "plan_entities"),
        (b"<svg><g>", "plan_xml"),
        (b"", "plan_xml"),
        (b"\xff\xfe\x00", "plan_xml"),
        (b'<?xml version="1.0" encoding="no-such"?><svg/>', "plan_xml"),
        (b"<g>" * 100 + b"</g>" * 100, "plan_xml_large"),
        (b"<svg>" + b"<g/>" * 70_000 + b"</svg>", "plan_xml_large"),
        (b'<svg><path d="M0 0' + b" 1 1 2 3" * 30_000 + b'"/></svg>', "plan_too_much"),
        (b"<svg><circle r='1'/></svg>", "plan_nothing"),
        (b"<svg><polyline points='0,0 5,0 5,5'/></svg>", "plan_open"),
        (b"<svg><line x1='0' y1='0' x2='9' y2='9'/></svg>", "plan_open"),
        (b"<svg><rect width='nan' height='1e999'/></svg>", "plan_nothing"),
        (MANY_ROOMS, "plan_too_many_rooms"),
    ],
)  # fmt: skip
def test_what_is_no_plan_or_hostile_is_refused_in_both_languages(content: bytes, key: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read(content)
    trouble, words = refusal.value.trouble, LANGUAGES["en"][f"page.refused.{key}"]
    assert trouble.problem.startswith(words.partition("{")[0])
    assert trouble.problem_ja


def test_walls_drawn_line_by_line_are_put_together() -> None:
    # Two rooms of 4 m x 3 m with double walls of 12 cm, whose ends miss each other by 2 cm, and something to sit on.
    lines = [(0, 0, 8.12, 0), (8.12, 0.01, 8.12, 3), (8.1, 3, 0, 3), (0, 3.02, 0, 0), (4, 0, 4, 3), (4.12, 0, 4.12, 3)]
    drawn = "".join(f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}"/>' for a, b, c, d in [*lines, (6, 1, 7, 1)])
    plan = read(svg(f'{drawn}<text x="1" y="1">Study</text>'))
    assert [(room.id, room.usable) for room in plan.rooms] == [("study", True), ("room", True)]
    assert [room.area_m2 for room in plan.rooms] == pytest.approx([12.0, 12.0], abs=0.3)
    assert all(len(room.floor_m) == 4 for room in plan.rooms)
    assert "2 rooms were put together" in told(plan, grave=False)


def test_geojson_is_in_metres_or_in_degrees() -> None:
    square = [[0, 0], [4, 0], [4, 3], [0, 3], [0, 0]]
    features = [
        {"type": "Feature", "properties": {"name": "Study"}, "geometry": {"type": "Polygon", "coordinates": [square]}},
        {"type": "Feature", "properties": None, "geometry": None},
    ]
    plan = read(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "geojson")
    assert [(room.id, room.area_m2) for room in plan.rooms] == [("study", 12.0)]
    # One second of arc at 35.68 degrees north: 30.82 m along the meridian, 25.15 m across (WGS 84).
    second = 1 / 3600
    ring = [[139.7, 35.68], [139.7 + second, 35.68], [139.7 + second, 35.68 + second], [139.7, 35.68 + second]]
    earth = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    plan = read(json.dumps(earth).encode(), "geojson")
    assert (plan.width_m, plan.depth_m) == pytest.approx((25.15, 30.82), abs=0.01)
    for broken in (
        b"{",
        b"[1]",
        b'{"type": "Feature"}',
        b'{"type": "Polygon", "coordinates": [[["x", 1]]]}',
        b"[" * 9999,
    ):
        with pytest.raises(RefusedError):
            read(broken, "geojson")


def test_dxf_is_read_with_its_layers_units_and_texts(tmp_path: Path) -> None:
    ezdxf = pytest.importorskip("ezdxf")
    document = ezdxf.new("R2010", units=4)
    space = document.modelspace()
    space.add_lwpolyline(
        [(1000, 1000), (5000, 1000), (5000, 4000), (1000, 4000)], close=True, dxfattribs={"layer": "部屋"}
    )
    space.add_text("和室 6畳", dxfattribs={"layer": "文字"}).set_placement((2000, 2000))
    space.add_lwpolyline([(0, 0), (500, 0), (500, 500)], close=True, dxfattribs={"layer": "家具"})
    space.add_line((0, 0), (9000, 0))
    path = tmp_path / "plan.dxf"
    document.saveas(path)
    plan = read(path.read_bytes(), "dxf")
    assert (plan.layer, plan.metres_per_unit, plan.scale_known) == ("部屋", 0.001, True)
    ((room),) = plan.rooms
    assert (room.id, room.name, room.area_m2) == ("tatami", "和室 6畳", 12.0)
    with pytest.raises(RefusedError):
        read(b"0\nSECTION\n2\nnonsense", "dxf")


def test_rooms_are_known_by_the_names_that_plans_have() -> None:
    taken: list[str] = []
    for name in (
        "\N{FULLWIDTH LATIN CAPITAL LETTER L}DK16帖",
        "主寝室",
        "寝室2",
        "洗面室",
        "UB",
        "Home office",
        "Zimmer 7",
        "",
        "123",
    ):
        taken.append(room_id(name, taken))
    assert taken == ["living", "bedroom", "bedroom_2", "washroom", "bathroom", "study", "zimmer_7", "room", "room_2"]
    assert all(map(is_size, ("6畳", "12.5 m²", "3.6 x 2.7 m", "10㎡")))
    assert not any(map(is_size, ("和室 6畳", "LDK")))


@pytest.mark.slow
def test_the_page_reads_a_plan_in_a_process_of_its_own() -> None:
    plan = read_plan_aside(PlanFile(content=INKSCAPE.encode(), form="svg", metres_per_unit=0.02))
    assert [room.id for room in plan.rooms] == ["living", "bedroom", "hall"]
    assert plan.width_m == 12.0
    with pytest.raises(RefusedError) as refusal:
        read_plan_aside(PlanFile(content=b"<svg>", form="svg"))
    assert refusal.value.trouble.problem_ja
