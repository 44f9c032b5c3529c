"""Requests to the house: what each asks for and what takes it back; or why a call comes to none."""

import msgspec

from sumika.schema import (
    LoadMachineRequest,
    SetComfortWishRequest,
    SetModeRequest,
    VoteRequest,
    WishDeviceRequest,
)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One request to the house.

    Attributes:
        request: Its name on the bus.
        subject: Device or room; empty: the house.
        action: The setting; empty where the request has none.
        value: What it is to be, or how much; 0 where there is none.
        text: A mode of the house.
        hours: Of a wish for warmth: for so long.
        before: What takes it back; None: nothing does.
        of_whom: Resident who feels so; empty: who asks.
    """

    request: str
    subject: str = ""
    action: str = ""
    value: float = 0.0
    text: str = ""
    hours: float | None = None
    before: "Step | None" = None
    of_whom: str = ""

    def question(self, resident: str, why: str) -> msgspec.Struct:
        """Return it as a question on the bus.

        Args:
            resident: Who asks.
            why: What they said; the audit keeps it.
        """
        if self.request == "wish_device":
            return WishDeviceRequest(
                device=self.subject, action=self.action, value=self.value, resident=resident, why=why
            )
        if self.request == "set_comfort_wish":
            return _comfort(self, resident)
        if self.request == "vote":
            return VoteRequest(room=self.subject, sensation=self.value, resident=self.of_whom or resident)
        if self.request == "load_machine":
            by_h = self.hours
            return LoadMachineRequest(device=self.subject, waiting=self.value > 0, done_by_h=by_h, resident=resident)
        return SetModeRequest(mode=self.text, resident=resident)


def _comfort(step: Step, resident: str) -> SetComfortWishRequest:
    offset_k = step.value if step.action == "offset_k" else None
    temperature_c = step.value if step.action == "temperature_c" else None
    return SetComfortWishRequest(
        room=step.subject, offset_k=offset_k, temperature_c=temperature_c, hours=step.hours, resident=resident
    )


class Cannot(msgspec.Struct, frozen=True, kw_only=True):
    """Why a call comes to no request.

    Attributes:
        key: Of the sentence.
        ask_back: Whether that is a question.
        devices: It is about.
        choices: What can be answered, as keys of `sumika.text`.
    """

    key: str
    ask_back: bool = False
    devices: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
