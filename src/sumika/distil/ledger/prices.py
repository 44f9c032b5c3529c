"""Stated prices, each with its date and source, and what a piece of work costs at them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sumika.distil.records import Spent
from sumika.schema import SumikaError

GPUS = ("h100", "h200")


class PriceError(SumikaError):
    """A price is unknown or is no price."""

    exit_code = 2


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stated price, rate or power.

    Attributes:
        value: In `unit`; above 0.
        unit: Of the value.
        date: Day for which it is stated, ISO 8601.
        source: Who says so.
    """

    value: float
    unit: str
    date: str
    source: str


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """One sum in three currencies.

    Attributes:
        usd: US dollars.
        eur: Euros.
        jpy: Yen.
    """

    usd: float
    eur: float
    jpy: float


class Bill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a piece of work costs.

    Attributes:
        rent_usd: Rented cores and accelerators, for the time they computed or were held.
        bought_usd: Paid to others (endpoints).
        electricity_usd: What the electricity alone costs on a machine of one's own; the rent includes it, so it is
            shown beside the total and never added to it.
    """

    rent_usd: float = 0.0
    bought_usd: float = 0.0
    electricity_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """Rent and what was bought."""
        return self.rent_usd + self.bought_usd

    def __add__(self, other: "Bill") -> "Bill":
        """Return both together."""
        return Bill(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class Prices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that turns time and energy into money; the fields are those of prices.yaml."""

    usd_jpy: Price
    eur_usd: Price
    cpu_core_hour_eur: Price
    h100_hour_usd: Price
    h200_hour_usd: Price
    kwh_eur: Price
    cpu_core_w: Price
    h100_w: Price
    h200_w: Price

    def values(self) -> dict[str, float]:
        """Return the bare numbers by name: what the ledger keeps beside each stage."""
        return {name: getattr(self, name).value for name in self.__struct_fields__}


def load_prices(overrides: Mapping[str, Any] | None = None, file: Path | None = None) -> Prices:
    """Return the stated prices, those of `file` above them, and `overrides` (a recipe's) above both.

    Args:
        overrides: By name: a number, or a mapping with value, date and source.
        file: YAML file of the same form.

    Raises:
        PriceError: if a name is unknown, a value is no number above 0, or the file cannot be read.
    """
    prices = _as_shipped()
    if file is not None:
        try:
            read = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        except (OSError, YAMLError, UnicodeDecodeError) as error:
            raise PriceError(f"prices cannot be read ({error})", where=str(file), remedy="See prices.yaml.") from error
        if not isinstance(read, dict):
            raise PriceError("no prices in it", where=str(file), remedy="It holds lines such as: usd_jpy: 150")
        prices = _overridden(prices, read, str(file))
    return _overridden(prices, overrides or {}, "prices of the recipe")


@cache
def _as_shipped() -> Prices:
    path = Path(__file__).with_name("prices.yaml")
    return msgspec.convert(YAML(typ="safe").load(path.read_text(encoding="utf-8")), Prices)


def _overridden(prices: Prices, changes: Mapping[str, Any], where: str) -> Prices:
    known = msgspec.to_builtins(prices)
    for name, given in changes.items():
        if name not in known:
            raise PriceError(f"no price '{name}'", where=where, remedy=f"There are: {', '.join(known)}.")
        stated = dict(given) if isinstance(given, Mapping) else {"value": given, "source": f"set by the user ({where})"}
        known[name] = known[name] | stated
        value = known[name]["value"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise PriceError(f"{name}: {value!r} is no number above 0", where=where)
        known[name]["date"] = str(known[name]["date"])
    try:
        return msgspec.convert(known, Prices)
    except msgspec.ValidationError as error:
        raise PriceError(str(error), where=where, remedy="A price has value, unit, date and source.") from error


def money(usd: float, values: Mapping[str, float]) -> Money:
    """Return a sum of US dollars in three currencies, at the rates in `values` (`Prices.values`)."""
    return Money(usd=usd, eur=usd / values["eur_usd"], jpy=usd * values["usd_jpy"])


def bill_of(spent: Spent, values: Mapping[str, float], gpu: str = "") -> Bill:
    """Return what `spent` costs.

    An accelerator is billed for as long as it was held, its host with it. Without one, cores are billed for the time
    they computed; waiting for an endpoint's answer keeps none busy.

    Args:
        spent: Time, energy and what was bought.
        values: `Prices.values`.
        gpu: One of `GPUS` where an accelerator was held.

    Raises:
        ValueError: if accelerator time is billed and `gpu` is none of `GPUS`.
    """
    if spent.gpu_s > 0:
        if gpu not in GPUS:
            raise ValueError(f"no price for the accelerator {gpu!r}")
        rent = spent.gpu_s / 3600 * values[f"{gpu}_hour_usd"]
    else:
        rent = spent.cpu_s / 3600 * values["cpu_core_hour_eur"] * values["eur_usd"]
    electricity = spent.energy_kwh * values["kwh_eur"] * values["eur_usd"]
    return Bill(rent_usd=rent, bought_usd=spent.money_usd, electricity_usd=electricity)


def energy_kwh(cpu_s: float, gpu_s: float, values: Mapping[str, float], gpu: str = "") -> float:
    """Return the electricity at the stated watts, for where none is measured."""
    watts_gpu = values[f"{gpu}_w"] if gpu_s > 0 else 0.0
    return (cpu_s * values["cpu_core_w"] + gpu_s * watts_gpu) / 3.6e6


def rate_line(values: Mapping[str, float]) -> str:
    """Return the exchange rates as they are shown beside every sum."""
    return f"1 $ = ¥{values['usd_jpy']:.2f}, 1 € = {values['eur_usd']:.2f} $"
