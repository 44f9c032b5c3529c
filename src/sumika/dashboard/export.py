"""Everything of one's own to take along, as a ZIP that is made while it is sent: neither memory nor disk holds it.

One at a time, so that whoever asks again and again does not keep history from everybody else; its tables are read some
days at a time, and what others ask of the past comes in between. One that nobody goes on reading makes room.
"""

import threading
import zipfile
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from sumika.clock import Clock
from sumika.dashboard.consent import Consent
from sumika.dashboard.operations import Call, Operation
from sumika.dashboard.parts import Parts
from sumika.dashboard.problem import refused
from sumika.dashboard.roles import Right, Role
from sumika.history import KeptSignal
from sumika.units import NANOSECONDS_PER_SECOND, SECONDS_PER_DAY

MOST_DAYS, DAYS_AT_ONCE = 400, 10.0
EXPORT_POINTS = 20_000
"""More than minutes in ten days: nothing is drawn together."""

GIVEN_UP_AFTER_S = 60.0
"""Whoever reads nothing for so long has gone; the connection is let go of then, too."""

ASK_AGAIN_S = 30.0


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the one who asks, beside the tables."""

    user: str
    role: Role
    residents: tuple[str, ...]
    consents: list[Consent]


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How much to take along.

    Attributes:
        days: The newest so many.
    """

    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = MOST_DAYS


class Turn:
    """One at a time. May be asked from several threads."""

    def __init__(self, clock: Clock) -> None:
        """Be free.

        Args:
            clock: Tells the time.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._number, self._busy, self._seen_ns = 0, False, 0

    def begin(self) -> int:
        """Return the number of a new turn.

        Raises:
            RefusedError: if another one goes on.
        """
        now_ns = self._clock.now().monotonic_ns
        with self._lock:
            if self._busy and now_ns - self._seen_ns < GIVEN_UP_AFTER_S * NANOSECONDS_PER_SECOND:
                raise refused(429, "export_busy", wait_s=ASK_AGAIN_S)
            self._number, self._busy, self._seen_ns = self._number + 1, True, now_ns
            return self._number

    def goes_on(self, number: int) -> bool:
        """Return whether a turn still is one, and note that somebody reads on."""
        with self._lock:
            if self._number != number:
                return False
            self._seen_ns = self._clock.now().monotonic_ns
            return True

    def end(self, number: int) -> None:
        """End a turn, if it still is one."""
        with self._lock:
            self._busy = self._busy and self._number != number


class _Outflow:
    """Where the ZIP is written to, and taken away from as it grows."""

    def __init__(self) -> None:
        self._waits = bytearray()

    def write(self, data: bytes, /) -> int:
        self._waits += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is held open."""

    def taken(self) -> bytes:
        piece, self._waits = bytes(self._waits), bytearray()
        return piece


class _Exports:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = Turn(parts.clock)

    def export(self, call: Call) -> Response:
        viewer, days = call.who, call.query.days
        consents = [
            one for one in self._parts.consents.all() if viewer.role is Role.OWNER or one.resident in viewer.residents
        ]
        about = Export(user=viewer.name, role=viewer.role, residents=viewer.residents, consents=consents)
        signals = [
            kept
            for kept in self._parts.past.signals()
            if kept.readable and self._parts.sees_past(viewer, kept.signal, kept.room)
        ]
        headers = {"Content-Disposition": 'attachment; filename="sumika-export.zip"'}
        pieces = self._pieces(self._turn.begin(), about, signals, float(days))
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)

    def _pieces(self, number: int, about: Export, signals: list[KeptSignal], days: float) -> Iterator[bytes]:
        out = _Outflow()
        try:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("about.json", msgspec.json.encode(about))
                for kept in signals:
                    with archive.open(f"{kept.room}/{kept.signal}.{kept.origin.value}.csv", "w") as file:
                        for rows in self._rows(kept, days):
                            if not self._turn.goes_on(number):
                                raise ConnectionAbortedError("another export has begun, and this one was not read on")
                            file.write(rows.encode())
                            yield out.taken()
            yield out.taken()
        finally:
            self._turn.end(number)

    def _rows(self, kept: KeptSignal, days: float) -> Iterator[str]:
        """Yield a signal's table, minute by minute, some days at a time."""
        # Whole days of UTC: a minute that lay on both sides of an edge would come twice.
        ends_s = (self._parts.clock.now().wall_ns / 1e9 // SECONDS_PER_DAY + 1.0) * SECONDS_PER_DAY
        since_s = ends_s - (days + 1.0) * SECONDS_PER_DAY
        yield f"unix_s,mean_{kept.unit},min_{kept.unit},max_{kept.unit}\r\n"
        while since_s < ends_s:
            to_s = min(ends_s, since_s + DAYS_AT_ONCE * SECONDS_PER_DAY)
            plot = self._parts.past.plot(kept.room, kept.signal, since_s, to_s, EXPORT_POINTS, kept.origin)
            columns = (plot.stamps_ns / 1e9, plot.mean, plot.minimum, plot.maximum)
            rows = zip(*(column.tolist() for column in columns), strict=True)
            yield "".join(f"{at:.3f},{mean:.6g},{low:.6g},{high:.6g}\r\n" for at, mean, low, high in rows)
            since_s = to_s


def export_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    return (
        Operation(
            method="GET",
            path="/api/export",
            handler=_Exports(parts).export,
            summary="All that one may see of the past; one at a time.",
            right=Right.VITALS,
            query=ExportQuery,
            media="application/zip",
            statuses=(429,),
        ),
    )
