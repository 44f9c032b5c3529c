"""A node that speaks ESPHome's native API over TCP, in a thread with a loop of its own.

Messages are those of ESPHome's api.proto; frames are made here, so that they are not made by what reads them. With a
key every connection is encrypted as a real node's is: Noise_NNpsk0_25519_ChaChaPoly_SHA256.
"""

import asyncio
import base64
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from aioesphomeapi import api_pb2
from aioesphomeapi.core import MESSAGE_TYPE_TO_PROTO
from noise.connection import NoiseConnection

Message = Any
"""One of `api_pb2`, whose classes are made when it is imported."""

NUMBERS = {kind: number for number, kind in MESSAGE_TYPE_TO_PROTO.items()}
PATIENCE_S = 20.0


def entities() -> list[Message]:
    """Return what the node has."""
    api: Any = api_pb2
    return [
        api.ListEntitiesClimateResponse(
            object_id="ac",
            key=1,
            name="Air conditioner",
            supports_current_temperature=True,
            supported_modes=[0, 2, 3, 4],
            visual_min_temperature=16,
            visual_max_temperature=30,
            visual_target_temperature_step=0.5,
            supported_fan_modes=[2, 3, 4, 5],
        ),
        api.ListEntitiesFanResponse(object_id="fan", key=2, name="Fan", supports_speed=True, supported_speed_count=100),
        api.ListEntitiesLightResponse(
            object_id="lamp", key=3, name="Lamp", supported_color_modes=[11], min_mireds=153, max_mireds=370
        ),
        api.ListEntitiesSwitchResponse(object_id="plug", key=4, name="Plug"),
        api.ListEntitiesNumberResponse(
            object_id="supply", key=5, name="Supply", min_value=77, max_value=122, step=1.8, unit_of_measurement="°F"
        ),
        api.ListEntitiesCoverResponse(
            object_id="blind", key=6, name="Blind", supports_position=True, supports_tilt=True
        ),
        api.ListEntitiesSensorResponse(
            object_id="co2", key=7, name="CO2", device_class="carbon_dioxide", unit_of_measurement="ppm"
        ),
        api.ListEntitiesBinarySensorResponse(object_id="pir", key=8, name="PIR", device_class="occupancy"),
        api.ListEntitiesSelectResponse(object_id="battery", key=9, name="Battery", options=["Off", "Auto", "Forced"]),
        api.ListEntitiesSensorResponse(
            object_id="power", key=10, name="Power", device_class="power", unit_of_measurement="kW"
        ),
    ]


def states() -> list[Message]:
    """Return how it is at first."""
    api: Any = api_pb2
    return [
        api.ClimateStateResponse(key=1, mode=0, current_temperature=19.5, target_temperature=21, fan_mode=2),
        api.FanStateResponse(key=2, state=False, speed_level=50),
        api.LightStateResponse(key=3, state=True, brightness=0.5, color_mode=11, color_temperature=250),
        api.SwitchStateResponse(key=4, state=True),
        api.NumberStateResponse(key=5, state=95),
        api.CoverStateResponse(key=6, position=1.0, tilt=0.25),
        api.SensorStateResponse(key=7, state=612),
        api.BinarySensorStateResponse(key=8, state=True),
        api.SelectStateResponse(key=9, state="Auto"),
        api.SensorStateResponse(key=10, state=0.35),
    ]


class Plain:
    """Frames without encryption: 0, length and type as varints, message."""

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Nothing to do."""

    async def read(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        """Return the type and the bytes of the next message."""
        if await reader.readexactly(1) != b"\0":
            raise ConnectionResetError
        size = await self._number(reader)
        kind = await self._number(reader)
        return kind, await reader.readexactly(size)

    def frame(self, kind: int, data: bytes) -> bytes:
        """Return a frame."""
        return b"\0" + self._varint(len(data)) + self._varint(kind) + data

    async def _number(self, reader: asyncio.StreamReader) -> int:
        number = shift = 0
        while True:
            byte = (await reader.readexactly(1))[0]
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def _varint(self, number: int) -> bytes:
        found = bytearray()
        while number > 0x7F:
            found.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes([*found, number])


class Encrypted:
    """Frames of an encrypted connection: 1, length in two bytes, cipher text of type, length and message."""

    def __init__(self, key: str) -> None:
        """Take the key, base 64."""
        self.noise: Any = NoiseConnection.from_name(b"Noise_NNpsk0_25519_ChaChaPoly_SHA256")
        self.noise.set_as_responder()
        self.noise.set_psks(base64.b64decode(key))
        self.noise.set_prologue(b"NoiseAPIInit\0\0")
        self.noise.start_handshake()

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Agree on keys, or say that the other side's is wrong."""
        await self._piece(reader)
        writer.write(self._packed(b"\1node\0aabbccddeeff\0"))
        try:
            self.noise.read_message((await self._piece(reader))[1:])
        except Exception:
            writer.write(self._packed(b"\1Handshake MAC failure"))
            raise ConnectionResetError from None
        writer.write(self._packed(b"\0" + bytes(self.noise.write_message())))

    async def read(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        """Return the type and the bytes of the next message."""
        clear = bytes(self.noise.decrypt(await self._piece(reader)))
        return int.from_bytes(clear[:2], "big"), clear[4:]

    def frame(self, kind: int, data: bytes) -> bytes:
        """Return a frame."""
        clear = kind.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data
        return self._packed(bytes(self.noise.encrypt(clear)))

    async def _piece(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readexactly(3)
        if head[0] != 1:
            raise ConnectionResetError
        return await reader.readexactly(int.from_bytes(head[1:], "big"))

    def _packed(self, data: bytes) -> bytes:
        return b"\1" + len(data).to_bytes(2, "big") + data


class EsphomeNode:
    """The node, and the test's handle of it."""

    def __init__(self, port: int, key: str = "", password: str = "") -> None:
        """Listen on a port of this machine."""
        self.port, self.key, self.password = port, key, password
        self.states = {(type(state).__name__, state.key): state for state in states()}
        self.commands: list[Message] = []
        self.deaf = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self._writers: dict[asyncio.StreamWriter, Plain | Encrypted] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._do(self._listen())

    def change(self, state: Message) -> None:
        """Something changes at the node."""
        self.states[(type(state).__name__, state.key)] = state
        self._do(self._spread(state))

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are to whoever is connected."""
        self._do(self._raw(data))

    def leave(self) -> None:
        """End all connections and listen no more."""
        self._do(self._vanish())

    def come_back(self) -> None:
        """Listen again."""
        self._do(self._listen())

    def close(self) -> None:
        """End it."""
        self._do(self._vanish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(PATIENCE_S)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _vanish(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._serving)

    async def _spread(self, state: Message) -> None:
        for writer, frames in self._writers.items():
            writer.write(frames.frame(NUMBERS[type(state)], state.SerializeToString()))

    async def _raw(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Encrypted(self.key) if self.key else Plain()
        self._writers[writer] = frames
        task: Any = asyncio.current_task()
        self._serving.add(task)
        try:
            await frames.greet(reader, writer)
            while True:
                kind, data = await frames.read(reader)
                message = MESSAGE_TYPE_TO_PROTO[kind]()
                message.ParseFromString(data)
                for answer in self._answers(message):
                    writer.write(frames.frame(NUMBERS[type(answer)], answer.SerializeToString()))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.pop(writer, None)
            self._serving.discard(task)
            writer.close()

    def _answers(self, message: Message) -> list[Message]:
        api: Any = api_pb2
        answers: dict[str, Callable[[], list[Message]]] = {
            "HelloRequest": lambda: [
                api.HelloResponse(api_version_major=1, api_version_minor=10, server_info="test", name="node")
            ],
            "AuthenticationRequest": lambda: [
                api.AuthenticationResponse(invalid_password=getattr(message, "password", "") != self.password)
            ],
            "PingRequest": lambda: [] if self.deaf else [api.PingResponse()],
            "DisconnectRequest": lambda: [api.DisconnectResponse()],
            "DeviceInfoRequest": lambda: [
                api.DeviceInfoResponse(name="node", friendly_name="Living", manufacturer="Maker", model="M1")
            ],
            "ListEntitiesRequest": lambda: [*entities(), api.ListEntitiesDoneResponse()],
            "SubscribeStatesRequest": lambda: list(self.states.values()),
        }
        name = type(message).__name__
        if name.endswith("CommandRequest"):
            self.commands.append(message)
            return self._obey(message)
        return answers.get(name, list)()

    def _obey(self, command: Any) -> list[Message]:
        """Take over what a command has; say how it is then."""
        name = type(command).__name__.replace("CommandRequest", "StateResponse")
        state: Any = self.states[(name, command.key)]
        for field in type(command).DESCRIPTOR.fields_by_name:
            told = getattr(command, f"has_{field}", field == "state" and not hasattr(command, "has_state"))
            if told and hasattr(state, field):
                setattr(state, field, getattr(command, field))
        return [state]
