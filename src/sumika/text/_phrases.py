"""The phrases that every view needs, from the values as messages carry them."""

from datetime import datetime

from sumika.schema import Event, GateRule, NodeState, Origin, Reason, Severity
from sumika.text._say import LANGUAGES, say
from sumika.units import SECONDS_PER_MINUTE

_SECONDS_PER_HOUR = 3600.0


def reason_text(reason: Reason, language: str, *, long: bool = False) -> str:
    """Return why a value is what it is: a few words that fit 24 columns, or a sentence."""
    return say(f"reason.{reason.value}.long" if long else f"reason.{reason.value}", language)


def state_text(state: NodeState, language: str) -> str:
    """Return what a node is doing."""
    return say(f"state.{state.value}", language)


def origin_text(origin: Origin, language: str) -> str:
    """Return where data comes from, in a word."""
    return say(f"origin.{origin.value}", language)


def banner(origin: Origin, language: str) -> str:
    """Return what must stand above everything that is not live; empty where it is live."""
    return say(f"banner.{origin.value}", language)


def severity_text(severity: Severity, language: str) -> str:
    """Return how much an event matters, in a word."""
    return say(f"severity.{severity.value}", language)


def rule_text(rule: GateRule, language: str) -> str:
    """Return why the safety gate clipped or vetoed, in a few words; empty where it did neither."""
    return "" if rule is GateRule.NONE else say(f"rule.{rule.value}", language)


def event_text(event: Event, language: str) -> str:
    """Return what happened, in one line. A code without a sentence is shown as it is, never hidden."""
    key = f"event.{event.code}" if f"event.{event.code}" in LANGUAGES[language] else "event.other"
    if event.recovered:
        key += ".recovered"
    sentence = say(key, language, subject=event.subject, code=event.code)
    who = f"asker.{event.detail}"
    detail = say(who, language) if who in LANGUAGES[language] else event.detail
    return say("event.with_detail", language, sentence=sentence, detail=detail) if detail else sentence


def rate_text(rate_bpm: float | None, sigma_bpm: float | None, language: str) -> str:
    """Return a rate as it is read, "15.2 ± 0.3 /min"; a dash where there is none."""
    if rate_bpm is None:
        return say("no_value", language)
    if sigma_bpm is None:
        return say("rate", language, rate=rate_bpm)
    return say("rate.sigma", language, rate=rate_bpm, sigma=sigma_bpm)


def distance_text(distance_m: float | None, sigma_m: float | None, language: str) -> str:
    """Return a distance as it is read, "0.70 ± 0.05 m"; a dash where there is none."""
    if distance_m is None:
        return say("no_value", language)
    if sigma_m is None:
        return say("distance", language, distance=distance_m)
    return say("distance.sigma", language, distance=distance_m, sigma=sigma_m)


def probability_text(probability: float | None, language: str) -> str:
    """Return a probability (0..1) in per cent; a dash where there is none."""
    if probability is None:
        return say("no_value", language)
    return say("percent", language, percent=100 * probability)


def duration_text(seconds: float, language: str) -> str:
    """Return a length of time, in the unit in which it is read best."""
    if seconds < SECONDS_PER_MINUTE:
        return say("duration.seconds", language, seconds=seconds)
    if seconds < _SECONDS_PER_HOUR:
        return say("duration.minutes", language, minutes=seconds / SECONDS_PER_MINUTE)
    return say("duration.hours", language, hours=seconds / _SECONDS_PER_HOUR)


def simple_text(name: str, language: str) -> str:
    """Return the name of a simple controller, as people call it; one that is not known is shown as it is."""
    key = f"why.plan.simple.{name}"
    return say(key, language) if key in LANGUAGES[language] else name


def money_text(amount: float, currency: str, language: str) -> str:
    """Return money as it is read: whole yen, hundredths of a euro; other currencies by their letters."""
    if currency == "JPY":
        return say("money.yen", language, amount=amount)
    if currency == "EUR":
        return say("money.euro", language, amount=amount)
    return say("money.other", language, amount=amount, currency=currency)


def clock_text(local_time: str) -> str:
    """Return the time of day of a local time as ISO 8601; what is no time is shown as it is, shortened."""
    try:
        return f"{datetime.fromisoformat(local_time):%H:%M}"
    except ValueError:
        return local_time[:16]
