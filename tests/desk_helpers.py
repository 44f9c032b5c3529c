"""What the tests of the records desk share: rows, papers, and a house to write about."""

from collections.abc import Sequence

from sumika.desk import Names, Paper, Section, Statement, verify
from sumika.desk.names import names_of
from sumika.desk.paper import Derived
from sumika.facts import Row
from sumika.schema.building import Building, Site, Window
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.house import Device, House, Radar, Resident, Room, Sensor, WorldSource
from sumika.schema.knowing_settings import Knowing
from sumika.schema.living import Life

DAY_S = 86_400.0
NOON_S = 1_795_834_800.0
"""2026-11-28 12:00 in Japan."""

MIDNIGHT_S = NOON_S - DAY_S / 2
SQUARE = ((0.0, 0.0), (3.64, 0.0), (3.64, 3.64), (0.0, 3.64))
HOUSE = House(
    name="試験の家",
    language="en",
    rooms=(
        Room(id="living", name="居間", floor_m=SQUARE),
        Room(id="bedroom", name="寝室", floor_m=SQUARE, residents=("hanako",)),
    ),
    residents=(Resident(id="hanako", name="花子", life=Life(bedroom="bedroom")),),
    radars=(Radar(id="eye", room="bedroom", model="iwr6843isk", position_m=(0, 0, 1.8), source=WorldSource()),),
    sensors=(Sensor(id="living_air", room="living", kind="air"), Sensor(id="meter", room="living", kind="meter")),
    devices=(
        Device(
            id="aircon", room="living", kind="room_air_conditioner", name="居間のエアコン", ratings={"heating_w": 4000}
        ),
        Device(id="lamp", room="bedroom", kind="light", name="寝室の明かり"),
        Device(id="lamp2", room="living", kind="light", name="居間の明かり"),
    ),
    building=Building(
        site=Site(timezone="Asia/Tokyo"), windows=(Window(id="south", room="living", wall=0, width_m=1, height_m=1),)
    ),
    knowing=Knowing(agreed=("hanako",)),
    desk=DeskSettings(),
)
NAMES = names_of(HOUSE)


def row(
    source: str = "meter.imported_kwh",
    subject: str = "meter",
    value: float | None = 12.34,
    unit: str = "kWh",
    begin_s: float = MIDNIGHT_S,
    end_s: float = MIDNIGHT_S + DAY_S,
    text: str = "",
    part: str = "",
) -> Row:
    """Return a row of a day in Japan."""
    return Row(
        source=source,
        subject=subject,
        begin_unix_s=begin_s,
        end_unix_s=end_s,
        value=value,
        unit=unit,
        text=text,
        part=part,
        zone="Asia/Tokyo",
    )


def paper_of(
    sentence: str, rows: Sequence[Row] = (), language: str = "en", derived: tuple[Derived, ...] = (), **more: str
) -> Paper:
    """Return a paper of one sentence that names all rows."""
    return Paper(
        id="test",
        kind="test",
        pack="house",
        language=language,
        title=Statement(text="A paper"),
        zone="Asia/Tokyo",
        sections=(
            Section(
                title=Statement(text="Section"),
                statements=(Statement(text=sentence, cites=tuple(range(len(rows)))),),
            ),
        ),
        rows=tuple(rows),
        derived=derived,
        origin=more.get("origin", "live"),
        currency=more.get("currency", "JPY"),
    )


def struck(sentence: str, *rows: Row, language: str = "en", names: Names = NAMES) -> list[str]:
    """Return what the second reader strikes out of a sentence about these rows."""
    read = verify(paper_of(sentence, rows, language), names)
    statement = read.sections[0].statements[0]
    return [statement.text[piece.begin : piece.end] for piece in statement.struck]
