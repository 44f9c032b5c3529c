"""The house's small networks: found, verified and asked through ONNX Runtime; nothing here ever learns with torch.

A student is a signed folder: its network in 8 bits, `about.json` (classes, features, calibration, domain, scores,
bill) and its card. Those that ship are signed with the release key, those that a house has made its own with its own
key. What is not exactly what its signer signed is refused, and the student before it is used.
"""

from sumika.models._find import (
    RELEASE_AGAIN,
    STUDENTS,
    find_student,
    load_own,
    release_key,
    shipped_names,
    shipped_network,
)
from sumika.models._make_own import AT_ONCE, STAYS_TOLD, lived_of, nothing_hidden, personalise, told_in_use
from sumika.models._personal import UNLABELLED, Lived, Verdict, Way, adapted, judged
from sumika.models._refused import StudentRefused
from sumika.models._shelf import Order, Shelf, house_shelf
from sumika.models._student import Answer, Student, load_student

__all__ = [
    "AT_ONCE",
    "RELEASE_AGAIN",
    "STAYS_TOLD",
    "STUDENTS",
    "UNLABELLED",
    "Answer",
    "Lived",
    "Order",
    "Shelf",
    "Student",
    "StudentRefused",
    "Verdict",
    "Way",
    "adapted",
    "find_student",
    "house_shelf",
    "judged",
    "lived_of",
    "load_own",
    "load_student",
    "nothing_hidden",
    "personalise",
    "release_key",
    "shipped_names",
    "shipped_network",
    "told_in_use",
]
