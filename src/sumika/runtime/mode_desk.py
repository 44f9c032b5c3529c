"""How far the controller may go: as the house is described, until somebody chooses another mode.

The choice outlives restarts.

The gate's process keeps it, because the gate is what it binds: nobody else has to be believed.
"""

from pathlib import Path

import msgspec

from sumika.clock import Instant
from sumika.runtime.house_ear import is_simulated
from sumika.runtime.refusal import refusal
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.schema import Mode, ModeReport, Origin, SetModeAnswer, SetModeRequest
from sumika.schema.house import Control, House
from sumika.units import seconds_to_ns

MODE_FILE = "mode.json"
TELLS_EVERY_NS = seconds_to_ns(5.0)
SOURCE = "gate"


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen, as it lies on the disk.

    Attributes:
        mode: The mode.
        by: Who chose it.
        described: The mode in `house.yaml` then: who changes that since has the last word.
    """

    mode: Mode
    by: str = ""
    described: Mode


class ModeDesk:
    """Keeps the mode; it knows no bus and no clock.

    Attributes:
        mode: That holds now.
        problem: Why the newest choice cannot be kept; empty while it can.
    """

    def __init__(self, house: House, folder: Path) -> None:
        """Take the mode that was chosen last, or that the house is described with.

        Args:
            house: As described.
            folder: Where the choice is kept.
        """
        self._path, self._language = folder / MODE_FILE, house.language
        self._described = Mode((house.control or Control()).mode)
        self._origin = Origin.SIMULATED if house.demo or is_simulated(house) else Origin.LIVE
        self.mode, self._by, self.problem = self._described, "", ""
        self._told_ns: int | None = None
        try:
            kept = read_small(self._path, Chosen, Chosen(mode=self._described, described=self._described))
        except DamagedFileError as error:
            # What nobody can read is no leave to drive.
            self.problem = f"{error}; the house is only watched until somebody chooses a mode"
            self.mode = Mode.SHADOW if self._described is not Mode.OFF else Mode.OFF
            return
        if kept.described is self._described:
            self.mode, self._by = kept.mode, kept.by

    def change(self, question: SetModeRequest, now: Instant) -> SetModeAnswer:
        """Take a choice, and say what holds.

        Args:
            question: What was chosen.
            now: The present moment.
        """
        modes = {one.value: one for one in Mode}
        mode = modes.get(question.mode)
        if mode is None:
            no = refusal("mode.refused", self._language, mode=question.mode[:32], known=", ".join(modes))
            return SetModeAnswer(**no, mode=self.mode)
        self.mode, self._by, self._told_ns = mode, question.resident[:64], None
        self.problem = write_small(self._path, Chosen(mode=mode, by=self._by, described=self._described))
        return SetModeAnswer(accepted=True, language=self._language, mode=self.mode)

    def report(self, now: Instant) -> ModeReport | None:
        """Return the mode for all to hear when it is time to say it.

        Args:
            now: The present moment.
        """
        if self._told_ns is not None and now.monotonic_ns - self._told_ns < TELLS_EVERY_NS:
            return None
        self._told_ns = now.monotonic_ns
        return ModeReport(stamp=now, origin=self._origin, source=SOURCE, mode=self.mode, changed_by=self._by)
