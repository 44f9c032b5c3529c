"""The description of the house: shown without secrets, changed with preview, backup and undo."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sumika.dashboard.house_file import SECRET_FILES, Applied, Backup, Edits, Fault, Preview, fault
from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.plan_files import LARGEST_FILE_BYTES, PlanFile, PlanRead
from sumika.dashboard.plan_view import RadarView, Wall, radar_views, walls
from sumika.dashboard.problem import refused
from sumika.dashboard.roles import Right
from sumika.schema import SumikaError
from sumika.schema.house import House

SECRET_WORDS = ("password", "secret", "token", "key", "pin")
PRIVATE = ("connections", "page", "tariff", "bridge", "alarms", "knowing", "desk")
"""Of a description: for those only who see the plan."""

LARGEST_EDIT_BYTES = 1_000_000
LARGEST_PLAN_BYTES = LARGEST_FILE_BYTES * 4 // 3 + 1_000
"""As base64."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What sensors see."""

    radars: list[RadarView]


class HouseShown(msgspec.Struct, frozen=True, kw_only=True):
    """A house.

    Attributes:
        house: As it stands in the file, without secrets.
        hash: Of the file, for changes.
        walls: Of all storeys.
        view: What radars see.
        problems: Warnings.
        demo: Whether it is for show.
        origin: The worst of what is shown now: live, recorded or simulated; empty before anything is.
        version: Of Sumika.
        restart_needed: Whether the house runs by another version of the file.
        file: Which file it is; empty for those who may not change it.
        papers: Whether paperwork is done here, and some of it may be for who asks.
        timezone: Of the house, as a name of the tz database; empty where it is not known where the house stands.
    """

    house: dict[str, Any]
    hash: str
    walls: list[Wall]
    view: View
    problems: list[Fault]
    demo: bool
    origin: str
    version: str
    restart_needed: bool
    file: str
    papers: bool
    timezone: str


class Backups(msgspec.Struct, frozen=True, kw_only=True):
    """Earlier versions of the file, the newest first."""

    backups: list[Backup]


class UndoBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version to bring back; empty: the newest backup."""

    backup: Annotated[str, Meta(max_length=200)] = ""


class _House:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._drawn: tuple[House, list[Wall], View] | None = None

    def _plan(self, house: House) -> tuple[list[Wall], View]:
        """Return walls and what radars see; worked out once for each version of the house."""
        drawn = self._drawn
        if drawn is None or drawn[0] is not house:
            drawn = self._drawn = (house, walls(house), View(radars=radar_views(house)))
        return drawn[1], drawn[2]

    def show(self, call: Call) -> HouseShown:
        configures = Right.CONFIGURE in call.who.rights
        try:
            loaded = self._parts.house_file.load()
            house, digest, problems = loaded.house, loaded.hash, [fault(problem) for problem in loaded.warnings]
            restart_needed = self._parts.house_file.restart_needed(loaded)
        except SumikaError as error:  # the file was broken by hand: the house runs on, and so does the page
            house, digest, restart_needed = self._parts.house, "", False  # by that file it could not begin again
            problems = [Fault(path="", line=0, problem=error.problem, remedy=error.remedy)]
        origin = self._parts.origin()
        all_walls, view = self._plan(house)
        return HouseShown(
            house=shown(house, whole=Right.PLAN in call.who.rights, configures=configures),
            hash=digest,
            walls=all_walls,
            view=view,
            problems=problems if configures else [],
            demo=self._parts.house.demo,
            origin=origin.value if origin else "",
            version=self._parts.version,
            restart_needed=restart_needed,
            file=str(self._parts.house_file.path) if configures else "",
            papers=self._parts.house.desk is not None and Right.VITALS in call.who.rights,
            timezone=house.building.site.timezone if house.building is not None else "",
        )

    def preview(self, call: Call) -> Preview:
        return self._parts.house_file.preview(call.body)

    def apply(self, call: Call) -> Applied:
        return self._parts.house_file.apply(call.body, call.who.name)

    def undo(self, call: Call) -> Applied:
        return self._parts.house_file.undo(call.body.backup, call.who.name)

    def plan(self, call: Call) -> PlanRead:
        return self._parts.reads_plan(call.body)

    def backups(self, call: Call) -> Backups:
        if Right.CONFIGURE not in call.who.rights:
            raise refused(403, "right", right=Right.CONFIGURE.value)
        return Backups(backups=self._parts.house_file.backups())


def shown(house: House, *, whole: bool, configures: bool) -> dict[str, Any]:
    """Return a house without secrets.

    Args:
        house: The house.
        whole: Whether ways to real devices and residents' lives are shown too.
        configures: Whether how contacts are reached is shown too: many a web address is itself the key to what it does.
    """
    told: dict[str, Any] = msgspec.to_builtins(house)
    _without_secret_files(told)
    for connection in told.get("connections", ()):
        options = connection.get("options", {})
        for name in options:
            if any(word in name.lower() for word in SECRET_WORDS):
                options[name] = ""
    alarms = told.get("alarms")
    if alarms and not configures:
        alarms.pop("dead_man", None)
        for contact in alarms.get("contacts", ()):
            contact["way"] = {"type": contact["way"]["type"]}
    if not whole:
        for private in PRIVATE:
            told.pop(private, None)
        for resident in told.get("residents", ()):
            resident.pop("life", None)
    return told


def _without_secret_files(part: Any) -> None:
    """Take away where secrets lie, however deep that is said."""
    if isinstance(part, dict):
        for name in SECRET_FILES & part.keys():
            del part[name]
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ():
        _without_secret_files(each)


def house_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _House(parts)
    preview = Operation(
        method="PUT",
        path="/api/house/preview",
        handler=do.preview,
        summary="What changes would do; writes nothing.",
        right=Right.CONFIGURE,
        answers=Preview,
        body=Edits,
        largest_bytes=LARGEST_EDIT_BYTES,
    )
    apply = post(
        "/api/house/apply",
        do.apply,
        "Write changes, with a backup; 409 where somebody else was faster.",
        Applied,
        Right.CONFIGURE,
        Edits,
        largest_bytes=LARGEST_EDIT_BYTES,
    )
    return (
        get("/api/house", do.show, "The house, its walls, and what radars see.", HouseShown, Right.HOUSE),
        preview,
        apply,
        post(
            "/api/house/plan",
            do.plan,
            "Read a floor plan's file (SVG, GeoJSON, DXF): rooms that might be; writes nothing.",
            PlanRead,
            Right.CONFIGURE,
            PlanFile,
            largest_bytes=LARGEST_PLAN_BYTES,
        ),
        post("/api/house/undo", do.undo, "Bring a backup back.", Applied, Right.CONFIGURE, UndoBody),
        get("/api/house/backups", do.backups, "Earlier versions.", Backups, Right.CONFIGURE),
    )
