"""Named nights and days of the simulated house, with what must then be seen."""

from sumika.world.scenarios.checks import Finding, judge
from sumika.world.scenarios.description import Check, Happening, Scenario, Sky
from sumika.world.scenarios.files import house_of, load_scenario, names
from sumika.world.scenarios.run import ScenarioResult, ScenarioRun, findings_of

__all__ = [
    "Check",
    "Finding",
    "Happening",
    "Scenario",
    "ScenarioResult",
    "ScenarioRun",
    "Sky",
    "findings_of",
    "house_of",
    "judge",
    "load_scenario",
    "names",
]
