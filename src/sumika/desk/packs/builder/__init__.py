"""A builder's office (工務店): hand-over, periodic inspection, estimate."""

from sumika.desk.packs.builder.estimate import find_estimate
from sumika.desk.packs.builder.handover import find_handover
from sumika.desk.packs.builder.inspection import find_inspection

FIND = {"handover": find_handover, "inspection": find_inspection, "estimate": find_estimate}

__all__ = ["FIND"]
