"""The demo's own run, quoted before and measured after: how far off was the quote, and is it done in five minutes?"""

import tempfile
from pathlib import Path

from sumika.distil.language_finish import LanguageFinish
from sumika.distil.language_quote import LanguageQuote
from sumika.distil.ledger.prices import load_prices
from sumika.distil.ledger.quote import predicted_and_actual, quote_errors
from sumika.distil.outcome import Outcome
from sumika.distil.recipe import load_recipe
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.distil.works_store import Told
from sumika.evaluate.figure import Evidence, Figure

Detail = dict[str, float | str]


def measure(full: bool) -> dict[str, Figure]:
    """Return `quote_error`, `demo_cpu_minutes` and what the demo's student gains over its base.

    Args:
        full: Nothing is measured otherwise.
    """
    if not full:
        return {}
    with tempfile.TemporaryDirectory() as name:
        works = LanguageFinish(load_recipe("reason-demo"), Stages(Store(Path(name)), load_prices(), "demo", Told()))
        quote = LanguageQuote(works, say_on_stderr).quote()
        outcome = works.finish(Path(name) / "model", quote=quote)
        entries = works.stages.ledger.entries("demo")
    compared = predicted_and_actual(quote, entries)
    errors = quote_errors(compared)
    detail: Detail = {f"{kind}_error": value for kind, value in errors.items()}
    for one in compared:
        detail[f"{one.stage} predicted s"] = one.predicted.cpu_s
        detail[f"{one.stage} actual s"] = one.actual.cpu_s
    spent = outcome.bill.all_in.spent
    times: Detail = {"wall_minutes": spent.wall_s / 60}
    return {
        # Processor time: other programs on the machine change the wall time of the run and not its work.
        "quote_error": Figure(value=errors["cpu"], unit="1", evidence=Evidence.MEASURED, detail=detail),
        "demo_cpu_minutes": Figure(value=spent.cpu_s / 60, unit="min", evidence=Evidence.MEASURED, detail=times),
        "demo_gain": _gain(outcome),
    }


def _gain(outcome: Outcome) -> Figure:
    detail: Detail = {}
    values = []
    for group in outcome.groups:
        found = outcome.gain("without distillation", "student", group)
        assert found is not None  # both were scored on the same problems
        values.append(100 * found.value)
        detail |= {group: 100 * found.value, f"{group} low": 100 * found.low, f"{group} high": 100 * found.high}
        for one in outcome.models:
            detail[f"{one.name}, {group}"] = outcome.score(one.name, group).value
    return Figure(value=min(values), unit="points", evidence=Evidence.SIMULATION, detail=detail)
