"""What residents say of machines that wait: taken where there is such a machine that the house may start."""

from sumika.clock import Instant
from sumika.runtime.house_ear import is_simulated
from sumika.runtime.refusal import refusal
from sumika.safety import limits_of
from sumika.schema import LoadMachineAnswer, LoadMachineRequest, MachineLoaded, Origin
from sumika.schema.house import House


class MachineDesk:
    """Takes a resident's word that a machine is loaded; it knows no bus and no clock."""

    def __init__(self, house: House) -> None:
        """Know a house's machines.

        Args:
            house: As described.
        """
        self._language = house.language
        self._origin = Origin.SIMULATED if house.demo or is_simulated(house) else Origin.LIVE
        machines = [device for device in house.devices if device.kind == "appliance"]
        self._started = frozenset(one.id for one in machines if limits_of(one).unattended)
        self._never = frozenset(one.id for one in machines) - self._started

    def load(self, question: LoadMachineRequest, now: Instant) -> tuple[LoadMachineAnswer, tuple[MachineLoaded, ...]]:
        """Return what to answer, and what to tell the planner.

        Args:
            question: What a resident said.
            now: The present moment.
        """
        problem = self._problem(question)
        if problem:
            no = refusal(f"machine.refused.{problem}", self._language, device=question.device[:64], known=self._known())
            return LoadMachineAnswer(**no), ()
        told = MachineLoaded(
            stamp=now,
            origin=self._origin,
            device=question.device,
            waiting=question.waiting,
            done_by_h=question.done_by_h,
            resident=question.resident,
        )
        return LoadMachineAnswer(accepted=True, language=self._language), (told,)

    def _problem(self, question: LoadMachineRequest) -> str:
        if question.device in self._never:
            return "never"
        if question.device not in self._started:
            return "unknown"
        by_h = question.done_by_h
        return "hour" if by_h is not None and not 0.0 <= by_h <= 24.0 else ""

    def _known(self) -> str:
        return ", ".join(sorted(self._started)) or "-"
