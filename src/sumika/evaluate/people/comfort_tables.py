"""Every row of the published tables of comfort formulas, asked of our own physics: the share within tolerance.

The tables (comfort_model_tables: ISO 7730, ASHRAE 55, EN 16798 and papers) are oracles of a formula, not of people.
Inputs in feet and Fahrenheit are converted here, for the house knows SI alone; answers are compared in the table's own
unit and digits, with the table's own tolerance. Words ("heat stroke probable") are the page's business, and are not
compared. Tables of formulas that nothing in the house asks are listed as not covered, with the reason.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sumika.config import recordings_folder
from sumika.evaluate.figure import Evidence, Figure

FOLDER = "comfort_model_tables"
M_PER_FOOT = 0.3048
NOT_COVERED = {
    "a_pmv": "another correction of PMV for warm climates; the house learns each person's own instead",
    "e_pmv": "as a_pmv",
    "athb": "as a_pmv",
    "ankle_draft": "no sensor measures air at the ankles",
    "vertical_tmp_grad_ppd": "no room has sensors at two heights",
    "clo_tout": "clothing is guessed for each person from votes",
    "cooling_effect": "an inner step of PMV in moving air, covered by that table's rows",
    "pet_steady": "an outdoor index; UTCI is covered",
    "phs": "hot work places (ISO 7933), not homes",
    "solar_gain": "the sun on people is modelled by the building model's own radiant temperature",
    "two_nodes_gagge": "inner states of SET, covered by that table's rows",
    "use_fans_heatwaves": "advice on fans, which the house does not give",
}
"""Table by name -> why nothing here answers it."""

Numbers = Mapping[str, Any]
Answers = dict[str, float | bool]


def measure(full: bool) -> dict[str, Figure]:
    """Return the share of rows within tolerance [comfort_tables]; nothing where the tables are not at hand."""
    del full
    data = recordings_folder(os.environ)
    if data is None or not (data / FOLDER).is_dir():
        sys.stderr.write(f"comfort_tables: the tables are not here; set SUMIKA_DATA to the folder with '{FOLDER}'\n")
        return {}
    return {"comfort_tables": share_of_tables(data / FOLDER)}


def share_of_tables(folder: Path) -> Figure:
    """Return the figure, with the rows of each table and what lies outside in its detail."""
    detail: dict[str, float | str] = {}
    right = rows = 0
    for name, answer in _answering().items():
        wrong = []
        table = json.loads((folder / f"ts_{name}.json").read_text("utf-8"))
        for number, row in enumerate(table["data"], 1):
            wrong += [f"row {number}: {told}" for told in differences(row, table["tolerance"], answer)][:1]
        rows, right = rows + len(table["data"]), right + len(table["data"]) - len(wrong)
        detail[name] = f"{len(table['data']) - len(wrong)} of {len(table['data'])}"
        if wrong:
            detail[f"{name} outside"] = "; ".join(wrong)
    detail |= {f"{name} not covered": why for name, why in NOT_COVERED.items()}
    detail["rows"] = float(rows)
    return Figure(value=right / rows, unit="share of rows", evidence=Evidence.MEASURED, detail=detail)


def differences(row: Mapping[str, Any], tolerance: Numbers, answer: Callable[[Numbers], Answers]) -> list[str]:
    """Return what differs by more than the tolerance in one row of a table; an empty list if nothing does.

    Args:
        row: With `inputs` and `outputs`, numbers or lists of them.
        tolerance: Of the table; what it does not name has its first one.
        answer: Our own formula.
    """
    inputs, expected = row["inputs"], row["outputs"]
    count = max([len(one) for one in (*inputs.values(), *expected.values()) if isinstance(one, list)], default=1)
    found = []
    for place in range(count):
        given = {key: _at(value, place) for key, value in inputs.items()}
        is_ip = str(given.get("units", "")).lower() == "ip"
        said = answer(_in_si(given) if is_ip else given)
        for key, value in expected.items():
            wanted = _at(value, place)
            if key not in said or isinstance(wanted, str):
                continue
            own = _in_fahrenheit(said[key]) if is_ip and key in _TEMPERATURES else said[key]
            if not _agrees(own, wanted, tolerance.get(key, next(iter(tolerance.values())))):
                found.append(f"{key} {own} instead of {wanted}")
    return found


_TEMPERATURES = ("tmp_cmf", "tmp_cmf_80_low", "tmp_cmf_80_up", "tmp_cmf_90_low", "tmp_cmf_90_up", "utci")


def _at(value: Any, place: int) -> Any:
    return value[place] if isinstance(value, list) else value


def _in_si(given: Numbers) -> dict[str, Any]:
    celsius = {key: (given[key] - 32.0) / 1.8 for key in ("tdb", "tr", "t_running_mean") if key in given}
    speeds = {key: given[key] * M_PER_FOOT for key in ("v", "vr") if key in given}
    return {**given, **celsius, **speeds}


def _in_fahrenheit(value: float | bool) -> float:
    return 32.0 + 1.8 * value


def _agrees(own: float | bool, wanted: float | bool | None, tolerance: float) -> bool:
    if wanted is None:
        return math.isnan(own)
    if isinstance(wanted, bool):
        return bool(own) is wanted
    # Printed to so many digits; what lies in the digits after them is not known of the table.
    digits = max(1, len(str(wanted).partition(".")[2]))
    return abs(round(own, digits) - wanted) <= tolerance + 1e-9


def _answering() -> dict[str, Callable[[Numbers], Answers]]:
    """Return our formulas by table; importing them takes seconds, and only a run of the bench needs them."""
    from sumika.physics import heat_indices as heat

    def share(given: Numbers) -> float:
        return float(given["rh"]) / 100.0

    return {
        "pmv_ppd": _votes,
        "set": _standard_effective,
        "adaptive_ashrae": _adaptive_ashrae,
        "adaptive_en": _adaptive_en,
        "heat_index": lambda given: {"hi": heat.heat_index_c(given["tdb"], share(given))},
        "humidex": lambda given: {"humidex": heat.humidex(given["tdb"], share(given))},
        "discomfort_index": lambda given: {"di": heat.discomfort_index_c(given["tdb"], share(given))},
        "net": lambda given: {"net": heat.net_effective_c(given["tdb"], share(given), given["v"])},
        "at": lambda given: {"at": heat.apparent_c(given["tdb"], share(given), given["v"], given.get("q"))},
        "wbgt": lambda given: {
            "wbgt": heat.wet_bulb_globe_c(
                given["twb"], given["tg"], given["tdb"] if given.get("with_solar_load") else None
            )
        },
        "utci": lambda given: {"utci": heat.universal_climate_c(given["tdb"], given["tr"], share(given), given["v"])},
        "wind_chill": lambda given: {"wci": heat.wind_chill_w_m2(given["tdb"], given["v"])},
        "wind_chill_temperature": lambda given: {"wct": heat.wind_chill_c(given["tdb"], given["v"] / heat.KMH_PER_M_S)},
    }


def _votes(given: Numbers) -> Answers:
    from sumika.physics.comfort import MET_W_M2, predicted_vote
    from sumika.physics.comfort_ashrae import vote_in_moving_air

    place = given["tdb"], given["tr"], given["rh"] / 100.0
    body = {
        "metabolic_w_m2": given["met"] * MET_W_M2,
        "clothing_clo": given["clo"],
        "air_speed_m_s": given["vr"],
        "beyond_limits": not given.get("limit_inputs", True),
    }
    if given.get("standard") == "ASHRAE":
        vote = vote_in_moving_air(*place, has_fan_control=given.get("airspeed_control", True), **body)
    else:
        vote = predicted_vote(*place, **body)
    return {"pmv": vote.pmv, "ppd": 100.0 * vote.ppd}


def _standard_effective(given: Numbers) -> Answers:
    from sumika.physics.comfort import MET_W_M2
    from sumika.physics.comfort_ashrae import standard_effective_c

    return {
        "set": standard_effective_c(
            given["tdb"],
            given["tr"],
            given["rh"] / 100.0,
            metabolic_w_m2=given["met"] * MET_W_M2,
            clothing_clo=given["clo"],
            air_speed_m_s=given["v"],
            stirs_own_air=not given.get("calculate_ce", False),
        )
    }


def _adaptive_ashrae(given: Numbers) -> Answers:
    from sumika.physics.comfort import operative_c
    from sumika.physics.comfort_ashrae import adaptive_band

    operative = operative_c(given["tdb"], given["tr"], given["v"])
    band = adaptive_band(given["t_running_mean"], operative, given["v"])
    return {
        "tmp_cmf": band.comfort_c,
        "tmp_cmf_80_low": band.low_80_c,
        "tmp_cmf_80_up": band.high_80_c,
        "tmp_cmf_90_low": band.low_90_c,
        "tmp_cmf_90_up": band.high_90_c,
        "acceptability_80": band.low_80_c <= operative <= band.high_80_c,
        "acceptability_90": band.low_90_c <= operative <= band.high_90_c,
    }


def _adaptive_en(given: Numbers) -> Answers:
    from sumika.physics.comfort import operative_c
    from sumika.physics.comfort_en import category_bands

    operative = operative_c(given["tdb"], given["tr"], given["v"])
    bands = category_bands(given["t_running_mean"], operative, given["v"])
    answers: Answers = {"tmp_cmf": bands.comfort_c}
    for name, band in (("i", bands.category_1_c), ("ii", bands.category_2_c), ("iii", bands.category_3_c)):
        low, high = band
        answers[f"acceptability_cat_{name}"] = low <= operative <= high
        answers[f"tmp_cmf_cat_{name}_low"], answers[f"tmp_cmf_cat_{name}_up"] = low, high
    return answers
