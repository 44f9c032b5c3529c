"""Running accounts of heat, carbon dioxide and water: what came in and went out against what is there."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Account:
    """The account of one quantity.

    Attributes:
        began: How much there was at the beginning.
        stored: How much there is.
        came: What came in, by sources and over the boundary.
        went: What went out.
        through: Sum of all amounts regardless of their sign.
    """

    began: float = 0.0
    stored: float = 0.0
    came: float = 0.0
    went: float = 0.0
    through: float = 0.0

    def book(self, amount: float) -> None:
        """Book an amount that came in; negative: went out."""
        if amount >= 0.0:
            self.came += amount
        else:
            self.went -= amount
        self.through += abs(amount)

    @property
    def closure(self) -> float:
        """What is missing or too much, relative to all that went through; 0 where nothing has."""
        missing = abs(self.stored - self.began - self.came + self.went)
        return missing / self.through if self.through > 0.0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All accounts of a building.

    Attributes:
        energy_j: Sensible heat in air, walls and furniture. Heat that condensing water gives is a source.
        co2_kg: In the air of all rooms.
        water_kg: In the air, in materials and on panes.
    """

    energy_j: Account
    co2_kg: Account
    water_kg: Account

    def clear(self) -> None:
        """Begin anew."""
        for account in (self.energy_j, self.co2_kg, self.water_kg):
            account.began = account.stored = account.came = account.went = account.through = 0.0

    @property
    def energy_closure(self) -> float:
        """Heat that is missing, relative to all that went through."""
        return self.energy_j.closure

    @property
    def co2_closure(self) -> float:
        """Carbon dioxide that is missing, relative to all that went through."""
        return self.co2_kg.closure

    @property
    def water_closure(self) -> float:
        """Water that is missing, relative to all that went through."""
        return self.water_kg.closure


def new_accounts() -> Accounts:
    """Return empty accounts."""
    return Accounts(energy_j=Account(), co2_kg=Account(), water_kg=Account())
