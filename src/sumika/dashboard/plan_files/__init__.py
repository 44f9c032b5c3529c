"""Floor plans from files: what drawing programs write becomes rooms, with everything that is wrong named.

from sumika.dashboard.plan_files import PlanFile, read_plan

read_plan(PlanFile(content=b"...", form="svg")).rooms
"""

from sumika.dashboard.plan_files.read import LARGEST_FILE_BYTES, PlanFile, read_plan
from sumika.dashboard.plan_files.rooms import ALL_LAYERS, PlanLayer, PlanProblem, PlanRead, PlanRoom

__all__ = [
    "ALL_LAYERS",
    "LARGEST_FILE_BYTES",
    "PlanFile",
    "PlanLayer",
    "PlanProblem",
    "PlanRead",
    "PlanRoom",
    "read_plan",
]
