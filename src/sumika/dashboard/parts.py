"""What the page's server is made of, and what it is handed by the house that runs it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from sumika.clock import Clock
from sumika.dashboard.accounts import Accounts
from sumika.dashboard.consent import Consents
from sumika.dashboard.feed import Feed, Hears
from sumika.dashboard.house_file import HouseFile
from sumika.dashboard.lockout import Lockout
from sumika.dashboard.past import Past
from sumika.dashboard.plan_files import PlanFile, PlanRead, read_plan
from sumika.dashboard.privacy import PrivacyDesk
from sumika.dashboard.problem import RefusedError, Trouble, refused
from sumika.dashboard.roles import PERSONAL, Role, Viewer, WhoSees, viewer_of
from sumika.dashboard.scanning import Scanning
from sumika.dashboard.surveying import Surveying
from sumika.schema import (
    REQUESTS,
    TOPIC_OF,
    AirSample,
    Answered,
    DeviceState,
    Message,
    MeterSample,
    ModeReport,
    Origin,
    PlanReport,
    Presence,
    SumikaError,
    Tracks,
    worst,
)
from sumika.schema.house import House, Page
from sumika.units import seconds_to_ns

COUNTS_S: dict[type[Message], float] = {
    AirSample: 600.0,
    DeviceState: 600.0,
    MeterSample: 600.0,
    ModeReport: 30.0,
    PlanReport: 1800.0,
    Presence: 60.0,
    Tracks: 60.0,
}
"""So old a word may be and still tell how things are now; a house that is driven goes by the same (`house_ear`),
and so do the page's scripts (`live.js`). The gate says its mode every 5 s; a plan is renewed every quarter of an hour.
"""

Told = TypeVar("Told", bound=Message)

Ask = Callable[[str, msgspec.Struct], msgspec.Struct]
"""(name in REQUESTS, question) -> answer; raises SumikaError where none comes."""

ReadsPlan = Callable[[PlanFile], PlanRead]
"""Reads a floor plan's file; raises RefusedError where that cannot be read."""

Begins = Callable[[Path], None]
"""Raises SumikaError where a house could not begin by the description in a file; takes seconds."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that answers.

    Attributes:
        house: As it runs.
        settings: Of the page.
        accounts: Who may come in.
        consents: What residents agreed to.
        privacy: Pauses and guests.
        feed: The newest of everything.
        house_file: The description on the disk.
        past: History and records.
        scanning: Looks for devices.
        ask: Puts a question on the bus.
        clock: Tells the time.
        version: Of Sumika.
        tls: Whether browsers speak TLS with us.
        models: Folder with cards of students that this house has of its own.
        lockout: Counts failed log-ins.
        sees: Who sees whom.
        begins: Says beforehand why the house could not begin again.
        reads_plan: Reads floor plans from files.
        surveying: Looks at the house, to set it up.
    """

    house: House
    settings: Page
    accounts: Accounts
    consents: Consents
    privacy: PrivacyDesk
    feed: Feed
    house_file: HouseFile
    past: Past
    scanning: Scanning
    ask: Ask
    clock: Clock
    version: str
    tls: bool
    models: Path
    lockout: Lockout = field(default_factory=Lockout)
    sees: WhoSees
    begins: Begins = lambda house: None
    reads_plan: ReadsPlan = read_plan
    surveying: Surveying = field(default_factory=Surveying)

    def asked(self, name: str, question: msgspec.Struct) -> Any:
        """Return the answer to a question on the bus.

        Raises:
            RefusedError: if nobody answers (503), or the answer is no (422).
        """
        try:
            answer = self.ask(name, question)
        except SumikaError as error:
            node = REQUESTS[name].answered_by
            raise refused(503, "silent", where=node, wait_s=5.0, node=node, why=error.problem) from error
        if isinstance(answer, Answered) and not answer.accepted:
            raise RefusedError(422, Trouble(problem=answer.problem, problem_ja=answer.problem_ja, where=name))
        return answer

    def told_now(self, kind: type[Told]) -> list[Told]:
        """Return the newest of a kind of message, one for each key; what fell silent says nothing of now.

        Args:
            kind: One of those of `COUNTS_S`.
        """
        now_ns, counts_ns = self.clock.now().monotonic_ns, seconds_to_ns(COUNTS_S[kind])
        newest = self.feed.newest(TOPIC_OF[kind])
        return [one for one in newest if isinstance(one, kind) and now_ns - one.stamp.monotonic_ns <= counts_ns]

    def hears_of(self, viewer: Viewer) -> Hears:
        """Return what somebody may hear: (topic, room) -> yes or no."""

        def hears(topic: str, room: str) -> bool:
            if self.feed.hidden and topic in PERSONAL:
                return False
            return self.sees.hears(viewer, topic, room, self._consented_to(viewer))

        return hears

    def sees_past(self, viewer: Viewer, signal: str, subject: str) -> bool:
        """Return whether somebody sees what a signal ("topic.field") of a room, sensor or device was."""
        if self.feed.hidden and signal.partition(".")[0] in PERSONAL:
            return False
        return self.sees.past(viewer, signal, self.sees.room_of(subject), self._consented_to(viewer))

    def sees_body(self, viewer: Viewer, room: str) -> bool:
        """Return whether somebody sees what is personal in a room."""
        return self.sees.personal(viewer, room, self._consented_to(viewer))

    def _consented_to(self, viewer: Viewer) -> frozenset[str]:
        # To a person, by the name of their account: a machine that the owner calls the same is not meant.
        is_carer = viewer.role is Role.CARER and not viewer.is_machine
        return self.consents.to(viewer.name) if is_carer else frozenset()

    def still_in(self, viewer: Viewer) -> bool:
        """Return whether somebody who was let in would be again, and as the same."""
        if viewer.is_machine:
            return any(token.id == viewer.token for token in self.accounts.tokens)
        account = self.accounts.user(viewer.name)
        same = account is not None and (account.role, account.residents) == (viewer.role, viewer.residents)
        return same and self.accounts.has_session(viewer.session)

    def viewer(self, cookie: str, bearer: str) -> Viewer | None:
        """Return who a cookie or a machine's token is; None where it is nobody."""
        may_wish = self.settings.guests_may_wish
        if bearer:
            token = self.accounts.token(bearer)
            if token is None:
                return None
            return viewer_of(token.name, token.role, token.residents, token=token.id, guests_may_wish=may_wish)
        found = self.accounts.session(cookie) if cookie else None
        if found is None:
            return None
        session, account = found
        return viewer_of(
            account.name,
            account.role,
            account.residents,
            language=account.language,
            session=session.id,
            guests_may_wish=may_wish,
        )

    def origin(self) -> Origin | None:
        """Return the worst origin of what is shown now; None before anything is."""
        found = [item.message.origin for item in self.feed.latest(lambda topic, room: True)]
        return worst(found) if found else None
