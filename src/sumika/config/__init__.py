"""The description of a house, `house.yaml`: load and check, edit with comments kept, migrate, write a new one.

from sumika.config import ConfigError, edit_house, load_house

loaded = load_house("house.yaml", models=MODELS)  # raises ConfigError with every problem, by line
loaded.house.rooms, loaded.warnings, loaded.hash
edit_house("house.yaml", lambda house: house.set("radars[bed].yaw_deg", 90), expected_hash=loaded.hash)
"""

from sumika.config._compose import RadarAnswer, RoomAnswer, compose_house, radar_answer, room_answer
from sumika.config._demo import (
    DEMO_FILE,
    RECORDINGS_FILE,
    demo_house,
    edited_copy,
    edited_demo_house,
    edited_recordings_house,
    recordings_house,
    with_stand_ins,
)
from sumika.config._document import Document
from sumika.config._drawing import draw_floor_plan
from sumika.config._edit import edit_house, migrate_house, put_aside, write_new_house
from sumika.config._geometry import ROOM_CORNERS, area_m2, crossing, overlap, view_m
from sumika.config._json_schema import house_schema
from sumika.config._load import LoadedHouse, load_house, parse_house
from sumika.config._migrate import CURRENT_VERSION
from sumika.config._page import host_name
from sumika.config._paths import recordings_folder, resolve
from sumika.config._place import line_of
from sumika.config._problem import ConfigError, Problem
from sumika.config._walls import THICKEST_WALL_M, Face, Walls, walls_of

__all__ = [
    "CURRENT_VERSION",
    "DEMO_FILE",
    "RECORDINGS_FILE",
    "ROOM_CORNERS",
    "THICKEST_WALL_M",
    "ConfigError",
    "Document",
    "Face",
    "LoadedHouse",
    "Problem",
    "RadarAnswer",
    "RoomAnswer",
    "Walls",
    "area_m2",
    "compose_house",
    "crossing",
    "demo_house",
    "draw_floor_plan",
    "edit_house",
    "edited_copy",
    "edited_demo_house",
    "edited_recordings_house",
    "host_name",
    "house_schema",
    "line_of",
    "load_house",
    "migrate_house",
    "overlap",
    "parse_house",
    "put_aside",
    "radar_answer",
    "recordings_folder",
    "recordings_house",
    "resolve",
    "room_answer",
    "view_m",
    "walls_of",
    "with_stand_ins",
    "write_new_house",
]
