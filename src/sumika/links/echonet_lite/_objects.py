"""What is addressed: an object (class group, class, instance) of a host, and what its class and properties are called.

The names are those of pychonet's tables, which follow the ECHONET Consortium's Appendix, "Detailed requirements for
ECHONET device objects", release R.
"""

import ipaddress
import re
from typing import NamedTuple

from pychonet.lib.eojx import EOJX_CLASS
from pychonet.lib.epc import EPC_CODE, EPC_SUPER

from sumika.schema.errors import UsageError

_ADDRESS = re.compile(
    r"(?P<host>[0-9.]+)[/:](?P<group>[0-9a-fA-F]{2})(?P<kind>[0-9a-fA-F]{2})(?P<instance>[0-9a-fA-F]{2})?"
)


class Eoj(NamedTuple):
    """An ECHONET object.

    Attributes:
        group: Class group: 0x01 air conditioning, 0x02 housing, ...
        kind: Class within the group.
        instance: Counts the objects of one class in one node from 1.
    """

    group: int
    kind: int
    instance: int = 1

    @property
    def class_code(self) -> int:
        """Group and class in one number, as in 0x0130."""
        return self.group << 8 | self.kind

    def __str__(self) -> str:
        """Return the six hexadecimal digits."""
        return f"{self.group:02x}{self.kind:02x}{self.instance:02x}"


NODE_PROFILE = Eoj(0x0E, 0xF0, 1)


class EchonetAddress(NamedTuple):
    """Where an object is: `192.168.1.20/013001`."""

    host: str
    eoj: Eoj

    @classmethod
    def parse(cls, text: str, where: str) -> "EchonetAddress":
        """Read an address as `house.yaml` gives it; an instance that is left out is the first.

        Raises:
            UsageError: if it is none.
        """
        match = _ADDRESS.fullmatch(text.strip())
        if match is None or not _is_host(match["host"]):
            raise UsageError(
                f"{text!r} is no address of an ECHONET Lite object",
                where=where,
                remedy="Write host/object, for example 192.168.1.20/013001; `sumika devices scan` lists them",
            )
        group, kind, instance = (int(match[part] or "01", 16) for part in ("group", "kind", "instance"))
        return cls(match["host"], Eoj(group, kind, instance))

    def __str__(self) -> str:
        """Return it as `house.yaml` has it."""
        return f"{self.host}/{self.eoj}"


def class_name(eoj: Eoj) -> str:
    """Return what the standard calls the class, in English."""
    name: str = EOJX_CLASS.get(eoj.group, {}).get(eoj.kind, f"class 0x{eoj.class_code:04x}")
    return name


def property_name(eoj: Eoj, epc: int) -> str:
    """Return what the standard calls a property of an object, in English."""
    of_class = EPC_CODE.get(eoj.group, {}).get(eoj.kind, {})
    name: str = of_class.get(epc) or EPC_SUPER.get(epc) or "property"
    return f"{name} (0x{epc:02x})"


def _is_host(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
