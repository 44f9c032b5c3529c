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
    cost: float = 0.0
    energy_kwh: float = 0.0
    discomfort_k_h: float = 0.0

    def count(self, cost: float, energy_kwh: float, discomfort_k_h: float) -> None:
        """Add one step."""
        self.cost += cost
        self.energy_kwh += energy_kwh
        self.discomfort_k_h += discomfort_k_h


def off_k(air_c: float, band_c: tuple[float, float]) -> float:
    """Return by how much a temperature lies beyond a band."""
    return max(band_c[0] - air_c, air_c - band_c[1], 0.0)


def table(scores: list[Score]) -> str:
    """Return scores as lines of text."""
    lines = [f"{'driven by':<26}{'euro':>8}{'kWh':>8}{'K·h':>8}"]
    lines += [f"{one.name:<26}{one.cost:>8.2f}{one.energy_kwh:>8.1f}{one.discomfort_k_h:>8.1f}" for one in scores]
    return "\n".join(lines)
