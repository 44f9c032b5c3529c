"""What people should know of: what the gate sees and does for as long as it lasts."""

from typing import NamedTuple

from sumika.schema import Severity


class Condition(NamedTuple):
    """Something that lasts; whoever runs the gate says once that it began and once that it is over.

    Attributes:
        subject: The room or device that it is about, or "gate".
        code: What it is; `sumika.text` has the sentence.
        severity: How much it matters.
        detail: What a person needs beyond the sentence.
    """

    subject: str
    code: str
    severity: Severity
    detail: str = ""
