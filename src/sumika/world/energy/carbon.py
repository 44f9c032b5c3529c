"""Carbon of a kWh from the grid, by hour, and of gas."""

from datetime import datetime

GAS_G_KWH = 202.0
"""Natural gas per kWh of lower heat value: 56.1 g/MJ (IPCC 2006 guidelines, vol. 2, table 1.4)."""

MEAN_G_KWH = {"JPY": 430.0, "EUR": 240.0}
"""Means over a year. Japan: 0.423 to 0.438 kg/kWh (Ministry of the Environment, 2023 national mean, as published);
European Union: about 240 g/kWh (European Environment Agency, 2023)."""

# Less where the sun shines, more in the evening; typical of grids with a tenth of their energy from the sun.
_SHAPE = (
    *(1.02, 1.01, 1.0, 1.0, 1.01, 1.03, 1.06, 1.05, 0.99, 0.93, 0.89, 0.87),
    *(0.87, 0.88, 0.91, 0.97, 1.05, 1.10, 1.11, 1.10, 1.08, 1.06, 1.04, 1.03),
)


def carbon_g_kwh(currency: str, when: datetime) -> float:
    """Return grams of CO2 of a kWh from the grid.

    Args:
        currency: Of the country: JPY or EUR.
        when: In local time.
    """
    mean = sum(_SHAPE) / len(_SHAPE)
    return MEAN_G_KWH.get(currency, 400.0) * _SHAPE[when.hour] / mean
