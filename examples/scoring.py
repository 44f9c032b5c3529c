"""What a stretch of days cost: money, and how far people had it too cold or too warm, in kelvin-hours."""

from dataclasses import dataclass

AWAKE_C, ASLEEP_C = (20.0, 25.0), (17.0, 25.0)
"""EN 16798-1, category II: living rooms from 20 °C with heating; in bed it may be cooler. 25 °C is meant for winter."""


@dataclass(slots=True)
class Score:
    """Adds up steps.

    Attributes:
        name: Of who drove.
        cost: Money.
        energy_kwh: Of heat pumps.
        discomfort_k_h: Kelvin beyond the band, times people, times hours.
    """

    name: str
    warmest_c: float = AWAKE_C[1]
    cost: float = 0.0
    energy_kwh: float = 0.0
    discomfort_k_h: float = 0.0

    def add(self, hours: float, power_w: float, price: float, rooms: list[tuple[float, int, bool]]) -> None:
        """Add one step.

        Args:
            hours: How long it was.
            power_w: Of heat pumps.
            price: Of a kWh.
            rooms: For each: its temperature, how many people are there, and whether they sleep.
        """
        self.energy_kwh += hours * power_w / 1000.0
        self.cost += hours * power_w / 1000.0 * price
        for air_c, people, asleep in rooms:
            low_c = (ASLEEP_C if asleep else AWAKE_C)[0]
            off_k = max(low_c - air_c, air_c - self.warmest_c, 0.0)
            self.discomfort_k_h += hours * people * off_k


def table(scores: list[Score]) -> str:
    """Return scores as lines of text."""
    lines = [f"{'driven by':<26}{'euro':>8}{'kWh':>8}{'K·h':>8}"]
    lines += [f"{one.name:<26}{one.cost:>8.2f}{one.energy_kwh:>8.1f}{one.discomfort_k_h:>8.1f}" for one in scores]
    return "\n".join(lines)
