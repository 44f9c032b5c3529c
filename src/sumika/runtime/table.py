"""The one table of nodes: which processes run in a house, on what condition, and what each takes."""

from functools import partial
from typing import Any

from sumika.perception import fall, heart, house_falls, posture, presence, respiration, sleep
from sumika.perception.known_keys import FEWEST_ANTENNAS, tells_directions
from sumika.radar import front_end
from sumika.runtime.conditions import someone_home
from sumika.runtime.device_loop import run_devices
from sumika.runtime.found_students import found_student
from sumika.runtime.gate_loop import GATE, run_gate
from sumika.runtime.history_loop import run_history
from sumika.runtime.knowing_node import knowing_nodes
from sumika.runtime.log_loop import run_log
from sumika.runtime.node import (
    ALARM,
    ASSISTANT,
    BRIDGE,
    COMPILES_WITHIN_S,
    LOG,
    LOG_OF_FRAMES,
    PAGE,
    STARTS_WITHIN_S,
    Launch,
    Node,
    StepTask,
)
from sumika.runtime.plan_loop import PLAN, run_plan
from sumika.runtime.rules_loop import RULES, run_rules
from sumika.runtime.sensor_loop import run_sensor
from sumika.runtime.step_loop import run_step
from sumika.runtime.weather_loop import WEATHER, asks_nobody, run_weather
from sumika.runtime.wishes_loop import WISHES, run_wishes
from sumika.runtime.world_loop import WORLD, run_world
from sumika.schema import ARRAYS, Message, SumikaError
from sumika.schema.house import House, PortSource, Radar, Room, WorldSource


def _rooms(house: House) -> tuple[str, ...]:
    """Return the rooms that a radar looks into."""
    seen = {radar.room for radar in house.radars}
    return tuple(room.id for room in house.rooms if room.id in seen)


def _room(house: House, room_id: str) -> tuple[Room, tuple[Radar, ...]]:
    room = next(room for room in house.rooms if room.id == room_id)
    return room, tuple(radar for radar in house.radars if radar.room == room_id)


def _to_rooms(house: House, topic: str, key: str) -> tuple[str, ...]:
    """Route a radar's messages to its room, a room's to itself, and time to every room."""
    if topic == "tick":
        return _rooms(house)
    if topic in ("slow_time", "frame"):
        return tuple(radar.room for radar in house.radars if radar.id == key)
    return (key,)


def _start_front_end(house: House, key: str) -> object:
    return front_end.start(house.radar(key))


def _start_presence(house: House, key: str) -> object:
    return presence.start(*_room(house, key))


def _start_respiration(house: House, key: str) -> object:
    return respiration.start(*_room(house, key))


def _start_heart(house: House, key: str) -> object:
    return heart.start(*_room(house, key))


def _one_radar(radar_id: str) -> StepTask:
    """Return the front end of one radar; it takes that radar's frames only."""
    return StepTask(
        start=_start_front_end,
        step=front_end.step,
        inputs=(f"frame/{radar_id}",),
        keys=partial(_only, radar_id),
        route=partial(_only_its_own, radar_id),
    )


def _only(radar_id: str, house: House) -> tuple[str, ...]:
    return (radar_id,)


def _only_its_own(radar_id: str, house: House, topic: str, key: str) -> tuple[str, ...]:
    return (key,) if key == radar_id else ()


def _start_sight(house: House, key: str) -> object:
    # Imported where it runs: compiled loops cost every other process memory and time.
    from sumika.perception import sight
    from sumika.perception.storeys import Storeys

    return sight.start(house.radar(key), Storeys.of(house.rooms, house.radars))


def _step_sight(state: Any, message: Any) -> tuple[Any, tuple[Message, ...]]:
    from sumika.perception import sight

    return sight.step(state, message)


def _sight(radar_id: str) -> StepTask:
    """Return what one radar sees of the people whom the house tracks."""
    return StepTask(
        start=_start_sight,
        step=_step_sight,
        inputs=(f"frame/{radar_id}", "tracks/house"),
        keys=partial(_only, radar_id),
        route=partial(_its_own_and_the_house, radar_id),
    )


def _its_own_and_the_house(radar_id: str, house: House, topic: str, key: str) -> tuple[str, ...]:
    return (radar_id,) if topic == "tracks" or key == radar_id else ()


def _run_page(node: Node, launch: Launch) -> None:
    # A web server in every other process would cost memory, and time to start in houses that have no page.
    from sumika.runtime.page_loop import run_page

    run_page(node, launch)


def _run_alarm(node: Node, launch: Launch) -> None:
    # As with the page: clients of mail servers and the like are nobody else's business.
    from sumika.runtime.alarm_loop import run_alarm

    run_alarm(node, launch)


def _run_bridge(node: Node, launch: Launch) -> None:
    # The broker's client is of no use to any other process.
    from sumika.runtime.bridge_loop import run_bridge

    run_bridge(node, launch)


def _run_assistant(node: Node, launch: Launch) -> None:
    # What understands sentences is of no use to any other process.
    from sumika.runtime.assistant_loop import run_assistant

    run_assistant(node, launch)


def _run_desk(node: Node, launch: Launch) -> None:
    # Templates and spreadsheets are nobody else's business either.
    try:
        from sumika.runtime.desk_loop import run_desk
    except ImportError as error:
        raise SumikaError(
            f"what paperwork needs is not installed ({error})", remedy="Install it with: pip install 'sumika[desk]'"
        ) from error

    run_desk(node, launch)


def _start_people(house: House, key: str) -> object:
    from sumika.perception import people
    from sumika.radar.tracking import EmptyRoom

    empty = EmptyRoom(movers=house.known_movers) if house.known_movers else None
    return people.start(house.rooms, tuple(radar for radar in house.radars if tells_directions(radar)), empty)


def _step_people(state: Any, message: Any) -> tuple[Any, tuple[Message, ...]]:
    from sumika.perception import people

    return people.step(state, message)


def _start_sleep(house: House, key: str) -> object:
    return sleep.start(key)


def _bedrooms(house: House) -> tuple[str, ...]:
    return house.watched_bedrooms


def _to_bedrooms(house: House, topic: str, key: str) -> tuple[str, ...]:
    """Route a room's messages to itself where there is a bed; postures and time concern every bedroom."""
    rooms = house.watched_bedrooms
    return rooms if topic != "presence" else tuple(room for room in rooms if room == key)


def _start_posture(house: House, key: str) -> object:
    return posture.start()


def _start_fall(house: House, key: str) -> object:
    # Never one that the house has made its own: nobody falls for it to learn from.
    return house_falls.start(house, found_student(fall.STUDENT, fall.FEATURES))


def _house(house: House) -> tuple[str, ...]:
    return ("house",)


def _to_house(house: House, topic: str, key: str) -> tuple[str, ...]:
    return ("house",)


def _sees_people(radar: Radar) -> bool:
    """Return whether a radar's frames tell directions well enough to follow people."""
    array = ARRAYS.get(radar.model)
    frames = not (isinstance(radar.source, PortSource) and radar.source.kind == "points")
    return frames and array is not None and array.measures_azimuth and len(array.virtual) >= FEWEST_ANTENNAS


PRESENCE = StepTask(_start_presence, presence.step, ("slow_time", "tick"), _rooms, _to_rooms)
RESPIRATION = StepTask(_start_respiration, respiration.step, ("slow_time", "presence", "tick"), _rooms, _to_rooms)
PEOPLE = StepTask(_start_people, _step_people, ("points", "person_vitals", "tick"), _house, _to_house)
POSTURE = StepTask(_start_posture, posture.step, ("tracks/house",), _house, _to_house, may_be_silent=True)
SLEEP = StepTask(
    _start_sleep, sleep.step, ("presence", "posture/house", "tick"), _bedrooms, _to_bedrooms, may_be_silent=True
)
FALL = StepTask(
    _start_fall,
    house_falls.step,
    ("points", "tracks/house"),
    _house,
    _to_house,
    may_be_silent=True,
    forgets_s={"points": 90.0},  # it keeps them for 12 s, and what they told of a suspicion for a minute in silence
)
HEART = StepTask(_start_heart, heart.step, ("slow_time", "presence", "tick"), _rooms, _to_rooms)


def nodes_of(house: House) -> tuple[Node, ...]:
    """Return the nodes that this house needs, in the order in which they start.

    The functions in it are plain module-level ones, because a node travels to the process that runs it.
    """
    return (
        Node(LOG, run_log, first=True, watchdog_s=5.0, heard_by=()),
        Node("history", run_history, first=True, watchdog_s=10.0),
        Node("presence", run_step, step=PRESENCE),
        Node("respiration", run_step, when=someone_home, step=RESPIRATION),
        Node("heart", run_step, when=someone_home, step=HEART),
        *((Node("sleep", run_step, step=SLEEP, watchdog_s=10.0),) if house.watched_bedrooms else ()),
        *_page(house),
        *_bridge(house),
        *_alarm(house),
        *_desk(house),
        *_assistant(house),
        *_control(house),
        *_world(house),
        *_people(house),
        *knowing_nodes(house),
        *(Node(f"radar.{radar.id}", run_step, step=_one_radar(radar.id)) for radar in house.radars),
        *(
            Node(
                f"sensor.{radar.id}",
                run_sensor,
                subject=radar.id,
                senses=True,
                heard_by=(LOG, LOG_OF_FRAMES),
                starts_within_s=COMPILES_WITHIN_S if isinstance(radar.source, WorldSource) else STARTS_WITHIN_S,
            )
            for radar in house.radars
        ),
    )


def _page(house: House) -> tuple[Node, ...]:
    """Return who serves the page in the browser, where it is wanted."""
    if house.page is None or not house.page.enabled:
        return ()
    return (Node(PAGE, _run_page, watchdog_s=15.0, starts_within_s=30.0),)


def _alarm(house: House) -> tuple[Node, ...]:
    """Return who raises alarms, where anything is described of them."""
    return () if house.alarms is None else (Node(ALARM, _run_alarm, watchdog_s=10.0),)


def _assistant(house: House) -> tuple[Node, ...]:
    """Return who talks with people, unless that is switched off."""
    if house.assistant is not None and not house.assistant.enabled:
        return ()
    # Planner and gate are waited for, and a larger model may think for its time; who talks then waits meanwhile.
    waits_s = house.assistant.timeout_s if house.assistant is not None and house.assistant.model_address else 0.0
    return (Node(ASSISTANT, _run_assistant, watchdog_s=45.0 + 2.0 * waits_s, starts_within_s=30.0),)


def _desk(house: House) -> tuple[Node, ...]:
    """Return who does the paperwork, where any is wanted; a report of a month may keep it busy for a while."""
    if house.desk is None:  # switched off it writes nothing unasked, and still shows what there is
        return ()
    return (Node("desk", _run_desk, watchdog_s=120.0, starts_within_s=60.0),)


def _bridge(house: House) -> tuple[Node, ...]:
    """Return who shows the house to Home Assistant; where that is switched off, it takes back what was told."""
    if house.bridge is None:
        return ()
    return (Node(BRIDGE, _run_bridge, watchdog_s=15.0),)


def _control(house: House) -> tuple[Node, ...]:
    """Return who controls the devices of a house that is to be controlled, and the processes of real devices."""
    if house.control is None or not house.devices:
        # Moods are told to a house that controls nothing, too.
        words = (Node(WISHES, run_wishes, watchdog_s=10.0),) if house.knowing is not None else ()
        return (*words, *_connections(house))
    # A night's learning takes the planner a while; meanwhile its last plan holds, and the rules are there.
    planners = (
        Node(RULES, run_rules, watchdog_s=10.0),
        Node(PLAN, run_plan, watchdog_s=180.0),
        Node(WISHES, run_wishes, watchdog_s=10.0),
    )
    weather = () if asks_nobody(house) else (Node(WEATHER, run_weather, watchdog_s=90.0),)
    return (Node(GATE, run_gate), *planners, *weather, *_connections(house))


def _connections(house: House) -> tuple[Node, ...]:
    """Return one process for each connection to real devices and sensors."""
    return tuple(
        Node(f"devices.{connection.id}", run_devices, subject=connection.id, watchdog_s=10.0, hands_back=True)
        for connection in house.connections
    )


def _world(house: House) -> tuple[Node, ...]:
    """Return the node of the simulated house, where a radar looks into one."""
    if not any(isinstance(radar.source, WorldSource) for radar in house.radars):
        return ()
    # A year's sun and weather are worked out, and loops are compiled, before it first speaks.
    return (Node(WORLD, run_world, watchdog_s=60.0, starts_within_s=COMPILES_WITHIN_S),)


def _people(house: House) -> tuple[Node, ...]:
    """Return the nodes that follow people, where a radar tells directions."""
    if not any(map(tells_directions, house.radars)):
        return ()
    # Loops are compiled when they first run on a machine, which takes a while.
    sights = (
        Node(
            f"radar.{radar.id}.sight",
            run_step,
            step=_sight(radar.id),
            watchdog_s=60.0,
            starts_within_s=COMPILES_WITHIN_S,
        )
        for radar in house.radars
        if _sees_people(radar)
    )
    return (
        Node("people", run_step, step=PEOPLE, watchdog_s=60.0, starts_within_s=COMPILES_WITHIN_S),
        Node("posture", run_step, step=POSTURE, watchdog_s=10.0),
        Node("fall", run_step, step=FALL, watchdog_s=10.0),
        *sights,
    )
