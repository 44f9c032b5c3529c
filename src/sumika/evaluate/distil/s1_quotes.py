"""What the s1 recipes take on one H200: quoted by the utilisation that was measured on one."""

import msgspec

from sumika.distil.ledger.calibrate import MeasuredUtilisation
from sumika.distil.ledger.prices import load_prices
from sumika.distil.ledger.s1 import MEASURED, S1, S1_EPOCHS, S1Quote, s1_quote
from sumika.evaluate.figure import Evidence, Figure


def measure(full: bool) -> dict[str, Figure]:
    """Return minutes and euros of both recipes, and the measured utilisation (`mfu_7b`) that they rest on.

    Args:
        full: The same: a quote is arithmetic, and the utilisation was measured once, on the GPU.
    """
    del full
    prices = load_prices()
    figures: dict[str, Figure] = {}
    for name in S1:
        as_s1 = S1[name](prices, epochs=S1_EPOCHS)
        figures |= _figures(name.replace("-", "_"), s1_quote(name, prices), as_s1)
    for one in msgspec.json.decode(MEASURED.read_bytes(), type=list[MeasuredUtilisation]):
        if one.method == "full":
            detail: dict[str, float | str] = {"gpu": one.gpu, "what": one.measured, "command": "see docs/distil/s1.md"}
            day = one.measured.partition(",")[0]
            figures["mfu_7b"] = Figure(
                value=one.mfu, unit="1", evidence=Evidence.MEASURED, run=f"{day} {one.gpu.upper()}", detail=detail
            )
    return figures


def _figures(key: str, found: S1Quote, as_s1: S1Quote) -> dict[str, Figure]:
    stage = found.quote.stages[0]
    detail: dict[str, float | str] = {
        "epochs": found.epochs,
        "promised_minutes": found.target_minutes,
        "promised_eur": found.target_eur,
        "minutes_at_5_epochs": as_s1.minutes,
        "eur_at_5_epochs": as_s1.eur,
        "arithmetic": "; ".join(stage.arithmetic),
    }
    # A quote is a prediction, whatever was measured for it.
    return {
        f"{key}_minutes": Figure(value=found.minutes, unit="min", evidence=Evidence.SIMULATION, detail=detail),
        f"{key}_eur": Figure(value=found.eur, unit="EUR", evidence=Evidence.SIMULATION, detail=detail),
    }
