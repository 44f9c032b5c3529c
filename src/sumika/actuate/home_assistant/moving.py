"""Fans, lights, covers and valves of Home Assistant."""

from dataclasses import dataclass

from sumika.actuate.base import CannotError
from sumika.actuate.home_assistant.handles import Asked, ServiceCall, Share
from sumika.schema import Setting

_FAN_SPEED = 1
_OPENS, _CLOSES, _POSITION = 1, 2, 4
"""Flags FanEntityFeature.SET_SPEED; CoverEntityFeature and ValveEntityFeature OPEN, CLOSE, SET_POSITION."""
_BRIGHTNESS_TOP = 255


@dataclass(frozen=True, slots=True)
class FanLevel:
    """A fan that is told its speed in per cent, or only on and off."""

    def offers(self, asked: Asked) -> Setting:
        """Return our levels; nought and one where it knows no speeds."""
        return asked.setting if asked.entity.supports(_FAN_SPEED) else Setting(low=0, high=1, step=1)

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Set its speed; level 0 turns it off."""
        if value <= 0.0:
            return ServiceCall("fan.turn_off", {})
        if asked.entity.supports(_FAN_SPEED):
            return ServiceCall(
                "fan.set_percentage", {"percentage": round(100.0 * min(1.0, value / asked.setting.high))}
            )
        if value != 1.0:
            raise CannotError(f"{asked.entity.entity_id} can only be switched on or off, not set to {value:g}")
        return ServiceCall("fan.turn_on", {})

    def read(self, asked: Asked) -> float | None:
        """Return its level; 1 for a fan that runs and tells no speed."""
        word = asked.entity.word()
        if not word:
            return None
        if word == "off":
            return 0.0
        percent = asked.entity.number("percentage") if asked.entity.supports(_FAN_SPEED) else None
        if percent is None:
            return 1.0
        step = asked.setting.step
        level = percent / 100.0 * asked.setting.high
        # A fan that runs is not at level 0, however slowly.
        return max(step, round(level / step) * step) if step > 0.0 else level


@dataclass(frozen=True, slots=True)
class LightLevel:
    """How bright a lamp is."""

    def offers(self, asked: Asked) -> Setting:
        """Return our levels; nought and one for a lamp that cannot be dimmed."""
        return Setting(low=0, high=1, step=0.01 if _dims(asked) else 1)

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Dim it; level 0 turns it off."""
        if value <= 0.0:
            return ServiceCall("light.turn_off", {})
        if not _dims(asked):
            if value != 1.0:
                raise CannotError(f"{asked.entity.entity_id} cannot be dimmed, only switched on or off")
            return ServiceCall("light.turn_on", {})
        return ServiceCall("light.turn_on", {"brightness": max(1, round(_BRIGHTNESS_TOP * min(1.0, value)))})

    def read(self, asked: Asked) -> float | None:
        """Return it."""
        word = asked.entity.word()
        if word in ("", "off"):
            return 0.0 if word else None
        brightness = asked.entity.number("brightness")
        return 1.0 if brightness is None else min(1.0, round(brightness / _BRIGHTNESS_TOP, 2))


@dataclass(frozen=True, slots=True)
class LightColour:
    """Its colour temperature."""

    def offers(self, asked: Asked) -> Setting | None:
        """Return its limits, where it has white of several colours."""
        low, high = (asked.entity.number(f"{end}_color_temp_kelvin") for end in ("min", "max"))
        if low is None or high is None or "color_temp" not in asked.entity.words("supported_color_modes"):
            return None
        return Setting(low=low, high=high, step=asked.setting.step)

    def call(self, asked: Asked, value: float) -> ServiceCall | None:
        """Set it; nothing is sent to a lamp that is off, which would go on by it."""
        if self.offers(asked) is None:
            raise CannotError(f"{asked.entity.entity_id} has white of one colour only")
        return (
            ServiceCall("light.turn_on", {"color_temp_kelvin": round(value)}) if asked.entity.word() == "on" else None
        )

    def read(self, asked: Asked) -> float | None:
        """Return it; None where the lamp is off or shines in a colour."""
        return asked.entity.number("color_temp_kelvin")


@dataclass(frozen=True, slots=True)
class Position:
    """A cover or a valve that moves between open and closed.

    Attributes:
        domain: `cover` or `valve`.
        turned: Whether our 1 is closed.
    """

    domain: str
    turned: bool

    def offers(self, asked: Asked) -> Setting | None:
        """Return any place between; its two ends where it stops at no other."""
        if asked.entity.supports(_POSITION):
            return Setting(low=0, high=1, step=0.01)
        return Setting(low=0, high=1, step=1) if asked.entity.supports(_OPENS | _CLOSES) else None

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Move it."""
        entity = asked.entity
        if entity.supports(_POSITION):
            return self._share().call(asked, value)
        opens = value == (0.0 if self.turned else 1.0)
        if value not in (0.0, 1.0) or not entity.supports(_OPENS if opens else _CLOSES):
            raise CannotError(f"{entity.entity_id} can only be opened or closed wholly, not set to {value:g}")
        return ServiceCall(f"{self.domain}.{'open' if opens else 'close'}_{self.domain}", {})

    def read(self, asked: Asked) -> float | None:
        """Return where it is."""
        if (share := self._share().read(asked)) is not None:
            return share
        return {"open": float(not self.turned), "closed": float(self.turned)}.get(asked.entity.word())

    def _share(self) -> Share:
        return Share(
            f"{self.domain}.set_{self.domain}_position",
            "position",
            "current_position",
            needs=_POSITION,
            turned=self.turned,
        )


def _dims(asked: Asked) -> bool:
    """Return whether a lamp knows more than on and off."""
    modes = asked.entity.words("supported_color_modes")
    return any(mode not in ("onoff", "unknown") for mode in modes)
