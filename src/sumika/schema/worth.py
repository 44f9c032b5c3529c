"""What comfort, air and energy are worth in money: the same for whoever plans and for whoever scores.

A house that heats less always pays less; only a price of discomfort says when it has saved too much. There is no market
for it. What is taken here: an hour of one person, one point of the predicted mean vote beyond the neutral band of ISO
7730 (|PMV| 0.5), is worth as much as about two kilowatt-hours, 60 yen or 0.4 euro: a person alone in a room of an
ordinary house then just has it heated. The same hour in air of 1000 ppm of CO2 beyond 1000 (EN 16798-1, category II) is
as bad, and so is it in air with one WHO interim target 1 (35 ug/m3) of fine particles beyond the 24-hour guideline of
WHO 2021 (15 ug/m3). Air drier than 40 % or damper than 60 % counts a sixth of that for every 10 %: it is felt, and
slower. A room's surface beyond 80 % grows mould (ISO 13788); cleaning one off costs some thousand yen after some
hundred hours. Hot water that is missing: a public bath in Tokyo costs 550 yen (as of 2024), a bath here is 75 litres.
A day without its light is not felt at once, but sleep is worse for it (T. M. Brown et al., PLoS Biol. 2022): an hour of
one person who is awake with none of the 250 melanopic lux of a day counts a sixth too.
A car that is short of charge: quick charging on the road is 60 to 150 yen/kWh as of 2024, and the detour. All are
typical and chosen, not measured: residents can set their own (`control` in house.yaml).
"""

from dataclasses import dataclass, replace

from sumika.schema.house import Control

_YEN_PER_EURO = 150.0
"""About 60 yen to 0.4 euro, as `Control` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What is worth how much, all in one currency.

    Attributes:
        currency: ISO 4217.
        discomfort_per_person_h: For each unit of |PMV| beyond `neutral_pmv`.
        neutral_pmv: Within this nobody minds.
        stale_air_per_person_h: For each 1000 ppm of CO2 beyond `fresh_ppm`.
        fresh_ppm: Volume parts per million.
        dust_per_person_h: For each `dust_unit_ug_m3` of PM2.5 beyond `clean_ug_m3`.
        clean_ug_m3: Fine particles.
        dust_unit_ug_m3: Fine particles.
        humidity_per_person_h: For each 0.1 of relative humidity outside of `humidity_low` to `humidity_high`.
        humidity_low: Relative, 0..1.
        humidity_high: Relative, 0..1.
        mould_per_room_h: For each hour of a room whose coldest surface is damper than `mould_humidity`.
        mould_humidity: Relative, 0..1, at the surface.
        missing_hot_water_per_l: For each litre of 40 degrees that was wanted and did not come.
        missing_charge_per_kwh: For each kWh that a car lacks for its way.
        carbon_per_kg: For each kilogram of CO2.
        dim_day_per_person_h: For each 250 lux melanopic that somebody lacks by day; in proportion.
    """

    currency: str = "JPY"
    discomfort_per_person_h: float = 60.0
    neutral_pmv: float = 0.5
    stale_air_per_person_h: float = 60.0
    fresh_ppm: float = 1000.0
    dust_per_person_h: float = 60.0
    clean_ug_m3: float = 15.0
    dust_unit_ug_m3: float = 35.0
    humidity_per_person_h: float = 10.0
    humidity_low: float = 0.4
    humidity_high: float = 0.6
    mould_per_room_h: float = 5.0
    mould_humidity: float = 0.8
    missing_hot_water_per_l: float = 7.0
    missing_charge_per_kwh: float = 150.0
    carbon_per_kg: float = 0.0
    dim_day_per_person_h: float = 10.0


def from_yen(yen: float, currency: str) -> float:
    """Return an amount of money that was chosen in yen; in yen it stays what it is.

    Args:
        yen: The amount.
        currency: That it is wanted in; all but yen are taken to be worth about as much as euro.
    """
    return yen if currency == "JPY" else yen / _YEN_PER_EURO


def worth_of(control: Control | None, currency: str) -> Worth:
    """Return what a household holds to be worth how much.

    Args:
        control: As in house.yaml; None: as usual.
        currency: Of its tariff; what is not set is converted from yen.
    """
    usual = Worth()
    rate = from_yen(1.0, currency)
    priced = replace(
        usual,
        currency=currency,
        discomfort_per_person_h=rate * usual.discomfort_per_person_h,
        stale_air_per_person_h=rate * usual.stale_air_per_person_h,
        dust_per_person_h=rate * usual.dust_per_person_h,
        humidity_per_person_h=rate * usual.humidity_per_person_h,
        mould_per_room_h=rate * usual.mould_per_room_h,
        missing_hot_water_per_l=rate * usual.missing_hot_water_per_l,
        missing_charge_per_kwh=rate * usual.missing_charge_per_kwh,
        dim_day_per_person_h=rate * usual.dim_day_per_person_h,
    )
    if control is None:
        return priced
    discomfort, stale = control.discomfort_per_person_h, control.stale_air_per_person_h
    return replace(
        priced,
        discomfort_per_person_h=priced.discomfort_per_person_h if discomfort is None else discomfort,
        stale_air_per_person_h=priced.stale_air_per_person_h if stale is None else stale,
        carbon_per_kg=control.carbon_per_kg,
    )
