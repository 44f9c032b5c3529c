"""What was done on somebody's word, to be taken back; and what is still to be done, which outlives a restart."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

import msgspec

from sumika.assistant.talk_steps import Step

MOST_DEEDS, MOST_LATER = 40, 40
UNDO_WITHIN_S = 6 * 3600.0
"""So long something can be taken back; by then the house and people have moved on."""

LATE_S = 900.0
"""What should have been done so long ago, while the house stood still, is not done any more; what takes back is."""

RETRY_S, LONGEST_RETRY_S, MOST_TRIES = 60.0, 900.0, 24
"""What takes back and fails is tried again after a minute, then after twice as long, for about five hours in all."""

Setting = tuple[str, str, str]
"""(request, subject, action): what one step sets."""


def setting_of(step: Step) -> Setting:
    """Return what a step sets."""
    return step.request, step.subject, step.action


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done on somebody's word.

    Attributes:
        name: Counts them.
        at_unix_s: When.
        back: What takes it back, in the order in which it is to be done.
        resident: Who.
        conversation: Where it was said.
        ended: What would have taken something back, and does not because of it; kept again where it is taken back.
        unknown: What was set of which nobody knows what it was before.
    """

    name: int
    at_unix_s: float
    back: tuple[Step, ...]
    resident: str = ""
    conversation: str = ""
    ended: "tuple[Later, ...]" = ()
    unknown: tuple[Step, ...] = ()


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is still to be done.

    Attributes:
        deed: Of which deed it is part.
        at_unix_s: When.
        steps: What.
        resident: On whose word.
        why: What they said.
        takes_back: Whether it ends what was done for a while only.
        tries: So often it has been tried already.
    """

    deed: int
    at_unix_s: float
    steps: tuple[Step, ...]
    resident: str = ""
    why: str = ""
    takes_back: bool = False
    tries: int = 0


def back_of(
    steps: Iterable[Step],
    before: Iterable[Step],
    ended: Iterable[Later] = (),
    off: Mapping[Setting, Step] | None = None,
) -> tuple[Step, ...]:
    """Return what ends an order that is for a while only, the last step first.

    Args:
        steps: What was ordered.
        before: What it was before, as far as that is known and was something else.
        ended: What would have taken an earlier order back: it knows what it was before both.
        off: What switches off, of an order to switch on: where it was on already it ends so, too.
    """
    inherited = {setting_of(step): step for one in ended for step in one.steps}
    was = {setting_of(step): step for step in before}
    kept = {**(off or {}), **was, **inherited}
    return tuple(kept[one] for one in map(setting_of, reversed(tuple(steps))) if one in kept)


def taken_back(deed: Deed, now_s: float) -> tuple[tuple[Step, ...], tuple[Later, ...]]:
    """Return what takes a deed back, and what ends later because of it.

    What would have ended meanwhile is set as it would be now: a lamp that was on for an hour is off after two.

    Args:
        deed: That is taken back.
        now_s: When.
    """
    over = sorted((one for one in deed.ended if one.at_unix_s <= now_s), key=lambda one: one.at_unix_s)
    as_now = {setting_of(step): step for one in over for step in one.steps}
    back = tuple(as_now.pop(setting_of(step), step) for step in deed.back)
    return (*back, *as_now.values()), tuple(one for one in deed.ended if one not in over)


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

    def done(
        self,
        back: tuple[Step, ...],
        now_s: float,
        resident: str,
        conversation: str,
        ended: tuple[Later, ...] = (),
        unknown: tuple[Step, ...] = (),
    ) -> int:
        """Remember that something was done; return its number.

        Args:
            back: What takes it back.
            now_s: When.
            resident: On whose word.
            conversation: Where it was said.
            ended: What `end` returned for it.
            unknown: What was set of which nobody knows what it was before.
        """
        self._count += 1
        self._deeds.append(
            Deed(
                name=self._count,
                at_unix_s=now_s,
                back=back,
                resident=resident,
                conversation=conversation,
                ended=ended,
                unknown=unknown,
            )
        )
        return self._count

    def began(
        self,
        later: Later,
        back: tuple[Step, ...],
        was: tuple[Step, ...],
        now_s: float,
        ended: tuple[Later, ...],
        unknown: tuple[Step, ...] = (),
    ) -> None:
        """Remember that what was put off is done now, so that it is what was done last.

        Args:
            later: What was put off.
            back: What takes it back.
            was: What of that is something else than what it is now: its own end is that.
            now_s: When.
            ended: What `end` returned for it.
            unknown: What was set of which nobody knows what it was before.
        """
        known = next((one for one in self._deeds if one.name == later.deed), None)
        if known is not None:
            self._deeds.remove(known)
        deed = known or Deed(name=later.deed, at_unix_s=now_s, back=(), resident=later.resident)
        self._deeds.append(msgspec.structs.replace(deed, at_unix_s=now_s, back=back, ended=ended, unknown=unknown))
        own = [one for one in self._later if one.deed == later.deed and one.takes_back]
        for one in own:
            steps = back_of(reversed(one.steps), was, ended, {setting_of(step): step for step in one.steps})
            self._replace(one, msgspec.structs.replace(one, steps=steps))

    def put_off(self, *later: Later) -> None:
        """Keep what is to be done later."""
        if later:
            self._later += later
            self._written()

    def end(self, steps: Iterable[Step], but: int = 0) -> tuple[Later, ...]:
        """Drop what would take back settings that somebody has ordered anew; return it.

        What takes back an order that is itself still to come stays: it ends that.

        Args:
            steps: What was ordered.
            but: Number of a deed whose own end stays.
        """
        settings = {setting_of(step) for step in steps}
        to_come = {one.deed for one in self._later if not one.takes_back} | {but}
        ended: list[Later] = []
        for one in [one for one in self._later if one.takes_back and one.deed not in to_come]:
            of_them = tuple(step for step in one.steps if setting_of(step) in settings)
            if of_them:
                ended.append(msgspec.structs.replace(one, steps=of_them))
                left = tuple(step for step in one.steps if step not in of_them)
                self._replace(one, msgspec.structs.replace(one, steps=left) if left else None)
        return tuple(ended)

    def due(self, now_s: float) -> tuple[Later, ...]:
        """Take out what is to be done now; what is too late is dropped, unless it takes something back.

        What takes back stays on the disk, to be tried again, until it is `settled`.
        """
        ripe = [one for one in self._later if one.at_unix_s <= now_s]
        if not ripe:
            return ()
        again = [_again(one, now_s) for one in ripe if one.takes_back]
        self._later = [*(one for one in self._later if one.at_unix_s > now_s), *again]
        self._written()
        return tuple(one for one in ripe if one.takes_back or now_s - one.at_unix_s <= LATE_S)

    def settled(self, later: Later, now_s: float, left: tuple[Step, ...]) -> bool:
        """Keep what is left of something that takes back, to be tried again; return whether it is given up.

        Args:
            later: As `due` returned it.
            now_s: The moment that `due` was told.
            left: Steps that did not go through; (): all did.
        """
        again, gives_up = _again(later, now_s), bool(left) and later.tries + 1 >= MOST_TRIES
        self._replace(again, msgspec.structs.replace(again, steps=left) if left and not gives_up else None)
        return gives_up

    def _replace(self, old: Later, new: Later | None) -> None:
        if old in self._later:
            place = self._later.index(old)
            self._later[place : place + 1] = [] if new is None else [new]
            self._written()

    def _written(self) -> None:
        self.problem = self._write(tuple(self._later))

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
            self._written()
        return dropped


def _again(later: Later, now_s: float) -> Later:
    """Return something that takes back as it is kept while it is tried, in case that comes to nothing."""
    wait_s = min(RETRY_S * 2.0**later.tries, LONGEST_RETRY_S)
    return msgspec.structs.replace(later, at_unix_s=now_s + wait_s, tries=later.tries + 1)
