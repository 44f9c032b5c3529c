"""The doctor's look at the larger model that an owner has named: whether it is there, and reads plain sentences."""

import time

from sumika.assistant.talk_open import open_model
from sumika.cli._finding import Finding, ok, warn
from sumika.config import LoadedHouse
from sumika.schema import SumikaError

PLAIN = (
    ("turn on the reading lamp in the study", ("power", "on")),
    ("書斎の扇風機を消して", ("power", "off")),
)
"""What every model should read that is to be of use, and what it asks for."""

_WHY = "What neither sentences nor the house's own student understand stays not understood."


def larger_model(loaded: LoadedHouse) -> list[Finding]:
    """Ask the larger model of a house what plain sentences mean; nothing is done. Without one nothing is said."""
    settings = loaded.house.assistant
    if settings is None or not settings.enabled or not settings.model_address:
        return []
    what = f"larger model '{settings.model}' at {settings.model_address}"
    began_s, read = time.monotonic(), 0
    try:
        model = open_model(loaded.house, loaded.path.parent)
        for sentence, meant in PLAIN:
            call = model.call(sentence) if model is not None else None
            read += call is not None and (call.tool, call.what) == meant
    except SumikaError as error:
        remedy = error.remedy or "Mend assistant: in house.yaml, or start the model's server"
        return [warn(what, f"{error.problem.rstrip('.')}. {_WHY}", remedy)]
    each_s = (time.monotonic() - began_s) / len(PLAIN)
    if read < len(PLAIN):
        other = "table" if settings.model_told == "sentence" else "sentence"
        remedy = f"Take a larger one, or say model_told: {other}, if that is what it was made for"
        return [warn(f"{what} reads {read} of {len(PLAIN)} plain sentences", _WHY, remedy)]
    return [ok(f"{what} reads plain sentences, {each_s:.1f} s each")]
