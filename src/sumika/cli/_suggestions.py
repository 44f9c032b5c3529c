"""Suggestions and what became of them, in lines for people."""

from collections.abc import Iterable, Iterator

from sumika.runtime.wishes_desk import FOR_NOW
from sumika.schema import PlannedAction, Standing, SuggestionStanding
from sumika.text import clock_text, money_text, rule_text, say

LEAST_MONEY = {"JPY": 0.5, "EUR": 0.005}
"""What rounds to nothing is not told."""


def standing_lines(standing: SuggestionStanding, language: str) -> Iterator[str]:
    """Yield a suggestion: its name and reason, then what is set, what it saves and until when it holds.

    Args:
        standing: A suggestion and what has become of it.
        language: "ja" or "en".
    """
    suggestion = standing.suggestion
    yield f"{suggestion.id}  {_why(suggestion.actions, language)}"
    if suggestion.done:
        yield "      " + say("suggest.undo", language, name=suggestion.id)
        return
    parts = [f"{suggestion.device}: {_settings(suggestion.actions, language)}"]
    saves = suggestion.saves
    if saves is not None and saves >= LEAST_MONEY.get(standing.currency, 0.005):
        parts.append(say("suggest.saves", language, money=money_text(saves, standing.currency, language)))
    if standing.standing is Standing.OPEN:
        parts.append(say("suggest.until", language, until=clock_text(suggestion.until)))
    else:
        parts.append(say(f"suggest.standing.{standing.standing.value}", language))
    yield "      " + " · ".join(parts)


def outcome_lines(standing: SuggestionStanding, language: str) -> Iterator[str]:
    """Yield what the safety gate made of a yes.

    Args:
        standing: A suggestion that was said yes to.
        language: "ja" or "en".
    """
    actions = standing.suggestion.actions
    if standing.suggestion.done:
        yield say("suggest.goes_on", language, until=clock_text(standing.suggestion.until))
        return
    done = [one for one in actions if one.action in standing.done]
    if done:
        yield say("suggest.done", language, what=_settings(done, language))
    for setting, value in standing.changed.items():
        yield say("suggest.changed", language, what=say("suggest.set", language, setting=setting, value=value))
    until = clock_text(standing.suggestion.until)
    for setting, rule in standing.refused.items():
        key = "suggest.vetoed_for_now" if rule in FOR_NOW else "suggest.vetoed"
        yield say(key, language, what=setting, why=rule_text(rule, language), until=until)
    heard = {*standing.done, *standing.changed, *standing.refused}
    waiting = [one for one in actions if one.action not in heard]
    if waiting:
        yield say("suggest.on_its_way", language, what=_settings(waiting, language))


def _why(actions: Iterable[PlannedAction], language: str) -> str:
    return next((one.why_ja if language == "ja" else one.why for one in actions), "")


def _settings(actions: Iterable[PlannedAction], language: str) -> str:
    return ", ".join(say("suggest.set", language, setting=one.action, value=one.value) for one in actions)
