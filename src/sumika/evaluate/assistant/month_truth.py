"""What truly stands in a made-up month's records, kept beside them: plain numbers, counted without any query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from sumika.evaluate.assistant.month_queries import Queries
from sumika.evaluate.assistant.month_time import Array
from sumika.schema import AlarmState, ComfortWish, Command, Event, Verdict


@dataclass(frozen=True, slots=True)
class Track:
    """Samples of one signal as they were written; arrays (sample,)."""

    at_s: Array
    value: Array

    def during(self, begin_s: float, end_s: float) -> "Track":
        """Return those of a stretch of time."""
        inside = (self.at_s >= begin_s) & (self.at_s < end_s)
        return Track(self.at_s[inside], self.value[inside])


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueNight:
    """A night as it was written; what was not measured is None."""

    room: str
    evening: date
    to_bed_s: float
    got_up_s: float
    told_s: float
    in_bed_min: float
    asleep_min: float | None
    asleep_low_min: float | None
    asleep_high_min: float | None
    non_rem_min: float | None
    rem_min: float | None
    ups: int
    measured: float
    heart_bpm: float | None
    breath_bpm: float | None
    out_of_bed_h: float | None
    walking_m_s: float | None


@dataclass(frozen=True, slots=True)
class TrueHappening:
    """Something that went on."""

    kind: str
    room: str
    begin_s: float
    end_s: float
    people: int = 0


@dataclass(frozen=True, slots=True)
class TrueFault:
    """A fault that was reported; open where it has no end."""

    subject: str
    code: str
    begin_s: float
    end_s: float | None


@dataclass(frozen=True, slots=True)
class Seeded:
    """Records that cannot all be true, put there on purpose.

    Attributes:
        kind: impossible, part_exceeds_whole, asleep_out_of_bed, closed_first or nobody.
        sources: Of the rows that contradict each other: "topic.field", or alarm.
        subject: Sensor, device, room or alarm.
        begin_s: When.
        end_s: Until when; = `begin_s` for a moment.
        what: In words.
    """

    kind: str
    sources: tuple[str, ...]
    subject: str
    begin_s: float
    end_s: float
    what: str


@dataclass(slots=True, kw_only=True)
class MonthTruth:
    """All that a month's records say.

    Attributes:
        household: Which.
        year: Of the month.
        month: 1 to 12.
        seed: Of everything random.
        folder: Where the records lie.
        zone: The house's time zone.
        begin_s: When the month begins.
        end_s: When it ends.
        currency: Of all money.
        energy_kwh: By day, taken from the grid, as a meter that is read every five minutes can tell.
        exported_kwh: By day; empty: there is no roof.
        cost: By day.
        solar_kwh: By day; empty: there is no roof.
        device_kwh: By device and day.
        running_h: By device: how long it drew more than at rest.
        saved: By day.
        tracks: By (sensor or room or source, "topic.field"), what was written.
        nights: All that ended in the month.
        happenings: All that began in it.
        commands: In order of time.
        verdicts: In order of time.
        wishes: In order of time.
        alarms: By id, what became of each, in order of time.
        events: In order of time.
        faults: As the events tell them.
        due: (kind, subject) of what is due when the month is over.
        contradictions: Seeded on purpose.
        hostile: Texts in the records that give orders.
        gaps: (key, "topic.field", begin, end) where nothing was told.
        counters_kwh: (imported, exported) when the month is over, for the next one.
        meter_anew: Sample at which the counters began anew; None: they did not.
        ran_h: By device: running hours since the folder's first month.
        still_open: (subject, code) of the faults that are open when the month is over.
    """

    household: str
    year: int
    month: int
    seed: int
    folder: Path
    zone: ZoneInfo
    begin_s: float
    end_s: float
    currency: str
    energy_kwh: dict[date, float] = field(default_factory=dict)
    exported_kwh: dict[date, float] = field(default_factory=dict)
    cost: dict[date, float] = field(default_factory=dict)
    solar_kwh: dict[date, float] = field(default_factory=dict)
    device_kwh: dict[str, dict[date, float]] = field(default_factory=dict)
    running_h: dict[str, float] = field(default_factory=dict)
    saved: dict[date, float] = field(default_factory=dict)
    tracks: dict[tuple[str, str], Track] = field(default_factory=dict)
    nights: list[TrueNight] = field(default_factory=list)
    happenings: list[TrueHappening] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    wishes: list[ComfortWish] = field(default_factory=list)
    alarms: dict[str, list[AlarmState]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    faults: list[TrueFault] = field(default_factory=list)
    due: list[tuple[str, str]] = field(default_factory=list)
    contradictions: list[Seeded] = field(default_factory=list)
    hostile: list[str] = field(default_factory=list)
    gaps: list[tuple[str, str, float, float]] = field(default_factory=list)
    counters_kwh: tuple[float, float] = (0.0, 0.0)
    meter_anew: int | None = None
    ran_h: dict[str, float] = field(default_factory=dict)
    still_open: list[tuple[str, str]] = field(default_factory=list)

    @property
    def queries(self) -> Queries:
        """Sums over what lies on the disk, read sample by sample: neither this truth nor `sumika.facts`."""
        return Queries(self.folder)

    def by_day(self, at_s: Array, values: Array) -> dict[date, float]:
        """Return sums by local day."""
        sums: dict[date, float] = {}
        for at, value in zip(at_s, values, strict=True):
            day = datetime.fromtimestamp(at, self.zone).date()
            sums[day] = sums.get(day, 0.0) + float(value)
        return {day: round(one, 6) for day, one in sums.items()}

    def total(self, by_day: Mapping[date, float]) -> float:
        """Return the sum over the month."""
        return float(np.sum(list(by_day.values())))
