"""Why a value is what it is, or is missing: one word each, put into sentences by `sumika.text`."""

from enum import StrEnum


class Reason(StrEnum):
    """The closed list of reasons. Each has a sentence in every language of `sumika.text`."""

    # It is there because ...
    MEASURED = "measured"
    BREATHING_SEEN = "breathing_seen"
    MOVEMENT_SEEN = "movement_seen"
    NOTHING_SEEN = "nothing_seen"
    HELD_BY_BREATHING = "held_by_breathing"
    PREDICTED = "predicted"
    WENT_DOWN_FAST = "went_down_fast"
    LYING_STILL = "lying_still"
    UP_AGAIN = "up_again"
    # It is missing because of the person ...
    NO_PERSON = "no_person"
    MOVING = "moving"
    MOVED = "moved"
    PERSON_LEFT = "person_left"
    AT_HOME = "at_home"
    AWAY = "away"
    TOO_FAR = "too_far"
    TWO_IN_ONE_CELL = "two_in_one_cell"
    # ... of the signal ...
    WARMING_UP = "warming_up"
    TOO_WEAK = "too_weak"
    NOT_PERIODIC = "not_periodic"
    CHANNELS_DISAGREE = "channels_disagree"
    OUT_OF_BAND = "out_of_band"
    NO_REFERENCE = "no_reference"
    PHASE_WRAPS = "phase_wraps"
    BREATHING_HARMONIC = "breathing_harmonic"
    # ... of the network that should tell it, ...
    NO_STUDENT = "no_student"
    UNLIKE_LEARNED = "unlike_learned"
    FEW_DAYS = "few_days"
    PARTLY_UNSEEN = "partly_unseen"
    NOT_AGREED = "not_agreed"
    # ... or of the sensor.
    NO_SIGNAL = "no_signal"
    FRAMES_LOST = "frames_lost"
    FROZEN = "frozen"
    ALL_ZERO = "all_zero"
    NOT_FINITE = "not_finite"
    SATURATED = "saturated"
    WRONG_SHAPE = "wrong_shape"
    STALE = "stale"
    CLOCK_UNTRUSTED = "clock_untrusted"
    NO_RANGE = "no_range"
    NO_ELEVATION = "no_elevation"
    ANTENNA_DEAD = "antenna_dead"
    INTERFERENCE = "interference"
    PROFILE_MISMATCH = "profile_mismatch"
