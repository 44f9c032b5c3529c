"""The estimate: what a house's description counts, at the prices of a list. What has no price is named, never guessed.

Amounts are whole yen: each line is quantity times unit price, cut off to the yen below; consumption tax is taken once,
of the sum of all lines, and cut off likewise.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from sumika.desk.draft import Material
from sumika.desk.packs._pack import Order, Sources
from sumika.desk.packs.house_rows import area_row, described
from sumika.desk.paper import Look
from sumika.desk.sorting import Sorted, Taken, plain, row_of
from sumika.desk.told import Told, told_row, word
from sumika.facts import Row
from sumika.text import LANGUAGES, say

Prices = Mapping[str, Sequence[tuple[Told, Told, Row]]]
"""What a price is for -> (item, unit, row) of each that the list has."""

DerivedRow = tuple[Row, tuple[Row, ...], str]
"""(row, rows it was made of, how)."""

PACK, TAX = "builder", "tax_share"
MOST_PRICE = 1e10


def find_estimate(order: Order, sources: Sources) -> Material:
    """Return what an estimate tells."""
    newest = next((one for one in sources.documents if one.kind == "price_list"), None)
    counted = _quantities(sources)
    if newest is None:
        detail = say("desk.builder.no_prices", sources.language)
        return Material(tells={}, looks=(Look(what="missing", detail=detail),), worth=False)
    prices, looks = _prices(newest, sources)
    lines, derived = _lines(counted, prices)
    used = counted.keys() & prices.keys()
    missing = [key for key in counted if _wants_price(key) and key not in used and key.partition(":")[0] not in used]
    looks += _not_both(missing, prices, counted, sources)
    amounts = [row for row, _, _ in derived]
    tax_share = sources.fixed(TAX, PACK)
    sum_row, tax_row, total_row = _totals(amounts, tax_share)
    derived += [
        (sum_row, tuple(amounts), "sum"),
        (tax_row, (sum_row, tax_share), "product_down"),
        (total_row, (sum_row, tax_row), "sum"),
    ]
    tells: dict[str, object] = {
        "house_name": word(sources.house.name, (described("house", "name", None, text=sources.house.name),)),
        "today": sources.today,
        "lines": lines,
        "missing": [
            {"name": word(_called(key, sources), (counted[key],)), "quantity": told_row(counted[key])}
            for key in missing
        ],
        "subtotal": told_row(sum_row),
        "tax": told_row(tax_row),
        "tax_share": told_row(tax_share),
        "total": told_row(total_row),
        "valid_days": told_row(sources.fixed("valid_days", PACK)),
        "list_name": word(newest.name, (_list_row(newest),)),
    }
    return Material(tells=tells, derived=tuple(derived), looks=tuple(looks), worth=bool(lines))


def _list_row(document: Sorted) -> Row:
    return described("price_list", document.digest[:12], None, text=document.name, source="file")


def _quantities(sources: Sources) -> dict[str, Row]:
    """Return how often there is what: key of a price -> row with the quantity."""
    house = sources.house
    areas = [area_row(room) for room in house.rooms]
    area = sum(row.value or 0.0 for row in areas)
    counts = Counter([device.kind for device in house.devices])
    counts.update(f"radar:{radar.model}" for radar in house.radars)
    counts.update(f"sensor:{sensor.kind}" for sensor in house.sensors)
    counts["radar"] = len(house.radars)
    counts["sensor"] = len(house.sensors)
    counts["room"] = len(house.rooms)
    counts["house"] = 1
    counts["window"] = len(house.building.windows) if house.building is not None else 0
    found = {key: _counted(key, float(count), sources) for key, count in counts.items() if count}
    return found | {"m2": described("building", "floor_area", round(area, 2), "m²", source="quantity")}


def _counted(key: str, count: float, sources: Sources) -> Row:
    return described(key, "count", count, "", _called(key, sources), source="quantity")


def _not_both(
    missing: Sequence[str], prices: Mapping[str, object], counted: Mapping[str, Row], sources: Sources
) -> Iterator[Look]:
    """Yield what the house has and the list has not, and the other way round."""
    for key in missing:
        yield Look(what="no_price", detail=f"{_called(key, sources)} × {counted[key].value:g}")
    for key in prices:
        if key not in counted:
            yield Look(what="not_in_house", detail=key, edit=False)


def _wants_price(key: str) -> bool:
    """Return whether something costs money for itself: rooms and floors do where the list says so, and else not."""
    return key not in ("house", "room", "m2", "window", "radar", "sensor")


def _called(key: str, sources: Sources) -> str:
    family, _, kind = key.rpartition(":")
    if family == "radar":
        return f"{say('desk.builder.radars', sources.language)} {kind}"
    name = f"desk.{'sensor' if family == 'sensor' else 'kind'}.{kind}"
    return say(name, sources.language) if name in LANGUAGES["en"] else key


def _prices(document: Sorted, sources: Sources) -> tuple[Prices, list[Look]]:
    """Return the prices by what they are for, and what of the list cannot be used."""
    found: dict[str, list[tuple[Told, Told, Row]]] = {}
    seen: dict[tuple[str, str], Row] = {}
    looks: list[Look] = []
    rule = sources.kinds[document.kind]
    for record in document.records:
        fields = {taken.name: taken for taken in record}
        price = fields.get("unit_price")
        if price is None or not _usable(price):
            looks.append(_unusable(record, sources.language))
            continue
        row = row_of(price, document.kind, rule.fields["unit_price"])
        item = fields["item"]
        key, name = _key(fields), plain(item.text)
        if (key, name) in seen and seen[key, name].value != row.value:
            other = seen[key, name]
            words = f"{item.text}: {other.value:,.10g} ({other.subject}), {row.value:,.10g} ({row.subject})"
            looks.append(Look(what="two_prices", detail=words))
            continue
        if (key, name) in seen:
            continue
        seen[key, name] = row
        if price.formula:
            looks.append(Look(what="formula", detail=price.place.words, edit=False))
        unit = fields.get("unit")
        found.setdefault(key, []).append((_word(item, document), _word(unit, document) if unit else Told(), row))
    return found, looks


def _usable(price: Taken) -> bool:
    return price.number is not None and not price.problem and 0.0 <= price.number <= MOST_PRICE


def _unusable(record: Sequence[Taken], language: str) -> Look:
    taken = next((one for one in record if one.name == "unit_price"), record[0])
    words = say("desk.field.no_number", language, text=taken.text[:40])
    return Look(what="field", detail=f"{taken.place.words}: {words}")


def _key(fields: dict[str, Taken]) -> str:
    """Return what a price is for: what its column says, else its code, else its name."""
    for name in ("per", "code", "item"):
        taken = fields.get(name)
        if taken is not None and taken.text.strip():
            return _ALIASES.get(plain(taken.text), taken.text.strip())
    return ""


_ALIASES = {
    plain(alias): key
    for key, aliases in {
        "m2": ("m2", "m²", "㎡", "床面積", "floor area"),
        "house": ("一式", "house", "lump sum", "棟", "式"),
        "room": ("室", "部屋", "room", "rooms"),
        "window": ("窓", "window", "windows"),
        "radar": ("レーダー", "radar", "radars"),
        "sensor": ("センサー", "sensor", "sensors"),
        "room_air_conditioner": ("エアコン", "ルームエアコン", "air conditioner", "aircon"),
        "light": ("照明", "lamp", "light"),
        "ventilation_class_1": ("第一種換気",),
        "heat_pump_water_heater": ("エコキュート",),
        "battery": ("蓄電池", "battery"),
        "pv": ("太陽光", "太陽光発電", "solar"),
    }.items()
    for alias in aliases
}


def _word(taken: Taken, document: Sorted) -> Told:
    return word(taken.text, (row_of(taken, document.kind),))


def _amount(line: int, quantity: Row, price: Row) -> Row:
    exact = Decimal(str(quantity.value)) * Decimal(str(price.value))
    return described(
        f"line {line}", "amount", float(exact.to_integral_value(ROUND_FLOOR)), "JPY", source="figure.amount"
    )


def _lines(counted: Mapping[str, Row], prices: Prices) -> tuple[list[dict[str, object]], list[DerivedRow]]:
    """Return a line for each price of what the house has, and how its amount was worked out."""
    lines: list[dict[str, object]] = []
    derived: list[DerivedRow] = []
    for key, quantity in counted.items():
        for item, unit, price in prices.get(key, ()):
            amount = _amount(len(lines) + 1, quantity, price)
            derived.append((amount, (quantity, price), "product_down"))
            lines.append(_line(item, unit, quantity, price, amount))
    return lines, derived


def _line(item: Told, unit: Told, quantity: Row, price: Row, amount: Row) -> dict[str, object]:
    is_whole = (quantity.value or 0.0).is_integer()
    return {
        "item": item,
        "unit": unit,
        "quantity": told_row(quantity),
        "is_whole": is_whole,
        "price": told_row(price),
        "price_is_whole": (price.value or 0.0).is_integer(),
        "amount": told_row(amount),
    }


def _totals(amounts: Sequence[Row], tax_share: Row) -> tuple[Row, Row, Row]:
    subtotal = sum(Decimal(str(row.value)) for row in amounts)
    tax = (Decimal(subtotal) * Decimal(str(tax_share.value))).to_integral_value(ROUND_FLOOR)
    return _total("subtotal", Decimal(subtotal)), _total("tax", tax), _total("total", Decimal(subtotal) + tax)


def _total(name: str, value: Decimal) -> Row:
    return described(name, "amount", float(value), "JPY", source=f"figure.{name}")
