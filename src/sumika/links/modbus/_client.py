"""One TCP connection to a host, and the units behind it.

pymodbus does frames, transactions and repetition. Connecting again is ours, so that a host that is away is asked at the
pace of the polling and not by a task of its own.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from sumika.links.base import LinkError
from sumika.links.modbus._register import Register, Table, WordOrder
from sumika.links.options import Options
from sumika.schema import UsageError
from sumika.schema.house import Connection

OPTIONS: Mapping[str, type] = {
    "poll_s": float,
    "timeout_s": float,
    "tries": float,
    "word_order": str,
    "numbering": str,
}
"""What a connection of type modbus may say under `options`."""

_PORT = 502
_MOST_WORDS = 120  # in one request; the protocol allows 125 registers
_MOST_BITS = 1900
_TIMEOUT_S = 2.0
_SUNSPEC = [0x5375, 0x6E53]  # "SunS"
_SUNSPEC_BASES = (40000, 50000, 0)
_EXCEPTIONS = {
    1: "it does not know that function",
    2: "it has no such register",
    3: "it does not take that value",
    4: "it failed to do it",
    5: "it is still at it",
    6: "it is busy",
    8: "its memory is damaged",
    10: "the gateway has no way to it",
    11: "it does not answer the gateway",
}
"""Modbus application protocol V1.1b3, section 7."""
_ABSENT = {4, 10, 11}


class ModbusRefusedError(Exception):
    """A unit said no, in words.

    Attributes:
        absent: Whether that says that no such unit is there: a gateway has no way to it, or a server cannot serve it.
    """

    def __init__(self, why: str, *, absent: bool = False) -> None:
        super().__init__(why)
        self.absent = absent


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit said of registers.

    Attributes:
        number: Of the unit.
        values: In our units, by register; what could not be read is absent.
        refused: Why, by register.
    """

    number: int
    values: Mapping[Register, float]
    refused: Mapping[Register, str] = field(default_factory=dict)


class ModbusClient:
    """Reads and writes registers of units."""

    def __init__(self, host: str, port: int, *, timeout_s: float, tries: int, order: WordOrder) -> None:
        """Prepare; nothing is sent yet.

        Args:
            host: Name or address.
            port: Mostly 502.
            timeout_s: How long an answer may take.
            tries: How often a question is sent before the unit counts as silent.
            order: Which word of several comes first: most units send the high one.
        """
        self.where = f"{host}:{port}"
        self.order: WordOrder = order
        self._lock = asyncio.Lock()
        self._address, self._timeout_s, self._tries = (host, port), timeout_s, tries
        self._client: AsyncModbusTcpClient | None = None

    async def open(self) -> None:
        """Connect, if that is not so already.

        Raises:
            LinkError: if nothing listens there.
        """
        async with self._lock:
            await self._connected()

    def close(self) -> None:
        """Let go of the connection. May be called again."""
        if self._client is not None:
            self._client.close()

    async def read(self, unit: int, registers: Iterable[Register]) -> Unit:
        """Read registers, neighbours in one request.

        Raises:
            LinkError: if nothing answers.
        """
        values: dict[Register, float] = {}
        refused: dict[Register, str] = {}
        for run in _runs(registers):
            try:
                words = await self._words(unit, run)
            except ModbusRefusedError as refusal:
                refused.update(dict.fromkeys(run, str(refusal)))
                continue
            for register in run:
                start = register.address - run[0].address
                value = register.ours(words[start : start + register.words], self.order)
                if value is None:
                    refused[register] = "it holds no number there"
                else:
                    values[register] = value
        return Unit(unit, values, refused)

    async def write(self, unit: int, register: Register, value: float) -> None:
        """Write a register and read it back.

        Raises:
            ModbusRefusedError: if the unit refuses, or keeps another value.
            LinkError: if nothing answers.
        """
        words = register.theirs(value, self.order) if math.isfinite(value) else "that is no number"
        if isinstance(words, str):
            raise ModbusRefusedError(words)
        if register.table is Table.COIL:
            await self._ask("write_coil", register.address, bool(words[0]), device_id=unit)
        elif len(words) == 1:
            await self._ask("write_register", register.address, words[0], device_id=unit)
        else:
            await self._ask("write_registers", register.address, words, device_id=unit)
        kept = (await self._words(unit, [register]))[: register.words]
        if list(map(int, kept)) != words:
            said = register.ours(kept, self.order)
            raise ModbusRefusedError(f"it took {value:g}, but holds {'no number' if said is None else f'{said:g}'}")

    async def identify(self, unit: int) -> str | None:
        """Return what a unit says it is, by SunSpec or by the protocol's own identification; None where it is silent.

        Raises:
            LinkError: if nothing answers at all.
        """
        there = False
        for base in _SUNSPEC_BASES:
            try:
                words = await self._ask("read_holding_registers", base, count=2, device_id=unit)
            except ModbusRefusedError as refusal:
                there |= not refusal.absent
                continue
            there = True
            if words.registers[:2] == _SUNSPEC:
                return await self._sunspec(unit, base)
        if not there:
            return None
        try:
            told = await self._ask("read_device_information", read_code=1, object_id=0, device_id=unit)
        except ModbusRefusedError:
            return ""
        parts = (told.information.get(number, b"") for number in range(3))
        return " ".join(part.decode("ascii", "replace")[:40] for part in parts if isinstance(part, bytes)).strip()

    async def _sunspec(self, unit: int, base: int) -> str:
        """Return maker and model out of SunSpec's common model (identifier 1), which follows the mark."""
        try:
            words = (await self._ask("read_holding_registers", base + 4, count=32, device_id=unit)).registers
        except ModbusRefusedError:
            return "SunSpec"
        data = b"".join(word.to_bytes(2, "big") for word in words)
        text = [data[start : start + 32].split(b"\0")[0].decode("ascii", "replace").strip() for start in (0, 32)]
        return " ".join(part for part in text if part) or "SunSpec"

    async def _words(self, unit: int, run: Sequence[Register]) -> list[int] | list[bool]:
        table, start = run[0].table, run[0].address
        count = run[-1].address + run[-1].words - start
        name = {
            Table.HOLDING: "read_holding_registers",
            Table.INPUT: "read_input_registers",
            Table.COIL: "read_coils",
            Table.DISCRETE: "read_discrete_inputs",
        }[table]
        answer = await self._ask(name, start, count=count, device_id=unit)
        words: list[int] | list[bool] = answer.bits if table.bits else answer.registers
        if len(words) < count:
            raise ModbusRefusedError(f"it answered with {len(words)} of {count} values")
        return words

    async def _ask(self, function: str, *args: object, **more: object) -> Any:
        async with self._lock:
            client = await self._connected()
            try:
                answer: ModbusPDU = await getattr(client, function)(*args, **more)
            except ModbusException as error:
                raise LinkError(f"no answer over Modbus: {error.string}", where=self.where) from error
        if answer.isError():
            code = getattr(answer, "exception_code", 0)
            raise ModbusRefusedError(_EXCEPTIONS.get(code, f"exception {code}"), absent=code in _ABSENT)
        return answer

    async def _connected(self) -> AsyncModbusTcpClient:
        if self._client is None:
            # Made here, and not before: it wants the loop that it will run in.
            host, port = self._address
            self._client = AsyncModbusTcpClient(
                host,
                port=port,
                timeout=self._timeout_s,
                retries=self._tries - 1,
                reconnect_delay=0,
                reconnect_delay_max=0,
            )
        if not self._client.connected and not await self._client.connect():
            raise LinkError(
                "nothing answers over Modbus TCP",
                where=self.where,
                remedy="Check the address, and that Modbus TCP is switched on in the device; most take one client only",
            )
        return self._client


def client_of(connection: Connection, options: Options) -> ModbusClient:
    """Return the client that a connection describes, not yet open.

    Raises:
        UsageError: if its address or an option cannot be.
    """
    where = f"house.yaml: connection {connection.id}"
    host, _, port = connection.address.partition(":")
    order = options.text("word_order", "big")
    if not host or not (port or str(_PORT)).isdecimal():
        raise UsageError(
            f"{connection.address!r} is no address",
            where=where,
            remedy="Write host or host:port, as in 192.168.1.30:502",
        )
    if order not in ("big", "little") or options.text("numbering", "table") not in ("table", "address"):
        raise UsageError(
            "an option cannot be",
            where=where,
            remedy="word_order is big or little; numbering is table (40001 is the first) or address",
        )
    return ModbusClient(
        host,
        int(port or _PORT),
        timeout_s=options.number("timeout_s", _TIMEOUT_S, least=0.01, most=60),
        tries=int(options.number("tries", 2, least=1, most=10)),
        order="big" if order == "big" else "little",
    )


def _runs(registers: Iterable[Register]) -> Iterator[list[Register]]:
    """Yield registers that lie next to each other; a gap may hold what a unit refuses to tell."""
    run: list[Register] = []
    for register in sorted(set(registers), key=lambda one: (one.table, one.address, one.words)):
        if run:
            end = run[-1].address + run[-1].words
            most = _MOST_BITS if register.table.bits else _MOST_WORDS
            near = register.table is run[0].table and register.address == end
            if not near or register.address + register.words - run[0].address > most:
                yield run
                run = []
        run.append(register)
    if run:
        yield run
