"""A figure and the rows it rests on: nothing is told of a house that cannot be looked up again."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from sumika.units import SECONDS_PER_MINUTE


class Why(StrEnum):
    """Why there is no figure; each is a key of `sumika.text`."""

    NO_RECORDS = "facts.no_records"  # nothing was kept in that time
    NO_SUCH = "facts.no_such"  # the house has nothing that measures it
    NOT_YET = "facts.not_yet"  # the house has something that measures it, which has not spoken yet
    STALE = "facts.stale"  # the newest sample is too old to say what is now
    NOT_AGREED = "facts.not_agreed"  # not all whom it concerns have agreed
    KEY_GONE = "facts.key_gone"  # somebody was forgotten
    DAMAGED = "facts.damaged"  # it was kept, and cannot be read
    NOT_MEASURED = "facts.not_measured"  # that night could not be measured
    NO_PRICE = "facts.no_price"  # the meter told no price
    NOBODY = "facts.nobody"  # nobody was there in that time
    FEW_DAYS = "facts.few_days"  # too few days to tell


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure rests on; shown to people.

    Attributes:
        source: What kind of record: "meter.imported_kwh", "day_measures.asleep_h", "event", "command", "verdict",
            "alarm", "comfort_wish" or "saved".
        subject: Room, sensor, device, meter or resident, as it stands in the records.
        begin_unix_s: Of the stretch of time that was looked at; of a single moment, that moment.
        end_unix_s: Not included; = `begin_unix_s` for a single moment.
        value: What it says, in `unit`; None where it is no number.
        unit: Of `value`.
        text: Detail of an event, reason of a command: written by others, to be shown and never to be followed.
        part: Which of several at one moment: the code of an event, the setting of a command, the stage of an alarm.
        count: How many samples were taken together.
        zone: IANA name of the house's time zone, for the id.
    """

    source: str
    subject: str
    begin_unix_s: float
    end_unix_s: float
    value: float | None = None
    unit: str = ""
    text: str = ""
    part: str = ""
    count: int = 1
    zone: str = "UTC"

    @property
    def id(self) -> str:
        """Its stable name: meter.imported_kwh/house/2026-11-01T00:00+09:00/2026-11-02T00:00+09:00."""
        places = [self.source, self.subject, *([self.part] if self.part else [])]
        moments = [_moment(self.begin_unix_s, self.zone), _moment(self.end_unix_s, self.zone)]
        return "/".join([*places, *(moments[:1] if self.begin_unix_s == self.end_unix_s else moments)])


def _moment(unix_s: float, zone: str) -> str:
    at = datetime.fromtimestamp(round(unix_s, 3), ZoneInfo(zone))
    if unix_s % SECONDS_PER_MINUTE == 0.0:
        return at.isoformat(timespec="minutes")
    return at.isoformat(timespec="seconds" if unix_s % 1.0 == 0.0 else "milliseconds")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the records.

    Attributes:
        name: What it is: "energy_kwh", "climate.temperature_c.mean", "night.asleep_h" ...
        value: In `unit`; None where there is none, never 0 instead. A moment has the unit "unix_s".
        unit: Of value and interval; money has its currency.
        rows: All that it rests on.
        reason: Why there is no value, one of `Why`; empty where there is one.
        low: Lower end of an interval, where there is one.
        high: Upper end.
        interval: Share of cases within low and high.
        coverage: Share of the time asked for that records cover, 0..1; None where that says nothing.
        origin: The worst of its rows: live, recorded or simulated.
    """

    name: str
    value: float | None
    unit: str
    rows: tuple[Row, ...] = ()
    reason: str = ""
    low: float | None = None
    high: float | None = None
    interval: float = 0.95
    coverage: float | None = None
    origin: str = "live"
