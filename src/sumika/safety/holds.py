"""Devices that a person has set: until when their word stands against everybody below them."""

from sumika.schema import Asker

PEOPLE = (Asker.RESIDENT, Asker.OPERATOR)


class Holds:
    """Who holds which device.

    Attributes:
        holds_ns: So long a person's word stands.
    """

    def __init__(self, holds_ns: int) -> None:
        """Begin with nobody holding anything.

        Args:
            holds_ns: So long a person's word stands.
        """
        self.holds_ns = holds_ns
        self._until_ns: dict[str, tuple[Asker, int]] = {}

    def take(self, device: str, asker: Asker, now_ns: int) -> None:
        """Let a person hold a device from now on."""
        self._until_ns[device] = (asker, now_ns + self.holds_ns)

    def holder(self, device: str, now_ns: int) -> Asker | None:
        """Return who holds a device now."""
        held = self._until_ns.get(device)
        return held[0] if held is not None and now_ns < held[1] else None

    def restore(self, device: str, asker: Asker, until_ns: int) -> None:
        """Take over what was so before a restart."""
        self._until_ns[device] = (asker, until_ns)

    def held(self, now_ns: int) -> dict[str, tuple[Asker, int]]:
        """Return who holds each held device, and until when."""
        return {device: held for device, held in self._until_ns.items() if now_ns < held[1]}
