"""Whatever a floor plan's file holds, rooms come out of it or a reason why not, and never anything else."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.dashboard import RefusedError
from sumika.dashboard.plan_files import PlanFile, read_plan
from sumika.dashboard.plan_files.read import Form
from sumika.dashboard.plan_files.rooms import LARGEST_ROOM_M2, SMALLEST_ROOM_M2

LINES = st.lists(st.one_of(st.integers(-90, 90), st.floats(-1e308, 1e308)), min_size=6, max_size=12)
WORDS = st.one_of(
    st.text("MmLlHhVvZzCcQqAa0123456789.,-+e ()", max_size=40),
    LINES.map(lambda numbers: f"M{' '.join(map(str, numbers))}z"),
)
MOVES = st.sampled_from(
    ["", "translate(3)", "scale(-1,2)", "rotate(45)", "matrix(0 0 0 0 0 0)", "skewX(90)", "scale()"]
)
NUMBERS = st.one_of(st.integers(-500, 500), st.floats(), st.sampled_from(["", "x", "1e999", "10%", "-5"]))
NODES = st.tuples(st.sampled_from(["rect", "polygon", "path", "text", "g"]), WORDS, MOVES, NUMBERS, NUMBERS)
PLACES = st.lists(st.one_of(st.floats(-10, 10), st.integers(), st.none(), st.text(max_size=2)), max_size=3)
RINGS = st.lists(st.lists(PLACES, max_size=6), max_size=3)


def held(content: bytes, form: Form, metres_per_unit: float = 0.0) -> None:
    """Read a file, and look at what came of it."""
    why = None
    try:
        plan = read_plan(PlanFile(content=content, form=form, metres_per_unit=metres_per_unit))
    except RefusedError as refusal:
        why = refusal.trouble
    if why is not None:
        assert why.problem
        assert why.problem_ja
        return
    assert plan.rooms
    assert len({room.id for room in plan.rooms}) == len(plan.rooms)
    grave = {name for one in plan.problems if one.grave for name in one.rooms}
    for room in plan.rooms:
        assert room.usable is (room.id not in grave)
        if room.usable:
            assert SMALLEST_ROOM_M2 <= room.area_m2 <= LARGEST_ROOM_M2
            assert min(x for x, _ in room.floor_m) >= 0.0


@settings(max_examples=30, deadline=None)
@given(st.lists(NODES, max_size=6), st.sampled_from([0.0, 0.01, 1.0]))
def test_of_an_svg(nodes: list[tuple[str, str, str, object, object]], metres_per_unit: float) -> None:
    drawn = "".join(
        f'<{tag} d="{words}" points="{words}" transform="{moved}" width="{wide}" height="{high}"/>'
        for tag, words, moved, wide, high in nodes
    )
    held(f'<svg width="10m" viewBox="0 0 100 100">{drawn}</svg>'.encode(), "svg", metres_per_unit)


@settings(max_examples=30, deadline=None)
@given(RINGS, st.sampled_from(["Polygon", "MultiPolygon", "LineString", "Point", 3]))
def test_of_a_geojson(rings: object, kind: object) -> None:
    held(json.dumps({"type": kind, "coordinates": rings}).encode(), "geojson")
    held(json.dumps({"type": kind, "coordinates": [rings]}).encode(), "geojson")


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["svg", "geojson"]))
def test_of_anything(content: bytes, form: Form) -> None:
    held(content, form)
