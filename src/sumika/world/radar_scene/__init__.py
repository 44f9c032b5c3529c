"""A closed-form radar scene: rooms, bodies and movers as the converter of a radar samples them, with the truth.

What is where: `echo` (a moving point's samples, exact), `link_budget` (how strong), `body`, `chest`, `path` (a person),
`movers` (fan, curtain, what falls, pet, robot), `clutter`, `mirror`, `sight` (walls, doorways), `interference` (other
radars), `render`, `noise` and `converter` (what one radar gives), `tell` and `truth` (what is really so), `scene` (all
together), and ready scenes by what happens in them. `living` and its kin make frames for ever of whoever lives in a
simulated house: `living_body`, `living_chest` and `living_path` (one body), `living_bodies` (all), `living_rooms` and
`living_sight` (the house around them). `acted_shapes`, `acted_body`, `acted_moves`, `acted_ways` and `acted_scenes` let
somebody act out key poses in a furnished room, as in `falling_scenes`.
"""

from sumika.world.exchange.leg import Leg, Posture
from sumika.world.radar_scene.acted_scenes import ActedScene, acted_frames
from sumika.world.radar_scene.body import Person
from sumika.world.radar_scene.chest import ChestMotion, ChestSettings, chest_motion
from sumika.world.radar_scene.echo import Motion, add_point, add_points, empty_cube
from sumika.world.radar_scene.falling_scenes import exercising_scene, falling_scene, nearly_falling_scene
from sumika.world.radar_scene.interference import Interferer
from sumika.world.radar_scene.link_budget import LinkBudget, link_of
from sumika.world.radar_scene.living import LivingView, living_waveform
from sumika.world.radar_scene.living_bodies import LivingBodies
from sumika.world.radar_scene.nobody_scenes import empty_scene, pet_scene, point_frame, robot_scene
from sumika.world.radar_scene.path import make_path
from sumika.world.radar_scene.resting_scenes import sleepers_scene, still_scene, vital_scene
from sumika.world.radar_scene.rooms import lighter, resting_radar, walking_radar
from sumika.world.radar_scene.scene import Scene, frames
from sumika.world.radar_scene.tell import Teller
from sumika.world.radar_scene.truth import BodyTruth, GhostTruth, SimulatedFrame, Truth
from sumika.world.radar_scene.walking_scenes import fall_scene, five_people_frame, two_rooms_scene, walking_scene

__all__ = [
    "ActedScene",
    "BodyTruth",
    "ChestMotion",
    "ChestSettings",
    "GhostTruth",
    "Interferer",
    "Leg",
    "LinkBudget",
    "LivingBodies",
    "LivingView",
    "Motion",
    "Person",
    "Posture",
    "Scene",
    "SimulatedFrame",
    "Teller",
    "Truth",
    "acted_frames",
    "add_point",
    "add_points",
    "chest_motion",
    "empty_cube",
    "empty_scene",
    "exercising_scene",
    "fall_scene",
    "falling_scene",
    "five_people_frame",
    "frames",
    "lighter",
    "link_of",
    "living_waveform",
    "make_path",
    "nearly_falling_scene",
    "pet_scene",
    "point_frame",
    "resting_radar",
    "robot_scene",
    "sleepers_scene",
    "still_scene",
    "two_rooms_scene",
    "vital_scene",
    "walking_radar",
    "walking_scene",
]
