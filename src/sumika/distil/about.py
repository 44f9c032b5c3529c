"""What a student says of itself in `about.json`: everything that whoever asks it must know, and no torch to read it."""

from pathlib import Path

import msgspec

from sumika.distil.calibration import Calibration
from sumika.distil.compare import Interval
from sumika.distil.domain import Domain
from sumika.distil.own_shift import OwnShift
from sumika.distil.sentence_reading import Reading
from sumika.distil.uncertain import Uncertainty

ABOUT = "about.json"
FORMAT = "sumika-student-1"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A last layer over "hidden", the second output of the ONNX file.

    Attributes:
        weight: (output, hidden).
        bias: (output,).
    """

    weight: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]


class Personal(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to a student for one house or person.

    Attributes:
        head: Instead of the network's own.
        of: SHA-256 of the network that it was made from.
        made: Day, ISO 8601.
        examples: How many it was adapted to.
        judged_by: What "better" was measured with: "labels" that the house has, or "nearness" to all others.
        before: Score of the student that ships on days held back.
        after: Its own.
    """

    head: Head
    of: str
    made: str
    examples: int
    judged_by: str
    before: float
    after: float


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The network's file.

    Attributes:
        file: Name in the folder.
        sha256: Of it.
        shape: Of an input, without the example.
        masked: Whether it takes a mask of real points.
        outputs: How many.
        parameters: Weights and biases.
        size_bytes: Of the file.
        latency_s: Median of an answer on one core where it was made.
        head: Its last layer; None where it has no plain one.
    """

    file: str
    sha256: str
    shape: tuple[int, ...]
    masked: bool
    outputs: int
    parameters: int
    size_bytes: int
    latency_s: float
    head: Head | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the run has shown, on groups that nobody had learnt from.

    Attributes:
        metric: "accuracy", "macro_f1", "kappa", "auc" or "error".
        teacher: Its score.
        student: Score of the student in float32.
        int8: Score of the student in 8 bits, which is the one that is shipped.
        plain: Score of the same student without a teacher; where labels alone teach, without what they come with.
        kept: Share of the teacher's score that the student keeps.
        gained: By how much it is better than `plain`.
        int8_lost: What 8 bits cost.
        log_loss: Of the student in 8 bits; None for values.
        error_before: Expected calibration error as the network says it; None for values.
        error_after: The same, calibrated by other groups; None for values.
        disturbed: Score of the student in 8 bits with inputs disturbed, by what was done to them.
        groups: How many groups were resampled.
        examples: How many were scored.
        teacher_parameters: Of the whole ensemble; of trees their nodes; 0 where labels alone teach.
        parameter_ratio: Teacher's over student's.
    """

    metric: str
    teacher: Interval
    student: Interval
    int8: Interval
    plain: Interval
    kept: Interval
    gained: Interval
    int8_lost: Interval
    log_loss: Interval | None = None
    error_before: float | None = None
    error_after: float | None = None
    disturbed: dict[str, Interval] = {}
    groups: int = 0
    examples: int = 0
    teacher_parameters: int = 0
    parameter_ratio: float = 0.0


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """The bill.

    Attributes:
        student_core_minutes: Processor time of the student alone: its training and its export.
        student_eur: The same at `core_hour_eur`.
        all_in_core_minutes: With teachers, evaluation and failed tries.
        all_in_eur: The same at `core_hour_eur`.
        core_hour_eur: Stated price of a core-hour.
    """

    student_core_minutes: float
    student_eur: float
    all_in_core_minutes: float
    all_in_eur: float
    core_hour_eur: float


class About(msgspec.Struct, frozen=True, kw_only=True):
    """A student.

    Attributes:
        format: `FORMAT`.
        name: Of the student.
        about: What it is for, one sentence.
        features: What its inputs are and in which version: "gestures/1".
        classes: Names of its outputs; empty for values.
        model: The network.
        calibration: Fitted on groups that it had not learnt from.
        domain: What it knows.
        uncertainty: How far it may lie off.
        shown: What the run has shown.
        paid: The bill.
        evidence: "real recording" or "simulation"; "" where nobody says.
        licence: Of the data.
        cite: Who made the data.
        caveats: What whoever uses it must know.
        recipe_sha256: Of the recipe.
        commit: Of the code.
        personal: What was done to it for one house; None for one that ships.
        own: What it has brought people that it had not seen to take away how far they lie off all others.
        reading: How what it says of a sentence becomes a reading; None for a student of signals, points or tables.
    """

    format: str
    name: str
    about: str
    features: str
    classes: tuple[str, ...]
    model: Model
    calibration: Calibration
    domain: Domain
    uncertainty: Uncertainty
    shown: Shown
    paid: Paid
    evidence: str = ""
    licence: str = ""
    cite: str = ""
    caveats: tuple[str, ...] = ()
    recipe_sha256: str = ""
    commit: str = ""
    personal: Personal | None = None
    own: OwnShift = OwnShift()
    reading: Reading | None = None


def about_json(about: About) -> bytes:
    """Return the file's content."""
    return msgspec.json.format(msgspec.json.encode(about), indent=1) + b"\n"


def decoded_about(content: bytes) -> About:
    """Return what the content of an `about.json` says.

    Raises:
        ValueError: if it is none, or of another format.
    """
    about = msgspec.json.decode(content, type=About)
    if about.format != FORMAT:
        raise ValueError(f"it is of the format '{about.format}', not {FORMAT}")
    return about


def read_about(folder: Path) -> About:
    """Return what the student of a folder says of itself.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is not one, or of another format.
    """
    return decoded_about((folder / ABOUT).read_bytes())
