"""What was done on somebody's word, to be taken back; and what is still to be done, which outlives a restart."""

from collections import deque
from collections.abc import Callable

import msgspec

from sumika.assistant.talk_steps import Step

MOST_DEEDS, MOST_LATER = 40, 40
UNDO_WITHIN_S = 6 * 3600.0
"""So long something can be taken back; by then the house and people have moved on."""

LATE_S = 900.0
"""What should have been done so long ago, while the house stood still, is not done any more; what takes back is."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done on somebody's word.

    Attributes:
        name: Counts them.
        at_unix_s: When.
        back: What takes it back, in the order in which it is to be done.
        resident: Who.
        conversation: Where it was said.
    """

    name: int
    at_unix_s: float
    back: tuple[Step, ...]
    resident: str = ""
    conversation: str = ""


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is still to be done.

    Attributes:
        deed: Of which deed it is part.
        at_unix_s: When.
        steps: What.
        resident: On whose word.
        why: What they said.
        takes_back: Whether it ends what was done for a while only.
    """

    deed: int
    at_unix_s: float
    steps: tuple[Step, ...]
    resident: str = ""
    why: str = ""
    takes_back: bool = False


class Memory:
    """Remembers deeds, and keeps what is still to be done on the disk.

    Attributes:
        problem: Why that cannot be written; empty while it can.
    """

    def __init__(
        self, later: tuple[Later, ...] = (), write: Callable[[tuple[Later, ...]], str] = lambda later: ""
    ) -> None:
        """Begin.

        Args:
            later: What was still to be done before a restart.
            write: Puts what is still to be done on the disk; returns why it cannot.
        """
        self._later, self._write = list(later[:MOST_LATER]), write
        self._deeds: deque[Deed] = deque(maxlen=MOST_DEEDS)
        self._count = max((one.deed for one in later), default=0)
        self.problem = ""

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be put off."""
        return len(self._later) >= MOST_LATER

    def done(self, back: tuple[Step, ...], now_s: float, resident: str, conversation: str) -> int:
        """Remember that something was done; return its number.

        Args:
            back: What takes it back.
            now_s: When.
            resident: On whose word.
            conversation: Where it was said.
        """
        self._count += 1
        self._deeds.append(
            Deed(name=self._count, at_unix_s=now_s, back=back, resident=resident, conversation=conversation)
        )
        return self._count

    def put_off(self, later: Later) -> None:
        """Keep something that is to be done later."""
        self._later.append(later)
        self.problem = self._write(tuple(self._later))

    def due(self, now_s: float) -> tuple[Later, ...]:
        """Take out what is to be done now; what is too late is dropped, unless it takes something back."""
        ripe = [one for one in self._later if one.at_unix_s <= now_s]
        if not ripe:
            return ()
        self._later = [one for one in self._later if one.at_unix_s > now_s]
        self.problem = self._write(tuple(self._later))
        return tuple(one for one in ripe if one.takes_back or now_s - one.at_unix_s <= LATE_S)

    def waits(self, deed: int) -> tuple[Later, ...]:
        """Return what of a deed is still to be done."""
        return tuple(one for one in self._later if one.deed == deed)

    def last(self, now_s: float, resident: str, conversation: str) -> Deed | None:
        """Return what was done last by somebody, in their conversation or else anywhere; None: nothing."""
        mine = [one for one in self._deeds if now_s - one.at_unix_s <= UNDO_WITHIN_S]
        here = [one for one in mine if conversation and one.conversation == conversation]
        theirs = [one for one in mine if resident and one.resident == resident]
        found = here or theirs
        return found[-1] if found else None

    def forget(self, deed: Deed) -> tuple[Later, ...]:
        """Forget a deed that is taken back; return what of it will now not be done."""
        if deed in self._deeds:
            self._deeds.remove(deed)
        dropped = self.waits(deed.name)
        if dropped:
            self._later = [one for one in self._later if one.deed != deed.name]
            self.problem = self._write(tuple(self._later))
        return dropped
