"""A chest strap over Bluetooth: beat intervals from any, ECG from a Polar H10."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any

from sumika.clock import Clock, Instant
from sumika.schema import Origin, ReferenceKind, SumikaError
from sumika.sensors.base import POLL_S
from sumika.sensors.reference.base import Packet
from sumika.sensors.reference.strap.bleak_import import import_bleak
from sumika.sensors.reference.strap.values import (
    HEART_RATE_MEASUREMENT,
    HEART_RATE_SERVICE,
    LEAST_DELAY_S,
    PMD_CONTROL,
    PMD_DATA,
    START_ECG,
)
from sumika.sensors.reference.strap.wire import check_control, parse_ecg, parse_heart_rate

SCAN_S = 15.0
"""A strap that was just put on advertises several times a second; a still one may sleep between."""

ANSWER_S = 5.0
SILENT_S = 10.0
"""A worn strap notifies once a second."""

_BEAT_LATE_S = 3.0
"""Longer than any pause between beats that a strap tells of; then some notifications are missing."""


class ChestStrap:
    """One connection to one strap. When it breaks, `next_packets` says so; then a new one is opened."""

    def __init__(self, name: str, address: str, clock: Clock, *, advertised: str, ecg: bool) -> None:
        """Begin to look for the strap; what goes wrong is told by `next_packets`.

        Args:
            name: For errors.
            address: Bluetooth address; empty to take the first that fits.
            clock: Stamps arrivals.
            advertised: How the name of one that fits begins; empty: any with the heart rate service.
            ecg: Whether its ECG is asked for too.

        Raises:
            SumikaError: if bleak is not installed.
        """
        self._bleak = import_bleak()
        self._name = name
        self._address = address
        self._clock = clock
        self._advertised = advertised
        self._ecg = ecg
        self._arrived: queue.SimpleQueue[Packet | SumikaError] = queue.SimpleQueue()
        self._beats_s = 0.0
        self._beats_ns: int | None = None
        self._ecg_last_s: float | None = None
        self.device = ""
        self.skin_contact: bool | None = None
        self.damaged = 0
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._heard_ns = 0
        self._thread = threading.Thread(target=self._serve, name=f"reference {name}", daemon=True)
        self._thread.start()

    @property
    def origin(self) -> Origin:
        """Always live."""
        return Origin.LIVE

    @property
    def least_delay_s(self) -> float:
        """A connection interval."""
        return LEAST_DELAY_S

    def next_packets(self) -> tuple[Packet, ...]:
        """Return what has come, oldest first.

        Raises:
            SumikaError: if the strap is not found or was lost.
        """
        packets: list[Packet] = []
        wait_s = POLL_S
        while True:
            try:
                item = self._arrived.get(timeout=wait_s) if wait_s else self._arrived.get_nowait()
            except queue.Empty:
                return tuple(packets)
            if isinstance(item, SumikaError):
                if not packets:
                    raise item
                self._arrived.put(item)  # first what came before it
                return tuple(packets)
            packets.append(item)
            wait_s = 0.0

    def close(self) -> None:
        """Disconnect. May be called again."""
        if self._thread.is_alive():
            # A thread that is just ending has closed its loop already.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(timeout=ANSWER_S)

    def _serve(self) -> None:
        """The thread's work: a connection until it ends."""
        try:
            self._loop.run_until_complete(self._connected())
        except SumikaError as error:
            self._arrived.put(error)
        except (self._bleak.exc.BleakError, OSError, TimeoutError, EOFError) as error:
            self._arrived.put(_refusal(self._name, error))
        finally:
            self._loop.close()

    async def _connected(self) -> None:
        device = await self._find()
        if device is None:
            raise SumikaError(
                f"no strap was found within {SCAN_S:g} s",
                where=self._name,
                remedy="Put it on with wet electrodes, come nearer, and disconnect it from phones and watches",
            )
        self.device = f"{device.name or 'unnamed'} {device.address}"
        async with self._bleak.BleakClient(device, disconnected_callback=self._lost) as client:
            await client.start_notify(HEART_RATE_MEASUREMENT, self._guarded(self._take_heart_rate))
            if self._ecg:
                await self._start_ecg(client)
            self._heard_ns = self._clock.now().monotonic_ns
            while not self._end.is_set():
                await self._wait(SILENT_S / 10)
                if self._clock.now().monotonic_ns - self._heard_ns > SILENT_S * 1e9:
                    raise SumikaError(
                        f"the strap has said nothing for {SILENT_S:g} s",
                        where=self._name,
                        remedy="Wet its electrodes; look at its battery",
                    )

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._end.wait(), seconds)
        except TimeoutError:
            return

    async def _find(self) -> Any:
        scanner = self._bleak.BleakScanner
        if self._address:
            return await scanner.find_device_by_address(self._address, timeout=SCAN_S)
        return await scanner.find_device_by_filter(self._fits, timeout=SCAN_S)

    def _fits(self, device: Any, seen: Any) -> bool:
        if self._advertised:
            return str(seen.local_name or device.name or "").startswith(self._advertised)
        return HEART_RATE_SERVICE in seen.service_uuids

    async def _start_ecg(self, client: Any) -> None:
        """Ask for ECG and wait for the answer, which comes as an indication of the control point.

        Raises:
            SumikaError: if it has none, or does not answer.
        """
        if client.services.get_characteristic(PMD_DATA) is None:
            raise SumikaError(
                "this strap has no ECG stream",
                where=self._name,
                remedy="Use heart-rate instead of polar-h10: it takes the beat intervals of any strap",
            )
        answers: asyncio.Queue[bytes] = asyncio.Queue()

        def answered(_sender: Any, data: bytearray) -> None:
            answers.put_nowait(bytes(data))

        await client.start_notify(PMD_CONTROL, answered)
        await client.start_notify(PMD_DATA, self._guarded(self._take_ecg))
        await client.write_gatt_char(PMD_CONTROL, START_ECG, response=True)
        try:
            check_control(await asyncio.wait_for(answers.get(), ANSWER_S))
        except TimeoutError:
            raise SumikaError(
                "the strap did not answer our request for ECG", where=self._name, remedy="Take it off and on again"
            ) from None

    def _lost(self, _client: Any) -> None:
        """Called by bleak when the connection is gone, also when we end it."""
        if not self._end.is_set():
            self._arrived.put(
                SumikaError("the connection was lost", where=self._name, remedy="Come nearer; it is connected again")
            )
            self._end.set()

    def _guarded(self, take: Callable[[bytes, Instant], None]) -> Callable[[Any, bytearray], None]:
        """Return what bleak calls: what cannot be read is counted, and the stream goes on."""

        def notified(_sender: Any, data: bytearray) -> None:
            arrival = self._clock.now()
            self._heard_ns = arrival.monotonic_ns
            try:
                take(bytes(data), arrival)
            except ValueError:
                self.damaged += 1

        return notified

    def _take_heart_rate(self, data: bytes, arrival: Instant) -> None:
        said = parse_heart_rate(data)
        self.skin_contact = said.contact
        if said.contact is False:  # what a strap on a table tells is no heart
            self._beats_ns = None
            return
        self._arrived.put(
            Packet(
                kind=ReferenceKind.HEART_RATE,
                unit="1/min",
                values=(said.rate_bpm,),
                device_time_s=(),
                arrival=arrival,
            )
        )
        if said.intervals_s:
            self._take_intervals(said.intervals_s, arrival)

    def _take_intervals(self, intervals_s: tuple[float, ...], arrival: Instant) -> None:
        """Beats are their own clock: the sum of the intervals, until a notification is missing."""
        sum_s = sum(intervals_s)
        late = self._beats_ns is None or arrival.monotonic_ns - self._beats_ns > (sum_s + _BEAT_LATE_S) * 1e9
        if late:
            # A leap that no line can join: whoever fits the clocks begins a new stretch at a gap.
            self._beats_s += 1.0
        self._beats_ns = arrival.monotonic_ns
        times_s = []
        for interval_s in intervals_s:
            self._beats_s += interval_s
            times_s.append(self._beats_s)
        self._arrived.put(
            Packet(
                kind=ReferenceKind.BEAT_INTERVAL,
                unit="s",
                values=intervals_s,
                device_time_s=tuple(times_s),
                arrival=arrival,
                gap_before=late,
            )
        )

    def _take_ecg(self, data: bytes, arrival: Instant) -> None:
        block = parse_ecg(data)
        times_s = block.times_s
        before_s, self._ecg_last_s = self._ecg_last_s, block.last_s
        step_s = times_s[0] - before_s if before_s is not None else 0.0
        # Half a sample of room: the strap's clock is not exactly what 130 Hz says.
        gap = before_s is None or not 0 < step_s < 2.5 / 130
        self._arrived.put(
            Packet(
                kind=ReferenceKind.ECG,
                unit="uV",
                values=block.samples_uv,
                device_time_s=times_s,
                arrival=arrival,
                gap_before=gap,
            )
        )


def _refusal(name: str, error: Exception) -> SumikaError:
    """Put what the Bluetooth stack says into an error with a remedy."""
    text = str(error) or type(error).__name__
    if "org.bluez" in text or "dbus" in text.lower() or isinstance(error, FileNotFoundError) or "Bluetooth" in text:
        remedy = "Switch Bluetooth on and see that bluetoothd runs: bluetoothctl power on"
    else:
        remedy = "Come nearer, and disconnect the strap from phones and watches; it is tried again"
    return SumikaError(f"Bluetooth: {text}", where=name, remedy=remedy)
