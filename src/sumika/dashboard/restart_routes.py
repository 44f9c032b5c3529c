"""The house begun again, so that what was changed in its description counts."""

import msgspec

from sumika.dashboard.operations import Call, Operation, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right
from sumika.schema import RestartRequest
from sumika.schema.house import Page


class Restarting(msgspec.Struct, frozen=True, kw_only=True):
    """The house ends and begins again.

    Attributes:
        port: At which its page will be.
        moved: Whether its page will be somewhere else than now.
    """

    port: int
    moved: bool


class _Restart:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def restart(self, call: Call) -> Restarting:
        """Look first whether it could begin: a house that ended and cannot begin would take its page with it."""
        house_file = self._parts.house_file
        then = house_file.load().house.page or Page()
        self._parts.begins(house_file.there)
        self._parts.asked("restart", RestartRequest())
        now = self._parts.settings
        return Restarting(port=then.port, moved=(then.listen, then.port) != (now.listen, now.port))


def restart_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Restart(parts)
    return (
        post(
            "/api/restart",
            do.restart,
            "End the house and begin it again by its description as it stands now; 422 where it could not begin.",
            Restarting,
            Right.CONFIGURE,
        ),
    )
