"""The building of the simulated house: heat, air, moisture, pollutants, light and sound of every room."""

from sumika.schema.grades import GRADES, GradeValues, region_of
from sumika.world.building.accounts import Account, Accounts
from sumika.world.building.building import LONGEST_STEP_S, NOBODY, Building

__all__ = ["GRADES", "LONGEST_STEP_S", "NOBODY", "Account", "Accounts", "Building", "GradeValues", "region_of"]
