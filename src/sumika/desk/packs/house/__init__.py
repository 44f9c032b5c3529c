"""A house's own office: care notes, energy and comfort, maintenance, incidents."""

from sumika.desk.packs.house.care import find_care_day, find_care_week
from sumika.desk.packs.house.energy import find_energy_month
from sumika.desk.packs.house.incident import find_incident
from sumika.desk.packs.house.maintenance import find_maintenance

FIND = {
    "care_day": find_care_day,
    "care_week": find_care_week,
    "energy_month": find_energy_month,
    "maintenance": find_maintenance,
    "incident": find_incident,
}

__all__ = ["FIND"]
