"""A node that speaks ECHONET Lite over UDP, in a process of its own: objects with properties, as an adapter has them.

Its frames are made by hand, so that it shares no code with what it is asked by. It is given its objects, and told what
happens to it, by lines of JSON on its standard input, and says `ready` when it listens:

    {"objects": {"013001": {"80": "31", "b3": "16"}}, "settable": {"013001": ["80", "b3"]}}
    {"change": {"013001": {"80": "30"}}}        a hand at the device: it tells so by itself (INF) to who asked last,
                                                or with "to_all" to everybody, as the standard has it
    {"refuse": ["b3"]}                          sets of these are refused (SNA)
    {"ignore": ["b3"]}                          sets of these are taken and not done
    {"silent": true}                            it hears nothing any more
    {"raw": "0102"}                             sends these bytes to whoever asked last
"""

import json
import select
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

SETC, GET, SETI = 0x61, 0x62, 0x60
GROUP = "224.0.23.0"
NODE = bytes.fromhex("0ef001")


class EchonetNode:
    """The node itself."""

    def __init__(self, host: str, port: int) -> None:
        """Listen."""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, port))
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
        self.hears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.hears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.hears.bind((GROUP, port))
        self.hears.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(host)
        )
        self.everybody = (GROUP, port)
        self.objects: dict[bytes, dict[int, bytes]] = {}
        self.settable: dict[bytes, set[int]] = {}
        self.refuse: set[int] = set()
        self.ignore: set[int] = set()
        self.silent = False
        self.asked_by: Any = None

    def told(self, line: dict[str, Any]) -> None:
        """Take one line from whoever runs the test."""
        for name, properties in line.get("objects", {}).items():
            self.objects[bytes.fromhex(name)] = {int(epc, 16): bytes.fromhex(data) for epc, data in properties.items()}
        for name, epcs in line.get("settable", {}).items():
            self.settable[bytes.fromhex(name)] = {int(epc, 16) for epc in epcs}
        self.refuse = {int(epc, 16) for epc in line["refuse"]} if "refuse" in line else self.refuse
        self.ignore = {int(epc, 16) for epc in line["ignore"]} if "ignore" in line else self.ignore
        self.silent = bool(line.get("silent", self.silent))
        for name, properties in line.get("change", {}).items():
            new = {int(epc, 16): bytes.fromhex(data) for epc, data in properties.items()}
            self.objects[bytes.fromhex(name)].update(new)
            asked_by, self.asked_by = self.asked_by, self.everybody if line.get("to_all") else self.asked_by
            self.send(0, bytes.fromhex(name), bytes.fromhex("05ff01"), 0x73, list(new.items()))
            self.asked_by = asked_by
        if "raw" in line and self.asked_by is not None:
            self.socket.sendto(bytes.fromhex(line["raw"]), self.asked_by)

    def send(
        self, transaction: int, source: bytes, to: bytes, service: int, properties: list[tuple[int, bytes]]
    ) -> None:
        """Send one frame to whoever asked last."""
        frame = b"\x10\x81" + transaction.to_bytes(2, "big") + source + to + bytes([service, len(properties)])
        for epc, data in properties:
            frame += bytes([epc, len(data)]) + data
        if self.asked_by is not None:
            self.socket.sendto(frame, self.asked_by)

    def asked(self, frame: bytes, by: Any) -> None:
        """Answer one frame."""
        if self.silent or frame[:2] != b"\x10\x81":
            return
        self.asked_by = by
        transaction, source, to, service = int.from_bytes(frame[2:4], "big"), frame[4:7], frame[7:10], frame[10]
        properties, rest = [], frame[12:]
        while rest:
            properties.append((rest[0], rest[2 : 2 + rest[1]]))
            rest = rest[2 + rest[1] :]
        if to == NODE or to in self.objects:
            answer, good = self.done(to, service, properties)
            if service == GET:
                self.send(transaction, to, source, 0x72 if good else 0x52, answer)
            elif service == SETC:
                self.send(transaction, to, source, 0x71 if good else 0x51, answer)

    def done(
        self, to: bytes, service: int, properties: list[tuple[int, bytes]]
    ) -> tuple[list[tuple[int, bytes]], bool]:
        """Read or set; return what to answer, and whether all of it went."""
        if service == GET:
            read = [(epc, self.read(to, epc)) for epc, _ in properties]
            return read, all(data for _, data in read)
        answer = []
        for epc, data in properties:
            taken = epc in self.settable.get(to, set()) and epc not in self.refuse
            if taken and epc not in self.ignore:
                self.objects[to][epc] = data
            answer.append((epc, b"" if taken else data))
        return answer, not any(data for _, data in answer)

    def read(self, to: bytes, epc: int) -> bytes:
        """Return a property; the maps are made of what there is."""
        known = self.objects.get(to, {})
        if to == NODE and epc == 0xD6:
            return bytes([len(self.objects)]) + b"".join(self.objects)
        if epc == 0x9F:
            return property_map({*known, 0x9D, 0x9E, 0x9F})
        if epc == 0x9E:
            return property_map(self.settable.get(to, set()))
        return property_map({0x80}) if epc == 0x9D else known.get(epc, b"")


def property_map(epcs: set[int]) -> bytes:
    """Return a map: a list of up to 15, else a bitmap."""
    if len(epcs) < 16:
        return bytes([len(epcs), *sorted(epcs)])
    rows = [sum(1 << (epc >> 4) - 8 for epc in epcs if epc & 0x0F == low) for low in range(16)]
    return bytes([len(epcs), *rows])


class EchonetDevice:
    """The test's handle of a node in another process."""

    def __init__(self, host: str, port: int) -> None:
        """Start it, and wait until it listens."""
        self.host, self.port = host, port
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__)), host, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.heard()

    def tell(self, **line: Any) -> None:
        """Tell it what it has or what happens to it; returns when it has taken it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        self.heard()

    def properties(self, name: str) -> dict[str, str]:
        """Return what its object is like now."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"show": name}) + "\n")
        self.process.stdin.flush()
        shown: dict[str, str] = json.loads(self.heard())
        return shown

    def heard(self) -> str:
        """Return its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def run(host: str, port: int) -> None:
    """Serve until standard input ends."""
    node = EchonetNode(host, port)
    print("ready", flush=True)
    while True:
        for ready in select.select([sys.stdin, node.socket, node.hears], [], [])[0]:
            if isinstance(ready, socket.socket):
                node.asked(*ready.recvfrom(4096))
                continue
            text = sys.stdin.readline()
            if not text:
                return
            line = json.loads(text)
            node.told(line)
            known = node.objects.get(bytes.fromhex(line.get("show", "")), {})
            print(json.dumps({f"{epc:02x}": data.hex() for epc, data in known.items()}), flush=True)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))
