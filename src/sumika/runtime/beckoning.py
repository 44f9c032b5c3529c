"""What a gesture asks for, by the house's description: the wish of whoever made it, for the gate like any other."""

from sumika.schema import Gesture, WishDeviceRequest
from sumika.schema.house import House

SURE = 0.8
"""Twice so sure: one in hundreds is wrong, as far as its probabilities are right."""


def wished_by(gesture: Gesture, house: House) -> tuple[WishDeviceRequest, ...]:
    """Return what is wished; nothing where the gesture was made once, is not sure, or means nothing.

    Args:
        gesture: As seen.
        house: As described.
    """
    sure = gesture.valid and gesture.confirmed and (gesture.probability or 0.0) >= SURE
    if not sure or house.knowing is None or not house.knowing.gestures or not house.agreed():
        return ()
    return tuple(
        WishDeviceRequest(
            device=command.device, action=command.action, value=command.value, why=f"gesture: {gesture.gesture}"
        )
        for command in house.knowing.commands
        if command.gesture == gesture.gesture and command.room in ("", gesture.room)
    )
